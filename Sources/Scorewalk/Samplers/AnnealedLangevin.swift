/// Annealed Langevin dynamics: Langevin steps at one noise level after the other (Song and Ermon 2019,
/// arXiv:1907.05600, Algorithm 1).
///
///     αᵢ = ε (σᵢ/σ_L)²
///     x ← x + αᵢ s(x, σᵢ) + √(2αᵢ) ξ,        ξ ~ N(0, I)      convention ncsn
///     x ← x + (αᵢ/2) s(x, σᵢ) + √αᵢ ξ                         convention half
///
/// for T steps at each level from σ₁ down to σ_L. Published with one name are two readings of ε: the
/// sampler of NCSN's and NCSNv2's code is `ncsn`; the paper's Algorithm 1 and the toy experiment in
/// the same code are `half`, which is `ncsn` with half of ε.
///
/// Each level begins where the one before ended, so that chains cross between modes while the noise
/// is large. The law at the end is near that of X + σ_L N, and differs from it in three ways. The
/// weights of the modes are decided at the levels at which crossing becomes rare, and are the target's
/// only as far as the levels up to there have relaxed. What they relax to is the law of Langevin chains
/// with the step size of those levels, whose weights are off by more the larger α/σ² is, however many
/// steps are taken. And each mode has the width that α_L gives it, as of ``LangevinSampler``. All
/// three want α/σ² ≪ 1 and many steps. With ``denoisesAtEnd`` the last state is the best estimate of
/// X, x + σ_L² s(x, σ_L), as NCSNv2 has it (Song and Ermon 2020, arXiv:2006.09011).
///
/// States are numbered through all levels: level i, from 0, makes states i T + 1 to (i + 1) T, and
/// denoising makes the one after the last.
public struct AnnealedLangevin: Sampler, Hashable {
  /// What the step size means.
  public enum Convention: String, Sendable, Hashable, CaseIterable {
    /// α is the drift's factor, the noise √(2α).
    case ncsn
    /// α/2 is the drift's factor, the noise √α.
    case half
  }

  /// σ₁ … σ_L.
  public var noiseLevels: NoiseLadder
  /// T, at least 1.
  public var stepsPerLevel: Int
  /// ε, the step size at the last level; above 0, in squared units of the positions.
  public var stepSize: Double
  /// What the step size means.
  public var convention: Convention
  /// Whether one more step, without noise, goes from the last state to its denoised point.
  public var denoisesAtEnd: Bool

  /// Makes the rule.
  public init(
    noiseLevels: NoiseLadder, stepsPerLevel: Int, stepSize: Double, convention: Convention = .ncsn,
    denoisesAtEnd: Bool = false
  ) {
    self.noiseLevels = noiseLevels
    self.stepsPerLevel = stepsPerLevel
    self.stepSize = stepSize
    self.convention = convention
    self.denoisesAtEnd = denoisesAtEnd
  }

  /// The drift's factor δ at each level: αᵢ, or αᵢ/2.
  public var deltas: [Double] {
    let last = noiseLevels.levels[noiseLevels.levels.count - 1]
    let unit = convention == .ncsn ? stepSize : stepSize / 2
    return noiseLevels.levels.map { level in
      let ratio = level / last
      return unit * (ratio * ratio)
    }
  }

  /// `annealed-langevin`.
  public static let kind = "annealed-langevin"

  /// Both conventions, and a final denoising step.
  public static var examples: [any Sampler] {
    do {
      let (steep, short) = (try NoiseLadder([4, 2, 1]), try NoiseLadder([3, 1]))
      return Convention.allCases.map {
        Self(noiseLevels: steep, stepsPerLevel: 11, stepSize: 0.05, convention: $0)
      } + [Self(noiseLevels: short, stepsPerLevel: 12, stepSize: 0.05, denoisesAtEnd: true)]
    } catch {
      preconditionFailure("falling levels: \(error.what)")
    }
  }

  /// Finds step sizes that are not above zero or not finite, and levels without steps.
  public func validate() throws(RunError) {
    guard stepSize.isFinite, stepSize > 0 else {
      throw .invalid("\(Self.kind): step_size must be above 0, is \(stepSize)")
    }
    guard stepsPerLevel >= 1 else {
      throw .invalid("\(Self.kind): there must be at least 1 step a level, not \(stepsPerLevel)")
    }
    if let largest = deltas.first, !(2 * largest).isFinite {
      throw .invalid(
        "\(Self.kind): the step at the first level, step_size (σ₁/σ_L)², is not finite",
        hint: "let the ladder span less")
    }
  }

