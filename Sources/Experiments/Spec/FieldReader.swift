import YAML

/// Reads the fields of one mapping of a spec.
///
/// Every read is at once the documentation of its field, the check of its type and range, and the record of its value
/// in the resolved spec: there is no second list of fields anywhere. A field that is missing or wrong becomes a
/// diagnostic and reads as some value of its range, so that every mistake of a file is found in one go.
package final class FieldReader {
  package let session: ReadingSession
  /// The mapping; nil where the whole mapping was left out, or where fields are listed.
  package let node: Node?
  /// Where the mapping stands, with dots.
  package let path: String
  /// The values read so far, in order.
  package var values = ResolvedMap()

  /// The references read so far, here and in the mappings below.
  package var references: [ReferenceField] = []

  private let fields: [(name: String, key: Node, value: Node)]
  private var asked: [String] = []
  private var missing: [(name: String, help: String)] = []
  /// Whether something else than a map stands here, so that no field can be missing.
  package let isBroken: Bool
  /// What to write instead, where something else than a map stands here.
  private var brokenHelp = "write `name: value` lines below it"

  package init(session: ReadingSession, node: Node?, path: String) {
    self.session = session
    self.node = node
    self.path = path
    var fields: [(name: String, key: Node, value: Node)] = []
    switch node?.content {
    case .mapping(let entries)?:
      for entry in entries {
        if case .scalar(let scalar) = entry.key.content {
          fields.append((scalar.text, entry.key, entry.value))
        }
      }
    case .scalar, .sequence, nil: break
    }
    self.fields = fields
    isBroken = node.map { !$0.isNull && $0.entries == nil } ?? false
  }

  /// Where to point for a field that is missing.
  package var place: SourceRange? { node?.range }

  package func fullPath(_ name: String) -> String { path.isEmpty ? name : path + "." + name }

  /// Whether the field is written (a null counts as left out).
  package func isWritten(_ name: String) -> Bool { written(name) != nil }

  /// The place of a field's value, or of the mapping where the field is left out.
  package func range(of name: String) -> SourceRange? {
    fields.first { $0.name == name }?.value.range ?? place
  }

  /// The names of all fields that were asked for, read or not.
  package var askedNames: [String] { asked }

  // MARK: - The pieces of every read

  /// Marks a field as known and documents it; returns its node where it is written.
  package func field(
    _ name: String, type: String, form: FieldForm = .any, _ summary: String,
    unit: String? = nil, default defaultText: String?, isRequired: Bool
  ) -> Node? {
    asked.append(name)
    session.document(
      FieldDocumentation(
        path: fullPath(name), type: type, form: form, unit: unit, defaultText: defaultText,
        isRequired: isRequired, summary: summary))
    guard let node = written(name) else {
      if isRequired { isMissing(name, help: "add `\(name):` (\(type)): \(summary)") }
      return nil
    }
    return node
  }

  /// Says that the value of a field adds nothing to the keys: it is what would hold without it, or is in them otherwise.
  package func addsNothing(_ name: String) {
    for index in values.entries.indices where values.entries[index].name == name {
      values.entries[index].isDefault = true
    }
  }

  /// Notes that a required field is not there.
  package func isMissing(_ name: String, help: String) {
    guard !isBroken else { return }
    session.countError()
    missing.append((name, help))
  }

  package func record(
    _ name: String, _ value: ResolvedValue, isDefault: Bool, isAnnotation: Bool = false
  ) {
    values.entries.append(
      ResolvedMap.Entry(name: name, value: value, isDefault: isDefault, isAnnotation: isAnnotation))
  }

  /// Takes every written field as known: the fields of an unknown kind cannot be judged.
  package func acceptEverything() { asked += fields.map(\.name) }

  /// Takes a written field as known, where what is wrong with it was reported.
  package func acceptField(_ name: String) { asked.append(name) }

  /// Says what to write in place of a lone `mlp` where `{kind: mlp, …}` belongs.
  package func suggestKind(_ names: [String]) {
    guard isBroken, let text = node?.scalar?.text, names.contains(text) else { return }
    brokenHelp = "write {kind: \(text), …}"
  }

  /// Reads something; nil where that found a mistake, so that nothing more is said about what depends on it.
  package func sound<Value>(_ read: () -> Value) -> Value? {
    let count = session.errorCount
    let value = read()
    return session.errorCount == count && !isBroken ? value : nil
  }

  /// Reports every key that no read asked for, and every one that is missing. Call it after the last read.
  package func finish() {
    guard !session.isListing else { return }
    if isBroken, let node {
      session.error(
        path.isEmpty
          ? "a spec must be a map of fields, not \(node.summary)"
          : "'\(path)' must be a map of fields, not \(node.summary)",
        at: node.place, help: brokenHelp)
    }
    let place = path.isEmpty ? "" : " in '\(path)'"
    for field in fields where !asked.contains(field.name) {
      session.error(
        "unknown key '\(field.name)'\(place)", at: field.key.place,
        help: session.suggestion(for: field.name, among: asked))
      // What is misspelled is not missing as well.
      let near = nearest(to: field.name, among: asked)
      missing.removeAll { $0.name == near }
    }
    for field in missing {
      session.error("missing key '\(field.name)'\(place)", at: headRange, help: field.help)
    }
    missing.removeAll()
  }

  /// Where to point for the mapping as a whole: its first key.
  package var headRange: SourceRange? { node?.entries?.first?.key.place ?? place }

  private func written(_ name: String) -> Node? {
    guard let node = fields.first(where: { $0.name == name })?.value else { return nil }
    if case .scalar(let scalar) = node.content, scalar.isNull { return nil }
    return node
  }
}
