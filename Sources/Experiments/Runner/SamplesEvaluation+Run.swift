import Scorewalk

extension SamplesEvaluation {
  package func run(_ node: ExperimentNode, _ context: NodeContext) throws {
    let samples = try sampleSet(of, context, burnIn: burnIn)
    let truth = against.flatMap { context.graph.law($0) }
    let other = try against.flatMap { reference in
      truth == nil ? try sampleSet(reference, context, burnIn: 0) : nil
    }
    try context.summarize(step: 0, "count", Double(samples.count))
    if !samples.isFinite { context.warn("some samples are not finite") }
    let areIndependent = context.graph.rowsAreIndependent(of)
    let worths = (0..<samples.dimension).map {
      SampleWorth(samples, coordinate: $0, areIndependent: areIndependent)
    }
    if metrics.contains(.ess) { try writeWorths(samples, worths, context) }
    if samples.dimension == 1 {
      try writeDistances(samples, truth, other, worths[0], areIndependent, context)
    }
    if metrics.contains(.moments) { try writeMoments(samples, truth, worths, context) }
    if metrics.contains(.modeWeights), let truth {
      try writeModes(samples, truth, worths, areIndependent, context)
    }
    if let truth { try writeExpected(truth, context) }
  }

  private func sampleSet(
    _ reference: Reference, _ context: NodeContext, burnIn: Int
  ) throws -> SampleSet {
    let file = try context.samples(of: reference)
    let (chains, draws, dimension) = (file.shape[0], file.shape[1], file.shape[2])
    var values = file.values.doubles
    if burnIn > 0 {
      values = (0..<chains).flatMap { chain in
        values[((chain * draws + burnIn) * dimension)..<((chain + 1) * draws * dimension)]
      }
    }
    return SampleSet(values: values, chains: chains, draws: draws - burnIn, dimension: dimension)
  }

  private func suffix(_ coordinate: Int, of samples: SampleSet) -> String {
    samples.dimension == 1 ? "" : ".\(coordinate)"
  }

  private func writeWorths(
    _ samples: SampleSet, _ worths: [SampleWorth], _ context: NodeContext
  ) throws {
    for (coordinate, worth) in worths.enumerated() {
      let suffix = suffix(coordinate, of: samples)
      try context.summarize(step: 0, "ess" + suffix, worth.effectiveSize)
      if let time = worth.autocorrelationTime {
        try context.summarize(step: 0, "autocorrelation_time" + suffix, time)
      }
      if let doubt = worth.doubt { context.warn(doubt) }
    }
  }

  // MARK: - Floors

  /// What a metric reads where nothing is wrong: at n, and at the effective n, which is the one to judge by.
  ///
  /// True samples are draws of the truth; where denoised points are measured, they are the exact denoiser's values at
  /// true noisy points, since even a perfect jump gives posterior means and not draws of X.
  private func writeFloors(
    _ name: String, _ truth: Law, _ count: Int, _ effectiveSize: Double, _ context: NodeContext,
    metric: (SampleSet) -> Double
  ) throws {
    guard floors else { return }
    var sizes = [(suffix: "floor", n: count)]
    if effectiveSize.isFinite {
      sizes.append(("floor_at_ess", max(1, min(count, Int(effectiveSize.rounded())))))
    }
    let jump = context.graph.jump(of)
    if jump != nil {
      // The distance of posterior means does not fall to zero, so that it cannot be scaled to a larger n.
      sizes = sizes.map { ($0.suffix, min($0.n, Floor.largestMeasuredSize)) }
    }
    let law = jump.map { Law.mixture(truth.smoothed(noiseLevel: $0.noiseLevel)) } ?? truth
    for (suffix, n) in sizes {
      let floor = Floor.measured(law: law, n, .law, context.stream) { samples, _ in
        metric(jump?.exact(samples, law: truth) ?? samples)
      }
      try context.summarize(step: 0, "\(name).\(suffix)", floor.mean)
      try context.summarize(step: 0, "\(name).\(suffix)_std", floor.standardDeviation)
    }
  }

  // MARK: - Distances on the line

