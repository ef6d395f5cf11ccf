/// Implicit score matching with the exact trace (Hyvärinen 2005, JMLR 6:695–709, Theorem 1).
///
///     loss of a row x = tr(∂s/∂x) + ½ |s(x)|²
///
/// In expectation it is ½ E|s − ∇ log p|² − ½ E|∇ log p|²: least at the score of the data, where it is
/// −I(p)/2 with the Fisher information I; no noise is added. On a finite set of points a flexible
/// network can make it as low as it likes, by steep falls of s at the points.
///
/// The trace takes one Jacobian-vector product for each coordinate; where there are many, see
/// ``SlicedScoreMatching``. The gradient goes through the trace too; a ReLU's kinks give it nothing,
/// so that a ReLU network does not find the minimum.
public struct ImplicitScoreMatching: Objective, Hashable {
  /// How the rows are combined.
  public var reduction: LossReduction

  /// Makes the objective; unless said, it is the mean over rows.
  public init(reduction: LossReduction = .mean) { self.reduction = reduction }

  /// `implicit-score-matching`.
  public static let kind = "implicit-score-matching"

  /// Both reductions.
  public static var examples: [(objective: any Objective, outputs: [NetworkOutput])] {
    LossReduction.allCases.map { (ImplicitScoreMatching(reduction: $0), [.score]) }
  }

  /// Finds a network that gives no score.
  public func validate(for network: Network) throws(RunError) {
    try requireScore(of: network, for: Self.kind)
  }

  /// True: it holds the score's derivative.
  public func differentiatesByInput(output: NetworkOutput) -> Bool { true }

  /// Makes what computes the loss and its gradient.
  public func makeEvaluator<Scalar: Real>(
    network: Network, batchSize: Int, stream: RandomStream, pool: WorkerPool
  ) -> any ObjectiveEvaluator<Scalar> {
    TraceEvaluator<Scalar>(
      network: network, directions: .axes, reduction: reduction, batchSize: batchSize,
      stream: stream, pool: pool)
  }
}

/// Finds a network whose output is not the score of the data itself.
///
/// - Throws: ``RunError`` `.invalidConfiguration`.
func requireScore(of network: Network, for kind: String) throws(RunError) {
  switch network.output {
  case .score: break
  case .energy:
    throw .invalid(
      "\(kind) of an energy would need third derivatives",
      hint: "set the model's output to score")
  case .denoiser, .noise:
    throw .invalid(
      "\(kind) needs the score of the data, the network's output is \(network.output.rawValue)",
      hint: "set the model's output to score")
  }
}
