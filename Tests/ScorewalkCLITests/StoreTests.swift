import Foundation
import Glibc
import Testing

/// Runs on disk: verifying them, finding them, and many processes at once.
@Suite struct StoreTests {
  private func finished() throws -> (Workspace, run: String) {
    let workspace = try Workspace()
    try workspace.write(Specs.small, to: "small.yaml")
    let result = try workspace.run("run", "small.yaml")
    #expect(result.code == 0, "\(result.text)")
    return (workspace, try workspace.directory("small"))
  }

  /// Changes one bit in the middle of a file, in place.
  private func damage(_ path: String) throws {
    let handle = try FileHandle(forUpdating: URL(fileURLWithPath: path))
    let middle = try handle.seekToEnd() / 2
    try handle.seek(toOffset: middle)
    let byte = try #require(try handle.read(upToCount: 1)?.first)
    try handle.seek(toOffset: middle)
    try handle.write(contentsOf: Data([byte ^ 1]))
    try handle.close()
  }

  @Test func verifyFindsWhatHasChanged() throws {
    let (workspace, run) = try finished()
    let good = try workspace.run("verify", "small")
    #expect(good.code == 0 && good.output.hasSuffix("as written\n"), "\(good.text)")
    try damage(workspace.path + "/" + run + "/samples/walk.npy")
    try FileManager.default.removeItem(
      atPath: workspace.path + "/" + run + "/checkpoints/fit/step-00000100.json")
    let bad = try workspace.run("verify", "small")
    #expect(bad.code == 1, "\(bad.text)")
    #expect(bad.output.contains("\(run)/samples/walk.npy: changed\n"))
    #expect(bad.output.contains("\(run)/checkpoints/fit/step-00000100.json: missing\n"))
    #expect(bad.output.hasSuffix("2 differ\n"))
    let json = try workspace.json("verify", "small", "--json", code: 1)
    let differences = (json["runs"] as? [[String: Any]])?.first?["differences"] as? [[String: Any]]
    #expect(differences?.map { $0["kind"] as? String } == ["missing", "changed"])
    #expect(differences?.allSatisfy { Set($0.keys) == ["file", "kind"] } == true)
  }

  @Test func aDamagedStoreIsSetAsideAndComputedAnew() throws {
    let (workspace, run) = try finished()
    let before = try workspace.bytes(of: run)
    let store = "results/.store/nodes"
    for key in workspace.names(store) where workspace.exists("\(store)/\(key)/samples.npy") {
      try damage(workspace.path + "/\(store)/\(key)/samples.npy")
    }
    let again = try workspace.run("run", "small.yaml", "--json")
    #expect(again.code == 0)
    #expect(again.errors.contains("is damaged (samples.npy has changed)"), "\(again.errors)")
    let runs = try Workspace.object(again.output)["runs"] as? [[String: Any]]
    #expect(Set(runs?.first?["executed"] as? [String] ?? []) == ["rows", "walk", "jump"])
    #expect(try differences(before, workspace.bytes(of: workspace.directory("small", 2))).isEmpty)
  }

