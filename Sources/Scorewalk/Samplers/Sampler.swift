/// A rule by which chains move.
///
/// A sampler is a description; ``makeKernel(target:rows:)`` makes what moves a block of
/// chains in one precision.
public protocol Sampler: Sendable {
  /// The name by which a spec chooses it.
  static var kind: String { get }
  /// Small configurations that between them use every switch; for tests and documentation.
  static var examples: [any Sampler] { get }
  /// Finds what has no meaning.
  ///
  /// - Throws: ``RunError`` `.invalidConfiguration`.
  func validate() throws(RunError)
  /// Makes what moves a block of chains.
  ///
  /// - Parameters:
  ///   - target: gives the score.
  ///   - rows: how many chains the block has.
  func makeKernel<Scalar: Real>(
    target: any ScoreFunction<Scalar>, rows: Int
  ) -> any SamplerKernel<Scalar>
}

/// A score that a block of chains can follow.
public protocol ScoreFunction<Scalar>: AnyObject {
  /// The precision of positions and scores.
  associatedtype Scalar: Real
  /// How many coordinates a point has.
  var dimension: Int { get }
  /// Writes s at some positions, both `[dimension, rows]`.
  func score(positions: Matrix<Scalar>, rows: Int, into scores: Matrix<Scalar>)
}

/// Moves a block of chains in one precision, in memory that it owns.
public protocol SamplerKernel<Scalar>: AnyObject {
  /// The precision of the chains.
  associatedtype Scalar: Real
  /// Makes state `step` from state `step` − 1.
  ///
  /// The noise is a function of the stream, `step`, and the number of the chain.
  ///
  /// - Parameters:
  ///   - positions: `[dimension, chains.count]`; overwritten.
  ///   - chains: the numbers of the block's chains.
  ///   - step: the number of the new state, from 1.
  /// - Complexity: allocates nothing.
  func advance(
    positions: Matrix<Scalar>, chains: Range<Int>, step: Int, stream: RandomStream)
  /// What a chain has beside its position (a velocity, for instance), each `[dimension, rows]`.
  var auxiliary: [(name: String, values: Matrix<Scalar>)] { get }
}

extension SamplerKernel {
  /// Nothing.
  public var auxiliary: [(name: String, values: Matrix<Scalar>)] { [] }
}

/// The registered samplers.
public enum Samplers {
  /// Every kind of sampler, in the order of the documentation.
  public static let kinds: [any Sampler.Type] = [LangevinSampler.self]
}
