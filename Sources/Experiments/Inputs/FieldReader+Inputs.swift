import YAML

extension FieldReader {
  /// Reports what is wrong with an input.
  package func report(_ problem: InputProblem, _ name: String, at range: SourceRange?) {
    session.report(problem, "'\(fullPath(name))': ", at: range)
  }

  /// The file that a field names; nil where it names none, or one that cannot be had, which is reported.
  ///
  /// The path says nothing to the computation: the key holds the content's digest.
  package func inputFile(
    _ name: String, type: String, _ summary: String, isRequired: Bool
  ) -> SpecInputs.Content? {
    guard
      let node = field(
        name, type: type, form: .text, summary, default: nil, isRequired: isRequired),
      let scalar = scalar(from: node, name: fullPath(name), expected: "the path of a file")
    else { return nil }
    if scalar.text.isEmpty || scalar.text.contains("\0") {
      session.error("'\(fullPath(name))' must be the path of a file", at: node.place)
      return nil
    }
    record(name, .text(scalar.text), isDefault: false, isAnnotation: true)
    do throws(InputProblem) {
      return try session.inputs.content(scalar.text, in: node.range.source)
    } catch {
      report(error, name, at: node.place)
      return nil
    }
  }

  /// `sha256`: what the content must be where it is written, and in any case what is in the key.
  package func digest(of content: SpecInputs.Content?) {
    let name = "sha256"
    let node = field(
      name, type: "64 hexadecimal digits", form: .text,
      "The SHA-256 that the content must have; the content's own is in the key.",
      default: "the content's", isRequired: false)
    let expected = "64 hexadecimal digits"
    let scalar = node.flatMap { self.scalar(from: $0, name: fullPath(name), expected: expected) }
    let isDigest = scalar.map { $0.text.utf8.count == 64 && $0.text.allSatisfy(\.isHexDigit) }
    if isDigest == false {
      session.error(
        "'\(fullPath(name))' must be \(expected)", at: node?.place,
        help: content.map { "the content's is \($0.file.digest)" } ?? "as sha256sum prints them")
    }
    guard let content else { return }
    if isDigest == true, scalar?.text.lowercased() != content.file.digest {
      session.error(
        "'\(fullPath(name))' is not that of '\(content.file.path)'", at: node?.place,
        help: "the content's is \(content.file.digest): the file was changed, or is another")
    }
    record(name, .text(content.file.digest), isDefault: false)
  }

  /// A list of names or numbers of columns that may be left out.
  package func columns(_ name: String, _ summary: String) -> [String]? {
    guard
      let node = field(
        name, type: "list of names or whole numbers ≥ 0", form: .list(.text, atLeast: 1), summary,
        default: "all", isRequired: false
      ),
      let items = items(of: node, name: fullPath(name), expected: "a list of columns")
    else { return nil }
    if items.isEmpty { session.error("'\(fullPath(name))' is empty", at: node.place) }
    let columns = items.enumerated().compactMap { index, item in
      scalar(from: item, name: "\(fullPath(name)).\(index)", expected: "a column's name or number")?
        .text
    }
    record(name, .list(columns.map { .text($0) }), isDefault: false)
    return columns
  }

  /// The place of an item of a list, or of the list.
  package func range(of name: String, item: Int) -> SourceRange? {
    guard let items = node?[name]?.items, items.indices.contains(item) else {
      return range(of: name)
    }
    return items[item].place
  }
}

extension ReadingSession {
  /// Adds a problem as a diagnostic.
  ///
  /// - Parameter head: goes in front of the problem's message.
  package func report(_ problem: InputProblem, _ head: String, at range: SourceRange?) {
    let diagnostic = Diagnostic(.error, head + problem.message, at: range, help: problem.help)
    inputs.note(diagnostic, problem.cause)
    add(diagnostic)
  }
}
