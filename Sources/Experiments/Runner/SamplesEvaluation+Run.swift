import Scorewalk

extension SamplesEvaluation {
  package func run(_ node: ExperimentNode, _ context: NodeContext) throws {
    let comparison = try SampleComparison(self, context)
    try context.summarize(step: 0, "count", Double(comparison.samples.count))
    if !comparison.samples.isFinite { context.warn("some samples are not finite") }
    try writeDiagnostics(comparison, context)
    try writeDistances(comparison, context)
    if metrics.contains(.moments) { try writeMoments(comparison, context) }
    if metrics.contains(.negativeLogLikelihood) { try writeLikelihood(comparison, context) }
    if let modes = comparison.modes {
      if metrics.contains(.modeWeights) { try writeWeights(modes, comparison, context) }
      if metrics.contains(.modeCoverage) { try writeCoverage(modes.weights, context) }
    }
    for interval in intervals { try write(interval, comparison, context) }
    try writeExpected(comparison, context)
  }

  // MARK: - What the chains are worth

  private func writeDiagnostics(_ comparison: SampleComparison, _ context: NodeContext) throws {
    let (samples, wantsRanks) = (comparison.samples, metrics.contains(.rhat))
    guard metrics.contains(.ess) || wantsRanks else { return }
    for (coordinate, worth) in comparison.worths.enumerated() {
      let suffix = comparison.suffix(coordinate)
      let ranks = worth.chains.map { _ in RankDiagnostics(samples, coordinate: coordinate) }
      // Where there is no effective size, one line says why, not one for each of what follows from it.
      func write(_ name: String, _ value: Double) throws(Failure) {
        try context.summarize(step: 0, name + suffix, value, isExplained: worth.doubt != nil)
      }
      if let doubt = worth.doubt {
        context.warn(samples.dimension == 1 ? doubt : "coordinate \(coordinate): \(doubt)")
      }
      if metrics.contains(.ess) {
        try write("ess", worth.effectiveSize)
        if let chains = worth.chains, let ranks {
          try write("ess_bulk", ranks.bulkEffectiveSampleSize)
          try write("ess_tail", ranks.tailEffectiveSampleSize)
          try write("autocorrelation_time", chains.autocorrelationTime)
          try write("mcse", chains.standardError)
          try write("mcse_sd", chains.deviationStandardError)
        }
      }
      if wantsRanks {
        if let ranks {
          try write("rhat", ranks.rHat)
        } else if coordinate == 0 {
          context.warn(
            "rhat is missing: it needs at least 4 draws a chain, and there are \(samples.draws)")
        }
      }
    }
  }

  // MARK: - Moments, modes, intervals

  /// Writes the mean of −log p over the samples, beside the entropy, which is its mean under p. Below it lie samples that
  /// keep to the heights of p.
  private func writeLikelihood(_ comparison: SampleComparison, _ context: NodeContext) throws {
    guard let law = comparison.truth?.mixture else { return }
    let samples = comparison.samples
    let name = "negative_log_likelihood"
    let values = [Double](unsafeUninitializedCapacity: samples.count) { target, initialized in
      let place = target
      let parts = context.pool.threads
      context.pool.run(parts: parts) { part in
        for row in part * samples.count / parts..<(part + 1) * samples.count / parts {
          place[row] = -law.logDensity(samples.row(row))
        }
      }
      initialized = samples.count
    }
    let terms = SampleSet(
      values: values, chains: samples.chains, draws: samples.draws, dimension: 1)
    let moments = terms.moments(coordinate: 0)
    try context.summarize(step: 0, name, moments.mean)
    let worth = SampleWorth(terms, areIndependent: comparison.areIndependent)
    let error = (moments.variance / worth.effectiveSize).squareRoot()
    if error.isFinite { try context.summarize(step: 0, name + ".mcse", error) }
    let entropy = law.entropy
    try context.summarize(step: 0, name + ".truth", entropy.value)
    if !entropy.isExact {
      try context.summarize(step: 0, name + ".truth_se", entropy.standardError)
    }
  }

