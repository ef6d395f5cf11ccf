/// A law on finitely many points ("atoms") in any dimension.
///
/// P(X = x_k) = w_k. It has no density; smoothed by noise it is a ``GaussianMixture``.
public struct Categorical: Sendable, Hashable {
  /// The atoms x_k, `[atoms, dimension]`.
  public let values: [[Double]]
  /// w_k ≥ 0, summing to 1, `[atoms]`.
  public let weights: [Double]

  /// Creates the law from atoms with relative weights.
  ///
  /// - Parameters:
  ///   - values: `[atoms, dimension]`.
  ///   - weights: relative, `[atoms]`; nil means equal.
  /// - Throws: ``DistributionError`` naming the atom.
  public init(values: [[Double]], weights: [Double]? = nil) throws(DistributionError) {
    guard let first = values.first else {
      throw DistributionError(code: .empty, message: "a categorical law needs at least one value")
    }
    for (index, value) in values.enumerated() {
      if value.isEmpty || value.count != first.count {
        throw DistributionError(
          code: .dimensionMismatch, component: index,
          message: value.isEmpty
            ? "it is empty" : "it has dimension \(value.count), the first has \(first.count)")
      }
      if let wrong = value.first(where: { !$0.isFinite }) {
        throw DistributionError(code: .notFinite, component: index, message: "it holds \(wrong)")
      }
    }
    if let weights, weights.count != values.count {
      throw DistributionError(
        code: .dimensionMismatch, message: "\(weights.count) weights for \(values.count) values")
    }
    self.values = values
    self.weights = try GaussianMixture.normalized(
      weights: weights ?? [Double](repeating: 1, count: values.count))
  }

  /// Creates the law from atoms and weights that are known to be right.
  init(validatedValues values: [[Double]], weights: [Double]) {
    self.values = values
    self.weights = weights
  }

  /// The dimension d of the space.
  public var dimension: Int { values[0].count }

  /// E X = Σ w_k x_k, `[dimension]`.
  public var mean: [Double] {
    var sum = [Double](repeating: 0, count: dimension)
    for (value, weight) in zip(values, weights) {
      for index in sum.indices { sum[index] += weight * value[index] }
    }
    return sum
  }

  /// Cov X = Σ w_k (x_k - E X)(x_k - E X)ᵀ, `[dimension, dimension]`.
  public var covariance: [[Double]] {
    let center = mean
    return center.indices.map { row in
      center.indices.map { column in
        var sum = 0.0
        for (value, weight) in zip(values, weights) {
          sum += weight * (value[row] - center[row]) * (value[column] - center[column])
        }
        return sum
      }
    }
  }

  /// The law of Y = X + σ N: N(x_k, σ² I) with the atoms' weights.
  ///
  /// - Parameter noiseLevel: σ > 0.
  public func smoothed(noiseLevel: Double) -> GaussianMixture {
    precondition(noiseLevel > 0 && noiseLevel.isFinite, "noise level \(noiseLevel) is not > 0")
    return GaussianMixture(
      validated: zip(values, weights).map {
        GaussianMixture.Component(weight: $1, mean: $0, standardDeviation: noiseLevel)
      })
  }

  /// The law of one coordinate.
  public func marginal(_ coordinate: Int) -> Categorical {
    precondition(coordinate >= 0 && coordinate < dimension, "no coordinate \(coordinate)")
    return Categorical(validatedValues: values.map { [$0[coordinate]] }, weights: weights)
  }

  /// The atom nearest to x in Euclidean distance; the first of equals.
  public func nearest(to x: [Double]) -> Int {
    var best = 0
    var least = Double.infinity
    for (index, value) in values.enumerated() {
      var square = 0.0
      for coordinate in value.indices {
        square += (x[coordinate] - value[coordinate]) * (x[coordinate] - value[coordinate])
      }
      if square < least {
        least = square
        best = index
      }
    }
    return best
  }

  /// Atoms on the line in ascending order, equal ones joined: values and weights, `[atoms]`.
  package var sortedOnLine: (values: [Double], weights: [Double]) {
    precondition(dimension == 1, "this needs a law of dimension 1, not \(dimension)")
    var sorted: (values: [Double], weights: [Double]) = ([], [])
    let order = values.indices.sorted { (values[$0][0], $0) < (values[$1][0], $1) }
    for index in order {
      if sorted.values.last == values[index][0] {
        sorted.weights[sorted.weights.count - 1] += weights[index]
      } else {
        sorted.values.append(values[index][0])
        sorted.weights.append(weights[index])
      }
    }
    return sorted
  }
}
