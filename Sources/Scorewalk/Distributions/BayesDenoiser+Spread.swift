extension BayesDenoiser {
  /// The largest variance that X has in any direction given any Y = y; nil where it is not known.
  ///
  /// | law | value |
  /// |---|---|
  /// | on the line, or with the means on one and one isotropic covariance | sup Var(X \| Y = y), found by search to about 1e-6 |
  /// | one Gaussian | exact |
  /// | atoms | D²/4, D the distance of the two that are farthest apart: a bound (Popoviciu 1935), reached by two atoms |
  /// | components of one covariance C | τ² λ/(λ + τ²) + D²/4 (τ²/(λ' + τ²))² with the largest and the least eigenvalue λ, λ' of C, τ the noise level, D of the means: a bound |
  ///
  /// The law of Y = X + τ N is log-concave exactly where this is at most τ² for every direction: its log density has the
  /// Hessian −I/τ² + Cov(X | Y = y)/τ⁴.
  ///
  /// Of more than 24 components on a line there is the bound, or nothing.
  ///
  /// - Complexity: O(components³) by search, O(components²) elsewhere.
  public var largestPosteriorVariance: (value: Double, isBound: Bool)? {
    let noise = noiseLevel * noiseLevel
    let isSearched = law.componentCount <= 24
    if law.dimension == 1, isSearched { return (largestVarianceOnLine, false) }
    switch law {
    case .categorical(let atoms):
      let points = atoms.values.indices.filter { atoms.weights[$0] > 0 }.map { atoms.values[$0] }
      return (Self.largestVariance(of: points), points.count > 2)
    case .mixture(let mixture):
      let parts = mixture.components.filter { $0.weight > 0 }
      guard let first = parts.first else { return nil }
      func within(_ variance: Double) -> Double { noise * variance / (variance + noise) }
      let variances = first.covariance.principalVariances
      guard let least = variances.min(), let most = variances.max() else { return nil }
      if parts.count == 1 { return (within(most), false) }
      if isSearched, let frame = mixture.lineFrame {
        let along = BayesDenoiser(law: .mixture(frame.law), noiseLevel: noiseLevel)
        return (max(along.largestVarianceOnLine, within(frame.variance)), false)
      }
      guard parts.allSatisfy({ $0.covariance == first.covariance }) else { return nil }
      let shrinkage = noise / (least + noise)
      let between = Self.largestVariance(of: parts.map(\.mean))
      return (within(most) + shrinkage * shrinkage * between, true)
    }
  }

  /// What no law on some points exceeds in any direction: a quarter of the square of how far they reach in it.
  private static func largestVariance(of points: [[Double]]) -> Double {
    var most = 0.0
    for (index, point) in points.enumerated() {
      for other in points[..<index] {
        let square = zip(point, other).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
        most = max(most, square)
      }
    }
    return 0.25 * most
  }

  /// The search: around every mean and wherever two components are equally likely, then by golden sections.
  private var largestVarianceOnLine: Double {
    let line = smoothed.onLine
    let noise = noiseLevel * noiseLevel
    func variance(_ y: Double) -> Double {
      max(0, noise * (1 + noise * line.scoreAndSlope(y).slope))
    }
    let used = line.weights.indices.filter { line.weights[$0] > 0 }
    var places: [Double] = []
    for component in used {
      for step in -96...96 {
        places.append(line.means[component] + Double(step) * line.deviations[component] / 16)
      }
      for other in used where other > component {
        for place in line.equallyLikely(component, other) {
          // Where one gives way to the other may be much narrower than either.
          let gap = max(abs(line.means[component] - line.means[other]), .leastNormalMagnitude)
          let width = line.deviations[component] * line.deviations[other] / gap
          for step in -8...8 { places.append(place + 0.25 * Double(step) * width) }
        }
      }
    }
    places = places.filter(\.isFinite).sorted()
    guard let best = places.indices.max(by: { variance(places[$0]) < variance(places[$1]) })
    else { return 0 }
    var low = places[max(best - 1, 0)]
    var high = places[min(best + 1, places.count - 1)]
    let section = 0.381_966_011_250_105_2
    for _ in 0..<60 {
      let (left, right) = (low + section * (high - low), high - section * (high - low))
      if variance(left) < variance(right) { low = left } else { high = right }
    }
    return max(variance(places[best]), variance(0.5 * (low + high)))
  }
}

extension LineMixture {
  /// Where two components have one density, with their weights: none, one or two places.
  fileprivate func equallyLikely(_ one: Int, _ other: Int) -> [Double] {
    // log terms are a x² + b x + c.
    func coefficients(_ index: Int) -> (a: Double, b: Double, c: Double) {
      let (m, precision) = (means[index], 1 / (deviations[index] * deviations[index]))
      return (-0.5 * precision, precision * m, logCoefficients[index] - 0.5 * precision * m * m)
    }
    let (p, q) = (coefficients(one), coefficients(other))
    let (a, b, c) = (p.a - q.a, p.b - q.b, p.c - q.c)
    if a == 0 { return b == 0 ? [] : [-c / b] }
    let discriminant = b * b - 4 * a * c
    guard discriminant >= 0 else { return [] }
    let sum = -0.5 * (b + (b < 0 ? -1 : 1) * discriminant.squareRoot())
    return [sum / a, c / sum]
  }
}
