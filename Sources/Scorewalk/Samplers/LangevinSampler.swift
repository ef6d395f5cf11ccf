/// The unadjusted Langevin algorithm (Roberts and Tweedie 1996, doi:10.2307/3318418).
///
///     x ← x + δ s(x) + √(2δ) ξ,        ξ ~ N(0, I)      convention delta
///     x ← x + (h/2) s(x) + √h ξ                         convention half, the same with δ = h/2
///
/// The stationary law differs from the target by O(δ): N(m, s²) becomes N(m, s²/(1 − δ/(2s²))), and
/// above δ = 2s² chains diverge.
public struct LangevinSampler: Sampler, Hashable {
  /// What the step size means.
  public enum Convention: String, Sendable, Hashable, CaseIterable {
    /// δ, the drift's factor.
    case delta
    /// h = 2δ, the noise's variance.
    case half
  }

  /// δ or h, above 0, in squared units of the positions.
  public var stepSize: Double
  /// What the step size means.
  public var convention: Convention

  /// Makes the rule.
  public init(stepSize: Double, convention: Convention = .delta) {
    self.stepSize = stepSize
    self.convention = convention
  }

  /// δ, whatever the convention.
  public var delta: Double { convention == .delta ? stepSize : stepSize / 2 }

  /// `langevin`.
  public static let kind = "langevin"

  /// Both conventions.
  public static var examples: [any Sampler] {
    Convention.allCases.map { LangevinSampler(stepSize: 0.05, convention: $0) }
  }

  /// Finds a step size that is not above zero.
  public func validate() throws(RunError) {
    guard stepSize.isFinite, stepSize > 0 else {
      throw .invalid("\(Self.kind): step_size must be above 0, is \(stepSize)")
    }
  }

  /// Makes what moves a block of chains.
  public func makeKernel<Scalar: Real>(
    target: any ScoreFunction<Scalar>, rows: Int
  ) -> any SamplerKernel<Scalar> {
    LangevinKernel(target: target, rows: rows, update: LangevinUpdate(stepSize: delta))
  }
}

/// Moves a block of chains by ``LangevinSampler``.
final class LangevinKernel<Scalar: Real>: SamplerKernel {
  private let target: any ScoreFunction<Scalar>
  private let dimension: Int
  /// May be another for other steps.
  var update: LangevinUpdate<Scalar>
  private let before: Matrix<Scalar>
  private let score: Matrix<Scalar>
  private let noise: Matrix<Scalar>

  init(target: any ScoreFunction<Scalar>, rows: Int, update: LangevinUpdate<Scalar>) {
    self.target = target
    dimension = target.dimension
    self.update = update
    before = Matrix(features: dimension, rows: rows)
    score = Matrix(features: dimension, rows: rows)
    noise = Matrix(features: dimension, rows: rows)
  }

  @_specialize(where Scalar == Float)
  @_specialize(where Scalar == Double)
  func advance(
    positions: Matrix<Scalar>, chains: Range<Int>, step: Int, stream: RandomStream
  ) {
    target.score(positions: positions, rows: chains.count, into: score)
    stream.normals(
      .chainNoise, step: UInt64(step), rows: chains, columns: 0..<dimension, into: noise)
    update.apply(
      positions: positions, score: score, noise: noise, dimension: dimension, rows: chains.count)
  }

  /// In one go where the target can. What is not finite once never is again, so that one look at the
  /// end is enough; only if it finds something are the steps made one by one.
  @_specialize(where Scalar == Float)
  @_specialize(where Scalar == Double)
  func advance(
    positions: Matrix<Scalar>, chains: Range<Int>, steps: ClosedRange<Int>, stream: RandomStream
  ) -> (step: Int, row: Int)? {
    let size = dimension * positions.stride
    before.pointer.update(from: positions.pointer, count: size)
    if target.walk(
      positions: positions, chains: chains, steps: steps, stream: stream, drift: update.drift,
      diffusion: update.diffusion)
    {
      if firstRowNotFinite(positions, dimension: dimension, rows: chains.count) == nil {
        return nil
      }
      positions.pointer.update(from: before.pointer, count: size)
    }
    return advanceOneByOne(positions: positions, chains: chains, steps: steps, stream: stream)
  }
}
