/// Lines of comma-separated values as RFC 4180 quotes them, ended by a line feed alone, as Unix tools want it.
package enum CSVText {
  /// A line, with its end.
  package static func line(_ fields: [String]) -> String {
    fields.map(field).joined(separator: ",") + "\n"
  }

  /// A field, in quotation marks where it holds what would end it.
  package static func field(_ text: String) -> String {
    let needsQuotes = text.utf8.contains { byte in
      [",", "\"", "\n", "\r"].contains(Character(Unicode.Scalar(byte)))
    }
    return needsQuotes ? "\"" + text.replacing("\"", with: "\"\"") + "\"" : text
  }
}
