/// How a network's parameters begin.
public enum Initializer: String, Sendable, CaseIterable {
  /// Flax's `lecun_normal`: kernels from a normal law of variance 1/in, truncated at two standard
  /// deviations of the untruncated law and rescaled by that law's standard deviation; biases zero.
  case flax
  /// PyTorch's `nn.Linear`: kernels and biases uniform on (−1/√in, 1/√in).
  case pytorch
}

extension MLP {
  /// The standard deviation of a standard normal law truncated to (−2, 2).
  static let truncatedNormalDeviation = 0.87962566103423978

  /// Draws initial parameters.
  ///
  /// flax: w = √2 erfinv(U(−erf √2, erf √2)) / (√in · 0.8796…), |√2 erfinv| < 2; b = 0.
  /// pytorch: w, b = (2u − 1)/√in.
  ///
  /// Element k of tensor t (in the order of ``tensors``) uses uniform number (row k, column 0) at
  /// step t of ``RandomPurpose/parameters``. All is drawn in float64 and rounded at the end, so
  /// float32 and float64 networks start from the same numbers, to rounding.
  public func initialParameters<S: Real>(_ initializer: Initializer, stream: RandomStream) -> [S] {
    var result = [S](repeating: 0, count: parameterCount)
    for (index, tensor) in tensors.enumerated() {
      let fanIn = Double(layers[index / 2].inputs)
      if initializer == .flax && tensor.shape.count == 1 { continue }
      for element in 0..<tensor.count {
        let uniform = stream.uniform(
          .parameters, step: UInt64(index), row: element, column: 0)
        let value =
          switch initializer {
          case .flax:
            Self.truncatedNormal(uniform) * (1 / fanIn).squareRoot()
              / Self.truncatedNormalDeviation
          case .pytorch: (2 * uniform - 1) / fanIn.squareRoot()
          }
        result[tensor.offset + element] = S(value)
      }
    }
    return result
  }

  /// The quantile of a standard normal law truncated to the open interval (−2, 2).
  private static func truncatedNormal(_ uniform: Double) -> Double {
    let bound = Double.erf(2.0.squareRoot())
    let value = 2.0.squareRoot() * Double.erfinv((2 * uniform - 1) * bound)
    return min(max(value, (-2.0).nextUp), 2.0.nextDown)
  }
}
