/// Underdamped Langevin dynamics in steps that are split (Leimkuhler and Matthews 2013,
/// doi:10.1093/amrx/abs010; Sachs, Leimkuhler and Danos 2017, doi:10.3390/e19120647).
///
///     dx = v dt,        dv = u β s(x) dt − γ v dt + √(2 γ u) dW,        u = 1/M
///
/// whose stationary law is p^β for x and N(0, u I) for v. Each part is solved exactly:
///
/// | part | over a time t |
/// |---|---|
/// | A | x ← x + t v |
/// | B | v ← v + t u β s(x) |
/// | O | v ← c v + √(u (1 − c²)) ξ, c = exp(−γ t), ξ ~ N(0, I) |
///
/// | scheme | a step h | on N(m, s²), with q = h² u β / (4 s²): Var x, Var v |
/// |---|---|---|
/// | ``Scheme/aboba`` | A(h/2) B(h/2) O(h) B(h/2) A(h/2) | s²/β, u/(1 − q) |
/// | ``Scheme/baoab`` | B(h/2) A(h/2) O(h) A(h/2) B(h/2) | s²/β, u (1 − q) |
/// | ``Scheme/obabo`` | O(h/2) B(h/2) A(h) B(h/2) O(h/2) | s²/(β (1 − q)), u |
///
/// Above q = 1 chains diverge. On Gaussians ``Scheme/obabo`` has the bias in x of ``LangevinSampler`` with
/// δ = h² u/2 on β s, and is just that where O takes all of a velocity; the other two have none in x. All three
/// take one score a step. Beside the positions chains have velocities, which begin at zero or from N(0, u I).
///
/// Published walkers count the friction for a whole step, c = exp(−γ) whatever h is: walk-jump sampling
/// (arXiv:2306.12360) and JAMUN (arXiv:2410.14621); ``FrictionUnit/step`` is that. Their code calls M the
/// Lipschitz constant. The former begin at rest, JAMUN's from N(0, u I). JAMUN's clip the norm of the score, and
/// the second half of their kick lacks u, which is right for M = 1 alone; neither is reproduced.
public struct UnderdampedLangevin: Sampler, Hashable {
  /// In which order the parts of a step are made.
  public enum Scheme: String, Sendable, Hashable, CaseIterable {
    /// A B O B A, one score in the middle.
    case aboba
    /// B A O A B, the score at the end serves the next step.
    case baoab
    /// O B A B O, two draws of noise a step.
    case obabo
  }

  /// What the friction is counted for.
  public enum FrictionUnit: String, Sendable, Hashable, CaseIterable {
    /// A unit of time: c = exp(−γ h).
    case time
    /// A whole step: c = exp(−γ).
    case step
  }

  /// Where velocities begin.
  public enum InitialVelocities: String, Sendable, Hashable, CaseIterable {
    /// At rest.
    case zeros
    /// N(0, u I), their stationary law.
    case normal
  }

  /// In which order the parts of a step are made.
  public var scheme: Scheme
  /// h > 0, in units of the positions over those of the velocities.
  public var stepSize: Double
  /// γ > 0.
  public var friction: Double
  /// What the friction is counted for.
  public var frictionUnit: FrictionUnit
  /// M = 1/u > 0.
  public var mass: Double
  /// β > 0, by which scores are multiplied.
  public var inverseTemperature: Double
  /// Where velocities begin.
  public var initialVelocities: InitialVelocities

  /// Makes the rule.
  public init(
    scheme: Scheme = .baoab, stepSize: Double, friction: Double, frictionUnit: FrictionUnit = .time,
    mass: Double = 1, inverseTemperature: Double = 1, initialVelocities: InitialVelocities = .normal
  ) {
    self.scheme = scheme
    self.stepSize = stepSize
    self.friction = friction
    self.frictionUnit = frictionUnit
    self.mass = mass
    self.inverseTemperature = inverseTemperature
    self.initialVelocities = initialVelocities
  }

