/// How far an adaptive step may be off: |error| ≤ absolute + relative · |x|, as a mean square over what
/// is integrated.
public struct FlowTolerance: Sendable, Hashable {
  /// In units of the values.
  public var relative: Double
  /// In units of the positions.
  public var absolute: Double

  /// Makes a tolerance; both above 0.
  public init(relative: Double = 1e-5, absolute: Double = 1e-5) {
    self.relative = relative
    self.absolute = absolute
  }
}

/// Follows the probability flow by the pair of Dormand and Prince (1980, doi:10.1016/0771-050X(80)90013-3),
/// each row with steps of its own.
///
///     dx/dt = f x − ½ g² s(x, t),        d log p/dt = −∇·(f x − ½ g² s)
///
/// The solution of order 5 goes on, that of order 4 gives the error (local extrapolation), and steps are
/// chosen as in Hairer, Nørsett and Wanner, Solving Ordinary Differential Equations I, section II.4: the
/// next is 0.9 (error)^(−1/5) times the last, from a fifth to ten times, and no longer after one that was
/// refused. Rows that are at their end are put aside, so that a stubborn row costs what it costs alone.
/// A row's results depend on that row alone.
final class ProbabilityFlow<Scalar: Real> {
  private let target: any NoiseLevelFunction<Scalar>
  private let process: DiffusionProcess
  private let tolerance: FlowTolerance
  private let dimension: Int
  private let hasDensity: Bool
  /// What each row under way is: its number among all rows.
  private var rows: [Int] = []
  private var times: [Double] = []
  private var spans: [Double] = []
  /// Whether the step before was refused.
  private var wasRefused: [Bool] = []
  private var scratchTimes: [Double]
  private let noiseLevels: Matrix<Double>
  private let divergences: Matrix<Double>
  /// What one of several probes says.
  private let probed: Matrix<Double>
  /// y = x/s.
  private let scaled: Matrix<Scalar>
  private let score: Matrix<Scalar>
  /// x of the rows under way, and where a step leads.
  private let current: Matrix<Scalar>
  private let stage: Matrix<Scalar>
  /// ∫∇·F dt of the rows under way, and where a step leads.
  private let currentLog: Matrix<Double>
  private let stageLog: Matrix<Double>
  /// The probes of the rows under way, where there are any.
  private let currentProbes: [Matrix<Scalar>]
  private let slopes: [Matrix<Scalar>]
  private let logSlopes: [Matrix<Double>]

  /// - Parameters:
  ///   - hasDensity: whether divergences are integrated too.
  ///   - probes: how many probes estimate them; with 0 they are exact.
  init(
    target: any NoiseLevelFunction<Scalar>, process: DiffusionProcess, tolerance: FlowTolerance,
    rows: Int, hasDensity: Bool, probes: Int = 0
  ) {
    self.target = target
    self.process = process
    self.tolerance = tolerance
    self.hasDensity = hasDensity
    dimension = target.dimension
    let dimension = dimension
    self.rows.reserveCapacity(rows)
    times.reserveCapacity(rows)
    spans.reserveCapacity(rows)
    wasRefused.reserveCapacity(rows)
    scratchTimes = [Double](repeating: 0, count: rows)
    noiseLevels = Matrix(features: 1, rows: rows)
    divergences = Matrix(features: 1, rows: rows)
    probed = Matrix(features: 1, rows: rows)
    scaled = Matrix(features: dimension, rows: rows)
    score = Matrix(features: dimension, rows: rows)
    current = Matrix(features: dimension, rows: rows)
    stage = Matrix(features: dimension, rows: rows)
    currentLog = Matrix(features: 1, rows: rows)
    stageLog = Matrix(features: 1, rows: rows)
    currentProbes = (0..<probes).map { _ in Matrix(features: dimension, rows: rows) }
    slopes = (0..<7).map { _ in Matrix(features: dimension, rows: rows) }
    logSlopes = (0..<7).map { _ in Matrix(features: 1, rows: rows) }
  }

