/// How a network's parameters begin.
public enum Initializer: String, Sendable, CaseIterable {
  /// Flax's `lecun_normal`: kernels from a normal law of variance 1/in, truncated at two standard
  /// deviations of the untruncated law and rescaled by that law's standard deviation; biases zero.
  case flax
  /// PyTorch's `nn.Linear`: kernels and biases uniform on (−1/√in, 1/√in).
  case pytorch
  /// `jax.example_libraries.stax.Dense`: kernels as Flax's, but of variance 2/(in + out)
  /// (`glorot_normal`); biases from N(0, 10⁻⁴).
  case stax
}

extension MLP {
  /// The standard deviation of a standard normal law truncated to (−2, 2).
  static let truncatedNormalDeviation = 0.87962566103423978

  /// Draws initial parameters.
  ///
  /// flax: w = √2 erfinv(U(−erf √2, erf √2)) / (√in · 0.8796…), |√2 erfinv| < 2; b = 0.
  /// pytorch: w, b = (2u − 1)/√in.
  /// stax: w = √2 erfinv(U(−erf √2, erf √2)) √(2/(in + out)) / 0.8796…; b = ξ/100, ξ ~ N(0, 1).
  ///
  /// Element k of tensor t (in the order of ``tensors``) uses uniform number (row k, column 0) at
  /// step t of ``RandomPurpose/parameters``, or the normal number there. All is drawn in float64 and
  /// rounded at the end, so float32 and float64 networks start from the same numbers, to rounding.
  public func initialParameters<S: Real>(_ initializer: Initializer, stream: RandomStream) -> [S] {
    var result = [S](repeating: 0, count: parameterCount)
    for (index, tensor) in tensors.enumerated() {
      let fanIn = Double(layers[index / 2].inputs)
      let fanOut = Double(layers[index / 2].outputs)
      let isBias = tensor.shape.count == 1
      if initializer == .flax && isBias { continue }
      for element in 0..<tensor.count {
        if initializer == .stax && isBias {
          let normal = stream.normal(.parameters, step: UInt64(index), row: element, column: 0)
          result[tensor.offset + element] = S(normal * 1e-2)
          continue
        }
        let uniform = stream.uniform(
          .parameters, step: UInt64(index), row: element, column: 0)
        let value =
          switch initializer {
          case .flax:
            Self.truncatedNormal(uniform) * (1 / fanIn).squareRoot()
              / Self.truncatedNormalDeviation
          case .pytorch: (2 * uniform - 1) / fanIn.squareRoot()
          case .stax:
            Self.truncatedNormal(uniform) * (2 / (fanIn + fanOut)).squareRoot()
              / Self.truncatedNormalDeviation
          }
        result[tensor.offset + element] = S(value)
      }
    }
    return result
  }

  /// Draws the initial parameters that `stax.serial` draws in JAX from a key, in float32.
  ///
  /// The key is split in two for every layer, the activations among them, and goes on with the first
  /// half; a dense layer splits the second half in two again, for its kernel
  /// (`glorot_normal`, `truncated_normal(k₁, −2, 2) √(2/(in + out)) / 0.8796…`) and its bias
  /// (`normal(k₂)/100`).
  public func staxParameters(_ random: JAXRandom) -> [Float] {
    var result = [Float](repeating: 0, count: parameterCount)
    var key = random
    for (index, layer) in layers.enumerated() {
      // What an activation is given it does not use.
      if index > 0 { key = key.split(into: 2, taking: 0) }
      let own = key.split(into: 2, taking: 1)
      key = key.split(into: 2, taking: 0)
      let variance = Float(1 / (Double(layer.inputs + layer.outputs) / 2))
      let deviation = variance.squareRoot() / Float(Self.truncatedNormalDeviation)
      let kernel = own.split(into: 2, taking: 0).truncatedNormals(
        count: layer.inputs * layer.outputs, from: -2, to: 2)
      for (place, value) in kernel.enumerated() {
        result[layer.kernelOffset + place] = value * deviation
      }
      let bias = own.split(into: 2, taking: 1).normals(count: layer.outputs)
      for (place, value) in bias.enumerated() { result[layer.biasOffset + place] = value * 1e-2 }
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
