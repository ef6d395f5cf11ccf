extension ExperimentNode {
  /// The file that the node reads; nil for nodes that need nothing but the spec and other nodes.
  package var input: NodeInput? {
    let file: InputFile? =
      switch definition {
      case .data(let data): data.input
      case .model(let model): model.warmStart?.file
      case .training, .sampling, .evaluation: nil
      }
    return file.map { NodeInput(section: section, node: name, file: $0) }
  }
}

extension Spec {
  /// The files that the spec reads, in the order of its nodes.
  package var inputs: [NodeInput] { graph.nodes.compactMap(\.input) }

  /// The resolved spec with the run's own copies in place of the files that were read: a spec that needs nothing
  /// outside the run's directory.
  package var frozen: ResolvedMap {
    var resolved = resolved
    for input in inputs {
      resolved.change(input.section.rawValue) { section in
        section.change(input.node) { node in
          switch input.section {
          case .models: node.change("warm_start") { $0.nameFile(input.place) }
          case .data, .training, .sampling, .evaluation: node.nameFile(input.place)
          }
        }
      }
    }
    return resolved
  }
}

extension ResolvedMap {
  /// Changes the map that is the value of a field.
  fileprivate mutating func change(_ name: String, _ body: (inout ResolvedMap) -> Void) {
    for index in entries.indices where entries[index].name == name {
      guard case .map(var map) = entries[index].value else { continue }
      body(&map)
      entries[index].value = .map(map)
    }
  }

  /// Puts a path in place of whatever named the file.
  fileprivate mutating func nameFile(_ path: String) {
    let first = entries.firstIndex { ["path", "run"].contains($0.name) } ?? 0
    entries.removeAll { ["path", "run", "node", "step"].contains($0.name) }
    entries.insert(
      Entry(name: "path", value: .text(path), isDefault: false, isAnnotation: true), at: first)
  }
}
