import Experiments
import Scorewalk
import Testing

/// `likelihood` from a spec to its metrics and arrays.
@Suite final class LikelihoodEvaluationTests {
  private let runner: TestRunner
  private let monitor = StoppingMonitor(RunControl(), at: .max, of: "")

  init() throws { runner = try TestRunner() }

  private static let line =
    "{kind: gaussian-mixture, components: [{mean: [-1], std: 0.5}, {mean: [1], std: 0.5}]}"
  private static let net =
    "{kind: mlp, output: denoiser, hidden: [5], dimension: 1, noise_levels: {kind: geometric, from: 3, to: 0.1, count: 4}, preconditioning: edm, data_std: 1}"

  private static func spec(
    _ likelihood: String, law: String = LikelihoodEvaluationTests.line, sampling: String = ""
  ) -> String {
    """
    name: x
    precision: float64
    data:
      law: \(law)
      rows: {kind: draws, from: law, count: 30}
      row: {kind: draws, from: law, count: 1}
    models:
      net: \(net)
      plain: {kind: mlp, output: score, hidden: [5], dimension: 1}
    sampling:
      walk: {kind: langevin, target: law, initial: {kind: zeros}, step_size: 0.01, steps: 300, chains: 2}
      end: {kind: langevin, target: law, initial: {kind: zeros}, step_size: 0.01, steps: 3, keep: last}
      \(sampling)
    evaluation:
      found: {kind: likelihood, \(likelihood)}

    """
  }

  private func run(_ text: String) throws -> RunOutcome {
    let outcome = try runner.start(text, monitor: monitor)
    #expect(outcome.record.status == .done, "\(String(describing: outcome.failure))")
    return outcome
  }

  private func metric(
    _ outcome: RunOutcome, _ name: String, of node: String = "found"
  ) -> Double? {
    outcome.record[node: node]?.summary?.first { $0.name == name }?.value.number
  }

  private func array(_ outcome: RunOutcome, _ name: String) throws -> NPYFile {
    try NPYFile.read(outcome.run.path("arrays/found/\(name).npy"))
  }

  // MARK: - Laws

  @Test func ofALaw() throws {
    let outcome = try run(
      Self.spec(
        "of: law, at: law, draws: 40, process: {kind: vp}, from: 0.01, prior: law, relative_tolerance: 1e-9, absolute_tolerance: 1e-9, grid: {from: -5, to: 5, points: 101}"
      ))
    let nll = try #require(metric(outcome, "nll"))
    let exact = try #require(metric(outcome, "nll.exact"))
    #expect(abs(nll - exact) < 1e-5)
    #expect(metric(outcome, "nll_per_dimension") == nll)
    let most = try #require(metric(outcome, "log_density_error.most"))
    let error = try #require(metric(outcome, "log_density_error"))
    #expect(error > 0 && error <= most && most < 1e-4)
    let logs = try array(outcome, "log_density")
    #expect(logs.shape == [40])
    let values = logs.values.doubles
    let mean = values.reduce(0, +) / 40
    #expect(abs(nll + mean) < 1e-12)
    let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 39
    let deviation = try #require(metric(outcome, "nll.se"))
    #expect(abs(deviation - (variance / 40).squareRoot()) < 1e-12)
    let mass = try #require(metric(outcome, "mass"))
    #expect(abs(mass - 1) < 1e-4)
    let (density, truth) = (try array(outcome, "density"), try array(outcome, "truth"))
    #expect(density.shape == [101] && truth.shape == [101])
    for (one, other) in zip(density.values.doubles, truth.values.doubles) {
      #expect(abs(one - other) < 1e-5)
    }
    let refused = try #require(metric(outcome, "refused_steps"))
    let scores = try #require(metric(outcome, "score_evaluations"))
    #expect(scores > 20 && (0..<0.5).contains(refused))
    #expect(monitor.notes.isEmpty)
  }

