#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// The runner's two clocks: one that only goes forward, one that says the date.
package struct RunClock: Sendable {
  private let start = ContinuousClock.now

  package init() {}

  /// Seconds since the clock was made.
  package func seconds() -> Double {
    let duration = ContinuousClock.now - start
    return Double(duration.components.seconds) + Double(duration.components.attoseconds) * 1e-18
  }

  /// The time of day, `2026-01-31T12:00:00.000Z`.
  package func timestamp() -> String {
    Date.now.formatted(
      Date.ISO8601FormatStyle(includingFractionalSeconds: true))
  }
}
