import Scorewalk

/// JSON on one line as `JSONEncoder` writes it with sorted keys and slashes as they are, straight into bytes: a large
/// state takes a fifth of the time. Whoever calls gives the keys in order.
struct JSONWriter {
  private(set) var bytes: [UInt8] = []
  /// Whether the value that comes is the first of its object or list.
  private var isFirst = true

  /// JSON has no such number.
  struct NotFinite: Error {
    let value: Double
  }

  init(capacity: Int) { bytes.reserveCapacity(capacity) }

  mutating func object<Problem: Error>(
    _ members: (inout JSONWriter) throws(Problem) -> Void
  ) throws(Problem) {
    try nested(UInt8(ascii: "{"), UInt8(ascii: "}"), members)
  }

  mutating func list<Element, Problem: Error>(
    _ elements: [Element], _ write: (inout JSONWriter, Element) throws(Problem) -> Void
  ) throws(Problem) {
    try nested(UInt8(ascii: "["), UInt8(ascii: "]")) { (writer) throws(Problem) in
      for element in elements {
        writer.separate()
        try write(&writer, element)
      }
    }
  }

  private mutating func nested<Problem: Error>(
    _ opening: UInt8, _ closing: UInt8, _ body: (inout JSONWriter) throws(Problem) -> Void
  ) throws(Problem) {
    bytes.append(opening)
    isFirst = true
    try body(&self)
    bytes.append(closing)
    isFirst = false
  }

  private mutating func separate() {
    if !isFirst { bytes.append(UInt8(ascii: ",")) }
    isFirst = false
  }

  mutating func endLine() { bytes.append(UInt8(ascii: "\n")) }

  /// The key of the member that comes.
  mutating func key(_ name: String) {
    separate()
    string(name)
    bytes.append(UInt8(ascii: ":"))
  }

  mutating func string(_ text: String) {
    let digits = Array("0123456789abcdef".utf8)
    bytes.append(UInt8(ascii: "\""))
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"): bytes += [UInt8(ascii: "\\"), byte]
      case 0x08: bytes += Array("\\b".utf8)
      case 0x09: bytes += Array("\\t".utf8)
      case 0x0a: bytes += Array("\\n".utf8)
      case 0x0c: bytes += Array("\\f".utf8)
      case 0x0d: bytes += Array("\\r".utf8)
      case ..<0x20:
        bytes += Array("\\u00".utf8) + [digits[Int(byte >> 4)], digits[Int(byte & 15)]]
      default: bytes.append(byte)
      }
    }
    bytes.append(UInt8(ascii: "\""))
  }

  mutating func integer(_ value: Int) { bytes.append(contentsOf: value.description.utf8) }

  /// The shortest decimal that reads back as the number; `1` and `-0` without a fraction.
  mutating func number<Value: BinaryFloatingPoint & LosslessStringConvertible>(
    _ value: Value
  ) throws(NotFinite) {
    guard value.isFinite else { throw NotFinite(value: Double(value)) }
    var text = value.description
    if text.hasSuffix(".0") { text.removeLast(2) }
    bytes.append(contentsOf: text.utf8)
  }

  /// A string of the base64 of bytes.
  mutating func base64(_ source: UnsafeRawBufferPointer) {
    bytes.append(UInt8(ascii: "\""))
    Base64.append(source, to: &bytes)
    bytes.append(UInt8(ascii: "\""))
  }
}
