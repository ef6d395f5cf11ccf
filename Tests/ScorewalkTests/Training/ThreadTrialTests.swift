import Testing

@testable import Scorewalk

/// Whether steps are made on all threads is decided by what they take, and changes no bit.
@Suite struct ThreadTrialTests {
  /// A clock and the steps that it times.
  private struct Steps {
    var trial = ThreadTrial()
    var time = 5.0
    /// Seconds between steps, which belong to none.
    var between = 0.0

    /// Makes steps that take some time on all threads, or on one; returns how many were made on all of some.
    mutating func run(
      _ count: Int, threads: Double, single: Double, pause: (step: Int, seconds: Double)? = nil
    ) -> Int {
      var threaded = 0
      for step in 0..<count {
        let start = time
        trial.stepBegins { start }
        threaded += trial.usesThreads ? 1 : 0
        time += trial.usesThreads ? threads : single
        if step == pause?.step { time += pause?.seconds ?? 0 }
        let end = time
        trial.stepEnds { end }
        time += between
      }
      return threaded
    }
  }

  @Test(arguments: [1e-6, 10e-6, 600e-6, 20e-3]) func theFasterIsChosen(scale: Double) {
    for (threads, single) in [(scale, 1.5 * scale), (1.5 * scale, scale)] {
      var steps = Steps()
      _ = steps.run(200_000, threads: threads, single: single)
      let share = steps.run(100, threads: threads, single: single)
      #expect(share == (threads < single ? 100 : 0), "\(threads), \(single)")
    }
  }

  /// Where both take as long, one thread leaves the other core to others.
  @Test func oneThreadForATie() {
    var steps = Steps()
    #expect(steps.run(20_000, threads: 1e-5, single: 1e-5) < 10_000)
  }

  /// Something that holds a step up, or takes time between steps, decides nothing.
  @Test(arguments: [0, 30, 150, 400]) func pausesDoNotCount(step: Int) {
    for (threads, single) in [(40e-6, 20e-6), (20e-6, 40e-6)] {
      var steps = Steps()
      steps.between = 1e-3
      _ = steps.run(1000, threads: threads, single: single, pause: (step, 15e-3))
      #expect(steps.trial.usesThreads == (threads < single), "\(threads), \(step)")
    }
  }

  /// What was faster once may not be so later: another trial finds out.
  @Test func askedAgainFromTimeToTime() {
    var steps = Steps()
    _ = steps.run(400_000, threads: 10e-6, single: 20e-6)
    #expect(steps.trial.usesThreads)
    _ = steps.run(400_000, threads: 30e-6, single: 20e-6)
    #expect(!steps.trial.usesThreads)
    let threaded = steps.run(400_000, threads: 10e-6, single: 20e-6)
    #expect(steps.trial.usesThreads && threaded > 100_000)
  }

  /// Trials cost little, also where a step takes long.
  @Test(arguments: [10e-6, 1e-3, 50e-3]) func trialsAreRare(threads: Double) {
    var steps = Steps()
    let count = Int(1000 / threads / 20)
    let threaded = steps.run(count, threads: threads, single: 2 * threads)
    #expect(Double(threaded) > 0.97 * Double(count), "\(threaded) of \(count)")
  }

  /// A training whose steps are made on all threads and on one by turns has the bits of one thread.
  @Test func noBitDependsOnIt() throws {
    let configuration = TrainingConfiguration(
      network: SeedTrainingTests.score,
      objective: DenoisingScoreMatching(noiseLevel: 0.5, draws: 10),
      optimizer: Adam(learningRate: 2e-3),
      batches: .law(.categorical(try Categorical(values: [[-1], [1]])), size: 32),
      stream: RandomStream(key: 1), precision: .float64)
    let states = try [1, 2, 3].map { threads in
      let process = try TrainingProcessTests.begin(
        configuration, pool: WorkerPool(threads: threads))
      for _ in 0..<12_000 { try process.advance() }
      return process.state()
    }
    #expect(states[1].hasSameBits(as: states[0]) && states[2].hasSameBits(as: states[0]))
  }
}
