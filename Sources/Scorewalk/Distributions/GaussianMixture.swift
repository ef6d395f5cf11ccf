/// A mixture of Gaussians in any dimension.
///
/// p(x) = Σ w_k N(x; m_k, C_k), with Σ w_k = 1.
///
/// It knows its density, score, moments, marginals and samples in closed form, and so does every
/// smoothed version of it (``smoothed(noiseLevel:)``).
public struct GaussianMixture: Sendable, Hashable {
  /// One Gaussian of the mixture.
  public struct Component: Sendable, Hashable {
    /// Relative weight, ≥ 0; inside a mixture the weights sum to 1.
    public var weight: Double
    /// m, `[dimension]`.
    public var mean: [Double]
    /// C, in squared units of the mean.
    public var covariance: Covariance

    /// Creates a component; ``GaussianMixture/init(components:)`` checks it.
    public init(weight: Double = 1, mean: [Double], covariance: Covariance) {
      self.weight = weight
      self.mean = mean
      self.covariance = covariance
    }

    /// Creates a component with C = standardDeviation² · I.
    public init(weight: Double = 1, mean: [Double], standardDeviation: Double) {
      self.init(
        weight: weight, mean: mean,
        covariance: .isotropic(standardDeviation * standardDeviation))
    }
  }

  /// The components, in the order given, with weights that sum to 1.
  public let components: [Component]
  package let factors: [GaussianFactor]
  package let line: LineMixture?

  /// Creates a mixture from components with relative weights.
  ///
  /// - Throws: ``DistributionError`` for no components, weights that are negative, not finite or all
  ///   zero, dimensions that differ, entries that are not finite, and covariances that are not
  ///   symmetric or not positive definite; it names the component. Not for deviations that are too
  ///   small beside the means: ``resolutionMistake`` finds those.
  /// - Complexity: O(components · dimension³) for full covariances, else O(components · dimension).
  public init(components: [Component]) throws(DistributionError) {
    guard let first = components.first else {
      throw DistributionError(code: .empty, message: "a mixture needs at least one component")
    }
    let dimension = first.mean.count
    for (index, component) in components.enumerated() {
      if component.mean.isEmpty || component.mean.count != dimension {
        throw DistributionError(
          code: .dimensionMismatch, component: index,
          message: component.mean.isEmpty
            ? "its mean is empty"
            : "its mean has dimension \(component.mean.count), the first has \(dimension)")
      }
      if let wrong = component.mean.first(where: { !$0.isFinite }) {
        throw DistributionError(
          code: .notFinite, component: index, message: "its mean holds \(wrong)")
      }
      if let mistake = component.covariance.mistake(dimension: dimension) {
        throw DistributionError(code: mistake.code, component: index, message: mistake.message)
      }
    }
    let weights = try Self.normalized(weights: components.map(\.weight))
    self.init(
      validated: components.indices.map { index in
        var component = components[index]
        component.weight = weights[index]
        return component
      })
  }

  /// The least standard deviation of a coordinate, in units of the largest mean of any component there.
  ///
  /// Around m, positions in double precision are 2⁻⁵³ |m| apart. A deviation of 10⁻¹² |m| has some ten thousand of
  /// them; one of 10⁻¹⁶ |m| has none but m itself, so that a mode is not found and its mass falls to its neighbour.
  public static let finestDeviation = 1e-12

  /// What is wrong with the first deviation that is below ``finestDeviation``; nil where none is.
  ///
  /// Density, moments and distances are right beyond it; modes, masses and truths that look for a component by its
  /// positions are not.
  ///
  /// - Complexity: O(components · dimension).
  public var resolutionMistake: DistributionError? {
    for coordinate in 0..<dimension {
      let scale = components.map { abs($0.mean[coordinate]) }.max() ?? 0
      let least = Self.finestDeviation * scale
      for (index, component) in components.enumerated() {
        let deviation = component.covariance[coordinate, coordinate].squareRoot()
        guard deviation < least else { continue }
        return DistributionError(
          code: .notResolved, component: index,
          message:
            "a standard deviation of \(deviation) beside a mean of \(scale) is below the resolution of "
            + "double precision; \(least) is the least")
      }
    }
    return nil
  }

  /// Creates a mixture from components that are known to be right; weights must sum to 1.
  init(validated components: [Component]) {
    self.components = components
    factors = components.map {
      GaussianFactor(weight: $0.weight, mean: $0.mean, covariance: $0.covariance)
    }
    line =
      components[0].mean.count == 1
      ? LineMixture(
        weights: components.map(\.weight), means: components.map { $0.mean[0] },
        deviations: components.map { $0.covariance[0, 0].squareRoot() })
      : nil
  }

  /// Relative weights made to sum to 1.
  static func normalized(weights: [Double]) throws(DistributionError) -> [Double] {
    var total = 0.0
    for (index, weight) in weights.enumerated() {
      guard weight >= 0, weight.isFinite else {
        throw DistributionError(
          code: .invalidWeight, component: index,
          message: "its weight is \(weight), not a finite number at or above 0")
      }
      total += weight
    }
    guard total > 0, total.isFinite else {
      throw DistributionError(
        code: .invalidWeight, message: "the weights add up to \(total), not to a positive number")
    }
    return weights.map { $0 / total }
  }

  /// The dimension d of the space.
  public var dimension: Int { components[0].mean.count }

  /// Equal components in equal order.
  public static func == (left: Self, right: Self) -> Bool { left.components == right.components }

  /// Hashes the components.
  public func hash(into hasher: inout Hasher) { hasher.combine(components) }

  /// The law of Y = X + σ N: the same weights and means, C_k + σ² I.
  ///
  /// - Parameter noiseLevel: σ ≥ 0, in units of the positions.
  public func smoothed(noiseLevel: Double) -> GaussianMixture {
    precondition(noiseLevel >= 0 && noiseLevel.isFinite, "noise level \(noiseLevel) is not ≥ 0")
    let variance = noiseLevel * noiseLevel
    return GaussianMixture(
      validated: components.map {
        Component(
          weight: $0.weight, mean: $0.mean, covariance: $0.covariance.adding(variance: variance))
      })
  }

  /// The law of one coordinate: a mixture on the line with the same weights.
  public func marginal(_ coordinate: Int) -> GaussianMixture {
    precondition(coordinate >= 0 && coordinate < dimension, "no coordinate \(coordinate)")
    return GaussianMixture(
      validated: components.map {
        Component(
          weight: $0.weight, mean: [$0.mean[coordinate]],
          covariance: .isotropic($0.covariance[coordinate, coordinate]))
      })
  }

  /// E X = Σ w_k m_k, `[dimension]`.
  public var mean: [Double] {
    var sum = [Double](repeating: 0, count: dimension)
    for component in components {
      for index in sum.indices { sum[index] += component.weight * component.mean[index] }
    }
    return sum
  }

  /// Cov X = Σ w_k (C_k + (m_k - E X)(m_k - E X)ᵀ), `[dimension, dimension]`.
  public var covariance: [[Double]] {
    let center = mean
    return center.indices.map { row in
      center.indices.map { column in
        var sum = 0.0
        for component in components {
          sum +=
            component.weight
            * (component.covariance[row, column]
              + (component.mean[row] - center[row]) * (component.mean[column] - center[column]))
        }
        return sum
      }
    }
  }
}