  /// What goes on from one piece of the flow to the next, a number for each row.
  struct Progress {
    /// The length of the last step that was not cut short; 0 where none was made.
    let span: UnsafeMutablePointer<Double>
    /// How many scores were taken.
    let evaluations: UnsafeMutablePointer<Double>
    /// How many steps were refused.
    let refusals: UnsafeMutablePointer<Double>
    /// ∫∇·F dt so far, where it is wanted.
    let integral: UnsafeMutablePointer<Double>?
    /// The probes of each row, `[dimension, rows]` each.
    var probes: [Matrix<Scalar>] = []
  }

  /// Brings every row from one time to another, before or after it.
  ///
  /// A row whose steps become too short to change the time, or whose slope is not finite, ends with
  /// positions that are not finite.
  ///
  /// - Parameter positions: x, `[dimension, rows]`; overwritten.
  func follow(
    _ positions: Matrix<Scalar>, from first: Double, to last: Double, rows count: Int,
    progress: Progress
  ) {
    begin(positions, first, count, progress)
    findSlopes(0, at: current, times: times)
    for index in 0..<rows.count {
      progress.evaluations[rows[index]] += 1
      if spans[index] == 0 { spans[index] = firstSpan(index, abs(last - first)) }
    }
    while !rows.isEmpty {
      makeStages(toward: last)
      var index = 0
      while index < rows.count {
        let isDone = judge(index, last, progress)
        if isDone {
          finish(index, positions, progress)
        } else {
          index += 1
        }
      }
    }
  }

  private func begin(
    _ positions: Matrix<Scalar>, _ first: Double, _ count: Int, _ progress: Progress
  ) {
    rows.removeAll(keepingCapacity: true)
    times.removeAll(keepingCapacity: true)
    spans.removeAll(keepingCapacity: true)
    wasRefused.removeAll(keepingCapacity: true)
    for row in 0..<count {
      rows.append(row)
      times.append(first)
      spans.append(progress.span[row])
      wasRefused.append(false)
      currentLog.pointer[row] = progress.integral?[row] ?? 0
      for (packed, probes) in zip(currentProbes, progress.probes) {
        for i in 0..<dimension {
          packed.pointer[i * packed.stride + row] = probes.pointer[i * probes.stride + row]
        }
      }
      for i in 0..<dimension {
        current.pointer[i * current.stride + row] =
          positions.pointer[i * positions.stride + row]
      }
    }
  }

  /// F and ∇·F of the rows under way.
  private func findSlopes(_ number: Int, at x: Matrix<Scalar>, times: [Double]) {
    let count = rows.count
    for row in 0..<count {
      noiseLevels.pointer[row] = process.noiseLevel(at: times[row])
      let inverse = Scalar(1 / process.scale(at: times[row]))
      for i in 0..<dimension {
        scaled.pointer[i * scaled.stride + row] = inverse * x.pointer[i * x.stride + row]
      }
    }
    findScores(count)
    let slope = slopes[number]
    for row in 0..<count {
      let (drift, scale) = (process.drift(at: times[row]), process.scale(at: times[row]))
      let half = 0.5 * process.squaredDiffusion(at: times[row]) / scale
      let (a, b) = (Scalar(drift), Scalar(half))
      for i in 0..<dimension {
        slope.pointer[i * slope.stride + row] =
          a * x.pointer[i * x.stride + row] - b * score.pointer[i * score.stride + row]
      }
      if hasDensity {
        logSlopes[number].pointer[row] =
          drift * Double(dimension) - half / scale * divergences.pointer[row]
      }
    }
  }

