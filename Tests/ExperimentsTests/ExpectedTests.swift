import Experiments
import Scorewalk
import Testing

/// What chains would show with the exact score, beside what they show; and noised rows and scores at points.
@Suite struct ExpectedTests {
  /// Chains in the plane that have not reached their law, looked at along three lines.
  private static let spec = """
    name: expected
    seed: 5
    precision: float64
    noise_levels: {wide: 1.5}
    data:
      pair: {kind: gaussian-mixture, components: [{weight: 1, mean: [-2, 1], std: 1}, {weight: 2, mean: [2, -2], std: 1}]}
      smoothed: {kind: smoothed, from: pair, noise_level: wide}
      rows: {kind: draws, from: pair, counts: [40, 80]}
      noised: {kind: noised, from: rows, noise_level: wide}
    sampling:
      chains: {kind: langevin, target: smoothed, initial: {kind: point, at: [1, 0]}, step_size: 0.05, steps: 12, chains: 20000, keep: {from: 8, every: 4}}
    evaluation:
      along: &evaluation
        kind: samples
        of: chains
        against: smoothed
        along: {direction: [4, -3], origin: [0.5, 0]}
        intervals: {middle: {from: -1, to: 0.7}, right: {from: 1.5}}
        metrics: [ks, mode-weights]
        floors: false
      backwards:
        kind: samples
        of: chains
        against: smoothed
        along: {direction: [-8, 6], origin: [0.5, 0]}
        intervals: {middle: {from: -0.7, to: 1}, right: {to: -1.5}}
        metrics: [ks, mode-weights]
        floors: false
      across:
        kind: samples
        of: chains
        against: smoothed
        along: {direction: [3, 4]}
        intervals: {middle: {from: -1, to: 1}}
        metrics: [ks]
        floors: false

    """

  private func outcome() throws -> (TestRunner, RunOutcome) {
    let runner = try TestRunner()
    let outcome = try runner.start(
      Self.spec.replacing(" &evaluation", with: ""))
    #expect(outcome.record.status == .done, "\(String(describing: outcome.failure))")
    return (runner, outcome)
  }

  private func value(_ outcome: RunOutcome, _ node: String, _ metric: String) -> Double? {
    outcome.record[node: node]?.summary?.first { $0.name == metric }?.value.number
  }

  /// Chains are independent: of 20,000 a fraction p has standard error √(p (1 − p)/20,000), two kept states of a chain
  /// at worst count as one. Five of them: fails by chance once in two million.
  @Test func chainsShowWhatIsExpectedOfThem() throws {
    let (runner, outcome) = try outcome()
    defer { withExtendedLifetime(runner) {} }
    for metric in ["interval.middle", "interval.right", "mode_weight.0", "mode_weight.1"] {
      let expected = try #require(value(outcome, "along", metric + ".expected"), "\(metric)")
      let found = try #require(value(outcome, "along", metric))
      let truth = try #require(value(outcome, "along", metric + ".truth"))
      let error = (expected * (1 - expected) / 20_000).squareRoot()
      #expect(abs(found - expected) < 5 * error, "\(metric): \(found), \(expected)")
      // The chains have not arrived: the truth is another.
      #expect(abs(truth - expected) > 10 * error, "\(metric): \(truth), \(expected)")
    }
    let expected = try #require(value(outcome, "along", "ks.expected"))
    let found = try #require(value(outcome, "along", "ks"))
    // The distance of 20,000 draws from their own law exceeds 0.02 less than once in a million.
    #expect(abs(found - expected) < 0.02)
  }

  @Test func theOtherWayRoundIsTheSame() throws {
    let (runner, outcome) = try outcome()
    defer { withExtendedLifetime(runner) {} }
    for (one, other) in [
      ("interval.middle", "interval.middle"), ("interval.right", "interval.right"),
      ("mode_weight.0", "mode_weight.1"), ("mode_weight.1", "mode_weight.0"), ("ks", "ks"),
    ] {
      for suffix in ["", ".expected"] {
        let first = try #require(value(outcome, "along", one + suffix), "\(one)\(suffix)")
        let second = try #require(value(outcome, "backwards", other + suffix))
        #expect(abs(first - second) < 1e-9, "\(one)\(suffix): \(first), \(second)")
      }
    }
  }

