/// A multilayer perceptron: in → hidden … → out, the activation after every hidden layer.
///
/// aₗ = f(Wₗᵀ aₗ₋₁ + bₗ) for the hidden layers, and Wᵀ a + b at the end. A residual network adds to every
/// hidden layer after the first what went into it, aₗ = aₗ₋₁ + f(Wₗᵀ aₗ₋₁ + bₗ) (He et al. 2016,
/// arXiv:1512.03385), so that each of them is a block that can do nothing.
///
/// The value describes the shape alone. Parameters are one flat array that its owner keeps: per
/// layer the kernel W `[in, out]`, row-major, then the bias b `[out]`. Four operations work on it:
/// ``forward(parameters:inputs:outputs:rows:workspace:)``, the vector-Jacobian product, the
/// Jacobian-vector product and the gradient of that. Everything a training needs is made of them.
public struct MLP: Sendable, Hashable {
  /// One dense layer and where its parameters are.
  public struct Layer: Sendable, Hashable {
    /// The number of features that enter.
    public let inputs: Int
    /// The number of features that leave.
    public let outputs: Int
    /// Where the kernel `[inputs, outputs]` begins.
    public let kernelOffset: Int
    /// Where the bias `[outputs]` begins.
    public let biasOffset: Int
  }

  /// One named array among the parameters.
  public struct Tensor: Sendable, Hashable {
    /// For example `dense-0.kernel`.
    public let name: String
    /// `[in, out]` of a kernel, `[out]` of a bias.
    public let shape: [Int]
    /// Where it begins.
    public let offset: Int
    /// The number of its elements.
    public let count: Int
  }

  /// Features of the input, of every hidden layer and of the output.
  public let widths: [Int]
  /// The non-linearity after every hidden layer.
  public let activation: Activation
  /// Whether hidden layers after the first add their inputs.
  public let isResidual: Bool
  /// The dense layers, first to last.
  public let layers: [Layer]
  /// The length of the flat array of parameters.
  public let parameterCount: Int

  /// A network of the given widths `[in, hidden…, out]`, each at least 1, at least two of them; all hidden ones
  /// equal where it is residual.
  public init(widths: [Int], activation: Activation, isResidual: Bool = false) {
    precondition(widths.count >= 2 && widths.allSatisfy { $0 >= 1 }, "widths \(widths)")
    precondition(
      !isResidual || widths.dropFirst().dropLast().allSatisfy { $0 == widths[1] },
      "a residual network of the widths \(widths)")
    self.widths = widths
    self.activation = activation
    self.isResidual = isResidual
    var layers: [Layer] = []
    var offset = 0
    for (inputs, outputs) in zip(widths, widths.dropFirst()) {
      let biasOffset = offset + inputs * outputs
      layers.append(
        Layer(inputs: inputs, outputs: outputs, kernelOffset: offset, biasOffset: biasOffset))
      offset = biasOffset + outputs
    }
    self.layers = layers
    parameterCount = offset
  }

  /// Features of the input.
  public var inputCount: Int { layers[0].inputs }

  /// Features of the output.
  public var outputCount: Int { layers[layers.count - 1].outputs }

  /// Whether a layer adds what goes into it to what comes out.
  func addsInput(_ layer: Int) -> Bool { isResidual && layer > 0 && layer < layers.count - 1 }

  /// About how many multiplications one row is: an exponential counts as sixteen.
  var costOfRow: Int {
    let values = layers.dropLast().map(\.outputs).reduce(0, +)
    return parameterCount + (activation == .relu ? 1 : 16) * values
  }

  /// Every kernel and bias in the order of the flat array.
  public var tensors: [Tensor] {
    layers.enumerated().flatMap { index, layer in
      [
        Tensor(
          name: "dense-\(index).kernel", shape: [layer.inputs, layer.outputs],
          offset: layer.kernelOffset, count: layer.inputs * layer.outputs),
        Tensor(
          name: "dense-\(index).bias", shape: [layer.outputs], offset: layer.biasOffset,
          count: layer.outputs),
      ]
    }
  }

  /// The memory that the operations need, for batches of at most `maximumRows` rows.
  ///
  /// - Parameters:
  ///   - kernels: the instruction set; no result depends on it.
  ///   - pool: threads for large work; no result depends on them.
  public func makeWorkspace<S: Real>(
    _: S.Type, maximumRows: Int, kernels: KernelSelection = .selected, pool: WorkerPool = .serial
  ) -> MLPWorkspace<S> {
    MLPWorkspace(network: self, maximumRows: maximumRows, kernels: S.kernels(kernels), pool: pool)
  }
}
