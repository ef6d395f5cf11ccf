import Experiments
import Scorewalk
import Testing

private let points = "{kind: categorical, values: [[1], [-1]], weights: [0.8, 0.2]}"
private let levels = "{kind: geometric, from: 2, to: 0.25, count: 4}"

/// Chains on measurements of a law and the jump from their mean, with their own fields left open.
private func measured(
  _ fields: String, law: String = points, initial: String = "{kind: zeros}",
  jump: String = "noise_level: 0.5"
) -> String {
  """
  name: x
  precision: float64
  data:
    law: \(law)
    noisy: {kind: smoothed, from: law, noise_level: 0.5}
  sampling:
    walk: {target: law, initial: \(initial), \(fields)}
    jump: {kind: denoise, from: walk, using: law, \(jump)}

  """
}

private let joint =
  "kind: multi-measurement, noise_level: 1, measurements: 4, step_size: 0.4, steps: 60"
private let sequential =
  "kind: sequential-measurement, noise_level: 1, measurements: 4, step_size: 0.4, steps_per_measurement: 20"
private let lastOnly = ", keep: last"

/// A network and its training, with what they have of noise levels left open, and chains on it.
private func learned(_ model: String, _ objective: String, _ target: String) -> String {
  """
  name: x
  data:
    law: \(points)
  models:
    net: {kind: mlp, hidden: [4], output: denoiser, \(model)}
  training:
    fit:
      model: net
      data: law
      objective: {kind: denoising-score-matching, \(objective)}
      optimizer: {kind: adam, learning_rate: 1e-3}
      batch_size: 4
      steps: 3
  sampling:
    walk: {target: \(target), initial: {kind: zeros}, \(sequential)}
    all: {target: \(target.replacing("1️⃣", "2️⃣")), initial: {kind: zeros}, \(joint)}

  """
}

