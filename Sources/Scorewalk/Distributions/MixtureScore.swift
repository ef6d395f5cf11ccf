/// The exact score of a ``GaussianMixture`` for batches in float32 or float64.
///
/// s(x) = Σ r_k(x) C_k⁻¹ (m_k - x), with r_k from log-sum-exp, so that it stays right in the far
/// tails, where every component underflows.
///
/// A row's result depends on that row alone: batches may be split in any way. Constants are
/// computed in float64 and rounded once.
public struct MixtureScore<S: Real>: Sendable {
  /// The dimension d of the space.
  public let dimension: Int
  private let count: Int
  /// log w_k - (d/2) log 2π - ½ log det C_k, `[components]`.
  private let offsets: [S]
  /// m_k, `[components, dimension]`.
  private let means: [S]
  /// C_k⁻¹: 1, dimension or dimension² numbers a component, by the layout.
  private let precisions: [S]
  private let layout: Layout

  private enum Layout { case isotropic, diagonal, full }

  /// Prepares the score of a mixture.
  public init(_ mixture: GaussianMixture) {
    let dimension = mixture.dimension
    var layout = Layout.isotropic
    for component in mixture.components {
      switch component.covariance {
      case .isotropic: break
      case .diagonal: if layout == .isotropic { layout = .diagonal }
      case .full: layout = .full
      }
    }
    self.dimension = dimension
    self.layout = layout
    count = mixture.components.count
    offsets = mixture.factors.map { S($0.logWeight + $0.logNormalizer) }
    means = mixture.factors.flatMap { $0.mean.map { S($0) } }
    precisions = mixture.factors.flatMap { factor -> [S] in
      switch layout {
      case .isotropic: [S(factor.precision(0, 0))]
      case .diagonal: (0..<dimension).map { S(factor.precision($0, $0)) }
      case .full:
        (0..<dimension * dimension).map {
          S(factor.precision($0 / dimension, $0 % dimension))
        }
      }
    }
  }

  /// Writes the score at some rows of a batch.
  ///
  /// - Parameters:
  ///   - positions: feature-major, `[dimension, rows]`.
  ///   - rows: the rows to do.
  ///   - scores: another matrix of the same shape; only these rows are written.
  /// - Complexity: O(rows · components · dimension), dimension² for full covariances; allocates no
  ///   heap memory for up to about a dozen components, else one scratch block.
  @_specialize(where S == Float)
  @_specialize(where S == Double)
  public func score(positions: Matrix<S>, rows: Range<Int>, into scores: Matrix<S>) {
    run(positions: positions, rows: rows, densities: nil, scores: scores)
  }

  /// Writes the score, and beside it log p(x) by log-sum-exp, at some rows of a batch.
  ///
  /// The scores are those of ``score(positions:rows:into:)``, bit for bit. Where all squared
  /// distances overflow, log p is NaN.
  ///
  /// - Parameters:
  ///   - densities: log p, `[1, rows]`; only these rows are written.
  ///   - positions, rows, scores: as in ``score(positions:rows:into:)``, whose complexity it has.
  @_specialize(where S == Float)
  @_specialize(where S == Double)
  public func logDensity(
    positions: Matrix<S>, rows: Range<Int>, into densities: Matrix<S>, scores: Matrix<S>
  ) {
    precondition(
      rows.upperBound <= densities.rows, "rows \(rows) of a matrix with \(densities.rows) rows")
    run(positions: positions, rows: rows, densities: densities.pointer, scores: scores)
  }

  @inline(__always)
  private func run(
    positions: Matrix<S>, rows: Range<Int>, densities: UnsafeMutablePointer<S>?, scores: Matrix<S>
  ) {
    precondition(
      positions.features == dimension && scores.features == dimension,
      "\(positions.features) and \(scores.features) features, the law has \(dimension)")
    precondition(
      rows.lowerBound >= 0 && rows.upperBound <= positions.rows && rows.upperBound <= scores.rows,
      "rows \(rows) of matrices with \(positions.rows) and \(scores.rows) rows")
    precondition(positions !== scores, "the scores cannot overwrite the positions")
    let x = UnsafePointer(positions.pointer)
    let output = scores.pointer
    offsets.withUnsafeBufferPointer { offsets in
      means.withUnsafeBufferPointer { means in
        precisions.withUnsafeBufferPointer { precisions in
          let task = MixtureScoreTask(
            x: x, stride: positions.stride, output: output, outputStride: scores.stride,
            densities: densities, offsets: offsets, means: means, precisions: precisions,
            dimension: dimension, count: count)
          if dimension == 1 {
            task.runOnLine(rows)
          } else {
            switch layout {
            case .isotropic: task.run(rows) { precisions, component, _ in precisions[component] }
            case .diagonal:
              task.run(rows) { precisions, component, feature in
                precisions[component * self.dimension + feature]
              }
            case .full: task.runFull(rows)
            }
          }
        }
      }
    }
  }
}
