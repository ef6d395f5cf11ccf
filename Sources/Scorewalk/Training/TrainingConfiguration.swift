/// Everything that decides what a training computes, but for its length: a longer training begins
/// with the steps of a shorter one.
public struct TrainingConfiguration: Sendable {
  /// The network that is trained.
  public var network: Network
  /// What is minimised.
  public var objective: any Objective
  /// How.
  public var optimizer: any Optimizer
  /// On what.
  public var batches: Batches
  /// The source of batches and noise.
  public var stream: RandomStream
  /// The precision of parameters, gradients and losses of single rows.
  public var precision: Precision
  /// A bound on the gradient, if any.
  public var clipping: GradientClipping?
  /// An average of the parameters that is kept beside them, if any.
  public var average: ExponentialMovingAverage?

  /// Makes a configuration; ``validate()`` says whether it has a meaning.
  public init(
    network: Network, objective: any Objective, optimizer: any Optimizer, batches: Batches,
    stream: RandomStream, precision: Precision, clipping: GradientClipping? = nil,
    average: ExponentialMovingAverage? = nil
  ) {
    self.network = network
    self.objective = objective
    self.optimizer = optimizer
    self.batches = batches
    self.stream = stream
    self.precision = precision
    self.clipping = clipping
    self.average = average
  }

  /// Finds what has no meaning.
  ///
  /// - Throws: ``RunError`` `.invalidConfiguration`, the first of what it finds.
  public func validate() throws(RunError) {
    try batches.validate()
    guard batches.dimension == network.dimension else {
      throw .invalid(
        "the data have \(batches.dimension) coordinates, the network takes \(network.dimension)")
    }
    guard network.conditioning == nil || objective.ladder != nil else {
      throw .invalid(
        "the network takes the noise level, and \(type(of: objective).kind) here has one or none",
        hint: "use denoising-score-matching at several noise levels")
    }
    try objective.validate(for: network)
    try optimizer.validate()
    if optimizer.comparesLosses && !objective.hasComparableLosses {
      throw .invalid(
        "\(type(of: optimizer).kind) compares losses at different parameters, and the loss of "
          + "\(type(of: objective).kind) is no function of the parameters",
        hint: "use a rule without a line search, such as adam")
    }
    try clipping?.validate()
    try average?.validate()
  }
}

/// What one training step was like.
public struct StepRecord: Sendable, Hashable {
  /// The number of the step, from 1.
  public let step: Int
  /// The loss at the parameters before the update; with ``GradientDescent``'s acceleration, at the point
  /// extrapolated from them, where the gradient is taken.
  public let loss: Double
  /// The loss at the parameters after the update, on the same rows with the same noise, where the rule comes to know it
  /// on its way: with ``GradientDescent``'s line search, unless that was given up.
  public let lossAfter: Double?
  /// ‖g‖ before clipping; nil where neither the clipping nor the caller of the step wanted it.
  public let gradientNorm: Double?
  /// η of the update.
  public let learningRate: Double
  /// The step size of the update, for a rule that chooses it or has none other.
  public let stepSize: Double?
  /// How often a line search made the step size smaller; nil without one.
  public let halvings: Int?

  /// Makes a record.
  public init(
    step: Int, loss: Double, lossAfter: Double? = nil, gradientNorm: Double?, learningRate: Double,
    stepSize: Double? = nil, halvings: Int? = nil
  ) {
    self.step = step
    self.loss = loss
    self.lossAfter = lossAfter
    self.gradientNorm = gradientNorm
    self.learningRate = learningRate
    self.stepSize = stepSize
    self.halvings = halvings
  }
}

/// All that a training needs to go on, and nothing else.
public struct TrainingState: Sendable, Hashable {
  /// How many updates were made.
  public var step: Int
  /// θ, in layer order.
  public var parameters: [NamedTensor]
  /// What the optimizer remembers: of an array one group of tensors, `first-moment/dense-0.kernel`, and of
  /// a number one tensor of shape `[]`.
  public var optimizer: [NamedTensor]
  /// The average as it is accumulated; empty without one.
  public var ema: [NamedTensor]
  /// The objective's state; empty for most.
  public var objective: [NamedTensor]

  /// Makes a state.
  public init(
    step: Int, parameters: [NamedTensor], optimizer: [NamedTensor], ema: [NamedTensor],
    objective: [NamedTensor]
  ) {
    self.step = step
    self.parameters = parameters
    self.optimizer = optimizer
    self.ema = ema
    self.objective = objective
  }

  /// Whether both hold the same bits; unlike `==`, NaN equals itself and 0 differs from -0.
  public func hasSameBits(as other: TrainingState) -> Bool {
    func agree(_ one: [NamedTensor], _ two: [NamedTensor]) -> Bool {
      one.elementsEqual(two) { $0.hasSameBits(as: $1) }
    }
    return step == other.step && agree(parameters, other.parameters)
      && agree(optimizer, other.optimizer) && agree(ema, other.ema)
      && agree(objective, other.objective)
  }
}