  @Test func runsAreFoundByName() throws {
    let (workspace, first) = try finished()
    #expect(try workspace.run("run", "small.yaml", "seed=1").code == 0)
    let second = try workspace.directory("small", 2)
    func shown(_ selector: String) throws -> String? {
      try workspace.json("show", selector, "--json")["directory"] as? String
    }
    func listed(_ selector: String) throws -> [String?]? {
      let runs = try workspace.json("ls", selector, "--json")["runs"] as? [[String: Any]]
      return runs?.map { $0["directory"] as? String }
    }
    for (selector, directory) in [
      ("small/1", first), ("small/0001", first), (first, first), (first + "/", first),
      (String(first.dropFirst("results/".count)), first), ("small/2", second), ("small", second),
      ("small/latest", second), ("results/small/latest", second), ("@latest", second),
    ] {
      #expect(try shown(selector) == directory, "\(selector)")
      if selector != "small" { #expect(try listed(selector) == [directory], "\(selector)") }
    }
    #expect(try listed("small") == [first, second])
    let inside = try workspace.run("show", "-C", second, ".")
    #expect(inside.output.hasPrefix(second.dropFirst("results/".count) + ": done\n"))
    for selector in ["smalk", "small/3", "nowhere/at/all", "", "/"] {
      let missing = try workspace.run("show", selector)
      #expect(missing.code == 66, "'\(selector)': \(missing.text)")
      #expect(missing.errors.contains("help: "))
    }
    #expect(try workspace.run("show", "smalk").errors.contains("did you mean 'small'?"))
    #expect(try workspace.run("ls", "smalk").code == 66)
    // A record that cannot be read is said and hides no other run.
    try workspace.write("{", to: first + "/run.json")
    let list = try workspace.run("ls")
    #expect(list.code == 74 && list.errors.contains(first))
    #expect(list.output.contains(second.dropFirst("results/".count)))
    #expect(try shown("@latest") == second)
  }

  @Test func resultsCanBeMoved() throws {
    let workspace = try Workspace()
    try workspace.write(Specs.small, to: "small.yaml")
    let process = try workspace.start(["run", "small.yaml", "--checkpoint-seconds", "0"])
    _ = process.wait { process.errors.contains("fit-energy") }
    process.send(SIGKILL)
    _ = try process.wait()
    let moved = workspace.path + "/elsewhere"
    try FileManager.default.moveItem(atPath: workspace.path + "/results", toPath: moved)
    let run = try workspace.directory("small", results: "elsewhere")
    let resumed = try workspace.run("resume", run)
    #expect(resumed.code == 0, "\(resumed.text)")
    #expect(!workspace.exists("results"), "the store beside the run is used")
    #expect(try workspace.run("verify", run).code == 0)
    #expect(
      try workspace.run("show", "small", "--results", "elsewhere").output.contains(": done\n"))
    #expect(try workspace.run("ls", "--results", "elsewhere").output.contains("done"))
    // It is repeated beside the original, and verified; keys are explained.
    let again = try workspace.run("rerun", run, "--verify")
    #expect(again.code == 0 && !workspace.exists("results"), "\(again.text)")
    #expect(try workspace.run("rerun", run, "training.fit.steps=150").code == 0)
    let third = try workspace.directory("small", 3, results: "elsewhere")
    #expect(try workspace.run("why", third, "fit").output.contains("training.fit.steps 200 -> 150"))
    // A single run that was moved away alone is shown and verified.
    try FileManager.default.moveItem(
      atPath: workspace.path + "/" + run, toPath: workspace.path + "/alone")
    #expect(try workspace.run("verify", "alone").code == 0)
    #expect(try workspace.run("show", "alone").output.contains("done"))
  }

  @Test func sixteenProcessesAtOnce() throws {
    let workspace = try Workspace()
    try workspace.write(Specs.small, to: "small.yaml")
    let processes = try (0..<16).map { index in
      try workspace.start(["run", "small.yaml", "--json", "seed=\(index / 8)"])
    }
    let results = try processes.map { try $0.wait() }
    var directories: [String] = []
    for result in results {
      #expect(result.code == 0, "\(result.text)")
      let runs = try Workspace.object(result.output)["runs"] as? [[String: Any]]
      directories.append(runs?.first?["directory"] as? String ?? "")
    }
    let numbers = directories.compactMap { path in
      path.split(separator: "/").last?.split(separator: "-").first.flatMap { Int($0) }
    }
    #expect(numbers.sorted() == Array(1...16))
    for half in [directories[..<8], directories[8...]] {
      let bytes = try half.map { try workspace.bytes(of: $0) }
      for other in bytes { #expect(differences(bytes[0], other).isEmpty) }
    }
    let latest = try FileManager.default.destinationOfSymbolicLink(
      atPath: workspace.path + "/results/small/latest")
    #expect(latest.hasPrefix("0016-"))
    #expect(workspace.names("results/.store/partial").isEmpty)
    #expect(!workspace.exists("results/.store/damaged"))
    #expect(
      !workspace.files("results").contains {
        $0.hasSuffix(".new") || $0.hasSuffix("/lock") && $0.contains("nodes")
      })
    let stored = try workspace.json("run", "small.yaml", "--json")["runs"] as? [[String: Any]]
    #expect(stored?.first?["executed"] as? [String] == [])
    #expect(try workspace.run(["verify"] + directories).code == 0)
  }
}
