/// The squared maximum mean discrepancy with a Gaussian kernel: a distance between laws that two sample sets, a
/// sample set and a law, or two laws can be put into.
///
/// MMD² = E k(X, X') + E k(Y, Y') - 2 E k(X, Y), k(x, y) = exp(-|x - y|² / 2ℓ²), X' and Y' independent copies.
///
/// Sample means run over pairs of different points (the U-statistic), so that the estimate is unbiased: it is 0 on
/// average, and may be below 0, where the laws are equal. With a law the means are closed forms and no second
/// sample is drawn. Differences much smaller or much larger than ℓ are hardly seen.
///
/// Source: Gretton, Borgwardt, Rasch, Schölkopf and Smola, "A kernel two-sample test" (2012), JMLR 13, 723–773.
public struct MaximumMeanDiscrepancy: Sendable, Hashable {
  /// ℓ > 0, in units of the positions; NaN where no two points differ, and then every value is NaN.
  public let bandwidth: Double

  /// The largest number of points whose pairs are looked at for the median distance.
  public static let medianPoints = 1024

  /// With a bandwidth of one's own.
  public init(bandwidth: Double) {
    precondition(bandwidth > 0 && bandwidth.isFinite, "bandwidth \(bandwidth) is not > 0")
    self.bandwidth = bandwidth
  }

  /// With the median distance between points of the reference sample: the true one, so that all that is compared
  /// with it is seen through one kernel.
  ///
  /// The mean of the two middle ones where their number is even; distances of 0 count only while the median is not
  /// 0. Of more than 1,024 points, 1,024 representatives.
  ///
  /// - Complexity: O(p² log p + p² · dimension), p the number of points, at most 1,024.
  public init(medianOf reference: SampleSet) {
    var squares: [Double] = []
    if reference.isFinite {
      reference.representatives(atMost: Self.medianPoints).forEachRowOfSquares {
        squares += $0
      }
    }
    squares.sort()
    var median = Self.middle(squares)
    if median == 0 { median = Self.middle(squares.filter { $0 > 0 }) }
    bandwidth = median
  }

  /// With the median distance between 1,024 draws of a law, of a fixed stream: the same in every run.
  public init(medianOf law: Law) {
    self.init(medianOf: law.referenceRows(Self.medianPoints))
  }

  private static func middle(_ squares: [Double]) -> Double {
    guard let last = squares.indices.last else { return .nan }
    let upper = squares[(last + 1) / 2].squareRoot()
    return last % 2 == 0 ? upper : 0.5 * (squares[last / 2].squareRoot() + upper)
  }

  /// The unbiased estimate from two sample sets.
  ///
  /// - Returns: NaN for fewer than two points on a side, or where one is not finite.
  /// - Complexity: O((n + m)² · dimension); ``SampleSet/representatives(atMost:)`` makes large sets small enough.
  public func squared(_ first: SampleSet, _ second: SampleSet) -> Double {
    precondition(
      first.dimension == second.dimension,
      "samples of dimensions \(first.dimension) and \(second.dimension)")
    guard first.isFinite && second.isFinite else { return .nan }
    var across = CompensatedSum()
    first.forEachRowOfSquares(to: second) { across.add(kernelSum($0)) }
    return within(first) + within(second)
      - 2 * across.value / (Double(first.count) * Double(second.count))
  }

  /// The unbiased estimate from a sample set against a law.
  ///
  /// E k(x, Y) = (2π ℓ²)^(d/2) p_ℓ(x) for a mixture, p_ℓ the density smoothed by noise of level ℓ.
  ///
  /// - Returns: NaN for fewer than two points, or where one is not finite.
  /// - Complexity: O(n² · dimension + n · components · dimension²).
  public func squared(_ samples: SampleSet, _ law: Law) -> Double {
    precondition(
      samples.dimension == law.dimension,
      "samples of dimension \(samples.dimension), a law of \(law.dimension)")
    guard samples.isFinite, !bandwidth.isNaN else { return .nan }
    let smoothed = law.smoothed(noiseLevel: bandwidth)
    let scale = logScale(law.dimension)
    var across = CompensatedSum()
    for row in 0..<samples.count {
      across.add(Double.exp(scale + smoothed.logDensity(samples.row(row))))
    }
    return within(samples) + mean(law, law) - 2 * across.value / Double(samples.count)
  }

  /// The value for two laws, in closed form.
  ///
  /// - Complexity: O(components² · dimension³) for full covariances.
  public func squared(_ first: Law, _ second: Law) -> Double {
    precondition(
      first.dimension == second.dimension,
      "laws of dimensions \(first.dimension) and \(second.dimension)")
    guard !bandwidth.isNaN else { return .nan }
    return mean(first, first) + mean(second, second) - 2 * mean(first, second)
  }

  /// Σ k over squared distances.
  private func kernelSum(_ squares: ArraySlice<Double>) -> Double {
    let factor = -0.5 / (bandwidth * bandwidth)
    var sum = 0.0
    for square in squares { sum += Double.exp(factor * square) }
    return sum
  }

  /// Mean of k over pairs of different points.
  private func within(_ samples: SampleSet) -> Double {
    guard samples.count > 1 else { return .nan }
    var sum = CompensatedSum()
    samples.forEachRowOfSquares { sum.add(kernelSum($0)) }
    return 2 * sum.value / (Double(samples.count) * Double(samples.count - 1))
  }

  /// (d/2) log 2π ℓ²: what turns a Gaussian density of width ℓ into the kernel.
  private func logScale(_ dimension: Int) -> Double {
    Double(dimension) * (LineMixture.halfLogTwoPi + Double.log(bandwidth))
  }

  /// E k(X, Y) of independent X and Y: Σ w w' (2π ℓ²)^(d/2) N(m; m', C + C' + ℓ² I).
  private func mean(_ first: Law, _ second: Law) -> Double {
    let scale = logScale(first.dimension)
    let others = second.parts
    var sum = CompensatedSum()
    for one in first.parts {
      for two in others {
        let covariance = one.covariance.sum(two.covariance, plus: bandwidth * bandwidth)
        let factor = GaussianFactor(weight: 1, mean: two.mean, covariance: covariance)
        sum.add(one.weight * two.weight * Double.exp(scale + factor.logTerm(one.mean)))
      }
    }
    return sum.value
  }
}

extension Law {
  /// Draws of a fixed stream, in place of the law where a metric needs points; the same in every run.
  package func referenceRows(_ count: Int) -> SampleSet {
    SampleSet(
      rows: sample(
        rows: 0..<count, stream: GaussianMixture.truthStream, step: 3, purposes: .evaluation),
      dimension: dimension)
  }

  /// Components, atoms as such without a covariance.
  fileprivate var parts: [(weight: Double, mean: [Double], covariance: Covariance?)] {
    switch self {
    case .mixture(let mixture): mixture.components.map { ($0.weight, $0.mean, $0.covariance) }
    case .categorical(let atoms): zip(atoms.values, atoms.weights).map { ($1, $0, nil) }
    }
  }
}

extension Covariance? {
  /// C + C' + variance · I, nil standing for zero.
  fileprivate func sum(_ other: Covariance?, plus variance: Double) -> Covariance {
    switch (self, other) {
    case (nil, nil): .isotropic(variance)
    case (let one?, nil): one.adding(variance: variance)
    case (nil, let two?): two.adding(variance: variance)
    case (let one?, let two?): one.adding(two).adding(variance: variance)
    }
  }
}
