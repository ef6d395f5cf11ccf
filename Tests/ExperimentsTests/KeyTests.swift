import Experiments
import Testing

private let text = """
  name: x
  data:
    law: {kind: gaussian-mixture, components: [{mean: [0], std: 1}]}
  models:
    net: {kind: mlp, output: score, hidden: [4]}
  training:
    fit:
      model: net
      data: law
      objective: {kind: denoising-score-matching, noise_level: 1}
      optimizer: {kind: adam, learning_rate: 1e-3}
      batch_size: 4
      steps: 20
  sampling:
    exact: {kind: langevin, target: law, initial: {kind: zeros}, step_size: 0.1, steps: 10}
    walk: {kind: langevin, target: fit, initial: {kind: zeros}, step_size: 0.1, steps: 10}
  evaluation:
    quality: {kind: samples, of: walk, against: law}

  """

@Suite("Keys")
struct KeyTests {
  private static let names = ["law", "net", "fit", "exact", "walk", "quality"]

  /// The nodes whose keys change with a text.
  private func changed(by overrides: [String]) throws -> [String] {
    try changed(Reading(text, overrides: overrides))
  }

  private func changed(_ reading: Reading) throws -> [String] {
    let before = NodeKeys(try Reading(text).required().graph)
    let after = NodeKeys(try reading.required().graph)
    return Self.names.filter { before[$0] != after[$0] }
  }

  /// What says nothing about a number.
  @Test(arguments: [
    ["name=other"], ["description=words"], ["tags=[a, b]"], ["+noise_levels={half: 0.5}"],
    ["sampling.walk.description=words"], ["+data.more={kind: categorical, values: [[0]]}"],
    // A law draws nothing, and is exact.
    ["data.law.seed=1"], ["data.law.stream=other"], ["data.law.precision=float64"],
    // Defaults written out.
    ["seed=0"], ["seed={default: 0}"], ["seed={default: 0, data: 0}"], ["precision=float32"],
    ["sampling.walk.seed=0"], ["sampling.walk.stream=walk"], ["sampling.walk.precision=float32"],
    ["sampling.walk.chains=1"], ["sampling.walk.convention=delta"],
    ["sampling.walk.keep={from: 1, to: -1, every: 1}"], ["sampling.walk.keep={every: 1}"],
    ["sampling.walk.target={node: fit}"],
    ["sampling.walk.target={node: fit, step: last, parameters: raw}"],
    ["models.net.activation=softplus"], ["models.net.dimension=1"],
    ["training.fit.log_every=100"], ["training.fit.optimizer.beta1=0.9"],
    ["training.fit.objective.noise={}"], ["training.fit.objective.noise={draws: 1}"],
    ["training.fit.objective.noise.shared_over=[]"], ["data.law.components.0.weight=1"],
    ["evaluation.quality.metrics=[ess, mode-weights, moments, wasserstein, ks]"],
    ["evaluation.quality.burn_in=0"], ["evaluation.quality.floors=true"],
    // Numbers in other clothes.
    ["data.law.components.0.std=1.0"], ["data.law.components.0.std=1e0"],
    ["data.law.components.0.mean=[0.0]"], ["sampling.walk.step_size=1e-1"],
    ["sampling.walk.steps=1e1"], ["sampling.walk.steps=0xa"],
    ["training.fit.optimizer.learning_rate=0.001"],
    ["+noise_levels={one: 1}", "training.fit.objective.noise_level=one"],
  ])
  func stays(overrides: [String]) throws {
    #expect(try changed(by: overrides) == [])
  }

  /// What changes the keys of a node and of what depends on it, and nothing else.
  @Test(arguments: [
    (["data.law.components.0.std=2"], names),
    (["models.net.hidden=[5]"], ["net", "fit", "walk", "quality"]),
    (["models.net.stream=other"], ["net", "fit", "walk", "quality"]),
    (["models.net.precision=float64"], ["net", "fit", "walk", "quality"]),
    (["training.fit.steps=21"], ["fit", "walk", "quality"]),
    (["training.fit.log_every=7"], ["fit", "walk", "quality"]),
    (["training.fit.optimizer.kind=adamw"], ["fit", "walk", "quality"]),
    (["training.fit.optimizer.clip={norm: 1}"], ["fit", "walk", "quality"]),
    (["training.fit.snapshots={every: 10}"], ["fit", "walk", "quality"]),
    (["training.fit.ema={decay: 0.9}"], ["fit", "walk", "quality"]),
    (["seed={default: 0, training: 1}"], ["fit", "walk", "quality"]),
    (["sampling.walk.chains=2"], ["walk", "quality"]),
    (["sampling.walk.keep=last"], ["walk", "quality"]),
    (["sampling.walk.seed=1"], ["walk", "quality"]),
    (["sampling.walk.stream=other"], ["walk", "quality"]),
    (["sampling.walk.target=law"], ["walk", "quality"]),
    (["sampling.walk.target={node: fit, step: 20}"], ["walk", "quality"]),
    (["sampling.exact.initial={kind: normal}"], ["exact"]),
    (["evaluation.quality.burn_in=1"], ["quality"]),
    (["evaluation.quality.metrics=[ess]"], ["quality"]),
    (["evaluation.quality.seed=1"], ["quality"]),
    (["seed=1"], names.filter { $0 != "law" }),
    (["precision=float64"], names.filter { $0 != "law" }),
  ])
  func changes(overrides: [String], expected: [String]) throws {
    // A law has no dimension but that of its components, and so the network's shape stays.
    let expected =
      overrides == ["data.law.components.0.std=2"] ? expected.filter { $0 != "net" } : expected
    #expect(try changed(by: overrides) == expected)
  }

