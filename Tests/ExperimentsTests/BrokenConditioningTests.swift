import Experiments
import Testing

private let ladder = "{kind: linear, from: 3, to: 1, count: 3}"

/// A model that takes the noise level and its training, with parts of both left open.
private func training(
  model: String = "output: denoiser, noise_levels: \(ladder)",
  objective: String = "noise_levels: \(ladder), residual: denoised"
) -> String {
  """
  name: x
  data:
    law: {kind: gaussian-mixture, components: [{mean: [0], std: 1}]}
  models:
    net: {kind: mlp, hidden: [4], \(model)}
  training:
    fit:
      model: net
      data: law
      objective: {kind: denoising-score-matching, \(objective)}
      optimizer: {kind: adam, learning_rate: 1e-3}
      batch_size: 4
      steps: 3

  """
}

@Suite("Broken specs: networks that take the noise level")
struct BrokenConditioningTests {
  @Test(arguments: [
    MarkedSpec("a good one", training()),
    MarkedSpec(
      "with everything",
      training(
        model:
          "output: denoiser, noise_levels: \(ladder), embedding: fourier, frequencies: 2, preconditioning: edm, data_std: 2",
        objective:
          "noise_levels: \(ladder), residual: denoised, weighting: edm, noise: {draws: 2}, reduction: sum"
      )),
    MarkedSpec(
      "divided by the level",
      training(
        model: "output: score, noise_levels: \(ladder), embedding: none, preconditioning: division",
        objective: "noise_levels: \(ladder), residual: noise")),
    MarkedSpec(
      "neither one level nor several",
      training(objective: "residual: noise").replacing(
        "{kind: denoising", "{1️⃣kind: denoising"),
      Expected(
        "1️⃣", "missing key 'noise_level' in 'training.fit.objective'",
        help:
          "add `noise_level:`, the standard deviation of the noise, or `noise_levels:`, a ladder of them"
      )),
    MarkedSpec(
      "one level and several",
      training(objective: "noise_level: 1️⃣2, noise_levels: \(ladder), residual: noise"),
      Expected(
        "1️⃣", "'training.fit.objective' has both 'noise_level' and 'noise_levels'",
        help: "keep one")),
    MarkedSpec(
      "no residual",
      training(objective: "noise_levels: \(ladder)").replacing(
        "{kind: denoising", "{1️⃣kind: denoising"),
      Expected(
        "1️⃣", "missing key 'residual' in 'training.fit.objective'",
        help:
          "add `residual:`, which weighs the levels: noise alike (NCSN), denoised by σ², score by 1/σ²"
      )),
    MarkedSpec(
      "a norm and shared noise",
      training(
        objective:
          "noise_levels: \(ladder), residual: noise, noise: 1️⃣{shared_over: [rows]}, loss: 2️⃣norm"
      ),
      Expected(
        "1️⃣",
        "'training.fit.objective.noise.shared_over' has no meaning with 'noise_levels': each row has a level of its own"
      ),
      Expected("2️⃣", "'training.fit.objective.loss' must be squared with 'noise_levels'")),
    MarkedSpec(
      "a weighting of one level",
      training(
        model: "output: denoiser", objective: "noise_level: 1, weighting: 1️⃣edm"),
      Expected(
        "1️⃣", "'training.fit.objective.weighting' has no meaning at one noise level",
        help: "remove it, or write `noise_levels:`, a ladder")),
    MarkedSpec(
      "a weighting that the model does not know",
      training(objective: "noise_levels: \(ladder), residual: noise, weighting: edm").replacing(
        "objective: {kind", "objective: 1️⃣{kind"),
      Expected(
        "1️⃣",
        "'training.fit': denoising-score-matching: the weighting edm is for the preconditioning edm",
        help: "weighting unit with the residual noise weighs the levels alike")),
    MarkedSpec(
      "a model of one level",
      training(model: "output: denoiser").replacing("objective: {kind", "objective: 1️⃣{kind"),
      Expected(
        "1️⃣", "'training.fit' learns at several noise levels, and its model takes none",
        help: "give the model `noise_levels:`, the same ladder")),
    MarkedSpec(
      "a training at one level",
      training(objective: "noise_level: 1").replacing("objective: {kind", "objective: 1️⃣{kind"),
      Expected(
        "1️⃣", "model 'net' takes the noise level, and 'training.fit' has one",
        help:
          "train it by denoising-score-matching with `noise_levels:`, or remove those of the model")
    ),
    MarkedSpec(
      "beyond the model's levels",
      training(
        objective: "noise_levels: {kind: linear, from: 4, to: 1, count: 3}, residual: noise"
      ).replacing("objective: {kind", "objective: 1️⃣{kind"),
      Expected(
        "1️⃣",
        "'training.fit' learns at noise levels beyond those that its model is meant for",
        help: "give both the same ladder", severity: .warning)),
    MarkedSpec(
      "edm without the data's size",
      training(model: "output: denoiser, noise_levels: \(ladder), preconditioning: edm").replacing(
        "net: {kind", "net: {1️⃣kind"),
      Expected(
        "1️⃣", "missing key 'data_std' in 'models.net'",
        help: "add `data_std:`, the standard deviation of the data, for preconditioning edm")),
    MarkedSpec(
      "residual blocks",
      training(model: "output: denoiser, residual: true, noise_levels: \(ladder)").replacing(
        "hidden: [4]", "hidden: [4, 4, 4]")),
    MarkedSpec(
      "one block",
      training(model: "output: denoiser, residual: 1️⃣true, noise_levels: \(ladder)"),
      Expected(
        "1️⃣", "'models.net.residual' has no meaning for 1 hidden layer",
        help: "write two or more of one width, or remove 'residual'")),
    MarkedSpec(
      "blocks of different widths",
      training(model: "output: denoiser, residual: true, noise_levels: \(ladder)").replacing(
        "hidden: [4]", "hidden: 1️⃣[4, 4, 5]"),
      Expected(
        "1️⃣", "'models.net.residual' adds layers of the widths 4 and 5",
        help: "give all hidden layers one width")),
    MarkedSpec(
      "laws of levels",
      training(
        objective:
          "noise_levels: \(ladder), residual: denoised, level_law: {kind: log-normal, mean: 0.5, std: 0.3}"
      )),
    MarkedSpec(
      "a law of levels beyond the model's",
      training(
        objective:
          "noise_levels: \(ladder), residual: denoised, level_law: 1️⃣{kind: log-normal, mean: -1.2, std: 1.2}"
      ),
      Expected(
        "1️⃣",
        "'training.fit' draws 87 % of its noise levels beyond those that its model is meant for, 3 to 1",
        help:
          "give both the same ladder, and `level_law` a mean and a std that lie within it, or neither",
        severity: .warning)),
    MarkedSpec(
      "a law of levels far from the model's",
      training(
        objective:
          "noise_levels: \(ladder), residual: denoised, level_law: 1️⃣{kind: log-normal, mean: -20, std: 1}"
      ),
      Expected(
        "1️⃣", "'training.fit' learns at no noise level that its model is meant for, 3 to 1",
        help:
          "give both the same ladder, and `level_law` a mean and a std that lie within it, or neither"
      )),
    MarkedSpec(
      "a ladder far from the model's",
      training(
        objective: "noise_levels: {kind: linear, from: 40, to: 10, count: 3}, residual: noise"
      ).replacing("objective: {kind", "objective: 1️⃣{kind"),
      Expected(
        "1️⃣", "'training.fit' learns at no noise level that its model is meant for, 3 to 1",
        help: "give both the same ladder")),
    MarkedSpec(
      "a law of levels for one level",
      training(
        model: "output: denoiser", objective: "noise_level: 1, level_law: 1️⃣{kind: log-uniform}"),
      Expected(
        "1️⃣", "'training.fit.objective.level_law' has no meaning at one noise level",
        help: "remove it, or write `noise_levels:`, a ladder")),
    MarkedSpec(
      "a law of levels that there is not",
      training(
        objective:
          "noise_levels: \(ladder), residual: denoised, level_law: {kind: 1️⃣lognormal, 2️⃣std: 1}"),
      Expected(
        "1️⃣", "unknown kind of law of noise levels 'lognormal'", help: "did you mean 'log-normal'?")),
    MarkedSpec(
      "scales from the data",
      training(
        model:
          "output: denoiser, noise_levels: {kind: geometric, from: auto, to: auto, count: auto, data: law}, preconditioning: edm, data_std: auto, data: law"
      )),
    MarkedSpec(
      "scales of nothing",
      training(
        model:
          "output: denoiser, noise_levels: {kind: geometric, from: 1️⃣auto, to: 1, count: 3}"),
      Expected(
        "1️⃣", "'models.net.noise_levels.from' is 'auto', and 'data' is missing",
        help: "add `data:`, the node whose scales it is to have")),
    MarkedSpec(
      "scales of data that there are not",
      training(
        model:
          "output: denoiser, noise_levels: {kind: linear, from: auto, to: 1, count: 3, data: 1️⃣lew}"),
      Expected(
        "1️⃣", "'models.net.noise_levels.data' names no data: 'lew'", help: "did you mean 'law'?")),
    MarkedSpec(
      "scales of a model",
      training(
        model:
          "output: denoiser, noise_levels: {kind: linear, from: auto, to: 1, count: 3, data: 1️⃣net}"),
      Expected(
        "1️⃣", "'models.net.noise_levels.data' names no data: 'net'", help: "allowed: law")),
    MarkedSpec(
      "data without scales to ask for",
      training(
        model:
          "output: denoiser, noise_levels: {kind: linear, from: 3, to: 1, count: 3, data: 1️⃣law}"),
      Expected(
        "1️⃣", "'models.net.noise_levels.data' has no meaning without 'auto'",
        help: "write `auto` in place of a number, or remove it")),
    MarkedSpec(
      "scales of one point",
      training(
        model:
          "output: denoiser, noise_levels: {kind: linear, from: 1️⃣auto, to: 1, count: 3, data: atom}"
      ).replacing("data:\n  law", "data:\n  atom: {kind: categorical, values: [[2]]}\n  law"),
      Expected(
        "1️⃣",
        "'models.net.noise_levels.from': 'auto' finds no scale in 'atom', whose points are all one",
        help: "write a number")),
    MarkedSpec(
      "scales of a law with noise",
      training(
        model:
          "output: denoiser, noise_levels: {kind: linear, from: auto, to: 1, count: 3, data: 1️⃣far}"
      ).replacing(
        "data:\n  law",
        "data:\n  few: {kind: draws, from: law, count: 3}\n  far: {kind: noised, from: few, noise_level: 1}\n  law"
      ).replacing("data: 1️⃣far", "data: far")),
    MarkedSpec(
      "edm of a score",
      training(
        model:
          "output: score, noise_levels: \(ladder), preconditioning: 1️⃣edm, data_std: 1"),
      Expected(
        "1️⃣", "'models.net': preconditioning edm is of a denoiser; the output is score",
        help: "give the network output denoiser")),
    MarkedSpec(
      "division of a noise",
      training(model: "output: noise, noise_levels: \(ladder), preconditioning: 1️⃣division"),
      Expected(
        "1️⃣", "'models.net': preconditioning division is of a score; the output is noise",
        help: "with output noise the score is −n̂/σ as it is")),
    MarkedSpec(
      "an energy", training(model: "output: energy, noise_levels: 1️⃣\(ladder)"),
      Expected(
        "1️⃣", "'models.net': an energy network for several noise levels",
        help: "give it output score, noise or denoiser")),
    MarkedSpec(
      "frequencies of another embedding",
      training(model: "output: denoiser, noise_levels: \(ladder), frequencies: 1️⃣7"),
      Expected(
        "1️⃣", "'models.net.frequencies' is not used: the embedding is log",
        help: "write `embedding: fourier`, or remove it", severity: .warning)),
    MarkedSpec(
      "an embedding of nothing",
      training(
        model: "output: denoiser, embedding: 1️⃣log", objective: "noise_level: 1"),
      Expected(
        "1️⃣", "'models.net.embedding' has no meaning without 'noise_levels'",
        help: "add `noise_levels:`, a ladder, or remove it")),
    MarkedSpec(
      "a walk without a level",
      training() + """
        sampling:
          1️⃣walk: {kind: langevin, target: fit, initial: {kind: zeros}, step_size: 0.1, steps: 3}

        """,
      Expected(
        "1️⃣", "missing key 'noise_level' in 'sampling.walk'",
        help: "the network takes the noise level: say which σ")),
    MarkedSpec(
      "walks at and beyond its levels",
      training() + """
        sampling:
          walk: {kind: langevin, target: fit, noise_level: 2, initial: {kind: zeros}, step_size: 0.1, steps: 3}
          beyond: {kind: langevin, target: 1️⃣fit, noise_level: 5, initial: {kind: zeros}, step_size: 0.1, steps: 3}
          down: {kind: annealed-langevin, target: fit, noise_levels: \(ladder), initial: {kind: zeros}, step_size: 0.1, steps_per_level: 3}

        """,
      Expected(
        "1️⃣", "'sampling.beyond' uses 'fit' at σ = 5, beyond the levels that it is meant for",
        severity: .warning)),
    MarkedSpec(
      "levels in references",
      training() + """
        sampling:
          walk: {kind: langevin, target: {node: fit, noise_level: 2}, initial: {kind: zeros}, step_size: 0.1, steps: 3}
          both: {kind: langevin, target: {node: fit, noise_level: 2}, noise_level: 1️⃣3, initial: {kind: zeros}, step_size: 0.1, steps: 3}
          down: {kind: annealed-langevin, target: 2️⃣{node: fit, noise_level: 2}, noise_levels: \(ladder), initial: {kind: zeros}, step_size: 0.1, steps_per_level: 3}
          plain: {kind: langevin, target: 3️⃣{node: law, noise_level: 2}, initial: {kind: zeros}, step_size: 0.1, steps: 3}
        evaluation:
          score: {kind: score, of: {node: fit, noise_level: 2}, against: law}

        """,
      Expected("1️⃣", "'sampling.both' has two noise levels, 3 and 2", help: "keep one"),
      Expected(
        "2️⃣", "'sampling.down.target' has a noise level where none is wanted",
        help: "name the node alone"),
      Expected(
        "3️⃣", "'sampling.plain.target' has a noise level; 'law' takes none",
        help: "name the node alone")),
  ])
  func diagnostics(spec: MarkedSpec) { spec.check() }