@Suite("Measurements in specs")
struct MeasurementSpecTests {
  @Test(arguments: [
    MarkedSpec("at once", measured(joint)),
    MarkedSpec("one by one", measured(sequential + lastOnly)),
    MarkedSpec(
      "means of one measurement and of more",
      measured(sequential).replacing("from: walk", "from: 1️⃣walk"),
      Expected(
        "1️⃣",
        "'sampling.jump' takes one noise off 'walk', whose kept states carry from σ = 1 to σ = 0.5",
        help: "keep the last state of 'walk' alone: keep: last", severity: .warning)),
    MarkedSpec(
      "where chains start is no measurement",
      measured(sequential + ", keep: {from: 0, every: 80}")),
    MarkedSpec(
      "the mean of the first two",
      measured(sequential + ", keep: {from: 21, to: 40}", jump: "noise_level: 0.7071068")),
    MarkedSpec(
      "more than is left at the end",
      measured(sequential + lastOnly, jump: "noise_level: 1️⃣0.7071068"),
      Expected(
        "1️⃣",
        "'sampling.jump' takes σ = 0.7071068 off 'walk', whose points carry σ/√4 = 0.5",
        help: "write noise_level: 0.5", severity: .warning)),
    MarkedSpec(
      "no noise", measured(joint.replacing("noise_level: 1", "noise_level: 1️⃣0")),
      Expected("1️⃣", "'sampling.walk.noise_level' must be > 0, not 0")),
    MarkedSpec(
      "none", measured(sequential.replacing("measurements: 4", "measurements: 1️⃣0")),
      Expected("1️⃣", "'sampling.walk.measurements' must be ≥ 1, not 0")),
    MarkedSpec(
      "not how many",
      measured(joint.replacing("measurements: 4, ", "")).replacing(
        "walk: {target", "walk: {1️⃣target"),
      Expected(
        "1️⃣", "missing key 'measurements' in 'sampling.walk'",
        help: "add `measurements:` (whole number from 1 to 10000): M, how many there are.")),
    MarkedSpec(
      "the field of the other kind",
      measured(joint + ", 1️⃣steps_per_measurement: 3"),
      Expected(
        "1️⃣", "unknown key 'steps_per_measurement' in 'sampling.walk'",
        help:
          "allowed: description, stream, seed, precision, kind, target, initial, noise_level, measurements, convention, step_size, steps, chains, keep"
      )),
    MarkedSpec(
      "a step that float32 does not hold",
      "precision: float32\n"
        + measured(sequential.replacing("step_size: 0.4", "step_size: 1️⃣1e-40") + lastOnly)
        .replacing(
          "precision: float64\n", ""),
      Expected(
        "1️⃣",
        "'sampling.walk': sequential-measurement: the step δ, is beyond the numbers of float32",
        help: "choose `precision: float64`, or other units")),
    MarkedSpec(
      "noise whose inverse float32 does not hold",
      measured(
        sequential.replacing("noise_level: 1", "noise_level: 1️⃣1e-20") + lastOnly,
        jump: "noise_level: 5e-21"
      ).replacing("precision: float64\n", "precision: float32\n"),
      Expected(
        "1️⃣",
        "'sampling.walk': sequential-measurement: the variance of a measurement, σ², is beyond the numbers of float32",
        help: "choose `precision: float64`, or other units")),
    MarkedSpec(
      "nothing is said of a sampler that could not be read",
      measured(joint.replacing("measurements: 4", "measurements: 1️⃣none"), jump: "noise_level: 2"),
      Expected("1️⃣", "'sampling.walk.measurements': expected a count, got 'none'")),
    MarkedSpec(
      "the noise of one taken off the mean", measured(joint, jump: "noise_level: 1️⃣1"),
      Expected(
        "1️⃣",
        "'sampling.jump' takes σ = 1 off 'walk', whose points carry σ/√4 = 0.5",
        help: "write noise_level: 0.5", severity: .warning)),
    MarkedSpec(
      "of the mean of the first two, which is no state",
      measured(joint, jump: "noise_level: 1️⃣0.7071068"),
      Expected(
        "1️⃣",
        "'sampling.jump' takes σ = 0.7071068 off 'walk', whose points carry σ/√4 = 0.5",
        help: "write noise_level: 0.5", severity: .warning)),
    MarkedSpec(
      "a network that takes the noise level",
      learned("noise_levels: \(levels)", "noise_levels: \(levels), residual: denoised", "fit")),
    MarkedSpec(
      "a network for one level", learned("dimension: 1", "noise_level: 0.5", "1️⃣fit"),
      Expected(
        "1️⃣",
        "sequential-measurement needs the noise of σ/√4 = 0.5; 'fit' is a network for one level",
        help: "follow a law, whose smoothed scores are exact, or give the model `noise_levels:`"),
      Expected(
        "2️⃣", "multi-measurement needs the noise of σ/√4 = 0.5; 'fit' is a network for one level",
        help: "follow a law, whose smoothed scores are exact, or give the model `noise_levels:`")),
    MarkedSpec(
      "levels that do not reach the mean's",
      learned(
        "noise_levels: \(levels)".replacing("0.25", "0.75"),
        "noise_levels: \(levels), residual: denoised".replacing("0.25", "0.75"), "1️⃣fit"),
      Expected(
        "1️⃣",
        "'sampling.walk' uses 'fit' at σ = 0.7071067811865475, beyond the levels that it is meant for",
        help: "let the levels of the model and of its training reach from 1 to σ/√4 = 0.5",
        severity: .warning),
      Expected(
        "2️⃣", "'sampling.all' uses 'fit' at σ = 0.5, beyond the levels that it is meant for",
        help: "let the levels of the model and of its training reach to σ/√4 = 0.5",
        severity: .warning)),
  ])
  func diagnostics(spec: MarkedSpec) { spec.check() }

  // MARK: - What is known beforehand

  private func explain(_ text: String, _ node: String = "walk") throws -> NodeExplanation {
    try #require(Explanation(try Reading(text).required())[node])
  }

