/// Moves a block of chains along the probability flow to a tolerance: a step is the piece between two times
/// of the grid.
final class ProbabilityFlowKernel<Scalar: Real>: SamplerKernel {
  private let flow: ProbabilityFlow<Scalar>
  private let grid: DiffusionGrid
  private let denoising: DenoisingToEnd<Scalar>?
  private let span: Matrix<Double>
  private let evaluations: Matrix<Double>
  private let refusals: Matrix<Double>
  /// Where each chain is between two times of the grid.
  private let time: Matrix<Double>

  init(
    target: any NoiseLevelFunction<Scalar>, rows: Int, sampler: DiffusionSampler,
    tolerance: FlowTolerance
  ) {
    grid = sampler.grid
    flow = ProbabilityFlow(
      target: target, process: sampler.grid.process, tolerance: tolerance, rows: rows,
      hasDensity: false)
    denoising =
      sampler.denoisesAtEnd
      ? DenoisingToEnd(target: target, grid: sampler.grid, rows: rows) : nil
    span = Matrix(features: 1, rows: rows)
    evaluations = Matrix(features: 1, rows: rows)
    refusals = Matrix(features: 1, rows: rows)
    time = Matrix(features: 1, rows: rows)
  }

  var auxiliary: [(name: String, values: AuxiliaryValues<Scalar>)] {
    [
      ("step_length", .counts(span)), (FlowEffort.evaluationsName, .counts(evaluations)),
      (FlowEffort.refusalsName, .counts(refusals)),
    ]
  }

  var underWay: (name: String, values: AuxiliaryValues<Scalar>)? { ("time", .counts(time)) }

  func advance(
    positions: Matrix<Scalar>, chains: Range<Int>, step: Int, stream: RandomStream
  ) {
    _ = advance(
      positions: positions, chains: chains, toward: step, stream: stream, isResumed: false,
      rounds: .max)
  }

  @_specialize(where Scalar == Float)
  @_specialize(where Scalar == Double)
  func advance(
    positions: Matrix<Scalar>, chains: Range<Int>, toward step: Int, stream: RandomStream,
    isResumed: Bool, rounds: Int
  ) -> Bool {
    guard step <= grid.steps else {
      denoising?.apply(positions, rows: chains.count)
      for row in 0..<chains.count { evaluations.pointer[row] += 1 }
      return true
    }
    return flow.follow(
      positions, from: grid.times[step - 1], to: grid.times[step], rows: chains.count,
      progress: .init(
        span: span.pointer, evaluations: evaluations.pointer, refusals: refusals.pointer,
        integral: nil, time: time.pointer), isResumed: isResumed, rounds: rounds)
  }
}

/// The step from t_N to the posterior mean of X: x/s + σ² S(x/s, σ).
final class DenoisingToEnd<Scalar: Real> {
  private let target: any NoiseLevelFunction<Scalar>
  private let inverseScale: Scalar
  private let variance: Scalar
  private let noiseLevels: Matrix<Double>
  private let scaled: Matrix<Scalar>
  private let score: Matrix<Scalar>

  init(target: any NoiseLevelFunction<Scalar>, grid: DiffusionGrid, rows: Int) {
    self.target = target
    let level = grid.noiseLevels[grid.steps]
    inverseScale = Scalar(1 / grid.scales[grid.steps])
    variance = Scalar(level * level)
    noiseLevels = Matrix(features: 1, rows: rows)
    noiseLevels.pointer.update(repeating: level, count: rows)
    scaled = Matrix(features: target.dimension, rows: rows)
    score = Matrix(features: target.dimension, rows: rows)
  }

  func apply(_ positions: Matrix<Scalar>, rows: Int) {
    for i in 0..<target.dimension {
      let x = UnsafePointer(positions.pointer + i * positions.stride)
      let y = scaled.pointer + i * scaled.stride
      for row in 0..<rows { y[row] = inverseScale * x[row] }
    }
    target.score(
      positions: scaled, noiseLevels: noiseLevels.pointer, rows: rows, into: score,
      divergences: nil, probes: nil)
    for i in 0..<target.dimension {
      let x = positions.pointer + i * positions.stride
      let y = UnsafePointer(scaled.pointer + i * scaled.stride)
      let s = UnsafePointer(score.pointer + i * score.stride)
      for row in 0..<rows { x[row] = y[row] + variance * s[row] }
    }
  }
}

/// What chains that are followed to a tolerance have cost.
public struct FlowEffort: Sendable, Hashable {
  /// Scores a chain, the mean over chains.
  public let evaluations: Double
  /// Scores of the chain that took most.
  public let mostEvaluations: Double
  /// The share of steps that were refused.
  public let refused: Double

  static let evaluationsName = "evaluations"
  static let refusalsName = "refusals"
}

extension ChainState {
  /// What the chains have cost; nil at the initial state, and for schemes whose steps are fixed.
  public var flowEffort: FlowEffort? {
    guard step > 0,
      let evaluations = tensors.first(where: { $0.name == FlowEffort.evaluationsName }),
      let refusals = tensors.first(where: { $0.name == FlowEffort.refusalsName })
    else { return nil }
    let counts = evaluations.values.doubles
    // Sums of whole numbers are exact, and so the same in any order.
    let total = counts.reduce(0, +)
    guard total > 0, let most = counts.max() else { return nil }
    return FlowEffort(
      evaluations: total / Double(counts.count), mostEvaluations: most,
      refused: refusals.values.doubles.reduce(0, +) / (total / 6))
  }
}
