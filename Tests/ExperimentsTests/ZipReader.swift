import Testing

/// A small reader of zip archives for the tests, by PKWARE's APPNOTE: end record, table of contents, local headers.
struct ZipReader {
  struct Entry {
    let name: String
    let content: [UInt8]
    /// As DOS packs them: the date in the upper 16 bits, the time in the lower.
    let date: UInt32
  }

  let entries: [Entry]

  init(_ bytes: [UInt8]) throws {
    func number(_ offset: Int, _ size: Int) -> Int {
      (0..<size).reduce(0) { $0 | Int(bytes[offset + $1]) << (8 * $1) }
    }
    try #require(bytes.count >= 22)
    let end = bytes.count - 22
    try #require(number(end, 4) == 0x0605_4B50, "no end record without a comment")
    let count = number(end + 10, 2)
    var place = number(end + 16, 4)
    #expect(place + number(end + 12, 4) == end, "the table of contents ends at the end record")
    var entries: [Entry] = []
    var next = 0
    for _ in 0..<count {
      try #require(number(place, 4) == 0x0201_4B50)
      #expect(number(place + 10, 2) == 0, "stored")
      let (checksum, size) = (number(place + 16, 4), number(place + 24, 4))
      #expect(number(place + 20, 4) == size)
      let nameCount = number(place + 28, 2)
      let name = bytes[(place + 46)..<(place + 46 + nameCount)]
      let local = number(place + 42, 4)
      #expect(local == next, "one entry after the other")
      try #require(number(local, 4) == 0x0403_4B50)
      #expect(number(local + 14, 4) == checksum && number(local + 22, 4) == size)
      #expect(bytes[(local + 30)..<(local + 30 + nameCount)] == name)
      let start = local + 30 + nameCount + number(local + 28, 2)
      let content = Array(bytes[start..<(start + size)])
      #expect(Self.checksum(content) == UInt32(checksum))
      entries.append(
        Entry(
          name: String(decoding: name, as: UTF8.self), content: content,
          date: UInt32(number(place + 12, 4))))
      next = start + size
      place += 46 + nameCount + number(place + 30, 2) + number(place + 32, 2)
    }
    #expect(place == end)
    self.entries = entries
  }

  /// CRC-32, bit by bit (ISO 3309, the reflected polynomial).
  static func checksum(_ bytes: [UInt8]) -> UInt32 {
    var register: UInt32 = 0xFFFF_FFFF
    for byte in bytes {
      register ^= UInt32(byte)
      for _ in 0..<8 { register = register & 1 == 1 ? register >> 1 ^ 0xEDB8_8320 : register >> 1 }
    }
    return ~register
  }
}
