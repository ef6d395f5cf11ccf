import Testing
import YAML

/// A whole small experiment, in which the specs below break one thing each.
private func experiment(_ changes: (String, String)...) -> String {
  let text = """
    name: x
    data:
      law: {kind: gaussian-mixture, components: [{mean: [0], std: 1}]}
      plane: {kind: categorical, values: [[0, 0], [1, 1]]}
      signs: {kind: categorical, values: [[-1], [1]]}
      rows: {kind: draws, from: law, count: 8}
    models:
      net: {kind: mlp, output: score, hidden: [4]}
      energy: {kind: mlp, output: energy, hidden: [4], dimension: 1}
    training:
      fit:
        model: net
        data: rows
        objective: {kind: denoising-score-matching, noise_level: 0.5}
        optimizer: {kind: adam, learning_rate: 1e-3}
        batch_size: 4
        steps: 20
        snapshots: {from: 0, every: 10}
    sampling:
      walk: {kind: langevin, target: fit, initial: {kind: zeros}, step_size: 0.1, steps: 10}
    evaluation:
      quality: {kind: samples, of: walk, against: law}
      density: {kind: density, of: energy, against: law, grid: {from: -1, to: 1, points: 9}}

    """
  return changes.reduce(text) { $0.replacing($1.0, $1.1) }
}

