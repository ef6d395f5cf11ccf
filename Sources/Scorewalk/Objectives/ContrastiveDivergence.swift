/// Contrastive divergence with short Langevin chains (Hinton 2002, doi:10.1162/089976602760128018;
/// Nijkamp et al., arXiv:1904.09770), which may be persistent (Tieleman 2008,
/// doi:10.1145/1390156.1390290).
///
///     loss = mean over the batch of E(x⁺) − mean over kept states and chains of E(x⁻)
///            + α (mean of E(x⁺)² + mean of E(x⁻)²)
///
/// The negatives x⁻ are states of unadjusted Langevin chains on the current energy,
/// x ← x − δ ∇E(x) + √(2δ) ξ, begun anew at every training step, or going on from a buffer of
/// earlier ends; the gradient goes through the parameters of E only, not through the chains. The
/// loss is no likelihood and may fall without end. The regularization α fixes the energy's additive
/// constant, which is else free, and keeps energies small (Du and Mordatch 2019, arXiv:1903.08689).
///
/// Noise: chain c starts from elements (c, coordinate) of the stream's `negativesInitial` at the
/// training step; its Langevin step k (from 1) uses elements (c, (k − 1) · dimension + coordinate) of
/// `negativesNoise`. A buffer's choices are those of `replay`: see ``Persistence``.
public struct ContrastiveDivergence: Objective, Hashable {
  /// Chains that go on where earlier ones ended, so that few steps at a time make long chains.
  ///
  /// A buffer holds states; at first they are draws of the chains' initial law. At every training
  /// step each chain takes a place of its own in it, at random; it starts from the state there, or,
  /// with a small probability, anew. The state after its last step goes back to its place. With as
  /// many places as chains and no fresh starts that is persistent contrastive divergence as Tieleman
  /// has it; with many places it is the replay buffer of Du and Mordatch.
  ///
  /// The buffer belongs to the state of a training: it is saved and restored with it.
  public struct Persistence: Sendable, Hashable {
    /// How many places the buffer has; at least as many as there are chains.
    public var buffer: Int
    /// The probability with which a chain starts anew, from 0 to 1; 1 is as without a buffer.
    public var fresh: Double

    /// Makes a buffer; unless said, one start in twenty is fresh.
    public init(buffer: Int, fresh: Double = 0.05) {
      self.buffer = buffer
      self.fresh = fresh
    }
  }

  /// The chains that give the negatives.
  public struct Negatives: Sendable, Hashable {
    /// How many chains; at least 1.
    public var chains: Int
    /// Where they start; not ``InitialPositions/samples(_:)``.
    public var initial: InitialPositions
    /// δ > 0.
    public var stepSize: Double
    /// How many Langevin steps; at least 0.
    public var steps: Int
    /// Which of their states are negatives.
    public var keep: KeepRule
    /// Whether they go on from earlier ends; nil for chains that begin anew.
    public var persistent: Persistence?

    /// Makes chains; unless said, one from N(0, 1) of which every state but the first counts.
    public init(
      chains: Int = 1, initial: InitialPositions = .normal(), stepSize: Double, steps: Int,
      keep: KeepRule = .default, persistent: Persistence? = nil
    ) {
      self.chains = chains
      self.initial = initial
      self.stepSize = stepSize
      self.steps = steps
      self.keep = keep
      self.persistent = persistent
    }
  }

  /// The chains that give the negatives.
  public var negatives: Negatives
  /// α ≥ 0, the weight of the squared energies.
  public var regularization: Double

  /// Makes the objective; unless said, without regularization.
  public init(negatives: Negatives, regularization: Double = 0) {
    self.negatives = negatives
    self.regularization = regularization
  }

  /// `contrastive-divergence`.
  public static let kind = "contrastive-divergence"

  /// One chain with thinned states; several chains of which the last state counts; each start;
  /// buffers with and without fresh starts, and regularization.
  public static var examples: [(objective: any Objective, outputs: [NetworkOutput])] {
    let anew = [
      Negatives(stepSize: 0.1, steps: 10, keep: KeepRule(from: 2, every: 2)),
      Negatives(chains: 3, initial: .zeros, stepSize: 0.05, steps: 4, keep: .last),
      Negatives(
        chains: 2, initial: .uniform(from: [-2], to: [2]), stepSize: 0.05, steps: 3,
        keep: KeepRule(from: 0, to: -2)),
      Negatives(
        chains: 9, initial: .normal(standardDeviation: 2), stepSize: 0.05, steps: 2),
    ]
    let persistent = [
      Negatives(
        chains: 3, stepSize: 0.05, steps: 4, keep: KeepRule(from: 0, to: -2),
        persistent: Persistence(buffer: 7, fresh: 0.3)),
      Negatives(
        chains: 4, stepSize: 0.05, steps: 2, keep: .last,
        persistent: Persistence(buffer: 4, fresh: 0)),
    ]
    return anew.map { (ContrastiveDivergence(negatives: $0), [.energy]) }
      + persistent.map { (ContrastiveDivergence(negatives: $0, regularization: 0.01), [.energy]) }
  }

  /// Finds a network that is no energy, and chains that have no meaning.
  public func validate(for network: Network) throws(RunError) {
    guard network.output == .energy else {
      throw .invalid(
        "\(Self.kind) needs an energy, the network's output is \(network.output.rawValue)",
        hint: "set the model's output to energy")
    }
    guard negatives.chains >= 1 else {
      throw .invalid("\(Self.kind): negatives.chains must be at least 1, is \(negatives.chains)")
    }
    guard negatives.stepSize.isFinite, negatives.stepSize > 0 else {
      throw .invalid(
        "\(Self.kind): negatives.step_size must be above 0, is \(negatives.stepSize)")
    }
    try negatives.initial.validate(dimension: network.dimension)
    if case .samples = negatives.initial {
      throw .invalid("\(Self.kind): negatives.initial cannot be samples")
    }
    _ = try negatives.keep.states(steps: negatives.steps)
    guard regularization.isFinite, regularization >= 0 else {
      throw .invalid("\(Self.kind): regularization must be at least 0, is \(regularization)")
    }
    if let persistent = negatives.persistent { try validate(persistent) }
  }

  private func validate(_ persistent: Persistence) throws(RunError) {
    guard persistent.buffer >= negatives.chains else {
      throw .invalid(
        "\(Self.kind): a buffer of \(persistent.buffer) places for \(negatives.chains) chains",
        hint: "each chain needs a place of its own: let persistent.buffer be at least "
          + "\(negatives.chains)")
    }
    guard persistent.buffer <= Int(UInt32.max) else {
      throw .invalid("\(Self.kind): a buffer of \(persistent.buffer) places is too large")
    }
    guard persistent.fresh >= 0, persistent.fresh <= 1 else {
      throw .invalid(
        "\(Self.kind): persistent.fresh must be from 0 to 1, is \(persistent.fresh)")
    }
  }

  /// True: its chains follow the energy's gradient.
  public func differentiatesByInput(output: NetworkOutput) -> Bool { true }

  /// False: the negatives move with the parameters, and the gradient does not go through them.
  public var hasComparableLosses: Bool { false }

  /// Makes what computes the loss and its gradient.
  public func makeEvaluator<Scalar: Real>(
    network: Network, batchSize: Int, stream: RandomStream, pool: WorkerPool
  ) -> any ObjectiveEvaluator<Scalar> {
    ContrastiveDivergenceEvaluator<Scalar>(
      objective: self, network: network, batchSize: batchSize, stream: stream, pool: pool)
  }
}
