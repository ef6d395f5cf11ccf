#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif
#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Reads what is asked for out of a JSON text and passes over the rest, without making values of it.
///
/// It trusts that the text is one that this program wrote, and checks only as much as it needs to find its way: where it
/// cannot, it throws, and whoever asked reads the text by Foundation's decoder, which says what is wrong.
///
/// - Complexity: linear in the bytes that are passed over, at about a nanosecond each.
struct JSONSkimmer {
  /// The text is not as it was expected.
  struct Problem: Error {}

  private let bytes: UnsafeBufferPointer<UInt8>
  private var position = 0

  private init(_ bytes: UnsafeBufferPointer<UInt8>) { self.bytes = bytes }

  /// Reads the members of the object that a text is.
  ///
  /// - Parameter read: is told a member's name and must read or skip its value.
  static func members(
    of text: [UInt8], _ read: (String, inout JSONSkimmer) throws(Problem) -> Void
  ) throws(Problem) {
    try text.span.withUnsafeBufferPointer { (buffer) throws(Problem) in
      var skimmer = JSONSkimmer(buffer)
      try skimmer.members(read)
      guard skimmer.next() == nil else { throw Problem() }
    }
  }

  /// The text of a value; nil where a text has none at a path.
  ///
  /// - Parameter path: the names of members, and the numbers of items.
  static func value(of text: [UInt8], at path: [String]) throws(Problem) -> [UInt8]? {
    try text.span.withUnsafeBufferPointer { (buffer) throws(Problem) in
      var skimmer = JSONSkimmer(buffer)
      return try skimmer.value(at: path[...])
    }
  }

  /// What a text says that is written with its quotation marks; nil where it is none.
  static func text(of written: String) -> String? {
    Array(written.utf8).span.withUnsafeBufferPointer { buffer in
      var skimmer = JSONSkimmer(buffer)
      return try? skimmer.text()
    }
  }

  private mutating func value(at path: ArraySlice<String>) throws(Problem) -> [UInt8]? {
    guard let name = path.first else {
      return Array(bytes[try written()])
    }
    var found: [UInt8]?
    switch next() {
    case UInt8(ascii: "{"):
      try members { (member, value) throws(Problem) in
        if member == name {
          found = try value.value(at: path.dropFirst())
        } else {
          try value.skip()
        }
      }
    case UInt8(ascii: "["):
      var index = 0
      try items { (item) throws(Problem) in
        if String(index) == name {
          found = try item.value(at: path.dropFirst())
        } else {
          try item.skip()
        }
        index += 1
      }
    default: try skip()
    }
    return found
  }

  /// Reads the members of an object.
  mutating func members(
    _ read: (String, inout JSONSkimmer) throws(Problem) -> Void
  ) throws(Problem) {
    try expect(UInt8(ascii: "{"))
    if next() == UInt8(ascii: "}") {
      position += 1
      return
    }
    while true {
      let name = try text()
      try expect(UInt8(ascii: ":"))
      try read(name, &self)
      if try isLast(UInt8(ascii: "}")) { return }
    }
  }

  /// Reads the items of a list.
  mutating func items(_ read: (inout JSONSkimmer) throws(Problem) -> Void) throws(Problem) {
    try expect(UInt8(ascii: "["))
    if next() == UInt8(ascii: "]") {
      position += 1
      return
    }
    while true {
      try read(&self)
      if try isLast(UInt8(ascii: "]")) { return }
    }
  }

  /// What the next value is.
  enum Form { case map, list, scalar }

  mutating func form() throws(Problem) -> Form {
    guard let first = next() else { throw Problem() }
    switch first {
    case UInt8(ascii: "{"): return .map
    case UInt8(ascii: "["): return .list
    default: return .scalar
    }
  }

  /// The bytes of the next value, as they are written.
  mutating func written() throws(Problem) -> Range<Int> {
    try written { (value) throws(Problem) in try value.skip() }
  }

  /// The place of the next value, which is read.
  mutating func written(
    _ read: (inout JSONSkimmer) throws(Problem) -> Void
  ) throws(Problem) -> Range<Int> {
    _ = next()
    let start = position
    try read(&self)
    return start..<position
  }

  /// What is written in a place, cut where some of it is left out: one text more than parts.
  func text(_ place: Range<Int>, without parts: [Range<Int>]) -> [[UInt8]] {
    let starts = [place.lowerBound] + parts.map(\.upperBound)
    let ends = parts.map(\.lowerBound) + [place.upperBound]
    return zip(starts, ends).map { Array(bytes[$0..<$1]) }
  }

  /// Goes past what is written next if it is this, to the byte.
  mutating func passes(_ text: [UInt8]) -> Bool {
    _ = next()
    return isNext(text)
  }

