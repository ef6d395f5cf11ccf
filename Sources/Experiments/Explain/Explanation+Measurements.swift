import Scorewalk

extension NodeExplanation {
  /// Chains on several measurements at once; what is said of their mean follows.
  mutating func explain(_ sampler: MultiMeasurement) {
    explain(sampler.measurements, delta: sampler.delta)
    add("measurement_step", "step size δ of each measurement", sampler.delta)
    note(
      "mean_is_langevin",
      "the mean is a chain of kind langevin at \(sampler.measurements.words) with step size δ/M, whatever the measurements do around it; what follows is for the mean"
    )
    let limit = 2 * sampler.measurements.noiseLevel * sampler.measurements.noiseLevel
    if sampler.measurements.count > 1, sampler.delta >= limit {
      warn(
        "unstable",
        "the measurements fly off around their mean: δ = \(TextTable.short(sampler.delta)) is not below 2σ² = \(TextTable.short(limit))"
      )
    }
  }

  /// Chains on one measurement after the other.
  mutating func explain(
    _ sampler: SequentialMeasurement, _ chains: ChainDefinition, _ precision: Precision,
    in graph: ExperimentGraph
  ) {
    let measurements = sampler.measurements
    explain(measurements, delta: sampler.delta)
    add("measurement_step", "step size δ", sampler.delta)
    add("steps_per_measurement", "steps on each", sampler.stepsPerMeasurement)
    let unit = sampler.delta / (measurements.noiseLevel * measurements.noiseLevel)
    add(
      "measurement_time", "time on each", Double(sampler.stepsPerMeasurement) * unit,
      remark: "steps × δ/σ²: in units in which the noise alone relaxes")
    let training = graph.training(chains.target)
    // Those that are not kept nobody sees.
    let kept = chains.keptNoise?.last.level ?? measurements.meanNoiseLevel
    let endsEarly = kept != measurements.meanNoiseLevel
    if endsEarly {
      add(
        "kept_noise_level", "noise level of the last kept state", kept,
        remark: "at which to jump: `keep` ends before the last measurement")
    }
    guard let (law, name) = graph.sourceLaw(training?.data ?? chains.target) else { return }
    add(
      "target", "comes near", "\(name) smoothed at σ = \(JSONText.number(kept) as String)",
      remark: (training == nil ? "" : "if it was learned, ")
        + "but for what the first measurements have not forgotten, and for the step size")
    explainConcavity(law, measurements)
    guard explainStability(sampler, law) else { return }
    explainFirst(sampler, chains, in: graph)
    if !endsEarly { explainEnd(sampler, chains, law) }
    explainRounding(
      of: (2 * sampler.delta).squareRoot(), "the noise of a step, √(2δ),",
      farthest: law.farthest + measurements.noiseLevel, precision)
  }

  private mutating func explain(_ measurements: Measurements, delta: Double) {
    add("measurements", "measurements", measurements.count)
    add("noise_level", "noise level σ of each", measurements.noiseLevel)
    add(
      "mean_noise_level", "noise level of their mean", measurements.meanNoiseLevel,
      remark: "σ/√M, at which to jump")
    add(
      "noise_step", "step size beside the noise",
      delta / (measurements.noiseLevel * measurements.noiseLevel), remark: "δ/σ²")
  }

  // MARK: - One after the other

  /// Whether every measurement, given those before it, has a log-concave law.
  private mutating func explainConcavity(_ law: Law, _ measurements: Measurements) {
    let variance = measurements.noiseLevel * measurements.noiseLevel
    var largest = (value: 0.0, isBound: false, measurement: 1)
    for measurement in Self.lookedAt(measurements.count) {
      let denoiser = BayesDenoiser(
        law: law, noiseLevel: measurements.levels.levels[measurement - 1])
      guard let found = denoiser.largestPosteriorVariance else { return }
      // The search is exact to less: of equals the first is named.
      if found.value > largest.value * (1 + 1e-6) {
        largest = (found.value, found.isBound, measurement)
      }
    }
    add(
      "largest_posterior_variance", "largest variance of X, given measurements", largest.value,
      remark: (largest.isBound ? "at most; " : "")
        + "up to σ² = \(TextTable.short(variance)) each measurement has a log-concave law given those before it"
    )
    if largest.value <= variance {
      note(
        "log_concave",
        "every measurement, given those before it, has a log-concave law: no walk crosses a valley"
      )
    } else {
      // Of points the variance does not grow with the noise; of what is wide itself it does.
      let remedy =
        law.hasDensity
        ? ""
        : "; at σ of \(TextTable.short(largest.value.squareRoot(), digits: 3)) or more none has"
      warn(
        "not_log_concave",
        "measurement \(largest.measurement), given those before it, "
          + (largest.isBound ? "may have" : "can have")
          + " a law with valleys, so that chains may keep the side on which they start" + remedy
      )
    }
  }

