extension Oracle {
  /// Derivatives of networks against central differences in float64.
  static var networks: [Oracle] {
    Activation.allCases.filter(\.hasContinuousDerivative).map { activation in
      Oracle(.networks, "gradient by central differences, \(activation.rawValue), relative error") {
        _ in Outcome(value: gradientError(activation), expected: 0, tolerance: 1e-8)
      }
    }
  }

  /// The relative error of the gradient of Σ outputs along a direction of parameters.
  private static func gradientError(_ activation: Activation) -> Double {
    let network = MLP(widths: [2, 9, 7, 2], activation: activation)
    let (stream, rows) = (RandomStream(key: 2), 12)
    let parameters: [Double] = network.initialParameters(.pytorch, stream: stream)
    let count = network.parameterCount
    let workspace = network.makeWorkspace(Double.self, maximumRows: rows)
    let (inputs, outputs, ones) = (
      Matrix<Double>(features: 2, rows: rows), Matrix<Double>(features: 2, rows: rows),
      Matrix<Double>(features: 2, rows: rows)
    )
    stream.normals(.evaluation, step: 0, rows: 0..<rows, columns: 0..<2, into: inputs)
    ones.pointer.update(repeating: 1, count: 2 * ones.stride)
    let direction = (0..<count).map { stream.normal(.evaluation, step: 1, row: $0, column: 0) }
    func sum(_ scale: Double) -> Double {
      let moved = zip(parameters, direction).map { $0 + scale * $1 }
      moved.withUnsafeBufferPointer {
        guard let base = $0.baseAddress else { return }
        network.forward(
          parameters: base, inputs: inputs, outputs: outputs, rows: rows, workspace: workspace)
      }
      var total = 0.0
      for feature in 0..<2 { for row in 0..<rows { total += outputs[feature, row] } }
      return total
    }
    let step = 1e-5
    let difference = (sum(step) - sum(-step)) / (2 * step)
    var gradient = [Double](repeating: 0, count: count)
    _ = sum(0)
    parameters.withUnsafeBufferPointer { parameters in
      gradient.withUnsafeMutableBufferPointer { gradient in
        guard let base = parameters.baseAddress else { return }
        network.vjp(
          parameters: base, inputs: inputs, cotangents: ones, rows: rows,
          parameterGradient: gradient.baseAddress, inputGradient: nil, workspace: workspace)
      }
    }
    var product = 0.0
    for index in 0..<count { product += gradient[index] * direction[index] }
    return abs(product - difference) / abs(difference)
  }
}
