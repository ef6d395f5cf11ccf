/// One thread's memory for the scores of a network that takes the noise level, each row at one of its own.
///
/// With the scales of ``NoiseConditioning``, s(y, σ) = a y + b o(c y, e(σ)), and so
///
///     ∂s/∂y = a I + b c ∂o/∂x,        ∇·s = a d + b c tr ∂o/∂x
///
/// by Jacobian-vector products of the perceptron: one along each coordinate, or one along each probe.
final class NoisedNetworkScratch<Scalar: Real> {
  private let network: Network
  private let conditioning: NoiseConditioning
  private let parameters: [Scalar]
  private let workspace: MLPWorkspace<Scalar>
  /// (c y, e(σ)), `[inputCount, rows]`.
  private let inputs: Matrix<Scalar>
  /// The direction of a derivative, 0 in e(σ), `[inputCount, rows]`.
  private let tangents: Matrix<Scalar>
  /// ∂o along it, `[dimension, rows]`.
  private let derivatives: Matrix<Scalar>
  /// c, a and b of each row.
  private let scales: Matrix<Double>

  /// - Parameter workspace: of the network's perceptron; shared with whoever uses it in between.
  init(
    _ network: Network, _ conditioning: NoiseConditioning, parameters: [Scalar], rows: Int,
    workspace: MLPWorkspace<Scalar>
  ) {
    self.network = network
    self.conditioning = conditioning
    self.parameters = parameters
    self.workspace = workspace
    inputs = Matrix(features: network.mlp.inputCount, rows: rows)
    tangents = Matrix(features: network.mlp.inputCount, rows: rows)
    derivatives = Matrix(features: network.dimension, rows: rows)
    scales = Matrix(features: 3, rows: rows)
  }

  /// As ``NoiseLevelFunction/score(positions:noiseLevels:rows:into:divergences:probes:)``.
  @_specialize(where Scalar == Float)
  @_specialize(where Scalar == Double)
  func score(
    positions: Matrix<Scalar>, noiseLevels: UnsafePointer<Double>, rows: Int,
    into scores: Matrix<Scalar>, divergences: UnsafeMutablePointer<Double>?,
    probes: Matrix<Scalar>?
  ) {
    prepare(positions, noiseLevels, rows)
    parameters.withUnsafeBufferPointer { parameters in
      guard let base = parameters.baseAddress else { return }
      guard let divergences else {
        network.mlp.evaluate(
          parameters: base, inputs: inputs, outputs: scores, rows: rows, workspace: workspace)
        return
      }
      divergences.update(repeating: 0, count: rows)
      for direction in 0..<(probes == nil ? network.dimension : 1) {
        setTangents(direction, probes, rows)
        network.mlp.jvp(
          parameters: base, inputs: inputs, tangents: tangents, outputs: scores,
          outputTangents: derivatives, rows: rows, workspace: workspace)
        addDerivatives(direction, probes, rows, to: divergences)
      }
      finish(divergences, probes, rows)
    }
    for i in 0..<network.dimension {
      let y = UnsafePointer(positions.pointer + i * positions.stride)
      let s = scores.pointer + i * scores.stride
      let (skip, scale) = (scales.pointer + scales.stride, scales.pointer + 2 * scales.stride)
      for row in 0..<rows { s[row] = Scalar(skip[row]) * y[row] + Scalar(scale[row]) * s[row] }
    }
  }

  /// Writes scales and inputs.
  @inline(__always)
  private func prepare(
    _ positions: Matrix<Scalar>, _ noiseLevels: UnsafePointer<Double>, _ rows: Int
  ) {
    let dimension = network.dimension
    for row in 0..<rows {
      let found = NoiseScales(conditioning, output: network.output, noiseLevel: noiseLevels[row])
      scales.pointer[row] = found.input
      scales.pointer[scales.stride + row] = found.score.skip
      scales.pointer[2 * scales.stride + row] = found.score.scale
      let features = inputs.pointer + dimension * inputs.stride + row
      conditioning.forEachFeature(at: noiseLevels[row]) { index, value in
        features[index * inputs.stride] = Scalar(value)
      }
    }
    for i in 0..<dimension {
      let y = UnsafePointer(positions.pointer + i * positions.stride)
      let x = inputs.pointer + i * inputs.stride
      for row in 0..<rows { x[row] = Scalar(scales.pointer[row]) * y[row] }
    }
  }

  @inline(__always)
  private func setTangents(_ direction: Int, _ probes: Matrix<Scalar>?, _ rows: Int) {
    for i in 0..<network.dimension {
      let tangent = tangents.pointer + i * tangents.stride
      if let probes {
        tangent.update(from: probes.pointer + i * probes.stride, count: rows)
      } else {
        tangent.update(repeating: i == direction ? 1 : 0, count: rows)
      }
    }
  }

  /// Adds ∂oᵢ/∂xᵢ, or vᵀ (∂o/∂x) v.
  @inline(__always)
  private func addDerivatives(
    _ direction: Int, _ probes: Matrix<Scalar>?, _ rows: Int,
    to divergences: UnsafeMutablePointer<Double>
  ) {
    guard let probes else {
      let derivative = derivatives.pointer + direction * derivatives.stride
      for row in 0..<rows { divergences[row] += Double(derivative[row]) }
      return
    }
    for i in 0..<network.dimension {
      let v = UnsafePointer(probes.pointer + i * probes.stride)
      let derivative = derivatives.pointer + i * derivatives.stride
      for row in 0..<rows { divergences[row] += Double(v[row]) * Double(derivative[row]) }
    }
  }

  /// From o to s: a d + b c ∇·o, with |v|² for d.
  @inline(__always)
  private func finish(
    _ divergences: UnsafeMutablePointer<Double>, _ probes: Matrix<Scalar>?, _ rows: Int
  ) {
    let dimension = network.dimension
    for row in 0..<rows {
      var square = Double(dimension)
      if let probes {
        square = 0
        for i in 0..<dimension {
          let v = Double(probes.pointer[i * probes.stride + row])
          square += v * v
        }
      }
      let (input, skip) = (scales.pointer[row], scales.pointer[scales.stride + row])
      divergences[row] =
        skip * square + scales.pointer[2 * scales.stride + row] * input * divergences[row]
    }
  }
}