  /// The measurements whose laws are looked at: the first 32, and of those beyond the powers of 2 and the last.
  private static func lookedAt(_ count: Int) -> [Int] {
    (1...count).filter { $0 <= 32 || $0 == count || $0 & ($0 - 1) == 0 }
  }

  /// Whether chains stay in the components; returns whether they do.
  private mutating func explainStability(_ sampler: SequentialMeasurement, _ law: Law) -> Bool {
    guard let directions = NarrowDirections(law.principalVariances) else { return true }
    let noise = sampler.measurements.noiseLevel * sampler.measurements.noiseLevel
    let before = Double(sampler.measurements.count - 1)
    // The variance of the last measurement, whose law is the narrowest, given those before it.
    func limit(_ variance: Double) -> Double {
      2 * (noise + variance / (before * variance / noise + 1))
    }
    let least = limit(directions.narrowest)
    add("stability_limit", "stable below δ", least, remark: "for the last measurement")
    let widest = limit(directions.widest)
    if sampler.delta >= widest {
      warn(
        "unstable",
        "the chains fly off: δ = \(TextTable.short(sampler.delta)) is not below \(TextTable.short(widest))"
      )
    } else if sampler.delta >= least {
      warn(
        "unstable_component",
        "chains cannot stay in the narrowest component: δ = \(TextTable.short(sampler.delta)) is not below \(TextTable.short(least)), and a step in it leads farther from its mean"
      )
    }
    return sampler.delta < least
  }

  /// The first measurement, which is a plain chain: whether it forgets where it starts, and its law after its steps.
  private mutating func explainFirst(
    _ sampler: SequentialMeasurement, _ chains: ChainDefinition, in graph: ExperimentGraph
  ) {
    guard
      case .known(let target) = graph.learnedLaw(
        chains.target, at: sampler.measurements.noiseLevel),
      case .known(let prediction) = graph.prediction(
        of: chains.initial, target, stepSize: sampler.delta, steps: sampler.stepsPerMeasurement,
        keep: .last)
    else { return }
    let distances = prediction.pooled.distances(to: prediction.line)
    add(
      "first_ks", "KS of the first to its law", distances.kolmogorovSmirnov,
      remark: "after its steps")
    // What is not known is not said.
    let relaxation = try? prediction.evolution.limit().relaxationSteps
    if let relaxation {
      add(
        "relaxation_steps", "relaxation of the first", relaxation,
        remark: "steps in which the slowest deviation falls by e")
    }
    let steps = sampler.stepsPerMeasurement
    if let relaxation, relaxation > Double(steps) {
      warn(
        "too_short",
        "the first measurement relaxes in \(TextTable.short(relaxation.rounded())) steps and has \(steps): chains keep where they start"
      )
    } else if distances.kolmogorovSmirnov > 0.05 {
      warn(
        "too_short",
        "after its \(steps) steps the first measurement is \(TextTable.short(distances.kolmogorovSmirnov, digits: 2)) in KS from its law: all later ones keep what it has not forgotten of the start"
      )
    }
  }

  /// The law of the last states on one Gaussian of the line, and the width of components at the end on any law.
  private mutating func explainEnd(
    _ sampler: SequentialMeasurement, _ chains: ChainDefinition, _ law: Law
  ) {
    let ends = Set(law.principalVariances.flatMap { [$0.min() ?? 0, $0.max() ?? 0] }).sorted()
    let spreads = ends.map { sampler.finalSpread(variance: $0) }
    if let worst = spreads.max(by: { abs($0 - 1) < abs($1 - 1) }) {
      add(
        "final_spread", "width of a component at the end", worst,
        remark:
          "of what it should be, of chains that began with the width of the first; 1 would be right"
      )
      if abs(worst - 1) > 0.1 {
        warn(
          "end",
          "components end \(TextTable.short(worst, digits: 3)) times as wide as they should be: lower step_size"
        )
      }
    }
    guard law.componentCount == 1, law.dimension == 1, chains.initial.samples == nil else { return }
    let start: (mean: Double, variance: Double)
    switch chains.initial.positions {
    case .zeros: start = (0, 0)
    case .point(let point): start = (point[0], 0)
    case .normal(let deviation): start = (0, deviation * deviation)
    case .uniform(let from, let to):
      let width = to[0] - from[0]
      start = (0.5 * (from[0] + to[0]), width * width / 12)
    case .samples: return
    }
    let end = sampler.end(ofMean: law.mean[0], variance: law.covariance[0][0], from: start)
    let level = sampler.measurements.meanNoiseLevel
    add(
      "end_mean", "mean at the end", end.mean,
      remark: "of the law there \(TextTable.short(law.mean[0]))")
    add(
      "end_variance", "variance at the end", end.variance,
      remark: "of the law there \(TextTable.short(law.covariance[0][0] + level * level))")
  }
}
