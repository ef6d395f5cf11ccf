/// The space divided among a law's modes, with the probability of each part.
///
/// On the line a mixture is cut at all its density's minima. In more dimensions a point belongs to
/// the component with the largest responsibility. With atoms it belongs to the nearest one.
public struct ModePartition: Sendable {
  /// The law.
  public let law: Law
  /// Where the line is cut, ascending; nil unless the law is a mixture on the line.
  public let cuts: [Double]?
  /// The law's probability of each part, `[modes]`, summing to 1.
  ///
  /// Exact on the line and for atoms; in more dimensions from 65,536 draws of a fixed stream, with
  /// a standard error of √(w (1 - w) / 65,536).
  public let truth: [Double]

  /// Finds the parts of a law.
  public init(law: Law) {
    self.law = law
    switch law {
    case .categorical(let atoms):
      cuts = nil
      truth = atoms.weights
    case .mixture(let mixture) where mixture.dimension == 1:
      let valleys = mixture.valleys
      cuts = valleys
      truth = mixture.onLine.masses(cutAt: valleys)
    case .mixture(let mixture):
      cuts = nil
      guard mixture.components.count > 1 else {
        truth = [1]
        return
      }
      let count = GaussianMixture.truthDraws
      let draws = law.sample(
        rows: 0..<count, stream: GaussianMixture.truthStream, step: 0, purposes: .evaluation)
      var counts = [Int](repeating: 0, count: mixture.components.count)
      for row in 0..<count {
        let start = row * mixture.dimension
        counts[Self.largest(mixture, Array(draws[start..<(start + mixture.dimension)]))] += 1
      }
      truth = counts.map { Double($0) / Double(count) }
    }
  }

  /// The number of parts.
  public var count: Int { truth.count }

  /// The part that a point belongs to; a point on a cut belongs to the left.
  ///
  /// - Parameter x: `[dimension]`.
  public func part(of x: [Double]) -> Int {
    switch law {
    case .categorical(let atoms): return atoms.nearest(to: x)
    case .mixture(let mixture):
      guard let cuts else { return Self.largest(mixture, x) }
      var part = 0
      while part < cuts.count && x[0] > cuts[part] { part += 1 }
      return part
    }
  }

  /// The part of every point of a sample set, `[count]`.
  package func parts(of samples: SampleSet) -> [Int32] {
    guard let cuts else { return (0..<samples.count).map { Int32(part(of: samples.row($0))) } }
    return samples.values.map { x in
      var part: Int32 = 0
      for cut in cuts where x > cut { part += 1 }
      return part
    }
  }

  /// The fraction of samples in each part.
  public func weights(of samples: SampleSet) -> ModeWeights {
    precondition(
      samples.dimension == law.dimension,
      "samples of dimension \(samples.dimension), a law of \(law.dimension)")
    guard samples.isFinite else {
      return ModeWeights(
        weights: truth.map { _ in .nan }, truth: truth, switchesPerChain: .nan)
    }
    var counts = [Int](repeating: 0, count: count)
    var switches = 0
    var last = 0
    for (row, part) in parts(of: samples).enumerated() {
      let part = Int(part)
      counts[part] += 1
      if row % samples.draws != 0 && part != last { switches += 1 }
      last = part
    }
    return ModeWeights(
      weights: counts.map { Double($0) / Double(samples.count) }, truth: truth,
      switchesPerChain: Double(switches) / Double(samples.chains))
  }

  private static func largest(_ mixture: GaussianMixture, _ x: [Double]) -> Int {
    var best = 0
    var largest = -Double.infinity
    for (index, factor) in mixture.factors.enumerated() {
      let term = factor.logTerm(x)
      if term > largest {
        largest = term
        best = index
      }
    }
    return best
  }
}

/// How samples are spread over the modes of a law.
public struct ModeWeights: Sendable, Hashable {
  /// The fraction of the samples in each part, `[modes]`; NaN where a sample is not finite.
  public let weights: [Double]
  /// The law's probabilities, `[modes]`.
  public let truth: [Double]
  /// How often a chain moves from one part to another between two kept draws, on average.
  public let switchesPerChain: Double

  /// ½ Σ |weights - truth|.
  public var totalVariation: Double {
    var sum = 0.0
    for (weight, truth) in zip(weights, truth) { sum += abs(weight - truth) }
    return 0.5 * sum
  }
}
