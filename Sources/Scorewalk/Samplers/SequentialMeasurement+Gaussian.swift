extension SequentialMeasurement {
  /// Mean and variance of the last state, ȳ_M, on N(m, v), exactly: there x̂(y; τ) = m + g (y − m) with
  /// g = v/(v + τ²), so that every step is linear.
  ///
  ///     y₁:   φ = 1 − δ/(v + σ²)
  ///     y_m:  φ = 1 − δ (1 − g_m/m)/σ²,  around m + g_(m−1) (ȳ_(m−1) − m), where it also starts
  ///     W ← φ^(2T) W + 2δ (1 − φ^(2T))/(1 − φ²)        from W = σ²
  ///     Var ȳ_m = ((m − 1 + g_(m−1))/m)² Var ȳ_(m−1) + W/m²
  ///
  /// In more dimensions it holds for each principal direction of a Gaussian.
  ///
  /// - Parameters:
  ///   - mean, variance: m and v ≥ 0 of the target; 0 is an atom.
  ///   - start: mean and variance of the initial state.
  /// - Complexity: O(M).
  public func end(
    ofMean mean: Double, variance: Double, from start: (mean: Double, variance: Double)
  ) -> (mean: Double, variance: Double) {
    let noise = measurements.noiseLevel * measurements.noiseLevel
    func gain(_ count: Int) -> Double { variance / (variance + noise / Double(count)) }
    var (kept, added) = relax(1 / (variance + noise))
    var offset = kept.squareRoot() * (start.mean - mean)
    if isOscillating(1 / (variance + noise)) { offset = -offset }
    var total = kept * start.variance + added
    for index in 1..<measurements.count {
      let count = Double(index + 1)
      (kept, added) = relax((1 - gain(index + 1) / count) / noise)
      let factor = (count - 1 + gain(index)) / count
      offset *= factor
      total = factor * factor * total + (kept * noise + added) / (count * count)
    }
    return (mean + offset, total)
  }

  /// How wide a component of variance v is at the end beside what it should be, of chains that began with the width of
  /// X + σ N: the square root of the ratio of variances.
  ///
  /// - Parameter variance: v ≥ 0, without the noise; 0 for atoms.
  public func finalSpread(variance: Double = 0) -> Double {
    let noise = measurements.noiseLevel * measurements.noiseLevel
    let end = end(ofMean: 0, variance: variance, from: (0, variance + noise)).variance
    return (end / (variance + noise / Double(measurements.count))).squareRoot()
  }

  /// What T steps of y ← (1 − δ k) y + √(2δ) ξ keep of a variance, and what they add to it.
  private func relax(_ curvature: Double) -> (kept: Double, added: Double) {
    let u = delta * curvature
    let kept = u == 1 ? 0 : Double.exp(2 * Double(stepsPerMeasurement) * Double.log(abs(1 - u)))
    let added =
      u == 2
      ? 2 * Double(stepsPerMeasurement) * delta : 2 * delta * (1 - kept) / (u * (2 - u))
    return (kept, added)
  }

  /// Whether T steps turn a deviation round.
  private func isOscillating(_ curvature: Double) -> Bool {
    delta * curvature > 1 && !stepsPerMeasurement.isMultiple(of: 2)
  }
}
