import Experiments
import Testing
import YAML

/// A training whose model and objective are left open.
private func training(_ objective: String, model: String = "output: score, hidden: [4]") -> String {
  """
  name: x
  data:
    law: {kind: gaussian-mixture, components: [{mean: [0, 0], std: 1}]}
  models:
    net: {kind: mlp, \(model)}
  training:
    fit:
      model: net
      data: law
      objective: \(objective)
      optimizer: {kind: adam, learning_rate: 1e-3}
      batch_size: 4
      steps: 5

  """
}

private let relu = "output: score, hidden: [4], activation: 1️⃣relu"
private let kinks =
  "'training.fit' differentiates 'net' by its input, and its activation is relu: the derivative is a step function without curvature"

@Suite("Specs: objectives")
struct ObjectiveSpecTests {
  @Test(arguments: [
    MarkedSpec("the exact trace", training("{kind: implicit-score-matching}")),
    MarkedSpec("slices", training("{kind: sliced-score-matching}")),
    MarkedSpec(
      "every field of slices",
      training(
        "{kind: sliced-score-matching, projections: 3, distribution: sphere, variance_reduction: false, reduction: sum}"
      )),
    MarkedSpec(
      "the exact trace of an energy",
      training("1️⃣{kind: implicit-score-matching}", model: "output: energy, hidden: [4]"),
      Expected(
        "1️⃣",
        "implicit score matching needs a score: with an energy it would take third derivatives",
        help:
          "give the model `output: score`, or choose contrastive-divergence or denoising-score-matching"
      )),
    MarkedSpec(
      "slices of a denoiser",
      training("1️⃣{kind: sliced-score-matching}", model: "output: denoiser, hidden: [4]"),
      Expected(
        "1️⃣", "sliced score matching needs the score of the data; the model's output is 'denoiser'",
        help: "give the model `output: score`, or choose denoising-score-matching")),
    MarkedSpec(
      "no slices", training("{kind: sliced-score-matching, projections: 1️⃣0}"),
      Expected("1️⃣", "'training.fit.objective.projections' must be ≥ 1, not 0")),
    MarkedSpec(
      "unknown law of slices", training("{kind: sliced-score-matching, distribution: 1️⃣gausian}"),
      Expected(
        "1️⃣", "'training.fit.objective.distribution' cannot be 'gausian'",
        help: "did you mean 'gaussian'?")),
    MarkedSpec(
      "the exact trace of a ReLU network",
      training("{kind: implicit-score-matching}", model: relu),
      Expected("1️⃣", kinks, help: "use softplus, silu or tanh", severity: .warning)),
    MarkedSpec(
      "slices of a ReLU network", training("{kind: sliced-score-matching}", model: relu),
      Expected("1️⃣", kinks, help: "use softplus, silu or tanh", severity: .warning)),
    MarkedSpec(
      "the exact trace in many dimensions",
      training("1️⃣{kind: implicit-score-matching}").replacing(
        "mean: [0, 0]", "mean: [" + Array(repeating: "0", count: 64).joined(separator: ", ") + "]"),
      Expected(
        "1️⃣",
        "implicit score matching passes through the network 64 times a step, once for each coordinate",
        help: "choose sliced-score-matching", severity: .warning)),
  ])
  func diagnostics(spec: MarkedSpec) { spec.check() }

  private static func persistent(_ fields: String, rest: String = "") -> String {
    training(
      "{kind: contrastive-divergence, negatives: {chains: 8, initial: {kind: normal}, step_size: 0.1, steps: 4, persistent: \(fields)}\(rest)}",
      model: "output: energy, hidden: [4]")
  }

