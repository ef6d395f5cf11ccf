/// Langevin dynamics on the joint law of several measurements of one point (Saremi and Srivastava 2022,
/// arXiv:2112.09822).
///
///     y_m ← y_m + δ [(ȳ − y_m)/σ² + s(ȳ, σ/√M)/M] + √(2δ) ξ_m        for every m at once
///
/// and the same with δ = h/2 in the convention `half`. A state is ȳ, the mean, whose law in the long run is near that
/// of X + (σ/√M) N: the jump from it is at that noise level.
///
/// The mean of all these equations is
///
///     ȳ ← ȳ + (δ/M) s(ȳ, σ/√M) + √(2δ/M) ξ
///
/// so that ȳ is itself a chain of ``LangevinSampler`` on X + (σ/√M) N with the step δ/M, independent of what the
/// measurements do around it. It crosses between modes as rarely as that chain: ``SequentialMeasurement`` does not.
/// Around ȳ the measurements are stable below δ = 2σ².
///
/// A chain starts with its mean where it is told to, and with the measurements around it as their law has them,
/// y_m = ȳ + σ (n_m − n̄).
public struct MultiMeasurement: Sampler, Hashable {
  /// σ and M.
  public var measurements: Measurements
  /// δ or h of each measurement, above 0, in squared units of the positions.
  public var stepSize: Double
  /// What the step size means.
  public var convention: LangevinSampler.Convention

  /// Makes the rule.
  public init(
    measurements: Measurements, stepSize: Double, convention: LangevinSampler.Convention = .delta
  ) {
    self.measurements = measurements
    self.stepSize = stepSize
    self.convention = convention
  }

  /// δ, whatever the convention.
  public var delta: Double { convention == .delta ? stepSize : stepSize / 2 }

  /// The chain that the mean is, on X + (σ/√M) N.
  public var ofMean: LangevinSampler {
    LangevinSampler(stepSize: delta / Double(measurements.count))
  }

  /// `multi-measurement`.
  public static let kind = "multi-measurement"

  /// Both conventions.
  public static var examples: [any Sampler] {
    do {
      let three = try Measurements(noiseLevel: 2, count: 3)
      return LangevinSampler.Convention.allCases.map {
        Self(measurements: three, stepSize: 0.3, convention: $0)
      }
    } catch {
      preconditionFailure("three measurements: \(error.what)")
    }
  }

  /// Finds a step size that is not above zero.
  public func validate() throws(RunError) {
    guard stepSize.isFinite, stepSize > 0 else {
      throw .invalid("\(Self.kind): step_size must be above 0, is \(stepSize)")
    }
  }

  /// Finds steps and variances that the chains' precision does not hold.
  public func validate(in precision: Precision) throws(RunError) {
    try measurements.validate(delta: delta, in: precision, kind: Self.kind)
  }

  /// The level of the mean alone.
  public var ladder: NoiseLadder? {
    do {
      return try NoiseLadder([measurements.meanNoiseLevel])
    } catch {
      preconditionFailure("a level that is above 0: \(error.what)")
    }
  }

  /// That of the mean.
  public func noise(ofState state: Int) -> StateNoise? {
    state > 0 ? StateNoise(level: measurements.meanNoiseLevel) : nil
  }

  /// Smaller steps, or more of them.
  public var strayHint: String { "lower step_size, or take more steps" }

  /// Makes what moves a block of chains.
  ///
  /// - Precondition: the target is a ``LadderFunction``.
  public func makeKernel<Scalar: Real>(
    target: any ScoreFunction<Scalar>, rows: Int
  ) -> any SamplerKernel<Scalar> {
    guard let target = target as? any LadderFunction<Scalar> else {
      preconditionFailure("\(Self.kind) on \(type(of: target)), which has no noise levels")
    }
    return MultiMeasurementKernel(target: target, rows: rows, sampler: self)
  }
}

