/// A message in the wire format of Protocol Buffers, field by field, as far as TensorBoard's events need it.
///
/// A field is its key, the number times 8 plus the type of what follows, and its value: type 0 is a number in groups
/// of 7 bits, the lowest first; 1 are 8 bytes and 5 are 4, little-endian; 2 is a length and so many bytes: text, bytes, or
/// another message. The format is described in <https://protobuf.dev/programming-guides/encoding>.
package struct ProtobufMessage {
  package private(set) var bytes: [UInt8] = []

  package init() {}

  /// Makes a message by adding its fields.
  package init(_ build: (inout ProtobufMessage) -> Void) { build(&self) }

  /// A number that is not negative, an enumeration, or a flag.
  package mutating func add(_ field: Int, _ number: UInt64) {
    appendKey(field, type: 0)
    appendNumber(number)
  }

  /// A signed number, not zigzagged: negative ones take ten bytes.
  package mutating func add(_ field: Int, signed number: Int64) {
    add(field, UInt64(bitPattern: number))
  }

  package mutating func add(_ field: Int, _ number: Double) {
    appendKey(field, type: 1)
    append(number.bitPattern)
  }

  package mutating func add(_ field: Int, _ text: String) { add(field, Array(text.utf8)) }

  package mutating func add(_ field: Int, _ message: ProtobufMessage) { add(field, message.bytes) }

  package mutating func add(_ field: Int, _ content: [UInt8]) {
    appendKey(field, type: 2)
    appendNumber(UInt64(content.count))
    bytes += content
  }

  /// Numbers side by side, as repeated fields are packed.
  package mutating func add(_ field: Int, packed numbers: [Double]) {
    appendKey(field, type: 2)
    appendNumber(UInt64(8 * numbers.count))
    for number in numbers { append(number.bitPattern) }
  }

  /// Another message, made by adding its fields.
  package mutating func add(_ field: Int, _ build: (inout ProtobufMessage) -> Void) {
    add(field, ProtobufMessage(build))
  }

  private mutating func appendKey(_ field: Int, type: UInt64) {
    precondition(field >= 1, "field \(field) of a message")
    appendNumber(UInt64(field) << 3 | type)
  }

  private mutating func appendNumber(_ number: UInt64) {
    var rest = number
    while rest >= 0x80 {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(rest))
  }

  private mutating func append(_ word: UInt64) {
    for shift in stride(from: 0, to: 64, by: 8) {
      bytes.append(UInt8(truncatingIfNeeded: word >> UInt64(shift)))
    }
  }
}
