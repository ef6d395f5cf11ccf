/// Euler's beta function and the regularised incomplete one, from which Student's t comes.
package enum BetaFunction {
  /// log Γ(a) less the leading terms of Stirling's formula, (a - ½) log a - a + ½ log 2π.
  ///
  /// What is left of log Γ where large terms would cancel. By the asymptotic series from 16 on, below by the recurrence
  /// μ(a) = μ(a + 1) + (a + ½) log(1 + 1/a) - 1, whose terms are all positive.
  ///
  /// Source: NIST Digital Library of Mathematical Functions, 5.11.1 (https://dlmf.nist.gov/5.11).
  ///
  /// - Parameter a: positive.
  /// - Complexity: O(1), no more than 16 logarithms.
  package static func stirlingRemainder(_ a: Double) -> Double {
    precondition(a > 0, "log Γ at \(a)")
    var shifted = a
    var sum = 0.0
    while shifted < 16 {
      sum += (shifted + 0.5) * Double.log1p(1 / shifted) - 1
      shifted += 1
    }
    let inverse = 1 / shifted
    let square = inverse * inverse
    // B_2k / (2k (2k - 1)) for k from 7 down to 1.
    let coefficients = [
      1.0 / 156, -691.0 / 360_360, 1.0 / 1188, -1.0 / 1680, 1.0 / 1260, -1.0 / 360, 1.0 / 12,
    ]
    return sum + inverse * coefficients.reduce(0) { $0 * square + $1 }
  }

  /// log B(a, b) = log Γ(a) + log Γ(b) - log Γ(a + b), for positive a and b.
  ///
  /// The error is some units in the last place of 1, also where a is 1e6 and b ½.
  package static func log(_ a: Double, _ b: Double) -> Double {
    let remainders = stirlingRemainder(a) + stirlingRemainder(b) - stirlingRemainder(a + b)
    return 0.5 * Double.log(2 * .pi) - (a - 0.5) * Double.log1p(b / a)
      - (b - 0.5) * Double.log1p(a / b) - 0.5 * Double.log(a + b) + remainders
  }

  /// I_x(a, b), the probability that a Beta(a, b) variable is at most x.
  ///
  /// The continued fraction of DLMF 8.17.22 (https://dlmf.nist.gov/8.17.v), by Lentz's method as Thompson and Barnett
  /// modified it (1986, doi:10.1016/0021-9991(86)90046-X), on the side where it converges fast.
  ///
  /// - Parameters:
  ///   - x: in [0, 1].
  ///   - y: 1 - x, which the caller knows more exactly than the difference.
  ///   - logX: log x, which may be finite where x is not representable.
  /// - Complexity: O(√max(a, b)).
  package static func regularized(
    x: Double, y: Double, logX: Double, logY: Double, _ a: Double, _ b: Double
  ) -> Double {
    let factor = Double.exp(a * logX + b * logY - log(a, b))
    if x < (a + 1) / (a + b + 2) { return min(1, factor * fraction(x, a, b) / a) }
    return max(0, 1 - factor * fraction(y, b, a) / b)
  }

  /// The continued fraction 1 / (1 + d_1 / (1 + d_2 / (1 + …))).
  private static func fraction(_ x: Double, _ a: Double, _ b: Double) -> Double {
    // Lentz's method must not divide by zero.
    let tiny = 1e-300
    func nonzero(_ value: Double) -> Double { abs(value) < tiny ? tiny : value }
    var ratio = 1.0
    var inverse = 1 / nonzero(1 - (a + b) * x / (a + 1))
    var value = inverse
    var m = 0.0
    while true {
      m += 1
      let even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
      inverse = 1 / nonzero(1 + even * inverse)
      ratio = nonzero(1 + even / ratio)
      value *= inverse * ratio
      let odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
      inverse = 1 / nonzero(1 + odd * inverse)
      ratio = nonzero(1 + odd / ratio)
      let change = inverse * ratio
      value *= change
      // Far beyond the √max(a, b) steps that it takes; a NaN ends it too.
      if !(abs(change - 1) > 1e-16) || m > 1e7 { return value }
    }
  }
}
