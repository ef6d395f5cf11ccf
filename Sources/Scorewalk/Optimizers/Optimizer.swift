/// A rule that turns gradients into updates of the parameters.
///
/// An optimizer is pure: parameters, gradient and state in, parameters and state out. Its state is a
/// fixed number of arrays as long as the parameters, all zero before the first update; whatever it
/// needs to count it takes from the number of the update.
public protocol Optimizer: Sendable {
  /// The name by which a spec chooses it.
  static var kind: String { get }
  /// Small configurations that between them use every switch; for tests and documentation.
  static var examples: [any Optimizer] { get }
  /// The learning rate η and how it changes.
  var learningRate: LearningRate { get }
  /// The names of the state's arrays, in order.
  var stateNames: [String] { get }
  /// Finds what has no meaning.
  ///
  /// - Throws: ``RunError`` `.invalidConfiguration`.
  func validate() throws(RunError)
  /// Makes one update, in place.
  ///
  /// - Parameters:
  ///   - parameters: θ, `[count]`; overwritten.
  ///   - gradient: g, `[count]`.
  ///   - state: one array `[count]` for each of ``stateNames``; overwritten.
  ///   - count: how many parameters there are.
  ///   - update: the number of this update, from 1.
  ///   - learningRate: η for this update.
  /// - Complexity: one pass; allocates nothing.
  func update<Scalar: Real>(
    parameters: UnsafeMutablePointer<Scalar>, gradient: UnsafePointer<Scalar>,
    state: [UnsafeMutablePointer<Scalar>], count: Int, update: Int, learningRate: Double)
}

/// The registered optimizers.
public enum Optimizers {
  /// Every kind of optimizer, in the order of the documentation.
  public static let kinds: [any Optimizer.Type] = [SGD.self, Adam.self, AdamW.self]
}

extension Optimizer {
  /// Finds a number that is not in `[low, high)`.
  func require(
    _ name: String, _ value: Double, atLeast low: Double, below high: Double = .infinity
  ) throws(RunError) {
    guard value >= low, value < high else {
      throw .invalid("\(Self.kind): \(name) must lie in [\(low), \(high)), is \(value)")
    }
  }
}
