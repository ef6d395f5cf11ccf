import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// The process groups of other programs that are running, so that a signal handler can end them with this process.
package enum ProgramGroups {
  /// A group, or 0.
  private final class Slot: Sendable {
    let group = Atomic<Int32>(0)
  }

  /// More programs at a time than anything here runs; of more, some are not ended.
  private static let slots = (0..<16).map { _ in Slot() }

  /// Makes what a signal handler must not make.
  package static func prepare() { _ = slots.count }

  /// Ends all of them. Safe in a signal handler, after ``prepare()``.
  package static func endAll() {
    for slot in slots {
      let group = slot.group.load(ordering: .relaxed)
      if group > 0 { kill(-group, SIGKILL) }
    }
  }

  /// Enters a group.
  ///
  /// - Returns: its place, to be left with ``remove(_:from:)``; nil where there is none.
  static func add(_ group: Int32) -> Int? {
    slots.firstIndex {
      $0.group.compareExchange(expected: 0, desired: group, ordering: .relaxed).exchanged
    }
  }

  static func remove(_ group: Int32, from place: Int?) {
    guard let place else { return }
    _ = slots[place].group.compareExchange(expected: group, desired: 0, ordering: .relaxed)
  }
}
