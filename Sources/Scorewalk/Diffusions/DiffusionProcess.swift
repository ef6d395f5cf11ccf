/// A diffusion that turns any law into noise (Song et al. 2021, arXiv:2011.13456).
///
///     dx = f(t) x dt + g(t) dw,        x_t = s(t) (X + σ(t) N),        N ~ N(0, I)
///
/// | process | s(t) | σ(t) | f(t) | g(t)² | t |
/// |---|---|---|---|---|---|
/// | ``varianceExploding(from:to:)`` | 1 | σ₀ (σ₁/σ₀)^t | 0 | 2 σ² log(σ₁/σ₀) | up to 1 |
/// | ``variancePreserving(from:to:)`` | e^(−B/2) | √(e^B − 1) | −β/2 | β | up to 1 |
/// | ``subVariancePreserving(from:to:)`` | e^(−B/2) | 2 sinh(B/2) | −β/2 | β (1 − e^(−2B)) | up to 1 |
/// | ``edm(to:)`` | 1 | t | 0 | 2 t | up to σ₁ |
///
/// with β(t) = β₀ + t (β₁ − β₀) and B(t) = ∫₀ᵗ β. Everything that a process makes of a law is the law with
/// noise, X + σ N, in another scale: the score of x_t is S(x/s, σ)/s for the score S of X + σ N
/// (Karras et al. 2022, arXiv:2206.00364, equation 4). g² = 2 s² σ dσ/dt holds for each.
///
/// Unlike Song's table, and like its code, `varianceExploding` has σ₀ at time 0 and not none.
public enum DiffusionProcess: Sendable, Hashable {
  /// VE: σ₀ and σ₁; noise is added to what stays as it is.
  case varianceExploding(from: Double = 0.01, to: Double = 50)
  /// VP: β₀ and β₁; of a law with variance 1 the variance stays 1.
  case variancePreserving(from: Double = 0.1, to: Double = 20)
  /// Sub-VP: β₀ and β₁; the same scale as VP, and less noise.
  case subVariancePreserving(from: Double = 0.1, to: Double = 20)
  /// EDM: the time is the noise level, up to σ₁ (Karras et al. 2022).
  case edm(to: Double = 80)

  /// T, the time of the most noise.
  public var end: Double {
    switch self {
    case .varianceExploding, .variancePreserving, .subVariancePreserving: 1
    case .edm(let largest): largest
    }
  }

  /// s(t).
  public func scale(at time: Double) -> Double {
    switch self {
    case .varianceExploding, .edm: 1
    case .variancePreserving(let first, let last), .subVariancePreserving(let first, let last):
      Double.exp(-0.5 * Self.integral(first, last, time))
    }
  }

  /// σ(t): how much noise there is beside X, not beside s X.
  public func noiseLevel(at time: Double) -> Double {
    switch self {
    case .varianceExploding(let first, let last):
      return first * Double.exp(time * Double.log(last / first))
    case .variancePreserving(let first, let last):
      return Double.expm1(Self.integral(first, last, time)).squareRoot()
    case .subVariancePreserving(let first, let last):
      // 2 sinh(B/2), accurate near 0.
      let half = Double.expm1(0.5 * Self.integral(first, last, time))
      return half + half / (half + 1)
    case .edm: return time
    }
  }

  /// The time at which the noise level is σ.
  public func time(ofNoiseLevel level: Double) -> Double {
    switch self {
    case .varianceExploding(let first, let last):
      return Double.log(level / first) / Double.log(last / first)
    case .variancePreserving(let first, let last):
      return Self.time(first, last, ofIntegral: Double.log1p(level * level))
    case .subVariancePreserving(let first, let last):
      // 2 asinh(σ/2), accurate near 0.
      let half = 0.5 * level
      let root = (1 + half * half).squareRoot()
      return Self.time(
        first, last, ofIntegral: 2 * Double.log1p(half + half * half / (1 + root)))
    case .edm: return level
    }
  }