  private func writeMoments(_ comparison: SampleComparison, _ context: NodeContext) throws {
    let samples = comparison.samples
    if samples.count == 1 { context.warn("one sample has no variance") }
    for coordinate in 0..<samples.dimension {
      let suffix = comparison.suffix(coordinate)
      let moments = samples.moments(coordinate: coordinate)
      try context.summarize(step: 0, "mean" + suffix, moments.mean)
      let size = comparison.worths[coordinate].effectiveSize
      let error = (moments.variance / size).squareRoot()
      if error.isFinite { try context.summarize(step: 0, "mean\(suffix).mcse", error) }
      try context.summarize(
        step: 0, "variance" + suffix, moments.variance, isExplained: samples.count == 1)
      if samples.count > 2, moments.variance > 0 {
        try context.summarize(step: 0, "skewness" + suffix, moments.skewness)
        try context.summarize(step: 0, "excess_kurtosis" + suffix, moments.excessKurtosis)
      }
      if let truth = comparison.truth {
        try context.summarize(step: 0, "mean\(suffix).truth", truth.mean[coordinate])
        try context.summarize(
          step: 0, "variance\(suffix).truth", truth.covariance[coordinate][coordinate])
      }
    }
  }

  private func writeWeights(
    _ modes: SampleComparison.Modes, _ comparison: SampleComparison, _ context: NodeContext
  ) throws {
    let (samples, weights) = (comparison.samples, modes.weights)
    let law = modes.partition.law
    let isEstimated = law.dimension > 1 && law.hasDensity
    for (mode, pair) in zip(weights.weights, weights.truth).enumerated() {
      try context.summarize(step: 0, "mode_weight.\(mode)", pair.0)
      let error = (pair.0 * (1 - pair.0) / modes.worths[mode].effectiveSize).squareRoot()
      if !comparison.areIndependent, error.isFinite, error > 0 {
        try context.summarize(step: 0, "mode_weight.\(mode).mcse", error)
      }
      try context.summarize(step: 0, "mode_weight.\(mode).truth", pair.1)
      if isEstimated {
        // The masses of modes in the plane and beyond come from 65,536 draws.
        let error = (pair.1 * (1 - pair.1) / 65_536).squareRoot()
        try context.summarize(step: 0, "mode_weight.\(mode).truth_se", error)
      }
    }
    try context.summarize(step: 0, "mode_weights_tv", weights.totalVariation)
    let size = (comparison.worths + modes.worths).leastSize
    try writeFloors("mode_weights_tv", comparison, size: size, context) {
      modes.partition.weights(of: $0).totalVariation
    }
    guard !comparison.areIndependent, samples.draws > 1 else { return }
    try context.summarize(step: 0, "mode_switches_per_chain", weights.switchesPerChain)
    if weights.switchesPerChain == 0, modes.partition.count > 1 {
      context.warn(
        "no chain ever moved from one mode to another: the effective size and the standard error speak of one mode only"
      )
    }
  }

  private func writeCoverage(_ weights: ModeWeights, _ context: NodeContext) throws {
    try context.summarize(step: 0, "modes", Double(weights.modeCount))
    try context.summarize(step: 0, "modes_hit", weights.modesHit.map { Double($0) } ?? .nan)
    try context.summarize(step: 0, "mode_coverage", weights.coverage)
    try context.summarize(step: 0, "entropic_mode_coverage", weights.entropicCoverage)
    try context.summarize(
      step: 0, "entropic_mode_coverage.truth", weights.trueEntropicCoverage)
  }

  private func write(
    _ interval: Interval, _ comparison: SampleComparison, _ context: NodeContext
  ) throws {
    let samples = comparison.samples
    let name = "interval.\(interval.name)"
    if let truth = comparison.truth {
      try context.summarize(step: 0, name + ".truth", truth.probability(of: interval.range))
    }
    guard samples.isFinite else {
      try context.summarize(step: 0, name, .nan)
      return
    }
    let isIn = { interval.range.contains(samples.values[$0]) }
    let moments = SampleSet(rows: (0..<samples.count).map { isIn($0) ? 1 : 0 }).moments(
      coordinate: 0)
    try context.summarize(step: 0, name, moments.mean)
    guard moments.variance > 0 else {
      context.warn(
        "\(name) has no standard error: \(moments.mean == 0 ? "no sample lies" : "all samples lie") in it"
      )
      return
    }
    let size = SampleWorth(of: samples, areIndependent: comparison.areIndependent, isIn)
      .effectiveSize
    let error = (moments.variance / size).squareRoot()
    if error.isFinite { try context.summarize(step: 0, name + ".mcse", error) }
  }
}
