import Testing

@testable import Scorewalk

/// Whether short steps are made on all threads is decided by what they take.
@Suite struct ThreadTrialTests {
  /// Makes steps that take some time on all threads, or on one, and returns how many were made on all of some.
  private func run(
    _ trial: inout ThreadTrial, steps: Int, time: inout Double, threads: Double, single: Double
  ) -> Int {
    var threaded = 0
    for _ in 0..<steps {
      trial.stepBegins { time }
      threaded += trial.usesThreads ? 1 : 0
      time += trial.usesThreads ? threads : single
    }
    return threaded
  }

  @Test func theFasterIsChosen() {
    for (threads, single) in [(10e-6, 15e-6), (20e-6, 15e-6)] {
      var trial = ThreadTrial()
      var time = 5.0
      _ = run(&trial, steps: 200, time: &time, threads: threads, single: single)
      let threaded = run(&trial, steps: 1000, time: &time, threads: threads, single: single)
      #expect(threaded == (threads < single ? 1000 : 0))
    }
  }

  /// What was faster once may not be so later: another trial finds out.
  @Test func askedAgainFromTimeToTime() {
    var trial = ThreadTrial()
    var time = 0.0
    _ = run(&trial, steps: 400_000, time: &time, threads: 10e-6, single: 20e-6)
    #expect(trial.usesThreads)
    _ = run(&trial, steps: 400_000, time: &time, threads: 30e-6, single: 20e-6)
    #expect(!trial.usesThreads)
    let threaded = run(&trial, steps: 400_000, time: &time, threads: 10e-6, single: 20e-6)
    #expect(trial.usesThreads && threaded > 100_000)
  }

  /// Long steps are worth all threads: no time is lost with others.
  @Test func longStepsAreNotTried() {
    var trial = ThreadTrial()
    var time = 0.0
    #expect(run(&trial, steps: 5000, time: &time, threads: 2e-3, single: 1e-3) == 5000)
  }
}
