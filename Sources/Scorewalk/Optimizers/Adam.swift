/// Adam (Kingma and Ba, arXiv:1412.6980, Algorithm 1).
///
///     m ← (1 − β₁) g + β₁ m            v ← (1 − β₂) g² + β₂ v
///     u = (m / (1 − β₁ᵗ)) / (√(v / (1 − β₂ᵗ) + ε_root) + ε)
///     θ ← θ + (−η) u
///
/// with t = 1 for the first update. The constants and the order of operations are those of
/// `optax.adam`; the bias corrections are computed in double precision by repeated squaring.
public struct Adam: GradientRule, Hashable {
  /// The learning rate η.
  public var learningRate: LearningRate
  /// The moments' constants.
  public var moments: AdamMoments

  /// Makes the rule.
  public init(learningRate: LearningRate, moments: AdamMoments = AdamMoments()) {
    self.learningRate = learningRate
    self.moments = moments
  }

  /// `adam`.
  public static let kind = "adam"

  /// Adam with its defaults, and with all constants changed.
  public static var examples: [any Optimizer] {
    [
      Adam(learningRate: 1e-2),
      Adam(
        learningRate: 1e-2,
        moments: AdamMoments(firstDecay: 0.5, secondDecay: 0.9, epsilon: 1e-4, rootEpsilon: 1e-6)),
    ]
  }

  /// `first-moment` and `second-moment`.
  public var stateNames: [String] { AdamMoments.stateNames }

  /// Finds constants outside their ranges.
  public func validate() throws(RunError) {
    try learningRate.validate()
    try moments.validate(for: self)
  }

  /// One update; see the type.
  @_specialize(where Scalar == Float)
  @_specialize(where Scalar == Double)
  public func update<Scalar: Real>(
    parameters: UnsafeMutablePointer<Scalar>, gradient: UnsafePointer<Scalar>,
    state: [UnsafeMutablePointer<Scalar>], count: Int, update: Int, learningRate: Double
  ) -> Bool {
    moments.update(
      parameters: parameters, gradient: gradient, first: state[0], second: state[1], count: count,
      update: update, learningRate: learningRate, weightDecay: 0)
  }
}

/// Adam with decoupled weight decay (Loshchilov and Hutter, arXiv:1711.05101).
///
/// As ``Adam``, with u + λ θ in place of u; λ applies to every parameter, biases too, as in
/// `optax.adamw` without a mask.
public struct AdamW: GradientRule, Hashable {
  /// The learning rate η.
  public var learningRate: LearningRate
  /// The moments' constants.
  public var moments: AdamMoments
  /// λ ≥ 0.
  public var weightDecay: Double

  /// Makes the rule.
  public init(
    learningRate: LearningRate, moments: AdamMoments = AdamMoments(), weightDecay: Double = 1e-4
  ) {
    self.learningRate = learningRate
    self.moments = moments
    self.weightDecay = weightDecay
  }

  /// `adamw`.
  public static let kind = "adamw"

  /// AdamW with its defaults, and with a strong decay.
  public static var examples: [any Optimizer] {
    [AdamW(learningRate: 1e-2), AdamW(learningRate: 1e-2, weightDecay: 0.1)]
  }

  /// `first-moment` and `second-moment`.
  public var stateNames: [String] { AdamMoments.stateNames }

  /// Finds constants outside their ranges.
  public func validate() throws(RunError) {
    try learningRate.validate()
    try moments.validate(for: self)
    try require("weight_decay", weightDecay, atLeast: 0)
  }

  /// One update; see the type.
  @_specialize(where Scalar == Float)
  @_specialize(where Scalar == Double)
  public func update<Scalar: Real>(
    parameters: UnsafeMutablePointer<Scalar>, gradient: UnsafePointer<Scalar>,
    state: [UnsafeMutablePointer<Scalar>], count: Int, update: Int, learningRate: Double
  ) -> Bool {
    moments.update(
      parameters: parameters, gradient: gradient, first: state[0], second: state[1], count: count,
      update: update, learningRate: learningRate, weightDecay: weightDecay)
  }
}
