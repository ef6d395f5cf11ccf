import Experiments
import Scorewalk
import Testing

private let text = """
  name: x
  data:
    law: {kind: gaussian-mixture, components: [{mean: [-5], std: 3}, {mean: [6], std: 1}]}
    rows:
      kind: draws
      from: law
      counts: [40, 20]
      random: {kind: jax-threefry, key: 45, split: [[3, 0]]}
    plain: {kind: draws, from: law, counts: [40, 20]}
  models:
    net:
      kind: mlp
      output: score
      hidden: [8, 4]
      activation: relu
      initializer: stax
      dimension: 1
      random: {kind: jax-threefry, key: 45, split: [[3, 2], [2, 0]]}

  """

@Suite("JAX's stream in specs")
struct JAXStreamTests {
  private static let names = ["law", "rows", "plain", "net"]

  private func changed(by overrides: [String]) throws -> [String] {
    let before = NodeKeys(try Reading(text).required().graph)
    let after = NodeKeys(try Reading(text, overrides: overrides).required().graph)
    return Self.names.filter { before[$0] != after[$0] }
  }

  /// Seeds play no part beside `random`; what it says does.
  @Test(arguments: [
    (["seed=9"], ["plain"]),
    (["data.rows.random.mode=original"], []),
    (["data.rows.random.split=[[3, 0]]"], []),
    (["data.rows.random.mode=partitionable"], ["rows"]),
    (["data.rows.random.key=46"], ["rows"]),
    (["data.rows.random.split=[[3, 1]]"], ["rows"]),
    (["data.rows.random.split=[[3, 0], [3, 0]]"], ["rows"]),
    (["data.rows.counts=[20, 40]"], ["rows"]),
    (["models.net.random.split=[]"], ["net"]),
    (["~models.net.random"], ["net"]),
    (["models.net.random.key=0x2d"], []),
  ])
  func keys(overrides: [String], expected: [String]) throws {
    #expect(try changed(by: overrides) == expected)
  }

  @Test func theResolvedSpecReadsBack() throws {
    let spec = try Reading(text).required()
    let json = ResolvedValue.map(spec.resolved).json.rendered()
    let again = try Reading(json).required()
    #expect(ResolvedValue.map(again.resolved).json.rendered() == json)
    #expect(NodeKeys(again.graph)["rows"] == NodeKeys(spec.graph)["rows"])
  }

  /// Data and parameters are those of the library, whatever the seed; a wider precision holds the same numbers.
  @Test func dataAndParameters() throws {
    let law = try GaussianMixture(components: [
      .init(mean: [-5], standardDeviation: 3), .init(mean: [6], standardDeviation: 1),
    ])
    let root = JAXRandom(seed: 45)
    let rows = law.sample(
      counts: [40, 20], keys: [0, 1].map { root.split(into: 3, taking: $0) })
    let network = Network(dimension: 1, hidden: [8, 4], activation: .relu, output: .score)
    let key = root.split(into: 3, taking: 2).split(into: 2, taking: 0)
    for precision in Precision.allCases {
      let runner = try TestRunner()
      let outcome = try runner.start("seed: 7\nprecision: \(precision.rawValue)\n" + text)
      #expect(outcome.record.status == .done, "\(String(describing: outcome.failure))")
      let file = try NPYFile.read(outcome.run.path(of: "samples.npy", node: "rows"))
      #expect(file.shape == [1, 60, 1] && file.values.precision == precision)
      #expect(file.values.doubles == rows.map { Double($0) })
      let state = try StateFile.read(
        outcome.run.path(of: RunDirectory.stateFile(step: 0), node: "net"))
      let tensors = try #require(state.parameters).tensors
      #expect(tensors == network.staxParameters(key, precision: precision))
    }
  }

  /// A smoke run has fewer rows in the same proportion, and reads them back as they are.
  @Test func smokeRunsKeepTheProportion() throws {
    let large = text.replacing("[40, 20]", "[10000, 5000]")
    let spec = try Reading(large, isSmoke: true).required()
    let node = try #require(spec.graph["rows"])
    #expect(node.values["counts"] == .list([.count(500), .count(250)]))
    let json = ResolvedValue.map(spec.resolved).json.rendered()
    let again = try Reading(json, isSmoke: true).required()
    #expect(ResolvedValue.map(again.resolved).json.rendered() == json)
  }
}
