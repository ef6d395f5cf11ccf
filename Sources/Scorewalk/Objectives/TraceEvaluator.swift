/// The directions v along which the trace tr(∂s/∂x) is taken as Σ vᵀ ∂s/∂x v.
enum TraceDirections: Sendable {
  /// Every axis: the exact trace, and ½ |s|² beside it.
  case axes
  /// Random directions, whose mean is taken; ½ |s|² beside it, or with each direction ½ (vᵀ s)².
  case random(SlicedScoreMatching.Distribution, count: Int, reducesVariance: Bool)

  /// How many there are.
  func count(dimension: Int) -> Int {
    switch self {
    case .axes: dimension
    case .random(_, let count, _): count
    }
  }

  /// Whether the square is that of the whole score, once a row.
  var squaresWholeScore: Bool {
    switch self {
    case .axes: true
    case .random(_, _, let reducesVariance): reducesVariance
    }
  }
}

/// Computes ``ImplicitScoreMatching`` and ``SlicedScoreMatching``, which differ in their directions
/// alone.
final class TraceEvaluator<Scalar: Real>: ObjectiveEvaluator {
  private let reduction: LossReduction
  private let blocks: RowBlocks<TraceWorker<Scalar>>

  init(
    network: Network, directions: TraceDirections, reduction: LossReduction, batchSize: Int,
    stream: RandomStream, pool: WorkerPool
  ) {
    self.reduction = reduction
    blocks = RowBlocks(
      maximumRows: batchSize, parameterCount: network.mlp.parameterCount, pool: pool
    ) { rows, pool in
      TraceWorker(
        mlp: network.mlp, directions: directions, rows: rows, stream: stream, pool: pool)
    }
  }

  func evaluate(
    parameters: UnsafePointer<Scalar>, batch: Matrix<Scalar>, rows: Int, step: Int,
    gradient: UnsafeMutablePointer<Scalar>?
  ) throws(RunError) -> Double {
    blocks.evaluate(
      parameters: parameters, batch: batch, rows: rows, step: step, reduction: reduction,
      gradient: gradient)
  }
}
