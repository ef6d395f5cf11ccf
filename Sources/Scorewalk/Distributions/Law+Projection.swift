extension Law {
  /// The law of ⟨X - o, u⟩ on the line, u = direction / |direction|.
  ///
  /// A component N(m, C) becomes N(⟨m - o, u⟩, uᵀ C u) with its weight; atoms become atoms, and those
  /// that fall together (within 1e-13 of their largest distance from o) are joined. Along a
  /// coordinate's axis from 0 it is ``marginal(_:)``.
  ///
  /// - Parameters:
  ///   - direction: not zero, of any length, `[dimension]`.
  ///   - origin: o, the point that goes to 0, `[dimension]`.
  /// - Complexity: O(components · dimension), times dimension for full covariances.
  public func projected(onto direction: [Double], from origin: [Double]) -> Law {
    let line = ProjectionLine(direction: direction, origin: origin)
    precondition(
      direction.count == dimension,
      "a direction of \(direction.count) coordinates, the law has \(dimension)")
    switch self {
    case .mixture(let mixture): return .mixture(line.image(of: mixture))
    case .categorical(let atoms): return .categorical(line.image(of: atoms))
    }
  }
}

/// The line on which points and laws are projected.
struct ProjectionLine {
  /// u, of length 1.
  let unit: [Double]
  /// The point that goes to 0.
  let origin: [Double]

  init(direction: [Double], origin: [Double]) {
    precondition(
      direction.count == origin.count,
      "a direction of \(direction.count) and an origin of \(origin.count) coordinates")
    var largest = 0.0
    for value in direction { largest = max(largest, abs(value)) }
    precondition(
      largest > 0 && direction.allSatisfy(\.isFinite), "\(direction) is no direction")
    // Scaled first, so that no square overflows or vanishes.
    let scaled = direction.map { $0 / largest }
    var square = 0.0
    for value in scaled { square += value * value }
    let length = square.squareRoot()
    unit = scaled.map { $0 / length }
    self.origin = origin
  }

  /// ⟨x - origin, u⟩ for the point whose coordinates begin at an index.
  @inline(__always)
  func place(_ values: [Double], from start: Int = 0) -> Double {
    var sum = 0.0
    for index in unit.indices { sum += (values[start + index] - origin[index]) * unit[index] }
    return sum
  }

  func image(of mixture: GaussianMixture) -> GaussianMixture {
    GaussianMixture(
      validated: zip(mixture.components, mixture.factors).map { component, factor in
        .init(
          weight: component.weight, mean: [place(component.mean)],
          covariance: .isotropic(variance(factor)))
      })
  }

  func image(of atoms: Categorical) -> Categorical {
    let places = atoms.values.map { place($0) }
    var farthest = 0.0
    for value in atoms.values {
      var square = 0.0
      for (one, other) in zip(value, origin) { square += (one - other) * (one - other) }
      farthest = max(farthest, square.squareRoot())
    }
    var values: [[Double]] = []
    var weights: [Double] = []
    for index in places.indices.sorted(by: { (places[$0], $0) < (places[$1], $1) }) {
      if let last = values.last, places[index] - last[0] <= 1e-13 * farthest {
        weights[weights.count - 1] += atoms.weights[index]
      } else {
        values.append([places[index]])
        weights.append(atoms.weights[index])
      }
    }
    return Categorical(validatedValues: values, weights: weights)
  }

  /// uᵀ C u, as a sum of squares |Lᵀ u|² for C = L Lᵀ.
  private func variance(_ factor: GaussianFactor) -> Double {
    var sum = 0.0
    switch factor.shape {
    case .isotropic(let variance, _): return variance
    case .diagonal(let variances, _):
      for (value, variance) in zip(unit, variances) { sum += value * value * variance }
    case .full(let lower, _):
      let count = unit.count
      for column in 0..<count {
        var product = 0.0
        for row in column..<count { product += lower[row * count + column] * unit[row] }
        sum += product * product
      }
    }
    return sum
  }
}