/// Moves a block of chains by ``MultiMeasurement``.
///
/// The noise of coordinate c of measurement m, from 0, is that of column m d + c; where the chains start it is that of
/// state 0.
final class MultiMeasurementKernel<Scalar: Real>: SamplerKernel {
  private let target: any LadderFunction<Scalar>
  private let dimension: Int
  private let count: Int
  private let update: LangevinUpdate<Scalar>
  /// σ and 1/σ².
  private let noiseLevel: Scalar
  private let precision: Scalar
  /// 1/M.
  private let share: Scalar
  /// y₁ … y_M, one after the other: `[M dimension, rows]`.
  private let measurements: Matrix<Scalar>
  private let drift: Matrix<Scalar>
  private let noise: Matrix<Scalar>
  private let score: Matrix<Scalar>

  init(target: any LadderFunction<Scalar>, rows: Int, sampler: MultiMeasurement) {
    self.target = target
    dimension = target.dimension
    count = sampler.measurements.count
    update = LangevinUpdate(stepSize: sampler.delta)
    let level = sampler.measurements.noiseLevel
    noiseLevel = Scalar(level)
    precision = Scalar(1 / (level * level))
    share = Scalar(1 / Double(count))
    measurements = Matrix(features: count * dimension, rows: rows)
    drift = Matrix(features: count * dimension, rows: rows)
    noise = Matrix(features: count * dimension, rows: rows)
    score = Matrix(features: dimension, rows: rows)
  }

  var auxiliary: [(name: String, values: AuxiliaryValues<Scalar>)] {
    [("measurements", .numbers(measurements))]
  }

  @_specialize(where Scalar == Float)
  @_specialize(where Scalar == Double)
  func advance(
    positions: Matrix<Scalar>, chains: Range<Int>, step: Int, stream: RandomStream
  ) {
    let rows = chains.count
    if step == 1 { begin(positions, chains, stream) }
    target.level = 0
    target.score(positions: positions, rows: rows, into: score)
    stream.normals(
      .chainNoise, step: UInt64(step), rows: chains, columns: 0..<(count * dimension), into: noise)
    let (precision, share) = (precision, share)
    for measurement in 0..<count {
      for coordinate in 0..<dimension {
        let feature = measurement * dimension + coordinate
        let mean = UnsafePointer(positions.pointer + coordinate * positions.stride)
        let s = UnsafePointer(score.pointer + coordinate * score.stride)
        let y = UnsafePointer(measurements.pointer + feature * measurements.stride)
        let g = drift.pointer + feature * drift.stride
        for row in 0..<rows { g[row] = precision * (mean[row] - y[row]) + share * s[row] }
      }
    }
    update.apply(
      positions: measurements, score: drift, noise: noise, dimension: count * dimension, rows: rows)
    average(measurements, rows, into: positions)
  }

  /// The measurements at state 0, around their mean.
  @inline(__always)
  private func begin(_ positions: Matrix<Scalar>, _ chains: Range<Int>, _ stream: RandomStream) {
    stream.normals(
      .chainNoise, step: 0, rows: chains, columns: 0..<(count * dimension), into: noise)
    average(noise, chains.count, into: score)
    for measurement in 0..<count {
      for coordinate in 0..<dimension {
        let feature = measurement * dimension + coordinate
        let x = UnsafePointer(positions.pointer + coordinate * positions.stride)
        let n = UnsafePointer(noise.pointer + feature * noise.stride)
        let mean = UnsafePointer(score.pointer + coordinate * score.stride)
        let y = measurements.pointer + feature * measurements.stride
        for row in 0..<chains.count { y[row] = x[row] + noiseLevel * (n[row] - mean[row]) }
      }
    }
  }

  /// The mean of what each measurement has, added up from the first to the last.
  @inline(__always)
  private func average(_ values: Matrix<Scalar>, _ rows: Int, into mean: Matrix<Scalar>) {
    let share = share
    for coordinate in 0..<dimension {
      let sum = mean.pointer + coordinate * mean.stride
      sum.update(from: values.pointer + coordinate * values.stride, count: rows)
      for measurement in 1..<count {
        let feature = measurement * dimension + coordinate
        let value = UnsafePointer(values.pointer + feature * values.stride)
        for row in 0..<rows { sum[row] += value[row] }
      }
      for row in 0..<rows { sum[row] *= share }
    }
  }
}
