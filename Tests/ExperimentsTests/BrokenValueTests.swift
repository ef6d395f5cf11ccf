import Testing

/// A chain on a law with one line left open.
private func chain(_ line: String) -> String {
  """
  name: x
  data:
    law: {kind: gaussian-mixture, components: [{mean: [0], std: 1}]}
  sampling:
    walk:
      kind: langevin
      target: law
      initial: {kind: zeros}
      step_size: 0.1
      \(line)

  """
}

/// A training with one line left open.
private func training(_ line: String, objective: String = "") -> String {
  let objective =
    objective.isEmpty ? "{kind: denoising-score-matching, noise_level: 0.5}" : objective
  return """
    name: x
    data:
      law: {kind: gaussian-mixture, components: [{mean: [0], std: 1}]}
    models:
      net: {kind: mlp, output: score, hidden: [4]}
    training:
      fit:
        model: net
        data: law
        objective: \(objective)
        optimizer: {kind: adam, learning_rate: 1e-3}
        batch_size: 4
        \(line)

    """
}

@Suite("Broken specs: values")
struct BrokenValueTests {
  /// Between two positions in double precision there is nothing: a component that lives there has no mode.
  @Test(arguments: [
    MarkedSpec(
      "a component between two numbers",
      "name: x\ndata:\n  law: {kind: gaussian-mixture, components: 1️⃣[{mean: [-5], std: 1}, {mean: [6], std: 1e-90}]}\n",
      Expected(
        "1️⃣",
        "'data.law.components': component 1: a standard deviation of 1e-90 beside a mean of 6.0 is below the resolution of double precision; 6e-12 is the least"
      )),
    MarkedSpec(
      "a component just wide enough",
      "name: x\ndata:\n  law: {kind: gaussian-mixture, components: [{mean: [-5], std: 1}, {mean: [6], std: 7e-12}]}\n"
    ),
    MarkedSpec(
      "narrow about the origin",
      "name: x\ndata:\n  law: {kind: gaussian-mixture, components: [{mean: [0], std: 1e-90}]}\n"),
    MarkedSpec(
      "one coordinate of a component",
      "name: x\ndata:\n  law: {kind: gaussian-mixture, components: 1️⃣[{mean: [0, 4], variances: [1e-40, 1e-24]}]}\n",
      Expected(
        "1️⃣",
        "'data.law.components': component 0: a standard deviation of 1e-12 beside a mean of 4.0 is below the resolution of double precision; 4e-12 is the least"
      )),
    MarkedSpec(
      "noise between two numbers",
      "name: x\ndata:\n  atoms: {kind: categorical, values: [[-5], [6]]}\n  noisy: {kind: smoothed, from: atoms, noise_level: 1️⃣1e-90}\n",
      Expected(
        "1️⃣",
        "'data.noisy.noise_level': a standard deviation of 1e-90 beside a mean of 6.0 is below the resolution of double precision; 6e-12 is the least",
        help: "write more noise, or leave the smoothing out")),
  ])
  func resolution(spec: MarkedSpec) { spec.check() }

