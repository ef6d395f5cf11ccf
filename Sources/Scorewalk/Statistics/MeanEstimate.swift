/// What independent values say of their mean.
package struct MeanEstimate: Sendable, Equatable {
  /// n, at least 1.
  package let count: Int
  package let mean: Double
  /// The sample's standard deviation, with n - 1; NaN for a single value.
  package let deviation: Double

  /// - Parameter values: at least one, finite.
  package init(_ values: [Double]) {
    precondition(!values.isEmpty, "a mean of no values")
    count = values.count
    // Around the first value, so that values that are all equal have a deviation of exactly 0.
    let first = values[0]
    let total = Double(values.count)
    let shift = values.reduce(0) { $0 + ($1 - first) } / total
    mean = first + shift
    guard values.count > 1 else {
      deviation = .nan
      return
    }
    let squares = values.reduce(0) { $0 + ($1 - first - shift) * ($1 - first - shift) }
    deviation = (squares / (total - 1)).squareRoot()
  }

  /// s/√n.
  package var standardError: Double { deviation / Double(count).squareRoot() }

  /// mean ± t s/√n: holds the expectation of normal values with the given probability.
  ///
  /// - Returns: nil for a single value, which says nothing of its own uncertainty.
  package func interval(confidence: Double = 0.95) -> ClosedRange<Double>? {
    guard count > 1 else { return nil }
    let t = StudentT(degreesOfFreedom: Double(count - 1)).criticalValue(confidence: confidence)
    let half = t * standardError
    return mean - half...mean + half
  }
}
