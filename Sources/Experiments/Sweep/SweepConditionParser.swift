import YAML

/// Reads the text of a `when:`; mistakes have their columns.
struct SweepConditionParser {
  private enum Token: Equatable {
    case name(String)
    case number(Double)
    case text(String)
    case comparison(SweepCondition.Comparison)
    case open
    case close
    case end
  }

  /// One mistake ends the reading.
  private struct Mistake: Error {
    let message: String
    let range: Range<Int>
    var help: String?
  }

  private let axes: [SweepAxis]
  private let bytes: [UInt8]
  private var position = 0
  private var token = Token.end
  private var range = 0..<0
  /// How deep parentheses and `not` are open.
  private var depth = 0

  private init(_ text: String, axes: [SweepAxis]) {
    self.axes = axes
    bytes = Array(text.utf8)
  }

  /// The condition that a scalar holds; nil where it has a mistake, which is told.
  static func read(_ node: Node, axes: [SweepAxis], session: ReadingSession) -> SweepCondition? {
    guard let text = node.scalar?.text else {
      session.error("'sweep.when' must be a condition, not \(node.summary)", at: node.place)
      return nil
    }
    var parser = SweepConditionParser(text, axes: axes)
    do throws(Mistake) {
      try parser.advance()
      let condition = try parser.alternatives()
      guard parser.token == .end else { throw parser.unexpected("'and', 'or' or the end") }
      return condition
    } catch {
      session.error(
        "'sweep.when': " + error.message, at: ScalarPlaces(node).range(error.range),
        help: error.help)
      return nil
    }
  }

  // MARK: - Grammar

  private mutating func alternatives() throws(Mistake) -> SweepCondition {
    var parts = [try conjunction()]
    while token == .name("or") {
      try advance()
      parts.append(try conjunction())
    }
    return parts.count == 1 ? parts[0] : .or(parts)
  }

  private mutating func conjunction() throws(Mistake) -> SweepCondition {
    var parts = [try negation()]
    while token == .name("and") {
      try advance()
      parts.append(try negation())
    }
    return parts.count == 1 ? parts[0] : .and(parts)
  }

  private mutating func negation() throws(Mistake) -> SweepCondition {
    guard token == .name("not") || token == .open else { return try comparisons() }
    depth += 1
    defer { depth -= 1 }
    if depth > 64 { throw Mistake(message: "it is nested more than 64 deep", range: range) }
    let isNegation = token != .open
    try advance()
    if isNegation { return .not(try negation()) }
    let condition = try alternatives()
    guard token == .close else { throw unexpected("')'") }
    try advance()
    return condition
  }

  private mutating func comparisons() throws(Mistake) -> SweepCondition {
    var (left, leftRange) = try operand()
    var parts: [SweepCondition] = []
    while case .comparison(let comparison) = token {
      let place = range
      try advance()
      let (right, rightRange) = try operand()
      try check(left, leftRange, comparison, place, right, rightRange)
      parts.append(.comparison(left, comparison, right))
      (left, leftRange) = (right, rightRange)
    }
    guard !parts.isEmpty else { throw unexpected("one of ==, !=, <, <=, >, >=") }
    return parts.count == 1 ? parts[0] : .and(parts)
  }

  private mutating func operand() throws(Mistake) -> (SweepCondition.Operand, Range<Int>) {
    let place = range
    let operand: SweepCondition.Operand
    switch token {
    case .number(let number): operand = .number(number)
    case .text(let text): operand = .text(text)
    case .name("true"), .name("false"):
      operand = .text(String(decoding: bytes[place], as: UTF8.self))
    case .name(let name) where !["and", "or", "not"].contains(name):
      guard let index = axes.firstIndex(where: { $0.name == name }) else {
        let names = axes.map(\.name)
        throw Mistake(
          message: "there is no axis '\(name)'", range: place,
          help: nearest(to: name, among: names).map { "did you mean '\($0)'?" }
            ?? "the axes are \(names.joined(separator: ", ")); a text stands in quotes")
      }
      operand = .axis(index)
    case .name, .comparison, .open, .close, .end:
      throw unexpected("an axis, a number or a text")
    }
    try advance()
    return (operand, place)
  }

