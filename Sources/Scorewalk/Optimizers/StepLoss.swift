/// The loss of one training step as a function of the parameters: its batch and its noise are fixed.
public struct StepLoss<Scalar: Real> {
  private let evaluator: any ObjectiveEvaluator<Scalar>
  private let batch: Matrix<Scalar>
  private let rows: Int
  private let count: Int
  private let clipping: GradientClipping?
  private let remedy: String
  private let passes: ParameterPasses
  private let measuresGradient: Bool
  /// The number of the training step, from 1.
  public let step: Int

  /// Fixes batch and noise.
  ///
  /// - Parameters:
  ///   - evaluator: computes the objective.
  ///   - batch: the data, `[dimension, rows]` feature-major.
  ///   - rows: how many rows of the batch count.
  ///   - step: the number of the training step, from 1.
  ///   - count: how many parameters there are.
  ///   - clipping: a bound on every gradient, if any.
  ///   - remedy: what to do where the loss is not finite.
  public init(
    evaluator: any ObjectiveEvaluator<Scalar>, batch: Matrix<Scalar>, rows: Int, step: Int,
    count: Int, clipping: GradientClipping? = nil, remedy: String
  ) {
    self.init(
      evaluator: evaluator, batch: batch, rows: rows, step: step, count: count, clipping: clipping,
      remedy: remedy, passes: ParameterPasses(count: count, pool: .serial), measuresGradient: true)
  }

  /// The same with passes over the parameters that threads share, and without the gradient's norm where
  /// nobody wants it.
  init(
    evaluator: any ObjectiveEvaluator<Scalar>, batch: Matrix<Scalar>, rows: Int, step: Int,
    count: Int, clipping: GradientClipping?, remedy: String, passes: ParameterPasses,
    measuresGradient: Bool
  ) {
    self.evaluator = evaluator
    self.batch = batch
    self.rows = rows
    self.step = step
    self.count = count
    self.clipping = clipping
    self.remedy = remedy
    self.passes = passes
    self.measuresGradient = measuresGradient
  }

  /// The loss alone; the same bits as with a gradient.
  ///
  /// - Returns: the loss, which may be infinite or NaN.
  /// - Throws: ``RunError`` `.diverged` where the objective says so.
  public func value(at parameters: UnsafePointer<Scalar>) throws(RunError) -> Double {
    try evaluator.evaluate(
      parameters: parameters, batch: batch, rows: rows, step: step, gradient: nil)
  }

  /// The loss and its gradient, clipped where that is asked for.
  ///
  /// - Parameter gradient: `[count]`; overwritten.
  /// - Returns: the loss, and the gradient's norm before clipping, unless nobody wants it; both are finite.
  /// - Throws: ``RunError`` `.diverged` where either is not.
  public func evaluate(
    at parameters: UnsafePointer<Scalar>, gradient: UnsafeMutablePointer<Scalar>
  ) throws(RunError) -> (value: Double, norm: Double?) {
    let value = try evaluator.evaluate(
      parameters: parameters, batch: batch, rows: rows, step: step, gradient: gradient)
    guard value.isFinite else { throw diverged("the loss is \(value)") }
    guard measuresGradient || clipping != nil else { return (value, nil) }
    let norm = passes.norm(gradient)
    guard norm.isFinite else { throw diverged("the gradient's norm is \(norm)") }
    clipping?.clip(gradient, count: count, norm: norm)
    return (value, norm)
  }

  /// The failure of this step.
  func diverged(_ what: String) -> RunError {
    RunError(code: .diverged, what: what, step: step, hint: remedy)
  }
}
