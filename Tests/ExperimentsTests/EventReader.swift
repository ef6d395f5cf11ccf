/// Reads TensorBoard's event files: written after their descriptions, with nothing of the writer in it.
struct EventReader {
  struct Problem: Error { let reason: String }

  /// A field of a message.
  enum Field: Equatable {
    case number(UInt64)
    case fixed64(UInt64)
    case bytes([UInt8])
  }

  /// The events of a file, as the bytes of their messages.
  static func records(_ bytes: [UInt8]) throws -> [[UInt8]] {
    var rest = bytes[...]
    func take(_ count: Int) throws -> [UInt8] {
      guard rest.count >= count else { throw Problem(reason: "a record is cut short") }
      defer { rest = rest.dropFirst(count) }
      return Array(rest.prefix(count))
    }
    var records: [[UInt8]] = []
    while !rest.isEmpty {
      let length = try take(8)
      guard try number(take(4)) == UInt64(masked(length)) else {
        throw Problem(reason: "the checksum of a length")
      }
      let record = try take(Int(number(length)))
      guard try number(take(4)) == UInt64(masked(record)) else {
        throw Problem(reason: "the checksum of a record")
      }
      records.append(record)
    }
    return records
  }

  private static func number(_ bytes: [UInt8]) -> UInt64 {
    bytes.reversed().reduce(0) { $0 << 8 | UInt64($1) }
  }

  /// CRC-32C bit by bit, from the highest power down, on bytes turned round: another way than the writer's.
  static func checksum(_ bytes: [UInt8]) -> UInt32 {
    func turned<Word: FixedWidthInteger>(_ word: Word) -> Word {
      (0..<Word.bitWidth).reduce(0) { $0 << 1 | (word >> Word($1)) & 1 }
    }
    var rest: UInt32 = 0xFFFF_FFFF
    for byte in bytes {
      rest ^= UInt32(turned(byte)) << 24
      for _ in 0..<8 { rest = rest & 0x8000_0000 == 0 ? rest << 1 : rest << 1 ^ 0x1EDC_6F41 }
    }
    return turned(~rest)
  }

  static func masked(_ bytes: [UInt8]) -> UInt32 {
    let sum = checksum(bytes)
    return (sum >> 15 | sum << 17) &+ 0xA282_EAD8
  }

  /// The fields of a message, in their order.
  static func fields(_ bytes: [UInt8]) throws -> [(number: Int, value: Field)] {
    var position = 0
    func varint() throws -> UInt64 {
      var (result, shift): (UInt64, UInt64) = (0, 0)
      while true {
        guard position < bytes.count, shift < 64 else { throw Problem(reason: "a number") }
        let byte = bytes[position]
        position += 1
        result |= UInt64(byte & 0x7F) << shift
        if byte & 0x80 == 0 { return result }
        shift += 7
      }
    }
    func take(_ count: Int) throws -> [UInt8] {
      guard position + count <= bytes.count else { throw Problem(reason: "a field is cut short") }
      defer { position += count }
      return Array(bytes[position..<(position + count)])
    }
    var fields: [(number: Int, value: Field)] = []
    while position < bytes.count {
      let key = try varint()
      let value: Field =
        switch key & 7 {
        case 0: .number(try varint())
        case 1: .fixed64(number(try take(8)))
        case 2: .bytes(try take(Int(try varint())))
        default: throw Problem(reason: "wire type \(key & 7)")
        }
      fields.append((Int(key >> 3), value))
    }
    return fields
  }

  /// The bytes of a message at a path of fields; nil where it is not there.
  static func message(_ bytes: [UInt8], at path: Int...) throws -> [UInt8]? {
    var bytes = bytes
    for number in path {
      guard case .bytes(let inner)? = try fields(bytes).first(where: { $0.number == number })?.value
      else { return nil }
      bytes = inner
    }
    return bytes
  }

  /// The text at a path of fields.
  static func text(_ bytes: [UInt8], at path: Int...) throws -> String? {
    var bytes = bytes
    for number in path {
      guard let inner = try message(bytes, at: number) else { return nil }
      bytes = inner
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// A value of a file with its tag and step.
  struct Value: Equatable {
    var tag: String
    var step: Int
    var value: Double
    var plugin: String?
  }

  static func value(_ event: [UInt8]) throws -> Value {
    let entry = try message(event, at: 5, 1) ?? []
    var step = 0
    if case .number(let number)? = try fields(event).first(where: { $0.number == 2 })?.value {
      step = Int(Int64(bitPattern: number))
    }
    return Value(
      tag: try text(entry, at: 1) ?? "", step: step,
      value: Double(bitPattern: number(try message(entry, at: 8, 6) ?? [])),
      plugin: try text(entry, at: 9, 1, 1))
  }
}