  /// The mean over states of chains is as good as that over their effective number of independent ones.
  @Test func standardErrorsOfChains() throws {
    func errors(at node: String) throws -> (said: Double?, naive: Double) {
      let outcome = try run(Self.spec("of: law, at: \(node), process: {kind: edm}, from: 0.2"))
      let values = try array(outcome, "log_density").values.doubles
      let count = Double(values.count)
      let mean = values.reduce(0, +) / count
      let square = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
      return (metric(outcome, "nll.se"), (square / (count * (count - 1))).squareRoot())
    }
    let chains = try errors(at: "walk")
    #expect(try #require(chains.said) > 2 * chains.naive)
    let rows = try errors(at: "rows")
    #expect(abs(try #require(rows.said) - rows.naive) < 1e-12)
    // One point has no standard error, be it a row or a state.
    #expect(monitor.notes.isEmpty)
    for node in ["row", "end"] { #expect(try errors(at: node).said == nil) }
  }

  /// On the grid the divergence is exact whatever it is at the points, so that the mass is no noise.
  @Test func gridsAreExact() throws {
    let law =
      "{kind: gaussian-mixture, components: [{mean: [1, 0], covariance: [[1, 0.9], [0.9, 1]]}, {mean: [-1, 0], covariance: [[1, -0.7], [-0.7, 1]]}]}"
    let outcomes = try ["exact", "hutchinson, probes: 3"].map {
      try run(
        Self.spec(
          "of: law, at: law, draws: 3, process: {kind: vp}, from: 0.1, divergence: {kind: \($0)}, grid: {from: -6, to: 6, points: 13}",
          law: law))
    }
    let grids = try outcomes.map { try array($0, "density") }
    #expect(grids[0].shape == [13, 13])
    #expect(grids[0].values.doubles == grids[1].values.doubles)
    #expect(metric(outcomes[0], "mass") == metric(outcomes[1], "mass"))
    let logs = try outcomes.map { try array($0, "log_density").values.doubles }
    #expect(zip(logs[0], logs[1]).contains { abs($0 - $1) > 1e-3 })
    // Three probes, three scores.
    let scores = try outcomes.map { try #require(metric($0, "score_evaluations")) }
    #expect(scores[1] > 2 * scores[0])
  }

  // MARK: - Networks

  @Test func ofANetwork() throws {
    let text = Self.spec(
      "of: net, at: law, draws: 20, process: {kind: edm, sigma_max: 3}, from: 0.1, grid: {from: -9, to: 9, points: 91}",
      sampling:
        "flow: {kind: diffusion, target: net, process: {kind: edm, sigma_max: 3}, time_grid: {kind: uniform, steps: 1, to: 0.1}, scheme: {kind: dormand-prince}, chains: 20}"
    )
    let alone = try run(text)
    #expect(abs(try #require(metric(alone, "mass")) - 1) < 1e-3)
    #expect(metric(alone, "nll.exact") == nil && metric(alone, "log_density_error") == nil)
    #expect(try #require(metric(alone, "score_evaluations", of: "flow")) > 7)
    let beside = try run(text.replacing("of: net, at", with: "of: net, against: law, at"))
    #expect(metric(beside, "nll") == metric(alone, "nll"))
    // It has learned nothing.
    #expect(try #require(metric(beside, "log_density_error")) > 0.01)
    #expect(monitor.notes.isEmpty)
  }

  @Test(arguments: [
    MarkedSpec(
      "a network for one level", spec("of: 1️⃣plain, at: law, process: {kind: edm}"),
      Expected(
        "1️⃣", "a likelihood needs scores at every noise level; 'plain' is a network for one",
        help: "follow a law, or give the model `noise_levels:`")),
    MarkedSpec(
      "the end of a network's flow",
      spec(
        "of: net, at: law, process: {kind: edm, sigma_max: 3}, from: 0.1, prior: 1️⃣law"),
      Expected(
        "1️⃣", "the law in which the flow of 'net' ends is not known",
        help: "leave `prior` out: the flow of a network ends in noise")),
    MarkedSpec(
      "beyond what a network is for",
      spec("of: 1️⃣net, at: law, process: {kind: edm, sigma_max: 4}, from: 0.1"),
      Expected(
        "1️⃣",
        "'evaluation.found' uses 'net' at σ = 4, beyond the levels that it is meant for",
        severity: .warning)),
    MarkedSpec(
      "another dimension",
      spec(
        "of: law, at: law, against: 1️⃣plane, process: {kind: edm}, from: 0.1"
      ).replacing(
        "models:",
        with: "  plane: {kind: gaussian-mixture, components: [{mean: [0, 0], std: 1}]}\nmodels:"),
      Expected("1️⃣", "'plane' has 2 coordinates where 'law' has 1")),
    MarkedSpec(
      "a grid that runs backwards",
      spec("of: law, at: law, process: {kind: edm}, grid: {from: 1️⃣2, to: 1, points: 3}"),
      Expected(
        "1️⃣", "'evaluation.found.grid.from' must lie below 'evaluation.found.grid.to'")),
  ])
  func diagnostics(spec: MarkedSpec) { spec.check() }
}
