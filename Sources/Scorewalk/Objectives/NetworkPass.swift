/// A network with the memory to evaluate it on batches of points.
///
/// What it gives is what its last layer gives, o(x), and of an energy the score −∇E(x).
final class NetworkPass<Scalar: Real> {
  private let network: Network
  private let workspace: MLPWorkspace<Scalar>
  /// Of an energy: E, its derivative along cotangents, and the cotangents −1 of both; `[1, rows]`.
  private let energy: Matrix<Scalar>
  private let energyTangent: Matrix<Scalar>
  private let minusOne: Matrix<Scalar>

  /// - Parameter rows: the largest batch.
  init(_ network: Network, rows: Int, pool: WorkerPool) {
    self.network = network
    workspace = network.mlp.makeWorkspace(Scalar.self, maximumRows: rows, pool: pool)
    let energies = network.output == .energy ? rows : 1
    energy = Matrix(features: 1, rows: energies)
    energyTangent = Matrix(features: 1, rows: energies)
    minusOne = Matrix(features: 1, rows: energies)
    minusOne.pointer.update(repeating: -1, count: energies)
  }

  /// Evaluates o.
  ///
  /// - Parameters:
  ///   - points: `[dimension, rows]`.
  ///   - output: `[dimension, rows]`; overwritten.
  func evaluate(
    parameters: UnsafePointer<Scalar>, points: Matrix<Scalar>, rows: Int,
    into output: Matrix<Scalar>
  ) {
    switch network.output {
    case .energy:
      network.mlp.recordSlopes(
        parameters: parameters, inputs: points, rows: rows, workspace: workspace)
      network.mlp.vjp(
        parameters: parameters, inputs: points, cotangents: minusOne, rows: rows,
        parameterGradient: nil, inputGradient: output, workspace: workspace)
    case .score, .denoiser, .noise:
      network.mlp.forward(
        parameters: parameters, inputs: points, outputs: output, rows: rows, workspace: workspace)
    }
  }

  /// The gradient of Σ cotangents · o by the parameters, at the points that were evaluated last.
  ///
  /// - Parameters:
  ///   - points: `[dimension, rows]`, as they were evaluated.
  ///   - cotangents: `[dimension, rows]`.
  ///   - gradient: `[parameterCount]`; overwritten.
  func differentiate(
    parameters: UnsafePointer<Scalar>, points: Matrix<Scalar>, cotangents: Matrix<Scalar>,
    rows: Int, into gradient: UnsafeMutablePointer<Scalar>
  ) {
    switch network.output {
    case .energy:
      gradient.update(repeating: 0, count: network.mlp.parameterCount)
      // s = −∇E, so ⟨c, s⟩ is minus the derivative of E along c.
      network.mlp.jvp(
        parameters: parameters, inputs: points, tangents: cotangents, outputs: energy,
        outputTangents: energyTangent, rows: rows, workspace: workspace)
      network.mlp.jvpGradient(
        parameters: parameters, inputs: points, tangents: cotangents, outputCotangents: nil,
        tangentCotangents: minusOne, rows: rows, parameterGradient: gradient, inputGradient: nil,
        workspace: workspace)
    case .score, .denoiser, .noise:
      network.mlp.vjp(
        parameters: parameters, inputs: points, cotangents: cotangents, rows: rows,
        parameterGradient: gradient, isAccumulated: false, inputGradient: nil, workspace: workspace)
    }
  }
}
