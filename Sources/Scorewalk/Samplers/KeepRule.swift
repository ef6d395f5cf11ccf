/// Which states of a chain are kept.
///
/// States are numbered 0 (initial) to `steps`; negative numbers count from the end, so that −1 is
/// the last state. Both ends are included.
public struct KeepRule: Sendable, Hashable {
  /// The first state kept.
  public var from: Int
  /// The last state that may be kept.
  public var to: Int
  /// The distance between kept states; at least 1.
  public var every: Int

  /// Makes a rule; unless said, everything but the initial state is kept.
  public init(from: Int = 1, to: Int = -1, every: Int = 1) {
    self.from = from
    self.to = to
    self.every = every
  }

  /// Every state but the initial one.
  public static let `default` = KeepRule()
  /// The last state only.
  public static let last = KeepRule(from: -1)

  /// The numbers of the kept states, ascending.
  ///
  /// - Parameter steps: the chain's length; its states are 0 … `steps`.
  /// - Throws: ``RunError`` `.invalidConfiguration` where a bound lies outside the chain, the
  ///   bounds are the wrong way round, or `every` is below 1. So at least one state is kept.
  public func states(steps: Int) throws(RunError) -> KeptStates {
    guard steps >= 0 else { throw .invalid("a chain cannot have \(steps) steps") }
    guard every >= 1 else {
      throw .invalid("keep: every must be at least 1, is \(every)")
    }
    let first = from < 0 ? steps + 1 + from : from
    let last = to < 0 ? steps + 1 + to : to
    for (name, written, state) in [("from", from, first), ("to", to, last)]
    where !(0...steps).contains(state) {
      throw .invalid(
        "keep: \(name) \(written) lies outside the chain",
        hint: "a chain of \(steps) steps has states 0 to \(steps), or \(-steps - 1) to -1")
    }
    guard first <= last else {
      throw .invalid(
        "keep: from is state \(first), after to, state \(last), so no state is kept")
    }
    return KeptStates(first: first, limit: last, every: every)
  }
}

/// The numbers of the states that are kept: `first`, `first` + `every`, … up to `limit`.
public struct KeptStates: Sequence, Sendable, Hashable {
  /// The first state kept.
  public let first: Int
  /// No state beyond it is kept; not below `first`.
  public let limit: Int
  /// The distance between kept states; at least 1.
  public let every: Int

  init(first: Int, limit: Int, every: Int) {
    self.first = first
    self.limit = limit
    self.every = every
  }

  /// How many states are kept; at least 1.
  public var count: Int { (limit - first) / every + 1 }

  /// The last state kept.
  public var last: Int { first + (count - 1) * every }

  /// Whether a state is kept.
  public func contains(_ state: Int) -> Bool {
    state >= first && state <= limit && (state - first).isMultiple(of: every)
  }

  /// The kept states within a range.
  public func states(in range: ClosedRange<Int>) -> StrideThrough<Int> {
    let skipped = Swift.max(0, (range.lowerBound - first + every - 1) / every)
    return stride(
      from: first + skipped * every, through: Swift.min(limit, range.upperBound), by: every)
  }

  /// The states, ascending.
  public func makeIterator() -> StrideThroughIterator<Int> {
    stride(from: first, through: limit, by: every).makeIterator()
  }
}
