/// What independent values say of their mean.
package struct MeanEstimate: Sendable, Equatable {
  /// n, at least 1.
  package let count: Int
  package let mean: Double
  /// The sample's standard deviation, with n - 1; NaN for a single value, infinite where no number is large enough.
  package let deviation: Double

  /// - Parameter values: at least one, finite.
  package init(_ values: [Double]) {
    precondition(!values.isEmpty, "a mean of no values")
    count = values.count
    // Differences of the largest numbers would overflow. Powers of two change no digit.
    let scale = values.contains { abs($0) > 0x1p990 } ? 0x1p-34 : 1
    // Around the first value, so that values that are all equal have a deviation of exactly 0.
    let first = scale * values[0]
    let total = Double(values.count)
    let shift = values.reduce(0) { $0 + (scale * $1 - first) } / total
    mean = (first + shift) / scale
    guard values.count > 1 else {
      deviation = .nan
      return
    }
    let deviations = values.map { scale * $0 - first - shift }
    // In units of the largest deviation, so that no square overflows or vanishes.
    let largest = deviations.reduce(0) { max($0, abs($1)) }
    guard largest > 0 else {
      deviation = 0
      return
    }
    let unit = Double(sign: .plus, exponent: largest.exponent, significand: 1)
    let squares = deviations.reduce(0) { $0 + ($1 / unit) * ($1 / unit) }
    deviation = (squares / (total - 1)).squareRoot() * unit / scale
  }

  /// s/√n.
  package var standardError: Double { deviation / Double(count).squareRoot() }

  /// mean ± t s/√n: holds the expectation of normal values with the given probability.
  ///
  /// - Returns: nil for a single value, which says nothing of its own uncertainty, and where a bound is beyond all numbers.
  package func interval(confidence: Double = 0.95) -> ClosedRange<Double>? {
    guard count > 1 else { return nil }
    let t = StudentT(degreesOfFreedom: Double(count - 1)).criticalValue(confidence: confidence)
    let half = t * standardError
    guard half.isFinite, (mean - half).isFinite, (mean + half).isFinite else { return nil }
    return mean - half...mean + half
  }
}
