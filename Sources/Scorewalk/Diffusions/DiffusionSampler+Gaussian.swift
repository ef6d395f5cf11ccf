extension DiffusionSampler {
  /// Mean and variance of the last state on N(m, v), exactly: there S(y, σ) = (m − y)/(v + σ²), and every
  /// fixed step is x ← p x + q + c ξ.
  ///
  /// In more dimensions it holds for each principal direction of a Gaussian.
  ///
  /// - Parameters:
  ///   - mean, variance: m and v ≥ 0 of the target; 0 is an atom.
  ///   - start: mean and variance of the initial state.
  /// - Returns: nil for adaptive schemes.
  public func end(
    ofMean mean: Double, variance: Double, from start: (mean: Double, variance: Double)
  ) -> (mean: Double, variance: Double)? {
    guard !scheme.isAdaptive, let length else { return nil }
    var state = start
    for step in 1...length {
      for rule in rules(step: step) {
        let (p, q) = rule.map(ofMean: mean, variance: variance)
        state = (p * state.mean + q, p * p * state.variance + rule.noise * rule.noise)
      }
    }
    return state
  }
}

extension DiffusionStageRule {
  /// p and q.
  fileprivate func map(ofMean mean: Double, variance: Double) -> (p: Double, q: Double) {
    /// S(x/s, σ) = slope x + offset.
    func score(_ level: Double, _ scale: Double) -> (slope: Double, offset: Double) {
      let total = variance + level * level
      return (-1 / (scale * total), mean / total)
    }
    let here = noiseLevel.map { score($0, scale) } ?? (slope: 0, offset: 0)
    let (p, q) = (position + self.score * here.slope, self.score * here.offset)
    guard let correction else { return (p, q) }
    let there = score(correction.noiseLevel, correction.scale)
    return (
      correction.position + correction.score * here.slope
        + (correction.nextPosition + correction.nextScore * there.slope) * p,
      correction.score * here.offset
        + (correction.nextPosition + correction.nextScore * there.slope) * q
        + correction.nextScore * there.offset
    )
  }
}
