/// The Metropolis-adjusted Langevin algorithm, MALA (Roberts and Tweedie 1996, doi:10.2307/3318418).
///
///     x' = x + δ s(x) + √(2δ) ξ,        ξ ~ N(0, I)       so that q(x'|x) = N(x + δ s(x), 2δ I)
///     x ← x' with probability min(1, p(x') q(x|x') / (p(x) q(x'|x))), else x stays
///
/// The stationary law is the target at every step size: what is lost with a large one is speed, not
/// exactness. In high dimension the fastest accepts 0.574 of its proposals (Roberts and Rosenthal
/// 1998, doi:10.1111/1467-9868.00123). On N(0, s²) a stationary chain accepts
/// (2/π) arctan((2s²/δ)^(3/2)) of them.
///
/// It needs log p up to a constant, so it follows laws and energy networks alone. A proposal that is
/// not finite, or whose density is not, is rejected. A chain whose own density is not finite never
/// moves; ``Acceptance/least`` shows it.
public struct MetropolisAdjustedLangevin: Sampler, Hashable {
  /// δ or h, above 0, in squared units of the positions.
  public var stepSize: Double
  /// What the step size means: δ, or h = 2δ as for ``LangevinSampler``.
  public var convention: LangevinSampler.Convention

  /// Makes the rule.
  public init(stepSize: Double, convention: LangevinSampler.Convention = .delta) {
    self.stepSize = stepSize
    self.convention = convention
  }

  /// δ, whatever the convention.
  public var delta: Double { convention == .delta ? stepSize : stepSize / 2 }

  /// `metropolis-adjusted-langevin`.
  public static let kind = "metropolis-adjusted-langevin"

  /// Both conventions, and a step size at which most proposals are rejected.
  public static var examples: [any Sampler] {
    LangevinSampler.Convention.allCases.map { Self(stepSize: 0.3, convention: $0) }
      + [Self(stepSize: 3)]
  }

  /// Finds a step size that is not above zero.
  public func validate() throws(RunError) {
    guard stepSize.isFinite, stepSize > 0 else {
      throw .invalid("\(Self.kind): step_size must be above 0, is \(stepSize)")
    }
  }

  /// It compares densities.
  public var needsDensity: Bool { true }

  /// Makes what moves a block of chains.
  ///
  /// - Precondition: the target is a ``DensityFunction``.
  public func makeKernel<Scalar: Real>(
    target: any ScoreFunction<Scalar>, rows: Int
  ) -> any SamplerKernel<Scalar> {
    guard let density = target as? any DensityFunction<Scalar> else {
      preconditionFailure("\(Self.kind) on \(type(of: target)), which has no density")
    }
    return MetropolisAdjustedLangevinKernel(target: density, rows: rows, stepSize: delta)
  }

  /// log p(x') − log p(x) + log q(x|x') − log q(x'|x), the logarithm of the acceptance ratio.
  ///
  /// The two quadratic forms are combined first,
  ///
  ///     log q(x|x') − log q(x'|x) = −½ Σ (sᵢ + s'ᵢ) ((x'ᵢ − xᵢ) + (δ/2) (s'ᵢ − sᵢ)),
  ///
  /// which loses no digits where both are large, and changes its sign exactly with the direction.
  ///
  /// - Parameters:
  ///   - x, y: x and x', `[dimension]`.
  ///   - logDensities: log p at both, up to the same constant.
  ///   - scores: s at both.
  public func logAcceptanceRatio(
    from x: [Double], to y: [Double], logDensities: (Double, Double), scores: ([Double], [Double])
  ) -> Double {
    var ratio = logDensities.1 - logDensities.0
    for i in x.indices {
      ratio += Self.proposalTerm(
        from: x[i], to: y[i], score: scores.0[i], newScore: scores.1[i], delta: delta)
    }
    return ratio
  }

  /// What one coordinate adds to log q(x|x') − log q(x'|x).
  @inline(__always)
  fileprivate static func proposalTerm(
    from x: Double, to y: Double, score: Double, newScore: Double, delta: Double
  ) -> Double {
    -0.5 * (score + newScore) * ((y - x) + (0.5 * delta) * (newScore - score))
  }
}

/// Moves a block of chains by ``MetropolisAdjustedLangevin``.
final class MetropolisAdjustedLangevinKernel<Scalar: Real>: SamplerKernel {
  private let target: any DensityFunction<Scalar>
  private let dimension: Int
  private let update: LangevinUpdate<Scalar>
  /// log p and s where the chains are; they follow from the positions, so they are not saved.
  private let density: Matrix<Scalar>
  private let score: Matrix<Scalar>
  private var isScored = false
  private let proposal: Matrix<Scalar>
  private let newDensity: Matrix<Scalar>
  private let newScore: Matrix<Scalar>
  private let noise: Matrix<Scalar>
  // What is accepted is decided in double precision: of single uniforms, one in 2²⁴ is zero, and
  // would accept anything.
  private let uniform: Matrix<Double>
  private let ratio: Matrix<Double>
  /// log u.
  private let logarithm: Matrix<Double>
  private let accepted: Matrix<Double>
  /// 1 where the proposal is taken, else 0.
  private let moved: Matrix<Scalar>

