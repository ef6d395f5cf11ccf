extension Network {
  /// Initial parameters from a stream, as tensors in layer order.
  ///
  /// - Parameters:
  ///   - initializer: the rule that draws kernels and biases.
  ///   - precision: the precision in which they are drawn and kept.
  ///   - stream: the model's stream.
  public func initialParameters(
    _ initializer: Initializer = .flax, precision: Precision, stream: RandomStream
  ) -> [NamedTensor] {
    switch precision {
    case .float32:
      tensors(of: mlp.initialParameters(initializer, stream: stream) as [Float])
    case .float64:
      tensors(of: mlp.initialParameters(initializer, stream: stream) as [Double])
    }
  }

  /// The initial parameters of `stax` in JAX from a key, as tensors in layer order; see
  /// ``MLP/staxParameters(_:)``.
  ///
  /// - Parameters:
  ///   - random: the key.
  ///   - precision: the precision in which they are kept; they are drawn in float32.
  public func staxParameters(_ random: JAXRandom, precision: Precision) -> [NamedTensor] {
    let parameters = mlp.staxParameters(random)
    switch precision {
    case .float32: return tensors(of: parameters)
    case .float64: return tensors(of: parameters.map { Double($0) })
    }
  }

  /// A flat parameter array (or anything of its length) as tensors in layer order.
  ///
  /// - Parameters:
  ///   - parameters: `[parameterCount]`, as ``MLP`` lays them out.
  ///   - prefix: goes in front of every name, as in `first-moment/dense-0.kernel`.
  func tensors<Scalar: Real>(of parameters: [Scalar], prefix: String = "") -> [NamedTensor] {
    precondition(
      parameters.count == mlp.parameterCount,
      "\(parameters.count) numbers for \(mlp.parameterCount) parameters")
    return mlp.tensors.map { tensor in
      let values = parameters[tensor.offset..<(tensor.offset + tensor.count)]
      return NamedTensor(
        name: prefix + tensor.name, shape: tensor.shape, values: TensorValues(values))
    }
  }

  /// The flat parameter array that the tensors hold.
  ///
  /// - Throws: ``RunError`` `.incompatibleState` where names, shapes or the precision differ.
  func flatten<Scalar: Real>(
    _ tensors: [NamedTensor], prefix: String = "", as _: Scalar.Type = Scalar.self
  ) throws(RunError) -> [Scalar] {
    let expected = mlp.tensors
    guard tensors.count == expected.count else {
      throw .incompatible("\(tensors.count) tensors where the network has \(expected.count)")
    }
    var flat: [Scalar] = []
    flat.reserveCapacity(mlp.parameterCount)
    for (tensor, (shape, name)) in zip(tensors, expected.map { ($0.shape, prefix + $0.name) }) {
      guard tensor.name == name, tensor.shape == shape else {
        throw .incompatible(
          "tensor \(tensor.name) \(tensor.shape) where the network has \(name) \(shape)")
      }
      guard tensor.values.precision == Scalar.precision else {
        throw .incompatible(
          "tensor \(name) is \(tensor.values.precision.rawValue), not "
            + Scalar.precision.rawValue)
      }
      flat.append(contentsOf: tensor.values.scalars(Scalar.self))
    }
    return flat
  }
}