  private func writeDistances(
    _ samples: SampleSet, _ truth: Law?, _ other: SampleSet?, _ worth: SampleWorth,
    _ areIndependent: Bool, _ context: NodeContext
  ) throws {
    let empirical = EmpiricalDistribution(samples.coordinate(0))
    let size =
      truth.map { Self.leastSize(samples, worth, $0, areIndependent) } ?? worth.effectiveSize
    if metrics.contains(.ecdf) {
      let curve = empirical.curve()
      try context.writeArray("ecdf", shape: [2, curve.x.count], curve.x + curve.probability)
    }
    for metric in [Metric.ks, .wasserstein] where metrics.contains(metric) {
      if let truth {
        let distance: (EmpiricalDistribution) -> Double = {
          metric == .ks ? $0.kolmogorovSmirnov(against: truth) : $0.wasserstein1(against: truth)
        }
        try context.summarize(step: 0, metric.rawValue, distance(empirical))
        try writeFloors(metric.rawValue, truth, samples.count, size, context) {
          distance(EmpiricalDistribution($0.coordinate(0)))
        }
      } else if let other {
        let second = EmpiricalDistribution(other.coordinate(0))
        let distance =
          metric == .ks
          ? empirical.kolmogorovSmirnov(against: second) : empirical.wasserstein1(against: second)
        try context.summarize(step: 0, metric.rawValue, distance)
        if floors {
          context.warn(
            "\(metric.rawValue) has no floor: the truth is a set of samples; name its law in `against`"
          )
        }
      }
    }
  }

  /// The least size among the coordinate and the indicators of the truth's tails and halves: a distance between
  /// distributions is worth no more than what moves slowest.
  private static func leastSize(
    _ samples: SampleSet, _ worth: SampleWorth, _ truth: Law, _ areIndependent: Bool
  ) -> Double {
    guard let mixture = truth.mixture, !areIndependent else { return worth.effectiveSize }
    let values = samples.coordinate(0)
    let sizes = [0.05, 0.5, 0.95].map { probability in
      let cut = mixture.quantile(probability)
      let indicator = SampleSet(
        values: values.map { $0 <= cut ? 1 : 0 }, chains: samples.chains, draws: samples.draws,
        dimension: 1)
      return SampleWorth(indicator, coordinate: 0, areIndependent: false).effectiveSize
    }
    return ([worth.effectiveSize] + sizes.filter(\.isFinite)).min() ?? .nan
  }

  // MARK: - Moments and modes

  private func writeMoments(
    _ samples: SampleSet, _ truth: Law?, _ worths: [SampleWorth], _ context: NodeContext
  ) throws {
    for coordinate in 0..<samples.dimension {
      let suffix = suffix(coordinate, of: samples)
      let moments = samples.moments(coordinate: coordinate)
      try context.summarize(step: 0, "mean" + suffix, moments.mean)
      let error = (moments.variance / worths[coordinate].effectiveSize).squareRoot()
      if error.isFinite { try context.summarize(step: 0, "mean\(suffix).mcse", error) }
      try context.summarize(step: 0, "variance" + suffix, moments.variance)
      if samples.count > 2, moments.variance > 0 {
        try context.summarize(step: 0, "skewness" + suffix, moments.skewness)
        try context.summarize(step: 0, "excess_kurtosis" + suffix, moments.excessKurtosis)
      }
      if let truth {
        try context.summarize(step: 0, "mean\(suffix).truth", truth.mean[coordinate])
        try context.summarize(
          step: 0, "variance\(suffix).truth", truth.covariance[coordinate][coordinate])
      }
    }
  }

