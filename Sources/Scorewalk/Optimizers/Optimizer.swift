/// A rule that updates parameters so that a loss falls.
///
/// An optimizer is pure: parameters, the step's loss and a state in, parameters and state out. Most rules
/// take one gradient and know nothing else of the loss: those are ``GradientRule``s. A rule that
/// conforms to this protocol alone may evaluate the loss wherever it likes.
public protocol Optimizer: Sendable {
  /// The name by which a spec chooses it.
  static var kind: String { get }
  /// Small configurations that between them use every switch; for tests and documentation.
  static var examples: [any Optimizer] { get }
  /// What is remembered between updates, in order.
  var memory: [OptimizerMemory] { get }
  /// How many arrays as long as the parameters the rule needs to work in, beside one for the gradient.
  var scratchCount: Int { get }
  /// Whether the rule compares losses at different parameters, which only makes sense where the loss is
  /// a function of the parameters; see ``Objective/hasComparableLosses``.
  var comparesLosses: Bool { get }
  /// What to do where a training diverges.
  var remedy: String { get }
  /// Finds what has no meaning.
  ///
  /// - Throws: ``RunError`` `.invalidConfiguration`.
  func validate() throws(RunError)
  /// Makes one update, in place.
  ///
  /// - Parameters:
  ///   - loss: the loss of this step.
  ///   - arrays: the parameters and what the rule remembers; overwritten.
  ///   - update: the number of this update, from 1.
  /// - Returns: what the step was like.
  /// - Throws: what the loss throws; then parameters and memory are as before. ``RunError`` `.diverged` where a parameter
  ///   is not finite afterwards.
  /// - Complexity: allocates nothing.
  func step<Scalar: Real>(
    _ loss: StepLoss<Scalar>, _ arrays: OptimizerArrays<Scalar>, update: Int
  ) throws(RunError) -> StepRecord
}

/// One thing that an optimizer remembers between updates, and what it is before the first.
public enum OptimizerMemory: Sendable, Hashable {
  /// An array as long as the parameters, of zeros.
  case zeros(String)
  /// An array as long as the parameters, equal to them.
  case parameters(String)
  /// A single number.
  case number(String, Double)

  /// The name under which it is saved.
  public var name: String {
    switch self {
    case .zeros(let name), .parameters(let name), .number(let name, _): name
    }
  }
}

/// The memory that an optimizer works in: it belongs to a training and lives as long.
public struct OptimizerArrays<Scalar: Real> {
  /// How many parameters there are.
  public let count: Int
  /// θ, `[count]`.
  public let parameters: UnsafeMutablePointer<Scalar>
  /// Room for a gradient, `[count]`.
  public let gradient: UnsafeMutablePointer<Scalar>
  /// Room for ``Optimizer/scratchCount`` arrays, each `[count]`.
  public let scratch: [UnsafeMutablePointer<Scalar>]
  /// What ``Optimizer/memory`` lists, each `[count]`, or `[1]` for a number.
  public let memory: [UnsafeMutablePointer<Scalar>]
  /// What threads share of a pass over all parameters.
  let passes: ParameterPasses
  /// For each block of an update, ``memory`` from the block's first parameter on.
  let memoryOfBlocks: [[UnsafeMutablePointer<Scalar>]]

  /// Gathers arrays that the caller owns.
  ///
  /// - Parameter pool: the threads that share passes over many parameters; they change no bit.
  public init(
    count: Int, parameters: UnsafeMutablePointer<Scalar>, gradient: UnsafeMutablePointer<Scalar>,
    scratch: [UnsafeMutablePointer<Scalar>], memory: [UnsafeMutablePointer<Scalar>],
    pool: WorkerPool = .serial
  ) {
    passes = ParameterPasses(count: count, pool: pool)
    memoryOfBlocks = passes.updateBlocks.map { block in memory.map { $0 + block.lowerBound } }
    self.count = count
    self.parameters = parameters
    self.gradient = gradient
    self.scratch = scratch
    self.memory = memory
  }
}

/// The registered optimizers.
public enum Optimizers {
  /// Every kind of optimizer, in the order of the documentation.
  public static let kinds: [any Optimizer.Type] = [
    SGD.self, Adam.self, AdamW.self, GradientDescent.self,
  ]
}

extension Optimizer {
  /// None.
  public var scratchCount: Int { 0 }
  /// False.
  public var comparesLosses: Bool { false }

  /// Finds a number that is not in `[low, high)`.
  func require(
    _ name: String, _ value: Double, atLeast low: Double, below high: Double = .infinity
  ) throws(RunError) {
    guard value >= low, value < high else {
      throw .invalid("\(Self.kind): \(name) must lie in [\(low), \(high)), is \(value)")
    }
  }
}