@Suite("Broken specs: graphs")
struct BrokenGraphTests {
  @Test(arguments: [
    MarkedSpec("nothing wrong", experiment()),
    MarkedSpec(
      "dangling reference", experiment(("target: fit", "target: 1️⃣fitt")),
      Expected(
        "1️⃣", "'sampling.walk.target' names no node: 'fitt'", help: "did you mean 'fit'?")),
    MarkedSpec(
      "empty reference", experiment(("target: fit", "target: 1️⃣''")),
      Expected(
        "1️⃣", "'sampling.walk.target' names no node: ''",
        help: "allowed: law, plane, signs, net, energy, fit")),
    MarkedSpec(
      "reference to what could not be read",
      experiment(("kind: mlp, output: score", "kind: 1️⃣mpl, output: score")),
      Expected("1️⃣", "unknown kind of model 'mpl'", help: "did you mean 'mlp'?")),
    MarkedSpec(
      "reference into a misspelled section", experiment(("models:", "1️⃣model:")),
      Expected("1️⃣", "unknown key 'model'", help: "did you mean 'models'?")),
    MarkedSpec(
      "reference of the wrong role", experiment(("target: fit", "target: 1️⃣rows")),
      Expected(
        "1️⃣",
        "'sampling.walk.target' must be a law (a node of data with a density or atoms) or a model or a training; 'rows' is of data (draws)"
      )),
    MarkedSpec(
      "cycle",
      experiment(
        (
          "rows: {kind: draws, from: law, count: 8}",
          "1️⃣one: {kind: smoothed, from: two, noise_level: 1}\n  2️⃣two: {kind: smoothed, from: one, noise_level: 1}\n  rows: {kind: draws, from: law, count: 8}"
        )),
      Expected(
        "1️⃣", "these nodes refer to each other in a circle: one → two → one",
        notes: [("2️⃣", "'two' stands here")])),
    MarkedSpec(
      "cycle beside a dangling reference",
      experiment(
        ("rows: {kind: draws, from: law", "1️⃣rows: {kind: draws, from: 2️⃣rows"),
        ("target: fit", "target: 3️⃣fitt")),
      Expected("1️⃣", "'rows' refers to itself"),
      Expected(
        "2️⃣",
        "'data.rows.from' must be a law (a node of data with a density or atoms); 'rows' is of data (draws)"
      ),
      Expected("3️⃣", "'sampling.walk.target' names no node: 'fitt'", help: "did you mean 'fit'?")),
    MarkedSpec(
      "a model in place of a law, whose dimension comes from its training",
      experiment(("{kind: draws, from: law", "{kind: draws, from: 1️⃣net")),
      Expected(
        "1️⃣",
        "'data.rows.from' must be a law (a node of data with a density or atoms); 'net' is of models (mlp)"
      )),
    MarkedSpec(
      "self-reference",
      experiment(
        (
          "plane: {kind: categorical, values: [[0, 0], [1, 1]]}",
          "1️⃣plane: {kind: smoothed, from: plane, noise_level: 1}"
        )),
      Expected("1️⃣", "'plane' refers to itself")),
    MarkedSpec(
      "epochs on a law",
      experiment(
        ("data: rows", "data: law"), ("steps: 20", "epochs: 1️⃣3"),
        ("    snapshots: {from: 0, every: 10}\n", "")),
      Expected(
        "1️⃣", "'epochs' has no meaning on a law, which has no end",
        help:
          "write steps, or draw rows once: data: {kind: draws, from: law, count: …}")),
    MarkedSpec(
      "batch of all of a law",
      experiment(("data: rows", "data: law"), ("batch_size: 4", "batch_size: 1️⃣all")),
      Expected(
        "1️⃣", "'batch_size: all' has no meaning on a law, which has no end",
        help: "write a number, or draw rows once: data: {kind: draws, from: law, count: …}")),
    MarkedSpec(
      "batch larger than the data", experiment(("batch_size: 4", "batch_size: 1️⃣9")),
      Expected(
        "1️⃣", "a batch of 9 rows cannot be taken from 8", help: "write at most 8, or all")),
    MarkedSpec(
      "steps and epochs", experiment(("steps: 20", "steps: 20\n    epochs: 1️⃣2")),
      Expected(
        "1️⃣", "'training.fit' has both 'steps' and 'epochs'",
        help: "write steps (updates) or epochs (passes over the data)")),
    MarkedSpec(
      "step that is no snapshot",
      experiment(("target: fit", "target: 1️⃣{node: fit, step: 13}")),
      Expected(
        "1️⃣", "'sampling.walk.target': 'fit' has no snapshot at step 13",
        help: "the nearest is 10")),
    MarkedSpec(
      "every step for a chain", experiment(("target: fit", "target: 1️⃣{node: fit, step: all}")),
      Expected("1️⃣", "'sampling.walk.target': only an evaluation can take `step: all`")),
    MarkedSpec(
      "ema where none is kept",
      experiment(("target: fit", "target: 1️⃣{node: fit, parameters: ema}")),
      Expected(
        "1️⃣", "'sampling.walk.target' asks for averaged parameters; 'fit' keeps none",
        help: "add `ema: {decay: 0.999}` to training.fit")),
    MarkedSpec(
      "step of a law", experiment(("target: fit", "target: 1️⃣{node: law, step: 3}")),
      Expected(
        "1️⃣",
        "'sampling.walk.target': only a training has steps and averaged parameters; 'law' is of data"
      )),
    MarkedSpec(
      "density against atoms",
      experiment(("of: energy, against: law", "of: energy, against: 1️⃣signs")),
      Expected(
        "1️⃣", "'signs' has atoms and no density",
        help: "compare with its smoothed law: {kind: smoothed, from: signs, noise_level: …}")),
    MarkedSpec(
      "density of a score", experiment(("of: energy", "of: 1️⃣fit")),
      Expected(
        "1️⃣", "a density needs an energy; the output of 'fit' is 'score'",
        help: "evaluate a score or a denoiser with `kind: denoiser`")),
    MarkedSpec(
      "chain on atoms", experiment(("target: fit", "target: 1️⃣signs")),
      Expected(
        "1️⃣", "'sampling.walk.target': 'signs' has atoms and no score",
        help: "follow its smoothed law: {kind: smoothed, from: signs, noise_level: …}")),
    MarkedSpec(
      "Metropolis on a score",
      experiment(
        ("kind: langevin, target: fit", "kind: metropolis-adjusted-langevin, target: 1️⃣fit")),
      Expected(
        "1️⃣",
        "metropolis-adjusted-langevin needs a density; the output of 'fit' is 'score', which gives a score alone",
        help: "follow a law or a network with `output: energy`, or choose `kind: langevin`")),
    MarkedSpec(
      "Metropolis on a denoiser, with no word of its noise level",
      experiment(
        ("output: score", "output: denoiser"),
        ("kind: langevin, target: fit", "kind: metropolis-adjusted-langevin, target: 1️⃣fit")),
      Expected(
        "1️⃣",
        "metropolis-adjusted-langevin needs a density; the output of 'fit' is 'denoiser', which gives a score alone",
        help: "follow a law or a network with `output: energy`, or choose `kind: langevin`")),
    MarkedSpec(
      "Metropolis on atoms",
      experiment(
        ("kind: langevin, target: fit", "kind: metropolis-adjusted-langevin, target: 1️⃣signs")),
      Expected(
        "1️⃣", "'sampling.walk.target': 'signs' has atoms and no score",
        help: "follow its smoothed law: {kind: smoothed, from: signs, noise_level: …}")),
    MarkedSpec(
      "noise level of an energy",
      experiment(
        ("kind: langevin, target: fit", "kind: metropolis-adjusted-langevin, target: energy"),
        ("steps: 10}", "steps: 10, noise_level: 1️⃣0.5}")),
      Expected(
        "1️⃣",
        "'noise_level' has no meaning here: 'energy' is neither a denoiser nor a noise network, nor takes the noise level",
        help: "remove it; to smooth a law, add a node of kind smoothed to data")),
    MarkedSpec(
      "Metropolis on an energy and on a law",
      experiment(
        ("kind: langevin, target: fit", "kind: metropolis-adjusted-langevin, target: energy"),
        (
          "evaluation:",
          "  more: {kind: metropolis-adjusted-langevin, target: law, initial: {kind: zeros}, step_size: 0.1, convention: half, steps: 10, keep: last}\nevaluation:"
        ))),
    MarkedSpec(
      "last state of Metropolis chains",
      experiment(
        (
          "kind: langevin, target: fit, initial: {kind: zeros}",
          "kind: metropolis-adjusted-langevin, target: law, initial: {kind: samples, of: 1️⃣more}"
        ),
        (
          "evaluation:",
          "  more: {kind: metropolis-adjusted-langevin, target: law, initial: {kind: zeros}, step_size: 0.1, steps: 10, keep: {to: 9}}\nevaluation:"
        )),
      Expected(
        "1️⃣", "'more' does not keep its last state, 10, but 9 at most",
        help: "let its `keep` reach to -1, in steps that end there")),
    MarkedSpec(
      "objective that does not fit the model",
      experiment(
        (
          "{kind: denoising-score-matching, noise_level: 0.5}",
          "1️⃣{kind: contrastive-divergence, negatives: {initial: {kind: zeros}, step_size: 1, steps: 2}}"
        )),
      Expected(
        "1️⃣", "contrastive divergence needs an energy; the model's output is 'score'",
        help: "give the model `output: energy`, or choose denoising-score-matching")),
    MarkedSpec(
      "model without a dimension", experiment((", dimension: 1", ""), ("energy:", "1️⃣energy:")),
      Expected(
        "1️⃣", "the dimension of model 'energy' is not known: no training names it",
        help: "add `dimension:` to the model")),
    MarkedSpec(
      "misspelled model", experiment(("model: net", "model: 1️⃣nett")),
      Expected(
        "1️⃣", "'training.fit.model' names no node: 'nett'", help: "did you mean 'net'?")),
    MarkedSpec(
      "burn-in of everything", experiment(("against: law}", "against: law, burn_in: 1️⃣10}")),
      Expected(
        "1️⃣", "'burn_in' leaves nothing: 'walk' keeps 10 draws a chain",
        help: "write less than 10")),
  ])
  func diagnostics(spec: MarkedSpec) { spec.check() }

