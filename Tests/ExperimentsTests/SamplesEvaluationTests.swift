import Experiments
import Scorewalk
import Testing

/// What `kind: samples` measures, through the whole of spec, graph and runner.
@Suite("Evaluations of samples")
struct SamplesEvaluationTests {
  /// Seed 002 smoothed with σ = 3, along the axis through its modes: 1.33 % of the mass lie within 3 of the centre.
  ///
  /// 20,000 independent rows: a standard error of .0008; five of them are .004.
  @Test func intervalsAlongAnAxis() throws {
    let metrics = try measure(
      """
      name: axis
      data:
        modes:
          kind: gaussian-mixture
          components: [{weight: 1, mean: [-10, 1], std: 1}, {weight: 2, mean: [10, 0], std: 1}]
        noisy: {kind: smoothed, from: modes, noise_level: 3}
        rows: {kind: draws, from: noisy, count: 20000}
      evaluation:
        axis:
          kind: samples
          of: rows
          against: noisy
          metrics: [ks, wasserstein, ecdf, moments, mode-weights, energy]
          along: {direction: [20, -1], origin: [0, 0.5]}
          intervals: {centre: {from: -3, to: 3}, right: {from: 3}, nowhere: {to: -1000}}
      """)
    let axis = try #require(metrics["axis"])
    let centre = try #require(axis["interval.centre"])
    #expect(abs(try #require(axis["interval.centre.truth"]) - 0.0133) < 5e-5)
    #expect(abs(centre - 0.0133) < 0.004)
    let error = (centre * (1 - centre) / 19_999).squareRoot()
    #expect(abs(try #require(axis["interval.centre.mcse"]) - error) < 1e-12)
    let right = try #require(axis["interval.right.truth"])
    #expect(abs(try #require(axis["interval.right"]) - right) < 0.017)
    #expect(axis["interval.nowhere"] == 0 && axis["interval.nowhere.mcse"] == nil)
    #expect(try #require(axis["interval.nowhere.truth"]) < 1e-300)
    // The marginal along the axis: modes at ±√401 / 2, so that E = √401 / 6.
    #expect(abs(try #require(axis["mean.truth"]) - 401.0.squareRoot() / 6) < 1e-12)
    #expect(abs(try #require(axis["mode_weight.0.truth"]) - 1.0 / 3) < 5e-3)
    #expect(axis["mode_weight.0.truth_se"] == nil)
    for name in ["ks", "wasserstein", "energy_distance", "mode_weights_tv"] {
      try expectNearFloor(axis, name)
    }
  }

