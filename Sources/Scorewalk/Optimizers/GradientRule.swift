/// An optimizer that turns one gradient at the current parameters into an update.
///
/// Its state is a fixed number of arrays as long as the parameters, all zero before the first update;
/// whatever it needs to count it takes from the number of the update.
public protocol GradientRule: Optimizer {
  /// The learning rate η and how it changes.
  var learningRate: LearningRate { get }
  /// The names of the state's arrays, in order.
  var stateNames: [String] { get }
  /// Makes one update, in place. Every parameter's depends on nothing but its own numbers, so that threads may
  /// update some each.
  ///
  /// - Parameters:
  ///   - parameters: θ, `[count]`; overwritten.
  ///   - gradient: g, `[count]`.
  ///   - state: one array `[count]` for each of ``stateNames``; overwritten.
  ///   - count: how many parameters there are.
  ///   - update: the number of this update, from 1.
  ///   - learningRate: η for this update.
  /// - Returns: whether all that was written is finite.
  /// - Complexity: one pass; allocates nothing.
  func update<Scalar: Real>(
    parameters: UnsafeMutablePointer<Scalar>, gradient: UnsafePointer<Scalar>,
    state: [UnsafeMutablePointer<Scalar>], count: Int, update: Int, learningRate: Double
  ) -> Bool
}

extension GradientRule {
  /// The state's arrays, of zeros.
  public var memory: [OptimizerMemory] { stateNames.map { .zeros($0) } }

  /// Lower the learning rate.
  public var remedy: String { "lower the learning rate" }

  /// The gradient at the parameters, and the rule's update with it.
  @_specialize(kind:partial,where Scalar == Float)
  @_specialize(kind:partial,where Scalar == Double)
  public func step<Scalar: Real>(
    _ loss: StepLoss<Scalar>, _ arrays: OptimizerArrays<Scalar>, update: Int
  ) throws(RunError) -> StepRecord {
    let (value, norm) = try loss.evaluate(at: arrays.parameters, gradient: arrays.gradient)
    let rate = learningRate.value(after: update - 1)
    let isFinite = arrays.passes.update { block, range in
      self.update(
        parameters: arrays.parameters + range.lowerBound,
        gradient: arrays.gradient + range.lowerBound, state: arrays.memoryOfBlocks[block],
        count: range.count, update: update, learningRate: rate)
    }
    guard isFinite else {
      throw loss.diverged("a parameter, or what the optimizer remembers of it, is not finite")
    }
    return StepRecord(step: update, loss: value, gradientNorm: norm, learningRate: rate)
  }
}