  /// Scores, and divergences or the mean of what the probes say of them.
  private func findScores(_ count: Int) {
    target.score(
      positions: scaled, noiseLevels: noiseLevels.pointer, rows: count, into: score,
      divergences: hasDensity ? divergences.pointer : nil, probes: currentProbes.first)
    guard currentProbes.count > 1 else { return }
    for probes in currentProbes.dropFirst() {
      target.score(
        positions: scaled, noiseLevels: noiseLevels.pointer, rows: count, into: score,
        divergences: probed.pointer, probes: probes)
      for row in 0..<count { divergences.pointer[row] += probed.pointer[row] }
    }
    for row in 0..<count { divergences.pointer[row] /= Double(currentProbes.count) }
  }

  /// Hairer's first guess: a hundredth of the time in which the slope would double the row.
  private func firstSpan(_ index: Int, _ whole: Double) -> Double {
    var (size, speed) = (0.0, 0.0)
    for i in 0..<dimension {
      let x = Double(current.pointer[i * current.stride + index])
      let unit = tolerance.absolute + tolerance.relative * abs(x)
      let slope = Double(slopes[0].pointer[i * slopes[0].stride + index])
      size += x / unit * (x / unit)
      speed += slope / unit * (slope / unit)
    }
    let guess = 0.01 * (size / speed).squareRoot()
    return guess.isFinite && guess > 0 ? min(guess, whole) : 1e-3 * whole
  }

  /// The steps of all rows under way, each of its own length.
  private func makeStages(toward last: Double) {
    for number in 1..<7 {
      let weights = DormandPrince.stages[number - 1]
      for row in 0..<rows.count {
        let step = signedStep(row, last)
        scratchTimes[row] = times[row] + DormandPrince.nodes[number - 1] * step
        for i in 0..<dimension {
          var sum: Scalar = 0
          for earlier in 0..<number where weights[earlier] != 0 {
            let k = slopes[earlier]
            sum += Scalar(weights[earlier]) * k.pointer[i * k.stride + row]
          }
          stage.pointer[i * stage.stride + row] =
            current.pointer[i * current.stride + row] + Scalar(step) * sum
        }
        if hasDensity {
          var sum = 0.0
          for earlier in 0..<number {
            sum += weights[earlier] * logSlopes[earlier].pointer[row]
          }
          stageLog.pointer[row] = currentLog.pointer[row] + step * sum
        }
      }
      findSlopes(number, at: stage, times: scratchTimes)
    }
  }

  /// The step of a row, cut short at the end.
  private func signedStep(_ index: Int, _ last: Double) -> Double {
    let left = last - times[index]
    return spans[index] >= abs(left) ? left : (left < 0 ? -spans[index] : spans[index])
  }

  /// Takes a row's step or refuses it, and chooses the next; true where the row is at its end.
  private func judge(_ index: Int, _ last: Double, _ progress: Progress) -> Bool {
    progress.evaluations[rows[index]] += 6
    let step = signedStep(index, last)
    let error = self.error(index, step)
    // A negative power that is not finite asks for the smallest factor.
    let wanted = 0.9 * Double.exp(-0.2 * Double.log(error))
    guard error <= 1 else {
      progress.refusals[rows[index]] += 1
      spans[index] = abs(step) * (wanted.isFinite ? max(0.2, wanted) : 0.2)
      wasRefused[index] = true
      guard times[index] + 0.01 * spans[index] == times[index] else { return false }
      for i in 0..<dimension { current.pointer[i * current.stride + index] = .nan }
      return true
    }
    let isCut = spans[index] > abs(step)
    let factor = min(wasRefused[index] ? 1 : 10, max(0.2, wanted))
    // A step that was cut at the end says only that one as long as that is good enough.
    spans[index] = isCut ? max(spans[index], abs(step) * factor) : abs(step) * factor
    wasRefused[index] = false
    let isLast = times[index] + step == last || abs(step) >= abs(last - times[index])
    times[index] = isLast ? last : times[index] + step
    for i in 0..<dimension {
      current.pointer[i * current.stride + index] = stage.pointer[i * stage.stride + index]
      // The last slope is the first of the next step.
      slopes[0].pointer[i * slopes[0].stride + index] =
        slopes[6].pointer[i * slopes[6].stride + index]
    }
    if hasDensity {
      currentLog.pointer[index] = stageLog.pointer[index]
      logSlopes[0].pointer[index] = logSlopes[6].pointer[index]
    }
    return isLast
  }

