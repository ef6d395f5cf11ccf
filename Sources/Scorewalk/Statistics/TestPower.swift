/// How likely a two-sided t test is to find an effect, and how many values it takes.
package enum TestPower {
  /// The power of the test of n differences: paired, or one sample against a number.
  ///
  /// - Parameters:
  ///   - effect: the mean difference in standard deviations of one difference.
  ///   - count: n ≥ 2.
  package static func paired(effect: Double, count: Int, level: Double = 0.05) -> Double {
    power(
      degreesOfFreedom: Double(count - 1), noncentrality: abs(effect) * Double(count).squareRoot(),
      level)
  }

  /// The power of the test of two independent samples of n values each.
  ///
  /// - Parameters:
  ///   - effect: the difference of the means in standard deviations of one value, √((s₁² + s₂²)/2).
  ///   - count: n ≥ 2 on either side.
  package static func twoSample(effect: Double, count: Int, level: Double = 0.05) -> Double {
    power(
      degreesOfFreedom: Double(2 * count - 2),
      noncentrality: abs(effect) * (0.5 * Double(count)).squareRoot(), level)
  }

  private static func power(
    degreesOfFreedom: Double, noncentrality: Double, _ level: Double
  ) -> Double {
    precondition(degreesOfFreedom >= 1, "a test with \(degreesOfFreedom) degrees of freedom")
    let critical = StudentT(degreesOfFreedom: degreesOfFreedom)
      .criticalValue(confidence: 1 - level)
    // Such an effect is found surely, and the integral has no need to resolve it.
    guard noncentrality < 1000 else { return 1 }
    let law = NoncentralT(degreesOfFreedom: degreesOfFreedom, noncentrality: noncentrality)
    return min(1, law.upperTail(critical) + law.cdf(-critical))
  }

  /// The smallest n ≥ 2 with which the test finds the effect with at least the given power.
  ///
  /// - Parameter power: of n, rising.
  /// - Returns: nil where a million does not do.
  package static func count(
    wanted: Double = 0.8, power: (Int) -> Double
  ) -> Int? {
    let limit = 1_000_000
    var high = 2
    while power(high) < wanted {
      guard high < limit else { return nil }
      high = min(limit, 2 * high)
    }
    var low = max(2, high / 2)
    while low < high {
      let middle = (low + high) / 2
      if power(middle) < wanted { low = middle + 1 } else { high = middle }
    }
    return high
  }
}