  @Test(arguments: [
    MarkedSpec(
      "of a start", experiment(("{kind: zeros}", "{kind: point, at: 1️⃣[0, 1]}")),
      Expected("1️⃣", "initial: a point of 2 coordinates in 1 dimensions")),
    MarkedSpec(
      "of data and model",
      experiment(("data: rows", "data: 1️⃣plane"), ("hidden: [4]}", "hidden: [4], dimension: 1}")),
      Expected("1️⃣", "'plane' has 2 coordinates where model 'net' has 1")),
    MarkedSpec(
      "of truth and samples",
      experiment(("of: walk, against: law", "of: walk, metrics: [moments], against: 1️⃣plane")),
      Expected("1️⃣", "'plane' has 2 coordinates where 'walk' has 1")),
    MarkedSpec(
      "of components",
      experiment(("[{mean: [0], std: 1}]", "[{mean: [0], std: 1}, {mean: 1️⃣[0, 1], std: 1}]")),
      Expected(
        "1️⃣", "'data.law.components.1.mean' has 2 coordinates where the first component has 1")),
    MarkedSpec(
      "of a covariance", experiment(("std: 1", "covariance: 1️⃣[[1, 0]]")),
      Expected("1️⃣", "'data.law.components.0.covariance' must be 1 × 1")),
    MarkedSpec(
      "of atoms", experiment(("[[-1], [1]]", "[[-1], 1️⃣[1, 2]]")),
      Expected("1️⃣", "'data.signs.values.1' has 2 coordinates where the first has 1")),
    MarkedSpec(
      "of weights", experiment(("[[-1], [1]]", "[[-1], [1]], weights: 1️⃣[1]")),
      Expected("1️⃣", "'data.signs.weights' has 1 numbers for 2 atoms")),
  ])
  func dimensions(spec: MarkedSpec) { spec.check() }