  private func number(_ node: NodeExplanation, _ fact: String) throws -> Double {
    guard case .number(let number)? = node[fact]?.value else {
      Issue.record("no number \(fact)")
      return .nan
    }
    return number
  }

  private func verdicts(_ node: NodeExplanation, _ severity: Verdict.Severity) -> [String] {
    node.verdicts.filter { $0.severity == severity }.map(\.name)
  }

  /// All that is known of plain chains on the law with the mean's noise and a step of δ/M is known of the mean.
  @Test func theMeanIsExplainedAsAPlainChain() throws {
    let plain = try explain(
      measured(
        "kind: langevin, step_size: 0.1, steps: 60", initial: "{kind: normal, std: 2}"
      ).replacing("walk: {target: law", "walk: {target: noisy"))
    let mean = try explain(measured(joint, initial: "{kind: normal, std: 2}"))
    #expect(try number(mean, "mean_noise_level") == 0.5)
    #expect(try number(mean, "measurement_step") == 0.4 && number(mean, "noise_step") == 0.4)
    for fact in plain.facts where !["step_size", "target"].contains(fact.name) {
      #expect(mean[fact.name] == fact, "\(fact.name)")
    }
    #expect(try number(mean, "step_size") == 0.1)
    #expect(plain["mode_masses_kept"] != nil && plain["relaxation_steps"] != nil)
    #expect(verdicts(mean, .warning) == verdicts(plain, .warning))
    #expect(verdicts(mean, .note).contains("mean_is_langevin"))
    // From 2σ² on they fly off.
    let wild = joint.replacing("step_size: 0.4", "step_size: 2.1")
    #expect(verdicts(try explain(measured(wild)), .warning).contains("unstable"))
    let jump = try explain(measured(joint), "jump")
    #expect(try number(jump, "input_ks") < 1e-12)
    #expect(verdicts(jump, .warning).isEmpty)
  }

  /// Two points at ±1: up to R = 1 = σ every law is log-concave, and below it none need be.
  @Test func whereLawsAreLogConcave() throws {
    let right = try explain(measured(sequential))
    #expect(abs(try number(right, "largest_posterior_variance") - 1) < 1e-6)
    func level(_ level: Double) throws -> NodeExplanation {
      try explain(
        measured(
          sequential.replacing("noise_level: 1", "noise_level: \(level)"),
          jump: "noise_level: \(level / 2)"))
    }
    #expect(verdicts(try level(1.001), .note) == ["log_concave"])
    let low = try level(0.99)
    // The steps are large: points end a tenth wider than the noise.
    #expect(verdicts(low, .warning) == ["not_log_concave", "end"])
    #expect(low.verdicts[0].text.contains("at σ of 1 or more none has"))
    #expect(try number(low, "mean_noise_level") == 0.495)
  }

  /// The first measurement is a plain chain of its steps on X + σ N.
  @Test func theFirstIsExplainedAsAPlainChain() throws {
    let node = try explain(measured(sequential, initial: "{kind: point, at: [3]}"))
    let plain = try explain(
      measured(
        "kind: langevin, step_size: 0.4, steps: 20, keep: last",
        initial: "{kind: point, at: [3]}"
      ).replacing("noise_level: 0.5}\nsampling", "noise_level: 1}\nsampling")
        .replacing("walk: {target: law", "walk: {target: noisy"))
    #expect(try number(node, "first_ks") == number(plain, "kept_ks"))
    #expect(try number(node, "relaxation_steps") == number(plain, "relaxation_steps"))
    let hasty = sequential.replacing("steps_per_measurement: 20", "steps_per_measurement: 1")
    #expect(verdicts(try explain(measured(hasty)), .warning).contains("too_short"))
  }

