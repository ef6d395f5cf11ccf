/// What is checked before libyaml sees a text: its size, its encoding, and what would make
/// libyaml slow.
struct TextCheck {
  let source: Source
  let part: Range<Int>
  let limits: Limits

  /// Whether the text can be given to libyaml; if not, `diagnostics` says why.
  func passes(_ diagnostics: inout Diagnostics) -> Bool {
    guard part.count <= limits.bytes else {
      diagnostics.error(
        "\(part.count) bytes are too many for a spec: at most \(limits.bytes) are read",
        at: range(part.lowerBound, part.lowerBound),
        help: "keep data in files of their own and name them in the spec")
      return false
    }
    if let encoding = foreignEncoding {
      diagnostics.error(
        "the file is in \(encoding), not in UTF-8", at: range(part.lowerBound, part.lowerBound),
        help: "save it as UTF-8; in a shell: iconv -f \(encoding) -t UTF-8")
      return false
    }
    return hasOnlyPrintableCharacters(&diagnostics) && hasNoLongRuns(&diagnostics)
  }

  /// The encoding, where the first bytes show that it is not UTF-8.
  private var foreignEncoding: String? {
    let first = Array(source.bytes[part].prefix(4))
    if first.starts(with: [0xFF, 0xFE, 0, 0]) || first.starts(with: [0, 0, 0xFE, 0xFF]) {
      return "UTF-32"
    }
    if first.starts(with: [0xFF, 0xFE]) || first.starts(with: [0xFE, 0xFF]) { return "UTF-16" }
    guard first.count == 4 else { return nil }
    switch first.map({ $0 == 0 }) {
    case [false, true, true, true], [true, true, true, false]: return "UTF-32"
    case [false, true, false, true], [true, false, true, false]: return "UTF-16"
    default: return nil
    }
  }

  private func hasOnlyPrintableCharacters(_ diagnostics: inout Diagnostics) -> Bool {
    let bytes = source.bytes
    var offset = part.lowerBound
    var count = 0
    while offset < part.upperBound {
      if (0x20..<0x7F).contains(bytes[offset]) {
        offset += 1
        continue
      }
      let decoded = DecodedScalar(bytes, at: offset)
      let length = min(decoded.length, part.upperBound - offset)
      if decoded.scalar?.isPrintableInYAML != true || length < decoded.length {
        count += 1
        if count <= limits.invalidCharacters {
          diagnostics.append(complaint(about: decoded, at: offset))
        }
      }
      offset += length
    }
    if count > limits.invalidCharacters {
      diagnostics.error(
        "\(count - limits.invalidCharacters) more characters that may not be in a YAML text")
    }
    return count == 0
  }

  private func complaint(about decoded: DecodedScalar, at offset: Int) -> Diagnostic {
    let place = range(offset, offset + decoded.length)
    guard let scalar = decoded.scalar else {
      let byte = String(source.bytes[offset], radix: 16, uppercase: true)
      return Diagnostic(
        .error, "byte 0x\(byte) is not UTF-8", at: place,
        help: "save the file as UTF-8; in a shell, from Latin-1: iconv -f LATIN1 -t UTF-8")
    }
    if scalar.value == 0xFEFF {
      return Diagnostic(
        .error, "a byte order mark may stand at the beginning of a file only", at: place,
        help: "remove it")
    }
    let kind = scalar.value < 0xA0 ? "control character" : "character"
    return Diagnostic(
      .error, "\(kind) \(scalar.escaped) may not be in a YAML text", at: place,
      help: "remove it, or write it as an escape in double quotes")
  }

  /// Refuses long runs of blanks and line breaks, and many directives: libyaml's time grows with
  /// their square.
  private func hasNoLongRuns(_ diagnostics: inout Diagnostics) -> Bool {
    var blanks = 0
    var breaks = 0
    var directives = 0
    var isLineStart = true
    for offset in part {
      let byte = source.bytes[offset]
      switch byte {
      case 0x20, 0x09: blanks += 1
      case 0x0A, 0x0D:
        breaks += 1
        blanks = 0
      default:
        blanks = 0
        breaks = 0
        if isLineStart, byte == UInt8(ascii: "%") { directives += 1 }
      }
      isLineStart = byte == 0x0A || byte == 0x0D
      let complaint: String
      if blanks > limits.blanks {
        complaint = "more than \(limits.blanks) blanks in a row"
      } else if breaks > 2 * limits.blanks {
        complaint = "more than \(limits.blanks) empty lines in a row"
      } else if directives > limits.directives {
        complaint = "more than \(limits.directives) lines that begin with '%'"
      } else {
        continue
      }
      diagnostics.error("\(complaint) are not read", at: range(offset, offset + 1))
      return false
    }
    return true
  }

  private func range(_ start: Int, _ end: Int) -> SourceRange {
    SourceRange(source: source, startOffset: start, endOffset: end)
  }
}
