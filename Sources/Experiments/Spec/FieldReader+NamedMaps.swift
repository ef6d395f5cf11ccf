import YAML

extension FieldReader {
  /// A map of maps under names that the user chooses, such as intervals; it may be left out.
  ///
  /// - Returns: the values by name in the order of the names: the order in which they are written says nothing, so
  ///   that it must not reach a result.
  package func namedMaps<Value>(
    _ name: String, of noun: String, _ summary: String, _ read: (FieldReader) -> Value
  ) -> [(name: String, value: Value)] {
    let node = field(
      name, type: "map of \(noun)s", form: .named, summary, default: nil, isRequired: false)
    if session.isListing {
      _ = read(FieldReader(session: session, node: nil, path: fullPath(name) + ".<\(noun)>"))
      return []
    }
    guard let node else { return [] }
    guard case .mapping(let entries) = node.content else {
      session.error(
        "'\(fullPath(name))' must be a map of \(noun)s, not \(node.summary)", at: node.place,
        help: "write each below a name of its own")
      return []
    }
    if entries.isEmpty { session.error("'\(fullPath(name))' is empty", at: node.place) }
    var resolved = ResolvedMap()
    var values: [(name: String, value: Value)] = []
    for entry in entries {
      let own = entry.name
      if let problem = NodeName.problem(own) {
        session.error(
          "'\(fullPath(name))' cannot have the name '\(own)': \(problem)", at: entry.key.range)
      }
      let reader = FieldReader(
        session: session, node: entry.value, path: fullPath(name) + "." + own)
      let value = read(reader)
      reader.finish()
      references += reader.references
      resolved.entries.append(.init(name: own, value: .map(reader.values), isDefault: false))
      values.append((own, value))
    }
    record(name, .map(resolved), isDefault: false)
    return values.sorted { $0.name < $1.name }
  }
}