  /// Across the line of the means the law is a Gaussian and the chain's is too, which the prediction does not hold.
  @Test func whatDoesNotFollowIsNotSaid() throws {
    let (runner, outcome) = try outcome()
    defer { withExtendedLifetime(runner) {} }
    #expect(value(outcome, "across", "interval.middle") != nil)
    #expect(value(outcome, "across", "interval.middle.truth") != nil)
    #expect(value(outcome, "across", "interval.middle.expected") == nil)
    #expect(value(outcome, "across", "ks.expected") == nil)
  }

  @Test func noisedRowsAreTheRowsAndNoiseOfTheirOwn() throws {
    let (runner, outcome) = try outcome()
    defer { withExtendedLifetime(runner) {} }
    let rows = try NPYFile.read(outcome.run.path(of: "samples.npy", node: "rows")).values.doubles
    let file = try NPYFile.read(outcome.run.path(of: "samples.npy", node: "noised"))
    #expect(file.shape == [1, 120, 2])
    let noised = file.values.doubles
    let spec = try Reading(Self.spec.replacing(" &evaluation", with: "")).required()
    let stream = try #require(spec.graph["noised"]).randomStream
    for row in 0..<120 {
      for coordinate in 0..<2 {
        let noise = stream.normal(.dataNoise, step: 0, row: row, column: coordinate)
        let index = 2 * row + coordinate
        #expect(noised[index] == rows[index] + 1.5 * noise)
      }
    }
    // What `explain` says of them: the pair, smoothed.
    let source = try #require(spec.graph.sourceLaw(Reference(node: "noised")))
    #expect(source.node == "pair smoothed at σ = 1.5")
    guard case .mixture(let law) = source.law else { throw Mismatch(found: "\(source.law)") }
    #expect(law == spec.graph.law(Reference(node: "smoothed"))?.mixture)
  }

  /// Counts that are not in the proportion of the weights make another law.
  @Test func countsAreWeights() throws {
    let text = Self.spec.replacing(" &evaluation", with: "")
      .replacing("counts: [40, 80]", with: "counts: [90, 30]")
    let graph = try Reading(text).required().graph
    let source = try #require(graph.sourceLaw(Reference(node: "rows")))
    #expect(source.law.weights == [0.75, 0.25])
    #expect(source.node == "pair with the weights of the counts")
  }

