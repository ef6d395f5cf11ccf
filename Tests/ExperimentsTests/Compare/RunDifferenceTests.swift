import Experiments
import Foundation
import Scorewalk
import Testing

/// Two runs beside each other.
@Suite struct RunDifferenceTests {
  private func runs(_ changes: (String) -> String) throws -> (
    TestRunner, RunDirectory, RunDirectory
  ) {
    let runner = try TestRunner()
    let one = try runner.start(smallExperiment).run
    let other = try runner.start(changes(smallExperiment)).run
    return (runner, one, other)
  }

  @Test func aRepetitionIsTheSame() throws {
    let (runner, one, other) = try runs { $0 }
    let difference = try withExtendedLifetime(runner) { try RunDifference(one, other) }
    #expect(difference.isEmpty && difference.spec.isEmpty && difference.agreeingKeys > 30)
    #expect(difference.agreeingMetrics > 10)
    for samples in difference.samples {
      guard case .same = samples.outcome else {
        Issue.record("\(samples)")
        continue
      }
    }
    #expect(difference.samples.map(\.node) == ["rows", "walk", "jump"])
    #expect(difference.text("a", "b").hasSuffix(" metrics agree\n"))
  }

  @Test func whatDiffersIsNamed() throws {
    let (runner, one, other) = try runs {
      $0.replacingOccurrences(of: "step_size: 0.1, steps: 30", with: "step_size: 0.2, steps: 30")
        .replacingOccurrences(of: "seed: 3", with: "seed: 4")
    }
    let difference = try withExtendedLifetime(runner) { try RunDifference(one, other) }
    #expect(
      difference.spec.map { [$0.path, $0.one, $0.other] } == [
        ["seed", "3", "4"], ["sampling.walk.step_size", "0.1", "0.2"],
      ])
    // The law draws nothing; everything else has another seed.
    #expect(!difference.nodes.contains { $0.path == "law" })
    #expect(difference.nodes.contains { $0.path == "quality" })
    #expect(difference.files.isEmpty && !difference.metrics.isEmpty && !difference.isEmpty)
    #expect(difference.samples.map(\.node) == ["rows", "walk", "jump"])
  }

  /// Chains of one seed share their random numbers, whatever their steps: the tests are for independent samples.
  @Test(arguments: [(3, true), (4, false)])
  func samplesOfTheSameStreams(_ seed: Int, _ areShared: Bool) throws {
    let runner = try TestRunner()
    let runs = try [(0.1, 3), (0.2, seed)].map { step, seed in
      try runner.start(
        smallExperiment
          .replacingOccurrences(
            of: "target: fit, initial: {kind: normal}, step_size: 0.1, steps: 30",
            with: "target: law, initial: {kind: normal}, step_size: \(step), steps: 3000"
          )
          .replacingOccurrences(of: "seed: 3", with: "seed: \(seed)")
      ).run
    }
    let difference = try withExtendedLifetime(runner) { try RunDifference(runs[0], runs[1]) }
    for node in ["walk", "jump"] {
      let samples = try #require(difference.samples.first { $0.node == node })
      guard case .tested(let tests) = samples.outcome else {
        Issue.record("\(samples)")
        continue
      }
      #expect(tests.sharesStreams == areShared && tests.points.0 >= 10)
    }
    let text = difference.text("a", "b")
    #expect(text.contains("same random streams") == areShared, "\(text)")
    let json = difference.json("a", "b").rendered()
    #expect(json.contains("\"verdict\": null") == areShared, "\(json)")
  }

  /// Other bytes under the same key: what a machine that computes otherwise would leave.
  @Test func filesOfOneKeyThatDiffer() throws {
    let (runner, one, other) = try runs { $0 }
    var record = try other.record()
    let index = try #require(record.nodes.firstIndex { $0.name == "walk" })
    record.nodes[index].files?["samples/walk.npy"] = String(repeating: "0", count: 64)
    try other.write(record)
    let difference = try withExtendedLifetime(runner) { try RunDifference(one, other) }
    #expect(difference.files.map(\.path) == ["samples/walk.npy"] && !difference.isEmpty)
  }

  /// Of four values of a metric one is not there, one is NaN on both sides.
  @Test func metricsOfOneSide() throws {
    let fixture = try CompareFixture()
    let resolved = CompareFixture.chain(delta: 0.1, seed: 0)
    let one = try fixture.add(
      resolved: resolved,
      [.init(name: "q", key: "k", metrics: [("a", 1), ("b", .nan), ("c", 2)])])
    let other = try fixture.add(
      resolved: resolved,
      [.init(name: "q", key: "k", metrics: [("a", 1), ("b", .nan), ("d", .infinity)])])
    let difference = try RunDifference(one, other)
    #expect(difference.metrics.map(\.name) == ["q.c", "q.d"] && difference.agreeingMetrics == 2)
    let json = difference.json("x", "y").rendered()
    let object =
      try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any]
    #expect(object?["same"] as? Bool == false)
    let found = try #require(object?["metrics"] as? [[String: Any]])
    #expect(found[0]["other"] is NSNull && found[1]["other"] as? String == "inf")
    #expect(
      difference.text("x", "y").contains("q.c     2.000    —"), "\(difference.text("x", "y"))")
  }

  @Test func samplesThatCannotBeTested() throws {
    let directory = try TemporaryDirectory()
    func comparison(_ one: NPYFile, _ other: NPYFile) throws -> SampleSetComparison.Outcome {
      let runs = try ["one", "other"].map { name -> (RunDirectory, RunRecord) in
        let run = RunDirectory(path: directory.path + "/" + name)
        try FileSystem.makeDirectory(run.path("samples"))
        let file = name == "one" ? one : other
        try file.write(to: run.path("samples/walk.npy"))
        let text = """
          {"format": 1, "experiment": "e", "run": "r", "status": "done", "started": "", "heartbeat": "", "host": "",
           "process": 1, "command": [], "overrides": [], "isSmoke": false, "usesSharedStore": true, "tool": "",
           "resumed": [], "nodes": [{"name": "walk", "key": "k", "status": "done",
             "files": {"samples/walk.npy": "\(name)"}}]}
          """
        try FileSystem.write(Array(text.utf8), to: run.path("run.json"))
        return (run, try run.record())
      }
      let all = try SampleSetComparison.all(runs[0].0, runs[0].1, runs[1].0, runs[1].1)
      return try #require(all.first).outcome
    }
    func file(_ values: [Double], _ shape: [Int]) -> NPYFile {
      NPYFile(shape: shape, values: .float64(values))
    }
    let stream = RandomStream(seed: 8, name: "test")
    let normal = (0..<400).map { stream.normal(.evaluation, step: 0, row: $0, column: 0) }
    let good = file(normal, [2, 100, 2])
    for other in [
      file([Double](repeating: 1, count: 40), [2, 10, 2]),
      file((0..<40).map { Double($0) }, [4, 10, 1]),
      file((0..<40).map { $0 == 7 ? .nan : Double($0) }, [2, 10, 2]),
      file((0..<40).map { Double($0) }, [40]),
      // Too short.
      file((0..<36).map { Double(($0 * 13) % 40) }, [2, 9, 2]),
    ] {
      guard case .incomparable = try comparison(good, other) else {
        Issue.record("\(other.shape)")
        continue
      }
    }
    let moved = file(normal.map { $0 + 500 }, [2, 100, 2])
    guard case .tested(let tests) = try comparison(good, moved) else {
      Issue.record("not tested")
      return
    }
    #expect(tests.points.0 >= 10 && !tests.sharesStreams && tests.probability < 0.05)
    #expect(tests.kolmogorovSmirnov.allSatisfy { $0.distance == 1 })
  }
}
