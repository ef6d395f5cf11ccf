#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#endif

/// Finds out whether short steps are made faster on all threads or on one, and asks again from time to time.
///
/// A step of some microseconds is not worth much to a second core, and costs where the two cores share no cache, or
/// where others want them: then the threads wait for one another longer than they work. No number depends on the
/// threads, so that what is faster may be chosen by the clock.
struct ThreadTrial {
  /// Whether the next step is to use all threads.
  private(set) var usesThreads = true
  /// What a step of a window took on average, in seconds: the shortest on all threads, and on one.
  private var best = (threads: Double.infinity, single: Double.infinity)
  /// The windows of a trial that are over: the even ones on all threads, the odd ones on one; all of them between trials.
  private var windows = 0
  /// Steps since the window began.
  private var steps = 0
  private var begin = 0.0
  /// When the last trial ended; infinite where there will be no other.
  private var decided = 0.0

  private static let windowsPerTrial = 4
  /// A window's first steps do not count: threads that sleep are woken in them.
  private static let warmUp = 16
  private static let counted = 24
  /// Steps that take longer than this are worth all threads.
  private static let longest = 500e-6
  /// Seconds between trials.
  private static let interval = 3.0

  /// Takes note that a step begins.
  ///
  /// - Parameter clock: the time in seconds.
  mutating func stepBegins(clock: () -> Double) {
    guard decided < .infinity else { return }
    if steps == Self.warmUp { begin = clock() }
    steps += 1
    guard steps == Self.warmUp + Self.counted + 1 else { return }
    let now = clock()
    steps = 0
    if windows < Self.windowsPerTrial {
      end(window: (now - begin) / Double(Self.counted), now: now)
    } else if now - decided >= Self.interval {
      windows = 0
      best = (.infinity, .infinity)
      usesThreads = true
    }
  }

  private mutating func end(window mean: Double, now: Double) {
    if usesThreads {
      best.threads = min(best.threads, mean)
    } else {
      best.single = min(best.single, mean)
    }
    windows += 1
    if best.threads > Self.longest && best.threads < .infinity {
      usesThreads = true
      windows = Self.windowsPerTrial
      decided = .infinity
    } else if windows < Self.windowsPerTrial {
      usesThreads = windows.isMultiple(of: 2)
    } else {
      usesThreads = best.threads <= best.single
      decided = now
    }
  }

  /// The time since some moment, in seconds.
  static func now() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) + 1e-9 * Double(time.tv_nsec)
  }
}