  /// True samples in the plane read what their floors say; samples of a law half a unit away read much more.
  @Test func distancesInThePlane() throws {
    let metrics = try measure(
      """
      name: plane
      data:
        law: {kind: gaussian-mixture, components: [{mean: [0, 0], covariance: [[2, 0.5], [0.5, 1]]}, {mean: [3, 0], std: 1}]}
        away: {kind: gaussian-mixture, components: [{mean: [0.5, 0], covariance: [[2, 0.5], [0.5, 1]]}, {mean: [3.5, 0], std: 1}]}
        rows: {kind: draws, from: law, count: 1500}
        others: {kind: draws, from: away, count: 700}
      evaluation:
        own: {kind: samples, of: rows, against: law, metrics: [energy, mmd, sliced-wasserstein, mode-coverage]}
        far: {kind: samples, of: rows, against: away, metrics: [energy, mmd, sliced-wasserstein]}
        pair: {kind: samples, of: rows, against: others, metrics: [energy, mmd, sliced-wasserstein], floors: false}
        wide: {kind: samples, of: rows, against: away, metrics: [mmd], bandwidth: 100, floors: false}
        one: {kind: samples, of: rows, against: away, metrics: [sliced-wasserstein], projections: 1, floors: false}
      """)
    let (own, far) = (try #require(metrics["own"]), try #require(metrics["far"]))
    let pair = try #require(metrics["pair"])
    for name in ["energy_distance", "mmd_squared", "sliced_wasserstein"] {
      try expectNearFloor(own, name)
      let (value, floor) = (try #require(far[name]), try #require(far[name + ".floor"]))
      let deviation = try #require(far[name + ".floor_std"])
      #expect(value > floor + 8 * deviation, "\(name): \(value) beside \(floor) ± \(deviation)")
      #expect(try #require(pair[name]) > floor, "\(name)")
      #expect(pair[name + ".floor"] == nil)
      // The effective number of independent rows is their number.
      #expect(own[name + ".floor"] == own[name + ".floor_at_ess"])
    }
    // True samples read 0 on the average: the floor is the size of what they read, and not its sign.
    let (floor, spread) = (
      try #require(own["mmd_squared.floor"]), try #require(own["mmd_squared.floor_std"])
    )
    #expect(floor > 0.9 * spread && floor < 2 * spread)
    #expect(own["modes"] == 2 && own["modes_hit"] == 2 && own["mode_coverage"] == 1)
    #expect(abs(try #require(own["entropic_mode_coverage"]) - 1) < 0.02)
    // The least that a translation by ½ along the first axis can read: ½ / √2 over all directions, ½ along the first.
    #expect(abs(try #require(far["sliced_wasserstein"]) - 0.5 / 2.0.squareRoot()) < 0.08)
    #expect(abs(try #require(metrics["one"]?["sliced_wasserstein"]) - 0.5) < 0.1)
    // A kernel as wide as that sees next to nothing.
    #expect(try #require(metrics["wide"]?["mmd_squared"]) < 1e-4)
    #expect(metrics["wide"]?["mmd_squared.bandwidth"] == 100)
    // Of the same draws, moved; of other samples it is another.
    #expect(far["mmd_squared.bandwidth"] == own["mmd_squared.bandwidth"])
    #expect(pair["mmd_squared.bandwidth"] != own["mmd_squared.bandwidth"])
  }

  /// METHODS: N(0, 1) beside N(1, 1), where everything has a closed form.
  @Test func whatIsKnownOfTwoGaussians() throws {
    let metrics = try measure(
      """
      name: gaussians
      data:
        law: {kind: gaussian-mixture, components: [{mean: [1], std: 1}]}
        other: {kind: gaussian-mixture, components: [{mean: [0], std: 1}]}
        plane: {kind: gaussian-mixture, components: [{mean: [0, 0], std: 1}]}
        moved: {kind: gaussian-mixture, components: [{mean: [0, 2], std: 1}]}
        rows: {kind: draws, from: other, count: 4000}
        points: {kind: draws, from: plane, count: 700}
        others: {kind: draws, from: moved, count: 300}
      sampling:
        walk: {kind: langevin, target: law, initial: {kind: normal}, step_size: 1, steps: 400, chains: 10}
      evaluation:
        line: {kind: samples, of: rows, against: law, metrics: [wasserstein-2, c2st, negative-log-likelihood]}
        own: {kind: samples, of: points, against: plane, metrics: [wasserstein-2, c2st, negative-log-likelihood]}
        far: {kind: samples, of: points, against: moved, metrics: [wasserstein-2, c2st, negative-log-likelihood]}
        pair: {kind: samples, of: points, against: others, metrics: [wasserstein-2, c2st], floors: false}
        along: {kind: samples, of: points, against: moved, along: {direction: [0, 3]}, metrics: [c2st], floors: false}
        chains: {kind: samples, of: walk, against: law, metrics: [c2st, negative-log-likelihood], burn_in: 50}
      """)
    let (line, own) = (try #require(metrics["line"]), try #require(metrics["own"]))
    let (far, pair) = (try #require(metrics["far"]), try #require(metrics["pair"]))
    let chains = try #require(metrics["chains"])
    #expect(abs(try #require(line["c2st.bayes"]) - 0.691462461274013) < 1e-10)
    #expect(abs(try #require(line["c2st"]) - 0.68) < 0.05)
    #expect(line["c2st.count"] == 1024)
    #expect(abs(try #require(line["wasserstein2"]) - 1) < 0.05)
    let entropy = 0.5 * Double.log(2 * .pi) + 0.5
    #expect(abs(try #require(line["negative_log_likelihood.truth"]) - entropy) < 1e-12)
    let likelihood = try #require(line["negative_log_likelihood"])
    let error = try #require(line["negative_log_likelihood.mcse"])
    #expect(abs(likelihood - entropy - 0.5) < 4 * error && error < 0.05)
    try expectNearFloor(own, "wasserstein2")
    try expectNearFloor(own, "c2st")
    #expect(own["wasserstein2.count"] == 512 && own["c2st.count"] == nil)
    let two = try #require(own["negative_log_likelihood"])
    let twoError = try #require(own["negative_log_likelihood.mcse"])
    #expect(abs(two - 2 * entropy) < 4 * twoError)
    // In more dimensions of draws alone nothing is known of the best classifier.
    #expect(far["c2st.bayes"] == nil)
    for result in [far, pair] {
      #expect(abs(try #require(result["wasserstein2"]) - 2) < 0.3)
      #expect(abs(try #require(result["c2st"]) - 0.841) < 0.06)
    }
    #expect(abs(try #require(metrics["along"]?["c2st.bayes"]) - 0.841344746068543) < 1e-10)
    // Steps of 1 on N(1, 1) keep N(1, 2).
    let cross = (2 * Double.log(2)).squareRoot()
    let variation = 2 * (Double.normalCDF(cross) - Double.normalCDF(cross / 2.0.squareRoot()))
    #expect(abs(try #require(chains["c2st.bayes"]) - 0.5 - 0.5 * variation) < 1e-4)
    #expect(try #require(chains["negative_log_likelihood"]) > entropy + 0.3)
  }

  /// What is written is what the library says of the chains in the file.
  @Test func diagnosticsOfChains() throws {
    let runner = try TestRunner()
    let metrics = try measure(
      """
      name: chains
      precision: float64
      data:
        law: {kind: gaussian-mixture, components: [{mean: [-1], std: 0.5}, {mean: [1], std: 0.5}]}
        plane: {kind: gaussian-mixture, components: [{mean: [0, 0], std: 1}]}
      sampling:
        walk: {kind: langevin, target: law, initial: {kind: zeros}, step_size: 0.05, steps: 400, chains: 4}
        pairs: {kind: langevin, target: plane, initial: {kind: zeros}, step_size: 0.1, steps: 60, chains: 3}
      evaluation:
        quality: {kind: samples, of: walk, against: law, metrics: [ks, ess, rhat, mode-weights, mode-coverage], burn_in: 100, intervals: {right: {from: 0}}}
        both: {kind: samples, of: pairs, metrics: [rhat]}
      """, in: runner)
    let file = try NPYFile.read(try runner.results.run("chains").path("samples/walk.npy"))
    let values = file.values.doubles
    let samples = SampleSet(
      values: (0..<4).flatMap { values[($0 * 400 + 100)..<(($0 + 1) * 400)] }, chains: 4,
      draws: 300,
      dimension: 1)
    let (ranks, chains) = (RankDiagnostics(samples), ChainDiagnostics(samples))
    let quality = try #require(metrics["quality"])
    #expect(quality["rhat"] == ranks.rHat && ranks.rHat > 1)
    #expect(quality["ess"] == chains.effectiveSampleSize)
    #expect(quality["ess_bulk"] == ranks.bulkEffectiveSampleSize)
    #expect(quality["ess_tail"] == ranks.tailEffectiveSampleSize)
    #expect(quality["mcse"] == chains.standardError)
    #expect(quality["mcse_sd"] == chains.deviationStandardError)
    #expect(quality["autocorrelation_time"] == chains.autocorrelationTime)
    // The indicator's own effective size, which is far below the number of draws.
    let indicator = SampleSet(
      values: samples.values.map { $0 >= 0 ? 1 : 0 }, chains: 4, draws: 300, dimension: 1)
    #expect(quality["interval.right.mcse"] == ChainDiagnostics(indicator).standardError)
    #expect(quality["interval.right.truth"] == 0.5)
    #expect(quality["interval.right"] == indicator.moments(coordinate: 0).mean)
    // So has the weight of a mode: the modes are cut at 0.
    let weight = try #require(quality["mode_weight.1.mcse"])
    #expect(abs(weight / ChainDiagnostics(indicator).standardError - 1) < 1e-3)
    let both = try #require(metrics["both"])
    #expect(both["rhat.0"] != nil && both["rhat.1"] != nil && both["rhat"] == nil)
    #expect(both["ess.0"] == nil)
  }

  /// A constant chain has no effective size and no R̂: NaN, and a reason.
  @Test func constantAndShortChains() throws {
    let runner = try TestRunner()
    let monitor = StoppingMonitor(RunControl(), at: .max, of: "")
    let outcome = try runner.start(
      """
      name: constant
      data:
        law: {kind: gaussian-mixture, components: [{mean: [0], std: 1}]}
        atom: {kind: categorical, values: [[2]]}
      sampling:
        walk: {kind: langevin, target: law, initial: {kind: zeros}, step_size: 0.1, steps: 40, chains: 2}
        jump: {kind: denoise, from: walk, using: atom, noise_level: 1}
        last: {kind: langevin, target: law, initial: {kind: zeros}, step_size: 0.1, steps: 40, keep: last}
      evaluation:
        constant: {kind: samples, of: jump, metrics: [ess, rhat]}
        short: {kind: samples, of: last, metrics: [ess, rhat]}

      """, monitor: monitor)
    #expect(outcome.record.status == .done)
    let metrics = Self.metrics(of: outcome)
    let names = ["ess", "ess_bulk", "ess_tail", "autocorrelation_time", "mcse", "mcse_sd", "rhat"]
    for name in names { #expect(metrics["constant"]?[name]?.isNaN == true, "\(name)") }
    // One line says it, and says why.
    #expect(
      monitor.notes.filter { $0.hasPrefix("constant: ") } == [
        "constant: effective sizes, their standard errors and R̂ are not defined: the chains are constant, or not finite"
      ])
    #expect(metrics["short"]?["rhat"] == nil)
    #expect(
      monitor.notes.contains(
        "short: rhat is missing: it needs at least 4 draws a chain, and there are 1"))
  }

  /// What is not defined is left out, and one line says why.
  @Test func whatCannotBeMeasured() throws {
    let runner = try TestRunner()
    let monitor = StoppingMonitor(RunControl(), at: .max, of: "")
    let outcome = try runner.start(
      """
      name: few
      data:
        law: {kind: gaussian-mixture, components: [{mean: [0], std: 1}]}
        atom: {kind: categorical, values: [[2]]}
        rows: {kind: draws, from: law, count: 30}
        one: {kind: draws, from: law, count: 1}
        same: {kind: draws, from: atom, count: 30}
      evaluation:
        single: {kind: samples, of: one, against: law, metrics: [moments, mmd], floors: false}
        to-one: {kind: samples, of: rows, against: one, metrics: [mmd], bandwidth: 1, floors: false}
        to-same: {kind: samples, of: rows, against: same, metrics: [mmd], floors: false}
        to-atom: {kind: samples, of: rows, against: atom, metrics: [mmd]}
        wide: {kind: samples, of: rows, against: same, metrics: [mmd], bandwidth: 1, floors: false}
        sole: {kind: samples, of: one, against: law, metrics: [c2st]}
        to-sole: {kind: samples, of: rows, against: one, metrics: [c2st], floors: false}

      """, monitor: monitor)
    #expect(outcome.record.status == .done)
    let metrics = Self.metrics(of: outcome)
    for name in ["single", "to-one", "to-same", "to-atom", "sole", "to-sole"] {
      let measured = try #require(metrics[name])
      #expect(
        !measured.keys.contains { $0.hasPrefix("mmd_squared") || $0.hasPrefix("c2st") }, "\(name)")
    }
    #expect(metrics["single"]?["variance"]?.isNaN == true)
    #expect(metrics["wide"]?["mmd_squared"]?.isFinite == true)
    let same =
      "mmd_squared is missing: no two true samples differ, so that there is no median distance; write a bandwidth"
    #expect(
      monitor.notes == [
        "single: mmd_squared is missing: it needs 2 samples, and there is 1",
        "single: one sample has no variance",
        "to-one: mmd_squared is missing: it needs 2 true samples, and there is 1",
        "to-same: \(same)", "to-atom: \(same)",
        "sole: c2st is missing: it needs 20 samples, and there is 1",
        "to-sole: c2st is missing: it needs 20 true samples, and there is 1",
      ])
  }

  /// Metrics of pairs look at no more than 4,096 samples, and say so; those that sort look at all.
  @Test func largeSetsAreRepresented() throws {
    let metrics = try measure(
      """
      name: large
      data:
        law: {kind: gaussian-mixture, components: [{mean: [0], std: 1}]}
        rows: {kind: draws, from: law, count: 20000}
      evaluation:
        all: {kind: samples, of: rows, against: law, metrics: [energy, mmd, sliced-wasserstein], floors: false}
      """)
    let all = try #require(metrics["all"])
    #expect(all["mmd_squared.count"] == 4096)
    #expect(all["sliced_wasserstein.count"] == 16_384)
    #expect(all["energy_distance.count"] == nil)
    #expect(abs(try #require(all["mmd_squared"])) < 5e-3)
  }

  /// A perfect jump gives posterior means: judged along a line, its floors are those of true noisy points, jumped and
  /// projected. The means along (1, 1) of X on four corners.
  @Test func aPerfectJumpReadsItsFloor() throws {
    let metrics = try measure(
      """
      name: jump
      precision: float64
      data:
        corners: {kind: categorical, values: [[0, 0], [0, 1], [1, 0], [1, 1]]}
        noisy: {kind: smoothed, from: corners, noise_level: 0.5}
        rows: {kind: draws, from: noisy, count: 2000}
      sampling:
        jump: {kind: denoise, from: rows, using: corners, noise_level: 0.5}
      evaluation:
        line:
          kind: samples
          of: jump
          against: corners
          metrics: [wasserstein, energy, mode-weights]
          along: {direction: [1, 1]}
      """)
    let line = try #require(metrics["line"])
    for name in ["wasserstein", "energy_distance", "mode_weights_tv"] {
      try expectNearFloor(line, name)
      // The floor is not that of draws of X, which would be near 0.
      #expect(try #require(line[name + ".floor"]) > 0.03, "\(name)")
    }
    #expect(line["mode_weight.1.truth"] == 0.5 && line["mode_weight.3.truth"] == nil)
  }

  /// The order in which intervals are written is in no key, so that it must be in no byte.
  @Test func theOrderOfIntervalsSaysNothing() throws {
    func text(_ intervals: String) -> String {
      """
      name: order
      data:
        law: {kind: gaussian-mixture, components: [{mean: [0], std: 1}]}
        rows: {kind: draws, from: law, count: 50}
      evaluation:
        parts: {kind: samples, of: rows, against: law, metrics: [moments], intervals: {\(intervals)}}

      """
    }
    let one = text("b: {from: 0}, a: {to: 0}, c: {from: -1, to: 1}")
    let two = text("c: {from: -1, to: 1}, a: {to: 0}, b: {from: 0}")
    let keys = try [one, two].map { NodeKeys(try Reading($0).required().graph)["parts"] }
    #expect(keys[0] == keys[1])
    #expect(
      try undisturbedResults(one)["metrics/parts.jsonl"]
        == undisturbedResults(two)["metrics/parts.jsonl"])
    // An interval's ends are in the key, and survive being written as resolved values.
    let other = NodeKeys(try Reading(text("a: {to: 0.5}")).required().graph)["parts"]
    #expect(other != keys[0])
    let spec = try Reading(one).required()
    let again = try Reading(ResolvedValue.map(spec.resolved).json.rendered()).required()
    #expect(NodeKeys(again.graph)["parts"] == keys[0])
  }

