import Experiments
import Foundation
import Scorewalk
import Testing

/// What `explain` knows, against closed forms and the tables of METHODS.
@Suite struct ExplainTests {
  private func explain(_ text: String, overrides: [String] = []) throws -> Explanation {
    Explanation(try Reading(text, overrides: overrides).required())
  }

  private func number(
    _ explanation: Explanation, _ node: String, _ fact: String
  ) throws -> Double {
    let found = try #require(explanation[node]?[fact], "\(node) \(fact)")
    switch found.value {
    case .number(let number): return number
    case .count(let count): return Double(count)
    case .numbers, .text: throw Mismatch(found: "\(found)")
    }
  }

  private func numbers(
    _ explanation: Explanation, _ node: String, _ fact: String
  ) throws -> [Double] {
    let found = try #require(explanation[node]?[fact], "\(node) \(fact)")
    guard case .numbers(let numbers) = found.value else { throw Mismatch(found: "\(found)") }
    return numbers
  }

  private struct Mismatch: Error { let found: String }

  private func near(_ a: Double, _ b: Double, _ tolerance: Double) -> Bool {
    abs(a - b) <= tolerance
  }

  @Test func theShippedWalkJump() throws {
    let explanation = Explanation(try Reading(SpecLoader.load(path: shippedSpecs[0])).required())
    // METHODS 3.1 and 8, no. 7.
    #expect(near(try number(explanation, "two-modes", "variance"), 1.25, 1e-12))
    #expect(near(try number(explanation, "two-modes", "fisher_information"), 2.9024415, 1e-7))
    #expect(
      near(try number(explanation, "signs", "unimodal_noise_level"), 1, 1e-12))
    #expect(
      near(try number(explanation, "two-modes", "unimodal_noise_level"), 0.866, 1e-3))
    #expect(near(try number(explanation, "fit-score", "least_loss"), 0.1586553, 1e-7))
    #expect(
      near(try number(explanation, "fit-score", "minimum_mean_squared_error"), 0.1123999, 1e-7))
    #expect(explanation["fit-score"]?.verdicts.map(\.name) == ["median", "shared_rows"])
    #expect(explanation["fit-energy"]?.verdicts.map(\.name) == ["short_run"])
    for node in ["from-plus-2", "from-minus-2", "walk"] {
      #expect(near(try number(explanation, node, "stationary_variance"), 1.27849, 6e-6))
      #expect(
        near(try number(explanation, node, "stationary_total_variation"), 0.06459, 6e-6))
      #expect(near(try number(explanation, node, "stationary_ks"), 0.02116, 6e-6))
      #expect(near(try number(explanation, node, "stationary_wasserstein"), 0.04826, 6e-6))
      let relaxation = try number(explanation, node, "relaxation_steps")
      #expect(near(Double.exp(-1 / relaxation), 0.948988, 1e-6))
      #expect(explanation[node]?.verdicts.contains { $0.name == "bias" } == true)
    }
    // From +2 and from -2 alike, mirrored.
    let plus = try numbers(explanation, "from-plus-2", "mode_masses_kept")
    let minus = try numbers(explanation, "from-minus-2", "mode_masses_kept")
    #expect(near(plus[0], minus[1], 1e-9) && plus[1] > 0.515)
    #expect(explanation["untrained"]?["relaxation_steps"] == nil)
    // What is walked on is not what the denoiser is for.
    #expect(explanation["jump"]?.verdicts.map(\.name) == ["other_law"])
    let mended = Explanation(try Reading(SpecLoader.load(path: shippedSpecs[1])).required())
    #expect(mended["jump"]?.verdicts.isEmpty == true)
    #expect(near(try number(mended, "fit-score", "least_loss"), 0.0685974, 1e-7))
    #expect(near(try number(mended, "jump", "input_ks"), 0, 1e-9))
  }

  private static let seed001 = """
    name: seed
    data:
      mixture:
        kind: gaussian-mixture
        components: [{weight: 2, mean: [-5], std: 3}, {weight: 1, mean: [6], std: 1}]
      observed: {kind: draws, from: mixture, count: 1500}
    sampling:
      chains:
        kind: langevin
        target: mixture
        initial: {kind: normal}
        step_size: 5e-3
        steps: 2000
        chains: 1000
        keep: {from: 0, to: -2}
    evaluation:
      quality: {kind: samples, of: chains, against: mixture}
    """

  @Test func seed001IsTooShortBeforeItRuns() throws {
    let explanation = try explain(Self.seed001)
    #expect(near(try number(explanation, "mixture", "fisher_information"), 0.3825333, 1e-7))
    #expect(near(try number(explanation, "chains", "relaxation_steps"), 29_243, 1))
    #expect(near(try number(explanation, "chains", "relaxation_time"), 146, 0.5))
    let kept = try numbers(explanation, "chains", "mode_masses_kept")
    #expect(near(kept[1], 0.0904, 5e-4))
    #expect(near(try numbers(explanation, "chains", "mode_masses_truth")[1], 0.336182, 1e-6))
    #expect(near(try numbers(explanation, "chains", "mode_masses_last")[1], 0.133, 5e-4))
    #expect(near(try number(explanation, "chains", "kept_ks"), 0.2489, 1e-4))
    #expect(near(try number(explanation, "chains", "kept_wasserstein"), 2.66, 5e-3))
    #expect(near(try number(explanation, "quality", "expected_ks"), 0.2489, 1e-4))
    let verdict = try #require(explanation["chains"]?.verdicts.first { $0.name == "too_short" })
    #expect(verdict.severity == .warning)
    #expect(
      verdict.text
        == "this chain is 15 times too short: it relaxes in 29243 steps and takes 2000")
    // A chain a hundred times as long is long enough, and has the right masses but for what it burns in.
    let long = try explain(
      Self.seed001,
      overrides: ["sampling.chains.steps=400000", "sampling.chains.keep.from=100000"])
    #expect(long["chains"]?.verdicts.map(\.name) == ["long_enough"])
    let masses = try numbers(long, "chains", "mode_masses_kept")
    #expect(near(masses[1], 0.336, 5e-3))
  }

  /// A step in the narrow component leads farther from its mean, though the wide one holds the chain together.
  @Test func narrowComponentsAreUnstableByThemselves() throws {
    let text = Self.seed001.replacing(
      "{weight: 1, mean: [6], std: 1}", with: "{mean: [6], std: 0.2}"
    )
    .replacing("step_size: 5e-3", with: "step_size: 0.081")
    let verdicts = try explain(text)["chains"]?.verdicts.map(\.name) ?? []
    #expect(verdicts.contains("unstable_component") && !verdicts.contains("unstable"))
    let stable = try explain(text, overrides: ["sampling.chains.step_size=0.079"])
    #expect(stable["chains"]?.verdicts.contains { $0.name == "unstable_component" } == false)
  }

  @Test func onePlaceIsNoNumberOfModes() throws {
    let modes = try #require(
      try explain(
        "name: one\ndata: {law: {kind: gaussian-mixture, components: [{mean: [0], std: 1}, {mean: [0], std: 2}]}}\n"
      )["law"]?["modes"])
    #expect(modes.label == "mode at")
  }

  @Test func burnInMovesWhatIsExpected() throws {
    let later = try explain(Self.seed001, overrides: ["evaluation.quality.burn_in=1999"])
    let weights = try numbers(later, "quality", "expected_mode_weights")
    #expect(near(weights[1], 0.133, 5e-4))
  }

  private static let seed002 = """
    name: seed
    precision: float64
    noise_levels: {wide: 3}
    data:
      pair:
        kind: gaussian-mixture
        components: [{weight: 1, mean: [-10, 1], std: 1}, {weight: 2, mean: [10, 0], std: 1}]
      rows: {kind: draws, from: pair, count: 300}
    models:
      score: {kind: mlp, output: score, hidden: [16], activation: softplus}
    training:
      fit:
        model: score
        data: rows
        objective: {kind: denoising-score-matching, noise_level: wide, residual: score, reduction: sum}
        optimizer: {kind: sgd, learning_rate: 1e-5}
        batch_size: 8
        last_batch: keep
        epochs: 10
    sampling:
      cloud:
        kind: langevin
        target: fit
        initial: {kind: normal}
        convention: half
        step_size: 0.01
        steps: 10000
        chains: 100
        keep: last
    evaluation:
      quality: {kind: samples, of: cloud, against: pair, metrics: [mode-weights]}
      error: {kind: score, of: fit, against: pair, noise_level: wide}
    """

  @Test func seed002OnItsLine() throws {
    let explanation = try explain(Self.seed002)
    #expect(near(try number(explanation, "fit", "least_loss"), 0.0244596, 1e-7))
    #expect(near(try number(explanation, "fit", "minimum_mean_squared_error"), 1.981225, 1e-6))
    #expect(try number(explanation, "fit", "steps") == 380)
    #expect(near(try number(explanation, "fit", "times_each_row"), 10, 1e-12))
    #expect(try number(explanation, "fit", "learning_rate_factor") == 8)
    #expect(explanation["fit"]?.verdicts.map(\.name) == ["short_batch", "finite_data"])
    #expect(try number(explanation, "cloud", "step_size") == 0.005)
    #expect(near(try number(explanation, "cloud", "relaxation_time"), 2073, 1))
    #expect(try number(explanation, "cloud", "total_time") == 100)
    // The start is N(0, I), whose projection is .025 right of the middle; METHODS 3.3 starts at the
    // middle and has .5958.
    let last = try numbers(explanation, "cloud", "mode_masses_kept")
    #expect(near(last[1], 0.5958 + 0.005, 1e-3))
    #expect(near(try numbers(explanation, "quality", "expected_mode_weights")[1], last[1], 1e-3))
    #expect(near(try number(explanation, "error", "fisher_information"), 0.1977627, 1e-7))
    let masses = try ["mass_modes", "mass_valley", "mass_tails"].map {
      try number(explanation, "error", $0)
    }
    #expect(near(masses.reduce(0, +), 1, 1e-12))
    // Without noise there are 49 nats between the modes.
    let clean = try explain(Self.seed002, overrides: ["sampling.cloud.target=pair"])
    #expect(clean["cloud"]?.verdicts.contains { $0.name == "does_not_mix" } == true)
    #expect(near(try numbers(clean, "pair", "barriers").min() ?? 0, 49.09, 5e-3))
  }

  @Test func sharedNoiseHasNoForceAcross() throws {
    let shared = try explain(
      Self.seed002,
      overrides: ["training.fit.objective.noise.shared_over=[rows, coordinates]"])
    // (18/19)/81, since across (1, …, 1), where there is no noise, the components do not overlap.
    #expect(near(try number(shared, "fit", "least_loss"), 18.0 / 19 / 81, 1e-8))
    #expect(
      shared["fit"]?.verdicts.map(\.name)
        == ["short_batch", "shared_coordinates", "shared_rows", "finite_data"])
    #expect(shared["cloud"]?["relaxation_steps"] == nil)
  }

  @Test(arguments: [
    ("denoised", 81 * 0.0244596), ("score", 0.0244596), ("noise", 9 * 0.0244596),
  ])
  func leastLossesInTheScaleOfTheResidual(residual: String, least: Double) throws {
    let explanation = try explain(
      Self.seed002, overrides: ["training.fit.objective.residual=\(residual)"])
    #expect(near(try number(explanation, "fit", "least_loss"), least, 1e-7 * 81))
  }

  /// Components are listed from right to left, and the samples' truth is another law on the same line.
  @Test func massesFollowTheOtherLawsOrder() throws {
    let reversed = Self.seed002.replacing(
      "[{weight: 1, mean: [-10, 1], std: 1}, {weight: 2, mean: [10, 0], std: 1}]",
      with: "[{weight: 2, mean: [10, 0], std: 1}, {weight: 1, mean: [-10, 1], std: 1}]")
    let one = try numbers(explain(Self.seed002), "quality", "expected_mode_weights")
    let other = try numbers(explain(reversed), "quality", "expected_mode_weights")
    #expect(near(one[0], other[1], 1e-9) && near(one[1], other[0], 1e-9))
  }

  @Test func chainsThatFlyOffAreSaid() throws {
    let explanation = try explain(Self.seed001, overrides: ["sampling.chains.step_size=18"])
    #expect(explanation["chains"]?.verdicts.map(\.name) == ["unstable"])
    #expect(try number(explanation, "chains", "stability_limit") == 18)
  }

  /// The samples quote the same truths: 20,000 values of one state, independent, within 5 standard errors
  /// (probability 6e-7).
  @Test func samplesAreMeasuredBesideWhatIsExpected() throws {
    let runner = try TestRunner()
    let text = Self.seed001.replacing("chains: 1000", with: "chains: 20000").replacing(
      "steps: 2000", with: "steps: 300"
    ).replacing("keep: {from: 0, to: -2}", with: "keep: last")
    let outcome = try runner.start(text)
    #expect(outcome.record.status == .done, "\(String(describing: outcome.failure))")
    func metric(_ name: String) throws -> Double {
      let summary = outcome.record[node: "quality"]?.summary ?? []
      return try #require(summary.first { $0.name == name }, "\(name)").value.number
    }
    let expected = try metric("mode_weight.1.expected")
    let error = (expected * (1 - expected) / 20_000).squareRoot()
    #expect(abs(try metric("mode_weight.1") - expected) < 5 * error)
    #expect(abs(try metric("mode_weight.1.truth") - expected) > 50 * error)
    #expect(abs(try metric("ks") - metric("ks.expected")) < 5 * 0.5 / 20_000.0.squareRoot())
    #expect(abs(try metric("wasserstein") - metric("wasserstein.expected")) < 0.1)
    let explanation = try explain(text)
    #expect(
      try numbers(explanation, "quality", "expected_mode_weights")[1] == expected)
  }

  @Test func theScoreEvaluationOfANetwork() throws {
    let runner = try TestRunner()
    let text = Self.seed002.replacing("epochs: 10", with: "epochs: 2\n    snapshots: {every: 38}")
      .replacing(
        "of: fit, against: pair, noise_level: wide}",
        with:
          "of: {node: fit, step: all}, against: pair, noise_level: wide, grid: {from: -20, to: 20, points: 5}}\n  start: {kind: score, of: score, against: pair, noise_level: wide}"
      )
      .replacing("steps: 10000", with: "steps: 10")
    let outcome = try runner.start(text)
    #expect(outcome.record.status == .done, "\(String(describing: outcome.failure))")
    func metric(_ node: String, _ name: String) throws -> Double {
      let summary = outcome.record[node: node]?.summary ?? []
      return try #require(summary.first { $0.name == name }, "\(name)").value.number
    }
    #expect(near(try metric("error", "information"), 0.1977627, 1e-7))
    let floor = try metric("error", "relative_error.floor")
    #expect(floor > 1e-4 && floor < 2e-3, "\(floor)")
    let masses = try ["modes", "valley", "tails"].map { try metric("error", "mass.\($0)") }
    #expect(near(masses.reduce(0, +), 1, 1e-12))
    let relative = try metric("error", "relative_error")
    #expect(near(relative, try metric("error", "error") / 0.1977627, 0.05 * relative))
    #expect(
      near(try metric("error", "rmse"), try metric("error", "error").squareRoot(), 1e-12))
    // The untrained network is the one at step 0, and nothing is known of its floor.
    let lines = try String(
      decoding: FileSystem.read(outcome.run.path("metrics/error.jsonl")), as: UTF8.self)
    let first = try #require(
      lines.split(separator: "\n").first { $0.contains("\"step\": 0") && $0.contains("\"error\"") })
    #expect(first.contains(JSONText.number(try metric("start", "error"))))
    #expect(
      outcome.record[node: "start"]?.summary?.contains { $0.name.hasSuffix("floor") } == false)
    let exact = try NPYFile.read(outcome.run.path("arrays/error/exact_score.npy"))
    #expect(exact.shape == [5, 5, 2])
    let law = try GaussianMixture(components: [
      .init(weight: 1, mean: [-10, 1], standardDeviation: 1),
      .init(weight: 2, mean: [10, 0], standardDeviation: 1),
    ]).smoothed(noiseLevel: 3)
    // Grid points -20, -10, 0, 10, 20; the second coordinate runs faster: point 7 is (-10, 0).
    #expect(Array(exact.values.doubles[14..<16]) == law.score([-10, 0]))
    let scores = try NPYFile.read(outcome.run.path("arrays/error/score.npy"))
    #expect(scores.shape == [3, 5, 5, 2])
  }

  @Test func mistakesInAScoreEvaluation() {
    MarkedSpec(
      "score",
      """
      name: bad
      data:
        signs: {kind: categorical, values: [[-1], [1]]}
        plane: {kind: gaussian-mixture, components: [{mean: [0, 0], std: 1}]}
      models:
        net: {kind: mlp, output: denoiser, hidden: [4], dimension: 1}
        wide: {kind: mlp, output: score, hidden: [4], dimension: 3}
      evaluation:
        1️⃣none: {kind: score, of: net, against: 2️⃣signs}
        other: {kind: score, of: net, against: 3️⃣plane, noise_level: 1}
        grid: {kind: score, of: wide, against: 4️⃣plane, grid: 5️⃣{from: 0, to: 1, points: 3}}
        ends: {kind: score, of: net, against: signs, noise_level: 1, grid: {from: 6️⃣1, to: 0, points: 3}}
      """,
      Expected(
        "1️⃣", "missing key 'noise_level' in 'evaluation.none'",
        help: "the score of a denoiser is (x̂ − y)/σ²: say which σ"),
      Expected(
        "2️⃣", "'signs' has atoms and no score", help: "say at which noise: add `noise_level:`"),
      Expected("3️⃣", "'plane' has 2 coordinates where 'net' has 1"),
      Expected("4️⃣", "'plane' has 2 coordinates where 'wide' has 3"),
      Expected(
        "5️⃣", "scores on a grid are for one or two dimensions; 'wide' has 3",
        help: "leave `grid` out"),
      Expected("6️⃣", "'evaluation.ends.grid.from' must lie below 'evaluation.ends.grid.to'")
    ).check()
  }

  @Test func aScoreAtAnotherNoiseIsDoubtful() throws {
    let reading = Reading(Self.seed002, overrides: ["evaluation.error.noise_level=2"])
    #expect(reading.spec != nil)
    let warning = try #require(reading.diagnostics.sorted.first)
    #expect(
      warning.message == "'fit' learns the score at σ = 3, and is compared with the one at σ = 2")
    #expect(warning.help == "write `noise_level: 3`")
  }
}
