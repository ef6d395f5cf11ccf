import Scorewalk

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Reads JSON (RFC 8259) from front to back, as the caller expects it, without a tree of it and without Foundation.
struct JSONReader {
  private let bytes: UnsafeRawBufferPointer
  /// The place of the next byte.
  private(set) var position = 0
  /// How deep objects and lists lie in each other that nobody asks for.
  private static let deepest = 100

  struct Problem: Error {
    let reason: String
  }

  init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

  /// Goes back to a place that was one before a value.
  mutating func seek(_ place: Int) { position = place }

  private func unexpected(_ wanted: String) -> Problem {
    guard position < bytes.count else {
      return Problem(reason: "it ends where \(wanted) should stand")
    }
    return Problem(reason: "\(wanted) should stand at byte \(position + 1)")
  }

  func damaged(_ reason: String) -> Problem { Problem(reason: reason) }

  // MARK: - Structure

  private mutating func skipSpace() {
    while position < bytes.count {
      switch bytes[position] {
      case 0x20, 0x09, 0x0a, 0x0d: position += 1
      default: return
      }
    }
  }

  /// Whether a character comes; then it is passed.
  private mutating func takes(_ character: Unicode.Scalar) -> Bool {
    skipSpace()
    guard position < bytes.count, bytes[position] == UInt8(ascii: character) else { return false }
    position += 1
    return true
  }

  private mutating func require(_ character: Unicode.Scalar) throws(Problem) {
    if !takes(character) { throw unexpected("'\(character)'") }
  }

  /// Nothing but space may be left.
  mutating func end() throws(Problem) {
    skipSpace()
    if position < bytes.count { throw unexpected("the end") }
  }

  /// Reads an object: `member` reads, or skips, the value of every key.
  mutating func object(
    _ member: (inout JSONReader, String) throws(Problem) -> Void
  ) throws(Problem) {
    try require("{")
    if takes("}") { return }
    repeat {
      let key = try string()
      try require(":")
      try member(&self, key)
    } while takes(",")
    try require("}")
  }

  /// Reads a list: `element` reads every element.
  mutating func list(_ element: (inout JSONReader) throws(Problem) -> Void) throws(Problem) {
    try require("[")
    if takes("]") { return }
    repeat { try element(&self) } while takes(",")
    try require("]")
  }

  mutating func list<Element>(
    of element: (inout JSONReader) throws(Problem) -> Element
  ) throws(Problem) -> [Element] {
    var elements: [Element] = []
    try list { (reader) throws(Problem) in elements.append(try element(&reader)) }
    return elements
  }

  /// A value, or nil for `null`.
  mutating func optional<Value>(
    _ value: (inout JSONReader) throws(Problem) -> Value
  ) throws(Problem) -> Value? {
    if takesWord("null") { return nil }
    return try value(&self)
  }

  private mutating func takesWord(_ word: StaticString) -> Bool {
    skipSpace()
    let length = word.utf8CodeUnitCount
    guard position + length <= bytes.count,
      (0..<length).allSatisfy({ bytes[position + $0] == word.utf8Start[$0] })
    else { return false }
    position += length
    return true
  }

  /// Passes a value of any kind.
  mutating func skip(depth: Int = 0) throws(Problem) {
    guard depth < Self.deepest else { throw damaged("its objects are too deep in each other") }
    skipSpace()
    switch position < bytes.count ? bytes[position] : 0 {
    case UInt8(ascii: "{"):
      try object { (reader, _) throws(Problem) in try reader.skip(depth: depth + 1) }
    case UInt8(ascii: "["):
      try list { (reader) throws(Problem) in try reader.skip(depth: depth + 1) }
    case UInt8(ascii: "\""): _ = try characters()
    default:
      if takesWord("null") || takesWord("true") || takesWord("false") { return }
      _ = try numberText()
    }
  }

  // MARK: - Strings

  /// The place of a string's characters, and whether some are escaped.
  private mutating func characters() throws(Problem) -> (place: Range<Int>, isEscaped: Bool) {
    guard takes("\"") else { throw unexpected("a string") }
    let start = position
    if let length = plainLength() {
      position += length + 1
      return (start..<(start + length), false)
    }
    var isEscaped = false
    while position < bytes.count {
      switch bytes[position] {
      case UInt8(ascii: "\""):
        position += 1
        return (start..<(position - 1), isEscaped)
      case UInt8(ascii: "\\"):
        isEscaped = true
        position += 2
      case ..<0x20: throw damaged("a control character in a string at byte \(position + 1)")
      default: position += 1
      }
    }
    position = bytes.count
    throw unexpected("the end of a string")
  }

