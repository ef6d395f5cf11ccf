/// One thing that is known about a node before anything runs.
package struct Fact: Sendable, Equatable {
  package enum Value: Sendable, Equatable {
    case number(Double)
    case count(Int)
    case numbers([Double])
    case text(String)
  }

  /// Stable, in `snake_case`; what it means stands in `docs/explain.md`.
  package let name: String
  /// The same in words.
  package let label: String
  package let value: Value
  /// Of a number that is not exact.
  package let standardError: Double?
  /// What the value is to be seen beside, or why.
  package let remark: String?

  package init(
    _ name: String, _ label: String, _ value: Value, standardError: Double? = nil,
    remark: String? = nil
  ) {
    self.name = name
    self.label = label
    self.value = value
    self.standardError = standardError
    self.remark = remark
  }
}

/// What the facts of a node come to, in a sentence.
package struct Verdict: Sendable, Equatable {
  package enum Severity: String, Sendable {
    /// As it should be, or good to know.
    case note
    /// What comes out will not be what the spec seems to want.
    case warning
  }

  /// Stable, in `snake_case`.
  package let name: String
  package let severity: Severity
  package let text: String

  package init(_ name: String, _ severity: Severity, _ text: String) {
    self.name = name
    self.severity = severity
    self.text = text
  }
}

/// What is known about one node.
package struct NodeExplanation: Sendable, Equatable {
  package let name: String
  package let section: String
  package let kind: String
  package var facts: [Fact] = []
  package var verdicts: [Verdict] = []

  package init(_ node: ExperimentNode) {
    name = node.name
    section = node.section.rawValue
    kind = node.kind
  }

  /// A fact by its name.
  package subscript(fact: String) -> Fact? { facts.first { $0.name == fact } }

  mutating func add(
    _ name: String, _ label: String, _ value: Double, remark: String? = nil
  ) {
    facts.append(Fact(name, label, .number(value), remark: remark))
  }

  mutating func add(_ name: String, _ label: String, _ value: Int, remark: String? = nil) {
    facts.append(Fact(name, label, .count(value), remark: remark))
  }

  mutating func add(_ name: String, _ label: String, _ values: [Double], remark: String? = nil) {
    facts.append(
      Fact(
        name, label, values.count == 1 ? .number(values[0]) : .numbers(values), remark: remark))
  }

  mutating func add(_ name: String, _ label: String, _ text: String, remark: String? = nil) {
    facts.append(Fact(name, label, .text(text), remark: remark))
  }

  mutating func note(_ name: String, _ text: String) {
    verdicts.append(Verdict(name, .note, text))
  }

  mutating func warn(_ name: String, _ text: String) {
    verdicts.append(Verdict(name, .warning, text))
  }
}

extension NodeExplanation {
  /// `{"name", "section", "kind", "facts": […], "verdicts": […]}`.
  package var json: JSONText {
    .map([
      ("name", .text(name)), ("section", .text(section)), ("kind", .text(kind)),
      ("facts", .list(facts.map(\.json))), ("verdicts", .list(verdicts.map(\.json))),
    ])
  }
}

extension Fact {
  fileprivate var json: JSONText {
    let value: JSONText =
      switch self.value {
      case .number(let number): .number(number)
      case .count(let count): .integer(count)
      case .numbers(let numbers): .list(numbers.map { .number($0) })
      case .text(let text): .text(text)
      }
    return .map([
      ("name", .text(name)), ("label", .text(label)), ("value", value),
      ("standard_error", standardError.map { .number($0) } ?? .null),
      ("remark", remark.map { .text($0) } ?? .null),
    ])
  }
}

extension Verdict {
  fileprivate var json: JSONText {
    .map([
      ("name", .text(name)), ("severity", .text(severity.rawValue)), ("text", .text(text)),
    ])
  }
}
