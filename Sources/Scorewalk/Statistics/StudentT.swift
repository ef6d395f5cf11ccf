/// Student's t distribution.
///
/// f(t) = (1 + t²/ν)^(-(ν + 1)/2) / (√ν B(ν/2, ½))
///
/// Both tails are exact to 1e-12 relative as far out as doubles reach: P(T > t) = ½ I_x(ν/2, ½) with x = ν/(ν + t²),
/// which no difference enters.
///
/// Source: NIST Digital Library of Mathematical Functions, 8.17; Hill 1970 (doi:10.1145/355598.355600) for why quantiles are
/// begun from the normal's and from the tail's power law.
package struct StudentT: Sendable {
  /// ν > 0, whole or not.
  package let degreesOfFreedom: Double
  private let logBeta: Double

  /// The distribution with ν degrees of freedom, positive and finite.
  package init(degreesOfFreedom: Double) {
    precondition(
      degreesOfFreedom > 0 && degreesOfFreedom.isFinite,
      "Student's t with \(degreesOfFreedom) degrees of freedom")
    self.degreesOfFreedom = degreesOfFreedom
    logBeta = BetaFunction.log(0.5 * degreesOfFreedom, 0.5)
  }

  /// f(t).
  package func density(_ t: Double) -> Double { Double.exp(logDensity(t)) }

  private func logDensity(_ t: Double) -> Double {
    -0.5 * (degreesOfFreedom + 1) * ratio(t).log - 0.5 * Double.log(degreesOfFreedom) - logBeta
  }

  /// P(T ≤ t).
  package func cdf(_ t: Double) -> Double { upperTail(-t) }

  /// P(T > t), exact to 1e-12 relative where it is small.
  package func upperTail(_ t: Double) -> Double {
    if t.isNaN { return .nan }
    if t < 0 { return 1 - tail(-t) }
    return tail(t)
  }

  /// P(|T| > |t|).
  package func twoSided(_ t: Double) -> Double { min(1, 2 * tail(abs(t))) }

  /// t²/ν and log(1 + t²/ν), which is finite where the square is not.
  private func ratio(_ t: Double) -> (square: Double, log: Double) {
    let scaled = abs(t) / degreesOfFreedom.squareRoot()
    guard scaled < 1e100 else { return (scaled * scaled, 2 * Double.log(scaled)) }
    let square = scaled * scaled
    return (square, Double.log1p(square))
  }

  /// P(T > t) for t ≥ 0.
  private func tail(_ t: Double) -> Double {
    if t == 0 { return 0.5 }
    if t == .infinity { return 0 }
    let (square, log) = ratio(t)
    let x = 1 / (1 + square)
    let logY = square < 1 ? Double.log(square) - log : -Double.log1p(1 / square)
    return 0.5
      * BetaFunction.regularized(
        x: x, y: square < 1 ? square / (1 + square) : 1 / (1 + 1 / square), logX: -log, logY: logY,
        0.5 * degreesOfFreedom, 0.5)
  }

  /// P(0 < T ≤ t) for t ≥ 0, exact where t is small.
  private func central(_ t: Double) -> Double {
    if t == 0 { return 0 }
    let (square, log) = ratio(t)
    let logY = square < 1 ? Double.log(square) - log : -Double.log1p(1 / square)
    return 0.5
      * BetaFunction.regularized(
        x: square < 1 ? square / (1 + square) : 1 / (1 + 1 / square), y: 1 / (1 + square),
        logX: logY, logY: -log, 0.5, 0.5 * degreesOfFreedom)
  }

  // MARK: - Quantiles

  /// The t with P(T ≤ t) = p; ∓∞ at 0 and 1, NaN outside.
  package func quantile(_ p: Double) -> Double {
    guard p >= 0, p <= 1 else { return .nan }
    if p == 0 || p == 1 { return p == 0 ? -.infinity : .infinity }
    if abs(p - 0.5) <= 0.25 { return p < 0.5 ? -middle(0.5 - p) : middle(p - 0.5) }
    return p < 0.5 ? -far(p) : far(1 - p)
  }

  /// The t with P(T > t) = q, exact where q is small and 1 - q could not say it.
  package func upperQuantile(_ q: Double) -> Double {
    guard q > 0, q < 0.25 else { return -quantile(q) }
    return far(q)
  }

  /// The half width of a two-sided interval in standard errors: 12.7 at ν = 1 and 95 %.
  package func criticalValue(confidence: Double) -> Double {
    precondition(confidence > 0 && confidence < 1, "an interval of confidence \(confidence)")
    return upperQuantile(0.5 * (1 - confidence))
  }

  /// The t ≥ 0 with P(0 < T ≤ t) = c ≤ ¼. The probability is concave in t, so Newton's method rises to the root from the
  /// chord's value at the density of 0.
  private func middle(_ probability: Double) -> Double {
    if probability == 0 { return 0 }
    var t = probability / density(0)
    for _ in 0..<60 {
      let step = (probability - central(t)) / density(t)
      t += step
      // The error falls with its square.
      if abs(step) <= 1e-9 * t { break }
    }
    return t
  }

  /// The t > 0 with P(T > t) = q < ¼. log P is concave in log t, so Newton's method comes down to the root from wherever it
  /// begins: from the tail's power law, which lies above it, or from two terms of Cornish and Fisher's expansion.
  private func far(_ q: Double) -> Double {
    let nu = degreesOfFreedom
    let target = Double.log(q)
    // P(T > t) < (√ν / t)^ν / (ν B(ν/2, ½)) for all t.
    let law = 0.5 * Double.log(nu) - (target + Double.log(nu) + logBeta) / nu
    let z = -Double.normalQuantile(q)
    let expansion = z + z * (z * z + 1) / (4 * nu)
    var logT = nu > 4 ? min(law, Double.log(expansion)) : law
    for _ in 0..<200 {
      let t = Double.exp(logT)
      let probability = tail(t)
      // Beyond the smallest number the law itself is the answer.
      guard probability > 0 else { return Double.exp(law) }
      let slope = -Double.exp(logT + logDensity(t) - Double.log(probability))
      let step = (target - Double.log(probability)) / slope
      logT += step
      if abs(step) <= 1e-9 { break }
    }
    // One step in t itself: the logarithm's last place is some of t's.
    let t = Double.exp(logT)
    let probability = tail(t)
    let correction = (probability - q) / density(t)
    return correction.isFinite ? t + correction : t
  }
}
