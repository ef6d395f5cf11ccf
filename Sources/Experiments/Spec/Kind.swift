/// One kind of an open set (a data source, a model, an objective, an optimizer, a sampler, an evaluation): its name in
/// `kind:`, the version of its implementation, and how it is read.
///
/// A new kind is one file with such a value, and one line in its registry.
package struct Kind<Definition: Sendable>: Sendable {
  package let name: String
  /// Part of every key: raise it when the bytes that the kind produces change.
  package let version: Int
  /// One sentence.
  package let summary: String
  package let read: @Sendable (FieldReader) -> Definition

  package init(
    _ name: String, version: Int = 1, _ summary: String,
    read: @escaping @Sendable (FieldReader) -> Definition
  ) {
    self.name = name
    self.version = version
    self.summary = summary
    self.read = read
  }
}

/// What a `kind:` was read to: the kind's name and version beside its definition.
package struct Chosen<Definition: Sendable>: Sendable {
  package let kind: String
  package let version: Int
  package let definition: Definition
}

extension FieldReader {
  /// Reads `kind:` and then the fields of that kind from the same mapping.
  ///
  /// Listing fields goes through every kind of the registry.
  package func kind<Definition>(
    _ noun: String, among kinds: [Kind<Definition>], default defaultName: String? = nil
  ) -> Chosen<Definition>? {
    let names = kinds.map(\.name)
    let node = field(
      "kind", type: "one of " + names.joined(separator: ", "), form: .choice(names),
      "Which kind of \(noun).",
      default: defaultName, isRequired: defaultName == nil)
    suggestKind(names)
    if session.isSilent { return nil }
    if session.isListing {
      return kinds.map { kind in
        let reader = FieldReader(session: session, node: nil, path: "\(path) (\(kind.name))")
        return Chosen(kind: kind.name, version: kind.version, definition: kind.read(reader))
      }.first
    }
    var name = defaultName
    if let node {
      name = scalar(from: node, name: fullPath("kind"), expected: "the name of a kind")?.text
    }
    guard let name else {
      acceptEverything()
      return nil
    }
    guard let kind = kinds.first(where: { $0.name == name }) else {
      session.error(
        "unknown kind of \(noun) '\(name)'", at: node?.range,
        help: session.suggestion(for: name, among: names))
      acceptEverything()
      return nil
    }
    record("kind", .text(name), isDefault: name == defaultName)
    values.kindVersions.append(kind.version)
    return Chosen(kind: kind.name, version: kind.version, definition: kind.read(self))
  }
}
