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
  /// Finds numbers that chains of a precision cannot hold.
  ///
  /// - Throws: ``RunError`` `.invalidConfiguration`.
  func validate(in precision: Precision) throws(RunError)
  /// Whether the target must have a log density beside its score.
  var needsDensity: Bool { get }
  /// The noise levels that the sampler goes through; then the target must have a score at each, and at those between.
  var ladder: NoiseLadder? { get }
  /// Where chains start unless something else is said, where the sampler itself says so.
  var prior: InitialPositions? { get }
  /// How many steps there are, where the sampler itself says so.
  var length: Int? { get }
  /// Whether a step may take long, and chains may stop within it.
  var stopsWithinSteps: Bool { get }
  /// The noise that a state carries, where chains have come as far as they should; nil where the sampler says nothing of it,
  /// and where chains start from what is no state of it.
  ///
  /// - Parameter state: from 0, where chains start, to ``length``.
  func noise(ofState state: Int) -> StateNoise?
  /// What to change in a spec where a coordinate is not finite.
  var divergenceHint: String { get }
  /// What to change in a spec where chains end far from all that they follow.
  var strayHint: String { get }
  /// Makes what moves a block of chains.
  ///
  /// - Parameters:
  ///   - target: gives the score; a ``DensityFunction`` where ``needsDensity`` says so, a
  ///     ``LadderFunction`` and a ``NoiseLevelFunction`` where there is a ``ladder``.
  ///   - rows: how many chains the block has.
  func makeKernel<Scalar: Real>(
    target: any ScoreFunction<Scalar>, rows: Int
  ) -> any SamplerKernel<Scalar>
}

extension Sampler {
  /// Finds nothing.
  public func validate(in precision: Precision) throws(RunError) {}
  /// A score is enough.
  public var needsDensity: Bool { false }
  /// One target at all steps.
  public var ladder: NoiseLadder? { nil }
  /// Nowhere.
  public var prior: InitialPositions? { nil }
  /// As many as are wanted.
  public var length: Int? { nil }
  /// A step takes what it takes.
  public var stopsWithinSteps: Bool { false }
  /// Nothing.
  public func noise(ofState state: Int) -> StateNoise? { nil }
  /// Smaller steps.
  public var divergenceHint: String { "lower step_size" }
  /// Smaller steps, or more of them.
  public var strayHint: String {
    "lower step_size, or take more levels or more steps at each"
  }
}

/// A score that a block of chains can follow.
public protocol ScoreFunction<Scalar>: AnyObject {
  /// The precision of positions and scores.
  associatedtype Scalar: Real
  /// How many coordinates a point has.
  var dimension: Int { get }
  /// Writes s at some positions, both `[dimension, rows]`.
  func score(positions: Matrix<Scalar>, rows: Int, into scores: Matrix<Scalar>)
  /// Moves chains by whole steps of the unadjusted Langevin algorithm, if that is faster than scores
  /// alone; the bits are the same.
  ///
  /// - Parameters:
  ///   - positions: `[dimension, chains.count]`; overwritten.
  ///   - steps: the numbers of the new states, as in ``SamplerKernel``.
  ///   - drift: δ.
  ///   - diffusion: √(2δ).
  /// - Returns: whether it has; else nothing has happened.
  func walk(
    positions: Matrix<Scalar>, chains: Range<Int>, steps: ClosedRange<Int>, stream: RandomStream,
    drift: Scalar, diffusion: Scalar
  ) -> Bool
}

extension ScoreFunction {
  /// Does nothing.
  public func walk(
    positions: Matrix<Scalar>, chains: Range<Int>, steps: ClosedRange<Int>, stream: RandomStream,
    drift: Scalar, diffusion: Scalar
  ) -> Bool { false }
}

/// A score together with the log density whose gradient it is.
public protocol DensityFunction<Scalar>: ScoreFunction {
  /// Writes log p up to a constant, and s, at some positions in one pass.
  ///
  /// A row's results depend on that row alone, and the score is the same to the bit as without the
  /// density.
  ///
  /// - Parameters:
  ///   - positions: `[dimension, rows]`.
  ///   - densities: log p, `[1, rows]`; overwritten.
  ///   - scores: s, `[dimension, rows]`; overwritten.
  func logDensity(
    positions: Matrix<Scalar>, rows: Int, into densities: Matrix<Scalar>, scores: Matrix<Scalar>)
}

