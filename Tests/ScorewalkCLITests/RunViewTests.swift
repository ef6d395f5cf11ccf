import Foundation
import Glibc
import Testing

/// Looking at runs: logs, progress, and the machine.
@Suite struct RunViewTests {
  @Test func logs() throws {
    let workspace = try Workspace()
    try workspace.write(Specs.small, to: "small.yaml")
    #expect(try workspace.run("run", "small.yaml").code == 0)
    let all = try workspace.run("logs", "small").output
    #expect(all.contains("== fit\n") && all.contains("== walk\n"))
    let one = try workspace.run("logs", "small", "sampling.walk").output
    let run = try workspace.directory("small")
    #expect(try Data(one.utf8) == workspace.read(run + "/logs/walk.txt"))
    let json = try workspace.json("logs", "small", "--json")
    let logs = json["logs"] as? [[String: Any]] ?? []
    #expect(logs.contains { $0["node"] as? String == "walk" && $0["log"] as? String == one })
    let none = try workspace.run("logs", "small", "signs")
    #expect(none.code == 0 && none.output.isEmpty && none.errors.contains("'signs' has no log"))
    let missing = try workspace.run("logs", "small", "wlak")
    #expect(missing.code == 64 && missing.errors.contains("did you mean 'walk'?"))
  }

  @Test func aRunIsFollowedAndWatchedUntilItEnds() throws {
    let workspace = try Workspace()
    try workspace.write(Specs.long, to: "long.yaml")
    let process = try workspace.start(["run", "long.yaml", "--checkpoint-seconds", "0.05"])
    #expect(process.wait { workspace.exists("results/long/latest") })
    let follower = try workspace.start(["logs", "long", "--follow"])
    let watcher = try workspace.start(["watch", "long"])
    let lines = try workspace.start(["watch", "long", "--json"])
    #expect(try process.wait().code == 0)
    let logs = try follower.wait(seconds: 5)
    #expect(logs.code == 0 && logs.output.contains("== walk\n"), "\(logs.text)")
    let watched = try watcher.wait(seconds: 5)
    #expect(watched.code == 0, "\(watched.text)")
    #expect(watched.output.contains("quality: done"))
    #expect(watched.output.contains(/(fit|walk): running  \d+\/\d+/), "\(watched.output)")
    #expect(watched.output.hasSuffix(": done\n"))
    for line in try lines.wait(seconds: 5).output.split(separator: "\n") {
      #expect(try Workspace.object(String(line))["status"] is String)
    }
  }

  /// What a node logs is shown while it is under way, and not again when it has ended.
  @Test func theLogOfANodeUnderWayIsFollowed() throws {
    let workspace = try Workspace()
    try workspace.write(Specs.long, to: "long.yaml")
    let process = try workspace.start(["run", "long.yaml", "sampling.walk.steps=3000000"])
    func partial() -> String? {
      guard let run = try? workspace.directory("long"),
        let nodes = try? workspace.object(run + "/run.json")["nodes"] as? [[String: Any]],
        let walk = nodes.first(where: { $0["name"] as? String == "walk" }),
        walk["status"] as? String == "running", let key = walk["key"] as? String
      else { return nil }
      let parent = "results/.store/partial/" + key
      return workspace.names(parent).first.map { parent + "/" + $0 + "/log.txt" }
    }
    #expect(process.wait { partial() != nil })
    let follower = try workspace.start(["logs", "long", "walk", "-f"])
    let file = try #require(partial())
    try workspace.write("so far\nhalf a li", to: file)
    #expect(follower.wait { follower.output.hasPrefix("so far\n") && process.isRunning })
    try workspace.write("so far\nhalf a line\n", to: file)
    #expect(follower.wait { follower.output == "so far\nhalf a line\n" && process.isRunning })
    #expect(try process.wait().code == 0)
    let logs = try follower.wait(seconds: 5)
    let run = try workspace.directory("long")
    let whole = String(decoding: try workspace.read(run + "/logs/walk.txt"), as: UTF8.self)
    #expect(logs.code == 0 && logs.output.hasSuffix(whole), "\(logs.text)")
    #expect(logs.output.components(separatedBy: whole).count == 2)
  }

  /// A point whose turn has not come is waited for.
  @Test func pendingPointsAreWaitedFor() throws {
    let workspace = try Workspace()
    try workspace.write(Specs.sweep, to: "swept.yaml")
    let process = try workspace.start(
      ["run", "swept.yaml", "~sweep", "-m", "sampling.walk.steps=100000,100001,100002"])
    #expect(process.wait { workspace.exists("results/swept/latest") })
    let watcher = try workspace.start(["watch", "swept/3"])
    let follower = try workspace.start(["logs", "swept/3", "--follow"])
    #expect(try process.wait().code == 0)
    let watched = try watcher.wait(seconds: 5)
    #expect(watched.code == 0 && watched.output.hasSuffix(": done\n"), "\(watched.text)")
    let logs = try follower.wait(seconds: 5)
    #expect(logs.code == 0 && logs.output.contains("== walk\n"), "\(logs.text)")
  }

  @Test func theCodeOfWatchSaysHowTheRunEnded() throws {
    let workspace = try Workspace()
    try workspace.write(Specs.tiny(name: "tiny"), to: "tiny.yaml")
    #expect(try workspace.run("run", "tiny.yaml", "sampling.chains.step_size=1e200").code == 1)
    #expect(try workspace.run("watch", "tiny").code == 1)
    try workspace.write(Specs.long, to: "long.yaml")
    let process = try workspace.start(["run", "long.yaml"])
    #expect(process.wait { workspace.exists("results/long/latest") })
    process.send(SIGKILL)
    _ = try process.wait()
    let watched = try workspace.run("watch", "long")
    #expect(watched.code == 75 && watched.output.hasSuffix(": interrupted\n"), "\(watched.text)")
  }

  @Test func theDoctorLooksAtTheMachine() throws {
    let workspace = try Workspace()
    let result = try workspace.run("doctor")
    #expect(result.code == 0, "\(result.text)")
    for what in ["kernels", "threads", "normals", "256x256 layer", "results", "locks", "clock"] {
      #expect(result.output.contains(" \(what) "), "\(what) in \(result.output)")
    }
    #expect(workspace.names("") == [], "nothing stays behind")
    let json = try workspace.json("doctor", "--json")
    let findings = json["findings"] as? [[String: Any]] ?? []
    #expect(findings.count > 10)
    #expect(findings.allSatisfy { Set($0.keys) == ["verdict", "what", "detail", "help"] })
    let alone = try workspace.run(["doctor"], environment: ["PATH": "/nowhere"])
    #expect(alone.output.contains("not found: provenance has no commit"), "\(alone.output)")
    try workspace.write("a file", to: "results")
    let bad = try workspace.run("doctor")
    #expect(bad.code == 1 && bad.output.contains("BAD"), "\(bad.text)")
  }
}
