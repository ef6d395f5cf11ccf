/// Text that others wrote, for terminals and pages: what nobody can see in it, and what would turn the order of the letters
/// around it or steer a terminal, is shown as Unicode's number of it.
package enum PrintableText {
  /// The text on one line: its line ends and tabs are shown as numbers too.
  package static func line(_ text: some StringProtocol) -> String {
    let scalars = text.unicodeScalars
    guard scalars.contains(where: isInvisible) else { return String(text) }
    var result = ""
    for scalar in scalars {
      if isInvisible(scalar) {
        result += mark(scalar)
      } else {
        result.unicodeScalars.append(scalar)
      }
    }
    return result
  }

  /// The text with its lines as they are.
  package static func lines(_ text: String) -> String {
    text.split(separator: "\n", omittingEmptySubsequences: false).map(line).joined(separator: "\n")
  }

  /// `⟨U+202E⟩`.
  static func mark(_ scalar: Unicode.Scalar) -> String {
    let digits = String(scalar.value, radix: 16, uppercase: true)
    return "⟨U+" + String(repeating: "0", count: max(0, 4 - digits.count)) + digits + "⟩"
  }

  static func isInvisible(_ scalar: Unicode.Scalar) -> Bool {
    if scalar.value >= 0x20, scalar.value < 0x7F { return false }
    switch scalar.properties.generalCategory {
    case .control, .format, .lineSeparator, .paragraphSeparator, .privateUse, .unassigned:
      return true
    default: return false
    }
  }
}