/// A score at each level of a ladder, one of which is chosen.
public protocol LadderFunction<Scalar>: ScoreFunction {
  /// The level whose score it gives, from 0.
  var level: Int { get set }
}

/// What chains have beside their positions, a feature or more for each.
public enum AuxiliaryValues<Scalar: Real> {
  /// Numbers in the precision of the chains, such as velocities.
  case numbers(Matrix<Scalar>)
  /// Counts, exact up to 2⁵³ whatever the precision of the chains.
  case counts(Matrix<Double>)
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
  /// Makes states `steps`, one after the other, from the state before them.
  ///
  /// - Returns: the first state with a coordinate that is not finite, and the first such row of the
  ///   block; then positions are those of that state. Nil where all is finite.
  func advance(
    positions: Matrix<Scalar>, chains: Range<Int>, steps: ClosedRange<Int>, stream: RandomStream
  ) -> (step: Int, row: Int)?
  /// Does some of what makes state `step`, where that may be cut in pieces; else all of it.
  ///
  /// - Parameters:
  ///   - positions: those of the state before, or of where it stopped; overwritten.
  ///   - isResumed: whether some was done.
  ///   - rounds: how much, in units of the kernel's own.
  /// - Returns: whether all is done.
  func advance(
    positions: Matrix<Scalar>, chains: Range<Int>, toward step: Int, stream: RandomStream,
    isResumed: Bool, rounds: Int
  ) -> Bool
  /// What must be saved beside ``auxiliary`` between two pieces of one step, where it may be cut.
  var underWay: (name: String, values: AuxiliaryValues<Scalar>)? { get }
  /// What a chain has beside its position and must be saved to go on, each `[features, rows]`.
  var auxiliary: [(name: String, values: AuxiliaryValues<Scalar>)] { get }
  /// Positions or ``auxiliary`` were written from outside: what was computed from them holds no more.
  func stateWasReplaced()
  /// The next state is the first that is kept: sums over kept states begin with it.
  func keepingBegins()
}

extension SamplerKernel {
  /// State by state.
  public func advance(
    positions: Matrix<Scalar>, chains: Range<Int>, steps: ClosedRange<Int>, stream: RandomStream
  ) -> (step: Int, row: Int)? {
    advanceOneByOne(positions: positions, chains: chains, steps: steps, stream: stream)
  }

  @inline(__always)
  func advanceOneByOne(
    positions: Matrix<Scalar>, chains: Range<Int>, steps: ClosedRange<Int>, stream: RandomStream
  ) -> (step: Int, row: Int)? {
    for step in steps {
      advance(positions: positions, chains: chains, step: step, stream: stream)
      if let row = firstRowNotFinite(
        positions, dimension: positions.features, rows: chains.count)
      {
        return (step, row)
      }
    }
    return nil
  }

  /// All of it.
  public func advance(
    positions: Matrix<Scalar>, chains: Range<Int>, toward step: Int, stream: RandomStream,
    isResumed: Bool, rounds: Int
  ) -> Bool {
    advance(positions: positions, chains: chains, step: step, stream: stream)
    return true
  }
  /// Nothing: a step is not cut.
  public var underWay: (name: String, values: AuxiliaryValues<Scalar>)? { nil }
  /// Nothing.
  public var auxiliary: [(name: String, values: AuxiliaryValues<Scalar>)] { [] }
  /// Nothing is computed ahead.
  public func stateWasReplaced() {}
  /// Sums nothing over kept states.
  public func keepingBegins() {}
}

/// The registered samplers.
public enum Samplers {
  /// Every kind of sampler, in the order of the documentation.
  public static let kinds: [any Sampler.Type] = [
    LangevinSampler.self, MetropolisAdjustedLangevin.self, UnderdampedLangevin.self,
    AnnealedLangevin.self, MultiMeasurement.self, SequentialMeasurement.self, DiffusionSampler.self,
  ]
}