  /// How long a string is that has nothing but plain characters, searched as fast as memory is read; nil for any other.
  private func plainLength() -> Int? {
    guard position < bytes.count, let start = bytes.baseAddress.map({ $0 + position }),
      let quote = memchr(start, 0x22, bytes.count - position)
    else { return nil }
    let length = UnsafeRawPointer(quote) - start
    guard memchr(start, 0x5c, length) == nil else { return nil }
    var least: UInt8 = 255
    for index in position..<(position + length) { least = min(least, bytes[index]) }
    return least >= 0x20 ? length : nil
  }

  mutating func string() throws(Problem) -> String {
    let (place, isEscaped) = try characters()
    let text = bytes[place]
    let decoded = String(decoding: text, as: UTF8.self)
    guard decoded.utf8.elementsEqual(text) else {
      throw damaged("a string at byte \(place.lowerBound) is no UTF-8")
    }
    return isEscaped ? try unescaped(decoded) : decoded
  }

  private func unescaped(_ text: String) throws(Problem) -> String {
    var units: [UInt16] = []
    var rest = Array(text.utf16)[...]
    while let unit = rest.popFirst() {
      guard unit == 0x5c else {
        units.append(unit)
        continue
      }
      switch rest.popFirst().flatMap(Unicode.Scalar.init) {
      case "\""?: units.append(0x22)
      case "\\"?: units.append(0x5c)
      case "/"?: units.append(0x2f)
      case "b"?: units.append(0x08)
      case "f"?: units.append(0x0c)
      case "n"?: units.append(0x0a)
      case "r"?: units.append(0x0d)
      case "t"?: units.append(0x09)
      case "u"?:
        let digits = String(decoding: rest.prefix(4), as: UTF16.self)
        guard digits.utf8.count == 4, digits.allSatisfy(\.isHexDigit),
          let value = UInt16(digits, radix: 16)
        else { throw damaged("'\\u\(digits)' is no character") }
        units.append(value)
        rest = rest.dropFirst(4)
      default: throw damaged("an unknown escape in a string")
      }
    }
    let result = String(decoding: units, as: UTF16.self)
    guard result.utf16.elementsEqual(units) else { throw damaged("half a character in a string") }
    return result
  }

  /// The bytes of a string of base64; nil where it is none.
  mutating func base64() throws(Problem) -> [UInt8]? {
    let start = position
    let (place, isEscaped) = try characters()
    guard isEscaped else { return Base64.decoded(UnsafeRawBufferPointer(rebasing: bytes[place])) }
    position = start
    return Array(try string().utf8).withUnsafeBytes { Base64.decoded($0) }
  }

  // MARK: - Numbers

  /// The place of a number that is written as JSON wants it.
  private mutating func numberText() throws(Problem) -> Range<Int> {
    skipSpace()
    let start = position
    func byte() -> UInt8 { position < bytes.count ? bytes[position] : 0 }
    func digits() -> Int {
      let first = position
      while position < bytes.count, bytes[position] &- 48 < 10 { position += 1 }
      return position - first
    }
    if byte() == UInt8(ascii: "-") { position += 1 }
    let leadsWithZero = byte() == UInt8(ascii: "0")
    let whole = digits()
    guard whole > 0, whole == 1 || !leadsWithZero else {
      position = start
      throw unexpected("a number")
    }
    if byte() == UInt8(ascii: ".") {
      position += 1
      guard digits() > 0 else { throw unexpected("a digit") }
    }
    if byte() | 0x20 == UInt8(ascii: "e") {
      position += 1
      if byte() == UInt8(ascii: "+") || byte() == UInt8(ascii: "-") { position += 1 }
      guard digits() > 0 else { throw unexpected("a digit") }
    }
    return start..<position
  }

  mutating func integer() throws(Problem) -> Int {
    let place = try numberText()
    let text = String(decoding: bytes[place], as: UTF8.self)
    guard let value = Int(text) else { throw damaged("\(text) is no count") }
    return value
  }

  mutating func number<Value: BinaryFloatingPoint & LosslessStringConvertible>(
    _: Value.Type = Value.self
  ) throws(Problem) -> Value {
    let place = try numberText()
    let text = String(decoding: bytes[place], as: UTF8.self)
    guard let value = Value(text), value.isFinite else {
      throw damaged("\(text) is beyond \(Value.self)")
    }
    return value
  }
}