  /// γ h, or γ where it is counted for a step: −log of what is left of a velocity after a step.
  public var damping: Double { frictionUnit == .time ? friction * stepSize : friction }

  /// `underdamped-langevin`.
  public static let kind = "underdamped-langevin"

  /// Every scheme, unit of friction and beginning.
  public static var examples: [any Sampler] {
    Scheme.allCases.map { Self(scheme: $0, stepSize: 0.3, friction: 1) } + [
      Self(
        scheme: .aboba, stepSize: 0.2, friction: 0.5, frictionUnit: .step, mass: 2,
        inverseTemperature: 0.5, initialVelocities: .zeros)
    ]
  }

  /// Finds numbers that are not above zero.
  public func validate() throws(RunError) {
    for (name, value) in [
      ("step_size", stepSize), ("friction", friction), ("mass", mass),
      ("inverse_temperature", inverseTemperature),
    ] where !(value.isFinite && value > 0) {
      throw .invalid("\(Self.kind): \(name) must be above 0, is \(value)")
    }
  }

  /// Makes what moves a block of chains.
  public func makeKernel<Scalar: Real>(
    target: any ScoreFunction<Scalar>, rows: Int
  ) -> any SamplerKernel<Scalar> {
    UnderdampedLangevinKernel(target: target, rows: rows, sampler: self)
  }
}

/// Moves a block of chains by ``UnderdampedLangevin``.
final class UnderdampedLangevinKernel<Scalar: Real>: SamplerKernel {
  private let target: any ScoreFunction<Scalar>
  private let dimension: Int
  private let scheme: UnderdampedLangevin.Scheme
  /// √u where velocities begin from their stationary law, else 0.
  private let initialDeviation: Scalar
  /// h/2.
  private let halfStep: Scalar
  /// (h/2) u β.
  private let kick: Scalar
  /// c and √(u (1 − c²)), over the time of one O.
  private let remainder: Scalar
  private let diffusion: Scalar
  /// 1/(u d).
  private let temperatureUnit: Double
  private let velocities: Matrix<Scalar>
  /// Sums of |v|²/(u d) over steps since the first state that is kept.
  private let temperature: Matrix<Double>
  private let noise: Matrix<Scalar>
  /// s where the chains are, if it is known; it follows from the positions, so it is not saved.
  private let score: Matrix<Scalar>
  private var isScored = false

  init(target: any ScoreFunction<Scalar>, rows: Int, sampler: UnderdampedLangevin) {
    self.target = target
    dimension = target.dimension
    scheme = sampler.scheme
    let inverseMass = 1 / sampler.mass
    initialDeviation =
      sampler.initialVelocities == .normal ? Scalar(inverseMass.squareRoot()) : 0
    halfStep = Scalar(0.5 * sampler.stepSize)
    kick = Scalar(0.5 * sampler.stepSize * inverseMass * sampler.inverseTemperature)
    let damping = sampler.scheme == .obabo ? 0.5 * sampler.damping : sampler.damping
    remainder = Scalar(Double.exp(-damping))
    diffusion = Scalar((-Double.expm1(-2 * damping) * inverseMass).squareRoot())
    temperatureUnit = sampler.mass / Double(dimension)
    velocities = Matrix(features: dimension, rows: rows)
    temperature = Matrix(features: 1, rows: rows)
    noise = Matrix(features: (sampler.scheme == .obabo ? 2 : 1) * dimension, rows: rows)
    score = Matrix(features: dimension, rows: rows)
  }

  var auxiliary: [(name: String, values: AuxiliaryValues<Scalar>)] {
    [
      ("velocities", .numbers(velocities)), (KineticTemperature.sumName, .counts(temperature)),
    ]
  }

  func stateWasReplaced() { isScored = false }

  func keepingBegins() {
    for row in 0..<temperature.rows { temperature[0, row] = 0 }
  }