  @Test func reluIsAWarning() {
    MarkedSpec(
      "relu",
      experiment(
        ("output: energy", "output: energy, activation: 1️⃣relu"), ("target: fit", "target: energy")),
      Expected(
        "1️⃣",
        "'sampling.walk' differentiates 'energy' by its input, and its activation is relu: the derivative is a step function without curvature",
        help: "use softplus, silu or tanh", severity: .warning)
    ).check()
  }

  /// Everything at once, each mistake once, and nothing that only follows from another.
  @Test func manyMistakes() {
    MarkedSpec(
      "many",
      """
      name: 1️⃣a/b
      2️⃣colour: red
      data:
        law: {kind: gaussian-mixture, components: [{mean: [0], 3️⃣sdt: 1}, {mean: 🔟[0, 1], std: 1}]}
        signs: {kind: categorical, values: 4️⃣0}
      models:
        net: {kind: mlp, output: 5️⃣socre, hidden: [4, 6️⃣x]}
      training:
        fit:
          model: net
          data: signs
          objective: {kind: denoising-score-matching, noise_level: 7️⃣-1, loss: norm}
          optimizer: {kind: adam, learning_rate: 1e-3}
          batch_size: 4
          steps: 8️⃣1_000
          snapshots: {from: 500, every: 100}
      sampling:
        walk: {kind: langevin, target: {node: fit, step: 700}, initial: {kind: zeros}, step_size: 0.1, steps: 10, keep: 9️⃣{from: 20}}

      """,
      Expected("1️⃣", "'name' cannot be 'a/b': use letters, digits, '-', '_' and '.'"),
      Expected(
        "2️⃣", "unknown key 'colour'",
        help:
          "allowed: name, description, tags, seed, precision, noise_levels, data, models, training, sampling, evaluation, figures, sweep"
      ),
      Expected("3️⃣", "unknown key 'sdt' in 'data.law.components.0'", help: "did you mean 'std'?"),
      Expected(
        "🔟", "'data.law.components.1.mean' has 2 coordinates where the first component has 1"),
      Expected(
        "4️⃣", "'data.signs.values' must be a list of lists of numbers, not '0'",
        help: "write it in brackets: [[0]]"),
      Expected("5️⃣", "'models.net.output' cannot be 'socre'", help: "did you mean 'score'?"),
      Expected("6️⃣", "'models.net.hidden.1': expected a count, got 'x'"),
      Expected("7️⃣", "'training.fit.objective.noise_level' must be > 0, not -1"),
      Expected(
        "8️⃣", "'training.fit.steps': expected a count, got '1_000'", help: "write 1000"),
      Expected(
        "9️⃣", "'sampling.walk': keep: from 20 lies outside the chain",
        help: "a chain of 10 steps has states 0 to 10, or -11 to -1")
    ).check()
  }
}