  /// Finds step sizes and variances that the chains' precision does not hold: the kernel computes with
  /// 2δ and σ² of every level in it.
  public func validate(in precision: Precision) throws(RunError) {
    let levels = noiseLevels.levels
    let deltas = deltas
    let ends = (levels[0], levels[levels.count - 1])
    for (name, value, field) in [
      ("the step at the first level, 2 δ₁", 2 * deltas[0], "step_size"),
      ("the step at the last level, δ_L", deltas[deltas.count - 1], "step_size"),
      ("the variance at the first level, σ₁²", ends.0 * ends.0, "noise_levels"),
      ("the variance at the last level, σ_L²", ends.1 * ends.1, "noise_levels"),
    ] where !precision.holds(value) {
      throw .invalid(
        "\(Self.kind): \(name), is beyond the numbers of \(precision.rawValue)",
        hint: precision == .float32
          ? "let the ladder span less, or choose `precision: float64`" : "let the ladder span less",
        field: field)
    }
  }

  /// The levels.
  public var ladder: NoiseLadder? { noiseLevels }

  /// L T, and one more for the denoising.
  public var length: Int? {
    noiseLevels.levels.count * stepsPerLevel + (denoisesAtEnd ? 1 : 0)
  }

  /// That of the level at which it is made; none after the denoising.
  public func noise(ofState state: Int) -> StateNoise? {
    guard state > 0 else { return nil }
    let level = (state - 1) / stepsPerLevel
    return StateNoise(level: level < noiseLevels.levels.count ? noiseLevels.levels[level] : 0)
  }

  /// Makes what moves a block of chains.
  ///
  /// - Precondition: the target is a ``LadderFunction``.
  public func makeKernel<Scalar: Real>(
    target: any ScoreFunction<Scalar>, rows: Int
  ) -> any SamplerKernel<Scalar> {
    guard let target = target as? any LadderFunction<Scalar> else {
      preconditionFailure("\(Self.kind) on \(type(of: target)), which has no noise levels")
    }
    return AnnealedLangevinKernel(target: target, rows: rows, sampler: self)
  }
}

/// Moves a block of chains by ``AnnealedLangevin``: at each level as ``LangevinKernel`` does.
final class AnnealedLangevinKernel<Scalar: Real>: SamplerKernel {
  private let target: any LadderFunction<Scalar>
  private let stepsPerLevel: Int
  private let updates: [LangevinUpdate<Scalar>]
  private let kernel: LangevinKernel<Scalar>
  /// σ_L².
  private let lastVariance: Scalar
  private let score: Matrix<Scalar>

  init(target: any LadderFunction<Scalar>, rows: Int, sampler: AnnealedLangevin) {
    self.target = target
    stepsPerLevel = sampler.stepsPerLevel
    updates = sampler.deltas.map { LangevinUpdate(stepSize: $0) }
    kernel = LangevinKernel(target: target, rows: rows, update: updates[0])
    let last = sampler.noiseLevels.levels[updates.count - 1]
    lastVariance = Scalar(last * last)
    score = Matrix(features: target.dimension, rows: rows)
  }

  func advance(
    positions: Matrix<Scalar>, chains: Range<Int>, step: Int, stream: RandomStream
  ) {
    guard select(step) else {
      denoise(positions, rows: chains.count)
      return
    }
    kernel.advance(positions: positions, chains: chains, step: step, stream: stream)
  }

  /// Level by level, each in one go where the target can.
  func advance(
    positions: Matrix<Scalar>, chains: Range<Int>, steps: ClosedRange<Int>, stream: RandomStream
  ) -> (step: Int, row: Int)? {
    var step = steps.lowerBound
    while step <= steps.upperBound {
      guard select(step) else {
        return advanceOneByOne(
          positions: positions, chains: chains, steps: step...steps.upperBound, stream: stream)
      }
      let end = min(steps.upperBound, ((step - 1) / stepsPerLevel + 1) * stepsPerLevel)
      if let found = kernel.advance(
        positions: positions, chains: chains, steps: step...end, stream: stream)
      {
        return found
      }
      step = end + 1
    }
    return nil
  }

  /// Chooses the level at which a state is made; false where it is made by denoising.
  private func select(_ step: Int) -> Bool {
    let level = (step - 1) / stepsPerLevel
    guard level < updates.count else { return false }
    target.level = level
    kernel.update = updates[level]
    return true
  }

  /// x ← x + σ_L² s(x, σ_L).
  @_specialize(where Scalar == Float)
  @_specialize(where Scalar == Double)
  private func denoise(_ positions: Matrix<Scalar>, rows: Int) {
    target.level = updates.count - 1
    target.score(positions: positions, rows: rows, into: score)
    for coordinate in 0..<target.dimension {
      let x = positions.pointer + coordinate * positions.stride
      let s = UnsafePointer(score.pointer + coordinate * score.stride)
      for row in 0..<rows { x[row] += lastVariance * s[row] }
    }
  }
}
