import YAML

/// Which nodes of a spec a run is about.
package struct NodeSelection: Codable, Sendable, Equatable {
  /// Nodes that are computed alone: what they need must be in the store.
  package var only: [String]
  /// Nodes that are computed with everything that they need.
  package var until: [String]

  /// Every node.
  package init() { self.init(only: [], until: []) }

  package init(only: [String], until: [String]) {
    self.only = only
    self.until = until
  }

  /// Whether every node is meant.
  package var isWhole: Bool { only.isEmpty && until.isEmpty }

  /// A graph's nodes by what is done with them.
  package struct Choice: Sendable, Equatable {
    /// The nodes of the run, in the order in which they run.
    package var nodes: [String]
    /// Those of them that are only fetched from the store.
    package var fetched: [String]

    package init(nodes: [String], fetched: [String]) {
      self.nodes = nodes
      self.fetched = fetched
    }
  }

  /// Chooses nodes of a graph.
  ///
  /// With `until`, a node and everything that it refers to, directly or not. With `only`, a node and what it refers to
  /// directly, since nothing else is read when it is computed; of these, laws need no store, being nothing but what
  /// the spec says of them.
  ///
  /// - Throws: ``Failure`` `.usage` where a name is no node's.
  /// - Complexity: O(nodes² + references), with names compared in reading order.
  package func choice(in graph: ExperimentGraph) throws(Failure) -> Choice {
    let selection = try resolved(in: graph)
    let (only, until) = (selection.only, selection.until)
    guard !isWhole else { return Choice(nodes: graph.nodes.map(\.name), fetched: []) }
    var computed = Set(only)
    var waiting = until
    while let name = waiting.popLast() {
      computed.insert(name)
      for reference in references(of: name, in: graph) where !computed.contains(reference) {
        waiting.append(reference)
      }
    }
    var fetched: Set<String> = []
    for name in only {
      for reference in references(of: name, in: graph) where !computed.contains(reference) {
        fetched.insert(reference)
      }
    }
    for node in graph.nodes where fetched.contains(node.name) && node.isLaw {
      // A law may refer to others, which it takes from the spec as well.
      computed.insert(node.name)
      fetched.remove(node.name)
    }
    let nodes = graph.nodes.map(\.name)
    return Choice(
      nodes: nodes.filter { computed.contains($0) || fetched.contains($0) },
      fetched: nodes.filter(fetched.contains))
  }

  /// The same nodes by their names alone, where they are named with their section, as a plan prints them:
  /// `training.fit`.
  ///
  /// - Throws: ``Failure`` `.usage` where a name is no node's.
  package func resolved(in graph: ExperimentGraph) throws(Failure) -> NodeSelection {
    NodeSelection(
      only: try Self.names(only, "--only", in: graph),
      until: try Self.names(until, "--until", in: graph))
  }

  private static func names(
    _ texts: [String], _ option: String, in graph: ExperimentGraph
  ) throws(Failure) -> [String] {
    var names: [String] = []
    for text in texts {
      // A node's name has no dot.
      let name = text.lastIndex(of: ".").map { String(text[text.index(after: $0)...]) } ?? text
      let node = graph[name]
      guard let node, text == name || text == node.fullName else {
        let all = graph.nodes.map { text == name ? $0.name : $0.fullName }
        throw Failure(
          .usage, "\(option) names no node: '\(text)'",
          remedy: (node?.fullName ?? nearest(to: text, among: all)).map { "did you mean '\($0)'?" }
            ?? "there are: " + all.joined(separator: ", "))
      }
      names.append(name)
    }
    return names
  }

  private func references(of name: String, in graph: ExperimentGraph) -> [String] {
    graph[name]?.references.map(\.reference.node) ?? []
  }
}

extension ExperimentNode {
  /// The name with its section: `training.fit`.
  fileprivate var fullName: String { section.rawValue + "." + name }

  /// Whether the node is a law, for which nothing is computed.
  fileprivate var isLaw: Bool {
    if case .data(let data) = definition { data.isLaw } else { false }
  }
}
