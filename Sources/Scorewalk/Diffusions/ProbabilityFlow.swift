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
  /// How many rows are under way; they are the first of every matrix here.
  private var count = 0
  /// What each row under way is: its number among all rows.
  private var rows: [Int] = []
  /// The places of rows whose last step led to the end, ascending.
  private var finished: [Int] = []
  /// The distance from one coordinate to the next, in every matrix here.
  private let stride: Int
  /// Of each row under way one number each: see the pointers into it. A row takes the first ones, up to
  /// `currentLog`, from one step to the next.
  private let numbers: Matrix<Double>
  private var carried: Int { 6 }
  private let times: UnsafeMutablePointer<Double>
  /// The length of the next step.
  private let spans: UnsafeMutablePointer<Double>
  /// By how much the next step may be longer: not at all after one that was refused.
  private let largestFactors: UnsafeMutablePointer<Double>
  private let evaluations: UnsafeMutablePointer<Double>
  private let refusals: UnsafeMutablePointer<Double>
  /// ∫∇·F dt, and where a step leads.
  private let currentLog: UnsafeMutablePointer<Double>
  private let stageLog: UnsafeMutablePointer<Double>
  /// The step with its sign, cut short at the end.
  private let steps: UnsafeMutablePointer<Double>
  private let stageTimes: UnsafeMutablePointer<Double>
  /// The estimated error in units of the tolerance.
  private let errors: UnsafeMutablePointer<Double>
  /// (error)^(−1/5).
  private let powers: UnsafeMutablePointer<Double>
  private let sums: UnsafeMutablePointer<Double>
  /// ½ g²/s², where divergences are integrated.
  private let logFactors: UnsafeMutablePointer<Double>
  private let divergences: UnsafeMutablePointer<Double>
  /// What one of several probes says.
  private let probed: UnsafeMutablePointer<Double>
  private let present: DiffusionProcess.Present
  /// y = x/s.
  private let scaled: Matrix<Scalar>
  private let score: Matrix<Scalar>
  /// x, and where a step leads.
  private let current: Matrix<Scalar>
  private let stage: Matrix<Scalar>
  /// How many scores each slope takes: one, or one for each probe.
  private let scoresPerSlope: Double
  /// The probes of the rows under way, where there are any.
  private let currentProbes: [Matrix<Scalar>]
  private let slopeMatrices: [Matrix<Scalar>]
  private let logSlopeMatrices: [Matrix<Double>]
  /// Their first elements: the loops below go over them without counting references.
  private let slopes: [UnsafeMutablePointer<Scalar>]
  private let logSlopes: [UnsafeMutablePointer<Double>]
  /// The step, 1/s, ½ g²/s and f of each row under way, `[4, rows]`.
  private let factors: Matrix<Scalar>

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
    finished.reserveCapacity(rows)
    let numbers = Matrix<Double>(features: 15, rows: rows)
    self.numbers = numbers
    stride = numbers.stride
    func place(_ number: Int) -> UnsafeMutablePointer<Double> {
      numbers.pointer + number * numbers.stride
    }
    (times, spans, largestFactors) = (place(0), place(1), place(2))
    (evaluations, refusals) = (place(3), place(4))
    currentLog = place(5)
    (stageLog, steps, stageTimes) = (place(6), place(7), place(8))
    (errors, powers, sums) = (place(9), place(10), place(11))
    (logFactors, divergences, probed) = (place(12), place(13), place(14))
    present = DiffusionProcess.Present(rows: rows)
    scaled = Matrix(features: dimension, rows: rows)
    score = Matrix(features: dimension, rows: rows)
    current = Matrix(features: dimension, rows: rows)
    stage = Matrix(features: dimension, rows: rows)
    scoresPerSlope = Double(max(1, probes))
    currentProbes = (0..<probes).map { _ in Matrix(features: dimension, rows: rows) }
    slopeMatrices = (0..<7).map { _ in Matrix(features: dimension, rows: rows) }
    logSlopeMatrices = (0..<(hasDensity ? 7 : 0)).map { _ in Matrix(features: 1, rows: rows) }
    slopes = slopeMatrices.map(\.pointer)
    logSlopes = logSlopeMatrices.map(\.pointer)
    factors = Matrix(features: 4, rows: rows)
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
    begin(positions, first, last, count, isResumed, progress)
    guard self.count > 0 else { return true }
    // Where it stopped, the slope was there and is counted.
    findSlopes(0, at: current.pointer, times: times)
    if !isResumed { chooseFirstSpans(abs(last - first)) }
    var left = rounds
    while self.count > 0, left > 0 {
      left -= 1
      makeStages(toward: last)
      findErrors()
      judge(toward: last)
      // From the last on, so that the row which takes a finished one's place is not itself at its end.
      for index in finished.reversed() { finish(index, last, positions, progress) }
    }
    for index in 0..<self.count { putAside(index, positions, progress) }
    return self.count == 0
  }

  @inline(__always)
  private func begin(
    _ positions: Matrix<Scalar>, _ first: Double, _ last: Double, _ count: Int,
    _ isResumed: Bool, _ progress: Progress
  ) {
    rows.removeAll(keepingCapacity: true)
    for row in 0..<count {
      let time = isResumed ? progress.time?[row] ?? first : first
      if isResumed, time == last { continue }
      let index = rows.count
      rows.append(row)
      times[index] = time
      spans[index] = abs(progress.span[row])
      largestFactors[index] = progress.span[row] < 0 ? 1 : 10
      evaluations[index] = isResumed ? 0 : scoresPerSlope
      refusals[index] = 0
      currentLog[index] = progress.integral?[row] ?? 0
      for (packed, probes) in zip(currentProbes, progress.probes) {
        for i in 0..<dimension {
          packed.pointer[i * stride + index] = probes.pointer[i * probes.stride + row]
        }
      }
      for i in 0..<dimension {
        current.pointer[i * stride + index] = positions.pointer[i * positions.stride + row]
      }
    }
    self.count = rows.count
  }

  /// F and ∇·F of the rows under way.
  @inline(__always)
  private func findSlopes(
    _ number: Int, at x: UnsafeMutablePointer<Scalar>, times: UnsafeMutablePointer<Double>
  ) {
    let (count, stride) = (count, stride)
    process.find(present, at: times, count: count)
    let (scales, levels) = (present.scales, present.noiseLevels)
    let (drifts, diffusions) = (present.drifts, present.squaredDiffusions)
    let inverse = factors.pointer + stride
    let (b, a) = (factors.pointer + 2 * stride, factors.pointer + 3 * stride)
    for row in 0..<count { inverse[row] = Scalar(1 / scales[row]) }
    for row in 0..<count { b[row] = Scalar(0.5 * diffusions[row] / scales[row]) }
    for row in 0..<count { a[row] = Scalar(drifts[row]) }
    for i in 0..<dimension {
      let (from, y) = (x + i * stride, scaled.pointer + i * stride)
      for row in 0..<count { y[row] = inverse[row] * from[row] }
    }
    findScores(levels)
    for i in 0..<dimension {
      let (y, s) = (x + i * stride, score.pointer + i * stride)
      let slope = slopes[number] + i * stride
      for row in 0..<count { slope[row] = a[row] * y[row] - b[row] * s[row] }
    }
    guard hasDensity else { return }
    let (slope, factor, divergence) = (logSlopes[number], logFactors, divergences)
    let whole = Double(dimension)
    for row in 0..<count { factor[row] = 0.5 * diffusions[row] / scales[row] / scales[row] }
    for row in 0..<count { slope[row] = drifts[row] * whole - factor[row] * divergence[row] }
  }

  /// Scores, and divergences or the mean of what the probes say of them.
  @inline(__always)
  private func findScores(_ levels: UnsafeMutablePointer<Double>) {
    target.score(
      positions: scaled, noiseLevels: levels, rows: count, into: score,
      divergences: hasDensity ? divergences : nil, probes: currentProbes.first)
    guard currentProbes.count > 1 else { return }
    for probes in currentProbes.dropFirst() {
      target.score(
        positions: scaled, noiseLevels: levels, rows: count, into: score, divergences: probed,
        probes: probes)
      for row in 0..<count { divergences[row] += probed[row] }
    }
    for row in 0..<count { divergences[row] /= Double(currentProbes.count) }
  }

  /// Where there is no length of a step yet, Hairer's first guess: a hundredth of the time in which the slope
  /// would double the row.
  @inline(__always)
  private func chooseFirstSpans(_ whole: Double) {
    for row in 0..<count where spans[row] == 0 {
      var (size, speed) = (0.0, 0.0)
      for i in 0..<dimension {
        let x = Double(current.pointer[i * stride + row])
        let unit = tolerance.absolute + tolerance.relative * abs(x)
        let slope = Double(slopes[0][i * stride + row])
        size += x / unit * (x / unit)
        speed += slope / unit * (slope / unit)
      }
      let guess = 0.01 * (size / speed).squareRoot()
      spans[row] = guess.isFinite && guess > 0 ? min(guess, whole) : 1e-3 * whole
    }
  }

  /// The steps of all rows under way, each of its own length.
  @inline(__always)
  private func makeStages(toward last: Double) {
    let (count, stride) = (count, stride)
    let (times, spans, steps, stageTimes) = (times, spans, steps, stageTimes)
    let scalarSteps = factors.pointer
    for row in 0..<count {
      let left = last - times[row]
      steps[row] = spans[row] >= abs(left) ? left : (left < 0 ? -spans[row] : spans[row])
    }
    for row in 0..<count { scalarSteps[row] = Scalar(steps[row]) }
    for number in 1..<7 {
      let (weights, node) = (DormandPrince.stages[number - 1], DormandPrince.nodes[number - 1])
      for row in 0..<count { stageTimes[row] = times[row] + node * steps[row] }
      for i in 0..<dimension {
        let result = stage.pointer + i * stride
        for row in 0..<count { result[row] = 0 }
        for earlier in 0..<number where weights[earlier] != 0 {
          let (weight, slope) = (Scalar(weights[earlier]), slopes[earlier] + i * stride)
          for row in 0..<count { result[row] += weight * slope[row] }
        }
        let x = current.pointer + i * stride
        for row in 0..<count { result[row] = x[row] + scalarSteps[row] * result[row] }
      }
      if hasDensity {
        sum(logSlopes, weights, number)
        let (log, sums, result) = (currentLog, sums, stageLog)
        for row in 0..<count { result[row] = log[row] + steps[row] * sums[row] }
      }
      findSlopes(number, at: stage.pointer, times: stageTimes)
    }
  }

  /// Weighted sums of the first slopes, in double precision.
  @inline(__always)
  private func sum<Slope: Real>(
    _ slopes: [UnsafeMutablePointer<Slope>], _ weights: [Double], _ number: Int, offset: Int = 0
  ) {
    let (count, sums) = (count, sums)
    for row in 0..<count { sums[row] = 0 }
    for index in 0..<number {
      let (weight, slope) = (weights[index], slopes[index] + offset)
      for row in 0..<count { sums[row] += weight * Double(slope[row]) }
    }
  }

  /// The estimated error of every row's step in units of the tolerance, and its power −1/5.
  @inline(__always)
  private func findErrors() {
    let (count, stride) = (count, stride)
    let (steps, sums, errors, powers) = (steps, sums, errors, powers)
    let (absolute, relative) = (tolerance.absolute, tolerance.relative)
    for row in 0..<count { errors[row] = 0 }
    for i in 0..<dimension {
      sum(slopes, DormandPrince.errors, 7, offset: i * stride)
      let (x, y) = (current.pointer + i * stride, stage.pointer + i * stride)
      for row in 0..<count {
        let size = max(abs(Double(x[row])), abs(Double(y[row])))
        let ratio = steps[row] * sums[row] / (absolute + relative * size)
        errors[row] += ratio * ratio
      }
    }
    if hasDensity {
      sum(logSlopes, DormandPrince.errors, 7)
      let (x, y) = (currentLog, stageLog)
      for row in 0..<count {
        let size = max(abs(x[row]), abs(y[row]))
        let ratio = steps[row] * sums[row] / (absolute + relative * size)
        errors[row] += ratio * ratio
      }
    }
    let terms = Double(hasDensity ? dimension + 1 : dimension)
    for row in 0..<count { errors[row] = (errors[row] / terms).squareRoot() }
    Double.log(errors, count: count, into: sums)
    for row in 0..<count { sums[row] = -0.2 * sums[row] }
    Double.exp(sums, count: count, into: powers)
  }

  /// Takes every row's step or refuses it, and chooses the next; notes the rows that are at their end.
  @inline(__always)
  private func judge(toward last: Double) {
    finished.removeAll(keepingCapacity: true)
    for index in 0..<count {
      evaluations[index] += 6 * scoresPerSlope
      // A negative power that is not finite asks for the smallest factor.
      let (step, wanted) = (steps[index], 0.9 * powers[index])
      guard errors[index] <= 1 else {
        refusals[index] += 1
        spans[index] = abs(step) * (wanted.isFinite ? max(0.2, wanted) : 0.2)
        largestFactors[index] = 1
        guard times[index] + 0.01 * spans[index] == times[index] else { continue }
        for i in 0..<dimension { current.pointer[i * stride + index] = .nan }
        finished.append(index)
        continue
      }
      let isCut = spans[index] > abs(step)
      let factor = min(largestFactors[index], max(0.2, wanted))
      // A step that was cut at the end says only that one as long as that is good enough.
      spans[index] = isCut ? max(spans[index], abs(step) * factor) : abs(step) * factor
      largestFactors[index] = 10
      let isLast = times[index] + step == last || abs(step) >= abs(last - times[index])
      times[index] = isLast ? last : times[index] + step
      for i in 0..<dimension {
        let place = i * stride + index
        current.pointer[place] = stage.pointer[place]
        // The last slope is the first of the next step.
        slopes[0][place] = slopes[6][place]
      }
      if hasDensity {
        currentLog[index] = stageLog[index]
        logSlopes[0][index] = logSlopes[6][index]
      }
      if isLast { finished.append(index) }
    }
  }

  /// Writes back where a row is.
  @inline(__always)
  private func putAside(_ index: Int, _ positions: Matrix<Scalar>, _ progress: Progress) {
    let row = rows[index]
    progress.time?[row] = times[index]
    progress.span[row] = largestFactors[index] == 1 ? -spans[index] : spans[index]
    progress.evaluations[row] += evaluations[index]
    progress.refusals[row] += refusals[index]
    progress.integral?[row] = currentLog[index]
    for i in 0..<dimension {
      positions.pointer[i * positions.stride + row] = current.pointer[i * stride + index]
    }
  }

  /// Writes a row back that is at its end, and lets the last row under way take its place.
  @inline(__always)
  private func finish(
    _ index: Int, _ end: Double, _ positions: Matrix<Scalar>, _ progress: Progress
  ) {
    // Also of a row that is lost.
    (times[index], largestFactors[index]) = (end, 10)
    putAside(index, positions, progress)
    count -= 1
    let last = count
    rows[index] = rows[last]
    rows.removeLast()
    // All that a row takes from one step to the next.
    for number in 0..<carried {
      numbers.pointer[number * stride + index] = numbers.pointer[number * stride + last]
    }
    if hasDensity { logSlopes[0][index] = logSlopes[0][last] }
    for i in 0..<dimension {
      let (to, from) = (i * stride + index, i * stride + last)
      current.pointer[to] = current.pointer[from]
      slopes[0][to] = slopes[0][from]
      for probes in currentProbes { probes.pointer[to] = probes.pointer[from] }
    }
  }
}
