import Experiments
import Foundation
import Testing

/// Run directories with known metrics, written as the program writes them, without running anything.
final class CompareFixture {
  let directory: TemporaryDirectory
  let results: ResultsDirectory
  private(set) var runs: [RunDirectory] = []

  /// What a node of a made-up run is.
  struct Node {
    var name: String
    /// The same for runs that share the result.
    var key: String
    var metrics: [(name: String, value: Double)] = []
    var status = RunStatus.done
    var failure: String?
    var versions: [String: Int]?
  }

  init() throws {
    directory = try TemporaryDirectory()
    results = ResultsDirectory(path: directory.path + "/results")
  }

  /// Adds a run.
  ///
  /// - Parameters:
  ///   - resolved: the text of resolved.json, without its braces.
  ///   - axes: of a sweep of which the run is a point.
  @discardableResult
  func add(
    _ experiment: String = "mixture", resolved: String,
    axes: [(name: String, set: String, value: String)] = [],
    _ nodes: [Node], isSmoke: Bool = false, started: String = "2026-01-01T00:00:00Z"
  ) throws -> RunDirectory {
    let number = runs.count { $0.experiment == experiment } + 1
    let name = ResultsDirectory.digits(number) + "-calm-otter"
    try FileSystem.makeDirectory(
      results.path + "/" + experiment + "/.ids/" + ResultsDirectory.digits(number))
    let run = RunDirectory(path: results.path + "/" + experiment + "/" + name)
    let isDone = nodes.allSatisfy { $0.status == .done }
    let status =
      isDone ? "done" : nodes.contains { $0.status == .failed } ? "failed" : "interrupted"
    func number(_ value: Double) -> JSONText { .number(value) }
    let list = nodes.map { node -> JSONText in
      var members: [(String, JSONText)] = []
      if let failure = node.failure { members.append(("failure", .text(failure))) }
      members += [
        ("key", .text(node.key)), ("name", .text(node.name)),
        ("status", .text(node.status.rawValue)),
      ]
      if !node.metrics.isEmpty {
        members.append(
          (
            "summary",
            .list(
              node.metrics.map { .map([("name", .text($0.name)), ("value", .number($0.value))]) })
          ))
      }
      if let versions = node.versions {
        members.append(
          (
            "versions",
            .map(versions.sorted { $0.key < $1.key }.map { ($0.key, .integer($0.value)) })
          ))
      }
      return .map(members)
    }
    var members: [(String, JSONText)] = [
      ("command", .list([.text("scorewalk")])), ("experiment", .text(experiment)),
      ("format", .integer(1)), ("heartbeat", .text(started)), ("host", .text("elsewhere")),
      ("isSmoke", .flag(isSmoke)), ("nodes", .list(list)), ("overrides", .list([])),
      ("process", .integer(1)), ("resumed", .list([])), ("run", .text(name)),
      ("started", .text(started)), ("status", .text(status)),
    ]
    if !axes.isEmpty {
      let texts = axes.map { axis -> JSONText in
        var fields: [(String, JSONText)] = [("name", .text(axis.name))]
        if let number = Double(axis.value) { fields.append(("number", .number(number))) }
        fields += [("set", .list([.text(axis.set)])), ("value", .text(axis.value))]
        return .map(fields)
      }
      members.append(
        (
          "sweep",
          .map([
            ("axes", .list(texts)), ("id", .text("0001")),
            ("label", .text(axes.map { $0.name + "=" + $0.value }.joined(separator: " "))),
            ("point", .integer(number - 1)), ("points", .integer(9)),
          ])
        ))
    }
    members += [("tool", .text("0.1.0")), ("usesSharedStore", .flag(true))]
    try write(JSONText.map(members).rendered() + "\n", to: run.path("run.json"))
    try write(
      "{\n  \"name\": \"\(experiment)\",\n" + resolved + "\n}\n", to: run.path("resolved.json"))
    if isDone { try write("{\"files\": {}, \"format\": 1}\n", to: run.path("manifest.json")) }
    runs.append(run)
    return run
  }

