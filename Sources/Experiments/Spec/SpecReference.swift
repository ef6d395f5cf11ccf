/// Every field that a spec can have, out of the very calls that read them.
package enum SpecReference {
  /// A page in Markdown.
  package static var markdown: String {
    var text = """
      # Every field of a spec

      Made by `scorewalk init --reference` out of the definitions that read specs. A field without a default that is not \
      marked as required may be left out. `(kind)` in a path means: where `kind:` is that.

      """
    // Fields of one place stand together, whatever was read between them.
    var places: [String] = []
    var rows: [String: String] = [:]
    for field in SpecReader.documentation() {
      let (place, name) = split(field.path)
      if rows[place] == nil { places.append(place) }
      let defaultText = field.isRequired ? "required" : field.defaultText.map { "`\($0)`" } ?? ""
      rows[place, default: ""] +=
        "| `\(name)` | \(escaped(field.type)) | \(field.unit ?? "") | \(defaultText) | \(escaped(field.summary)) |\n"
    }
    for place in places {
      text += "\n## \(place.isEmpty ? "Top level" : "`\(place)`")\n\n"
      text += "| field | type | unit | default | meaning |\n|---|---|---|---|---|\n"
      text += rows[place] ?? ""
    }
    return text
  }

  package static var json: JSONText {
    .map([
      (
        "fields",
        .list(
          SpecReader.documentation().map { field in
            .map([
              ("path", .text(field.path)), ("type", .text(field.type)),
              ("unit", field.unit.map { .text($0) } ?? .null),
              ("default", field.defaultText.map { .text($0) } ?? .null),
              ("required", .flag(field.isRequired)), ("summary", .text(field.summary)),
            ])
          })
      )
    ])
  }

  private static func split(_ path: String) -> (place: String, name: String) {
    guard let dot = path.lastIndex(of: ".") else { return ("", path) }
    return (String(path[..<dot]), String(path[path.index(after: dot)...]))
  }

  private static func escaped(_ text: String) -> String {
    text.split(separator: "|", omittingEmptySubsequences: false).joined(separator: "\\|")
  }
}
