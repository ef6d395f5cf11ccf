import Scorewalk

/// One thing that is timed.
struct Benchmark {
  /// What the work is counted in.
  enum Unit: String, Encodable {
    case steps
    case chainSteps = "chain-steps"
    case samples
    case numbers
  }

  /// A name without spaces, by which it is chosen: `seed-000/energy-training`.
  let name: String
  /// What is done, in words.
  let what: String
  let unit: Unit
  /// How many units one run is.
  let work: Double
  /// How many floating-point operations one run is, where they are what it is about.
  var operations: Double?
  /// On how many threads the work is done; nil for all there are.
  var threads: Int?
  /// Makes everything that a run needs, and returns the run. Only the run is timed.
  let prepare: (WorkerPool) throws -> () throws -> Void
}

/// What came of timing a benchmark.
struct Measurement: Encodable {
  let name: String
  let what: String
  let unit: Benchmark.Unit
  let work: Double
  /// The times of all runs but the warm-up, in seconds.
  let runs: [Double]
  let median: Double
  let shortest: Double
  let longest: Double
  /// Units a second, of the median.
  let rate: Double
  /// 10⁹ operations a second, of the median.
  let gigaflops: Double?
  /// The same as a share of what the machine can do, measured just before and after.
  let shareOfPeak: Double?

  init(_ benchmark: Benchmark, runs: [Double], peak: Double) {
    name = benchmark.name
    what = benchmark.what
    unit = benchmark.unit
    work = benchmark.work
    self.runs = runs
    let sorted = runs.sorted()
    median = (sorted[(sorted.count - 1) / 2] + sorted[sorted.count / 2]) / 2
    shortest = sorted[0]
    longest = sorted[sorted.count - 1]
    rate = work / median
    let seconds = median
    gigaflops = benchmark.operations.map { $0 / seconds / 1e9 }
    shareOfPeak = peak > 0 ? gigaflops.map { $0 / peak } : nil
  }
}

extension Benchmark {
  /// Times some runs after a warm-up.
  ///
  /// - Parameters:
  ///   - repeats: how many runs at least.
  ///   - seconds: for how long runs are added, up to 15 in all.
  func measure(repeats: Int, seconds: Double, threads: Int) throws -> Measurement {
    let pool = WorkerPool(threads: self.threads ?? threads)
    let before = Machine.peak(pool)
    try prepare(pool)()
    var runs: [Double] = []
    var total = 0.0
    while runs.count < repeats || (total < seconds && runs.count < 15) {
      let run = try prepare(pool)
      let time = try Machine.seconds(run)
      runs.append(time)
      total += time
    }
    return Measurement(self, runs: runs, peak: max(before, Machine.peak(pool)))
  }
}
