/// How a learning rate changes: a pure function of the number of updates already made.
///
/// n counts from 0, as in optax: the first update uses the value at 0. Everything is computed in
/// double precision.
public enum Schedule: Sendable, Hashable {
  /// The same value always.
  case constant(Double)
  /// Half a cosine from `initial` to `final` over `steps`, then `final`:
  /// final + (initial − final) (1 + cos(π min(n, steps)/steps))/2.
  case cosine(initial: Double, final: Double = 0, steps: Int)
  /// initial · rate^(n / steps), not below `floor`.
  case exponential(initial: Double, rate: Double, steps: Int, floor: Double = 0)
  /// `initial`, multiplied by each scale from its step on.
  case piecewise(initial: Double, scales: [Scale])

  /// A factor that holds from a step on.
  public struct Scale: Sendable, Hashable {
    /// The first n at which it holds.
    public var step: Int
    /// The factor.
    public var factor: Double

    /// Makes a factor.
    public init(step: Int, factor: Double) {
      self.step = step
      self.factor = factor
    }
  }

  /// The value after n updates.
  public func value(after updates: Int) -> Double {
    switch self {
    case .constant(let value): return value
    case .cosine(let initial, let final, let steps):
      let fraction = Double(min(updates, steps)) / Double(steps)
      return final + (initial - final) * (0.5 * (1 + Double.cos(Double.pi * fraction)))
    case .exponential(let initial, let rate, let steps, let floor):
      let exponent = Double(updates) / Double(steps)
      return max(initial * Double.exp(exponent * Double.log(rate)), floor)
    case .piecewise(let initial, let scales):
      return scales.reduce(initial) { value, scale in
        updates >= scale.step ? value * scale.factor : value
      }
    }
  }

  /// Finds values that have no meaning.
  ///
  /// - Throws: ``RunError`` `.invalidConfiguration`.
  public func validate() throws(RunError) {
    switch self {
    case .constant(let value):
      try Self.require("a learning rate", value, isPositive: false)
    case .cosine(let initial, let final, let steps):
      try Self.require("a learning rate", initial, isPositive: false)
      try Self.require("a final learning rate", final, isPositive: false)
      try Self.require("the steps of a decay", Double(steps), isPositive: true)
    case .exponential(let initial, let rate, let steps, let floor):
      try Self.require("a learning rate", initial, isPositive: false)
      try Self.require("a decay rate", rate, isPositive: true)
      try Self.require("the steps of a decay", Double(steps), isPositive: true)
      try Self.require("a final learning rate", floor, isPositive: false)
    case .piecewise(let initial, let scales):
      try Self.require("a learning rate", initial, isPositive: false)
      for scale in scales {
        try Self.require("a step of a schedule", Double(scale.step), isPositive: false)
        try Self.require("a scale of a schedule", scale.factor, isPositive: false)
      }
    }
  }

  static func require(
    _ what: String, _ value: Double, isPositive: Bool
  ) throws(RunError) {
    guard value.isFinite, value > 0 || (value == 0 && !isPositive) else {
      throw .invalid("\(what) must be \(isPositive ? "above" : "at least") 0, is \(value)")
    }
  }
}

/// A schedule with an optional linear warm-up in front of it.
///
/// During a warm-up over w updates the value rises linearly from `from` to the schedule's first
/// value, from + (first − from) n / w; then the schedule runs from its beginning, at n − w.
public struct LearningRate: Sendable, Hashable, ExpressibleByFloatLiteral {
  /// A linear rise.
  public struct WarmUp: Sendable, Hashable {
    /// Over how many updates.
    public var steps: Int
    /// The value before it.
    public var from: Double

    /// Makes a rise.
    public init(steps: Int, from: Double = 0) {
      self.steps = steps
      self.from = from
    }
  }

  /// What follows the warm-up.
  public var schedule: Schedule
  /// The warm-up, if any.
  public var warmUp: WarmUp?

  /// Makes a learning rate.
  public init(_ schedule: Schedule, warmUp: WarmUp? = nil) {
    self.schedule = schedule
    self.warmUp = warmUp
  }

  /// A constant learning rate.
  public init(floatLiteral value: Double) { self.init(.constant(value)) }

  /// The value after n updates.
  public func value(after updates: Int) -> Double {
    guard let warmUp else { return schedule.value(after: updates) }
    guard updates < warmUp.steps else { return schedule.value(after: updates - warmUp.steps) }
    let first = schedule.value(after: 0)
    return warmUp.from + (first - warmUp.from) * (Double(updates) / Double(warmUp.steps))
  }

  /// Finds values that have no meaning.
  ///
  /// - Throws: ``RunError`` `.invalidConfiguration`.
  public func validate() throws(RunError) {
    try schedule.validate()
    guard let warmUp else { return }
    try Schedule.require("the steps of a warm-up", Double(warmUp.steps), isPositive: true)
    try Schedule.require("the start of a warm-up", warmUp.from, isPositive: false)
  }
}