  @Test func scoresAtThePointsOfData() throws {
    let text = """
      name: at
      seed: 2
      precision: float64
      data:
        law: {kind: gaussian-mixture, components: [{mean: [0.5, -1], std: 2}]}
        rows: {kind: draws, from: law, count: 30}
      models:
        net: {kind: mlp, output: score, hidden: [5], activation: tanh, dimension: 2}
      evaluation:
        error: {kind: score, of: net, against: law, at: rows}

      """
    let runner = try TestRunner()
    let outcome = try runner.start(text)
    #expect(outcome.record.status == .done, "\(String(describing: outcome.failure))")
    let rows = try NPYFile.read(outcome.run.path(of: "samples.npy", node: "rows")).values.doubles
    let table = try NPYFile.read(outcome.run.path("arrays/error/at.npy"))
    #expect(table.shape == [30, 6])
    let values = table.values.doubles
    let state = try StateFile.read(
      outcome.run.path(of: RunDirectory.stateFile(step: 0), node: "net"))
    let network = try NetworkEvaluation(
      Network(dimension: 2, hidden: [5], activation: .tanh, output: .score),
      parameters: try #require(state.parameters).tensors)
    let scores = try network.scores(at: rows)
    var (errors, squares) = (0.0, 0.0)
    for row in 0..<30 {
      for coordinate in 0..<2 {
        let x = rows[2 * row + coordinate]
        let exact = ([0.5, -1][coordinate] - x) / 4
        let score = scores[2 * row + coordinate]
        #expect(values[6 * row + coordinate] == x)
        #expect(values[6 * row + 2 + coordinate] == score)
        #expect(abs(values[6 * row + 4 + coordinate] - exact) < 1e-14)
        errors += (score - exact) * (score - exact)
        squares += exact * exact
      }
    }
    let error = try #require(value(outcome, "error", "at.error"))
    #expect(abs(error - errors / 30) < 1e-13)
    let relative = try #require(value(outcome, "error", "at.relative_error"))
    #expect(abs(relative - errors / squares) < 1e-13)
  }

  /// Chain c starts from row c mod count: of three rows and 20,000 chains, two rows have 6,667 and one 6,666. They are
  /// a sample of the law, and what chains show is not what the law's would. Fails by chance once in a million.
  @Test func chainsThatStartFromRowsAreExpectedToStartFromThem() throws {
    let text = """
      name: rows
      seed: 2
      precision: float64
      data:
        law: {kind: gaussian-mixture, components: [{mean: [-3], std: 1}, {mean: [3], std: 1}]}
        rows: {kind: draws, from: law, count: 3}
      sampling:
        first: {kind: langevin, target: law, initial: {kind: samples, of: rows}, step_size: 0.1, steps: 3, chains: 4, keep: {from: 0, to: 0}}
        later: {kind: langevin, target: law, initial: {kind: samples, of: rows}, step_size: 0.1, steps: 3, chains: 20000, keep: last}
      evaluation:
        first-quality: {kind: samples, of: first, against: law, metrics: [mode-weights], intervals: {right: {from: 0.5}}, floors: false}
        later-quality: {kind: samples, of: later, against: law, metrics: [ks, mode-weights], floors: false}

      """
    let runner = try TestRunner()
    let outcome = try runner.start(text)
    #expect(outcome.record.status == .done, "\(String(describing: outcome.failure))")
    // The states of four chains before any step: rows 0, 1, 2, 0, of which one is on the left.
    #expect(value(outcome, "first-quality", "mode_weight.1.expected") == 0.75)
    for metric in ["mode_weight.0", "mode_weight.1", "interval.right"] {
      let found = try #require(value(outcome, "first-quality", metric))
      let expected = try #require(value(outcome, "first-quality", metric + ".expected"))
      #expect(abs(found - expected) < 1e-12, "\(metric): \(found), \(expected)")
    }
    let found = try #require(value(outcome, "later-quality", "mode_weight.1"))
    let expected = try #require(value(outcome, "later-quality", "mode_weight.1.expected"))
    #expect(abs(found - expected) < 5 * (0.25 / 20_000).squareRoot(), "\(found), \(expected)")
    // The mean over data sets is one half.
    #expect(abs(expected - 0.5) > 0.1, "\(expected)")
    // `explain` has no rows, and says what it speaks of; of rows in the order of components it does not speak.
    let explanation = Explanation(try Reading(text).required())
    #expect(explanation["later"]?.verdicts.contains { $0.name == "rows" } == true)
    let counted = text.replacing("count: 3}", with: "counts: [2, 1]}")
    let unknown = Explanation(try Reading(counted).required())
    #expect(unknown["later"]?["mode_masses_kept"] == nil)
    #expect(unknown["later"]?["law"] != nil)
  }

  /// Only an optimum that is a score has the floor of the exact score of its rows.
  @Test(arguments: [
    ("", true), ("loss: norm", false), ("noise: {shared_over: [coordinates]}", false),
    ("noise: {shared_over: [rows]}", true),
  ])
  func scoresHaveFloorsWhereTheOptimumIsOne(field: String, hasFloor: Bool) throws {
    let text = """
      name: floors
      seed: 1
      noise_levels: {wide: 1}
      data:
        law: {kind: gaussian-mixture, components: [{mean: [1, 0], std: 1}, {mean: [-1, 0], std: 1}]}
        rows: {kind: draws, from: law, count: 20}
      models:
        net: {kind: mlp, output: score, hidden: [4], activation: tanh, dimension: 2}
      training:
        fit:
          model: net
          data: rows
          objective:
            kind: denoising-score-matching
            noise_level: wide
            \(field)
          optimizer: {kind: sgd, learning_rate: 1e-3}
          batch_size: 5
          steps: 2
      evaluation:
        error: {kind: score, of: fit, against: law, noise_level: wide}

      """
    let runner = try TestRunner()
    let outcome = try runner.start(text)
    #expect(outcome.record.status == .done, "\(String(describing: outcome.failure))")
    #expect(value(outcome, "error", "error") != nil)
    #expect((value(outcome, "error", "error.floor") != nil) == hasFloor)
    #expect((value(outcome, "error", "relative_error.floor") != nil) == hasFloor)
  }

  private struct Mismatch: Error { let found: String }
}
