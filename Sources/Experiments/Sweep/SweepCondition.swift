/// What `when:` says: which points of a sweep are kept.
///
/// Names of axes, numbers and texts in quotes are compared with `==`, `!=`, `<`, `<=`, `>` and `>=`, also in chains
/// (`0.01 < delta <= 0.1`), and combined with `not`, `and`, `or` and parentheses, binding in this order.
indirect enum SweepCondition {
  enum Operand {
    /// The axis at an index.
    case axis(Int)
    case number(Double)
    case text(String)
  }

  enum Comparison: String, CaseIterable {
    case equal = "=="
    case unequal = "!="
    case lessOrEqual = "<="
    case greaterOrEqual = ">="
    case less = "<"
    case greater = ">"

    /// Whether it needs an order.
    var isOrdering: Bool { self != .equal && self != .unequal }

    func holds<Value: Comparable>(_ left: Value, _ right: Value) -> Bool {
      switch self {
      case .equal: left == right
      case .unequal: left != right
      case .lessOrEqual: left <= right
      case .greaterOrEqual: left >= right
      case .less: left < right
      case .greater: left > right
      }
    }
  }

  case comparison(Operand, Comparison, Operand)
  case not(SweepCondition)
  case and([SweepCondition])
  case or([SweepCondition])

  /// Whether a point is kept.
  ///
  /// - Parameter value: the value of the axis at an index.
  func holds(_ value: (Int) -> SweepAxis.Value) -> Bool {
    switch self {
    case .not(let condition): return !condition.holds(value)
    case .and(let conditions): return conditions.allSatisfy { $0.holds(value) }
    case .or(let conditions): return conditions.contains { $0.holds(value) }
    case .comparison(let left, let comparison, let right):
      if let left = Self.number(left, value), let right = Self.number(right, value) {
        return comparison.holds(left, right)
      }
      return comparison.holds(Self.text(left, value), Self.text(right, value))
    }
  }

  private static func number(_ operand: Operand, _ value: (Int) -> SweepAxis.Value) -> Double? {
    switch operand {
    case .axis(let index): value(index).number
    case .number(let number): number
    case .text: nil
    }
  }

  private static func text(_ operand: Operand, _ value: (Int) -> SweepAxis.Value) -> String {
    switch operand {
    case .axis(let index): value(index).text
    case .number(let number): JSONText.number(number)
    case .text(let text): text
    }
  }
}
