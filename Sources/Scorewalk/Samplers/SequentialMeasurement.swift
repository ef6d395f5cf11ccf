/// Measurements of one point made one after the other, each by Langevin steps on its law given those before it: a
/// chain of laws that are easy to walk on (Saremi, Park and Bach 2024, arXiv:2305.19473).
///
///     y_m ← y_m + δ [(ȳ_m − y_m)/σ² + s(ȳ_m, σ/√m)/m] + √(2δ) ξ        T times, for m = 1 … M
///
/// with ȳ_m the mean of the first m, and the same with δ = h/2 in the convention `half`. The bracket is
/// (x̂(ȳ_m; σ/√m) − y_m)/σ², see ``Measurements``. A state is ȳ_m, whose law where all have relaxed is that of
/// X + (σ/√m) N: at the end the jump is at the noise level σ/√M.
///
/// The law of y_m given those before it has the curvature −I/σ² + Cov(X | y₁ … y_m)/σ⁴. So it is log-concave, and
/// quickly walked on, where Cov(X | y₁ … y_m) ≤ σ² I whatever these are: for X in a ball of radius R at any σ ≥ R.
/// No walk crosses a valley that deepens with m: weights of modes come from the first measurements, and each later one
/// is drawn for those that are there.
///
/// The first measurement is a chain of ``LangevinSampler`` on X + σ N, and starts where it is told to. Each other starts
/// from x̂(ȳ_(m−1); σ/√(m−1)) + σ ξ, which has the mean of its law, and all of its variance but that of X.
///
/// States are numbered through all measurements: measurement m makes states (m − 1) T + 1 to m T.
public struct SequentialMeasurement: Sampler, Hashable {
  /// σ and M.
  public var measurements: Measurements
  /// T, at least 1.
  public var stepsPerMeasurement: Int
  /// δ or h, above 0, in squared units of the positions.
  public var stepSize: Double
  /// What the step size means.
  public var convention: LangevinSampler.Convention

  /// Makes the rule.
  public init(
    measurements: Measurements, stepsPerMeasurement: Int, stepSize: Double,
    convention: LangevinSampler.Convention = .delta
  ) {
    self.measurements = measurements
    self.stepsPerMeasurement = stepsPerMeasurement
    self.stepSize = stepSize
    self.convention = convention
  }

  /// δ, whatever the convention.
  public var delta: Double { convention == .delta ? stepSize : stepSize / 2 }

  /// `sequential-measurement`.
  public static let kind = "sequential-measurement"

  /// Both conventions.
  public static var examples: [any Sampler] {
    do {
      let three = try Measurements(noiseLevel: 2, count: 3)
      return LangevinSampler.Convention.allCases.map {
        Self(measurements: three, stepsPerMeasurement: 9, stepSize: 0.3, convention: $0)
      }
    } catch {
      preconditionFailure("three measurements: \(error.what)")
    }
  }

  /// Finds a step size that is not above zero, and measurements without steps.
  public func validate() throws(RunError) {
    guard stepSize.isFinite, stepSize > 0 else {
      throw .invalid("\(Self.kind): step_size must be above 0, is \(stepSize)")
    }
    guard stepsPerMeasurement >= 1 else {
      throw .invalid(
        "\(Self.kind): there must be at least 1 step a measurement, not \(stepsPerMeasurement)")
    }
  }

  /// Finds steps and variances that the chains' precision does not hold.
  public func validate(in precision: Precision) throws(RunError) {
    try measurements.validate(delta: delta, in: precision, kind: Self.kind)
  }

  /// The levels of the means.
  public var ladder: NoiseLadder? { measurements.levels }

  /// M T.
  public var length: Int? { measurements.count * stepsPerMeasurement }

  /// That of the mean of the measurements there are.
  public func noise(ofState state: Int) -> StateNoise? {
    state > 0
      ? StateNoise(level: measurements.levels.levels[(state - 1) / stepsPerMeasurement]) : nil
  }

  /// Smaller steps, or more of them.
  public var strayHint: String { "lower step_size, or take more steps on each measurement" }

  /// Makes what moves a block of chains.
  ///
  /// - Precondition: the target is a ``LadderFunction``.
  public func makeKernel<Scalar: Real>(
    target: any ScoreFunction<Scalar>, rows: Int
  ) -> any SamplerKernel<Scalar> {
    guard let target = target as? any LadderFunction<Scalar> else {
      preconditionFailure("\(Self.kind) on \(type(of: target)), which has no noise levels")
    }
    return SequentialMeasurementKernel(target: target, rows: rows, sampler: self)
  }
}

