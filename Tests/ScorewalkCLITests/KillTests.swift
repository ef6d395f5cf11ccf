import Foundation
import Glibc
import Testing

/// Runs that were killed come to the bytes of one that was not.
@Suite(.serialized) struct KillTests {
  /// Small and seeded, so that a failure comes again: SplitMix64.
  private struct Generator: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
      state &+= 0x9e37_79b9_7f4a_7c15
      var word = state
      word = (word ^ (word >> 30)) &* 0xbf58_476d_1ce4_e5b9
      word = (word ^ (word >> 27)) &* 0x94d0_49bb_1331_11eb
      return word ^ (word >> 31)
    }
  }

  private static let often = ["--checkpoint-seconds", "0.02"]

  private func workspace(
    _ overrides: [String] = []
  ) throws -> (Workspace, reference: [String: Data], seconds: Double) {
    let workspace = try Workspace()
    try workspace.write(Specs.long, to: "long.yaml")
    let began = Date.now
    let result = try workspace.run(
      ["run", "long.yaml", "--results", "reference"] + Self.often + overrides)
    #expect(result.code == 0, "\(result.text)")
    let seconds = Date.now.timeIntervalSince(began)
    let run = try workspace.directory("long", results: "reference")
    return (workspace, try workspace.bytes(of: run), seconds)
  }

  /// The status of a run as `ls` and `show` say it, which must be the same.
  private func status(_ workspace: Workspace, _ results: String) throws -> String {
    let listed =
      try workspace.json("ls", "--json", "--results", results)["runs"] as? [[String: Any]]
    let shown = try workspace.json("show", "long", "--json", "--results", results)
    let status = try #require(shown["status"] as? String)
    #expect(listed?.first?["status"] as? String == status)
    let nodes = shown["nodes"] as? [[String: Any]] ?? []
    #expect(!nodes.contains { $0["status"] as? String == "running" })
    return status
  }

  @Test func killedAtTwentyInstants() throws {
    let (workspace, reference, seconds) = try workspace()
    var generator = Generator(state: 2026)
    var (killed, went) = (0, 0)
    for index in 0..<20 {
      let store = index.isMultiple(of: 2) ? [] : ["--no-store"]
      let share = (Double(index) + Double.random(in: 0..<1, using: &generator)) / 20
      // How long a run takes depends on what else the machine does: one that was faster is begun again.
      var (results, options, wasKilled) = ("", [String](), false)
      for attempt in 0..<4 where !wasKilled {
        results = "killed-\(index)-\(attempt)"
        options = ["--results", results] + Self.often
        let process = try workspace.start(["run", "long.yaml"] + options + store)
        usleep(UInt32(share * seconds * pow(0.7, Double(attempt)) * 1e6))
        process.send(SIGKILL)
        wasKilled = try process.wait().signal == SIGKILL
      }
      if workspace.names(results + "/long").count(where: { $0.hasPrefix("0001-") }) == 0 {
        // It was killed before its directory appeared: there is nothing to go on with. The next is number 2, or 1 where
        // even the number was not taken yet.
        #expect(try workspace.run(["run", "long.yaml"] + options).code == 0)
        let number = workspace.names(results + "/long/.ids").count
        #expect(number == 1 || number == 2)
        let run = try workspace.directory("long", number, results: results)
        #expect(try differences(reference, workspace.bytes(of: run)).isEmpty)
        continue
      }
      let before = try status(workspace, results)
      #expect(before == (wasKilled && before != "done" ? "interrupted" : "done"))
      if before == "interrupted" { killed += 1 }
      if index.isMultiple(of: 4), before == "interrupted" {
        let again = try workspace.start(["resume", "long"] + options)
        usleep(UInt32(Double.random(in: 0..<seconds, using: &generator) * 0.5e6))
        again.send(SIGKILL)
        _ = try again.wait()
      }
      let resumed = try workspace.run(["resume", "long"] + options)
      #expect(resumed.code == 0, "\(index): \(resumed.text)")
      let run = try workspace.directory("long", results: results)
      let different = try differences(reference, workspace.bytes(of: run))
      #expect(different.isEmpty, "killed at \(share): \(different)")
      let record = try workspace.object(run + "/run.json")
      let steps = (record["resumed"] as? [[String: Any]] ?? []).compactMap { $0["step"] as? Int }
      if steps.contains(where: { $0 > 0 }) { went += 1 }
      #expect(record["status"] as? String == "done")
      #expect(workspace.names(results + "/.store/partial").isEmpty)
      #expect(workspace.names(results + "/.store/private").isEmpty)
      #expect(!workspace.files(results).contains { $0.hasSuffix(".new") })
    }
    #expect(killed >= 12, "only \(killed) of 20 were killed before they were done")
    #expect(went >= 8, "only \(went) of 20 went on from a checkpoint")
  }

  @Test(arguments: [SIGINT, SIGTERM])
  func theFirstSignalStopsAfterACheckpoint(signal: Int32) throws {
    // A training that is under way when the signal comes, however fast the machine.
    let longer = ["training.fit.steps=800000"]
    let (workspace, reference, _) = try workspace(longer)
    let process = try workspace.start(
      ["run", "long.yaml", "--checkpoint-seconds", "1000"] + longer)
    #expect(process.wait { process.errors.contains("score ") })
    usleep(100_000)
    process.send(signal)
    let stopped = try process.wait()
    #expect(stopped.code == 75, "\(stopped.text)")
    let run = try workspace.directory("long")
    #expect(stopped.errors.contains("stopping after a checkpoint"))
    #expect(stopped.errors.contains("go on with `scorewalk resume \(run)`"))
    #expect(stopped.output.hasSuffix("\(run): interrupted\n"))
    #expect(workspace.files("results/.store").contains { $0.contains("/checkpoint-") })
    #expect(try status(workspace, "results") == "interrupted")
    #expect(
      try workspace.run(["plan", "long.yaml"] + longer).output.contains(/resumes at step [1-9]/))
    let verified = try workspace.run("verify", "long")
    #expect(verified.code == 66 && verified.errors.contains("scorewalk resume"))
    let resumed = try workspace.run("resume", "long", "--json")
    #expect(resumed.code == 0, "\(resumed.text)")
    #expect(try differences(reference, workspace.bytes(of: run)).isEmpty)
    let record = try workspace.object(run + "/run.json")
    let steps = (record["resumed"] as? [[String: Any]] ?? []).compactMap { $0["step"] as? Int }
    #expect(steps.count == 1 && steps[0] > 0)
    // Once more: there is nothing to do.
    let bytes = try workspace.read(run + "/run.json")
    let again = try workspace.run("resume", run, "--json")
    #expect(again.code == 0, "\(again.text)")
    let runs = try Workspace.object(again.output)["runs"] as? [[String: Any]]
    #expect(runs?.first?["executed"] as? [String] == [])
    #expect(try workspace.read(run + "/run.json") == bytes)
  }

  /// One step of this chain takes so long that a second signal comes before its end.
  @Test(arguments: zip([SIGINT, SIGTERM], [Int32(130), 143]))
  func theSecondSignalStopsAtOnce(signal: Int32, code: Int32) throws {
    let workspace = try Workspace()
    try workspace.write(
      """
      name: slow
      models:
        energy: {kind: mlp, output: energy, dimension: 1, hidden: [512, 512], activation: softplus}
      sampling:
        walk:
          kind: langevin
          target: energy
          initial: {kind: normal}
          step_size: 0.1
          steps: 100
          chains: 200000

      """, to: "slow.yaml")
    let process = try workspace.start(["run", "slow.yaml"])
    #expect(process.wait { process.errors.contains("energy ") })
    usleep(50_000)
    process.send(signal)
    #expect(process.wait { process.errors.contains("once more to stop at once") })
    // A run that runs is left alone by others.
    let other = try workspace.run("resume", "slow")
    #expect(other.code == 75, "\(other.text)")
    #expect(other.errors.contains("is running in another process"))
    process.send(signal)
    let began = Date.now
    let result = try process.wait()
    #expect(result.code == code, "\(result.text)")
    #expect(Date.now.timeIntervalSince(began) < 0.5)
    #expect(try workspace.json("show", "slow", "--json")["status"] as? String == "interrupted")
  }
}