  /// f(t).
  public func drift(at time: Double) -> Double {
    switch self {
    case .varianceExploding, .edm: 0
    case .variancePreserving(let first, let last), .subVariancePreserving(let first, let last):
      -0.5 * (first + time * (last - first))
    }
  }

  /// g(t)².
  public func squaredDiffusion(at time: Double) -> Double {
    switch self {
    case .varianceExploding(let first, let last):
      let level = noiseLevel(at: time)
      return 2 * level * level * Double.log(last / first)
    case .variancePreserving(let first, let last): return first + time * (last - first)
    case .subVariancePreserving(let first, let last):
      let integral = Self.integral(first, last, time)
      return (first + time * (last - first)) * -Double.expm1(-2 * integral)
    case .edm: return 2 * time
    }
  }

  /// s σ: the standard deviation of the noise in x_t.
  public func noiseDeviation(at time: Double) -> Double {
    scale(at: time) * noiseLevel(at: time)
  }

  /// The law of x_t, where X has a law.
  public func law(of law: Law, at time: Double) -> GaussianMixture {
    law.smoothed(noiseLevel: noiseLevel(at: time)).scaled(by: scale(at: time))
  }

  /// Finds what has no meaning: ends that are not above 0, or lie the wrong way round, and noise that
  /// has no end.
  ///
  /// - Throws: ``RunError`` `.invalidConfiguration`.
  public func validate() throws(RunError) {
    let ends: [(String, Double)]
    switch self {
    case .varianceExploding(let first, let last):
      ends = [("sigma_min", first), ("sigma_max", last)]
    case .variancePreserving(let first, let last), .subVariancePreserving(let first, let last):
      ends = [("beta_min", first), ("beta_max", last)]
    case .edm(let largest): ends = [("sigma_max", largest)]
    }
    for (name, value) in ends where !(value.isFinite && value > 0) {
      throw .invalid("\(name) of a process must be above 0, is \(value)")
    }
    if ends.count == 2, ends[0].1 >= ends[1].1 {
      throw .invalid(
        "\(ends[0].0), \(ends[0].1), must lie below \(ends[1].0), which is \(ends[1].1)")
    }
    // In single precision the square of what is larger has no place.
    guard noiseLevel(at: end) <= Self.largestNoiseLevel else {
      throw .invalid(
        "the noise grows beyond 10¹⁵ times what it is added to",
        hint: "lower \(ends[ends.count - 1].0)")
    }
  }

  /// The noise level at the end, and the number that decides it; nil for EDM, which may go on.
  var lastNoiseLevel: (level: Double, name: String)? {
    switch self {
    case .varianceExploding(_, let last): (last, "sigma_max")
    case .variancePreserving, .subVariancePreserving: (noiseLevel(at: end), "beta_max")
    case .edm: nil
    }
  }

  /// The largest noise level that a process may have.
  public static let largestNoiseLevel = 1e15

  /// B(t).
  static func integral(_ first: Double, _ last: Double, _ time: Double) -> Double {
    time * (first + 0.5 * time * (last - first))
  }

  /// The time at which B is given.
  private static func time(
    _ first: Double, _ last: Double, ofIntegral integral: Double
  ) -> Double {
    2 * integral / (first + (first * first + 2 * (last - first) * integral).squareRoot())
  }
}

extension GaussianMixture {
  /// The law of s X: means times s, covariances times s².
  ///
  /// - Parameter scale: s > 0.
  public func scaled(by scale: Double) -> GaussianMixture {
    precondition(scale > 0 && scale.isFinite, "a scale of \(scale)")
    return GaussianMixture(
      validated: components.map {
        Component(
          weight: $0.weight, mean: $0.mean.map { scale * $0 },
          covariance: $0.covariance.scaled(by: scale * scale))
      })
  }
}

extension Covariance {
  /// factor · C.
  fileprivate func scaled(by factor: Double) -> Covariance {
    switch self {
    case .isotropic(let value): .isotropic(factor * value)
    case .diagonal(let values): .diagonal(values.map { factor * $0 })
    case .full(let rows): .full(rows.map { $0.map { factor * $0 } })
    }
  }
}
