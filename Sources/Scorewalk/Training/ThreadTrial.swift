#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#endif

/// Finds out whether the steps of a training are made faster on all threads or on one, and asks again from time to time.
///
/// A step of some microseconds is not worth much to a second core, and costs where the two cores share no cache, or
/// where others want them: then the threads wait for one another longer than they work. No number depends on the
/// threads, so that what is faster may be chosen by the clock.
///
/// A trial is made of windows of about a millisecond, on all threads and on one by turns. The shortest of each kind are
/// compared: whatever else the machine does makes a window longer, never shorter. Nothing but steps is timed.
struct ThreadTrial {
  /// Whether the next step is to use all threads.
  private(set) var usesThreads = true
  /// What a step of a window took on average, in seconds: the shortest on all threads, and on one.
  private var best = (threads: Double.infinity, single: Double.infinity)
  /// The windows of a trial that are over; all of them between trials.
  private var windows = Self.windowsPerTrial
  /// Seconds of the window's first steps, which do not count, since threads that sleep are woken in them.
  private var warmUp = 0.0
  /// Seconds and number of the steps that count.
  private var counted = (seconds: 0.0, steps: 0)
  /// Seconds of the trial.
  private var trial = 0.0
  /// When the step began.
  private var begin = 0.0
  /// When the first step began.
  private var start: Double?
  /// When the next trial begins; nil until the first steps told how long one takes.
  private var next: Double?
  /// Steps since somebody looked whether it does.
  private var unseen = 0

  private static let windowsPerTrial = 6
  private static let warmUpSeconds = 2e-4
  private static let windowSeconds = 1e-3
  /// All threads are used where they are faster by so much.
  private static let margin = 1.03
  /// Seconds between trials: at least so many, and so many times as long as a trial takes.
  private static let interval = 3.0
  private static let rarity = 50.0
  /// The same before the first trial.
  private static let firstRarity = 10.0
  private static let stepsPerLook = 64

  private var isTrying: Bool { windows < Self.windowsPerTrial }

  /// Takes note that a step begins.
  ///
  /// - Parameter clock: the time in seconds.
  mutating func stepBegins(clock: () -> Double) {
    if isTrying {
      begin = clock()
      return
    }
    if start == nil { start = clock() }
    unseen += 1
    guard unseen == Self.stepsPerLook else { return }
    unseen = 0
    begin = clock()
    guard let next else {
      let first = start ?? begin
      let mean = (begin - first) / Double(Self.stepsPerLook - 1)
      let window = max(Self.warmUpSeconds + Self.windowSeconds, 2 * mean)
      self.next = first + Self.firstRarity * Double(Self.windowsPerTrial) * window
      return
    }
    guard begin >= next else { return }
    (windows, trial, best) = (0, 0, (.infinity, .infinity))
    beginWindow()
  }

  /// Takes note that the step ends.
  mutating func stepEnds(clock: () -> Double) {
    guard isTrying else { return }
    let now = clock()
    let seconds = now - begin
    trial += seconds
    if warmUp < Self.warmUpSeconds {
      warmUp += seconds
      return
    }
    counted.seconds += seconds
    counted.steps += 1
    guard counted.seconds >= Self.windowSeconds else { return }
    let mean = counted.seconds / Double(counted.steps)
    if usesThreads {
      best.threads = min(best.threads, mean)
    } else {
      best.single = min(best.single, mean)
    }
    windows += 1
    if isTrying { return beginWindow() }
    usesThreads = best.threads * Self.margin <= best.single
    next = now + max(Self.interval, Self.rarity * trial)
  }

  private mutating func beginWindow() {
    usesThreads = windows.isMultiple(of: 2)
    (warmUp, counted) = (0, (0, 0))
  }

  /// The time since some moment, in seconds.
  static func now() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) + 1e-9 * Double(time.tv_nsec)
  }
}