  private func writeModes(
    _ samples: SampleSet, _ truth: Law, _ worths: [SampleWorth], _ areIndependent: Bool,
    _ context: NodeContext
  ) throws {
    let partition = ModePartition(law: truth)
    let modes = partition.weights(of: samples)
    let isEstimated = truth.dimension > 1 && truth.hasDensity
    for (mode, weights) in zip(modes.weights, modes.truth).enumerated() {
      try context.summarize(step: 0, "mode_weight.\(mode)", weights.0)
      try context.summarize(step: 0, "mode_weight.\(mode).truth", weights.1)
      if isEstimated {
        // The masses of modes in the plane and beyond come from 65,536 draws.
        let error = (weights.1 * (1 - weights.1) / 65_536).squareRoot()
        try context.summarize(step: 0, "mode_weight.\(mode).truth_se", error)
      }
    }
    try context.summarize(step: 0, "mode_weights_tv", modes.totalVariation)
    // How often a chain changes its mode, not only how fast it moves within one, says what the weights are worth.
    let ofModes = (0..<partition.count).map { mode in
      SampleWorth(
        partition.indicator(of: mode, in: samples), coordinate: 0, areIndependent: areIndependent)
    }
    let smallest = (worths + ofModes).map(\.effectiveSize).filter(\.isFinite).min() ?? .nan
    try writeFloors("mode_weights_tv", truth, samples.count, smallest, context) {
      partition.weights(of: $0).totalVariation
    }
    guard !areIndependent, samples.draws > 1 else { return }
    try context.summarize(step: 0, "mode_switches_per_chain", modes.switchesPerChain)
    if modes.switchesPerChain == 0, partition.count > 1 {
      context.warn(
        "no chain ever moved from one mode to another: the effective size and the standard error speak of one mode only"
      )
    }
  }
}

/// How many independent draws a coordinate of a sample set is worth.
private struct SampleWorth {
  /// NaN where it is not known.
  let effectiveSize: Double
  let autocorrelationTime: Double?
  /// Why the size is to be taken with care.
  let doubt: String?

  init(_ samples: SampleSet, coordinate: Int, areIndependent: Bool) {
    if areIndependent {
      (effectiveSize, autocorrelationTime, doubt) = (Double(samples.count), nil, nil)
    } else if samples.draws >= 4 {
      let diagnostics = ChainDiagnostics(samples, coordinate: coordinate)
      effectiveSize = diagnostics.effectiveSampleSize
      autocorrelationTime = diagnostics.autocorrelationTime
      doubt =
        effectiveSize.isNaN
        ? "the effective size is not defined: the chains are constant, or not finite" : nil
    } else {
      effectiveSize = samples.chains > 1 ? Double(samples.chains) : .nan
      autocorrelationTime = nil
      doubt =
        samples.chains > 1
        ? "with fewer than 4 draws a chain, the effective size is taken as the number of chains"
        : "one chain with fewer than 4 draws has no effective size"
    }
  }
}

extension ModePartition {
  /// 1 where a sample lies in a part, 0 elsewhere.
  fileprivate func indicator(of part: Int, in samples: SampleSet) -> SampleSet {
    let values = (0..<samples.count).map { self.part(of: samples.row($0)) == part ? 1.0 : 0 }
    return SampleSet(values: values, chains: samples.chains, draws: samples.draws, dimension: 1)
  }
}

extension ExperimentGraph {
  /// Whether rows were drawn independently: data, and what is denoised of it.
  fileprivate func rowsAreIndependent(_ reference: Reference) -> Bool {
    switch self[reference.node]?.definition {
    case .data?: true
    case .sampling(let sampling)?:
      (sampling as? DenoiseDefinition).map { rowsAreIndependent($0.from) } ?? false
    case .model?, .training?, .evaluation?, nil: false
    }
  }

  /// The jump that made the samples, where they are denoised points.
  fileprivate func jump(_ reference: Reference) -> DenoiseDefinition? {
    guard case .sampling(let sampling)? = self[reference.node]?.definition else { return nil }
    return sampling as? DenoiseDefinition
  }
}

extension DenoiseDefinition {
  /// The exact denoiser's values at noisy points, for the law of X.
  fileprivate func exact(_ samples: SampleSet, law: Law) -> SampleSet {
    let denoiser = BayesDenoiser(law: law, noiseLevel: noiseLevel)
    let values = (0..<samples.count).flatMap { row -> [Double] in
      switch estimate {
      case .mean: denoiser.mean(at: samples.row(row))
      case .median: [denoiser.median(at: samples.values[row])]
      }
    }
    return SampleSet(rows: values, dimension: samples.dimension)
  }
}
