/// One Unicode scalar decoded from UTF-8, or one byte that belongs to none.
struct DecodedScalar {
  /// The scalar; nil for a byte that is not part of well-formed UTF-8.
  let scalar: Unicode.Scalar?
  /// How many bytes it takes; 1 for an invalid byte.
  let length: Int

  /// Decodes what begins at byte `offset`, as table 3-7 of the Unicode Standard has it.
  init(_ bytes: [UInt8], at offset: Int) {
    let first = bytes[offset]
    if first < 0x80 {
      self.init(scalar: Unicode.Scalar(first), length: 1)
      return
    }
    let length: Int
    switch first {
    case 0xC2...0xDF: length = 2
    case 0xE0...0xEF: length = 3
    case 0xF0...0xF4: length = 4
    default: length = 0
    }
    guard length > 0, offset + length <= bytes.count else {
      self.init(scalar: nil, length: 1)
      return
    }
    var value = UInt32(first) & (0x7F >> UInt32(length))
    for index in 1..<length {
      let next = bytes[offset + index]
      guard next & 0xC0 == 0x80 else {
        self.init(scalar: nil, length: 1)
        return
      }
      value = value << 6 | UInt32(next & 0x3F)
    }
    let isOverlong = length == 3 && value < 0x800 || length == 4 && value < 0x1_0000
    if !isOverlong, let scalar = Unicode.Scalar(value) {
      self.init(scalar: scalar, length: length)
    } else {
      self.init(scalar: nil, length: 1)
    }
  }

  private init(scalar: Unicode.Scalar?, length: Int) {
    self.scalar = scalar
    self.length = length
  }
}

extension Unicode.Scalar {
  /// Whether the character may stand in a YAML text: production `c-printable` of YAML 1.2.2,
  /// without the byte order mark and without U+0085, U+2028 and U+2029, which libyaml takes for
  /// line breaks as YAML 1.1 did.
  var isPrintableInYAML: Bool {
    switch value {
    case 0xFEFF, 0x2028, 0x2029: false
    case 0x09, 0x0A, 0x0D, 0x20...0x7E, 0xA0...0xD7FF: true
    case 0xE000...0xFFFD, 0x1_0000...0x10_FFFF: true
    default: false
    }
  }

  /// Whether a terminal could take the character as a command, or show something else than what
  /// is there.
  var needsEscape: Bool {
    if value < 0x80 { return value < 0x20 || value == 0x7F }
    switch properties.generalCategory {
    case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .unassigned:
      return true
    default: return false
    }
  }

  /// The character as text that is safe on a terminal: itself, `\t`, or `\u{1B}`.
  var escaped: String {
    guard needsEscape else { return String(Character(self)) }
    switch value {
    case 0x09: return "\\t"
    case 0x0A: return "\\n"
    case 0x0D: return "\\r"
    default: return "\\u{" + String(value, radix: 16, uppercase: true) + "}"
    }
  }

  /// The columns the character takes on a terminal: 0 for combining marks, 2 for East Asian wide
  /// ones, else 1.
  var columns: Int {
    if value < 0x300 { return 1 }
    switch properties.generalCategory {
    case .nonspacingMark, .enclosingMark: return 0
    default: break
    }
    switch value {
    case 0x1100...0x115F, 0x2E80...0x303E, 0x3041...0xA4CF, 0xAC00...0xD7A3, 0xF900...0xFAFF,
      0xFE30...0xFE6F, 0xFF00...0xFF60, 0xFFE0...0xFFE6, 0x1F300...0x1F64F, 0x1F680...0x1F6FF,
      0x1F900...0x1F9FF, 0x20000...0x3FFFD:
      return 2
    default: return 1
    }
  }
}
