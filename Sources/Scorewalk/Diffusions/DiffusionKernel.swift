/// Moves a block of chains by the fixed stages of a ``DiffusionSampler``.
final class DiffusionKernel<Scalar: Real>: SamplerKernel {
  private let target: any LadderFunction<Scalar>
  private let dimension: Int
  private let stages: [DiffusionStage<Scalar>]
  /// Where the stages of each step begin, and where the last end.
  private let starts: [Int]
  /// x/s.
  private let scaled: Matrix<Scalar>
  private let score: Matrix<Scalar>
  /// x₁ and S(x₁/s₁, σ₁) of a step with two scores.
  private let next: Matrix<Scalar>
  private let nextScore: Matrix<Scalar>
  private let noise: Matrix<Scalar>

  init(target: any LadderFunction<Scalar>, rows: Int, sampler: DiffusionSampler) {
    self.target = target
    dimension = target.dimension
    let (stages, starts, _) = sampler.stages(of: Scalar.self)
    self.stages = stages
    self.starts = starts
    scaled = Matrix(features: dimension, rows: rows)
    score = Matrix(features: dimension, rows: rows)
    next = Matrix(features: dimension, rows: rows)
    nextScore = Matrix(features: dimension, rows: rows)
    noise = Matrix(features: dimension, rows: rows)
  }

  /// The noise of stage j is that of columns j d to (j + 1) d, j counted among those that take any.
  @_specialize(where Scalar == Float)
  @_specialize(where Scalar == Double)
  func advance(
    positions: Matrix<Scalar>, chains: Range<Int>, step: Int, stream: RandomStream
  ) {
    let rows = chains.count
    for index in starts[step - 1]..<starts[step] {
      let stage = stages[index]
      if let block = stage.noiseBlock {
        stream.normals(
          .chainNoise, step: UInt64(step), rows: chains,
          columns: (block * dimension)..<((block + 1) * dimension), into: noise)
      }
      if let level = stage.level {
        findScore(positions, level, stage.inverseScale, rows, into: score)
      }
      if let correction = stage.correction {
        combine(positions, stage, rows, into: next)
        findScore(next, correction.level, correction.inverseScale, rows, into: nextScore)
        correct(positions, correction, rows)
      } else {
        combine(positions, stage, rows, into: positions)
      }
    }
  }

  /// S(x/s, σ).
  @inline(__always)
  private func findScore(
    _ positions: Matrix<Scalar>, _ level: Int, _ inverseScale: Scalar, _ rows: Int,
    into score: Matrix<Scalar>
  ) {
    target.level = level
    guard inverseScale != 1 else {
      target.score(positions: positions, rows: rows, into: score)
      return
    }
    for coordinate in 0..<dimension {
      let x = UnsafePointer(positions.pointer + coordinate * positions.stride)
      let y = scaled.pointer + coordinate * scaled.stride
      for row in 0..<rows { y[row] = inverseScale * x[row] }
    }
    target.score(positions: scaled, rows: rows, into: score)
  }

  /// a x + b S + c ξ, of which only what the stage has is read.
  @inline(__always)
  private func combine(
    _ positions: Matrix<Scalar>, _ stage: DiffusionStage<Scalar>, _ rows: Int,
    into result: Matrix<Scalar>
  ) {
    let (a, b, c) = (stage.position, stage.score, stage.noise)
    for coordinate in 0..<dimension {
      let x = UnsafePointer(positions.pointer + coordinate * positions.stride)
      let s = UnsafePointer(score.pointer + coordinate * score.stride)
      let n = UnsafePointer(noise.pointer + coordinate * noise.stride)
      let y = result.pointer + coordinate * result.stride
      if stage.level == nil {
        for row in 0..<rows { y[row] = a * x[row] + c * n[row] }
      } else if stage.noiseBlock == nil {
        for row in 0..<rows { y[row] = a * x[row] + b * s[row] }
      } else {
        for row in 0..<rows { y[row] = (a * x[row] + b * s[row]) + c * n[row] }
      }
    }
  }

  /// a₀ x + b₀ S + a₁ x₁ + b₁ S₁.
  @inline(__always)
  private func correct(
    _ positions: Matrix<Scalar>, _ correction: DiffusionStage<Scalar>.Correction, _ rows: Int
  ) {
    let (a, b) = (correction.position, correction.score)
    let (c, d) = (correction.nextPosition, correction.nextScore)
    for coordinate in 0..<dimension {
      let x = positions.pointer + coordinate * positions.stride
      let s = UnsafePointer(score.pointer + coordinate * score.stride)
      let y = UnsafePointer(next.pointer + coordinate * next.stride)
      let t = UnsafePointer(nextScore.pointer + coordinate * nextScore.stride)
      for row in 0..<rows {
        x[row] = (a * x[row] + b * s[row]) + (c * y[row] + d * t[row])
      }
    }
  }
}
