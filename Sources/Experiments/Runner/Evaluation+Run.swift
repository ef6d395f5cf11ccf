import Scorewalk

extension NodeContext {
  /// The states that a reference means, ascending: one, or with `step: all` every snapshot.
  func steps(of reference: Reference) -> [Int] {
    guard let training = graph.training(reference) else { return [0] }
    return reference.step == .all ? training.snapshotSteps(in: graph) : [step(of: reference)]
  }

  /// Writes metrics that hold at one step; those of the last step also become the node's final ones.
  func write(
    _ metrics: [(name: String, value: Double)], step: Int, isLast: Bool
  ) throws(Failure) {
    for metric in metrics {
      if isLast {
        try summarize(step: step, metric.name, metric.value)
      } else {
        try self.metric(step: step, metric.name, metric.value)
      }
    }
  }

  /// The network that a reference means, with its parameters at a step.
  func network(_ reference: Reference, step: Int) throws -> NetworkEvaluation {
    guard let network = graph.network(reference) else {
      throw Failure(.failed, "'\(reference.node)' is no network")
    }
    return try NetworkEvaluation(
      network, parameters: try parameters(of: reference, step: step), pool: pool)
  }
}

extension DensityEvaluation {
  package func run(_ node: ExperimentNode, _ context: NodeContext) throws {
    let truth = against.flatMap { context.graph.law($0)?.mixture }
    let places = DensityOnGrid.places(from: from, to: to, points: points)
    let steps = context.steps(of: of)
    var curves: [Double] = []
    for (index, step) in steps.enumerated() {
      let energies = try context.network(of, step: step).energies(at: places)
      let density = DensityOnGrid(energies: energies, from: from, to: to)
      var metrics: [(name: String, value: Double)] = [
        ("log_normalizer", density.logNormalizer), ("boundary_mass", density.boundaryMass),
      ]
      if let truth {
        let comparison = density.compared(with: truth)
        metrics += [
          ("l1", comparison.l1), ("tv", comparison.totalVariation),
          ("kl", comparison.kullbackLeibler),
          ("truth_outside", comparison.truthOutside),
        ]
        for (mode, masses) in zip(comparison.modeMasses, comparison.trueModeMasses).enumerated() {
          metrics += [("mode_mass.\(mode)", masses.0), ("mode_mass.\(mode).truth", masses.1)]
        }
        if from < 0, to > 0 { metrics.append(("mass_above_zero", density.masses(cutAt: [0])[1])) }
      }
      try context.write(metrics, step: step, isLast: index == steps.count - 1)
      curves += density.densities
      try context.tick(step: index)
    }
    if density(isWorthAWarning: context) {
      context.warn("the grid cuts the density off: more than 1 % of its mass lies at the ends")
    }
    try context.writeArray("grid", shape: [points], places)
    try context.writeArray("density", shape: [steps.count, points], curves)
    if let truth {
      try context.writeArray("truth", shape: [points], places.map { truth.density($0) })
    }
  }

  private func density(isWorthAWarning context: NodeContext) -> Bool {
    context.summary.contains { $0.name == "boundary_mass" && $0.value.number > 0.01 }
  }
}

extension DenoiserEvaluation {
  package func run(_ node: ExperimentNode, _ context: NodeContext) throws {
    guard let law = context.graph.law(against) else { return }
    let judge = DenoiserError(law: law, noiseLevel: noiseLevel)
    let steps = context.steps(of: of)
    for (index, step) in steps.enumerated() {
      let network = try context.network(of, step: step)
      let report = try judge.report { try network.denoised(at: $0, noiseLevel: noiseLevel) }
      var metrics: [(name: String, value: Double)] = [
        ("rmse_to_bayes", report.rootMeanSquareDistance), ("mse", report.meanSquaredError),
        ("mse.minimum", report.minimumMeanSquaredError.value), ("mse.excess", report.excess),
        ("mae", report.meanAbsoluteError),
      ]
      if let minimum = report.minimumMeanAbsoluteError { metrics.append(("mae.minimum", minimum)) }
      if let distance = report.rootMeanSquareDistanceToMedian {
        metrics.append(("rmse_to_median", distance))
      }
      try context.write(metrics, step: step, isLast: index == steps.count - 1)
      try context.tick(step: index)
    }
    if let inputs, let last = steps.last { try show(inputs, law, step: last, context) }
  }

