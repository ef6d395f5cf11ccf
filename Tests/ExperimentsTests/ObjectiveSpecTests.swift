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
}
