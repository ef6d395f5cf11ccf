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
    precondition(
      dimension == other.dimension,
      "samples of dimensions \(dimension) and \(other.dimension)")
    guard isFinite && other.isFinite else { return .nan }
    if dimension == 1 {
      return EmpiricalDistribution(values).energyDistance(
        against: EmpiricalDistribution(other.values))
    }
    let square = 2 * meanDistance(to: other) - meanDistanceWithin - other.meanDistanceWithin
    return max(0, square).squareRoot()
  }

  private func meanDistance(to other: SampleSet) -> Double {
    var sum = CompensatedSum()
    forEachRowOfSquares(to: other) { squares in
      var part = 0.0
      for square in squares { part += square.squareRoot() }
      sum.add(part)
    }
    return sum.value / (Double(count) * Double(other.count))
  }

  private var meanDistanceWithin: Double {
    var sum = CompensatedSum()
    forEachRowOfSquares { squares in
      var part = 0.0
      for square in squares { part += square.squareRoot() }
      sum.add(part)
    }
    return 2 * sum.value / (Double(count) * Double(count))
  }
}
