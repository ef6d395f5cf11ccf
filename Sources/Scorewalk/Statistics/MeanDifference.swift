/// A difference of two means with its test and interval.
package struct MeanDifference: Sendable, Equatable {
  /// How the two sides were compared.
  package enum Method: Sendable, Equatable {
    /// Differences seed by seed; the sides correlate by so much (NaN where one of them is constant).
    case paired(correlation: Double)
    /// Two independent samples with variances of their own.
    case welch
  }

  package let method: Method
  /// Mean of the second side less mean of the first.
  package let difference: Double
  package let standardError: Double
  package let degreesOfFreedom: Double

  /// The paired t test: one value of either side for each pair.
  ///
  /// - Returns: nil for fewer than two pairs, and where differences or their deviation are beyond all numbers.
  package static func paired(_ first: [Double], _ second: [Double]) -> MeanDifference? {
    precondition(first.count == second.count, "pairs of \(first.count) and \(second.count) values")
    guard first.count > 1 else { return nil }
    let values = zip(first, second).map { $1 - $0 }
    guard values.allSatisfy(\.isFinite) else { return nil }
    let differences = MeanEstimate(values)
    guard differences.mean.isFinite, differences.deviation.isFinite else { return nil }
    return MeanDifference(
      method: .paired(correlation: correlation(first, second)), difference: differences.mean,
      standardError: differences.standardError, degreesOfFreedom: Double(first.count - 1))
  }

  /// Welch's t test, with the degrees of freedom of Welch and Satterthwaite.
  ///
  /// ν = (v₁ + v₂)² / (v₁²/(n₁ - 1) + v₂²/(n₂ - 1)), v = s²/n.
  ///
  /// Source: Welch 1947 (doi:10.1093/biomet/34.1-2.28), Satterthwaite 1946 (doi:10.2307/3002019).
  ///
  /// - Returns: nil where a side has fewer than two values, and where the difference or a deviation is beyond all numbers.
  package static func welch(_ first: [Double], _ second: [Double]) -> MeanDifference? {
    guard first.count > 1, second.count > 1 else { return nil }
    let (one, other) = (MeanEstimate(first), MeanEstimate(second))
    let difference = other.mean - one.mean
    let largest = max(one.standardError, other.standardError)
    guard difference.isFinite, largest.isFinite else { return nil }
    // In units of the larger one, so that no square overflows or vanishes; both are 0 where all values are equal.
    let unit =
      largest > 0 ? Double(sign: .plus, exponent: largest.exponent, significand: 1) : 1
    let (e1, e2) = (one.standardError / unit, other.standardError / unit)
    let (v1, v2) = (e1 * e1, e2 * e2)
    let (n1, n2) = (Double(one.count - 1), Double(other.count - 1))
    let sum = v1 + v2
    let (r1, r2) = sum > 0 ? (v1 / sum, v2 / sum) : (0.5, 0.5)
    let standardError = sum.squareRoot() * unit
    guard standardError.isFinite else { return nil }
    return MeanDifference(
      method: .welch, difference: difference, standardError: standardError,
      degreesOfFreedom: 1 / (r1 * r1 / n1 + r2 * r2 / n2))
  }

  /// Pearson's correlation; NaN where a side is constant.
  package static func correlation(_ first: [Double], _ second: [Double]) -> Double {
    let (one, other) = (MeanEstimate(first), MeanEstimate(second))
    let products = zip(first, second).reduce(0) {
      $0 + (($1.0 - one.mean) / one.deviation) * (($1.1 - other.mean) / other.deviation)
    }
    let value = products / Double(first.count - 1)
    return value.isNaN ? value : min(1, max(-1, value))
  }

  /// t.
  package var statistic: Double {
    difference == 0 && standardError == 0 ? 0 : difference / standardError
  }

  /// The two-sided p value. Where nothing varies, it is 1 for a difference of 0 and 0 otherwise.
  package var probability: Double {
    statistic.isInfinite ? 0 : StudentT(degreesOfFreedom: degreesOfFreedom).twoSided(statistic)
  }

  /// difference ± t · standard error; nil where a bound is beyond all numbers.
  package func interval(confidence: Double = 0.95) -> ClosedRange<Double>? {
    let half =
      StudentT(degreesOfFreedom: degreesOfFreedom).criticalValue(confidence: confidence)
      * standardError
    let (low, high) = (difference - half, difference + half)
    return low.isFinite && high.isFinite ? low...high : nil
  }
}
