internal import CKernels

extension Oracle {
  /// Elementary functions against constants rounded from many digits; instruction sets against each other.
  static var numerics: [Oracle] {
    [
      .exact(.numerics, "e", 2.718_281_828_459_045, within: 5e-16) { Double.exp(1) },
      .exact(.numerics, "log 10", 2.302_585_092_994_045_7, within: 5e-16) { Double.log(10) },
      .exact(.numerics, "sin 10²²", -0.852_200_849_767_188_8, within: 2e-16) { Double.sin(1e22) },
      .exact(.numerics, "erfc 5 / 10⁻¹²", 1.537_459_794_428_035, within: 1e-15) {
        Double.erfc(5) * 1e12
      },
      .exact(.numerics, "Φ⁻¹(0.975)", 1.959_963_984_540_054, within: 5e-16) {
        Double.normalQuantile(0.975)
      },
      Oracle(.numerics, "numbers that differ between the instruction sets of this machine") { _ in
        let results = KernelSelection.allCases.filter(\.isAvailable).map(networkPass)
        let first = results[0]
        let differing = results.dropFirst().map { other in
          zip(first, other).count { $0.bitPattern != $1.bitPattern }
        }
        return Outcome(value: Double(differing.reduce(0, +)), expected: 0, tolerance: 0)
      },
    ]
  }

  /// Outputs and gradients of a small network, with the kernels of one instruction set.
  @Sendable
  private static func networkPass(_ kernels: KernelSelection) -> [Double] {
    let network = MLP(widths: [3, 17, 11, 2], activation: .silu)
    let stream = RandomStream(key: 1)
    let parameters: [Double] = network.initialParameters(.pytorch, stream: stream)
    let workspace = network.makeWorkspace(Double.self, maximumRows: 21, kernels: kernels)
    let (inputs, outputs) = (
      Matrix<Double>(features: 3, rows: 21), Matrix<Double>(features: 2, rows: 21)
    )
    stream.normals(.evaluation, step: 0, rows: 0..<21, columns: 0..<3, into: inputs)
    var gradient = [Double](repeating: 0, count: network.parameterCount)
    parameters.withUnsafeBufferPointer { parameters in
      gradient.withUnsafeMutableBufferPointer { gradient in
        guard let base = parameters.baseAddress else { return }
        network.forward(
          parameters: base, inputs: inputs, outputs: outputs, rows: 21, workspace: workspace)
        network.vjp(
          parameters: base, inputs: inputs, cotangents: outputs, rows: 21,
          parameterGradient: gradient.baseAddress, inputGradient: nil, workspace: workspace)
      }
    }
    return gradient
  }
}