  /// Writes rows `x, y, x̂, E[X | Y = y]` for noisy atoms.
  private func show(_ inputs: Inputs, _ law: Law, step: Int, _ context: NodeContext) throws {
    guard case .categorical(let atoms)? = context.graph.law(inputs.from) else { return }
    let dimension = atoms.dimension
    var noisy: [Double] = []
    for (row, atom) in atoms.values.enumerated() {
      for draw in 0..<inputs.each {
        for coordinate in 0..<dimension {
          let noise = context.stream.normal(
            .evaluation, step: 0, row: inputs.sharedOver.contains(.rows) ? 0 : row,
            column: draw * dimension + (inputs.sharedOver.contains(.coordinates) ? 0 : coordinate))
          noisy.append(atom[coordinate] + noiseLevel * noise)
        }
      }
    }
    let network = try context.network(of, step: step)
    let estimates = try network.denoised(at: noisy, noiseLevel: noiseLevel)
    let bayes = BayesDenoiser(law: law, noiseLevel: noiseLevel)
    var table: [Double] = []
    var squares = 0.0
    for row in 0..<(atoms.values.count * inputs.each) {
      let range = (row * dimension)..<((row + 1) * dimension)
      let best = bayes.mean(at: Array(noisy[range]))
      table += atoms.values[row / inputs.each] + noisy[range] + estimates[range] + best
      for (one, other) in zip(estimates[range], best) { squares += (one - other) * (one - other) }
    }
    let rows = atoms.values.count * inputs.each
    try context.writeArray("inputs", shape: [rows, 4 * dimension], table)
    try context.summarize(step: step, "inputs.rmse_to_bayes", (squares / Double(rows)).squareRoot())
  }
}

