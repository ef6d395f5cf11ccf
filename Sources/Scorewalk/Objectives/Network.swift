/// What the output of a network means.
public enum NetworkOutput: String, Sendable, Hashable, CaseIterable {
  /// One number E(y) with a free additive constant; the score is −∇E(y).
  case energy
  /// The score itself, s(y) ≈ ∇ log p(y), as many numbers as the input has.
  case score
  /// The clean value x̂(y), as many numbers as the input has; the score is (x̂(y) − y)/σ².
  case denoiser
  /// The unit noise n̂(y) in y = x + σ n, as many numbers as the input has; the score is −n̂(y)/σ and
  /// the clean value y − σ n̂(y).
  case noise

  /// Whether its score depends on σ, the noise level at which the network learned.
  public var needsNoiseLevel: Bool {
    switch self {
    case .energy, .score: false
    case .denoiser, .noise: true
    }
  }

  /// Whether a log density follows from the output, up to a constant.
  public var hasDensity: Bool {
    switch self {
    case .energy: true
    case .score, .denoiser, .noise: false
    }
  }
}

/// A perceptron together with what its output means.
public struct Network: Sendable, Hashable {
  /// The perceptron, `dimension -> hidden… -> 1` for an energy, `… -> dimension` otherwise; where it takes
  /// the noise level, `dimension + features -> …`.
  public let mlp: MLP
  /// What its output means.
  public let output: NetworkOutput
  /// How many coordinates a point has.
  public let dimension: Int
  /// How it takes the noise level; nil for a network of one level, or of none.
  public let conditioning: NoiseConditioning?

  /// Makes a network for points of a given dimension.
  ///
  /// - Parameters:
  ///   - dimension: how many coordinates a point has; at least 1.
  ///   - hidden: the widths of the hidden layers.
  ///   - activation: what follows each hidden layer.
  ///   - isResidual: whether hidden layers after the first add their inputs; then all are of one width.
  ///   - output: what the last layer's numbers mean.
  ///   - conditioning: how the network takes the noise level, if it does.
  public init(
    dimension: Int, hidden: [Int], activation: Activation, isResidual: Bool = false,
    output: NetworkOutput, conditioning: NoiseConditioning? = nil
  ) {
    let first = dimension + (conditioning?.featureCount ?? 0)
    let last = output == .energy ? 1 : dimension
    self.mlp = MLP(
      widths: [first] + hidden + [last], activation: activation, isResidual: isResidual)
    self.output = output
    self.dimension = dimension
    self.conditioning = conditioning
  }

  /// Whether its score depends on σ, so that σ must be said.
  public var needsNoiseLevel: Bool { conditioning != nil || output.needsNoiseLevel }

  /// How many numbers the last layer gives: 1 for an energy, else the dimension.
  public var outputCount: Int { output == .energy ? 1 : dimension }
}
