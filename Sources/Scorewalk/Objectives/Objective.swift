/// What a training minimises.
///
/// An objective is a description; ``makeEvaluator(network:batchSize:stream:pool:)`` makes what computes
/// it in one precision.
public protocol Objective: Sendable {
  /// The name by which a spec chooses it.
  static var kind: String { get }
  /// Small configurations, each with the outputs it is for, that between them use every switch.
  static var examples: [(objective: any Objective, outputs: [NetworkOutput])] { get }
  /// Finds what has no meaning for a network.
  ///
  /// - Throws: ``RunError`` `.invalidConfiguration`.
  func validate(for network: Network) throws(RunError)
  /// Whether computing it differentiates the network by its input, which a ReLU network does not
  /// stand: its derivative is constant between kinks, whose places then get no gradient.
  func differentiatesByInput(output: NetworkOutput) -> Bool
  /// Whether the loss at one step is a function of the parameters whose gradient is the one that is
  /// given, so that losses at different parameters may be compared.
  var hasComparableLosses: Bool { get }
  /// The noise levels at which the network learns, where there are several; then it must take the noise level.
  var ladder: NoiseLadder? { get }
  /// Makes what computes the loss and its gradient.
  ///
  /// - Parameters:
  ///   - network: the network; ``validate(for:)`` must accept it.
  ///   - batchSize: the largest batch there will be.
  ///   - stream: the training's stream.
  ///   - pool: the threads; they change no bit.
  func makeEvaluator<Scalar: Real>(
    network: Network, batchSize: Int, stream: RandomStream, pool: WorkerPool
  ) -> any ObjectiveEvaluator<Scalar>
}

extension Objective {
  /// True.
  public var hasComparableLosses: Bool { true }
  /// None, or one.
  public var ladder: NoiseLadder? { nil }
}

/// Computes an objective's loss and gradient in one precision, in memory that it owns.
public protocol ObjectiveEvaluator<Scalar>: AnyObject {
  /// The precision of network and gradient.
  associatedtype Scalar: Real
  /// The loss at θ, and its gradient where that is wanted.
  ///
  /// The noise is a function of the stream, `step`, and the place in the batch. The loss is a sum in
  /// double precision over ascending rows.
  ///
  /// - Parameters:
  ///   - parameters: θ, `[parameterCount]`.
  ///   - batch: the data, `[dimension, rows]` feature-major.
  ///   - rows: how many rows of the batch count; at least 1.
  ///   - step: the number of the training step, from 1.
  ///   - gradient: `[parameterCount]`; overwritten. Nil where only the loss is wanted, which is then the
  ///     same to the bit.
  /// - Returns: the loss, which may be infinite or NaN.
  /// - Throws: ``RunError`` `.diverged` where something inside can say better what went wrong.
  /// - Complexity: allocates nothing.
  func evaluate(
    parameters: UnsafePointer<Scalar>, batch: Matrix<Scalar>, rows: Int, step: Int,
    gradient: UnsafeMutablePointer<Scalar>?
  ) throws(RunError) -> Double
  /// What must be saved, beside the parameters, to go on; empty for most objectives.
  var state: [NamedTensor] { get }
  /// Makes final what the latest evaluation with a gradient does to the state.
  ///
  /// An evaluation alone changes no state: a training commits a step once it is whole, however
  /// often it evaluated the loss, and never one that fails.
  func commit()
  /// Takes a saved state.
  ///
  /// - Throws: ``RunError`` `.incompatibleState`.
  func restore(_ state: [NamedTensor]) throws(RunError)
}

extension ObjectiveEvaluator {
  /// No state.
  public var state: [NamedTensor] { [] }

  /// Nothing, without a state.
  public func commit() {}

  /// Accepts only an empty state.
  public func restore(_ state: [NamedTensor]) throws(RunError) {
    guard state.isEmpty else {
      throw .incompatible("\(state.count) tensors for an objective that has none")
    }
  }
}

/// The registered objectives.
public enum Objectives {
  /// Every kind of objective, in the order of the documentation.
  public static let kinds: [any Objective.Type] = [
    ContrastiveDivergence.self, DenoisingScoreMatching.self, ImplicitScoreMatching.self,
    SlicedScoreMatching.self,
  ]
}