extension SamplesEvaluation {
  package func run(_ node: ExperimentNode, _ context: NodeContext) throws {
    let samples = try sampleSet(of, context, burnIn: burnIn)
    let truth = against.flatMap { context.graph.law($0) }
    let other = try against.flatMap { reference in
      truth == nil ? try sampleSet(reference, context, burnIn: 0) : nil
    }
    try context.summarize(step: 0, "count", Double(samples.count))
    if !samples.isFinite { context.warn("some samples are not finite") }
    let sizes = effectiveSizes(samples)
    if metrics.contains(.ess) { try writeSizes(samples, sizes, context) }
    if samples.dimension == 1 { try writeDistances(samples, truth, other, sizes[0], context) }
    if metrics.contains(.moments) { try writeMoments(samples, truth, sizes, context) }
    if metrics.contains(.modeWeights), let truth { try writeModes(samples, truth, sizes, context) }
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

  // MARK: - How much the samples are worth

  /// By coordinate. Rows that were drawn independently are worth their number.
  private func effectiveSizes(_ samples: SampleSet) -> [ChainDiagnostics?] {
    (0..<samples.dimension).map { coordinate in
      samples.draws < 4 ? nil : ChainDiagnostics(samples, coordinate: coordinate)
    }
  }

  private func writeSizes(
    _ samples: SampleSet, _ sizes: [ChainDiagnostics?], _ context: NodeContext
  ) throws {
    for (coordinate, size) in sizes.enumerated() {
      guard let size else { continue }
      let suffix = samples.dimension == 1 ? "" : ".\(coordinate)"
      try context.summarize(step: 0, "ess" + suffix, size.effectiveSampleSize)
      try context.summarize(step: 0, "autocorrelation_time" + suffix, size.autocorrelationTime)
      if size.effectiveSampleSize.isNaN {
        context.warn(
          "the effective sample size is not defined: the chains are constant, or not finite")
      }
    }
  }

  /// n, and the effective n by which to judge; the same where the latter is not known.
  private func floorSizes(_ samples: SampleSet, _ size: ChainDiagnostics?) -> [(
    suffix: String, n: Int
  )] {
    let all = [(suffix: "floor", n: samples.count)]
    guard let size, size.effectiveSampleSize.isFinite else { return all }
    let effective = max(1, min(samples.count, Int(size.effectiveSampleSize.rounded())))
    return all + [(suffix: "floor_at_ess", n: effective)]
  }

  // MARK: - Distances on the line

  private func writeDistances(
    _ samples: SampleSet, _ truth: Law?, _ other: SampleSet?, _ size: ChainDiagnostics?,
    _ context: NodeContext
  ) throws {
    let empirical = EmpiricalDistribution(samples.coordinate(0))
    let second = other.map { EmpiricalDistribution($0.coordinate(0)) }
    if metrics.contains(.ecdf) {
      let curve = empirical.curve()
      try context.writeArray(
        "ecdf", shape: [2, curve.x.count], curve.x + curve.probability)
    }
    for metric in [Metric.ks, .wasserstein] where metrics.contains(metric) {
      let value: Double
      switch (truth, second, metric) {
      case (let law?, _, .ks): value = empirical.kolmogorovSmirnov(against: law)
      case (let law?, _, _): value = empirical.wasserstein1(against: law)
      case (nil, let second?, .ks): value = empirical.kolmogorovSmirnov(against: second)
      case (nil, let second?, _): value = empirical.wasserstein1(against: second)
      case (nil, nil, _): continue
      }
      try context.summarize(step: 0, metric.rawValue, value)
      guard floors, let truth else { continue }
      for (suffix, n) in floorSizes(samples, size) {
        let floor =
          metric == .ks
          ? Floor.kolmogorovSmirnov(law: truth, sampleSize: n, stream: context.stream)
          : Floor.wasserstein1(law: truth, sampleSize: n, stream: context.stream)
        try context.summarize(step: 0, "\(metric.rawValue).\(suffix)", floor.mean)
        try context.summarize(step: 0, "\(metric.rawValue).\(suffix)_std", floor.standardDeviation)
      }
    }
  }

  // MARK: - Moments and modes

  private func writeMoments(
    _ samples: SampleSet, _ truth: Law?, _ sizes: [ChainDiagnostics?], _ context: NodeContext
  ) throws {
    for coordinate in 0..<samples.dimension {
      let suffix = samples.dimension == 1 ? "" : ".\(coordinate)"
      let moments = samples.moments(coordinate: coordinate)
      try context.summarize(step: 0, "mean" + suffix, moments.mean)
      if let size = sizes[coordinate] {
        try context.summarize(step: 0, "mean\(suffix).mcse", size.standardError)
      }
      try context.summarize(step: 0, "variance" + suffix, moments.variance)
      try context.summarize(step: 0, "skewness" + suffix, moments.skewness)
      try context.summarize(step: 0, "excess_kurtosis" + suffix, moments.excessKurtosis)
      if let truth {
        try context.summarize(step: 0, "mean\(suffix).truth", truth.mean[coordinate])
        try context.summarize(
          step: 0, "variance\(suffix).truth", truth.covariance[coordinate][coordinate])
      }
    }
  }

  private func writeModes(
    _ samples: SampleSet, _ truth: Law, _ sizes: [ChainDiagnostics?], _ context: NodeContext
  ) throws {
    let partition = ModePartition(law: truth)
    let modes = partition.weights(of: samples)
    for (mode, weights) in zip(modes.weights, modes.truth).enumerated() {
      try context.summarize(step: 0, "mode_weight.\(mode)", weights.0)
      try context.summarize(step: 0, "mode_weight.\(mode).truth", weights.1)
    }
    try context.summarize(step: 0, "mode_weights_tv", modes.totalVariation)
    if floors {
      let smallest = sizes.compactMap { $0 }.min { $0.effectiveSampleSize < $1.effectiveSampleSize }
      for (suffix, n) in floorSizes(samples, smallest) {
        let floor = Floor.modeWeights(partition: partition, sampleSize: n, stream: context.stream)
        try context.summarize(step: 0, "mode_weights_tv.\(suffix)", floor.mean)
        try context.summarize(step: 0, "mode_weights_tv.\(suffix)_std", floor.standardDeviation)
      }
    }
    if samples.chains * samples.draws > 1 {
      try context.summarize(step: 0, "mode_switches_per_chain", modes.switchesPerChain)
    }
  }
}
