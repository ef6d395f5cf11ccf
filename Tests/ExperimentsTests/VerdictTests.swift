import Experiments
import Testing
import YAML

/// The record of a run of made-up nodes with these final metrics.
func madeRecord(ofNodes nodes: [(name: String, summary: [(String, Double)])]) throws -> RunRecord {
  let texts = nodes.map { node in
    let metrics = node.summary.map { name, value in
      "{\"name\": \"\(name)\", \"value\": \(value.isFinite ? "\(value)" : "\"\(JSONText.number(value))\"")}"
    }.joined(separator: ", ")
    return
      "{\"name\": \"\(node.name)\", \"key\": \"0\", \"status\": \"done\", \"summary\": [\(metrics)]}"
  }
  let text = """
    {"format": 1, "experiment": "made", "run": "0001-a", "status": "done", "started": "", "heartbeat": "",
     "host": "", "process": 0, "command": [], "overrides": [], "isSmoke": false, "usesSharedStore": true,
     "tool": "", "resumed": [], "nodes": [\(texts.joined(separator: ", "))]}
    """
  let directory = try TemporaryDirectory()
  try FileSystem.write(Array(text.utf8), to: directory.path + "/run.json")
  return try RunDirectory(path: directory.path).record()
}

func madeRecord(_ summary: [(String, Double)], node: String = "quality") throws -> RunRecord {
  try madeRecord(ofNodes: [(node, summary)])
}

@Suite("Verdicts on results")
struct VerdictTests {
  private typealias Summary = [(String, Double)]

  /// `good: …` of each verdict on made-up metrics, without what was known before the run.
  private func verdicts(
    ofNodes nodes: [(name: String, summary: Summary)], spec: String? = nil
  ) throws -> [String] {
    let read = try spec.map { try Reading($0).required() }
    let found = ResultVerdict.all(
      try madeRecord(ofNodes: nodes), read.map { Plan($0) }, read.map { Explanation($0) })
    return found.filter { !$0.isForeseen }.map { "\($0.severity): \($0.text)" }
  }

  private func verdicts(_ summary: Summary, spec: String? = nil) throws -> [String] {
    try verdicts(ofNodes: [("quality", summary)], spec: spec)
  }

  struct Case: Sendable {
    let summary: KeyValuePairs<String, Double>
    let expected: [String]

    init(_ summary: KeyValuePairs<String, Double>, _ expected: String...) {
      (self.summary, self.expected) = (summary, expected)
    }
  }

  private static let unknown =
    "note: how many independent draws these are worth is not known, so that nothing here can be called right: write ess among the metrics"

  static let cases: [Case] = [
    Case(["rhat": 1.004], "good: R̂ 1.004: the chains agree"),
    // What is shown is what is judged: 1.0104 and 1.0117 are not both 1.01.
    Case(["rhat": 1.0104], "good: R̂ 1.010: the chains agree"),
    Case(["rhat": 1.0117], "note: R̂ 1.012: the chains nearly agree; longer ones would"),
    Case(
      ["rhat.0": 1.002, "rhat.1": 1.05],
      "note: R̂ 1.050: the chains nearly agree; longer ones would"),
    Case(
      ["rhat": 1.8],
      "warning: R̂ 1.800: the chains do not agree, so that effective sizes and what follows from them say too much"
    ),
    Case(
      ["count": 40_000, "ess": 12.4],
      "warning: the draws of 40000 are worth 12 independent ones: too few for standard errors that mean something"
    ),
    Case(
      ["count": 40_000, "ess": 12_475],
      "good: the draws of 40000 are worth 12475 independent ones"),
    Case(
      ["mse": 0.0687, "mse.minimum": 0.0686],
      "good: the denoiser's mean squared error is 0.146 % above the least that is possible"),
    Case(
      ["relative_error": 1.045],
      "warning: relative score error 1.05: no better than the score zero, which has 1"),
    Case(
      ["relative_error": 0.0037], "good: relative score error 0.0037, where the score zero has 1"),
    Case(
      ["acceptance": 0.05], "warning: 5 % of the proposals are accepted: the step size is too large"
    ),
    Case(["acceptance": 0.57], "good: 57 % of the proposals are accepted"),
    Case(["ess": .nan], "warning: ess: no finite number; the log says why"),
  ]

