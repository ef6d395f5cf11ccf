#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// The runner's two clocks: one that only goes forward, one that says the date.
package struct RunClock: Sendable {
  private let start = Self.now()

  package init() {}

  /// Seconds since the clock was made; some 30 ns, where `ContinuousClock` takes a division of 128 bits.
  package func seconds() -> Double {
    let now = Self.now()
    return Double(now.seconds - start.seconds) + Double(now.nanoseconds - start.nanoseconds) * 1e-9
  }

  private static func now() -> (seconds: Int, nanoseconds: Int) {
    var time = timespec()
    #if os(Linux)
      clock_gettime(CLOCK_BOOTTIME, &time)
    #else
      clock_gettime(CLOCK_MONOTONIC, &time)
    #endif
    return (time.tv_sec, time.tv_nsec)
  }

  /// The time of day, `2026-01-31T12:00:00.000Z`.
  package func timestamp() -> String {
    Date.now.formatted(
      Date.ISO8601FormatStyle(includingFractionalSeconds: true))
  }
}
