/// The best possible denoiser of a known law: what X was, given Y = X + σ N.
///
/// Its mean minimises E|x̂(Y) - X|², its median (one dimension) E|x̂(Y) - X|.
///
/// Source: Robbins, "An empirical Bayes approach to statistics" (1956); Efron, "Tweedie's formula
/// and selection bias" (2011), doi:10.1198/jasa.2011.tm11181.
public struct BayesDenoiser: Sendable {
  /// The law of X.
  public let law: Law
  /// σ > 0, in units of the positions.
  public let noiseLevel: Double
  /// The law of Y.
  public let smoothed: GaussianMixture

  /// Prepares the denoiser of a law at a noise level σ > 0.
  public init(law: Law, noiseLevel: Double) {
    precondition(noiseLevel > 0 && noiseLevel.isFinite, "noise level \(noiseLevel) is not > 0")
    self.law = law
    self.noiseLevel = noiseLevel
    smoothed = law.smoothed(noiseLevel: noiseLevel)
  }

  /// The law of X given Y = y, by Bayes' formula.
  ///
  /// A mixture gives a mixture with weights r_k(y), means m_k + C_k (C_k + σ²I)⁻¹ (y - m_k) and
  /// covariances C_k - C_k (C_k + σ²I)⁻¹ C_k. Atoms give atoms with weights r_k(y).
  ///
  /// - Parameter y: `[dimension]`.
  public func posterior(at y: [Double]) -> Law {
    let weights = smoothed.responsibilities(y)
    switch law {
    case .categorical(let atoms):
      return .categorical(Categorical(validatedValues: atoms.values, weights: weights))
    case .mixture(let mixture):
      return .mixture(
        GaussianMixture(
          validated: mixture.components.indices.map {
            GaussianMixture.Component(
              weight: weights[$0], mean: componentMean($0, y: y),
              covariance: componentCovariance($0, mixture.components[$0].covariance))
          }))
    }
  }

  /// E[X | Y = y], `[dimension]`, by Bayes' formula; equal to Tweedie's y + σ² ∇ log p_σ(y).
  public func mean(at y: [Double]) -> [Double] {
    if y.count == 1 { return [mean(at: y[0])] }
    let weights = smoothed.responsibilities(y)
    var sum = [Double](repeating: 0, count: y.count)
    for (index, weight) in weights.enumerated() {
      let mean = componentMean(index, y: y)
      for coordinate in sum.indices { sum[coordinate] += weight * mean[coordinate] }
    }
    return sum
  }

  /// E[X | Y = y] in one dimension.
  public func mean(at y: Double) -> Double {
    let line = smoothed.onLine
    let largest = line.largestTerm(y)
    var total = 0.0
    var sum = 0.0
    for index in 0..<line.count {
      let weight = Double.exp(line.logTerm(index, y) - largest)
      total += weight
      sum += weight * (line.means[index] + gain(index) * (y - line.means[index]))
    }
    return sum / total
  }

  /// Cov[X | Y = y] = σ² I + σ⁴ ∇² log p_σ(y), `[dimension, dimension]`: Tweedie's second order.
  public func covariance(at y: [Double]) -> [[Double]] {
    let variance = noiseLevel * noiseLevel
    var matrix = smoothed.scoreJacobian(y)
    for row in matrix.indices {
      for column in matrix.indices { matrix[row][column] *= variance * variance }
      matrix[row][row] += variance
    }
    return matrix
  }

  /// The median of X given Y = y in one dimension, the minimiser of E[|x̂ - X| | Y = y].
  ///
  /// For a mixture it is the root of the posterior's distribution function minus ½; for atoms the
  /// first one, in ascending order, at which the cumulative posterior reaches ½.
  public func median(at y: Double) -> Double {
    switch posterior(at: [y]) {
    case .mixture(let posterior): return posterior.quantile(0.5)
    case .categorical(let posterior):
      let sorted = posterior.sortedOnLine
      var sum = 0.0
      for (value, weight) in zip(sorted.values, sorted.weights) {
        sum += weight
        if sum >= 0.5 { return value }
      }
      return sorted.values[sorted.values.count - 1]
    }
  }

  /// E[X | Y = y] for rows of a batch, as y + σ² s(y) (Tweedie); in float32 or float64.
  ///
  /// - Parameters:
  ///   - positions: feature-major, `[dimension, rows]`.
  ///   - rows: the rows to do.
  ///   - score: ``MixtureScore`` of ``smoothed``, prepared once.
  ///   - estimates: another matrix of the same shape.
  @_specialize(where S == Float)
  @_specialize(where S == Double)
  public func mean<S: Real>(
    positions: Matrix<S>, rows: Range<Int>, score: MixtureScore<S>, into estimates: Matrix<S>
  ) {
    score.score(positions: positions, rows: rows, into: estimates)
    let variance = S(noiseLevel * noiseLevel)
    for feature in 0..<positions.features {
      let position = positions.pointer + feature * positions.stride
      let estimate = estimates.pointer + feature * estimates.stride
      for row in rows { estimate[row] = position[row] + variance * estimate[row] }
    }
  }

  /// E|X - c| given Y = y in one dimension.
  package func meanAbsoluteDeviation(around center: Double, at y: Double) -> Double {
    switch posterior(at: [y]) {
    case .mixture(let posterior): return posterior.onLine.meanAbsoluteDeviation(around: center)
    case .categorical(let posterior):
      var sum = 0.0
      for (value, weight) in zip(posterior.values, posterior.weights) {
        sum += weight * abs(value[0] - center)
      }
      return sum
    }
  }

  /// C_k / (C_k + σ²) in one dimension; 0 for an atom.
  private func gain(_ index: Int) -> Double {
    guard case .mixture(let mixture) = law else { return 0 }
    let variance = mixture.components[index].covariance[0, 0]
    return variance / (variance + noiseLevel * noiseLevel)
  }

  /// m_k + C_k (C_k + σ²I)⁻¹ (y - m_k), `[dimension]`; the atom itself for atoms.
  private func componentMean(_ index: Int, y: [Double]) -> [Double] {
    switch law {
    case .categorical(let atoms): return atoms.values[index]
    case .mixture(let mixture):
      let component = mixture.components[index]
      // (C + σ²I)⁻¹ (y - m) is minus the smoothed component's gradient.
      let gradient = smoothed.factors[index].gradient(y)
      return component.mean.indices.map { row in
        var sum = component.mean[row]
        for column in gradient.indices {
          sum -= component.covariance[row, column] * gradient[column]
        }
        return sum
      }
    }
  }

  /// C_k - C_k (C_k + σ²I)⁻¹ C_k = σ² C_k (C_k + σ²I)⁻¹.
  private func componentCovariance(_ index: Int, _ covariance: Covariance) -> Covariance {
    let noise = noiseLevel * noiseLevel
    switch covariance {
    case .isotropic(let variance): return .isotropic(noise * variance / (variance + noise))
    case .diagonal(let variances): return .diagonal(variances.map { noise * $0 / ($0 + noise) })
    case .full(let rows):
      let factor = smoothed.factors[index]
      let product = rows.indices.map { row in
        rows.indices.map { column in
          var sum = 0.0
          for inner in rows.indices { sum += rows[row][inner] * factor.precision(inner, column) }
          return noise * sum
        }
      }
      return .full(
        rows.indices.map { row in
          rows.indices.map { 0.5 * (product[row][$0] + product[$0][row]) }
        })
    }
  }
}
