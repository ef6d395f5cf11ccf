extension Scalar {
  /// The integer: `[-+]? [0-9]+`, `0o [0-7]+` or `0x [0-9a-fA-F]+`.
  ///
  /// - Throws: ``ScalarProblem`` for anything else; for `1e5`, `010`, `1_000` and quoted numbers
  ///   with a hint.
  public func integer() throws(ScalarProblem) -> Int {
    let form = try numberForm("an integer")
    if let value = try exactInteger(form) { return value }
    var help: String?
    if form == .float, let value = Int(exactly: Double(text) ?? .nan) { help = "write \(value)" }
    throw expected("an integer", help: help)
  }

  /// The count: an integer ≥ 0, or a float that is one, such as `1e5`.
  ///
  /// - Throws: ``ScalarProblem`` for fractions, negative numbers and what ``integer()`` refuses.
  public func count() throws(ScalarProblem) -> Int {
    let form = try numberForm("a count")
    var value = try exactInteger(form)
    if form == .float {
      let float = try number()
      value = Int(exactly: float)
      if value == nil, float.rounded() == float { throw outOfRange("a count") }
    }
    guard let value else { throw expected("a count") }
    guard value >= 0 else {
      throw ScalarProblem(message: "expected a count, got the negative number \(excerpt(text))")
    }
    return value
  }

  /// The number: an integer or float of the core schema, correctly rounded to double precision.
  ///
  /// - Parameter allowsNonFinite: whether `.inf`, `-.inf` and `.nan` are accepted.
  /// - Throws: ``ScalarProblem`` for anything else, and for numbers beyond the range of `Double`
  ///   (also for those so near to 0 that they would become 0).
  public func number(allowsNonFinite: Bool = false) throws(ScalarProblem) -> Double {
    switch try numberForm("a number") {
    case .hexadecimal(let digits):
      guard let value = UInt64(digits, radix: 16) else { throw outOfRange("a number") }
      return Double(value)
    case .octal(let digits):
      guard let value = UInt64(digits, radix: 8) else { throw outOfRange("a number") }
      return Double(value)
    case .nonFinite(let value):
      guard allowsNonFinite else {
        throw ScalarProblem(message: "expected a finite number, got \(quoted(text))")
      }
      return value
    case .decimal, .float:
      guard let value = Double(text), value.isFinite else { throw outOfRange("a number") }
      let mantissa = text.utf8.prefix { $0 | 0x20 != UInt8(ascii: "e") }
      if value == 0, mantissa.contains(where: { $0 > 0x30 && $0 <= 0x39 }) {
        throw ScalarProblem(
          message: "\(quoted(text)) is too near to 0 for a number in double precision",
          help: "the smallest is about 5e-324; write 0 if that is meant")
      }
      return value
    }
  }

  /// The value where the form is that of an integer; nil for floats.
  private func exactInteger(_ form: NumberForm) throws(ScalarProblem) -> Int? {
    let value: Int?
    switch form {
    case .decimal: value = Int(text)
    case .hexadecimal(let digits): value = Int(digits, radix: 16)
    case .octal(let digits): value = Int(digits, radix: 8)
    case .float, .nonFinite: return nil
    }
    guard let value else { throw outOfRange("an integer") }
    return value
  }

  private func outOfRange(_ what: String) -> ScalarProblem {
    let range =
      what == "a number"
      ? "magnitudes up to about 1.8e308 are possible" : "at most \(Int.max) is possible"
    return ScalarProblem(message: "\(quoted(text)) is out of range for \(what)", help: range)
  }

  /// The form of the number, or the reason why it is none, as specific as possible.
  private func numberForm(_ what: String) throws(ScalarProblem) -> NumberForm {
    if isNull {
      throw expected(what, help: text.isEmpty ? "write a value, or remove the key" : nil)
    }
    guard text.utf8.count <= 1_000 else {
      throw ScalarProblem(message: "expected \(what), got a text of \(text.utf8.count) bytes")
    }
    guard let form = NumberForm(text) else {
      throw expected(what, help: isTyped ? NumberForm.remedy(for: text) : nil)
    }
    guard isTyped else { throw expected(what, help: withoutQuotes) }
    if let plain = NumberForm.withoutLeadingZeros(text) {
      let isOctal = form == .decimal && !text.utf8.contains { $0 == 0x38 || $0 == 0x39 }
      let octal = isOctal && !text.hasPrefix("-") ? ", or 0o\(plain) for octal" : ""
      throw ScalarProblem(
        message: "expected \(what), but \(quoted(text)) has a leading zero",
        help: "write \(plain)\(octal)")
    }
    return form
  }
}