  @Test(arguments: [
    MarkedSpec("a buffer", persistent("{buffer: 10000}")),
    MarkedSpec(
      "every field", persistent("{buffer: 8, fresh: 1}", rest: ", regularization: 1e-3")),
    MarkedSpec(
      "a buffer for too few", persistent("{buffer: 1️⃣7}"),
      Expected(
        "1️⃣", "'training.fit.objective.negatives.persistent.buffer' has 7 places for 8 chains",
        help: "write at least 8: each chain takes a place")),
    MarkedSpec(
      "no buffer", persistent("{1️⃣fresh: 0}"),
      Expected(
        "1️⃣", "missing key 'buffer' in 'training.fit.objective.negatives.persistent'",
        help:
          "add `buffer:` (whole number from 1 to 100000000): How many states it holds, at least one for each chain; at first from `initial`."
      )),
    MarkedSpec(
      "an improbable start", persistent("{buffer: 9, fresh: 1️⃣1.5}"),
      Expected(
        "1️⃣",
        "'training.fit.objective.negatives.persistent.fresh' must be from 0 to 1, not 1.5")),
    MarkedSpec(
      "a buffer that fills disks", persistent("{buffer: 1️⃣60000000}"),
      Expected(
        "1️⃣", "a buffer of 60000000 states in 2 dimensions is too large",
        help: "it is part of every checkpoint: keep buffer × dimension within 100000000")),
    MarkedSpec(
      "a reward for large energies",
      persistent("{buffer: 9}", rest: ", regularization: 1️⃣-1"),
      Expected("1️⃣", "'training.fit.objective.regularization' must be ≥ 0, not -1")),
  ])
  func persistentChains(spec: MarkedSpec) { spec.check() }

  /// A shortened run has a buffer for its shortened chains.
  @Test func smokeKeepsAPlaceForEachChain() {
    let text = Self.persistent("{buffer: 5000}").replacing("chains: 8", "chains: 3000")
    let reading = Reading(text, isSmoke: true)
    #expect(reading.diagnostics.isEmpty, "\(reading.diagnostics.rendered())")
  }

  /// A buffer is another computation, whatever its fields; fields at their defaults are none.
  @Test func keysKnowTheBuffer() throws {
    func key(_ text: String) throws -> String? {
      NodeKeys(try Reading(text).required().graph)["fit"]
    }
    let anew = Self.persistent("null")
    let keys = [
      try key(anew), try key(Self.persistent("{buffer: 10000}")),
      try key(Self.persistent("{buffer: 10000, fresh: 0}")),
      try key(Self.persistent("null", rest: ", regularization: 1")),
    ]
    #expect(Set(keys).count == 4 && !keys.contains(nil))
    #expect(try key(Self.persistent("null", rest: ", regularization: 0")) == keys[0])
    #expect(try key(Self.persistent("{buffer: 10000, fresh: 0.05}")) == keys[1])
  }

  private static func walk(_ fields: String, output: String) -> String {
    training(
      "{kind: denoising-score-matching, noise_level: 0.5, residual: noise}",
      model: "output: \(output), hidden: [4]")
        + """
        sampling:
          1️⃣walk: {kind: langevin, target: fit, \(fields)initial: {kind: zeros}, step_size: 0.1, steps: 10}

        """
  }

  @Test(arguments: [
    MarkedSpec("a noise network", walk("noise_level: 0.5, ", output: "noise")),
    MarkedSpec(
      "a noise network without its level", walk("", output: "noise"),
      Expected(
        "1️⃣", "missing key 'noise_level' in 'sampling.walk'",
        help: "the score of a noise network is −n̂/σ: say which σ")),
    MarkedSpec(
      "a score with a level",
      walk("noise_level: 2️⃣0.5, ", output: "score"),
      Expected(
        "2️⃣",
        "'noise_level' has no meaning here: 'fit' is neither a denoiser nor a noise network, nor takes the noise level",
        help: "remove it; to smooth a law, add a node of kind smoothed to data")),
    MarkedSpec(
      "the exact trace of a noise network",
      training("1️⃣{kind: implicit-score-matching}", model: "output: noise, hidden: [4]"),
      Expected(
        "1️⃣", "implicit score matching needs the score of the data; the model's output is 'noise'",
        help: "give the model `output: score`, or choose denoising-score-matching")),
  ])
  func noiseNetworks(spec: MarkedSpec) { spec.check() }
}
