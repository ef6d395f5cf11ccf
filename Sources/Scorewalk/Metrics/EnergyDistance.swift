// The energy distance D ≥ 0, not its square: D² = 2 E|X - Y| - E|X - X'| - E|Y - Y'|, X' and Y' independent
// copies. It is 0 only for equal laws. With sample sets the means run over all pairs, a point with itself
// included (the V-statistic, SciPy's `energy_distance`): D² of two true samples of n is then about
// 2 E|X - X'| / n and not 0, which is why it is read beside its floor.
//
// Source: Székely and Rizzo, "Energy statistics: a class of statistics based on distances" (2013),
// doi:10.1016/j.jspi.2013.03.018.

extension EmpiricalDistribution {
  /// The energy distance between two sample sets on the line: √(2 ∫ (F_n - G_m)²).
  ///
  /// - Returns: NaN where a sample is not finite.
  /// - Complexity: O(n + m).
  public func energyDistance(against other: EmpiricalDistribution) -> Double {
    guard isFinite && other.isFinite else { return .nan }
    return (2 * StepFunction.distances(steps, other.steps).squaredArea).squareRoot()
  }

  /// The energy distance to a law on the line, exact up to rounding: no second sample is drawn.
  ///
  /// - Returns: NaN where a sample is not finite.
  /// - Complexity: O((n + components) · components).
  public func energyDistance(against law: Law) -> Double {
    guard isFinite else { return .nan }
    switch law {
    case .categorical(let atoms):
      return (2 * StepFunction.distances(steps, StepFunction(atoms)).squaredArea).squareRoot()
    case .mixture(let mixture):
      let line = mixture.onLine
      var across = CompensatedSum()
      for x in sorted { across.add(line.meanAbsoluteDeviation(around: x)) }
      let square =
        2 * across.value / Double(count) - meanDistance - law.meanDistance(to: law)
      return max(0, square).squareRoot()
    }
  }

  /// Mean |x_i - x_j| over all pairs, i = j included: 2 / n² Σ i (n - i) (x_(i+1) - x_(i)).
  private var meanDistance: Double {
    var sum = CompensatedSum()
    for index in 1..<max(count, 1) {
      sum.add(Double(index * (count - index)) * (sorted[index] - sorted[index - 1]))
    }
    return 2 * sum.value / (Double(count) * Double(count))
  }
}

extension Law {
  /// The energy distance between two laws on the line, in closed form.
  ///
  /// E|N(m, v)| = √(2 v / π) exp(-m² / 2v) + m (1 - 2 Φ(-m / √v)), added up over pairs of components.
  public func energyDistance(to other: Law) -> Double {
    let square =
      2 * meanDistance(to: other) - meanDistance(to: self) - other.meanDistance(to: other)
    return max(0, square).squareRoot()
  }

  /// E|X - Y| of independent X and Y on the line.
  func meanDistance(to other: Law) -> Double {
    precondition(
      dimension == 1 && other.dimension == 1,
      "laws of dimensions \(dimension) and \(other.dimension), not on the line")
    var sum = CompensatedSum()
    let others = other.partsOnLine
    for one in partsOnLine {
      for two in others {
        let deviation = (one.variance + two.variance).squareRoot()
        let shift = one.mean - two.mean
        let distance =
          deviation > 0
          ? deviation
            * (LineMixture.rampMean(shift / deviation) + LineMixture.rampMean(-shift / deviation))
          : abs(shift)
        sum.add(one.weight * two.weight * distance)
      }
    }
    return sum.value
  }

  private var partsOnLine: [(weight: Double, mean: Double, variance: Double)] {
    switch self {
    case .mixture(let mixture):
      mixture.components.map { ($0.weight, $0.mean[0], $0.covariance[0, 0]) }
    case .categorical(let atoms): zip(atoms.values, atoms.weights).map { ($1, $0[0], 0) }
    }
  }
}

extension SampleSet {
  /// The energy distance between two sample sets in any dimension, with Euclidean distances.
  ///
  /// - Returns: NaN where a sample is not finite.
  /// - Complexity: O((n + m)² · dimension); on the line O(n log n + m log m).
  ///   ``representatives(atMost:)`` makes large sets small enough.
  public func energyDistance(to other: SampleSet) -> Double {
    EnergyReference(other).distance(self)
  }
}

/// A sample set made ready to be the other side of many energy distances.
package struct EnergyReference: Sendable {
  private let samples: SampleSet
  private let onLine: EmpiricalDistribution?
  private let within: Double

  /// - Complexity: O(m² · dimension); on the line O(m log m).
  package init(_ samples: SampleSet) {
    self.samples = samples
    onLine = samples.dimension == 1 ? EmpiricalDistribution(samples.values) : nil
    within = onLine == nil && samples.isFinite ? samples.meanDistanceWithin : .nan
  }

  /// The energy distance of samples; NaN where one is not finite.
  package func distance(_ first: SampleSet) -> Double {
    precondition(
      first.dimension == samples.dimension,
      "samples of dimensions \(first.dimension) and \(samples.dimension)")
    if let onLine { return EmpiricalDistribution(first.values).energyDistance(against: onLine) }
    guard first.isFinite && samples.isFinite else { return .nan }
    let square = 2 * first.meanDistance(to: samples) - first.meanDistanceWithin - within
    return max(0, square).squareRoot()
  }
}

extension SampleSet {
  fileprivate func meanDistance(to other: SampleSet) -> Double {
    var sum = CompensatedSum()
    forEachRowOfSquares(to: other) { sum.add(Self.sumOfRoots($0)) }
    return sum.value / (Double(count) * Double(other.count))
  }

  /// Pairs of a point with itself included.
  fileprivate var meanDistanceWithin: Double {
    var sum = CompensatedSum()
    forEachRowOfSquares { sum.add(Self.sumOfRoots($0)) }
    return 2 * sum.value / (Double(count) * Double(count))
  }

  private static func sumOfRoots(_ squares: ArraySlice<Double>) -> Double {
    var sum = 0.0
    for square in squares { sum += square.squareRoot() }
    return sum
  }
}