  @Test func theEndOnAGaussianIsKnown() throws {
    let law = "{kind: gaussian-mixture, components: [{mean: [2], std: 0.5}]}"
    let node = try explain(measured(sequential, law: law, initial: "{kind: normal, std: 3}"))
    let sampler = SequentialMeasurement(
      measurements: try Measurements(noiseLevel: 1, count: 4), stepsPerMeasurement: 20,
      stepSize: 0.4)
    let end = sampler.end(ofMean: 2, variance: 0.25, from: (0, 9))
    #expect(try number(node, "end_mean") == end.mean)
    #expect(try number(node, "end_variance") == end.variance)
    #expect(try number(node, "final_spread") == sampler.finalSpread(variance: 0.25))
    #expect(verdicts(node, .warning).isEmpty)
    // Given three others the last has the variance 1 + 0.25/(0.75 + 1).
    let limit = 2 * (1 + 0.25 / 1.75)
    #expect(abs(try number(node, "stability_limit") - limit) < 1e-12)
    for (step, isWild) in [(0.99 * limit, false), (1.01 * limit, true)] {
      let wild = try explain(
        measured(sequential.replacing("step_size: 0.4", "step_size: \(step)"), law: law))
      #expect(verdicts(wild, .warning).contains("unstable") == isWild)
    }
  }

  /// `keep` may end before the last measurement does; then that is what is said.
  @Test func measurementsThatAreNotKept() throws {
    let node = try explain(measured(sequential + ", keep: {from: 21, to: 40}"))
    #expect(try number(node, "kept_noise_level") == 1 / 2.0.squareRoot())
    #expect(try number(node, "mean_noise_level") == 0.5)
    guard case .text(let target)? = node["target"]?.value else {
      Issue.record("no target")
      return
    }
    #expect(target.hasPrefix("law smoothed at σ = 0.707"))
    // What is known of the end is not known of the middle.
    #expect(node["final_spread"] == nil)
    let whole = try explain(measured(sequential))
    #expect(whole["kept_noise_level"] == nil && whole["final_spread"] != nil)
    // Of states at several levels no distance is told.
    #expect(try explain(measured(sequential), "jump")["input_ks"] == nil)
    #expect(try number(explain(measured(sequential + lastOnly), "jump"), "input_ks") < 1e-12)
  }

  // MARK: - Keys and runs

  /// Longer chains of the joint law begin with shorter ones; measurements one by one say themselves where they end.
  @Test func whatCanBeGoneOnFrom() throws {
    #expect(NodeKeys(try Reading(measured(joint)).required().graph).series(of: "walk") != nil)
    let graph = try Reading(measured(sequential)).required().graph
    #expect(NodeKeys(graph).series(of: "walk") == nil)
  }

  /// What chains show is what was expected of their mean: five standard errors of a share, and chains that are lost are
  /// told of.
  @Test func runs() throws {
    let runner = try TestRunner()
    let chains = 4_000
    let text =
      measured(
        joint.replacing("steps: 60", "steps: 20, chains: \(chains), keep: last"),
        initial: "{kind: point, at: [-1]}")
      + "evaluation:\n  quality: {kind: samples, of: walk, against: noisy, metrics: [mode-weights], floors: false}\n"
    var outcome = try runner.start(text)
    #expect(outcome.record.status == .done, "\(String(describing: outcome.failure))")
    let summary = outcome.record[node: "quality"]?.summary ?? []
    func value(_ name: String) throws -> Double {
      try #require(summary.first { $0.name == name }).value.number
    }
    let expected = try value("mode_weight.0.expected")
    let error = (expected * (1 - expected) / Double(chains)).squareRoot()
    #expect(abs(try value("mode_weight.0") - expected) < 5 * error)
    #expect(abs(try value("mode_weight.0.truth") - expected) > 10 * error)
    let monitor = StoppingMonitor(RunControl(), at: .max, of: "")
    outcome = try runner.start(
      measured(sequential.replacing("step_size: 0.4", "step_size: 2.3") + ", chains: 50"),
      monitor: monitor)
    #expect(outcome.record.status == .done, "\(String(describing: outcome.failure))")
    #expect(monitor.notes.contains { $0.contains("with the noise of the mean: they flew off") })
  }
}
