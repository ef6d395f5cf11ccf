/// One thread's memory for the derivative of a network's score along directions, ∂s/∂y v.
///
/// With o the perceptron's output at (c y, e(σ)) the score is s = a y + b o, and its derivative a v + b ∂o (c v, 0); of
/// an energy it is −∂²E v.
final class ScoreDerivative<Scalar: Real> {
  private let network: Network
  private let parameters: [Scalar]
  private let map: NoiseLevelMap<Scalar>?
  /// a and b.
  private let skip: Scalar
  private let scale: Scalar
  private let workspace: MLPWorkspace<Scalar>
  /// (c y, e(σ)) and (c v, 0) of a network that takes the noise level.
  private let inputs: Matrix<Scalar>
  private let tangents: Matrix<Scalar>
  /// o, or E and what it changes by along v.
  private let output: Matrix<Scalar>
  private let slope: Matrix<Scalar>
  private let minusOne: Matrix<Scalar>

  /// - Parameters:
  ///   - noiseLevel: σ; nil for a network that needs none.
  ///   - rows: the largest batch.
  init(_ network: Network, parameters: [Scalar], noiseLevel: Double?, rows: Int) {
    self.network = network
    self.parameters = parameters
    let level = noiseLevel ?? 1
    let scales = NoiseScales(network.conditioning, output: network.output, noiseLevel: level)
    map = network.conditioning.map {
      NoiseLevelMap($0, output: network.output, noiseLevel: level)
    }
    skip = Scalar(scales.score.skip)
    scale = Scalar(scales.score.scale)
    workspace = network.mlp.makeWorkspace(Scalar.self, maximumRows: rows)
    let features = network.conditioning == nil ? 1 : network.mlp.inputCount
    inputs = Matrix(features: features, rows: rows)
    tangents = Matrix(features: features, rows: rows)
    output = Matrix(features: network.outputCount, rows: rows)
    slope = Matrix(features: 1, rows: rows)
    minusOne = Matrix(features: 1, rows: rows)
    minusOne.pointer.update(repeating: -1, count: rows)
  }

  /// Writes ∂s/∂y v.
  ///
  /// - Parameters:
  ///   - positions, directions: y and v, `[dimension, rows]`.
  ///   - derivatives: `[dimension, rows]`; overwritten.
  /// - Complexity: that of three scores at most; allocates nothing.
  @_specialize(where Scalar == Float)
  @_specialize(where Scalar == Double)
  func evaluate(
    positions: Matrix<Scalar>, directions: Matrix<Scalar>, rows: Int,
    into derivatives: Matrix<Scalar>
  ) {
    parameters.withUnsafeBufferPointer { parameters in
      guard let base = parameters.baseAddress else { return }
      guard network.output != .energy else {
        network.mlp.jvp(
          parameters: base, inputs: positions, tangents: directions, outputs: output,
          outputTangents: slope, rows: rows, workspace: workspace)
        network.mlp.jvpGradient(
          parameters: base, inputs: positions, tangents: directions, outputCotangents: nil,
          tangentCotangents: minusOne, rows: rows, parameterGradient: nil,
          inputGradient: derivatives, workspace: workspace)
        return
      }
      if let map { writeInputs(map, positions, directions, rows) }
      network.mlp.jvp(
        parameters: base, inputs: map == nil ? positions : inputs,
        tangents: map == nil ? directions : tangents, outputs: output, outputTangents: derivatives,
        rows: rows, workspace: workspace)
    }
    guard network.output != .energy else { return }
    for coordinate in 0..<network.dimension {
      let v = directions.pointer + coordinate * directions.stride
      let result = derivatives.pointer + coordinate * derivatives.stride
      for row in 0..<rows { result[row] = skip * v[row] + scale * result[row] }
    }
  }

  /// The level is the same along every direction, so that its features have no derivative.
  @inline(__always)
  private func writeInputs(
    _ map: NoiseLevelMap<Scalar>, _ positions: Matrix<Scalar>, _ directions: Matrix<Scalar>,
    _ rows: Int
  ) {
    inputs.writeInputs(map, points: positions, dimension: network.dimension, rows: rows)
    for coordinate in 0..<network.dimension {
      let v = directions.pointer + coordinate * directions.stride
      let tangent = tangents.pointer + coordinate * tangents.stride
      for row in 0..<rows { tangent[row] = map.input * v[row] }
    }
  }
}
