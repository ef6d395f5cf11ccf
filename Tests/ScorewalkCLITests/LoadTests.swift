import Foundation
import Glibc
import Testing

/// Many processes that want the same nodes.
@Suite(.serialized) struct LoadTests {
  /// What each of the runs of `--json` computed.
  private func executed(_ results: [ProcessResult]) throws -> [String] {
    try results.flatMap { result -> [String] in
      #expect(result.code == 0, "\(result.text)")
      let runs = try Workspace.object(result.output)["runs"] as? [[String: Any]]
      return runs?.first?["executed"] as? [String] ?? []
    }
  }

  @Test func eachNodeIsComputedOnce() throws {
    let workspace = try Workspace()
    try workspace.write(Specs.small, to: "small.yaml")
    let processes = try (0..<16).map { _ in try workspace.start(["run", "small.yaml", "--json"]) }
    let results = try processes.map { try $0.wait() }
    let nodes = try executed(results)
    #expect(nodes.count == 12 && Set(nodes).count == 12, "\(nodes.sorted())")
    #expect(workspace.names("results/small/.ids").count == 16)
    #expect(workspace.names("results/.store/nodes").count == 12)
    for place in ["partial", "claims", "damaged"] {
      #expect(workspace.names("results/.store/" + place).isEmpty, "\(place)")
    }
    #expect(try workspace.run("verify", "small/*").code == 0)
  }

  @Test func whoWaitsGoesOnWhereAnotherWasKilled() throws {
    let workspace = try Workspace()
    try workspace.write(Specs.long, to: "long.yaml")
    // Long enough for another to find it at work, however fast the machine.
    let run = ["run", "long.yaml", "training.fit.steps=800000"]
    let first = try workspace.start(run + ["--checkpoint-seconds", "0.01"])
    #expect(
      first.wait {
        workspace.files("results/.store").contains {
          $0.contains("/checkpoint-") && $0.hasSuffix(".json")
        }
      })
    let second = try workspace.start(run + ["--json"])
    #expect(second.wait { second.errors.contains("waits for process ") }, "\(second.errors)")
    first.send(SIGKILL)
    _ = try first.wait()
    let result = try second.wait()
    #expect(result.code == 0, "\(result.text)")
    let record = try workspace.object(workspace.directory("long", 2) + "/run.json")
    let resumed = record["resumed"] as? [[String: Any]] ?? []
    #expect(resumed.count == 1 && (resumed.first?["step"] as? Int ?? 0) > 0, "\(resumed)")
    #expect(try workspace.run(run + ["--no-store"]).code == 0)
    let bytes = try [2, 3].map { try workspace.bytes(of: workspace.directory("long", $0)) }
    #expect(differences(bytes[0], bytes[1]).isEmpty)
  }

  @Test func whoDoesNotWaitStops() throws {
    let workspace = try Workspace()
    try workspace.write(Specs.long, to: "long.yaml")
    // Long enough for two others to find it at work, one after the other.
    let run = ["run", "long.yaml", "training.fit.steps=250000"]
    let first = try workspace.start(run)
    #expect(first.wait { !workspace.names("results/.store/partial").isEmpty })
    let second = try workspace.run(run + ["--no-wait"])
    #expect(second.code == 75, "\(second.text)")
    #expect(
      second.errors.contains("is being computed by another run: process \(first.identifier) on "))
    #expect(second.errors.contains("leave out --no-wait"))
    let waiting = try workspace.start(run)
    #expect(waiting.wait { waiting.errors.contains("waits for process ") })
    waiting.send(SIGTERM)
    let stopped = try waiting.wait(seconds: 5)
    #expect(stopped.code == 75, "\(stopped.text)")
    #expect(try first.wait().code == 0)
    for number in [2, 3] {
      #expect(try workspace.run("resume", "long/\(number)", "--json").code == 0)
    }
    #expect(try workspace.run("verify", "long/*").code == 0)
  }
}

/// Checkpoints that are not what they were.
@Suite(.serialized) struct CheckpointDamageTests {
  enum Damage: String, CaseIterable, Sendable {
    case truncated
    case empty
    case tampered
  }

  /// A killed run with two checkpoints of its training, and the bytes of one that was not disturbed.
  @Test(arguments: Damage.allCases, [1, 2])
  func theOneBeforeIsUsed(damage: Damage, count: Int) throws {
    let workspace = try Workspace()
    try workspace.write(Specs.long, to: "long.yaml")
    let process = try workspace.start(["run", "long.yaml", "--checkpoint-seconds", "0.01"])
    func checkpoints() -> [String] {
      workspace.files("results/.store/partial").filter {
        $0.contains("/checkpoint-") && $0.hasSuffix(".json")
      }.sorted()
    }
    #expect(process.wait { checkpoints().count >= 2 })
    process.send(SIGKILL)
    _ = try process.wait()
    let files = checkpoints()
    try #require(files.count == 2)
    for file in files.suffix(count) {
      let place = "results/.store/partial/" + file
      let bytes = try workspace.read(place)
      var changed = bytes
      switch damage {
      case .truncated: changed = bytes.prefix(bytes.count / 2)
      case .empty: changed = Data()
      case .tampered: changed[bytes.count / 2] ^= 1
      }
      try changed.write(to: URL(fileURLWithPath: workspace.path + "/" + place))
    }
    let resumed = try workspace.run("resume", "long")
    #expect(resumed.code == 0, "\(resumed.text)")
    for file in files.suffix(count) {
      #expect(resumed.errors.contains(file), "it is named: \(resumed.errors)")
    }
    let run = try workspace.directory("long")
    let record = try workspace.object(run + "/run.json")
    let steps = (record["resumed"] as? [[String: Any]] ?? []).compactMap { $0["step"] as? Int }
    let digits = files[0].split(separator: "-").last?.prefix { $0 != "." } ?? ""
    #expect(steps == (count == 1 ? [Int(digits)] : []), "\(files) \(steps)")
    #expect(try workspace.run("run", "long.yaml", "--no-store").code == 0)
    let other = try workspace.directory("long", 2)
    #expect(try differences(workspace.bytes(of: run), workspace.bytes(of: other)).isEmpty)
  }
}
