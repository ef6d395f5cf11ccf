extension Law {
  /// P(a ≤ X ≤ b) on the line; an end may be infinite.
  ///
  /// For a mixture Σ w_k (Φ((b - m_k) / s_k) - Φ((a - m_k) / s_k)), taken in the tail that keeps its
  /// digits; atoms at either end belong to the interval.
  ///
  /// - Complexity: O(components).
  public func probability(of interval: ClosedRange<Double>) -> Double {
    precondition(dimension == 1, "an interval on the line, a law of dimension \(dimension)")
    switch self {
    case .mixture(let mixture):
      let line = mixture.onLine
      var sum = 0.0
      for component in line.weights.indices {
        let from = (interval.lowerBound - line.means[component]) / line.deviations[component]
        let to = (interval.upperBound - line.means[component]) / line.deviations[component]
        sum +=
          line.weights[component]
          * (from > 0
            ? Double.normalCDF(-from) - Double.normalCDF(-to)
            : Double.normalCDF(to) - Double.normalCDF(from))
      }
      return sum
    case .categorical(let atoms):
      var sum = 0.0
      for (value, weight) in zip(atoms.values, atoms.weights) where interval.contains(value[0]) {
        sum += weight
      }
      return sum
    }
  }
}
