/// One line of a network's overview: what a tensor holds.
public struct ParameterOverviewRow: Sendable, Hashable {
  /// For example `dense-0.kernel`.
  public let name: String
  /// `[in, out]` of a kernel, `[out]` of a bias.
  public let shape: [Int]
  /// The number of elements.
  public let count: Int
  /// Their mean.
  public let mean: Double
  /// The square root of their mean squared deviation from the mean (not n − 1).
  public let standardDeviation: Double
}

extension MLP {
  /// Layer, shape, count, mean and standard deviation of every kernel and bias, in float64.
  public func overview<S: Real>(parameters: [S]) -> [ParameterOverviewRow] {
    precondition(
      parameters.count == parameterCount, "\(parameters.count) of \(parameterCount) parameters")
    return tensors.map { tensor in
      let values = parameters[tensor.offset..<tensor.offset + tensor.count]
      let count = Double(tensor.count)
      let mean = values.reduce(0.0) { $0 + Double($1) } / count
      let variance =
        values.reduce(0.0) { $0 + (Double($1) - mean) * (Double($1) - mean) } / count
      return ParameterOverviewRow(
        name: tensor.name, shape: tensor.shape, count: tensor.count, mean: mean,
        standardDeviation: variance.squareRoot())
    }
  }
}
