/// Computes ``DenoisingScoreMatching``.
///
/// Pair (row b, draw k) is evaluation row k · rows + b: draws outermost, so that the noisy points of
/// one draw are the batch plus one vector.
final class DenoisingScoreMatchingEvaluator<Scalar: Real>: ObjectiveEvaluator {
  private let objective: DenoisingScoreMatching
  private let network: Network
  private let stream: RandomStream
  private let sharesRows: Bool
  private let sharesCoordinates: Bool
  /// n, `[draws · dimension, rows]`, or one row of it where rows share.
  private let noise: Matrix<Scalar>
  /// y, `[dimension, draws · rows]`.
  private let noisy: Matrix<Scalar>
  /// The network's output: x̂, n̂, or s, `[dimension, draws · rows]`.
  private let output: Matrix<Scalar>
  /// The residual, then the cotangent of the output; `[dimension, draws · rows]`.
  private let residual: Matrix<Scalar>
  /// ‖r‖², then the factor of the residual in its gradient; `[1, draws · rows]`.
  private let size: Matrix<Scalar>
  private let pass: NetworkPass<Scalar>

  init(
    objective: DenoisingScoreMatching, network: Network, batchSize: Int, stream: RandomStream,
    pool: WorkerPool
  ) {
    self.objective = objective
    self.network = network
    self.stream = stream
    sharesRows = objective.sharedOver.contains(.rows)
    sharesCoordinates = objective.sharedOver.contains(.coordinates)
    let (dimension, pairs) = (network.dimension, batchSize * objective.draws)
    noise = Matrix(features: objective.draws * dimension, rows: batchSize)
    noisy = Matrix(features: dimension, rows: pairs)
    output = Matrix(features: dimension, rows: pairs)
    residual = Matrix(features: dimension, rows: pairs)
    size = Matrix(features: 1, rows: pairs)
    pass = NetworkPass(network, rows: pairs, pool: pool)
  }

  @_specialize(where Scalar == Float)
  @_specialize(where Scalar == Double)
  func evaluate(
    parameters: UnsafePointer<Scalar>, batch: Matrix<Scalar>, rows: Int, step: Int,
    gradient: UnsafeMutablePointer<Scalar>?
  ) throws(RunError) -> Double {
    let pairs = rows * objective.draws
    drawNoise(rows: rows, step: step)
    makeNoisy(batch: batch, rows: rows)
    pass.evaluate(parameters: parameters, points: noisy, rows: pairs, into: output)
    let loss = makeCotangents(batch: batch, rows: rows)
    guard let gradient else { return loss }
    pass.differentiate(
      parameters: parameters, points: noisy, cotangents: residual, rows: pairs, into: gradient)
    return loss
  }

  /// Draws n, only as much of it as is not shared.
  private func drawNoise(rows: Int, step: Int) {
    let dimension = network.dimension
    let drawn = sharesRows ? 0..<1 : 0..<rows
    if sharesCoordinates {
      // Coordinate 0 of every draw, one after the other.
      for draw in 0..<objective.draws {
        stream.normals(
          .objectiveNoise, step: UInt64(step), rows: drawn,
          columns: (draw * dimension)..<(draw * dimension + 1), into: noisy)
        (noise.pointer + draw * dimension * noise.stride).update(
          from: noisy.pointer, count: drawn.count)
      }
    } else {
      stream.normals(
        .objectiveNoise, step: UInt64(step), rows: drawn,
        columns: 0..<(objective.draws * dimension), into: noise)
    }
    // From here on every element is there, whatever is shared.
    for draw in 0..<objective.draws {
      for coordinate in 0..<dimension {
        let source = sharesCoordinates ? 0 : coordinate
        let from = noise.pointer + (draw * dimension + source) * noise.stride
        let to = noise.pointer + (draw * dimension + coordinate) * noise.stride
        if sharesRows {
          to.update(repeating: from[0], count: rows)
        } else if source != coordinate {
          to.update(from: from, count: rows)
        }
      }
    }
  }

  /// y = x + σ n.
  private func makeNoisy(batch: Matrix<Scalar>, rows: Int) {
    let dimension = network.dimension
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
    let dimension = network.dimension
    let pairs = rows * objective.draws
    let level = Scalar(objective.noiseLevel)
    let variance = Scalar(objective.noiseLevel * objective.noiseLevel)
    let sizes = size.pointer
    sizes.update(repeating: 0, count: pairs)
    for coordinate in 0..<dimension {
      for draw in 0..<objective.draws {
        let x = batch.pointer + coordinate * batch.stride
        let n = noise.pointer + (draw * dimension + coordinate) * noise.stride
        let y = noisy.pointer + coordinate * noisy.stride + draw * rows
        let o = output.pointer + coordinate * output.stride + draw * rows
        let r = residual.pointer + coordinate * residual.stride + draw * rows
        let total = sizes + draw * rows
        switch (objective.residual, network.output) {
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
      switch (objective.residual, network.output) {
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
    let weight: Scalar = objective.reduction == .mean ? 1 / Scalar(pairs) : 1
    let factor = slope * weight
    var sum = 0.0
    switch objective.loss {
    case .squared:
      for i in 0..<pairs { sum += Double(sizes[i]) }
      sizes.update(repeating: 2 * factor, count: pairs)
    case .norm:
      for i in 0..<pairs {
        let norm = sizes[i].squareRoot()
        sum += Double(norm)
        // Not `norm > 0`: a NaN must reach the gradient.
        sizes[i] = norm == 0 ? 0 : factor / norm
      }
    }
    for coordinate in 0..<dimension {
      let r = residual.pointer + coordinate * residual.stride
      for i in 0..<pairs { r[i] *= sizes[i] }
    }
    return objective.reduction == .mean ? sum / Double(pairs) : sum
  }
}