  /// Numbers go with numbers, texts with texts, and texts have no order.
  private func check(
    _ left: SweepCondition.Operand, _ leftRange: Range<Int>,
    _ comparison: SweepCondition.Comparison,
    _ place: Range<Int>, _ right: SweepCondition.Operand, _ rightRange: Range<Int>
  ) throws(Mistake) {
    // An axis that could not be read was reported where it stands.
    guard let first = isNumeric(left), let second = isNumeric(right) else { return }
    if first != second {
      let isNumber = { (operand: SweepCondition.Operand) in self.isNumeric(operand) == true }
      let text = isNumber(left) ? rightRange : leftRange
      let other = String(decoding: bytes[isNumber(left) ? leftRange : rightRange], as: UTF8.self)
      throw Mistake(
        message: "a text is compared with a number: \(other)", range: text,
        help: "write numbers without quotes, and texts in quotes")
    }
    if !first, comparison.isOrdering {
      throw Mistake(
        message: "texts are equal or not, and have no order", range: place, help: "write == or !=")
    }
  }

  private func isNumeric(_ operand: SweepCondition.Operand) -> Bool? {
    switch operand {
    case .axis(let index): axes[index].values.isEmpty ? nil : axes[index].isNumeric
    case .number: true
    case .text: false
    }
  }

  private func unexpected(_ expected: String) -> Mistake {
    let found = token == .end ? "the end" : "'\(String(decoding: bytes[range], as: UTF8.self))'"
    return Mistake(message: "expected \(expected), got \(found)", range: range)
  }

  // MARK: - Tokens

  private mutating func advance() throws(Mistake) {
    while position < bytes.count, [0x20, 0x09, 0x0A, 0x0D].contains(bytes[position]) {
      position += 1
    }
    let start = position
    guard start < bytes.count else {
      range = start..<start
      token = .end
      return
    }
    let byte = bytes[start]
    if let comparison = SweepCondition.Comparison.allCases.first(where: {
      bytes[start...].starts(with: $0.rawValue.utf8)
    }) {
      position += comparison.rawValue.utf8.count
      token = .comparison(comparison)
    } else if byte == UInt8(ascii: "(") || byte == UInt8(ascii: ")") {
      position += 1
      token = byte == UInt8(ascii: "(") ? .open : .close
    } else if byte == UInt8(ascii: "'") || byte == UInt8(ascii: "\"") {
      guard let end = bytes[(start + 1)...].firstIndex(of: byte) else {
        throw Mistake(message: "a quote is not closed", range: start..<bytes.count)
      }
      position = end + 1
      token = .text(String(decoding: bytes[(start + 1)..<end], as: UTF8.self))
    } else if Self.isDigit(byte) || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "+")
      || byte == UInt8(ascii: ".")
    {
      token = try number(from: start)
    } else if Self.isOfName(byte) {
      position = bytes[start...].firstIndex { !Self.isOfName($0) } ?? bytes.count
      token = .name(String(decoding: bytes[start..<position], as: UTF8.self))
    } else {
      let end = start + 1
      let text = String(decoding: bytes[start..<end], as: UTF8.self)
      throw Mistake(
        message: "unexpected '\(text)'", range: start..<end,
        help: text == "="
          ? "write == to compare"
          : text == "&" ? "write and" : text == "|" ? "write or" : text == "!" ? "write not" : nil)
    }
    range = start..<position
  }

  private mutating func number(from start: Int) throws(Mistake) -> Token {
    var end = start + 1
    while end < bytes.count {
      let isSign = bytes[end] == UInt8(ascii: "-") || bytes[end] == UInt8(ascii: "+")
      let isExponent = bytes[end - 1] | 0x20 == UInt8(ascii: "e")
      guard
        Self.isDigit(bytes[end]) || bytes[end] == UInt8(ascii: ".")
          || bytes[end] | 0x20 == UInt8(ascii: "e") || bytes[end] == UInt8(ascii: "_")
          || (isSign && isExponent)
      else { break }
      end += 1
    }
    position = end
    do throws(ScalarProblem) {
      return .number(try Scalar(String(decoding: bytes[start..<end], as: UTF8.self)).number())
    } catch {
      throw Mistake(message: error.message, range: start..<end, help: error.help)
    }
  }

  private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }

  /// Letters, digits, '-', '_' and '.', which the names of axes may have.
  private static func isOfName(_ byte: UInt8) -> Bool {
    byte >= 0x80 || isDigit(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
      || [0x2D, 0x2E, 0x5F].contains(byte)
  }
}
