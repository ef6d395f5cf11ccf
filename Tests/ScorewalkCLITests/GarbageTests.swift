import Foundation
import Glibc
import Testing

/// What is removed, and what is not.
@Suite struct GarbageTests {
  private func runs() throws -> Workspace {
    let workspace = try Workspace()
    try workspace.write(Specs.small, to: "small.yaml")
    for seed in 0..<2 {
      #expect(try workspace.run("run", "small.yaml", "seed=\(seed)").code == 0)
    }
    return workspace
  }

  private func stored(_ workspace: Workspace) -> Set<String> {
    Set(workspace.names("results/.store/nodes"))
  }

  private func keys(_ workspace: Workspace, _ run: String) throws -> Set<String> {
    let nodes = try workspace.object(run + "/plan.json")["nodes"] as? [[String: Any]]
    return Set(nodes?.compactMap { $0["key"] as? String } ?? [])
  }

  @Test func nothingThatARunRefersToGoes() throws {
    let workspace = try runs()
    let before = stored(workspace)
    let result = try workspace.run("gc", "-y")
    #expect(
      result.code == 0 && result.output.contains("there is nothing to remove"), "\(result.text)")
    #expect(stored(workspace) == before)
  }

  @Test func whatNoRunRefersToGoes() throws {
    let workspace = try runs()
    let (first, second) = (try workspace.directory("small", 1), try workspace.directory("small", 2))
    let (mine, kept) = (try keys(workspace, first), try keys(workspace, second))
    // Without a terminal nothing is removed that was not confirmed.
    let asked = try workspace.run("rm", "small/1")
    #expect(asked.code == 64 && asked.errors.contains("no terminal to ask on"), "\(asked.text)")
    #expect(asked.output.contains("KiB"))
    #expect(try workspace.run("rm", "small/1", "-n").code == 0)
    #expect(workspace.exists(first))
    #expect(try workspace.run("rm", "small/1", "-y").code == 0)
    #expect(!workspace.exists(first) && workspace.exists(second))
    let dry = try workspace.json("gc", "-n", "--json")
    let found = dry["found"] as? [[String: Any]] ?? []
    let lost = mine.subtracting(kept)
    #expect(found.count { $0["reason"] as? String == "unreferenced" } == lost.count)
    #expect(
      found.allSatisfy { $0["reason"] as? String != "unreferenced" || $0["bytes"] as? Int ?? 0 > 0 }
    )
    #expect(dry["removed"] as? Int == 0)
    #expect(stored(workspace) == mine.union(kept))
    #expect(try workspace.run("gc").code == 64)
    let done = try workspace.json("gc", "-y", "--json")
    #expect(done["removed"] as? Int == found.count)
    #expect(stored(workspace) == kept)
    #expect(workspace.files("results/.store/keys").count == kept.count)
    #expect(try workspace.run("verify", "small").code == 0)
    #expect(try workspace.run("gc", "-y").output.contains("nothing to remove"))
    // The number stays taken.
    #expect(try workspace.run("run", "small.yaml").code == 0)
    _ = try workspace.directory("small", 3)
  }

  @Test func aTerminalIsAsked() throws {
    let workspace = try runs()
    let run = try workspace.directory("small", 1)
    for (answer, isRemoved) in [("n", false), ("", false), ("y", true)] {
      let terminal = try Terminal()
      let process = try workspace.start(
        ["rm", "small/1"], input: terminal.slave, errors: terminal.slave)
      usleep(50_000)
      let line = Array((answer + "\n").utf8)
      #expect(write(terminal.master, line, line.count) == line.count)
      let (text, result) = try terminal.text(until: process)
      #expect(result.code == 0)
      #expect(text.contains("remove this run? [y/N]"), "\(text)")
      #expect(text.contains("nothing was removed") == !isRemoved)
      #expect(workspace.exists(run) == !isRemoved)
    }
    let terminal = try Terminal()
    let process = try workspace.start(["gc"], input: terminal.slave, errors: terminal.slave)
    usleep(50_000)
    #expect(write(terminal.master, "yes\n", 4) == 4)
    let (text, result) = try terminal.text(until: process)
    #expect(result.code == 0 && text.contains("things, "), "\(text)")
    #expect(result.output.contains("removed "))
  }

  @Test func theLastRunIsRemoved() throws {
    let workspace = try runs()
    #expect(try workspace.run("rm", "small/2", "-y").code == 0)
    let latest = try FileManager.default.destinationOfSymbolicLink(
      atPath: workspace.path + "/results/small/latest")
    #expect(latest.hasPrefix("0001-"))
    let json = try workspace.json("rm", "small/*", "-y", "--json")
    #expect((json["runs"] as? [[String: Any]])?.first?["removed"] as? Bool == true)
    #expect(workspace.names("results/small") == [".ids"])
    #expect(try workspace.run("ls").output.isEmpty)
    #expect(try workspace.run("gc", "-y").code == 0)
    // What nodes of a sort took is kept for plans to come.
    #expect(
      stored(workspace).isEmpty
        && workspace.files("results/.store").subtracting(["costs.jsonl"]).isEmpty)
  }

  /// What killed processes left: checkpoints of a run that can be resumed stay, all else goes.
  @Test func whatKilledProcessesLeft() throws {
    let workspace = try Workspace()
    try workspace.write(Specs.long, to: "long.yaml")
    for number in 1...2 {
      let process = try workspace.start(["run", "long.yaml", "--checkpoint-seconds", "0.01"])
      #expect(
        process.wait {
          workspace.names("results/long").count { $0.hasPrefix("0") } == number
            && workspace.files("results/.store").contains { $0.contains("/checkpoint-") }
        })
      process.send(SIGKILL)
      _ = try process.wait()
      #expect(try workspace.run("gc", "-y").code == 0)
      #expect(
        workspace.files("results/.store/partial").contains { $0.contains("/checkpoint-") },
        "the run can go on with it")
    }
    try workspace.write("{", to: "results/long/.new-0009-half-done/run.json")
    let run = try workspace.directory("long", 2)
    #expect(try workspace.run("rm", run, "-y").code == 0)
    #expect(try workspace.run("gc", "-y").code == 0)
    #expect(!workspace.exists("results/long/.new-0009-half-done"))
    #expect(
      !workspace.names("results/.store/partial").isEmpty, "the first run refers to it as well")
    #expect(try workspace.run("rm", "long/*", "-y").code == 0)
    #expect(try workspace.run("gc", "-y").code == 0)
    let left = workspace.files("results/.store").subtracting(["costs.jsonl"])
    #expect(left.isEmpty, "\(left)")
  }

  @Test func aRunThatRunsIsLeftAlone() throws {
    let workspace = try Workspace()
    try workspace.write(Specs.long, to: "long.yaml")
    let process = try workspace.start(["run", "long.yaml"])
    #expect(process.wait { !workspace.names("results/.store/partial").isEmpty })
    let refused = try workspace.run("rm", "long", "-y")
    #expect(refused.code == 75 && refused.errors.contains("is running in another process"))
    for _ in 0..<10 { #expect(try workspace.run("gc", "-y").code == 0) }
    let result = try process.wait()
    #expect(result.code == 0, "\(result.text)")
    #expect(try workspace.run("verify", "long").code == 0)
  }

  /// Runs that begin while the store is cleared.
  @Test func runsThatBeginMeanwhileAreSafe() throws {
    let workspace = try Workspace()
    try workspace.write(Specs.tiny(name: "tiny"), to: "tiny.yaml")
    for round in 0..<6 {
      #expect(try workspace.run("run", "tiny.yaml").code == 0)
      #expect(try workspace.run("rm", "tiny/*", "-y").code == 0)
      // All of it is of no use now, and wanted again by others at once.
      let runs = try (0..<4).map { _ in try workspace.start(["run", "tiny.yaml"]) }
      let sweepers = try (0..<2).map { _ in try workspace.start(["gc", "-y"]) }
      for process in runs {
        let result = try process.wait()
        #expect(result.code == 0, "round \(round): \(result.text)")
      }
      for process in sweepers {
        let result = try process.wait()
        #expect(result.code == 0, "round \(round): \(result.text)")
      }
      #expect(try workspace.run("verify", "tiny/*").code == 0)
      #expect(workspace.names("results/.store/gone").isEmpty)
      #expect(try workspace.run("rm", "tiny/*", "-y").code == 0)
    }
  }

  /// What a run refers to is not known where its plan does not read.
  @Test func aDamagedPlanStopsEverything() throws {
    let workspace = try runs()
    let first = try workspace.directory("small", 1)
    let plan = try workspace.read(first + "/plan.json")
    try workspace.write("{", to: first + "/plan.json")
    let result = try workspace.run("gc", "-y")
    #expect(result.code == 74 && result.errors.contains("nothing is removed"), "\(result.text)")
    try plan.write(to: URL(fileURLWithPath: workspace.path + "/" + first + "/plan.json"))
    #expect(try workspace.run("gc", "-y").code == 0)
  }
}
