/// The constants of Adam's two moments, and the update that ``Adam`` and ``AdamW`` share.
public struct AdamMoments: Sendable, Hashable {
  /// β₁ in [0, 1).
  public var firstDecay: Double
  /// β₂ in [0, 1).
  public var secondDecay: Double
  /// ε ≥ 0, added to the root.
  public var epsilon: Double
  /// ε_root ≥ 0, added under the root.
  public var rootEpsilon: Double

  /// Makes the constants; unless said, those of optax.
  public init(
    firstDecay: Double = 0.9, secondDecay: Double = 0.999, epsilon: Double = 1e-8,
    rootEpsilon: Double = 0
  ) {
    self.firstDecay = firstDecay
    self.secondDecay = secondDecay
    self.epsilon = epsilon
    self.rootEpsilon = rootEpsilon
  }

  static let stateNames = ["first-moment", "second-moment"]

  func validate(for optimizer: some Optimizer) throws(RunError) {
    try optimizer.require("b1", firstDecay, atLeast: 0, below: 1)
    try optimizer.require("b2", secondDecay, atLeast: 0, below: 1)
    try optimizer.require("eps", epsilon, atLeast: 0)
    try optimizer.require("eps_root", rootEpsilon, atLeast: 0)
  }

  /// One update of Adam; with a weight decay, of AdamW. Returns whether all that it wrote is finite.
  @inline(__always)
  func update<Scalar: Real>(
    parameters: UnsafeMutablePointer<Scalar>, gradient: UnsafePointer<Scalar>,
    first: UnsafeMutablePointer<Scalar>, second: UnsafeMutablePointer<Scalar>, count: Int,
    update: Int, learningRate: Double, weightDecay: Double
  ) -> Bool {
    let step = -Scalar(learningRate)
    let (keepFirst, takeFirst) = (Scalar(firstDecay), Scalar(1 - firstDecay))
    let (keepSecond, takeSecond) = (Scalar(secondDecay), Scalar(1 - secondDecay))
    let firstCorrection = Scalar(1 - Double.pow(firstDecay, update))
    let secondCorrection = Scalar(1 - Double.pow(secondDecay, update))
    let (epsilon, rootEpsilon) = (Scalar(epsilon), Scalar(rootEpsilon))
    return Scalar.kernels(.selected).adam(
      count, gradient, keepFirst, takeFirst, keepSecond, takeSecond, firstCorrection,
      secondCorrection, epsilon, rootEpsilon, Scalar(weightDecay), step, first, second, parameters)
      == 1
  }
}
