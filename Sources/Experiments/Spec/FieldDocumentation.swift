/// What a user may know about one field; made by the very call that reads the field.
package struct FieldDocumentation: Sendable, Equatable {
  /// The place, with dots: `training.<name>.optimizer.learning_rate`.
  package var path: String
  /// What may stand there: `number > 0`, `one of mean, sum`.
  package var type: String
  package var unit: String?
  /// The default as text; nil where the field must be written (or may be left out without one: see `isRequired`).
  package var defaultText: String?
  package var isRequired: Bool
  /// One sentence.
  package var summary: String
}

/// The numbers that a field accepts.
package struct NumberRange: Sendable {
  package var lower: Double?
  package var lowerIsIncluded = true
  package var upper: Double?
  package var upperIsIncluded = true

  package static let any = NumberRange()
  package static let positive = NumberRange(lower: 0, lowerIsIncluded: false)
  package static let nonnegative = NumberRange(lower: 0)
  /// 0 ≤ x < 1, the range of a decay or a momentum.
  package static let fraction = NumberRange(lower: 0, upper: 1, upperIsIncluded: false)

  package func contains(_ value: Double) -> Bool {
    if let lower, lowerIsIncluded ? value < lower : value <= lower { return false }
    if let upper, upperIsIncluded ? value > upper : value >= upper { return false }
    return value.isFinite
  }

  /// `> 0`, `from 0 to below 1`; empty where every finite number is accepted.
  package var phrase: String {
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