  /// `auto` stands for numbers: the same key as where they are written, and none of it is in the resolved spec.
  @Test func automaticNumbersAreNumbers() throws {
    let model = { (ends: String, deviation: String) in
      training(
        model:
          "output: denoiser, noise_levels: {kind: edm, \(ends)}, preconditioning: edm, \(deviation)",
        objective:
          "noise_levels: {kind: linear, from: 1, to: 0.5, count: 2}, residual: denoised, weighting: edm"
      ).replacing(
        "data:\n  law", "data:\n  rows: {kind: draws, from: law, count: 50}\n  law")
    }
    let spec = try Reading(
      model("from: auto, to: auto, count: auto, data: rows", "data_std: auto, data: rows")
    ).required()
    let numbers = Dictionary(
      uniqueKeysWithValues: spec.automatic.map { ($0.field.split(separator: ".").last, $0) })
    let (from, to) = (try #require(numbers["from"]), try #require(numbers["to"]))
    let (count, deviation) = (try #require(numbers["count"]), try #require(numbers["data_std"]))
    #expect(from.value > 2 && from.value < 10 && to.value > 0 && to.value < 0.5)
    #expect(abs(deviation.value - 1) < 0.5)
    #expect(from.reason == "the largest distance of two rows of 'rows', NCSNv2's technique 1")
    #expect(count.reason.contains("no solution below five dimensions"))
    let written = try Reading(
      model(
        "from: \(from.value), to: \(to.value), count: \(Int(count.value))",
        "data_std: \(deviation.value)")
    ).required()
    #expect(NodeKeys(spec.graph)["fit"] == NodeKeys(written.graph)["fit"])
    #expect(written.automatic.isEmpty)
    let again = try Reading(ResolvedValue.map(spec.resolved).json.rendered()).required()
    #expect(NodeKeys(again.graph)["fit"] == NodeKeys(spec.graph)["fit"])
    #expect(again.automatic.isEmpty)
    let explanation = Explanation(spec).json().rendered()
    #expect(explanation.contains("\"field\": \"models.net.noise_levels.from\""))
  }

  /// Frequencies that no embedding has are in no key.
  @Test func frequenciesAreInKeysWhereTheyCount() throws {
    func key(_ model: String) throws -> String? {
      let text = training(model: "output: denoiser, noise_levels: \(ladder), \(model)")
      return NodeKeys(try Reading(text).required().graph)["net"]
    }
    for embedding in ["none", "log"] {
      let plain = try key("embedding: \(embedding)")
      #expect(plain != nil)
      #expect(try key("embedding: \(embedding), frequencies: 7") == plain)
    }
    #expect(
      try key("embedding: fourier, frequencies: 7") != key("embedding: fourier, frequencies: 6"))
    #expect(try key("embedding: fourier, frequencies: 4") == key("embedding: fourier"))
  }

  /// The ends of a ladder may be named levels, written before or after it.
  @Test func endsOfLaddersMayBeNames() throws {
    let text =
      training(model: "output: denoiser, noise_levels: named").replacing(
        "data:\n",
        "noise_levels: {low: 1, named: {kind: linear, from: high, to: low, count: 3}, high: 3}\ndata:\n"
      )
    #expect(
      try NodeKeys(Reading(text).required().graph)["fit"]
        == NodeKeys(Reading(training()).required().graph)["fit"])
  }

  /// A level in a reference is that of the field, and it is in the key.
  @Test func levelsInReferencesAreInKeys() throws {
    func key(_ walk: String) throws -> String? {
      let text =
        training()
        + "sampling:\n  walk: {kind: langevin, initial: {kind: zeros}, step_size: 0.1, steps: 3, \(walk)}\n"
      let graph = try Reading(text).required().graph
      return NodeKeys(graph)["walk"]
    }
    let two = try key("target: {node: fit, noise_level: 2}")
    #expect(try two != key("target: {node: fit, noise_level: 1}"))
    #expect(try two == key("target: {node: fit, noise_level: 2.0}"))
  }
}
