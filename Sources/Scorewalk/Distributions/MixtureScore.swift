internal import CKernels

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
  /// ½ C_k⁻¹ or, of full covariances, C_k⁻¹: 1, dimension or dimension² numbers a component, by the
  /// layout.
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
    if dimension == 1 { layout = .isotropic }
    self.layout = layout
    count = mixture.components.count
    offsets = mixture.factors.map { S($0.logWeight + $0.logNormalizer) }
    means = mixture.factors.flatMap { $0.mean.map { S($0) } }
    precisions = mixture.factors.flatMap { factor -> [S] in
      switch layout {
      case .isotropic: [S(0.5 * factor.precision(0, 0))]
      case .diagonal: (0..<dimension).map { S(0.5 * factor.precision($0, $0)) }
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
  ///   - scratch: what ``makeScratch()`` made; without it one is allocated.
  /// - Complexity: O(rows · components · dimension), dimension² for full covariances.
  @_specialize(where S == Float)
  @_specialize(where S == Double)
  public func score(
    positions: Matrix<S>, rows: Range<Int>, into scores: Matrix<S>, scratch: Matrix<S>? = nil
  ) {
    run(positions: positions, rows: rows, densities: nil, scores: scores, scratch: scratch)
  }

  /// Writes the score, and beside it log p(x) by log-sum-exp, at some rows of a batch.
  ///
  /// The scores are those of ``score(positions:rows:into:scratch:)``, bit for bit. Where all squared
  /// distances overflow, log p is NaN.
  ///
  /// - Parameters:
  ///   - densities: log p, `[1, rows]`; only these rows are written.
  ///   - positions, rows, scores, scratch: as in ``score(positions:rows:into:scratch:)``, whose complexity it has.
  @_specialize(where S == Float)
  @_specialize(where S == Double)
  public func logDensity(
    positions: Matrix<S>, rows: Range<Int>, into densities: Matrix<S>, scores: Matrix<S>,
    scratch: Matrix<S>? = nil
  ) {
    precondition(
      rows.upperBound <= densities.rows, "rows \(rows) of a matrix with \(densities.rows) rows")
    run(
      positions: positions, rows: rows, densities: densities.pointer, scores: scores,
      scratch: scratch)
  }

  /// Memory for one thread's evaluations.
  public func makeScratch() -> Matrix<S> {
    Matrix(features: dimension + count, rows: Int(SW_MIXTURE_ROWS))
  }

  @inline(__always)
  private func run(
    positions: Matrix<S>, rows: Range<Int>, densities: UnsafeMutablePointer<S>?,
    scores: Matrix<S>, scratch: Matrix<S>?
  ) {
    precondition(
      positions.features == dimension && scores.features == dimension,
      "\(positions.features) and \(scores.features) features, the law has \(dimension)")
    precondition(
      rows.lowerBound >= 0 && rows.upperBound <= positions.rows && rows.upperBound <= scores.rows,
      "rows \(rows) of matrices with \(positions.rows) and \(scores.rows) rows")
    precondition(positions !== scores, "the scores cannot overwrite the positions")
    guard !rows.isEmpty else { return }
    if layout == .full {
      runFull(positions: positions, rows: rows, densities: densities, scores: scores)
      return
    }
    let first = rows.lowerBound
    withConstants(scratch) { constants, scratch in
      S.kernels(.selected).mixtureScore(
        constants, rows.count, positions.pointer + first, positions.stride,
        scores.pointer + first, scores.stride, densities.map { $0 + first }, scratch)
    }
  }

  @inline(__always)
  private func runFull(
    positions: Matrix<S>, rows: Range<Int>, densities: UnsafeMutablePointer<S>?, scores: Matrix<S>
  ) {
    offsets.withUnsafeBufferPointer { offsets in
      means.withUnsafeBufferPointer { means in
        precisions.withUnsafeBufferPointer { precisions in
          MixtureScoreTask(
            x: positions.pointer, stride: positions.stride, output: scores.pointer,
            outputStride: scores.stride, densities: densities, offsets: offsets, means: means,
            precisions: precisions, dimension: dimension, count: count
          ).run(rows)
        }
      }
    }
  }

  @inline(__always)
  private func withConstants(
    _ scratch: Matrix<S>?, _ body: (MixtureConstants<S>, UnsafeMutablePointer<S>) -> Void
  ) {
    let scratch = scratch ?? makeScratch()
    precondition(
      scratch.features >= dimension + count && scratch.rows >= Int(SW_MIXTURE_ROWS),
      "the scratch of another score: \(scratch.features) features of \(scratch.rows) rows")
    offsets.withUnsafeBufferPointer { offsets in
      means.withUnsafeBufferPointer { means in
        precisions.withUnsafeBufferPointer { halves in
          guard let offsets = offsets.baseAddress, let means = means.baseAddress,
            let halves = halves.baseAddress
          else { return }
          body(
            MixtureConstants(
              dimension: dimension, components: count, offsets: offsets, means: means,
              halves: halves, componentStep: layout == .diagonal ? dimension : 1,
              featureStep: layout == .diagonal ? 1 : 0), scratch.pointer)
        }
      }
    }
    withExtendedLifetime(scratch) {}
  }
}

extension MixtureScore {
  /// Moves some chains by steps of ``LangevinUpdate``, noise, score and update in one pass.
  ///
  /// The bits are those of single steps made of ``RandomStream/normals(_:step:rows:columns:into:)``,
  /// ``score(positions:rows:into:scratch:)`` and the update.
  ///
  /// - Parameters:
  ///   - positions: `[dimension, chains.count]`; overwritten.
  ///   - steps: the numbers of the new states.
  ///   - drift: δ.
  ///   - diffusion: √(2δ).
  ///   - scratch: what ``makeScratch()`` made; without it one is allocated.
  /// - Returns: whether it can; false for full covariances, and then nothing has happened.
  @_specialize(where S == Float)
  @_specialize(where S == Double)
  package func walk(
    positions: Matrix<S>, chains: Range<Int>, steps: ClosedRange<Int>, stream: RandomStream,
    drift: S, diffusion: S, scratch: Matrix<S>? = nil
  ) -> Bool {
    guard layout != .full else { return false }
    precondition(
      positions.features == dimension && chains.count <= positions.rows,
      "\(positions.features) features of \(positions.rows) rows, the law has \(dimension) and there "
        + "are \(chains.count) chains")
    let counter = stream.counter(
      .chainNoise, steps: steps, rows: chains, columns: 0..<dimension)
    withConstants(scratch) { constants, scratch in
      S.kernels(.selected).mixtureLangevin(
        constants, drift, diffusion, stream.key, counter.c2, counter.c3,
        UInt64(chains.lowerBound), chains.count, steps.count, positions.pointer,
        positions.stride, scratch)
    }
    return true
  }
}