  /// Reads numbers that stand between texts.
  ///
  /// - Parameter texts: what is written before the first number, between two, and behind the last one.
  /// - Returns: nil where something else is written; then nothing was read.
  mutating func numbers(between texts: [[UInt8]]) -> [Double]? {
    _ = next()
    let start = position
    var numbers: [Double] = []
    numbers.reserveCapacity(texts.count)
    for (index, text) in texts.enumerated() {
      guard isNext(text) else { break }
      if index == texts.count - 1 { return numbers }
      guard let number = try? number() else { break }
      numbers.append(number)
    }
    position = start
    return nil
  }

  private mutating func isNext(_ text: [UInt8]) -> Bool {
    guard let start = bytes.baseAddress, bytes.count - position >= text.count,
      memcmp(start + position, text, text.count) == 0
    else { return false }
    position += text.count
    return true
  }

  /// The next value, as it is written.
  mutating func writtenText() throws(Problem) -> String {
    String(decoding: bytes[try written()], as: UTF8.self)
  }

  mutating func texts() throws(Problem) -> [String] {
    var texts: [String] = []
    try items { (item) throws(Problem) in texts.append(try item.text()) }
    return texts
  }

  mutating func flag() throws(Problem) -> Bool {
    let first = next()
    try skip()
    guard first == UInt8(ascii: "t") || first == UInt8(ascii: "f") else { throw Problem() }
    return first == UInt8(ascii: "t")
  }

  /// A number, or one of the texts that stand for what JSON has no numbers for: `nan`, `inf`, `-inf`.
  mutating func number() throws(Problem) -> Double {
    guard let first = next() else { throw Problem() }
    if first == UInt8(ascii: "\"") {
      switch try text() {
      case "nan": return .nan
      case "inf": return .infinity
      case "-inf": return -.infinity
      default: throw Problem()
      }
    }
    // What follows a number ends it: nothing beyond the text is looked at.
    guard first == UInt8(ascii: "-") || (0x30...0x39).contains(first), let base = bytes.baseAddress
    else { throw Problem() }
    let start = position
    passWord()
    guard position < bytes.count else { throw Problem() }
    let (number, length) = UnsafeRawPointer(base + start).withMemoryRebound(
      to: CChar.self, capacity: position - start
    ) { text in
      var end: UnsafeMutablePointer<CChar>?
      let number = strtod(text, &end)
      return (number, end.map { UnsafePointer<CChar>($0) - text } ?? 0)
    }
    guard length == position - start else { throw Problem() }
    return number
  }

  mutating func text() throws(Problem) -> String {
    try expect(UInt8(ascii: "\""))
    let start = position
    let isPlain = try passText()
    let content = bytes[start..<(position - 1)]
    guard !isPlain else { return String(decoding: content, as: UTF8.self) }
    do {
      return try JSONDecoder().decode(
        String.self, from: Data([UInt8(ascii: "\"")] + content + [UInt8(ascii: "\"")]))
    } catch {
      throw Problem()
    }
  }

  /// Passes over a value, whatever it is.
  mutating func skip() throws(Problem) {
    var depth = 0
    while let byte = next() {
      position += 1
      switch byte {
      case UInt8(ascii: "\""): _ = try passText()
      case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
      case UInt8(ascii: "}"), UInt8(ascii: "]"): depth -= 1
      case UInt8(ascii: ","), UInt8(ascii: ":"): continue
      default: passWord()
      }
      if depth == 0 { return }
      if depth < 0 { throw Problem() }
    }
    throw Problem()
  }

  // MARK: - Pieces

  /// The next byte that is no space.
  private mutating func next() -> UInt8? {
    while position < bytes.count {
      let byte = bytes[position]
      if byte > UInt8(ascii: " ") { return byte }
      position += 1
    }
    return nil
  }

  private mutating func expect(_ byte: UInt8) throws(Problem) {
    guard next() == byte else { throw Problem() }
    position += 1
  }

  /// Whether what follows ends a list or an object; a comma otherwise.
  private mutating func isLast(_ end: UInt8) throws(Problem) -> Bool {
    let byte = next()
    position += 1
    if byte == end { return true }
    guard byte == UInt8(ascii: ",") else { throw Problem() }
    return false
  }

  /// Goes behind the closing quotation mark.
  ///
  /// - Returns: whether the text has no escapes.
  private mutating func passText() throws(Problem) -> Bool {
    guard let start = bytes.baseAddress, position < bytes.count,
      let end = memchr(start + position, 0x22, bytes.count - position)
    else { throw Problem() }
    let count = UnsafeRawPointer(end) - UnsafeRawPointer(start + position)
    if memchr(start + position, 0x5c, count) == nil {
      position += count + 1
      return true
    }
    while position < bytes.count {
      let byte = bytes[position]
      position += 1
      if byte == UInt8(ascii: "\"") { return false }
      if byte == UInt8(ascii: "\\") { position += 1 }
    }
    throw Problem()
  }

  /// Goes behind a number, `true`, `false` or `null`.
  private mutating func passWord() {
    while position < bytes.count {
      switch bytes[position] {
      case UInt8(ascii: ","), UInt8(ascii: "}"), UInt8(ascii: "]"), 0...UInt8(ascii: " "): return
      default: position += 1
      }
    }
  }
}