  @Test(arguments: [
    MarkedSpec(
      "misspelled key", chain("steps: 10\n    1️⃣chians: 3"),
      Expected("1️⃣", "unknown key 'chians' in 'sampling.walk'", help: "did you mean 'chains'?")),
    MarkedSpec(
      "wrong type", chain("steps: 1️⃣[10]"),
      Expected("1️⃣", "'sampling.walk.steps' must be a whole number, not a list")),
    MarkedSpec(
      "wrong type has no follow-ups", chain("steps: 1️⃣ten\n    keep: {from: 5}"),
      Expected("1️⃣", "'sampling.walk.steps': expected a count, got 'ten'")),
    MarkedSpec(
      "underscore", chain("steps: 1️⃣1_000"),
      Expected(
        "1️⃣", "'sampling.walk.steps': expected a count, got '1_000'", help: "write 1000")),
    MarkedSpec(
      "leading zero", chain("steps: 1️⃣017"),
      Expected(
        "1️⃣", "'sampling.walk.steps': expected a count, but '017' has a leading zero",
        help: "write 17, or 0o17 for octal")),
    MarkedSpec(
      "fraction for a count", chain("steps: 1️⃣2.5"),
      Expected("1️⃣", "'sampling.walk.steps': expected a count, got '2.5'")),
    MarkedSpec(
      "negative count", chain("steps: 1️⃣-5"),
      Expected(
        "1️⃣", "'sampling.walk.steps': expected a count, got the negative number -5")),
    MarkedSpec(
      "zero steps", chain("steps: 1️⃣0"),
      Expected("1️⃣", "'sampling.walk.steps' must be ≥ 1, not 0")),
    MarkedSpec(
      "absurd count", chain("steps: 1️⃣9223372036854775807"),
      Expected(
        "1️⃣", "'sampling.walk.steps' must be ≤ 1000000000000, not 9223372036854775807")),
    MarkedSpec(
      "too much kept", chain("steps: 1000000000\n    chains: 1000").replacing("walk:", "1️⃣walk:"),
      Expected(
        "1️⃣",
        "'sampling.walk' keeps 1000000000 states of 1000 chains in 1 dimensions; 10000000000 numbers are the most",
        help: "keep fewer states: keep: {from: …, every: …}")),
    MarkedSpec(
      "negative step size", chain("steps: 10").replacing("0.1", "1️⃣-0.1"),
      Expected("1️⃣", "'sampling.walk.step_size' must be > 0, not -0.1")),
    MarkedSpec(
      "NaN", chain("steps: 10").replacing("0.1", "1️⃣.nan"),
      Expected("1️⃣", "'sampling.walk.step_size': expected a finite number, got '.nan'")),
    MarkedSpec(
      "missing required key",
      chain("steps: 10").replacing("    step_size: 0.1\n", "").replacing("kind: lan", "1️⃣kind: lan"),
      Expected(
        "1️⃣", "missing key 'step_size' in 'sampling.walk'",
        help: "add `step_size:` (number > 0): δ, or h with `convention: half`.")),
    MarkedSpec(
      "unknown kind", chain("steps: 10").replacing("langevin", "1️⃣langevn"),
      Expected("1️⃣", "unknown kind of sampling 'langevn'", help: "did you mean 'langevin'?")),
    MarkedSpec(
      "kind in place of its map", training("steps: 1", objective: "1️⃣contrastive-divergence"),
      Expected(
        "1️⃣", "'training.fit.objective' must be a map of fields, not 'contrastive-divergence'",
        help: "write {kind: contrastive-divergence, …}")),
    MarkedSpec(
      "keep beyond the end", chain("steps: 10\n    keep: 1️⃣{from: 11}"),
      Expected(
        "1️⃣", "'sampling.walk': keep: from 11 lies outside the chain",
        help: "a chain of 10 steps has states 0 to 10, or -11 to -1")),
    MarkedSpec(
      "keep before the start", chain("steps: 10\n    keep: 1️⃣{from: -12, to: -2}"),
      Expected(
        "1️⃣", "'sampling.walk': keep: from -12 lies outside the chain",
        help: "a chain of 10 steps has states 0 to 10, or -11 to -1")),
    MarkedSpec(
      "keep that is no state", chain("steps: 10\n    keep: {from: 1️⃣-9223372036854775808}"),
      Expected(
        "1️⃣",
        "'sampling.walk.keep.from' must be ≥ -1000000000000, not -9223372036854775808")),
    MarkedSpec(
      "keep that is a word", chain("steps: 10\n    keep: 1️⃣first"),
      Expected(
        "1️⃣", "'sampling.walk.keep' cannot be 'first'",
        help: "write last, or {from: 1, to: -1, every: 1}")),
    MarkedSpec(
      "yes for a flag", training("steps: 1\n    ema: {decay: 0.9, warm_up: 1️⃣yes}"),
      Expected(
        "1️⃣", "'training.fit.ema.warm_up': expected true or false, got 'yes'", help: "write true")),
    MarkedSpec(
      "both norm and value",
      training("steps: 1").replacing("1e-3}", "1e-3, clip: 1️⃣{norm: 1, value: 2}}"),
      Expected("1️⃣", "'training.fit.optimizer.clip' needs exactly one of 'norm' and 'value'")),
    MarkedSpec(
      "nesterov without momentum",
      training("steps: 1").replacing(
        "{kind: adam, learning_rate: 1e-3}", "{1️⃣kind: sgd, learning_rate: 1e-3, nesterov: true}"),
      Expected(
        "1️⃣", "'training.fit.optimizer': sgd: nesterov needs momentum",
        help: "momentum 0.9 is common")),
    MarkedSpec(
      "too many snapshots", training("steps: 1000000\n    snapshots: 1️⃣{every: 1}"),
      Expected(
        "1️⃣", "'training.fit.snapshots' asks for 1000001 snapshots; 100000 are the most",
        help: "write a larger `every`")),
    MarkedSpec(
      "absurd width", training("steps: 1").replacing("[4]", "[1️⃣1000000000]"),
      Expected("1️⃣", "'models.net.hidden.0' must be ≤ 65536, not 1000000000")),
    MarkedSpec(
      "too many parameters",
      training("steps: 1").replacing("[4]", "[65536, 65536]").replacing("  net:", "  1️⃣net:"),
      Expected("1️⃣", "model 'net' has 4295229441 parameters; 1000000000 are the most")),
    MarkedSpec(
      "noise level unknown",
      "noise_levels: {half: 0.5}\n"
        + training(
          "steps: 1", objective: "{kind: denoising-score-matching, noise_level: 1️⃣hlaf}"),
      Expected(
        "1️⃣", "'training.fit.objective.noise_level' names no noise level: 'hlaf'",
        help: "did you mean 'half'?")),
    MarkedSpec(
      "no noise levels at all",
      training("steps: 1", objective: "{kind: denoising-score-matching, noise_level: 1️⃣half}"),
      Expected(
        "1️⃣", "'training.fit.objective.noise_level' names no noise level: 'half'",
        help: "add it to noise_levels, or write a number")),
  ])
  func diagnostics(spec: MarkedSpec) { spec.check() }
}

extension String {
  /// The text with the first occurrence of a part replaced, where there is one.
  func replacing(_ part: String, _ replacement: String) -> String {
    guard let range = firstRange(of: part) else { return self }
    return self[..<range.lowerBound] + replacement + self[range.upperBound...]
  }
}
