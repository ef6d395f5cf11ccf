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

  /// The smallest number of pairs with which ``paired(effect:count:level:)`` is at least the given power; nil where a
  /// million does not do.
  package static func pairs(
    effect: Double, level: Double = 0.05, wanted: Double = 0.8
  ) -> Int? {
    count(wanted: wanted, near: guess(effect, level, wanted, sides: 1)) {
      paired(effect: effect, count: $0, level: level)
    }
  }

  /// The smallest number of values on either side with which ``twoSample(effect:count:level:)`` is at least the given
  /// power; nil where a million does not do.
  package static func values(
    effect: Double, level: Double = 0.05, wanted: Double = 0.8
  ) -> Int? {
    count(wanted: wanted, near: guess(effect, level, wanted, sides: 2)) {
      twoSample(effect: effect, count: $0, level: level)
    }
  }

  /// n beyond which nothing is sought.
  private static let limit = 1_000_000

  /// The number of values a side: that of the normal law, and what Student's t adds to it, z²/2 in all. It is mostly right.
  ///
  /// Source: Guenther 1981, Sample size formulas for normal theory t tests, The American Statistician 35, 243 to 244.
  private static func guess(
    _ effect: Double, _ level: Double, _ wanted: Double, sides: Double
  ) -> Double {
    let z = -Double.normalQuantile(0.5 * level)
    let quantiles = (Double.normalQuantile(wanted) + z) / effect
    return sides * quantiles * quantiles + z * z / (2 * sides)
  }

  /// The smallest n ≥ 2 of a power that rises with n; found in few steps where the guess is near.
  private static func count(
    wanted: Double, near guess: Double, power: (Int) -> Double
  ) -> Int? {
    let first = guess < Double(limit) ? max(2, Int(guess.rounded(.up))) : limit
    // The power of `low` is too small, or low is 1; that of `high` is enough.
    var (low, high) = (1, first)
    var step = 1
    if power(first) < wanted {
      low = first
      repeat {
        guard low < limit else { return nil }
        high = min(limit, low + step)
        guard power(high) < wanted else { break }
        low = high
        step *= 2
      } while true
    } else {
      while high > 2 {
        let next = max(2, high - step)
        guard power(next) >= wanted else {
          low = next
          break
        }
        high = next
        step *= 2
      }
    }
    while high - low > 1 {
      let middle = (low + high) / 2
      if power(middle) < wanted { low = middle } else { high = middle }
    }
    return high
  }
}
