internal import CKernels

/// The non-linearity after every hidden layer.
public enum Activation: String, Sendable, CaseIterable {
  /// log(1 + e^z).
  case softplus
  /// max(z, 0), with derivative 0 at 0 and second derivative 0 everywhere.
  case relu
  /// z sigmoid(z), also called swish.
  case silu
  /// The hyperbolic tangent.
  case tanh

  /// Whether the first derivative is continuous: without it, an objective or a sampler that
  /// differentiates the network by its input sees a step function.
  public var hasContinuousDerivative: Bool { self != .relu }

  var kernelIndex: Int32 {
    switch self {
    case .softplus: Int32(SW_ACTIVATION_SOFTPLUS)
    case .relu: Int32(SW_ACTIVATION_RELU)
    case .silu: Int32(SW_ACTIVATION_SILU)
    case .tanh: Int32(SW_ACTIVATION_TANH)
    }
  }
}
