/// Lines of comma-separated values as RFC 4180 quotes them, ended by a line feed alone, as Unix tools want it.
package enum CSVText {
  /// A line, with its end.
  package static func line(_ fields: [String]) -> String {
    fields.map(field).joined(separator: ",") + "\n"
  }

  /// A field, in quotation marks where it holds what would end it.
  package static func field(_ text: String) -> String {
    // By scalars: a mark with an accent over it is a character of its own, and yet ends a field.
    let scalars = text.unicodeScalars
    guard scalars.contains(where: { [",", "\"", "\n", "\r"].contains($0) }) else { return text }
    var quoted = "\""
    for scalar in scalars {
      if scalar == "\"" { quoted.unicodeScalars.append(scalar) }
      quoted.unicodeScalars.append(scalar)
    }
    quoted.unicodeScalars.append("\"")
    return quoted
  }
}
