/// Several noisy measurements of one point, y_m = x + σ n_m with n_m ~ N(0, I) for m = 1 … M, drawn independently
/// (Saremi and Srivastava 2022, arXiv:2112.09822).
///
/// What they say of x is in their mean ȳ, which carries noise of σ/√M: x̂(y₁ … y_M) is x̂(ȳ) at that level. So each
/// may have so much noise that walking is easy, and all together so little that the jump is sharp. The score of
/// their joint law is that of the law with noise at one level,
///
///     ∇_{y_m} log p(y₁ … y_M) = (x̂(ȳ; σ/√M) − y_m)/σ² = (ȳ − y_m)/σ² + s(ȳ, σ/√M)/M
///
/// for every m, since x̂(ȳ; τ) = ȳ + τ² s(ȳ, τ). Of the first m alone it is the same with ȳ_m and σ/√m, which is
/// also the score of y_m given those before it (Saremi, Park and Bach 2024, arXiv:2305.19473).
public struct Measurements: Sendable, Hashable {
  /// σ, the noise of each; above 0, in units of the positions.
  public let noiseLevel: Double
  /// M, how many there are.
  public let count: Int
  /// σ, σ/√2, … σ/√M: the noise of the mean of the first, of the first two, and so on.
  public let levels: NoiseLadder

  /// How many measurements there may be.
  public static let largestCount = NoiseLadder.largestCount

  /// Describes measurements.
  ///
  /// - Throws: ``RunError`` `.invalidConfiguration` where σ is not above 0, or there is none or are more than
  ///   ``largestCount``.
  public init(noiseLevel: Double, count: Int) throws(RunError) {
    guard noiseLevel.isFinite, noiseLevel > 0 else {
      throw .invalid("the noise level of measurements must be above 0, is \(noiseLevel)")
    }
    guard (1...Self.largestCount).contains(count) else {
      throw .invalid("\(count) measurements; there may be from 1 to \(Self.largestCount)")
    }
    self.noiseLevel = noiseLevel
    self.count = count
    levels = try NoiseLadder((1...count).map { noiseLevel / Double($0).squareRoot() })
  }

  /// σ/√M, the noise of the mean of all.
  public var meanNoiseLevel: Double { levels.levels[count - 1] }

  /// Finds numbers that chains of a precision cannot hold: kernels compute with δ, σ² and 1/σ², and targets with the
  /// variance of the mean.
  ///
  /// - Parameters:
  ///   - delta: δ of a measurement's step.
  ///   - kind: of the sampler, for what is said.
  /// - Throws: ``RunError`` `.invalidConfiguration`.
  func validate(delta: Double, in precision: Precision, kind: String) throws(RunError) {
    let variance = noiseLevel * noiseLevel
    for (name, value, field) in [
      ("the step δ", delta, "step_size"), ("the variance of a step, 2δ", 2 * delta, "step_size"),
      ("the variance of a measurement, σ²", variance, "noise_level"),
      ("the inverse of a measurement's variance, 1/σ²", 1 / variance, "noise_level"),
      ("the variance of the mean, σ²/M", meanNoiseLevel * meanNoiseLevel, "noise_level"),
    ] where !precision.holds(value) {
      throw .invalid(
        "\(kind): \(name), is beyond the numbers of \(precision.rawValue)",
        hint: precision == .float32
          ? "choose `precision: float64`, or other units" : "choose other units", field: field)
    }
  }
}
