/// Gradient descent with optional momentum.
///
/// Without momentum θ ← θ + (−η) g. With momentum μ:
///
///     m ← g + μ m
///     u = m, or g + μ m with Nesterov's form
///     θ ← θ + (−η) u
///
/// The constants and the order of operations are those of `optax.sgd` (`trace`, then
/// `scale_by_learning_rate`); momentum 0 is no momentum and keeps no state.
public struct SGD: GradientRule, Hashable {
  /// The learning rate η.
  public var learningRate: LearningRate
  /// μ in [0, 1).
  public var momentum: Double
  /// Whether Nesterov's form is used.
  public var isNesterov: Bool

  /// Makes the rule.
  public init(learningRate: LearningRate, momentum: Double = 0, isNesterov: Bool = false) {
    self.learningRate = learningRate
    self.momentum = momentum
    self.isNesterov = isNesterov
  }

  /// `sgd`.
  public static let kind = "sgd"

  /// Plain, with momentum, and Nesterov's.
  public static var examples: [any Optimizer] {
    [
      SGD(learningRate: 1e-2),
      SGD(learningRate: 1e-3, momentum: 0.9),
      SGD(learningRate: 1e-3, momentum: 0.9, isNesterov: true),
    ]
  }

  /// `momentum` where there is any.
  public var stateNames: [String] { momentum == 0 ? [] : ["momentum"] }

  /// Finds a learning rate or a momentum outside its range.
  public func validate() throws(RunError) {
    try learningRate.validate()
    try require("momentum", momentum, atLeast: 0, below: 1)
    if isNesterov && momentum == 0 {
      throw .invalid("sgd: nesterov needs momentum", hint: "momentum 0.9 is common")
    }
  }

  /// One update; see the type.
  @_specialize(where Scalar == Float)
  @_specialize(where Scalar == Double)
  public func update<Scalar: Real>(
    parameters: UnsafeMutablePointer<Scalar>, gradient: UnsafePointer<Scalar>,
    state: [UnsafeMutablePointer<Scalar>], count: Int, update: Int, learningRate: Double
  ) -> Bool {
    let step = -Scalar(learningRate)
    let kernels = Scalar.kernels(.selected)
    guard momentum != 0 else {
      return kernels.addScaled(count, step, gradient, parameters) == 1
    }
    let decay = Scalar(momentum)
    let trace = state[0]
    if isNesterov {
      for i in 0..<count {
        let accumulated = gradient[i] + decay * trace[i]
        trace[i] = accumulated
        parameters[i] += step * (gradient[i] + decay * accumulated)
      }
    } else {
      for i in 0..<count {
        let accumulated = gradient[i] + decay * trace[i]
        trace[i] = accumulated
        parameters[i] += step * accumulated
      }
    }
    return kernels.allFinite(count, parameters) == 1 && kernels.allFinite(count, trace) == 1
  }
}