  @Test func orderOfKeysSaysNothing() throws {
    let other = text.replacing(
      "{kind: langevin, target: fit, initial: {kind: zeros}, step_size: 0.1, steps: 10}",
      "{steps: 10, step_size: 0.1, initial: {kind: zeros}, target: fit, kind: langevin}"
    ).replacing("model: net\n    data: law", "data: law\n    model: net")
    #expect(try changed(Reading(other)) == [])
  }

  @Test func namesOfOtherNodesSayNothing() throws {
    let other = text.replacing("law: {kind", "truth: {stream: law, kind").replacing(
      "data: law", "data: truth"
    ).replacing("target: law", "target: truth").replacing("against: law", "against: truth")
    #expect(try changed(Reading(other)) == ["law"])
  }

  @Test func atomsWithEqualWeights() throws {
    let atoms = "name: x\ndata: {law: {kind: categorical, values: [[0], [1]]}}\n"
    let written = atoms.replacing("]]", "]], weights: [1, 1]")
    let first = NodeKeys(try Reading(atoms).required().graph)["law"]
    #expect(first == NodeKeys(try Reading(written).required().graph)["law"])
    let other = written.replacing("[1, 1]", "[1, 2]")
    #expect(first != NodeKeys(try Reading(other).required().graph)["law"])
  }

  /// One stream and equal values: one result. Equal values alone: two.
  @Test func sharedStreams() throws {
    let shared = try Reading(
      text, overrides: ["sampling.exact.target=fit", "sampling.exact.stream=walk"]
    )
    .required().graph
    let keys = NodeKeys(shared)
    #expect(keys["exact"] == keys["walk"])
    let exact = try #require(shared["exact"])
    let walk = try #require(shared["walk"])
    func draw(_ node: ExperimentNode) -> [Double] {
      (0..<8).map { node.randomStream.normal(.evaluation, step: 1, row: 2, column: $0) }
    }
    #expect(draw(exact) == draw(walk))
    let apart = try Reading(text, overrides: ["sampling.exact.target=fit"]).required().graph
    #expect(NodeKeys(apart)["exact"] != NodeKeys(apart)["walk"])
    let own = try #require(apart["exact"])
    #expect(draw(own) != draw(walk))
    // The stream is the seed and the stream's name alone: noise is shared between different values too.
    let longer = try Reading(text, overrides: ["sampling.walk.steps=99"]).required().graph
    #expect(draw(try #require(longer["walk"])) == draw(walk))
    let seeded = try Reading(text, overrides: ["sampling.walk.seed=1"]).required().graph
    #expect(draw(try #require(seeded["walk"])) != draw(walk))
  }

  /// Keys as they were when the format was fixed. Where they change, nothing that is stored is found again: raise the
  /// version in the text that begins every key, and say so in the changelog. Where a kind's version is raised, as that of
  /// `samples` was to 2, that of a training to 3 and that of `langevin` to 4, its own keys change and no others but those that
  /// refer to it.
  @Test func committedKeys() throws {
    let keys = NodeKeys(try Reading(text).required().graph)
    #expect(keys["law"] == "fda8d033375fd7068204f8283aeb792271385d111981d4c86f85a8daafcdfb30")
    #expect(keys["net"] == "519dc89474905b6393690b14031b134e701b13b1836e6c0304bebcf86f3bbf3f")
    #expect(keys["fit"] == "443e3ed055b1c1dc3f7143ec4b1b7859425fb4a7edcaa66f7cf177cefd697fb6")
    #expect(keys["walk"] == "7880176f6d4f517363e6731614d3b6df95bf8e1d702d8259aecbf5e3c4e4d535")
    #expect(keys["quality"] == "d50872139068370b26a641b01108e05582e332264114a0bc11d7fcb3d366b90b")
  }
}
