/// One thread's part of a ``TraceEvaluator``.
///
/// Its memory is its own, and one thread at a time uses it: hence unchecked.
final class TraceWorker<Scalar: Real>: RowBlockWorker, @unchecked Sendable {
  private let mlp: MLP
  private let dimension: Int
  private let directions: TraceDirections
  private let directionCount: Int
  private let stream: RandomStream
  /// x, `[dimension, rows]`.
  private let inputs: Matrix<Scalar>
  /// v, `[dimension, rows]`.
  private let tangents: Matrix<Scalar>
  /// s, `[dimension, rows]`.
  private let scores: Matrix<Scalar>
  /// ∂s/∂x v, `[dimension, rows]`.
  private let derivatives: Matrix<Scalar>
  /// The cotangents of the two, `[dimension, rows]`.
  private let scoreCotangents: Matrix<Scalar>
  private let derivativeCotangents: Matrix<Scalar>
  /// vᵀ s, or the length of a direction, `[1, rows]`.
  private let products: Matrix<Scalar>
  private let workspace: MLPWorkspace<Scalar>

  /// - Parameter rows: the largest block.
  init(mlp: MLP, directions: TraceDirections, rows: Int, stream: RandomStream, pool: WorkerPool) {
    self.mlp = mlp
    self.directions = directions
    self.stream = stream
    dimension = mlp.inputCount
    directionCount = directions.count(dimension: dimension)
    inputs = Matrix(features: dimension, rows: rows)
    tangents = Matrix(features: dimension, rows: rows)
    scores = Matrix(features: dimension, rows: rows)
    derivatives = Matrix(features: dimension, rows: rows)
    scoreCotangents = Matrix(features: dimension, rows: rows)
    derivativeCotangents = Matrix(features: dimension, rows: rows)
    products = Matrix(features: 1, rows: rows)
    workspace = mlp.makeWorkspace(Scalar.self, maximumRows: rows, pool: pool)
  }

  @_specialize(where Scalar == Float)
  @_specialize(where Scalar == Double)
  func evaluate(
    parameters: UnsafePointer<Scalar>, batch: Matrix<Scalar>, rows: Range<Int>, step: Int,
    weight: Scalar, losses: UnsafeMutablePointer<Double>, gradient: UnsafeMutablePointer<Scalar>?
  ) {
    let count = rows.count
    for coordinate in 0..<dimension {
      (inputs.pointer + coordinate * inputs.stride).update(
        from: batch.pointer + coordinate * batch.stride + rows.lowerBound, count: count)
    }
    losses.update(repeating: 0, count: count)
    for direction in 0..<directionCount {
      fillTangents(direction, rows: rows, step: step)
      mlp.jvp(
        parameters: parameters, inputs: inputs, tangents: tangents, outputs: scores,
        outputTangents: derivatives, rows: count, workspace: workspace)
      let hasSquare = direction == 0 || !directions.squaresWholeScore
      addLosses(direction, hasSquare: hasSquare, rows: count, to: losses)
      guard let gradient else { continue }
      makeCotangents(direction, hasSquare: hasSquare, weight: weight, rows: count)
      mlp.jvpGradient(
        parameters: parameters, inputs: inputs, tangents: tangents,
        outputCotangents: hasSquare ? scoreCotangents : nil,
        tangentCotangents: derivativeCotangents, rows: count, parameterGradient: gradient,
        inputGradient: nil, workspace: workspace)
    }
  }

  /// The share of one direction in the trace.
  private var share: Double {
    switch directions {
    case .axes: 1
    case .random(_, let count, _): 1 / Double(count)
    }
  }

