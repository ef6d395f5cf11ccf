extension AnnealedLangevin {
  /// How wide chains are at the end beside the law that they are to have, on a Gaussian or an atom: where they lag
  /// behind the noise it is far above 1.
  ///
  ///     φᵢ = 1 − δᵢ/(s² + σᵢ²)
  ///     V ← φᵢ^(2T) V + 2 δᵢ (1 − φᵢ^(2T))/(1 − φᵢ²)        level by level, from V = s² + σ₁²
  ///
  /// The result is √(V/(s² + σ_L²)), exact for chains that begin with the width of the first level. For s = 0 and
  /// levels of one ratio γ its square tends to r (1 − ρ)/(1 − ρ γ²), with u = δ/σ², r = 1/(1 − u/2) and
  /// ρ = (1 − u)^(2T) < 1/γ². NCSNv2 chooses T and ε so that one such level brings r-fold noise down to itself
  /// (Song and Ermon 2020, arXiv:2006.09011, Technique 4).
  ///
  /// - Parameter variance: s² ≥ 0, without the noise; 0 for atoms.
  public func finalSpread(variance: Double = 0) -> Double {
    let levels = noiseLevels.levels
    var width = variance + levels[0] * levels[0]
    for (level, delta) in zip(levels, deltas) {
      let u = delta / (variance + level * level)
      let kept = Self.power(abs(1 - u), 2 * stepsPerLevel)
      let added =
        u == 2 ? 2 * Double(stepsPerLevel) * delta : 2 * delta * (1 - kept) / (u * (2 - u))
      width = kept * width + added
    }
    let last = levels[levels.count - 1]
    return (width / (variance + last * last)).squareRoot()
  }

  /// The same of chains that stay at the last level for ever: what of ``finalSpread(variance:)`` is the step size's
  /// doing; infinite where such chains fly off.
  public func endlessSpread(variance: Double = 0) -> Double {
    let last = noiseLevels.levels[noiseLevels.levels.count - 1]
    let u = deltas[deltas.count - 1] / (variance + last * last)
    return u < 2 ? (1 / (1 - u / 2)).squareRoot() : .infinity
  }

  private static func power(_ base: Double, _ exponent: Int) -> Double {
    base == 0 ? 0 : Double.exp(Double(exponent) * Double.log(base))
  }
}
