/// Contrastive divergence with short Langevin chains (Hinton 2002, doi:10.1162/089976602760128018;
/// Nijkamp et al., arXiv:1904.09770).
///
///     loss = mean over the batch of E(x⁺) − mean over kept states and chains of E(x⁻)
///
/// The negatives x⁻ are states of unadjusted Langevin chains on the current energy,
/// x ← x − δ ∇E(x) + √(2δ) ξ, begun anew at every training step; the gradient goes through the
/// parameters of E only, not through the chains. The loss is no likelihood and may fall without end.
///
/// Noise: chain c starts from elements (c, coordinate) of the stream's `negativesInitial` at the
/// training step; its Langevin step k (from 1) uses elements (c, (k − 1) · dimension + coordinate) of
/// `negativesNoise`.
public struct ContrastiveDivergence: Objective, Hashable {
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

    /// Makes chains; unless said, one from N(0, 1) of which every state but the first counts.
    public init(
      chains: Int = 1, initial: InitialPositions = .normal(), stepSize: Double, steps: Int,
      keep: KeepRule = .default
    ) {
      self.chains = chains
      self.initial = initial
      self.stepSize = stepSize
      self.steps = steps
      self.keep = keep
    }
  }

  /// The chains that give the negatives.
  public var negatives: Negatives

  /// Makes the objective.
  public init(negatives: Negatives) { self.negatives = negatives }

  /// `contrastive-divergence`.
  public static let kind = "contrastive-divergence"

  /// One chain with thinned states; several chains of which the last state counts; each start.
  public static var examples: [(objective: any Objective, outputs: [NetworkOutput])] {
    [
      Negatives(stepSize: 0.1, steps: 10, keep: KeepRule(from: 2, every: 2)),
      Negatives(chains: 3, initial: .zeros, stepSize: 0.05, steps: 4, keep: .last),
      Negatives(
        chains: 2, initial: .uniform(from: [-2], to: [2]), stepSize: 0.05, steps: 3,
        keep: KeepRule(from: 0, to: -2)),
      Negatives(
        chains: 9, initial: .normal(standardDeviation: 2), stepSize: 0.05, steps: 2),
    ].map { (ContrastiveDivergence(negatives: $0), [.energy]) }
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
  }

  /// True: its chains follow the energy's gradient.
  public func differentiatesByInput(output: NetworkOutput) -> Bool { true }

  /// Makes what computes the loss and its gradient.
  public func makeEvaluator<Scalar: Real>(
    network: Network, batchSize: Int, stream: RandomStream, pool: WorkerPool
  ) -> any ObjectiveEvaluator<Scalar> {
    ContrastiveDivergenceEvaluator<Scalar>(
      negatives: negatives, network: network, batchSize: batchSize, stream: stream, pool: pool)
  }
}
