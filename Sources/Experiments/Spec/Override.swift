import YAML

/// A key of a spec by the names on the way to it, with their places.
package struct KeyPath: Sendable {
  package let names: [(text: String, range: SourceRange)]
  package let range: SourceRange

  /// `sampling.walk.step_size`.
  package var text: String { names.map(\.text).joined(separator: ".") }

  /// The number of a list's item, written as one writes numbers: `00` and `+0` would name an item twice.
  static func index(_ name: String) -> Int? { Int(name).flatMap { String($0) == name ? $0 : nil } }

  /// Whether the other key is this one or lies below it.
  package func covers(_ other: KeyPath) -> Bool {
    names.count <= other.names.count && zip(names, other.names).allSatisfy { $0.text == $1.text }
  }
}

/// A change to a spec on the command line: `a.b.c=value`, `+a.b=value`, `~a.b`.
///
/// `a.b.c=value` sets a key that the kind defines, written or not; sections and nodes on the way must be there. `+`
/// adds a map entry or, at the end of a list, an item; `~` deletes. The value is YAML.
package struct Override: Sendable {
  private enum Action: Sendable {
    case set(Node)
    case add(Node)
    case delete
  }

  private let action: Action
  private let names: [(text: String, range: SourceRange)]
  private let range: SourceRange

  /// Mistakes in the text of an override.
  package struct Mistakes: Error {
    package var diagnostics = Diagnostics()
  }

  /// Sets a key.
  ///
  /// - Parameter path: the names on the way with their places; at least one.
  package init(setting path: KeyPath, to value: Node) {
    self.init(action: .set(value), names: path.names, range: path.range)
  }

  private init(action: Action, names: [(text: String, range: SourceRange)], range: SourceRange) {
    self.action = action
    self.names = names
    self.range = range
  }

  /// The key that the override is about.
  package var path: KeyPath { KeyPath(names: names, range: range) }

  /// Reads the text of one override.
  package static func parse(_ text: String) -> Result<Override, Mistakes> {
    let source = Source(name: "command line", text: text)
    var mistakes = Mistakes()
    let bytes = source.bytes
    let sign = bytes.first
    let start = sign == UInt8(ascii: "+") || sign == UInt8(ascii: "~") ? 1 : 0
    let equals = bytes.firstIndex(of: UInt8(ascii: "="))
    let isDeletion = sign == UInt8(ascii: "~")
    if isDeletion, let equals {
      mistakes.diagnostics.error(
        "a deletion has no value",
        at: SourceRange(source: source, startOffset: equals, endOffset: bytes.count),
        help: "write \(String(decoding: bytes[..<equals], as: UTF8.self))")
      return .failure(mistakes)
    }
    if !isDeletion, equals == nil {
      mistakes.diagnostics.error(
        "an override is written key=value, '\(text)' has no '='", at: source.wholeRange,
        help: "write a.b.c=value to set, +a.b=value to add, ~a.b to delete")
      return .failure(mistakes)
    }
    let end = equals ?? bytes.count
    var names: [(text: String, range: SourceRange)] = []
    var from = start
    for index in start...end where index == end || bytes[index] == UInt8(ascii: ".") {
      let range = SourceRange(source: source, startOffset: from, endOffset: index)
      if index == from {
        mistakes.diagnostics.error(
          "a name is missing in the path", at: range, help: "write a.b.c=value")
        return .failure(mistakes)
      }
      names.append((range.text, range))
      from = index + 1
    }
    let whole = SourceRange(source: source, startOffset: start, endOffset: end)
    guard let equals else { return .success(Override(action: .delete, names: names, range: whole)) }
    let value: Node
    if equals + 1 == bytes.count {
      value = Node(
        "", range: SourceRange(source: source, startOffset: equals, endOffset: bytes.count))
    } else {
      let document = YAML.parse(source, in: (equals + 1)..<bytes.count)
      guard let node = document.node, !document.diagnostics.hasErrors else {
        mistakes.diagnostics = document.diagnostics
        return .failure(mistakes)
      }
      value = node
    }
    return .success(
      Override(action: start == 1 ? .add(value) : .set(value), names: names, range: whole))
  }

  /// The tree after the change.
  ///
  /// - Throws: a diagnostic where the path leads nowhere, where `+` meets something that is there, or where `~` meets nothing.
  package func applied(to tree: Node) throws(Diagnostic) -> Node {
    try changed(tree, depth: 0)
  }

  private func changed(_ node: Node, depth: Int) throws(Diagnostic) -> Node {
    switch node.content {
    case .mapping(let entries): try changed(node, entries, depth)
    case .sequence(let items): try changed(node, items, depth)
    case .scalar(let scalar):
      if scalar.isNull {
        try changed(node, [] as [Node.Entry], depth)
      } else {
        throw Diagnostic(
          .error, "'\(path(depth))' is \(node.summary); it has no '\(names[depth].text)'",
          at: names[depth].range)
      }
    }
  }

  private func changed(_ node: Node, _ old: [Node.Entry], _ depth: Int) throws(Diagnostic) -> Node {
    var entries = old
    let name = names[depth]
    let isLast = depth == names.count - 1
    let index = entries.firstIndex { $0.name == name.text }
    guard isLast else {
      if let index {
        entries[index].value = try changed(entries[index].value, depth: depth + 1)
      } else {
        // Sections and nodes must be there; below a node the kind decides what may be set.
        guard depth >= 2, !isDeletion else {
          throw unknown(name, among: entries.map(\.name), depth)
        }
        let empty = Node(.mapping([]), range: name.range)
        entries.append(
          Node.Entry(
            key: Node(name.text, range: name.range), value: try changed(empty, depth: depth + 1)))
      }
      return Node(.mapping(entries), range: node.range)
    }
    switch action {
    case .delete:
      guard let index else { throw unknown(name, among: entries.map(\.name), depth) }
      entries.remove(at: index)
    case .set(let value):
      if let index {
        entries[index].value = value
      } else {
        if depth == 1 { throw unknown(name, among: entries.map(\.name), depth) }
        entries.append(Node.Entry(key: Node(name.text, range: name.range), value: value))
      }
    case .add(let value):
      if let index, entries[index].value.items != nil {
        entries[index].value = appended(value, to: entries[index].value)
      } else if index != nil {
        throw Diagnostic(
          .error, "'\(path(depth + 1))' is there already", at: name.range,
          help: "write it without '+' to change it")
      } else {
        entries.append(Node.Entry(key: Node(name.text, range: name.range), value: value))
      }
    }
    return Node(.mapping(entries), range: node.range)
  }

  private func changed(_ node: Node, _ old: [Node], _ depth: Int) throws(Diagnostic) -> Node {
    var items = old
    let name = names[depth]
    guard let index = KeyPath.index(name.text), items.indices.contains(index) else {
      throw Diagnostic(
        .error, "'\(path(depth))' is a list of \(items.count); '\(name.text)' is none of its items",
        at: name.range,
        help: items.isEmpty ? nil : "write a number from 0 to \(items.count - 1)")
    }
    if depth < names.count - 1 {
      items[index] = try changed(items[index], depth: depth + 1)
    } else {
      switch action {
      case .delete: items.remove(at: index)
      case .set(let value): items[index] = value
      case .add(let value):
        guard items[index].items != nil else {
          throw Diagnostic(
            .error, "'\(path(depth + 1))' is there already", at: name.range,
            help: "write it without '+' to change it, or +\(path(depth))=… to add an item")
        }
        items[index] = appended(value, to: items[index])
      }
    }
    return Node(.sequence(items), range: node.range)
  }

  private var isDeletion: Bool {
    if case .delete = action { true } else { false }
  }

  private func appended(_ value: Node, to list: Node) -> Node {
    Node(.sequence((list.items ?? []) + [value]), range: list.range)
  }

  private func path(_ depth: Int) -> String { names[..<depth].map(\.text).joined(separator: ".") }

  private func unknown(
    _ name: (text: String, range: SourceRange), among names: [String], _ depth: Int
  ) -> Diagnostic {
    let place = depth == 0 ? "the spec" : "'\(path(depth))'"
    let help =
      nearest(to: name.text, among: names).map { "did you mean '\($0)'?" }
      ?? (isDeletion ? nil : "to add it, write +\(path(depth + 1))=…")
    return Diagnostic(.error, "\(place) has no '\(name.text)'", at: name.range, help: help)
  }
}
