/// Base64 of RFC 4648, section 4: with padding, on one line.
enum Base64 {
  private static let alphabet = Array(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

  /// Two characters for every twelve bits.
  private static let pairs: [UInt16] = (0..<4096).map { bits in
    let (first, second) = (alphabet[bits >> 6], alphabet[bits & 63])
    return UInt16(littleEndian: UInt16(first) | UInt16(second) << 8)
  }

  /// The six bits of every character; 255 for what is none.
  private static let values: [UInt8] = {
    var values = [UInt8](repeating: 255, count: 256)
    for (value, character) in alphabet.enumerated() { values[Int(character)] = UInt8(value) }
    return values
  }()

  /// How many characters so many bytes make.
  static func length(of count: Int) -> Int { (count + 2) / 3 * 4 }

  /// Appends the text of bytes.
  static func append(_ source: UnsafeRawBufferPointer, to text: inout [UInt8]) {
    let whole = source.count / 3
    let (pairs, alphabet) = (Self.pairs, Self.alphabet)
    let start = text.count
    text.append(contentsOf: repeatElement(UInt8(ascii: "="), count: length(of: source.count)))
    text.withUnsafeMutableBytes { all in
      let target = UnsafeMutableRawBufferPointer(rebasing: all[start...])
      pairs.withUnsafeBufferPointer { pairs in
        for group in 0..<whole {
          let bits =
            Int(source[3 * group]) << 16 | Int(source[3 * group + 1]) << 8
            | Int(source[3 * group + 2])
          target.storeBytes(of: pairs[bits >> 12], toByteOffset: 4 * group, as: UInt16.self)
          target.storeBytes(of: pairs[bits & 4095], toByteOffset: 4 * group + 2, as: UInt16.self)
        }
      }
      let left = source.count - 3 * whole
      guard left > 0 else { return }
      let second = left == 2 ? Int(source[3 * whole + 1]) : 0
      let bits = Int(source[3 * whole]) << 16 | second << 8
      target[4 * whole] = alphabet[bits >> 18]
      target[4 * whole + 1] = alphabet[bits >> 12 & 63]
      if left == 2 { target[4 * whole + 2] = alphabet[bits >> 6 & 63] }
    }
  }

  /// The bytes of a text; nil where it is no base64.
  static func decoded(_ text: UnsafeRawBufferPointer) -> [UInt8]? {
    guard text.count.isMultiple(of: 4) else { return nil }
    let padding = text.suffix(2).reversed().prefix { $0 == UInt8(ascii: "=") }.count
    let count = text.count / 4 * 3 - padding
    let values = Self.values
    var isSound = true
    let bytes = [UInt8](unsafeUninitializedCapacity: count) { target, initialized in
      values.withUnsafeBufferPointer { values in
        let whole = count / 3
        var seen: UInt8 = 0
        for group in 0..<whole {
          let (a, b) = (values[Int(text[4 * group])], values[Int(text[4 * group + 1])])
          let (c, d) = (values[Int(text[4 * group + 2])], values[Int(text[4 * group + 3])])
          seen |= a | b | c | d
          target[3 * group] = a << 2 | b >> 4
          target[3 * group + 1] = b << 4 | c >> 2
          target[3 * group + 2] = c << 6 | d
        }
        if padding > 0 {
          let (a, b) = (values[Int(text[4 * whole])], values[Int(text[4 * whole + 1])])
          let c = padding == 1 ? values[Int(text[4 * whole + 2])] : 0
          seen |= a | b | c
          target[3 * whole] = a << 2 | b >> 4
          if padding == 1 { target[3 * whole + 1] = b << 4 | c >> 2 }
        }
        isSound = seen < 64
      }
      initialized = count
    }
    return isSound ? bytes : nil
  }
}
