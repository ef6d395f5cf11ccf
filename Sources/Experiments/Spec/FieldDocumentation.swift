/// What a user may know about one field; made by the very call that reads the field.
package struct FieldDocumentation: Sendable, Equatable {
  /// The place, with dots: `training.<name>.optimizer.learning_rate`.
  package var path: String
  /// What may stand there: `number > 0`, `one of mean, sum`.
  package var type: String
  /// The same for programs.
  package var form = FieldForm.any
  package var unit: String?
  /// The default as text; nil where the field must be written (or may be left out without one: see `isRequired`).
  package var defaultText: String?
  package var isRequired: Bool
  /// One sentence.
  package var summary: String
}

/// The whole numbers that a field accepts.
package struct CountRange: Sendable, Equatable {
  /// The most that any count may be: what is more can only be a slip, and products of two still fit a machine word
  /// after the checks.
  package static let largest = 1_000_000_000_000

  package let lower: Int
  package let upper: Int

  package init(_ lower: Int, _ upper: Int = largest) {
    self.lower = lower
    self.upper = upper
  }

  package var isSigned: Bool { lower < 0 }
  package func contains(_ value: Int) -> Bool { (lower...upper).contains(value) }

  /// `≥ 1`, or `from 1 to 65536` where the upper end is a field's own.
  package var phrase: String {
    upper >= Self.largest ? "≥ \(lower)" : "from \(lower) to \(upper)"
  }

  /// Some number of the range.
  package var example: Int { max(lower, min(1, upper)) }
}

/// The numbers that a field accepts.
package struct NumberRange: Sendable, Equatable {
  package var lower: Double?
  package var lowerIsIncluded = true
  package var upper: Double?
  package var upperIsIncluded = true
  /// What to say in place of bounds that nobody meets.
  package var shortPhrase: String?

  package static let any = NumberRange()
  package static let positive = NumberRange(lower: 0, lowerIsIncluded: false)
  /// A standard deviation: its square is neither 0 nor infinite.
  package static let deviation = NumberRange(lower: 1e-100, upper: 1e100, shortPhrase: "> 0")
  package static let nonnegative = NumberRange(lower: 0)
  /// 0 ≤ x < 1, the range of a decay or a momentum.
  package static let fraction = NumberRange(lower: 0, upper: 1, upperIsIncluded: false)

  package func contains(_ value: Double) -> Bool {
    if let lower, lowerIsIncluded ? value < lower : value <= lower { return false }
    if let upper, upperIsIncluded ? value > upper : value >= upper { return false }
    return value.isFinite
  }

  /// `> 0`, `from 0 to below 1`; empty where every finite number is accepted.
  package var phrase: String { shortPhrase ?? bounds }

  /// The phrase that tells what is wrong with a number outside.
  package func phrase(against value: Double) -> String {
    value <= 0 ? phrase : bounds
  }

  private var bounds: String {
    switch (lower, upper) {
    case (nil, nil): ""
    case (let lower?, nil): (lowerIsIncluded ? "≥ " : "> ") + JSONText.number(lower)
    case (nil, let upper?): (upperIsIncluded ? "≤ " : "< ") + JSONText.number(upper)
    case (let lower?, let upper?):
      (lowerIsIncluded ? "from " : "above ") + JSONText.number(lower)
        + (upperIsIncluded ? " to " : " to below ") + JSONText.number(upper)
    }
  }

  /// Some number of the range, used where the spec's is missing or wrong so that reading can go on.
  package var example: Double {
    if contains(0) { return 0 }
    if contains(1) { return 1 }
    if contains(0.5) { return 0.5 }
    return lower.map { $0 + 1 } ?? upper.map { $0 - 1 } ?? 0
  }
}
