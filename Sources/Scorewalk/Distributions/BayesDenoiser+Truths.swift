extension BayesDenoiser {
  /// The least mean square error of any denoiser: E|X - E[X|Y]|² = d σ² - σ⁴ I(p_σ).
  ///
  /// Exact where ``GaussianMixture/fisherInformation`` of the smoothed law is.
  ///
  /// Source: Brown, "Admissible estimators, recurrent diffusions, and insoluble boundary value
  /// problems", Annals of Mathematical Statistics 42 (1971).
  public var minimumMeanSquaredError: Expectation {
    let variance = noiseLevel * noiseLevel
    return smoothed.fisherInformation.scaled(
      by: -variance * variance, plus: Double(law.dimension) * variance)
  }

  /// The least denoising score matching loss E|s(Y) + (Y - X)/σ²|² = d/σ² - I(p_σ); without the ½.
  public var minimumScoreMatchingLoss: Expectation {
    smoothed.fisherInformation.scaled(
      by: -1, plus: Double(law.dimension) / (noiseLevel * noiseLevel))
  }

  /// The least mean absolute error E|X - median(X|Y)| of any denoiser, in one dimension.
  ///
  /// For atoms a closed form: the median jumps where a cumulative posterior passes ½, and between
  /// the jumps the error is a sum of normal probabilities. For mixtures by quadrature.
  public var minimumMeanAbsoluteError: Double {
    let line = smoothed.onLine
    switch law {
    case .mixture:
      return line.quadrature.integral { y in
        line.density(y) * meanAbsoluteDeviation(around: median(at: y), at: y)
      }
    case .categorical(let atoms):
      let sorted = atoms.sortedOnLine
      let thresholds = medianThresholds
      var sum = 0.0
      for (value, weight) in zip(sorted.values, sorted.weights) {
        var below = 0.0
        for (index, median) in sorted.values.enumerated() {
          let above =
            index < thresholds.count
            ? Double.normalCDF((thresholds[index] - value) / noiseLevel) : 1
          sum += weight * abs(value - median) * (above - below)
          below = above
        }
      }
      return sum
    }
  }

  /// For sorted atoms a_0 < a_1 < …: the y at which the median jumps from a_j to a_(j+1).
  ///
  /// P(X ≤ a_j | Y = y) falls with y; where it crosses ½ is found by bisection.
  package var medianThresholds: [Double] {
    guard case .categorical(let atoms) = law else { return [] }
    let sorted = atoms.sortedOnLine
    return sorted.values.indices.dropLast().map { index in
      // log of the ratio of the masses above and at or below the atom, as functions of y.
      let below = partial(sorted, 0..<(index + 1))
      let above = partial(sorted, (index + 1)..<sorted.values.count)
      guard let below else { return -.infinity }
      guard let above else { return .infinity }
      var low = -1.0
      var high = 1.0
      let spread = sorted.values[sorted.values.count - 1] - sorted.values[0]
      let scale = spread + noiseLevel
      let center = 0.5 * (sorted.values[index] + sorted.values[index + 1])
      while below.logDensity(center + low * scale) < above.logDensity(center + low * scale),
        low > -1e100
      { low *= 2 }
      while below.logDensity(center + high * scale) > above.logDensity(center + high * scale),
        high < 1e100
      { high *= 2 }
      var left = center + low * scale
      var right = center + high * scale
      for _ in 0..<200 {
        let middle = left + 0.5 * (right - left)
        guard middle > left && middle < right else { break }
        if below.logDensity(middle) >= above.logDensity(middle) {
          left = middle
        } else {
          right = middle
        }
      }
      return right
    }
  }

  /// Some of the atoms, smoothed, weights as they are; nil when none has weight.
  private func partial(
    _ sorted: (values: [Double], weights: [Double]), _ range: Range<Int>
  ) -> LineMixture? {
    guard range.contains(where: { sorted.weights[$0] > 0 }) else { return nil }
    return LineMixture(
      weights: Array(sorted.weights[range]), means: Array(sorted.values[range]),
      deviations: range.map { _ in noiseLevel })
  }
}
