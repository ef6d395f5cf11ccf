import YAML

extension FieldReader {
  /// A number; required where no default is given.
  package func number(
    _ name: String, _ summary: String, unit: String? = nil, in range: NumberRange = .any,
    default defaultValue: Double? = nil
  ) -> Double {
    let node = field(
      name, type: Self.type("number", range), form: .number(range), summary, unit: unit,
      default: defaultValue.map(JSONText.number), isRequired: defaultValue == nil)
    let value = node.flatMap { number(from: $0, name: fullPath(name), in: range) }
    let result = value ?? defaultValue ?? range.example
    record(name, .number(result), isDefault: result == defaultValue)
    return result
  }

  /// A number that may be left out.
  package func optionalNumber(
    _ name: String, _ summary: String, unit: String? = nil, in range: NumberRange = .any
  ) -> Double? {
    guard
      let node = field(
        name, type: Self.type("number", range), form: .number(range), summary, unit: unit,
        default: nil, isRequired: false
      )
    else { return nil }
    let value = number(from: node, name: fullPath(name), in: range) ?? range.example
    record(name, .number(value), isDefault: false)
    return value
  }

  /// A whole number of a range. With `smoke`, a smoke run uses no more than that.
  package func count(
    _ name: String, _ summary: String, unit: String? = nil, atLeast minimum: Int = 0,
    atMost maximum: Int = CountRange.largest, smoke: Int? = nil, default defaultValue: Int? = nil
  ) -> Int {
    let range = CountRange(minimum, maximum)
    let node = field(
      name, type: "whole number \(range.phrase)", form: .count(range), summary, unit: unit,
      default: defaultValue.map(String.init), isRequired: defaultValue == nil)
    var value =
      node.flatMap { count(from: $0, name: fullPath(name), in: range) } ?? defaultValue
      ?? range.example
    if session.isSmoke, let smoke { value = min(value, max(smoke, minimum)) }
    record(name, .count(value), isDefault: value == defaultValue)
    return value
  }

  /// A whole number that may be left out; also nil where it is wrong.
  package func optionalCount(
    _ name: String, _ summary: String, unit: String? = nil, atLeast minimum: Int = 0,
    atMost maximum: Int = CountRange.largest, smoke: Int? = nil
  ) -> Int? {
    let range = CountRange(minimum, maximum)
    guard
      let node = field(
        name, type: "whole number \(range.phrase)", form: .count(range), summary, unit: unit,
        default: nil,
        isRequired: false),
      var value = count(from: node, name: fullPath(name), in: range)
    else { return nil }
    if session.isSmoke, let smoke { value = min(value, max(smoke, minimum)) }
    record(name, .count(value), isDefault: false)
    return value
  }

  /// `true` or `false`.
  package func flag(_ name: String, _ summary: String, default defaultValue: Bool) -> Bool {
    let node = field(
      name, type: "true or false", form: .flag, summary, default: String(defaultValue),
      isRequired: false)
    var value = defaultValue
    if let node, let scalar = scalar(from: node, name: fullPath(name), expected: "true or false") {
      do throws(ScalarProblem) {
        value = try scalar.flag()
      } catch {
        report(error, name: fullPath(name), at: node.place)
      }
    }
    record(name, .flag(value), isDefault: value == defaultValue)
    return value
  }

  /// Free text that says something to people only; in no key.
  package func annotation(_ name: String, _ summary: String) -> String? {
    guard
      let node = field(name, type: "text", form: .text, summary, default: nil, isRequired: false),
      let scalar = scalar(from: node, name: fullPath(name), expected: "text")
    else { return nil }
    record(name, .text(scalar.text), isDefault: false, isAnnotation: true)
    return scalar.text
  }

  /// A text that may be left out, such as a stream's name.
  package func optionalText(_ name: String, _ summary: String) -> String? {
    guard
      let node = field(name, type: "text", form: .text, summary, default: nil, isRequired: false),
      let scalar = scalar(from: node, name: fullPath(name), expected: "text")
    else { return nil }
    record(name, .text(scalar.text), isDefault: false)
    return scalar.text
  }

  /// One of a closed set of words.
  package func choice<Choice: RawRepresentable & CaseIterable & Equatable>(
    _ name: String, _ summary: String, of _: Choice.Type = Choice.self,
    default defaultValue: Choice? = nil
  ) -> Choice where Choice.RawValue == String {
    let names = Choice.allCases.map(\.rawValue)
    let node = field(
      name, type: "one of " + names.joined(separator: ", "), form: .choice(names), summary,
      default: defaultValue?.rawValue, isRequired: defaultValue == nil)
    let value = node.flatMap { choice(from: $0, name: fullPath(name), of: Choice.self) }
    let result = value ?? defaultValue ?? Choice.allCases[Choice.allCases.startIndex]
    record(name, .text(result.rawValue), isDefault: result == defaultValue)
    return result
  }

  // MARK: - From one node

  package func number(from node: Node, name: String, in range: NumberRange) -> Double? {
    guard let scalar = scalar(from: node, name: name, expected: "a number") else { return nil }
    do throws(ScalarProblem) {
      let number = try scalar.number()
      if range.contains(number) { return number }
      session.error(
        "'\(name)' must be \(range.phrase(against: number)), not \(scalar.text)", at: node.place)
    } catch {
      report(error, name: name, at: node.place)
    }
    return nil
  }

  package func count(from node: Node, name: String, in range: CountRange) -> Int? {
    guard let scalar = scalar(from: node, name: name, expected: "a whole number") else {
      return nil
    }
    do throws(ScalarProblem) {
      let count = try range.isSigned ? scalar.signedCount() : scalar.count()
      if range.contains(count) { return count }
      let bound = count < range.lower ? "≥ \(range.lower)" : "≤ \(range.upper)"
      session.error("'\(name)' must be \(bound), not \(scalar.text)", at: node.place)
    } catch {
      report(error, name: name, at: node.place)
    }
    return nil
  }

  package func choice<Choice: RawRepresentable & CaseIterable>(
    from node: Node, name: String, of _: Choice.Type
  ) -> Choice? where Choice.RawValue == String {
    let names = Choice.allCases.map(\.rawValue)
    let expected = "one of " + names.joined(separator: ", ")
    guard let scalar = scalar(from: node, name: name, expected: expected) else { return nil }
    guard let value = Choice(rawValue: scalar.text) else {
      session.error(
        "'\(name)' cannot be '\(scalar.text)'", at: node.place,
        help: session.suggestion(for: scalar.text, among: names))
      return nil
    }
    return value
  }

  package func scalar(from node: Node, name: String, expected: String) -> Scalar? {
    guard case .scalar(let scalar) = node.content else {
      session.error("'\(name)' must be \(expected), not \(node.summary)", at: node.place)
      return nil
    }
    return scalar
  }

  package func report(_ problem: ScalarProblem, name: String, at range: SourceRange?) {
    session.error("'\(name)': \(problem.message)", at: range, help: problem.help)
  }

  private static func type(_ noun: String, _ range: NumberRange) -> String {
    range.phrase.isEmpty ? noun : noun + " " + range.phrase
  }
}

extension Scalar {
  /// A whole number that may be negative; like ``count()``, a float that is one will do.
  fileprivate func signedCount() throws(ScalarProblem) -> Int {
    let number = try number()
    guard let count = Int(exactly: number) else {
      throw ScalarProblem(message: "expected a whole number, got '\(text)'")
    }
    return count
  }
}