/// Moves a block of chains by ``SequentialMeasurement``.
///
/// The noise of a step is that of columns 0 to d, and that of a measurement's start, in its first step, of columns d
/// to 2 d.
final class SequentialMeasurementKernel<Scalar: Real>: SamplerKernel {
  private let target: any LadderFunction<Scalar>
  private let dimension: Int
  private let stepsPerMeasurement: Int
  private let update: LangevinUpdate<Scalar>
  /// σ and 1/σ².
  private let noiseLevel: Scalar
  private let precision: Scalar
  /// 1/m for each m.
  private let shares: [Scalar]
  /// σ²/m for each m.
  private let variances: [Scalar]
  /// y_m.
  private let measurement: Matrix<Scalar>
  /// ȳ_(m−1), and 0 for the first.
  private let earlier: Matrix<Scalar>
  private let score: Matrix<Scalar>
  private let noise: Matrix<Scalar>

  init(target: any LadderFunction<Scalar>, rows: Int, sampler: SequentialMeasurement) {
    self.target = target
    dimension = target.dimension
    stepsPerMeasurement = sampler.stepsPerMeasurement
    update = LangevinUpdate(stepSize: sampler.delta)
    let level = sampler.measurements.noiseLevel
    noiseLevel = Scalar(level)
    precision = Scalar(1 / (level * level))
    shares = (1...sampler.measurements.count).map { Scalar(1 / Double($0)) }
    variances = sampler.measurements.levels.levels.map { Scalar($0 * $0) }
    measurement = Matrix(features: dimension, rows: rows)
    earlier = Matrix(features: dimension, rows: rows)
    score = Matrix(features: dimension, rows: rows)
    noise = Matrix(features: dimension, rows: rows)
  }

  var auxiliary: [(name: String, values: AuxiliaryValues<Scalar>)] {
    [("measurement", .numbers(measurement)), ("earlier", .numbers(earlier))]
  }

  @_specialize(where Scalar == Float)
  @_specialize(where Scalar == Double)
  func advance(
    positions: Matrix<Scalar>, chains: Range<Int>, step: Int, stream: RandomStream
  ) {
    let rows = chains.count
    let index = (step - 1) / stepsPerMeasurement
    if (step - 1).isMultiple(of: stepsPerMeasurement) {
      begin(index, positions, chains, step, stream)
    }
    target.level = index
    target.score(positions: positions, rows: rows, into: score)
    let (precision, share) = (precision, shares[index])
    for coordinate in 0..<dimension {
      let mean = UnsafePointer(positions.pointer + coordinate * positions.stride)
      let y = UnsafePointer(measurement.pointer + coordinate * measurement.stride)
      let s = score.pointer + coordinate * score.stride
      for row in 0..<rows { s[row] = precision * (mean[row] - y[row]) + share * s[row] }
    }
    stream.normals(
      .chainNoise, step: UInt64(step), rows: chains, columns: 0..<dimension, into: noise)
    update.apply(
      positions: measurement, score: score, noise: noise, dimension: dimension, rows: rows)
    average(index, positions, rows)
  }

  /// Begins measurement `index`, from 0, where the mean of those before it stands in the positions.
  @inline(__always)
  private func begin(
    _ index: Int, _ positions: Matrix<Scalar>, _ chains: Range<Int>, _ step: Int,
    _ stream: RandomStream
  ) {
    let rows = chains.count
    guard index > 0 else {
      for coordinate in 0..<dimension {
        (earlier.pointer + coordinate * earlier.stride).update(repeating: 0, count: rows)
        (measurement.pointer + coordinate * measurement.stride).update(
          from: positions.pointer + coordinate * positions.stride, count: rows)
      }
      return
    }
    target.level = index - 1
    target.score(positions: positions, rows: rows, into: score)
    stream.normals(
      .chainNoise, step: UInt64(step), rows: chains, columns: dimension..<(2 * dimension),
      into: noise)
    let (variance, noiseLevel) = (variances[index - 1], noiseLevel)
    for coordinate in 0..<dimension {
      let x = UnsafePointer(positions.pointer + coordinate * positions.stride)
      let s = UnsafePointer(score.pointer + coordinate * score.stride)
      let n = UnsafePointer(noise.pointer + coordinate * noise.stride)
      let y = measurement.pointer + coordinate * measurement.stride
      let before = earlier.pointer + coordinate * earlier.stride
      for row in 0..<rows {
        before[row] = x[row]
        y[row] = x[row] + (variance * s[row] + noiseLevel * n[row])
      }
    }
    average(index, positions, rows)
  }

  /// ȳ_m = ȳ_(m−1) + (y_m − ȳ_(m−1))/m.
  @inline(__always)
  private func average(_ index: Int, _ positions: Matrix<Scalar>, _ rows: Int) {
    let share = shares[index]
    for coordinate in 0..<dimension {
      let before = UnsafePointer(earlier.pointer + coordinate * earlier.stride)
      let y = UnsafePointer(measurement.pointer + coordinate * measurement.stride)
      let mean = positions.pointer + coordinate * positions.stride
      for row in 0..<rows { mean[row] = before[row] + share * (y[row] - before[row]) }
    }
  }
}
