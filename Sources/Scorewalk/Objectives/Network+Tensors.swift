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

  /// A flat parameter array (or anything of its length) as tensors in layer order.
  ///
  /// - Parameters:
  ///   - parameters: `[parameterCount]`, as ``MLP`` lays them out.
  ///   - prefix: goes in front of every name, as in `first-moment/dense-0.kernel`.
  func tensors<Scalar: Real>(of parameters: [Scalar], prefix: String = "") -> [NamedTensor] {
    precondition(
      parameters.count == mlp.parameterCount,
      "\(parameters.count) numbers for \(mlp.parameterCount) parameters")
    return mlp.tensorNames.indices.map { index in
      let shape = mlp.tensorShapes[index]
      let start = mlp.tensorOffsets[index]
      let values = parameters[start..<(start + shape.reduce(1, *))]
      return NamedTensor(
        name: prefix + mlp.tensorNames[index], shape: shape, values: TensorValues(values))
    }
  }

  /// The flat parameter array that the tensors hold.
  ///
  /// - Throws: ``RunError`` `.incompatibleState` where names, shapes or the precision differ.
  func flatten<Scalar: Real>(
    _ tensors: [NamedTensor], prefix: String = "", as _: Scalar.Type = Scalar.self
  ) throws(RunError) -> [Scalar] {
    guard tensors.count == mlp.tensorNames.count else {
      throw .incompatible(
        "\(tensors.count) tensors where the network has \(mlp.tensorNames.count)")
    }
    var flat: [Scalar] = []
    flat.reserveCapacity(mlp.parameterCount)
    for (index, tensor) in tensors.enumerated() {
      let name = prefix + mlp.tensorNames[index]
      let shape = mlp.tensorShapes[index]
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