  /// The estimated error in units of the tolerance.
  private func error(_ index: Int, _ step: Double) -> Double {
    var square = 0.0
    for i in 0..<dimension {
      var sum = 0.0
      for number in 0..<7 {
        let k = slopes[number]
        sum += DormandPrince.errors[number] * Double(k.pointer[i * k.stride + index])
      }
      let size = max(
        abs(Double(current.pointer[i * current.stride + index])),
        abs(Double(stage.pointer[i * stage.stride + index])))
      let ratio = step * sum / (tolerance.absolute + tolerance.relative * size)
      square += ratio * ratio
    }
    guard hasDensity else { return (square / Double(dimension)).squareRoot() }
    var sum = 0.0
    for number in 0..<7 { sum += DormandPrince.errors[number] * logSlopes[number].pointer[index] }
    let size = max(abs(currentLog.pointer[index]), abs(stageLog.pointer[index]))
    let ratio = step * sum / (tolerance.absolute + tolerance.relative * size)
    return ((square + ratio * ratio) / Double(dimension + 1)).squareRoot()
  }

  /// Writes a row back, and lets the last row under way take its place.
  private func finish(_ index: Int, _ positions: Matrix<Scalar>, _ progress: Progress) {
    let row = rows[index]
    let last = rows.count - 1
    progress.span[row] = spans[index]
    progress.integral?[row] = currentLog.pointer[index]
    for i in 0..<dimension {
      positions.pointer[i * positions.stride + row] =
        current.pointer[i * current.stride + index]
      current.pointer[i * current.stride + index] = current.pointer[i * current.stride + last]
    }
    currentLog.pointer[index] = currentLog.pointer[last]
    stageLog.pointer[index] = stageLog.pointer[last]
    for i in 0..<dimension {
      stage.pointer[i * stage.stride + index] = stage.pointer[i * stage.stride + last]
    }
    for slope in slopes {
      for i in 0..<dimension {
        slope.pointer[i * slope.stride + index] = slope.pointer[i * slope.stride + last]
      }
    }
    for slope in logSlopes { slope.pointer[index] = slope.pointer[last] }
    for probes in currentProbes {
      for i in 0..<dimension {
        probes.pointer[i * probes.stride + index] = probes.pointer[i * probes.stride + last]
      }
    }
    rows.swapAt(index, last)
    times.swapAt(index, last)
    spans.swapAt(index, last)
    wasRefused.swapAt(index, last)
    rows.removeLast()
    times.removeLast()
    spans.removeLast()
    wasRefused.removeLast()
  }
}

/// The coefficients of Dormand and Prince (1980, table 2).
enum DormandPrince {
  /// c₂ … c₇.
  static let nodes: [Double] = [1.0 / 5, 3.0 / 10, 4.0 / 5, 8.0 / 9, 1, 1]
  /// The rows of a; the last is the solution of order 5.
  static let stages: [[Double]] = [
    [1.0 / 5],
    [3.0 / 40, 9.0 / 40],
    [44.0 / 45, -56.0 / 15, 32.0 / 9],
    [19372.0 / 6561, -25360.0 / 2187, 64448.0 / 6561, -212.0 / 729],
    [9017.0 / 3168, -355.0 / 33, 46732.0 / 5247, 49.0 / 176, -5103.0 / 18656],
    [35.0 / 384, 0, 500.0 / 1113, 125.0 / 192, -2187.0 / 6784, 11.0 / 84],
  ]
  /// The solution of order 5 less that of order 4.
  static let errors: [Double] = [
    71.0 / 57600, 0, -71.0 / 16695, 71.0 / 1920, -17253.0 / 339200, 22.0 / 525, -1.0 / 40,
  ]
}
