/// The pairs of a row and a draw of noise at which ``DenoisingScoreMatching`` evaluates a network, with the memory
/// for them.
///
/// Pair (row b, draw k) is evaluation row k · rows + b: draws outermost, so that the noisy points of one draw are the
/// batch plus one vector.
struct NoisyPairs<Scalar: Real> {
  let dimension: Int
  let draws: Int
  /// n, `[draws · dimension, rows]`.
  let noise: Matrix<Scalar>
  /// What the network takes, `[inputs, draws · rows]`.
  let inputs: Matrix<Scalar>
  /// What it gives, `[dimension, draws · rows]`.
  let output: Matrix<Scalar>
  /// The residual, then the cotangent of the output; `[dimension, draws · rows]`.
  let residual: Matrix<Scalar>
  private let stream: RandomStream
  private let sharesRows: Bool
  private let sharesCoordinates: Bool
  private let pass: NetworkPass<Scalar>

  /// - Parameter batchSize: the largest number of rows.
  init(
    _ objective: DenoisingScoreMatching, _ network: Network, batchSize: Int, stream: RandomStream,
    pool: WorkerPool
  ) {
    dimension = network.dimension
    draws = objective.draws
    self.stream = stream
    sharesRows = objective.sharedOver.contains(.rows)
    sharesCoordinates = objective.sharedOver.contains(.coordinates)
    let pairs = batchSize * draws
    noise = Matrix(features: draws * dimension, rows: batchSize)
    inputs = Matrix(features: network.mlp.inputCount, rows: pairs)
    output = Matrix(features: dimension, rows: pairs)
    residual = Matrix(features: dimension, rows: pairs)
    pass = NetworkPass(network, rows: pairs, pool: pool)
  }

  /// Draws n, only as much of it as is not shared; the inputs are lost.
  @inline(__always)
  func drawNoise(rows: Int, step: Int) {
    let drawn = sharesRows ? 0..<1 : 0..<rows
    if sharesCoordinates {
      // Coordinate 0 of every draw, one after the other.
      for draw in 0..<draws {
        stream.normals(
          .objectiveNoise, step: UInt64(step), rows: drawn,
          columns: (draw * dimension)..<(draw * dimension + 1), into: inputs)
        (noise.pointer + draw * dimension * noise.stride).update(
          from: inputs.pointer, count: drawn.count)
      }
    } else {
      stream.normals(
        .objectiveNoise, step: UInt64(step), rows: drawn, columns: 0..<(draws * dimension),
        into: noise)
    }
    // From here on every element is there, whatever is shared.
    for draw in 0..<draws {
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

  /// The loss at the inputs, and its gradient where that is wanted.
  ///
  /// - Parameter makeCotangents: puts the cotangents of the output in place of the residuals, and returns the loss.
  @inline(__always)
  func evaluate(
    parameters: UnsafePointer<Scalar>, rows: Int, gradient: UnsafeMutablePointer<Scalar>?,
    _ makeCotangents: () -> Double
  ) -> Double {
    let pairs = rows * draws
    pass.evaluate(parameters: parameters, points: inputs, rows: pairs, into: output)
    let loss = makeCotangents()
    if let gradient {
      pass.differentiate(
        parameters: parameters, points: inputs, cotangents: residual, rows: pairs, into: gradient)
    }
    return loss
  }
}
