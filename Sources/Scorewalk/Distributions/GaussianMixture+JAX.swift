extension GaussianMixture {
  /// Whether no two coordinates of a component depend on each other: every covariance is isotropic or
  /// diagonal.
  public var hasIndependentCoordinates: Bool {
    components.allSatisfy {
      if case .full = $0.covariance { false } else { true }
    }
  }

  /// Draws an exact number of rows from each component as a program in JAX does, in float32:
  /// `jax.random.normal(key, (count, dimension)) * std + mean`.
  ///
  /// The rows of component 0 come first, then those of component 1, and so on.
  ///
  /// - Parameters:
  ///   - counts: how many rows of each component, each at least 0, `[components]`.
  ///   - keys: the key of each component, `[components]`.
  /// - Returns: `[Σ counts, dimension]`, row after row.
  /// - Precondition: ``hasIndependentCoordinates``.
  public func sample(counts: [Int], keys: [JAXRandom]) -> [Float] {
    precondition(
      counts.count == components.count && keys.count == components.count
        && counts.allSatisfy { $0 >= 0 },
      "counts \(counts) and \(keys.count) keys for \(components.count) components")
    precondition(hasIndependentCoordinates, "a covariance is full")
    var rows: [Float] = []
    rows.reserveCapacity(counts.reduce(0, +) * dimension)
    for (index, component) in components.enumerated() {
      let deviations = component.mean.indices.map {
        Float(component.covariance[$0, $0].squareRoot())
      }
      let means = component.mean.map { Float($0) }
      let noise = keys[index].normals(count: counts[index] * dimension)
      for (place, value) in noise.enumerated() {
        let coordinate = place % dimension
        rows.append(value * deviations[coordinate] + means[coordinate])
      }
    }
    return rows
  }
}
