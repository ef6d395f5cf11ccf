/// Computes ``DenoisingScoreMatching`` at one noise level, where every residual is rounded as its formula is written.
final class DenoisingScoreMatchingEvaluator<Scalar: Real>: ObjectiveEvaluator {
  private let objective: DenoisingScoreMatching
  private let output: NetworkOutput
  private let pairs: NoisyPairs<Scalar>
  /// ‖r‖², then the factor of the residual in its gradient; `[1, draws · rows]`.
  private let size: Matrix<Scalar>

  init(
    objective: DenoisingScoreMatching, network: Network, batchSize: Int, stream: RandomStream,
    pool: WorkerPool
  ) {
    self.objective = objective
    output = network.output
    pairs = NoisyPairs(objective, network, batchSize: batchSize, stream: stream, pool: pool)
    size = Matrix(features: 1, rows: batchSize * objective.draws)
  }

  @_specialize(where Scalar == Float)
  @_specialize(where Scalar == Double)
  func evaluate(
    parameters: UnsafePointer<Scalar>, batch: Matrix<Scalar>, rows: Int, step: Int,
    gradient: UnsafeMutablePointer<Scalar>?
  ) throws(RunError) -> Double {
    pairs.drawNoise(rows: rows, step: step)
    makeNoisy(batch: batch, rows: rows)
    return pairs.evaluate(parameters: parameters, rows: rows, gradient: gradient) {
      makeCotangents(batch: batch, rows: rows)
    }
  }

  /// y = x + σ n.
  private func makeNoisy(batch: Matrix<Scalar>, rows: Int) {
    let (dimension, noise, noisy) = (pairs.dimension, pairs.noise, pairs.inputs)
    let level = Scalar(objective.noiseLevel)
    for draw in 0..<objective.draws {
      for coordinate in 0..<dimension {
        let x = batch.pointer + coordinate * batch.stride
        let n = noise.pointer + (draw * dimension + coordinate) * noise.stride
        let y = noisy.pointer + coordinate * noisy.stride + draw * rows
        for row in 0..<rows { y[row] = x[row] + level * n[row] }
      }
    }
  }

  /// Residuals, the loss, and the cotangents of the output in place of the residuals.
  private func makeCotangents(batch: Matrix<Scalar>, rows: Int) -> Double {
    let (dimension, noise, noisy) = (pairs.dimension, pairs.noise, pairs.inputs)
    let (outputs, residual) = (pairs.output, pairs.residual)
    let count = rows * objective.draws
    let level = Scalar(objective.noiseLevel)
    let variance = Scalar(objective.noiseLevel * objective.noiseLevel)
    let sizes = size.pointer
    sizes.update(repeating: 0, count: count)
    for coordinate in 0..<dimension {
      for draw in 0..<objective.draws {
        let x = batch.pointer + coordinate * batch.stride
        let n = noise.pointer + (draw * dimension + coordinate) * noise.stride
        let y = noisy.pointer + coordinate * noisy.stride + draw * rows
        let o = outputs.pointer + coordinate * outputs.stride + draw * rows
        let r = residual.pointer + coordinate * residual.stride + draw * rows
        let total = sizes + draw * rows
        switch (objective.residual, output) {
        case (.denoised, .energy), (.denoised, .score):
          for i in 0..<rows { r[i] = x[i] - (y[i] + variance * o[i]) }
        case (.denoised, .denoiser): for i in 0..<rows { r[i] = x[i] - o[i] }
        case (.denoised, .noise): for i in 0..<rows { r[i] = x[i] - (y[i] - level * o[i]) }
        case (.score, .energy), (.score, .score):
          for i in 0..<rows { r[i] = o[i] + (y[i] - x[i]) / variance }
        case (.score, .denoiser): for i in 0..<rows { r[i] = (o[i] - x[i]) / variance }
        case (.score, .noise):
          for i in 0..<rows { r[i] = (y[i] - x[i]) / variance - o[i] / level }
        case (.noise, .energy), (.noise, .score):
          for i in 0..<rows { r[i] = level * o[i] + n[i] }
        case (.noise, .denoiser): for i in 0..<rows { r[i] = (o[i] - x[i]) / level }
        case (.noise, .noise): for i in 0..<rows { r[i] = n[i] - o[i] }
        }
        for i in 0..<rows { total[i] += r[i] * r[i] }
      }
    }
    // dr/do, the same for every element.
    let slope: Scalar =
      switch (objective.residual, output) {
      case (.denoised, .energy), (.denoised, .score): -variance
      case (.denoised, .denoiser): -1
      case (.denoised, .noise): level
      case (.score, .energy), (.score, .score): 1
      case (.score, .denoiser): 1 / variance
      case (.score, .noise): -1 / level
      case (.noise, .energy), (.noise, .score): level
      case (.noise, .denoiser): 1 / level
      case (.noise, .noise): -1
      }
    let weight: Scalar = objective.reduction == .mean ? 1 / Scalar(count) : 1
    let factor = slope * weight
    var sum = 0.0
    switch objective.loss {
    case .squared:
      for i in 0..<count { sum += Double(sizes[i]) }
      sizes.update(repeating: 2 * factor, count: count)
    case .norm:
      for i in 0..<count {
        let norm = sizes[i].squareRoot()
        sum += Double(norm)
        // Not `norm > 0`: a NaN must reach the gradient.
        sizes[i] = norm == 0 ? 0 : factor / norm
      }
    }
    for coordinate in 0..<dimension {
      let r = residual.pointer + coordinate * residual.stride
      for i in 0..<count { r[i] *= sizes[i] }
    }
    return objective.reduction == .mean ? sum / Double(count) : sum
  }
}