  /// Writes v.
  @inline(__always)
  private func fillTangents(_ direction: Int, rows: Range<Int>, step: Int) {
    let count = rows.count
    switch directions {
    case .axes:
      for coordinate in 0..<dimension {
        (tangents.pointer + coordinate * tangents.stride).update(
          repeating: coordinate == direction ? 1 : 0, count: count)
      }
    case .random(let distribution, _, _):
      let columns = (direction * dimension)..<((direction + 1) * dimension)
      switch distribution {
      case .rademacher:
        stream.uniforms(
          .objectiveNoise, step: UInt64(step), rows: rows, columns: columns, into: tangents)
        for coordinate in 0..<dimension {
          let v = tangents.pointer + coordinate * tangents.stride
          for row in 0..<count { v[row] = v[row] < 0.5 ? -1 : 1 }
        }
      case .gaussian:
        stream.normals(
          .objectiveNoise, step: UInt64(step), rows: rows, columns: columns, into: tangents)
      case .sphere:
        stream.normals(
          .objectiveNoise, step: UInt64(step), rows: rows, columns: columns, into: tangents)
        stretchToSphere(rows: count)
      }
    }
  }

  /// Brings every direction to the length √dimension.
  @inline(__always)
  private func stretchToSphere(rows: Int) {
    let factor = products.pointer
    factor.update(repeating: 0, count: rows)
    for coordinate in 0..<dimension {
      let v = tangents.pointer + coordinate * tangents.stride
      for row in 0..<rows { factor[row] += v[row] * v[row] }
    }
    let square = Scalar(dimension)
    // A normal number may be 0, and in one dimension then the whole direction.
    for row in 0..<rows where factor[row] == 0 {
      tangents.pointer[row] = 1
      factor[row] = 1
    }
    for row in 0..<rows { factor[row] = (square / factor[row]).squareRoot() }
    for coordinate in 0..<dimension {
      let v = tangents.pointer + coordinate * tangents.stride
      for row in 0..<rows { v[row] *= factor[row] }
    }
  }

  /// Adds vᵀ ∂s/∂x v and the square, in double precision.
  @inline(__always)
  private func addLosses(
    _ direction: Int, hasSquare: Bool, rows: Int, to losses: UnsafeMutablePointer<Double>
  ) {
    if case .axes = directions {
      let derivative = derivatives.pointer + direction * derivatives.stride
      for row in 0..<rows { losses[row] += Double(derivative[row]) }
    } else {
      for coordinate in 0..<dimension {
        let v = tangents.pointer + coordinate * tangents.stride
        let derivative = derivatives.pointer + coordinate * derivatives.stride
        for row in 0..<rows { losses[row] += share * (Double(v[row]) * Double(derivative[row])) }
      }
    }
    guard hasSquare else { return }
    if directions.squaresWholeScore {
      for coordinate in 0..<dimension {
        let s = scores.pointer + coordinate * scores.stride
        for row in 0..<rows { losses[row] += 0.5 * (Double(s[row]) * Double(s[row])) }
      }
    } else {
      let product = products.pointer
      product.update(repeating: 0, count: rows)
      for coordinate in 0..<dimension {
        let v = tangents.pointer + coordinate * tangents.stride
        let s = scores.pointer + coordinate * scores.stride
        for row in 0..<rows { product[row] += v[row] * s[row] }
      }
      for row in 0..<rows {
        losses[row] += 0.5 * share * (Double(product[row]) * Double(product[row]))
      }
    }
  }

  /// The loss by ∂s/∂x v and by s.
  @inline(__always)
  private func makeCotangents(_ direction: Int, hasSquare: Bool, weight: Scalar, rows: Int) {
    let factor = Scalar(share) * weight
    for coordinate in 0..<dimension {
      let cotangent = derivativeCotangents.pointer + coordinate * derivativeCotangents.stride
      if case .axes = directions {
        cotangent.update(repeating: coordinate == direction ? weight : 0, count: rows)
      } else {
        let v = tangents.pointer + coordinate * tangents.stride
        for row in 0..<rows { cotangent[row] = factor * v[row] }
      }
    }
    guard hasSquare else { return }
    let product = products.pointer
    for coordinate in 0..<dimension {
      let cotangent = scoreCotangents.pointer + coordinate * scoreCotangents.stride
      if directions.squaresWholeScore {
        let s = scores.pointer + coordinate * scores.stride
        for row in 0..<rows { cotangent[row] = weight * s[row] }
      } else {
        let v = tangents.pointer + coordinate * tangents.stride
        for row in 0..<rows { cotangent[row] = factor * product[row] * v[row] }
      }
    }
  }
}
