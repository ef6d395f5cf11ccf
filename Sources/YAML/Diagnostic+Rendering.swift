extension Diagnostic {
  /// The diagnostic as text for a terminal, ending with a line break.
  ///
  /// ```
  /// experiments/x.yaml:12:5: error: unknown key 'stpes' in 'training.fit'
  ///    12 |     stpes: 300
  ///       |     ^~~~~
  ///    help: did you mean 'steps'?
  /// experiments/x.yaml:9:5: note: first defined here
  ///     9 |     steps: 200
  ///       |     ^~~~~
  /// ```
  /// Tabs are expanded in both lines, wide characters counted as two columns, control characters
  /// escaped everywhere, and of long lines only the surroundings of the place are shown.
  ///
  /// - Parameter color: whether to use ANSI colors.
  public func rendered(color: Bool = false) -> String {
    var text = heading(severity.rawValue, message, at: range, color: color)
    if let help {
      text += "   " + Style.help.applied(to: "help:", color) + " " + safe(help) + "\n"
    }
    for note in notes {
      text += heading("note", note.message, at: note.range, color: color)
    }
    return text
  }

  private func heading(
    _ label: String, _ message: String, at range: SourceRange?, color: Bool
  ) -> String {
    let style: Style =
      switch label {
      case "error": .error
      case "warning": .warning
      default: .note
      }
    var text = ""
    if let range {
      text += Style.place.applied(to: safe(range.description) + ":", color) + " "
    }
    text += style.applied(to: label + ":", color) + " " + safe(message) + "\n"
    if let range { text += Snippet(range).rendered(color: color) }
    return text
  }

  private func safe(_ text: String) -> String {
    guard text.unicodeScalars.contains(where: \.needsEscape) else { return text }
    return text.unicodeScalars.reduce(into: "") { $0 += $1.escaped }
  }
}

/// The ANSI styles of the parts of a diagnostic.
private enum Style: String {
  case place = "1"
  case error = "1;31"
  case warning = "1;35"
  case note = "1;36"
  case help = "32"
  case gutter = "34"

  func applied(to text: String, _ color: Bool) -> String {
    color ? "\u{1B}[\(rawValue)m\(text)\u{1B}[0m" : text
  }
}

/// The line of a range with a caret under its beginning.
private struct Snippet {
  private static let window = 100
  private static let before = 40

  private var line = ""
  private var padding = 0
  private var width = 0
  private let number: Int

  init(_ range: SourceRange) {
    let source = range.source
    let start = range.start
    number = start.line
    let bytes = source.byteRange(ofLine: start.line)
    // Only as much of the line is decoded as is shown.
    var windowStart = bytes.lowerBound
    let first = source.scalarIndex(at: bytes.lowerBound)
    let count = source.scalarIndex(at: bytes.upperBound) - first
    if count > Self.window {
      let skipped = min(max(start.column - 1 - Self.before, 0), count - Self.window)
      windowStart = source.byteOffset(ofScalar: first + skipped)
    }
    if windowStart > bytes.lowerBound { append("...", width: 3, at: nil, in: range) }
    var offset = windowStart
    var shown = 0
    while offset < bytes.upperBound, shown < Self.window {
      let decoded = DecodedScalar(source.bytes, at: offset)
      if let scalar = decoded.scalar {
        if scalar == "\t" {
          let spaces = 4 - column % 4
          append(String(repeating: " ", count: spaces), width: spaces, at: offset, in: range)
        } else if scalar.needsEscape {
          let text = scalar.escaped
          append(text, width: text.utf8.count, at: offset, in: range)
        } else {
          append(String(Character(scalar)), width: scalar.columns, at: offset, in: range)
        }
      } else {
        let byte = source.bytes[offset]
        let text = "\\x" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
        append(text, width: 4, at: offset, in: range)
      }
      offset += decoded.length
      shown += 1
    }
    if offset < bytes.upperBound { line += "..." }
  }

  /// The columns taken so far.
  private var column = 0

  private mutating func append(
    _ text: String, width columns: Int, at offset: Int?, in range: SourceRange
  ) {
    line += text
    column += columns
    guard let offset else {
      padding += columns
      return
    }
    if offset < range.startOffset {
      padding += columns
    } else if offset < range.endOffset {
      width += columns
    }
  }

  func rendered(color: Bool) -> String {
    let digits = String(number)
    let margin = String(repeating: " ", count: max(5 - digits.utf8.count, 0))
    let blank = String(repeating: " ", count: max(5, digits.utf8.count))
    let caret = "^" + String(repeating: "~", count: max(width - 1, 0))
    let bar = { (text: String) in Style.gutter.applied(to: text + " |", color) }
    let shown = line.isEmpty ? "" : " " + line
    return bar(margin + digits) + shown + "\n" + bar(blank) + " "
      + String(repeating: " ", count: padding) + Style.help.applied(to: caret, color) + "\n"
  }
}