/// What the core schema's regular expressions make of a text.
enum NumberForm: Equatable {
  case decimal
  case hexadecimal(digits: String)
  case octal(digits: String)
  case float
  case nonFinite(Double)

  init?(_ text: String) {
    switch text {
    case ".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF": self = .nonFinite(.infinity)
    case "-.inf", "-.Inf", "-.INF": self = .nonFinite(-.infinity)
    case ".nan", ".NaN", ".NAN": self = .nonFinite(.nan)
    default:
      let bytes = Array(text.utf8)
      if bytes.starts(with: Array("0x".utf8)) || bytes.starts(with: Array("0o".utf8)) {
        let isOctal = bytes[1] == UInt8(ascii: "o")
        let digits = bytes.dropFirst(2)
        let isValid = { (byte: UInt8) in
          isOctal
            ? (0x30...0x37).contains(byte)
            : (0x30...0x39).contains(byte) || (0x61...0x66).contains(byte | 0x20)
        }
        guard !digits.isEmpty, digits.allSatisfy(isValid) else { return nil }
        let text = String(decoding: digits, as: UTF8.self)
        self = isOctal ? .octal(digits: text) : .hexadecimal(digits: text)
        return
      }
      guard let form = Self.decimalForm(bytes[...]) else { return nil }
      self = form
    }
  }

  /// `[-+]? ( \. [0-9]+ | [0-9]+ ( \. [0-9]* )? ) ( [eE] [-+]? [0-9]+ )?`, by hand.
  private static func decimalForm(_ bytes: ArraySlice<UInt8>) -> NumberForm? {
    var rest = bytes
    func skipDigits() -> Int {
      let digits = rest.prefix { (0x30...0x39).contains($0) }.count
      rest = rest.dropFirst(digits)
      return digits
    }
    func skipSign() {
      if rest.first == UInt8(ascii: "-") || rest.first == UInt8(ascii: "+") {
        rest = rest.dropFirst()
      }
    }
    skipSign()
    let whole = skipDigits()
    if rest.isEmpty { return whole > 0 ? .decimal : nil }
    var fraction = 0
    if rest.first == UInt8(ascii: ".") {
      rest = rest.dropFirst()
      fraction = skipDigits()
    }
    guard whole + fraction > 0 else { return nil }
    if let letter = rest.first, letter | 0x20 == UInt8(ascii: "e") {
      rest = rest.dropFirst()
      skipSign()
      guard skipDigits() > 0 else { return nil }
    }
    return rest.isEmpty ? .float : nil
  }

  /// The number without the zeros before its first digit; nil where there are none too many.
  static func withoutLeadingZeros(_ text: String) -> String? {
    let sign = text.prefix { $0 == "-" || $0 == "+" }
    let digits = text.dropFirst(sign.count)
    let zeros = digits.prefix { $0 == "0" }.count
    guard zeros > 0, digits.count > 1, zeros < digits.count || zeros > 1 else { return nil }
    let next = digits.dropFirst(zeros).first
    let isLast = next == nil || next.map { !("1"..."9").contains($0) } == true
    let superfluous = isLast ? zeros - 1 : zeros
    guard superfluous > 0, next != "x", next != "o" else { return nil }
    return String(sign) + String(digits.dropFirst(superfluous))
  }

  /// What was probably meant by a text that is no number.
  static func remedy(for text: String) -> String? {
    switch text.lowercased() {
    case "nan": return "not a number is written .nan"
    case "inf", "+inf", "infinity": return "infinity is written .inf"
    case "-inf", "-infinity": return "minus infinity is written -.inf"
    default: break
    }
    for (separator, plain) in [("_", ""), (",", ""), ("\u{2212}", "-"), (" ", "")] {
      let changed = text.split(separator: separator, omittingEmptySubsequences: false)
        .joined(separator: plain)
      if changed != text, NumberForm(changed) != nil { return "write \(changed)" }
    }
    return nil
  }
}