  @Test(arguments: cases)
  func verdict(of one: Case) throws {
    #expect(try verdicts(one.summary.map { ($0.key, $0.value) }) == one.expected)
  }

  @Test func theGravestComesFirst() throws {
    let found = try verdicts([("rhat", 1), ("relative_error", 2), ("acceptance", 0.99)])
    #expect(found.map { $0.prefix { $0 != ":" } } == ["warning", "note", "good"])
  }

  // MARK: - Lost modes

  /// A fraction of exactly 0 or 1 has no standard error, and is judged all the same.
  @Test func aModeIsLost() throws {
    let stuck: Summary = [
      ("count", 6248), ("ess", 5134), ("rhat", 1), ("mode_weight.0", 0),
      ("mode_weight.0.truth", 0.5),
      ("mode_weight.1", 1), ("mode_weight.1.truth", 0.5), ("mode_weights_tv", 0.5),
      ("mode_weights_tv.floor", 0.005), ("mode_weights_tv.floor_at_ess", 0.0055),
      ("mode_weights_tv.floor_at_ess_std", 0.004), ("mode_switches_per_chain", 0),
    ]
    let found = try verdicts(stuck)
    #expect(
      found.contains("warning: no sample lies in mode 0, where 50 % belong"), "\(found)")
    #expect(found.filter { $0.hasPrefix("warning") }.count == 1, "\(found)")
    #expect(!found.contains { $0.contains("are worth") }, "\(found)")
    #expect(!found.contains { $0.contains("weights of the modes are right") })
    // Where nothing is known of the effective size it is no chance either.
    let one = try verdicts([
      ("mode_weight.0", 1), ("mode_weight.0.truth", 0.6638), ("mode_weight.1", 0),
      ("mode_weight.1.truth", 0.3362),
    ])
    #expect(one == ["warning: no sample lies in mode 1, where 33.6 % belong", Self.unknown])
  }

  /// Weights may each be within their standard errors and yet be too far from the truth together.
  @Test func manyWeightsTogether() throws {
    let found = try verdicts([
      ("ess", 5134), ("mode_weight.0", 0.6), ("mode_weight.0.mcse", 0.04),
      ("mode_weight.0.truth", 0.5), ("mode_weights_tv", 0.1), ("mode_weights_tv.floor", 0.005),
      ("mode_weights_tv.floor_at_ess", 0.0055), ("mode_weights_tv.floor_at_ess_std", 0.004),
    ])
    #expect(
      found.contains(
        "warning: distance of the modes’ weights 0.1 where true samples of the effective size have 0.0055, 18.2 times as far"
      ), "\(found)")
    #expect(!found.contains { $0.contains("right") }, "\(found)")
  }

  /// Few draws miss a small mode by chance: (1 − .04)^7.2 = .745. That is no praise.
  @Test func fewDrawsMissAMode() throws {
    let found = try verdicts([
      ("count", 32), ("ess", 7.2), ("mode_weight.0", 0.5), ("mode_weight.0.mcse", 0.186),
      ("mode_weight.0.truth", 0.48), ("mode_weight.1", 0.5), ("mode_weight.1.mcse", 0.186),
      ("mode_weight.1.truth", 0.48), ("mode_weight.2", 0), ("mode_weight.2.truth", 0.04),
    ])
    #expect(
      found == [
        "warning: the draws of 32 are worth 7 independent ones: too few for standard errors that mean something",
        "note: no sample lies in mode 2, where 4 % belong: of so few draws it happens in 74.5 % of all cases",
      ])
    let many = try verdicts([
      ("count", 900), ("ess", 500), ("mode_weight.0", 1), ("mode_weight.0.truth", 0.99),
      ("mode_weight.1", 0), ("mode_weight.1.truth", 0.01),
    ])
    // .99^500 = .0066.
    #expect(many == ["warning: no sample lies in mode 1, where 1 % belong"])
  }

  @Test func theStartsDecide() throws {
    let found = try verdicts([
      ("count", 4000), ("ess", 3000), ("mode_weight.0", 0.5), ("mode_weight.0.mcse", 0.01),
      ("mode_weight.0.truth", 0.5), ("mode_switches_per_chain", 0),
    ])
    #expect(
      found == [
        "note: no chain moved from one mode to another: the weights of the modes are those of the starts",
        "good: the draws of 4000 are worth 3000 independent ones",
      ])
  }

  @Test func weights() throws {
    let off = try verdicts([
      ("mode_weight.0", 0.83), ("mode_weight.0.mcse", 0.01), ("mode_weight.0.truth", 0.6638),
      ("mode_weight.1", 0.1734), ("mode_weight.1.mcse", 0.005), ("mode_weight.1.truth", 0.3362),
      ("mode_weight.1.expected", 0.0906),
    ])
    #expect(
      off == [
        "warning: mode 1 holds 17.3 % of the samples where 33.6 % belong, 32.6 standard errors off; with the exact score this chain would have 9.06 % there"
      ])
    let right = try verdicts([
      ("mode_weight.0", 0.5), ("mode_weight.0.mcse", 0.01), ("mode_weight.0.truth", 0.51),
    ])
    #expect(right == ["good: the weights of the modes are right within three standard errors"])
    // Independent draws have no standard errors written: those of their number hold.
    let independent: Summary = [
      ("count", 10_000), ("mode_weight.0", 0.6), ("mode_weight.0.truth", 0.5),
      ("mode_weights_tv", 0.1), ("mode_weights_tv.floor", 0.004),
      ("mode_weights_tv.floor_at_ess", 0.004), ("mode_weights_tv.floor_at_ess_std", 0.003),
    ]
    #expect(
      try verdicts(independent).contains(
        "warning: mode 0 holds 60 % of the samples where 50 % belong, 20 standard errors off"))
  }

  // MARK: - Sizes

  /// What the draws are worth is known where `ess` was not asked for, too: nothing is good of few.
  @Test func fewDrawsAreFewWhateverWasAsked() throws {
    let jump = try verdicts([
      ("count", 1000), ("wasserstein", 0.2), ("wasserstein.floor", 0.16),
      ("wasserstein.floor_at_ess", 0.19), ("wasserstein.floor_at_ess_std", 0.03),
      ("mode_weight.0", 0.696), ("mode_weight.0.mcse", 0.07), ("mode_weight.0.truth", 0.5),
    ])
    // .696 × .304 / .07² = 43.2.
    #expect(
      jump == [
        "warning: the draws of 1000 are worth about 43 independent ones: too few for standard errors that mean something"
      ])
    let mean = try verdicts([
      ("count", 1000), ("mean.1", 0), ("mean.1.mcse", 0.2), ("variance.1", 1), ("rhat", 1),
      ("ks", 0.1), ("ks.floor", 0.03), ("ks.floor_at_ess", 0.15),
    ])
    #expect(mean.count == 1 && mean[0].contains("about 25 "), "\(mean)")
    // By the floors alone: 1000 × (.03 / .15)² = 40; of MMD², a square, 1000 × .002 / .02 = 100.
    let floors = try verdicts([
      ("count", 1000), ("ks", 0.1), ("ks.floor", 0.03), ("ks.floor_at_ess", 0.15),
    ])
    #expect(floors.count == 1 && floors[0].contains("about 40 "), "\(floors)")
    let square = try verdicts([
      ("count", 1000), ("mmd_squared", 0.01), ("mmd_squared.floor", 0.002),
      ("mmd_squared.floor_at_ess", 0.02),
    ])
    #expect(
      square == [
        "good: MMD² 0.01: not told apart from true samples of the effective size (0 ± 0.02)"
      ])
    // Four draws are four.
    let four = try verdicts([
      ("count", 4), ("ks", 0.3), ("ks.floor", 0.4), ("ks.floor_at_ess", 0.4),
      ("mode_weight.0", 0.25), ("mode_weight.0.truth", 0.48), ("mode_weight.1", 0.75),
      ("mode_weight.1.truth", 0.48), ("mode_weight.2", 0), ("mode_weight.2.truth", 0.04),
    ])
    #expect(four.map { $0.prefix { $0 != ":" } } == ["warning", "note"], "\(four)")
    #expect(four[0].contains("are worth 4 independent ones"))
  }

  /// Of denoised points nothing follows from the floors of distances, which do not fall to zero.
  @Test func floorsOfJumps() throws {
    let spec = """
      name: made
      data:
        law: {kind: gaussian-mixture, components: [{mean: [-1], std: 0.5}, {mean: [1], std: 0.5}]}
      sampling:
        walk: {kind: langevin, target: law, initial: {kind: normal}, step_size: 0.1, steps: 900}
        jump: {kind: denoise, from: walk, using: law, noise_level: 0.5}
      evaluation:
        quality: {kind: samples, of: jump, against: law, metrics: [wasserstein]}

      """
    let summary: Summary = [
      ("count", 900), ("wasserstein", 0.2), ("wasserstein.floor", 0.16),
      ("wasserstein.floor_at_ess", 0.19), ("wasserstein.floor_at_ess_std", 0.03),
    ]
    #expect(try verdicts(summary, spec: spec) == [Self.unknown])
    // The weights of modes do come to the truth: 900 × (.01 / .05)² = 36.
    let weights: Summary = [
      ("mode_weights_tv", 0.05), ("mode_weights_tv.floor", 0.01),
      ("mode_weights_tv.floor_at_ess", 0.05), ("mode_weights_tv.floor_at_ess_std", 0.04),
    ]
    let found = try verdicts(summary + weights, spec: spec)
    #expect(found.count == 1 && found[0].contains("about 36 "), "\(found)")
  }

  @Test func anUnknownSize() throws {
    #expect(
      try verdicts([("count", 1000), ("ks", 0.02), ("ks.floor", 0.027)]) == [Self.unknown])
    #expect(
      try verdicts([("count", 1000), ("ks", 0.2), ("ks.floor", 0.027), ("ks.expected", 0.1)]) == [
        "note: KS distance 0.2 where true samples of the same number have 0.027", Self.unknown,
      ])
    let known = try verdicts([
      ("count", 1000), ("ks", 0.02), ("ks.floor", 0.027), ("ks.floor_at_ess", 0.027),
      ("ks.floor_at_ess_std", 0.008),
    ])
    #expect(
      known == [
        "good: KS distance 0.02: not told apart from true samples of the effective size (0.027 ± 0.008)"
      ])
  }

  // MARK: - Chains

  /// R̂ of seven draws is nothing, and neither is their acceptance, which stands at the sampling.
  @Test func noPraiseOfFewDraws() throws {
    #expect(
      try verdicts([("ess", 7.2), ("rhat", 0.895), ("acceptance", 0.9)]).map {
        $0.prefix { $0 != ":" }
      } == ["warning"])
    let spec = """
      name: made
      data:
        law: {kind: gaussian-mixture, components: [{mean: [-1], std: 1}, {mean: [1], std: 1}]}
      sampling:
        walk:
          kind: metropolis-adjusted-langevin
          target: law
          initial: {kind: normal}
          step_size: 1
          steps: STEPS
          keep: {from: 20, every: 20}
      evaluation:
        quality: {kind: samples, of: walk, against: law, metrics: [ess, rhat]}

      """
    func found(_ steps: Int, ess: Double) throws -> [String] {
      try verdicts(
        ofNodes: [
          ("walk", [("acceptance", 0.9)]),
          ("quality", [("count", Double(steps) / 20), ("ess", ess), ("rhat", 1)]),
        ], spec: spec.replacing("STEPS", with: String(steps)))
    }
    #expect(try found(160, ess: 7.2).map { $0.prefix { $0 != ":" } } == ["warning"])
    #expect(try found(20_000, ess: 50).map { $0.prefix { $0 != ":" } } == ["warning"])
    // One chain is judged by its halves.
    #expect(
      try found(20_000, ess: 900) == [
        "good: 90 % of the proposals are accepted", "good: R̂ 1.000: the halves of the chain agree",
        "good: the draws of 1000 are worth 900 independent ones",
      ])
  }

  /// Where the chains do not agree, nothing that rests on an effective size is good or counted by it.
  @Test func chainsThatDoNotAgree() throws {
    let found = try verdicts([
      ("count", 400), ("ess", 1117), ("rhat", 2.06), ("ks", 0.02), ("ks.floor", 0.027),
      ("ks.floor_at_ess", 0.027), ("ks.floor_at_ess_std", 0.008), ("mode_weight.0", 0.5),
      ("mode_weight.0.mcse", 0.01), ("mode_weight.0.truth", 0.51),
    ])
    #expect(
      found == [
        "warning: R̂ 2.060: the chains do not agree, so that effective sizes and what follows from them say too much"
      ])
    let far = try verdicts([
      ("ess", 1117), ("rhat", 2.06), ("ks", 0.3), ("ks.floor_at_ess", 0.027),
      ("mode_weight.0", 0.8),
      ("mode_weight.0.mcse", 0.01), ("mode_weight.0.truth", 0.66),
    ])
    #expect(far.allSatisfy { $0.hasPrefix("warning") && !$0.contains("standard errors") }, "\(far)")
    #expect(far.contains("warning: mode 0 holds 80 % of the samples where 66 % belong"))
    #expect(
      far.contains(
        "warning: KS distance 0.3 where true samples of the effective size have 0.027"))
  }

  /// Two evaluations judge the same samples, and one alone was asked whether the chains agree.
  @Test func evaluationsOfTheSameSamples() throws {
    let spec = """
      name: made
      data:
        law: {kind: gaussian-mixture, components: [{mean: [-1], std: 1}, {mean: [1], std: 1}]}
      sampling:
        walk: {kind: langevin, target: law, initial: {kind: normal}, step_size: 0.1, steps: 500, chains: 2}
      evaluation:
        chains: {kind: samples, of: walk, metrics: [ess, rhat]}
        quality: {kind: samples, of: walk, against: law, metrics: [ks]}

      """
    func found(ess: Double, rhat: Double) throws -> [String] {
      try verdicts(
        ofNodes: [
          ("chains", [("count", 1000), ("ess", ess), ("rhat", rhat)]),
          (
            "quality",
            [("count", 1000), ("ks", 0.02), ("ks.floor", 0.027), ("ks.floor_at_ess", 0.027)]
          ),
        ], spec: spec)
    }
    #expect(try found(ess: 900, rhat: 1).count == 3)
    #expect(try found(ess: 900, rhat: 1.3).map { $0.prefix { $0 != ":" } } == ["warning"])
  }

  // MARK: - Distances

  /// Within one standard deviation of what true samples have; within three it is said to be farther; beyond, it is wrong.
  @Test(arguments: [
    (
      0.0085,
      "good: KS distance 0.0085: not told apart from true samples of the effective size (0.0077 ± 0.001)"
    ),
    (
      0.0095,
      "note: KS distance 0.0095: more than most true samples of the effective size have (0.0077 ± 0.001), but within what chance explains"
    ),
    (
      0.012,
      "note: KS distance 0.012 where true samples of the effective size have 0.0077, 1.56 times as far"
    ),
    (
      0.04,
      "warning: KS distance 0.04 where true samples of the effective size have 0.0077, 5.19 times as far"
    ),
  ])
  func distance(value: Double, text: String) throws {
    let found = try verdicts([
      ("ess", 12_475), ("ks", value), ("ks.floor_at_ess", 0.0077), ("ks.floor_at_ess_std", 0.001),
    ])
    #expect(found.contains(text) && found.count == 2, "\(found)")
  }

  /// The mean of MMD² over true samples is 0, and its floor the root of the mean square.
  @Test func squaresThatMayBeNegative() throws {
    func found(_ value: Double) throws -> String? {
      try verdicts([
        ("ess", 400), ("mmd_squared", value), ("mmd_squared.floor_at_ess", 0.00407),
        ("mmd_squared.floor_at_ess_std", 0.00415),
      ]).first { $0.contains("MMD²") }
    }
    #expect(try found(-0.002)?.hasPrefix("good: MMD² -0.002: not told apart") == true)
    #expect(
      try found(0.00787)
        == "note: MMD² 0.00787: more than most true samples of the effective size have (0 ± 0.00407), but within what chance explains"
    )
    #expect(try found(0.02)?.hasPrefix("warning") == true)
  }

  // MARK: - Blame

  private let faithful = """
    name: made
    data:
      law: {kind: gaussian-mixture, components: [{weight: 2, mean: [-5], std: 3}, {weight: 1, mean: [6], std: 1}]}
      rows: {kind: draws, from: law, count: 100}
    models:
      score: {kind: mlp, output: score, hidden: [8], activation: relu}
    training:
      fit:
        model: score
        data: rows
        objective: {kind: implicit-score-matching}
        optimizer: {kind: adam, learning_rate: 1e-3}
        batch_size: all
        steps: 10
    sampling:
      chains: {kind: langevin, target: fit, initial: {kind: normal}, step_size: 5e-3, steps: 2000, chains: 100}
      exact: {kind: langevin, target: law, initial: {kind: normal}, step_size: 1.5, steps: 20000, chains: 100}
    evaluation:
      quality: {kind: samples, of: chains, against: law, metrics: [ks, wasserstein, ess]}
      exact-quality: {kind: samples, of: exact, against: law, metrics: [ks, wasserstein, ess]}

    """

  /// One cause for all distances of a node, with what each has to do with it.
  @Test func theCauseIsNamedOnce() throws {
    let found = try verdicts(
      [
        ("ess", 1000), ("rhat", 2.06), ("ks", 0.3162), ("ks.expected", 0.2489),
        ("ks.floor_at_ess", 0.02828),
        ("ks.floor_at_ess_std", 0.008), ("wasserstein", 2.79), ("wasserstein.expected", 2.66),
        ("wasserstein.floor_at_ess", 0.24), ("wasserstein.floor_at_ess_std", 0.1),
      ], spec: faithful)
    let text = found.joined(separator: "\n")
    #expect(
      text.contains(
        "KS distance 0.316 where true samples of the effective size have 0.0283; with the exact score this chain would have 0.249\n"
      ))
    let causes = found.filter { $0.contains("cause") }
    #expect(causes.count == 1)
    #expect(
      causes[0].hasPrefix(
        "warning: the causes are the chain and the learned score: of the KS distance, 0.249 is the chain’s, and 0.0673 the learned score’s; of the Wasserstein distance, 2.66 is the chain’s, and 0.13 the learned score’s; this chain is "
      ), "\(causes)")
    #expect(text.ranges(of: " times too short: it relaxes in ").count == 1)
    #expect(causes[0].contains(" times too short: it relaxes in "))
    #expect(!text.contains("chance"))
  }

  @Test(arguments: [
    (
      0.25, 0.2489,
      "the cause is the chain: of the KS distance, 0.249 is the chain’s, and 0.0011 the learned score’s; this chain is"
    ),
    (
      0.4, 0.01,
      "the cause is the learned score: of the KS distance, 0.01 is the chain’s, and 0.39 the learned score’s"
    ),
    (
      0.3, 0.6,
      "the causes are the chain and the learned score: of the KS distance, 0.6 would be the chain’s, from which the learned score takes 0.3; this chain is"
    ),
  ])
  func blame(value: Double, expected: Double, text: String) throws {
    let found = try verdicts(
      [("ess", 1000), ("ks", value), ("ks.expected", expected), ("ks.floor_at_ess", 0.02828)],
      spec: faithful)
    let cause = try #require(found.first { $0.contains("the cause") })
    #expect(cause.hasPrefix("warning: " + text), "\(cause)")
    #expect(text.hasSuffix("this chain is") || !cause.contains("this chain"))
  }

  /// A chain that is long enough and steps too far: `explain` knows which of the two it is.
  @Test func theStepIsToBlame() throws {
    let found = try verdicts(
      ofNodes: [
        (
          "exact-quality",
          [
            ("ess", 5000), ("rhat", 1), ("ks", 0.06), ("ks.expected", 0.061),
            ("ks.floor_at_ess", 0.01),
          ]
        )
      ], spec: faithful)
    let cause = try #require(found.first { $0.contains("the cause") })
    #expect(cause.contains("the cause is the chain, whose own law is as far; "), "\(cause)")
    #expect(cause.contains("the bias falls in proportion to the step size"), "\(cause)")
    #expect(!cause.contains("too short"))
  }

  /// Beyond what chance explains nothing is blamed on chance.
  @Test func moreThanChance() throws {
    let found = try verdicts(
      ofNodes: [
        (
          "exact-quality",
          [("ess", 500), ("ks", 0.426), ("ks.expected", 0.068), ("ks.floor_at_ess", 0.05)]
        )
      ], spec: faithful)
    let text = found.joined(separator: "\n")
    #expect(text.contains("is more than chance at this effective size: the draws are worth less"))
    #expect(!text.contains("the rest is chance"))
  }
}
