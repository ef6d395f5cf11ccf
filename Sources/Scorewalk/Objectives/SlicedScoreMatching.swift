/// Sliced score matching (Song, Garg, Shi and Ermon 2019, arXiv:1905.07088).
///
/// For random directions v with E[v vᵀ] = I the loss of a row x is the mean over them of
///
///     vᵀ ∂s/∂x v + ½ |s(x)|²      with variance reduction,
///     vᵀ ∂s/∂x v + ½ (vᵀ s(x))²   without,
///
/// each in expectation the loss of ``ImplicitScoreMatching``, at the cost of one Jacobian-vector
/// product for each direction, however many coordinates there are. With Rademacher directions and
/// variance reduction it is that loss itself in one dimension.
///
/// Noise: coordinate j of direction k for row b comes from element (b, k · dimension + j) of the
/// stream's `objectiveNoise` at the training step: a normal number, or for Rademacher directions a
/// uniform one, below ½ for −1.
public struct SlicedScoreMatching: Objective, Hashable {
  /// The law of a direction; each has E[v vᵀ] = I.
  public enum Distribution: String, Sendable, Hashable, CaseIterable {
    /// −1 or 1 in every coordinate: the least variance of the trace.
    case rademacher
    /// N(0, I).
    case gaussian
    /// Uniform on the sphere of radius √dimension.
    case sphere
  }

  /// How many directions each row gets; at least 1.
  public var projections: Int
  /// The law of a direction.
  public var distribution: Distribution
  /// Whether |s|², known exactly, stands in place of (vᵀ s)².
  public var reducesVariance: Bool
  /// How the rows are combined.
  public var reduction: LossReduction

  /// Makes the objective; unless said, it is the mean over rows with one Rademacher direction each
  /// and reduced variance.
  public init(
    projections: Int = 1, distribution: Distribution = .rademacher, reducesVariance: Bool = true,
    reduction: LossReduction = .mean
  ) {
    self.projections = projections
    self.distribution = distribution
    self.reducesVariance = reducesVariance
    self.reduction = reduction
  }

  /// `sliced-score-matching`.
  public static let kind = "sliced-score-matching"

  /// Every law of directions, with and without variance reduction, one direction and more.
  public static var examples: [(objective: any Objective, outputs: [NetworkOutput])] {
    var examples: [(objective: any Objective, outputs: [NetworkOutput])] = []
    for distribution in Distribution.allCases {
      for reducesVariance in [true, false] {
        for (projections, reduction) in [(1, LossReduction.mean), (3, .sum)] {
          let objective = SlicedScoreMatching(
            projections: projections, distribution: distribution,
            reducesVariance: reducesVariance, reduction: reduction)
          examples.append((objective, [.score]))
        }
      }
    }
    return examples
  }

  /// Finds a network that gives no score, no directions, or too many to be numbered.
  public func validate(for network: Network) throws(RunError) {
    try requireScore(of: network, for: Self.kind)
    guard projections >= 1 else {
      throw .invalid("\(Self.kind): projections must be at least 1, is \(projections)")
    }
    guard projections <= Int(UInt32.max) / network.dimension else {
      throw .invalid(
        "\(Self.kind): \(projections) projections in \(network.dimension) dimensions are too many",
        hint: "projections × dimension must stay below 2^32")
    }
  }

  /// True: it holds the score's derivative.
  public func differentiatesByInput(output: NetworkOutput) -> Bool { true }

  /// Makes what computes the loss and its gradient.
  public func makeEvaluator<Scalar: Real>(
    network: Network, batchSize: Int, stream: RandomStream, pool: WorkerPool
  ) -> any ObjectiveEvaluator<Scalar> {
    TraceEvaluator<Scalar>(
      network: network,
      directions: .random(distribution, count: projections, reducesVariance: reducesVariance),
      reduction: reduction, batchSize: batchSize, stream: stream, pool: pool)
  }
}
