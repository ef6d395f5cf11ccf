import Scorewalk

/// What the key of a node is made of, in words: kept beside the stored result, so that it can be said why a key differs.
package struct KeyParts: Codable, Sendable, Equatable {
  /// One value of the key.
  package struct Value: Codable, Sendable, Equatable {
    /// Dotted, from the node on: `optimizer.learning_rate`.
    package var path: String
    package var text: String
    /// Whether the value is the field's default: then it is in no key.
    package var isDefault: Bool
    /// Where the value names another node: that node's key.
    package var key: String?
  }

  package var format = 1
  package var key: String
  /// What the node was called; no part of the key.
  package var name: String
  package var section: String
  package var kind: String
  package var values: [Value]

  package init(_ node: ExperimentNode, in graph: ExperimentGraph, _ keys: NodeKeys) {
    key = keys[node.name] ?? ""
    name = node.name
    section = node.section.rawValue
    kind = node.kind
    values = []
    func add(_ path: String, _ text: String) {
      values.append(Value(path: path, text: text, isDefault: false))
    }
    for leaf in ResolvedValue.map(node.values).leaves() {
      var key: String?
      if case .reference(let reference) = leaf.value { key = keys[reference.node] ?? "" }
      values.append(
        Value(
          path: leaf.path, text: leaf.value.displayText, isDefault: leaf.isDefault, key: key))
    }
    if node.definition.isRandom {
      add("seed", String(node.seed))
      add("stream", node.stream)
    }
    if node.definition.dependsOnPrecision { add("precision", node.precision.rawValue) }
    if node.section == .models {
      add("dimension of the data", String(graph.dimension(ofModel: node.name) ?? 0))
    }
  }

  /// The parts of every node of a graph, by their keys.
  package static func all(of graph: ExperimentGraph, _ keys: NodeKeys) -> [String: KeyParts] {
    var parts: [String: KeyParts] = [:]
    for node in graph.nodes {
      let part = KeyParts(node, in: graph, keys)
      parts[part.key] = part
    }
    return parts
  }

  /// The paths at which two keys differ: in the order of this one, then those that only the other has.
  package func differences(from other: KeyParts) -> [String] {
    let mine = Dictionary(values.map { ($0.path, $0) }) { first, _ in first }
    let theirs = Dictionary(other.values.map { ($0.path, $0) }) { first, _ in first }
    let changed = values.filter { value in
      guard let old = theirs[value.path] else { return !value.isDefault }
      if value.isDefault, old.isDefault { return false }
      // A node may be called otherwise and give the same.
      return value.key == nil || old.key == nil
        ? value.text != old.text
        : value.key != old.key || value.selection != old.selection
    }
    let gone = other.values.filter { mine[$0.path] == nil && !$0.isDefault }
    return (changed + gone).map(\.path)
  }

  subscript(path: String) -> Value? { values.first { $0.path == path } }

  /// A value as a user writes it; an item of a list as the whole list, where that holds plain values.
  func text(at path: String) -> (path: String, text: String)? {
    if let dot = path.lastIndex(of: ".") {
      let parent = String(path[..<dot])
      if let list = list(at: parent) { return (parent, list) }
    }
    return self[path].map { (path, $0.text) }
  }

  private func list(at path: String) -> String? {
    guard let count = self[path + ".count"].flatMap({ Int($0.text) }) else { return nil }
    let items = (0..<count).compactMap { self[path + ".\($0)"]?.text }
    guard items.count == count else { return nil }
    return "[" + items.joined(separator: ", ") + "]"
  }
}

extension KeyParts.Value {
  /// Which of another node's results is meant, without its name.
  fileprivate var selection: Substring {
    text.hasPrefix("{") ? text.drop { $0 != "," } : ""
  }
}

/// The first value in which a key differs from a stored one.
package struct KeyChange: Sendable, Equatable {
  /// From the spec's top: `training.fit-energy.optimizer.learning_rate`.
  package let path: String
  /// Nil where there was no such value.
  package let old: String?
  /// Nil where there is no such value any more.
  package let new: String?
  /// How many values of the node itself differ.
  package let count: Int

  /// `training.fit-energy.optimizer.learning_rate 0.0005 -> 0.001`.
  package var text: String {
    let values = "\(old ?? "(not said)") -> \(new ?? "(not said)")"
    return "\(path) \(values)"
  }
}