  private func write(_ text: String, to path: String) throws {
    if let slash = path.lastIndex(of: "/") { try FileSystem.makeDirectory(String(path[..<slash])) }
    try FileSystem.write(Array(text.utf8), to: path)
  }

  /// Compares all runs, or some.
  func compare(
    _ runs: [RunDirectory]? = nil, by: [String] = [], metrics: [String] = [],
    baseline: [String] = []
  ) throws -> Comparison {
    var request = ComparisonRequest()
    request.by = by
    request.metrics = metrics
    request.baseline = baseline
    return try Comparison(runs ?? self.runs, in: results, request)
  }

  /// The spec of a chain, as it is resolved.
  static func chain(delta: Double, chains: Int = 10, seed: Int) -> String {
    """
      "description": "a chain over \(seed)",
      "tags": ["a", "b\(seed)"],
      "seed": \(seed),
      "noise_levels": {"half": 0.5},
      "data": {"law": {"kind": "gaussian-mixture", "components": [{"weight": 1, "mean": [-1]}, {"weight": 1, "mean": [1]}]}},
      "sampling": {
        "walk": {"kind": "langevin", "target": "law", "initial": {"kind": "normal"}, "step_size": \(delta), "chains": \(chains)}
      },
      "evaluation": {"quality": {"kind": "samples", "of": "walk", "metrics": ["ks", "moments"]}}
    """
  }

  /// A sweep over three step sizes and five seeds; of the largest one seed diverged and one has a NaN.
  static func sweep() throws -> CompareFixture {
    let fixture = try CompareFixture()
    // By hand: logarithms of ks are spread by .2 and lower by .5 at .05; the same seeds go up and down together.
    let noise = [0.21, -0.13, 0.05, -0.24, 0.16]
    let own = [0.02, -0.01, 0.03, -0.02, -0.04]
    for (delta, shift) in [(0.1, 0.0), (0.05, -0.5), (0.5, 0.7)] {
      for seed in 0..<5 {
        let ks = 0.08 * exp(shift + noise[seed] + (delta == 0.1 ? 0 : own[seed]))
        let isLost = delta == 0.5 && seed == 3
        let isNaN = delta == 0.5 && seed == 1
        let key = "\(delta)-\(seed)"
        try fixture.add(
          resolved: chain(delta: delta, seed: seed),
          axes: [("delta", "sampling.walk.step_size", JSONText.number(delta))],
          [
            Node(name: "law", key: "law", versions: ["kind": 1]),
            Node(
              name: "walk", key: "w" + key, metrics: [("acceptance", 0.5)],
              status: isLost ? .failed : .done,
              failure: isLost ? "sampling.walk: chain 3 left every bound\n   help: less" : nil,
              versions: ["kind": 2]),
            Node(
              name: "quality", key: "q" + key,
              metrics: isLost
                ? []
                : [
                  ("count", 100), ("ks", isNaN ? .nan : ks), ("ks.floor", ks / 9),
                  ("ks.floor_at_ess", 0.02 + 0.001 * Double(seed)), ("mean", noise[seed] + shift),
                  ("mean.mcse", 0.1), ("mean.truth", 0),
                ], status: isLost ? .skipped : .done, versions: ["kind": 1]),
          ])
      }
    }
    return fixture
  }
}

/// A committed text: compared, or written where `SCOREWALK_WRITE_GOLDEN` is set.
func expectGolden(_ text: String, _ name: String) throws {
  let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()
    .appendingPathComponent("Fixtures/compare")
  let file = folder.appendingPathComponent(name)
  if ProcessInfo.processInfo.environment["SCOREWALK_WRITE_GOLDEN"] != nil {
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    try Data(text.utf8).write(to: file)
  }
  let golden = try String(contentsOf: file, encoding: .utf8)
  #expect(text == golden, "\(name):\n\(text)")
}
