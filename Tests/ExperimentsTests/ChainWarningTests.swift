import Experiments
import Scorewalk
import Testing

/// What a run says of chains once they have ended. Seeds are fixed; bounds are five standard errors and more.
@Suite final class ChainWarningTests {
  private let runner: TestRunner

  init() throws { runner = try TestRunner() }

  private func run(_ law: String, _ chains: String) throws -> (outcome: RunOutcome, notes: [String])
  {
    let monitor = StoppingMonitor(RunControl(), at: .max, of: "")
    let outcome = try runner.start(
      """
      name: x
      precision: float64
      data:
        law: \(law)
      sampling:
        walk: \(chains)

      """, monitor: monitor)
    #expect(outcome.record.status == .done, "\(String(describing: outcome.failure))")
    return (outcome, monitor.notes)
  }

  private func temperature(_ outcome: RunOutcome) throws -> Double {
    let summary = outcome.record[node: "walk"]?.summary ?? []
    return try #require(summary.first { $0.name == "kinetic_temperature" }).value.number
  }

  private func walker(_ fields: String) -> String {
    "{kind: underdamped-langevin, target: law, friction: 1, \(fields)}"
  }

  private static let gaussian = "{kind: gaussian-mixture, components: [{mean: [0], std: 1}]}"

  // MARK: - Velocities

  /// The scheme's own temperature is no mistake.
  @Test(arguments: [("obabo", 1.6, 1.0), ("baoab", 1.0, 0.75), ("aboba", 1.4, 1 / 0.51)])
  func whatTheStepSizeMakesIsRight(scheme: String, step: Double, expected: Double) throws {
    let (outcome, notes) = try run(
      Self.gaussian,
      walker(
        "scheme: \(scheme), initial: {kind: normal}, step_size: \(step), steps: 3000, chains: 50, keep: {from: 101}"
      ))
    #expect(notes.isEmpty)
    #expect(abs(try temperature(outcome) - expected) < 0.03 * expected)
  }

  /// Where the start is burnt in, and where it is kept.
  @Test func statesThatAreNotKeptAreNotSummed() throws {
    let far = "scheme: baoab, initial: {kind: point, at: [20]}, step_size: 0.1, chains: 50"
    let kept = try run(Self.gaussian, walker("\(far), steps: 400"))
    #expect(try temperature(kept.outcome) > 3)
    #expect(kept.notes.count == 1 && kept.notes[0].contains("forgotten its start"))
    let burnt = try run(Self.gaussian, walker("\(far), steps: 1400, keep: {from: 401}"))
    #expect(burnt.notes.isEmpty)
    #expect(abs(try temperature(burnt.outcome) - 0.9975) < 0.1)
    // However short the chains are.
    let falling = try run(
      Self.gaussian,
      walker("initial: {kind: point, at: [500]}, step_size: 0.1, steps: 20, chains: 4"))
    #expect(falling.notes.count == 1 && falling.notes[0].contains("fly off"))
  }

  /// Velocities that have not yet forgotten that they began at rest, in chains that are too short to judge.
  @Test func shortChainsAreNotJudged() throws {
    let (outcome, notes) = try run(
      Self.gaussian,
      walker(
        "initial: {kind: zeros}, initial_velocities: zeros, step_size: 0.001, steps: 1000, chains: 100"
      ))
    #expect(try temperature(outcome) < 0.7)
    #expect(notes.isEmpty)
  }

  /// On other laws what is right is not known, and the number stands alone.
  @Test func otherLawsHaveNoVerdict() throws {
    let (outcome, notes) = try run(
      "{kind: gaussian-mixture, components: [{mean: [-1], std: 0.5}, {mean: [1], std: 0.5}]}",
      walker("scheme: baoab, initial: {kind: normal}, step_size: 0.6, steps: 2000, chains: 50"))
    #expect(try temperature(outcome) < 0.9)
    #expect(notes.isEmpty)
    let log = try String(
      decoding: FileSystem.read(outcome.run.path("logs/walk.txt")), as: UTF8.self)
    #expect(log.contains("velocities: kinetic temperature 0."))
  }

  // MARK: - Annealed chains

  private func annealed(_ levels: String, _ stepSize: String, steps: Int) -> String {
    "{kind: annealed-langevin, target: law, noise_levels: {kind: geometric, \(levels), count: 10}, initial: {kind: normal}, step_size: \(stepSize), steps_per_level: \(steps), chains: 200, keep: last}"
  }

  private static let points =
    "{kind: categorical, values: [[5], [-5]], weights: [0.8, 0.2]}"

  /// Chains that fly off, slowly enough for their numbers to stay finite; with too few steps for the noise; on atoms and
  /// on a Gaussian.
  @Test func chainsThatAreLostAreCounted() throws {
    for (law, chains) in [
      (Self.points, annealed("from: 10, to: 0.01", "2.1e-4", steps: 100)),
      (Self.points, annealed("from: 10, to: 0.01", "1e-5", steps: 1)),
      (Self.gaussian, annealed("from: 10, to: 0.1", "0.05", steps: 1)),
    ] {
      let notes = try run(law, chains).notes
      #expect(notes.count == 1 && notes[0].contains("of 200 chains ended more than 10 standard"))
    }
  }

  /// Diffusions end at s times the law, far from the law itself; what is lost there is told of by keys that they have.
  @Test func chainsOfDiffusionsEndInTheirScale() throws {
    let places = "{kind: categorical, values: [[100], [-100]]}"
    func diffusion(_ rest: String) -> String {
      "{kind: diffusion, target: law, process: {kind: vp}, time_grid: {kind: uniform, steps: 100, to: 0.3}, chains: 50, keep: last, \(rest)}"
    }
    for rest in ["scheme: {kind: ancestral}", "scheme: {kind: ddim}, final_denoising: true"] {
      #expect(try run(places, diffusion(rest)).notes.isEmpty)
    }
    // A flow keeps the distance from its atom in units of the noise.
    let notes = try run(
      places, diffusion("scheme: {kind: ddim}, initial: {kind: point, at: [1e4]}")
    ).notes
    #expect(notes.count == 1 && notes[0].contains("50 of 50 chains ended more than 10 standard"))
    #expect(notes[0].contains("time_grid") && !notes[0].contains("step_size"))
  }

  @Test func chainsThatArriveAreNot() throws {
    for law in [Self.points, Self.gaussian] {
      for last in ["", ", final_denoising: true"] {
        let chains = annealed("from: 10, to: 0.1", "1e-3", steps: 100)
          .replacing("keep: last", "keep: last\(last)")
        #expect(try run(law, chains).notes.isEmpty)
      }
    }
  }
}
