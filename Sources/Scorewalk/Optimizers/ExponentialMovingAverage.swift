/// An exponential moving average (EMA) of the parameters.
///
///     a ← (1 − d) θ + d a      after every update
///
/// Unless debiased, a starts at the initial parameters. Debiased, a starts at zero and a / (1 − dᵗ)
/// is read after t updates, as in `optax.ema`. With a warm-up, d at update t is
/// min(decay, (1 + t) / (10 + t)), as in TensorFlow's and many diffusion models' averages.
public struct ExponentialMovingAverage: Sendable, Hashable {
  /// d in [0, 1).
  public var decay: Double
  /// Whether d rises from 2/11 in the first updates.
  public var isWarmedUp: Bool
  /// Whether the average starts at zero and is corrected for it.
  public var isDebiased: Bool

  /// Makes an average.
  public init(decay: Double, isWarmedUp: Bool = false, isDebiased: Bool = false) {
    self.decay = decay
    self.isWarmedUp = isWarmedUp
    self.isDebiased = isDebiased
  }

  /// Finds a decay outside its range, or two corrections at once.
  ///
  /// - Throws: ``RunError`` `.invalidConfiguration`.
  public func validate() throws(RunError) {
    guard decay >= 0, decay < 1 else {
      throw .invalid("the decay of an average must lie in [0, 1), is \(decay)")
    }
    guard !(isWarmedUp && isDebiased) else {
      throw .invalid("an average is either warmed up or debiased", hint: "choose one of the two")
    }
  }

  /// d at update t, from 1.
  public func decay(at update: Int) -> Double {
    guard isWarmedUp else { return decay }
    return min(decay, (1 + Double(update)) / (10 + Double(update)))
  }

  /// Takes the parameters after update t into the average, in place.
  @_specialize(where Scalar == Float)
  @_specialize(where Scalar == Double)
  func update<Scalar: Real>(
    average: UnsafeMutablePointer<Scalar>, parameters: UnsafePointer<Scalar>, count: Int,
    update: Int
  ) {
    let decay = decay(at: update)
    let (keep, take) = (Scalar(decay), Scalar(1 - decay))
    for i in 0..<count { average[i] = take * parameters[i] + keep * average[i] }
  }

  /// What is read of the average after t ≥ 1 updates.
  func read<Scalar: Real>(_ average: [Scalar], after updates: Int) -> [Scalar] {
    guard isDebiased else { return average }
    let correction = Scalar(1 - Double.pow(decay, updates))
    return average.map { $0 / correction }
  }
}