  // MARK: - Running

  /// A value within 6 deviations of its floor, at n and at the effective n: true samples stand further off with a
  /// probability of about 1e-6 (floors are of 20 sets).
  private func expectNearFloor(
    _ metrics: [String: Double], _ name: String, sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let value = try #require(metrics[name], sourceLocation: sourceLocation)
    for suffix in [".floor", ".floor_at_ess"] {
      let floor = try #require(metrics[name + suffix], sourceLocation: sourceLocation)
      let deviation = try #require(metrics[name + suffix + "_std"], sourceLocation: sourceLocation)
      #expect(
        abs(value - floor) < 6 * deviation, "\(name): \(value) beside \(floor) ± \(deviation)",
        sourceLocation: sourceLocation)
    }
  }

  /// The final metrics of a run; its directory goes with the runner.
  private func measure(
    _ text: String, in runner: TestRunner? = nil
  ) throws -> [String: [String: Double]] {
    let runner = try runner ?? TestRunner()
    let outcome = try runner.start(text + "\n")
    #expect(outcome.record.status == .done, "\(String(describing: outcome.failure))")
    return Self.metrics(of: outcome)
  }

  private static func metrics(of outcome: RunOutcome) -> [String: [String: Double]] {
    var metrics: [String: [String: Double]] = [:]
    for node in outcome.record.nodes {
      for metric in node.summary ?? [] {
        metrics[node.name, default: [:]][metric.name] = metric.value.number
      }
    }
    return metrics
  }
}
