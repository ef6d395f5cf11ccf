import Scorewalk

/// Samples and what they are compared with, on the line where the evaluation projects them.
struct SampleComparison {
  let samples: SampleSet
  /// The law, where the truth is one.
  let truth: Law?
  /// The samples that are the truth otherwise.
  let other: SampleSet?
  let areIndependent: Bool
  /// What each coordinate is worth.
  let worths: [SampleWorth]
  /// The modes of the truth and how the samples are spread over them, where that is asked for.
  let modes: Modes?
  /// Whether the samples are denoised points.
  let isJump: Bool
  /// From what law rows are drawn to be true samples, and how they are made into such.
  private let source: Law?
  private let finish: (SampleSet) -> SampleSet

  struct Modes {
    let partition: ModePartition
    let weights: ModeWeights
    /// What the indicator of each mode is worth: how often a chain changes its mode, not only how fast it moves
    /// within one, says what the weights are worth.
    let worths: [SampleWorth]
  }

  init(_ evaluation: SamplesEvaluation, _ context: NodeContext) throws {
    let graph = context.graph
    func project(_ samples: SampleSet) -> SampleSet {
      guard let along = evaluation.along else { return samples }
      return samples.projected(onto: along.direction, from: along.start)
    }
    let samples = project(
      try Self.read(evaluation.of, burnIn: evaluation.burnIn, context))
    let law = evaluation.against.flatMap { graph.law($0) }
    let truth = law.map { law in
      evaluation.along.map { law.projected(onto: $0.direction, from: $0.start) } ?? law
    }
    other = try evaluation.against.flatMap {
      law == nil ? project(try Self.read($0, burnIn: 0, context)) : nil
    }
    let areIndependent = graph.rowsAreIndependent(evaluation.of)
    let worths = (0..<samples.dimension).map {
      SampleWorth(samples, coordinate: $0, areIndependent: areIndependent)
    }
    modes = truth.flatMap {
      evaluation.looksAtModes(dimension: samples.dimension)
        ? Modes(of: $0, samples, areIndependent) : nil
    }
    if let jump = graph.jump(evaluation.of), let law {
      isJump = true
      source = .mixture(law.smoothed(noiseLevel: jump.noiseLevel))
      finish = { project(jump.exact($0, law: law)) }
    } else {
      isJump = false
      source = truth
      finish = { $0 }
    }
    self.samples = samples
    self.truth = truth
    self.areIndependent = areIndependent
    self.worths = worths
  }

  private static func read(
    _ reference: Reference, burnIn: Int, _ context: NodeContext
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

  /// The suffix of a coordinate's metrics: none on the line.
  func suffix(_ coordinate: Int) -> String { samples.dimension == 1 ? "" : ".\(coordinate)" }

  /// What a distance between distributions is worth: no more than what moves slowest.
  ///
  /// On the line the least size among the coordinate and the indicators of the truth's tails and halves, in more
  /// dimensions among the coordinates and the indicators of the modes.
  func sizeOfDistances() -> Double {
    guard samples.dimension == 1 else { return (worths + (modes?.worths ?? [])).leastSize }
    guard let mixture = truth?.mixture, !areIndependent else { return worths[0].effectiveSize }
    let values = samples.values
    let indicators = [0.05, 0.5, 0.95].map { probability in
      let cut = mixture.quantile(probability)
      return SampleWorth(of: samples, areIndependent: false) { values[$0] <= cut }
    }
    return ([worths[0]] + indicators).leastSize
  }

  /// What a metric reads on true samples, 20 times; nil where the truth is no law.
  ///
  /// True samples are draws of the truth; where denoised points are measured, they are the exact denoiser's values
  /// at true noisy points, since even a perfect jump gives posterior means and not draws of X.
  func floor(
    at count: Int, _ context: NodeContext, metric: (SampleSet) -> Double
  ) -> Floor? {
    source.map { source in
      Floor.measured(law: source, count, .law, context.stream, pool: context.pool) { rows, _ in
        metric(finish(rows))
      }
    }
  }
}

extension SampleComparison.Modes {
  fileprivate init(of law: Law, _ samples: SampleSet, _ areIndependent: Bool) {
    let partition = ModePartition(law: law)
    self.partition = partition
    weights = partition.weights(of: samples)
    let parts = partition.parts(of: samples)
    worths = (0..<partition.count).map { mode in
      SampleWorth(of: samples, areIndependent: areIndependent) { parts[$0] == mode }
    }
  }
}

extension SamplesEvaluation {
  /// Whether the modes are measured, or judge what is.
  fileprivate func looksAtModes(dimension: Int) -> Bool {
    if metrics.contains(.modeWeights) || metrics.contains(.modeCoverage) { return true }
    return floors && dimension > 1 && metrics.contains(where: \.needsComparison)
  }
}

extension SamplesEvaluation.Line {
  /// The point that goes to 0.
  package var start: [Double] { origin ?? [Double](repeating: 0, count: direction.count) }
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
