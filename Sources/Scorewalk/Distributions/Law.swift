/// A distribution that is known in closed form: it can be data, target and truth.
public enum Law: Sendable, Hashable {
  /// A mixture of Gaussians: it has a density and a score.
  case mixture(GaussianMixture)
  /// Finitely many atoms: no density until it is smoothed.
  case categorical(Categorical)

  /// The dimension d of the space.
  public var dimension: Int {
    switch self {
    case .mixture(let mixture): mixture.dimension
    case .categorical(let atoms): atoms.dimension
    }
  }

  /// Whether the law has a density with respect to Lebesgue measure, and so a score.
  public var hasDensity: Bool { mixture != nil }

  /// The mixture, where the law has a density.
  public var mixture: GaussianMixture? {
    if case .mixture(let mixture) = self { mixture } else { nil }
  }

  /// The number of components or atoms.
  public var componentCount: Int { weights.count }

  /// The weights of the components or atoms, summing to 1.
  public var weights: [Double] {
    switch self {
    case .mixture(let mixture): mixture.components.map(\.weight)
    case .categorical(let atoms): atoms.weights
    }
  }

  /// E X, `[dimension]`.
  public var mean: [Double] {
    switch self {
    case .mixture(let mixture): mixture.mean
    case .categorical(let atoms): atoms.mean
    }
  }

  /// Cov X, `[dimension, dimension]`.
  public var covariance: [[Double]] {
    switch self {
    case .mixture(let mixture): mixture.covariance
    case .categorical(let atoms): atoms.covariance
    }
  }

  /// The law of Y = X + σ N with standard normal N.
  ///
  /// - Parameter noiseLevel: σ ≥ 0; above 0 for atoms.
  public func smoothed(noiseLevel: Double) -> GaussianMixture {
    switch self {
    case .mixture(let mixture): mixture.smoothed(noiseLevel: noiseLevel)
    case .categorical(let atoms): atoms.smoothed(noiseLevel: noiseLevel)
    }
  }

  /// The law of one coordinate.
  public func marginal(_ coordinate: Int) -> Law {
    switch self {
    case .mixture(let mixture): .mixture(mixture.marginal(coordinate))
    case .categorical(let atoms): .categorical(atoms.marginal(coordinate))
    }
  }
}