  init(target: any DensityFunction<Scalar>, rows: Int, stepSize: Double) {
    self.target = target
    dimension = target.dimension
    update = LangevinUpdate(stepSize: stepSize)
    density = Matrix(features: 1, rows: rows)
    score = Matrix(features: dimension, rows: rows)
    proposal = Matrix(features: dimension, rows: rows)
    newDensity = Matrix(features: 1, rows: rows)
    newScore = Matrix(features: dimension, rows: rows)
    noise = Matrix(features: dimension, rows: rows)
    uniform = Matrix(features: 1, rows: rows)
    ratio = Matrix(features: 1, rows: rows)
    logarithm = Matrix(features: 1, rows: rows)
    accepted = Matrix(features: 1, rows: rows)
    moved = Matrix(features: 1, rows: rows)
  }

  var auxiliary: [(name: String, values: AuxiliaryValues<Scalar>)] {
    [(Acceptance.countName, .counts(accepted))]
  }

  func stateWasReplaced() { isScored = false }

  @_specialize(where Scalar == Float)
  @_specialize(where Scalar == Double)
  func advance(
    positions: Matrix<Scalar>, chains: Range<Int>, step: Int, stream: RandomStream
  ) {
    let rows = chains.count
    if !isScored {
      target.logDensity(positions: positions, rows: rows, into: density, scores: score)
      isScored = true
    }
    stream.normals(
      .chainNoise, step: UInt64(step), rows: chains, columns: 0..<dimension, into: noise)
    update.propose(
      proposal, from: positions, score: score, noise: noise, dimension: dimension, rows: rows)
    target.logDensity(positions: proposal, rows: rows, into: newDensity, scores: newScore)
    stream.uniforms(.acceptance, step: UInt64(step), rows: chains, columns: 0..<1, into: uniform)
    computeRatios(positions, rows: rows)
    choose(rows: rows)
    let moved = moved.pointer
    for coordinate in 0..<dimension {
      let x = positions.pointer + coordinate * positions.stride
      let y = UnsafePointer(proposal.pointer + coordinate * proposal.stride)
      for row in 0..<rows { x[row] = moved[row] == 1 ? y[row] : x[row] }
      let s = score.pointer + coordinate * score.stride
      let t = UnsafePointer(newScore.pointer + coordinate * newScore.stride)
      for row in 0..<rows { s[row] = moved[row] == 1 ? t[row] : s[row] }
    }
    let (old, new) = (density.pointer, newDensity.pointer)
    for row in 0..<rows { old[row] = moved[row] == 1 ? new[row] : old[row] }
  }

  @inline(__always)
  private func computeRatios(_ positions: Matrix<Scalar>, rows: Int) {
    // δ as the proposal has it.
    let delta = Double(update.drift)
    let ratio = ratio.pointer
    for row in 0..<rows {
      ratio[row] = Double(newDensity.pointer[row]) - Double(density.pointer[row])
    }
    for coordinate in 0..<dimension {
      let x = UnsafePointer(positions.pointer + coordinate * positions.stride)
      let y = UnsafePointer(proposal.pointer + coordinate * proposal.stride)
      let s = UnsafePointer(score.pointer + coordinate * score.stride)
      let t = UnsafePointer(newScore.pointer + coordinate * newScore.stride)
      for row in 0..<rows {
        ratio[row] += MetropolisAdjustedLangevin.proposalTerm(
          from: Double(x[row]), to: Double(y[row]), score: Double(s[row]),
          newScore: Double(t[row]), delta: delta)
      }
    }
  }

  /// u ≤ a for u = 1 − (a uniform number in [0, 1)), which is never 0, so that log u ≤ 0 is finite. Where anything
  /// about a proposal is not finite, its ratio is not.
  @inline(__always)
  private func choose(rows: Int) {
    let (ratio, uniform, logarithm) = (ratio.pointer, uniform.pointer, logarithm.pointer)
    for row in 0..<rows { uniform[row] = 1 - uniform[row] }
    Double.log(uniform, count: rows, into: logarithm)
    let (moved, accepted) = (moved.pointer, accepted.pointer)
    for row in 0..<rows {
      let bound = abs(ratio[row]) < .infinity ? ratio[row] : -.infinity
      ratio[row] = logarithm[row] <= bound ? 1 : 0
    }
    for row in 0..<rows { moved[row] = Scalar(ratio[row]) }
    for row in 0..<rows { accepted[row] += ratio[row] }
  }
}
