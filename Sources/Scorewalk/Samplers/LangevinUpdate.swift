/// One step of the unadjusted Langevin algorithm, without the score.
///
/// x ← x + fma(δ, s, √(2δ) ξ): drift and noise, of like size, are added up before they meet x, whose rounding may be
/// larger than either. It is the order of every kernel that moves chains.
package struct LangevinUpdate<Scalar: Real> {
  /// δ.
  package let drift: Scalar
  /// √(2δ).
  package let diffusion: Scalar
  private let kernels = Scalar.kernels(.selected)

  /// - Parameter stepSize: δ > 0.
  package init(stepSize: Double) {
    drift = Scalar(stepSize)
    diffusion = Scalar((2 * stepSize).squareRoot())
  }

  /// Moves some chains.
  ///
  /// - Parameters:
  ///   - positions: x, `[dimension, rows]`; overwritten.
  ///   - score: s, `[dimension, rows]`.
  ///   - noise: ξ, from feature `noiseFeature` on, `[dimension, rows]`.
  package func apply(
    positions: Matrix<Scalar>, score: Matrix<Scalar>, noise: Matrix<Scalar>,
    noiseFeature: Int = 0, dimension: Int, rows: Int
  ) {
    for coordinate in 0..<dimension {
      kernels.langevinMove(
        rows, drift, diffusion, score.pointer + coordinate * score.stride,
        noise.pointer + (noiseFeature + coordinate) * noise.stride,
        positions.pointer + coordinate * positions.stride)
    }
  }

  /// Writes where some chains would move, and leaves them where they are.
  ///
  /// - Parameters:
  ///   - proposal: x', `[dimension, rows]`; overwritten.
  func propose(
    _ proposal: Matrix<Scalar>, from positions: Matrix<Scalar>, score: Matrix<Scalar>,
    noise: Matrix<Scalar>, dimension: Int, rows: Int
  ) {
    for coordinate in 0..<dimension {
      (proposal.pointer + coordinate * proposal.stride).update(
        from: positions.pointer + coordinate * positions.stride, count: rows)
    }
    apply(positions: proposal, score: score, noise: noise, dimension: dimension, rows: rows)
  }
}

/// The first row with a coordinate that is not finite, if any.
@_specialize(where Scalar == Float)
@_specialize(where Scalar == Double)
func firstRowNotFinite<Scalar: Real>(
  _ matrix: Matrix<Scalar>, dimension: Int, rows: Int
) -> Int? {
  // x · 0 is 0 for finite x alone; sums in eight lanes, so that the good case is fast.
  var sums = SIMD8<Scalar>(repeating: 0)
  for coordinate in 0..<dimension {
    let x = matrix.pointer + coordinate * matrix.stride
    var row = 0
    while row + 8 <= rows {
      let block = UnsafeRawPointer(x + row).loadUnaligned(as: SIMD8<Scalar>.self)
      sums += block * 0
      row += 8
    }
    while row < rows {
      sums[row & 7] += x[row] * 0
      row += 1
    }
  }
  if sums == SIMD8<Scalar>(repeating: 0) { return nil }
  for row in 0..<rows {
    for coordinate in 0..<dimension
    where !matrix.pointer[coordinate * matrix.stride + row].isFinite { return row }
  }
  return nil
}