  @_specialize(where Scalar == Float)
  @_specialize(where Scalar == Double)
  func advance(
    positions: Matrix<Scalar>, chains: Range<Int>, step: Int, stream: RandomStream
  ) {
    let rows = chains.count
    if step == 1 { begin(chains, stream) }
    stream.normals(
      .chainNoise, step: UInt64(step), rows: chains, columns: 0..<noise.features, into: noise)
    switch scheme {
    case .aboba:
      drift(positions, halfStep, rows)
      target.score(positions: positions, rows: rows, into: score)
      accelerate(rows)
      damp(0, rows)
      accelerate(rows)
      drift(positions, halfStep, rows)
    case .baoab:
      findScore(positions, rows)
      accelerate(rows)
      driftAndDamp(positions, rows)
      target.score(positions: positions, rows: rows, into: score)
      accelerate(rows)
    case .obabo:
      damp(0, rows)
      findScore(positions, rows)
      accelerate(rows)
      drift(positions, 2 * halfStep, rows)
      target.score(positions: positions, rows: rows, into: score)
      accelerate(rows)
      damp(dimension, rows)
    }
    measure(rows)
  }

  /// The velocities at state 0.
  private func begin(_ chains: Range<Int>, _ stream: RandomStream) {
    stream.normals(
      .initialVelocity, step: 0, rows: chains, columns: 0..<dimension, into: velocities)
    for coordinate in 0..<dimension {
      let v = velocities.pointer + coordinate * velocities.stride
      for row in 0..<chains.count { v[row] = initialDeviation * v[row] }
    }
  }

  private func findScore(_ positions: Matrix<Scalar>, _ rows: Int) {
    guard !isScored else { return }
    target.score(positions: positions, rows: rows, into: score)
    isScored = true
  }

  /// A.
  @inline(__always)
  private func drift(_ positions: Matrix<Scalar>, _ time: Scalar, _ rows: Int) {
    for coordinate in 0..<dimension {
      let x = positions.pointer + coordinate * positions.stride
      let v = UnsafePointer(velocities.pointer + coordinate * velocities.stride)
      for row in 0..<rows { x[row] += time * v[row] }
    }
  }

  /// B over h/2.
  @inline(__always)
  private func accelerate(_ rows: Int) {
    let kick = kick
    for coordinate in 0..<dimension {
      let v = velocities.pointer + coordinate * velocities.stride
      let s = UnsafePointer(score.pointer + coordinate * score.stride)
      for row in 0..<rows { v[row] += kick * s[row] }
    }
  }

  /// O, with the noise from a feature on.
  @inline(__always)
  private func damp(_ feature: Int, _ rows: Int) {
    let (remainder, diffusion) = (remainder, diffusion)
    for coordinate in 0..<dimension {
      let v = velocities.pointer + coordinate * velocities.stride
      let n = UnsafePointer(noise.pointer + (feature + coordinate) * noise.stride)
      for row in 0..<rows { v[row] = remainder * v[row] + diffusion * n[row] }
    }
  }

  /// A over h/2, O, and A over h/2. Both moves are added up before they meet the positions, so that these are rounded
  /// once: what rounding adds to them at random, again and again, heats the chains where h v is near a unit in the last
  /// place of x.
  @inline(__always)
  private func driftAndDamp(_ positions: Matrix<Scalar>, _ rows: Int) {
    let (remainder, diffusion, halfStep) = (remainder, diffusion, halfStep)
    for coordinate in 0..<dimension {
      let x = positions.pointer + coordinate * positions.stride
      let v = velocities.pointer + coordinate * velocities.stride
      let n = UnsafePointer(noise.pointer + coordinate * noise.stride)
      for row in 0..<rows {
        let before = v[row]
        let after = remainder * before + diffusion * n[row]
        v[row] = after
        x[row] += halfStep * (before + after)
      }
    }
  }

  /// Adds |v|²/(u d) to the sums.
  @inline(__always)
  private func measure(_ rows: Int) {
    let unit = temperatureUnit
    let sums = temperature.pointer
    for coordinate in 0..<dimension {
      let v = UnsafePointer(velocities.pointer + coordinate * velocities.stride)
      for row in 0..<rows { sums[row] += unit * Double(v[row]) * Double(v[row]) }
    }
  }
}
