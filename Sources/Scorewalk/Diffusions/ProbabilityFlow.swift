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
  /// Whether the rows under way are those of a flow that has stopped, slopes and all.
  private var hasStopped = false
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
  /// How many scores each slope takes: one, or one for each probe.
  private let scoresPerSlope: Double
  /// The probes of the rows under way, where there are any.
  private let currentProbes: [Matrix<Scalar>]
  private let slopeMatrices: [Matrix<Scalar>]
  private let logSlopeMatrices: [Matrix<Double>]
  /// Their first elements: the loops below go over them without counting references.
  private let slopes: [UnsafeMutablePointer<Scalar>]
  private let logSlopes: [UnsafeMutablePointer<Double>]
  /// The distance from one coordinate to the next, in every matrix here.
  private let stride: Int
  /// Of each row under way: its step, and −½ g²/s and f.
  private let steps: Matrix<Scalar>
  private let scoreFactors: Matrix<Scalar>
  private let drifts: Matrix<Scalar>
  /// ½ g²/s², where divergences are integrated.
  private let logFactors: Matrix<Double>

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
    scoresPerSlope = Double(max(1, probes))
    currentProbes = (0..<probes).map { _ in Matrix(features: dimension, rows: rows) }
    slopeMatrices = (0..<7).map { _ in Matrix(features: dimension, rows: rows) }
    logSlopeMatrices = (0..<7).map { _ in Matrix(features: 1, rows: rows) }
    slopes = slopeMatrices.map(\.pointer)
    logSlopes = logSlopeMatrices.map(\.pointer)
    stride = current.stride
    steps = Matrix(features: 1, rows: rows)
    scoreFactors = Matrix(features: 1, rows: rows)
    drifts = Matrix(features: 1, rows: rows)
    logFactors = Matrix(features: 1, rows: rows)
  }

  /// What goes on from one piece of the flow to the next, a number for each row.
  struct Progress {
    /// The length of the last step that was not cut short; 0 where none was made. On the way the length of the next,
    /// negative where the last was refused.
    let span: UnsafeMutablePointer<Double>
    /// How many scores were taken; with probes, one for each.
    let evaluations: UnsafeMutablePointer<Double>
    /// How many steps were refused.
    let refusals: UnsafeMutablePointer<Double>
    /// ∫∇·F dt so far, where it is wanted.
    let integral: UnsafeMutablePointer<Double>?
    /// The probes of each row, `[dimension, rows]` each.
    var probes: [Matrix<Scalar>] = []
    /// The time at which each row is, for a flow that may stop on its way.
    var time: UnsafeMutablePointer<Double>?
  }

  /// Brings every row from one time to another, before or after it.
  ///
  /// A row whose steps become too short to change the time, or whose slope is not finite, ends with
  /// positions that are not finite.
  ///
  /// - Parameters:
  ///   - positions: x, `[dimension, rows]`; overwritten.
  ///   - isResumed: whether it goes on where it stopped; the bits are those of a flow that did not stop.
  ///   - rounds: how many steps each row may try before it stops.
  /// - Returns: whether all rows are at their end.
  @_specialize(where Scalar == Float)
  @_specialize(where Scalar == Double)
  @discardableResult
  func follow(
    _ positions: Matrix<Scalar>, from first: Double, to last: Double, rows count: Int,
    progress: Progress, isResumed: Bool = false, rounds: Int = .max
  ) -> Bool {
    if !(isResumed && hasStopped) {
      hasStopped = false
      begin(positions, first, last, count, isResumed, progress)
      guard !rows.isEmpty else { return true }
      findSlopes(0, at: current, times: times)
      // Where it stopped, they were counted.
      for index in 0..<rows.count where !isResumed {
        progress.evaluations[rows[index]] += scoresPerSlope
        if spans[index] == 0 { spans[index] = firstSpan(index, abs(last - first)) }
      }
    }
    var left = rounds
    while !rows.isEmpty, left > 0 {
      left -= 1
      makeStages(toward: last)
      var index = 0
      while index < rows.count {
        let isDone = judge(index, last, progress)
        if isDone {
          finish(index, last, positions, progress)
        } else {
          index += 1
        }
      }
    }
    for index in 0..<rows.count { putAside(index, positions, progress) }
    hasStopped = !rows.isEmpty
    return !hasStopped
  }

  /// Positions and progress were written from outside: a flow that has stopped begins with them.
  func forget() { hasStopped = false }

  @inline(__always)
  private func begin(
    _ positions: Matrix<Scalar>, _ first: Double, _ last: Double, _ count: Int,
    _ isResumed: Bool, _ progress: Progress
  ) {
    rows.removeAll(keepingCapacity: true)
    times.removeAll(keepingCapacity: true)
    spans.removeAll(keepingCapacity: true)
    wasRefused.removeAll(keepingCapacity: true)
    for row in 0..<count {
      let time = isResumed ? progress.time?[row] ?? first : first
      if isResumed, time == last { continue }
      let index = rows.count
      rows.append(row)
      times.append(time)
      spans.append(abs(progress.span[row]))
      wasRefused.append(progress.span[row] < 0)
      currentLog.pointer[index] = progress.integral?[row] ?? 0
      for (packed, probes) in zip(currentProbes, progress.probes) {
        for i in 0..<dimension {
          packed.pointer[i * packed.stride + index] = probes.pointer[i * probes.stride + row]
        }
      }
      for i in 0..<dimension {
        current.pointer[i * current.stride + index] =
          positions.pointer[i * positions.stride + row]
      }
    }
  }

  /// F and ∇·F of the rows under way.
  @inline(__always)
  private func findSlopes(_ number: Int, at x: Matrix<Scalar>, times: [Double]) {
    let count = rows.count
    for row in 0..<count {
      let present = process.present(at: times[row])
      noiseLevels.pointer[row] = present.noiseLevel
      let half = 0.5 * present.squaredDiffusion / present.scale
      (scoreFactors.pointer[row], drifts.pointer[row]) = (Scalar(half), Scalar(present.drift))
      let inverse = Scalar(1 / present.scale)
      for i in 0..<dimension {
        scaled.pointer[i * stride + row] = inverse * x.pointer[i * stride + row]
      }
      if hasDensity {
        // −½ g² ∇·s is added below.
        logSlopes[number][row] = present.drift * Double(dimension)
        logFactors.pointer[row] = half / present.scale
      }
    }
    findScores(count)
    let (a, b) = (drifts.pointer, scoreFactors.pointer)
    for i in 0..<dimension {
      let (y, s) = (x.pointer + i * stride, score.pointer + i * stride)
      let slope = slopes[number] + i * stride
      for row in 0..<count { slope[row] = a[row] * y[row] - b[row] * s[row] }
    }
    guard hasDensity else { return }
    let slope = logSlopes[number]
    for row in 0..<count { slope[row] -= logFactors.pointer[row] * divergences.pointer[row] }
  }

  /// Scores, and divergences or the mean of what the probes say of them.
  @inline(__always)
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
  @inline(__always)
  private func firstSpan(_ index: Int, _ whole: Double) -> Double {
    var (size, speed) = (0.0, 0.0)
    for i in 0..<dimension {
      let x = Double(current.pointer[i * current.stride + index])
      let unit = tolerance.absolute + tolerance.relative * abs(x)
      let slope = Double(slopes[0][i * stride + index])
      size += x / unit * (x / unit)
      speed += slope / unit * (slope / unit)
    }
    let guess = 0.01 * (size / speed).squareRoot()
    return guess.isFinite && guess > 0 ? min(guess, whole) : 1e-3 * whole
  }

  /// The steps of all rows under way, each of its own length.
  @inline(__always)
  private func makeStages(toward last: Double) {
    let count = rows.count
    for row in 0..<count { steps.pointer[row] = Scalar(signedStep(row, last)) }
    for number in 1..<7 {
      let weights = DormandPrince.stages[number - 1]
      for row in 0..<count {
        scratchTimes[row] = times[row] + DormandPrince.nodes[number - 1] * signedStep(row, last)
      }
      for i in 0..<dimension {
        let result = stage.pointer + i * stride
        for row in 0..<count { result[row] = 0 }
        for earlier in 0..<number where weights[earlier] != 0 {
          let (weight, slope) = (Scalar(weights[earlier]), slopes[earlier] + i * stride)
          for row in 0..<count { result[row] += weight * slope[row] }
        }
        let (x, step) = (current.pointer + i * stride, steps.pointer)
        for row in 0..<count { result[row] = x[row] + step[row] * result[row] }
      }
      if hasDensity {
        for row in 0..<count {
          var sum = 0.0
          for earlier in 0..<number { sum += weights[earlier] * logSlopes[earlier][row] }
          stageLog.pointer[row] = currentLog.pointer[row] + signedStep(row, last) * sum
        }
      }
      findSlopes(number, at: stage, times: scratchTimes)
    }
  }

  /// The step of a row, cut short at the end.
  @inline(__always)
  private func signedStep(_ index: Int, _ last: Double) -> Double {
    let left = last - times[index]
    return spans[index] >= abs(left) ? left : (left < 0 ? -spans[index] : spans[index])
  }

  /// Takes a row's step or refuses it, and chooses the next; true where the row is at its end.
  @inline(__always)
  private func judge(_ index: Int, _ last: Double, _ progress: Progress) -> Bool {
    progress.evaluations[rows[index]] += 6 * scoresPerSlope
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
      slopes[0][i * stride + index] = slopes[6][i * stride + index]
    }
    if hasDensity {
      currentLog.pointer[index] = stageLog.pointer[index]
      logSlopes[0][index] = logSlopes[6][index]
    }
    return isLast
  }

  /// The estimated error in units of the tolerance.
  @inline(__always)
  private func error(_ index: Int, _ step: Double) -> Double {
    var square = 0.0
    for i in 0..<dimension {
      var sum = 0.0
      for number in 0..<7 {
        sum += DormandPrince.errors[number] * Double(slopes[number][i * stride + index])
      }
      let size = max(
        abs(Double(current.pointer[i * current.stride + index])),
        abs(Double(stage.pointer[i * stage.stride + index])))
      let ratio = step * sum / (tolerance.absolute + tolerance.relative * size)
      square += ratio * ratio
    }
    guard hasDensity else { return (square / Double(dimension)).squareRoot() }
    var sum = 0.0
    for number in 0..<7 { sum += DormandPrince.errors[number] * logSlopes[number][index] }
    let size = max(abs(currentLog.pointer[index]), abs(stageLog.pointer[index]))
    let ratio = step * sum / (tolerance.absolute + tolerance.relative * size)
    return ((square + ratio * ratio) / Double(dimension + 1)).squareRoot()
  }

  /// Writes back where a row is.
  @inline(__always)
  private func putAside(_ index: Int, _ positions: Matrix<Scalar>, _ progress: Progress) {
    let row = rows[index]
    progress.time?[row] = times[index]
    progress.span[row] = wasRefused[index] ? -spans[index] : spans[index]
    progress.integral?[row] = currentLog.pointer[index]
    for i in 0..<dimension {
      positions.pointer[i * positions.stride + row] =
        current.pointer[i * current.stride + index]
    }
  }

  /// Writes a row back that is at its end, and lets the last row under way take its place.
  @inline(__always)
  private func finish(
    _ index: Int, _ end: Double, _ positions: Matrix<Scalar>, _ progress: Progress
  ) {
    // Also of a row that is lost.
    (times[index], wasRefused[index]) = (end, false)
    putAside(index, positions, progress)
    let last = rows.count - 1
    for i in 0..<dimension {
      current.pointer[i * current.stride + index] = current.pointer[i * current.stride + last]
    }
    currentLog.pointer[index] = currentLog.pointer[last]
    stageLog.pointer[index] = stageLog.pointer[last]
    for i in 0..<dimension {
      stage.pointer[i * stage.stride + index] = stage.pointer[i * stage.stride + last]
    }
    for slope in slopes {
      for i in 0..<dimension {
        slope[i * stride + index] = slope[i * stride + last]
      }
    }
    for slope in logSlopes { slope[index] = slope[last] }
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
