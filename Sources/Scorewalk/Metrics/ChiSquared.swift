/// The law of |Z|² for Z ~ N(0, I) in some dimension: how far out a Gaussian lies.
package enum ChiSquared {
  /// P(|Z|² > x) for x ≥ 0.
  ///
  /// By the recurrence Q_(d+2)(x) = Q_d(x) + (x/2)^(d/2) e^(-x/2) / Γ(d/2 + 1) from Q_1 and Q_2; all
  /// terms are positive.
  ///
  /// Source: Abramowitz and Stegun, Handbook of Mathematical Functions, 26.4.4 to 26.4.8.
  ///
  /// - Complexity: O(dimension).
  package static func survival(_ x: Double, dimension: Int) -> Double {
    precondition(dimension >= 1 && x >= 0, "χ² of dimension \(dimension) at \(x)")
    let half = 0.5 * x
    let decay = Double.exp(-half)
    var sum: Double
    // (x/2)^(d/2) e^(-x/2) / Γ(d/2 + 1) for the dimension reached so far.
    var term: Double
    var reached: Int
    if dimension.isMultiple(of: 2) {
      (sum, term, reached) = (decay, half * decay, 2)
    } else {
      sum = 2 * Double.normalCDF(-x.squareRoot())
      term = 2 * (half / .pi).squareRoot() * decay
      reached = 1
    }
    while reached < dimension {
      sum += term
      reached += 2
      term *= half / (0.5 * Double(reached))
    }
    return min(1, sum)
  }

  /// The x with P(|Z|² ≤ x) = probability, 0 < probability < 1; by bisection.
  package static func quantile(_ probability: Double, dimension: Int) -> Double {
    precondition(probability > 0 && probability < 1, "no quantile at \(probability)")
    var low = 0.0
    var high = 1.0
    while survival(high, dimension: dimension) > 1 - probability { high *= 2 }
    for _ in 0..<100 {
      let middle = 0.5 * (low + high)
      if survival(middle, dimension: dimension) > 1 - probability {
        low = middle
      } else {
        high = middle
      }
    }
    return 0.5 * (low + high)
  }
}
