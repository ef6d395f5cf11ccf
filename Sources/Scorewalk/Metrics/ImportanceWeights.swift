/// What draws of one law are worth for another: weights w_i = p(x_i) / q(x_i), x_i ~ q, given as
/// logarithms, p and q up to constant factors.
///
/// Source: Kong, "A note on importance sampling using standardized weights" (1992), technical report
/// 348, University of Chicago; Owen, Monte Carlo theory, methods and examples (2013), chapter 9.
public struct ImportanceWeights: Sendable, Hashable {
  /// N.
  public let count: Int
  /// (Σ w)² / Σ w², between 1 and N.
  public let effectiveSampleSize: Double
  /// log (Σ w / N): an unbiased estimate of Z_p / Z_q, as a logarithm.
  public let logNormalizer: Double

  /// Sums the weights up.
  ///
  /// - Parameter logWeights: log w_i, `[N]`, N ≥ 1; -∞ is a weight of 0. Where one is NaN or +∞, or all are
  ///   zero, the effective size is NaN.
  public init(logWeights: [Double]) {
    precondition(!logWeights.isEmpty, "importance weights need at least one draw")
    count = logWeights.count
    var largest = -Double.infinity
    for value in logWeights { largest = max(largest, value) }
    guard largest.isFinite, !logWeights.contains(where: \.isNaN) else {
      effectiveSampleSize = .nan
      logNormalizer = largest == -.infinity && !logWeights.contains(where: \.isNaN) ? largest : .nan
      return
    }
    var sum = CompensatedSum()
    var squares = CompensatedSum()
    for value in logWeights {
      let weight = Double.exp(value - largest)
      sum.add(weight)
      squares.add(weight * weight)
    }
    effectiveSampleSize = sum.value * sum.value / squares.value
    logNormalizer = largest + Double.log(sum.value / Double(count))
  }

  /// (Σ w)² / (N Σ w²), between 1 / N and 1.
  public var relativeEffectiveSampleSize: Double { effectiveSampleSize / Double(count) }

  /// The standard error of ``logNormalizer`` by the delta method: √((N / effective size - 1) / N).
  public var logNormalizerStandardError: Double {
    ((Double(count) / effectiveSampleSize - 1) / Double(count)).squareRoot()
  }
}
