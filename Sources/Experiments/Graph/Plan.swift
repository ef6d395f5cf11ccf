/// What a run will execute, frozen: written as `plan.json`.
package struct Plan: Codable, Sendable {
  /// One node of a plan.
  package struct Node: Codable, Sendable {
    package var name: String
    package var section: String
    package var kind: String
    package var key: String
    package var references: [String]
    package var stream: String
    package var seed: UInt64
    package var precision: String
    /// How many steps the node takes; nil where it has none.
    package var steps: Int?
  }

  package var format = 1
  package var experiment: String
  package var nodes: [Node]

  package init(_ spec: Spec) {
    let keys = NodeKeys(spec.graph)
    experiment = spec.name
    nodes = spec.graph.nodes.map { node in
      var references: [String] = []
      for field in node.references where !references.contains(field.reference.node) {
        references.append(field.reference.node)
      }
      return Node(
        name: node.name, section: node.section.rawValue, kind: node.kind,
        key: keys[node.name] ?? "", references: references, stream: node.stream, seed: node.seed,
        precision: node.precision.rawValue, steps: node.steps(in: spec.graph))
    }
  }

  package subscript(name: String) -> Node? { nodes.first { $0.name == name } }

  /// A short name for a run, from the keys alone: two words and no meaning.
  package var nickname: String {
    let word = Digest.word(Array(nodes.map(\.key).joined().utf8))
    let first = Self.adjectives[Int(word % UInt64(Self.adjectives.count))]
    let second = Self.animals[Int((word >> 32) % UInt64(Self.animals.count))]
    return first + "-" + second
  }

  private static let adjectives = [
    "amber", "bold", "brisk", "calm", "clear", "cosy", "crisp", "deft", "eager", "early", "fair",
    "fleet", "fond", "frank", "fresh", "gentle", "glad", "golden", "grand", "green", "hardy",
    "hazel",
    "keen", "kind", "lively", "loyal", "lucid", "mellow", "merry", "mild", "misty", "neat",
    "nimble",
    "noble", "patient", "plain", "polite", "proud", "quick", "quiet", "rapid", "ready", "rosy",
    "rustic", "sandy", "serene", "sharp", "silent", "silver", "sleek", "snowy", "sober", "solid",
    "spry", "steady", "still", "stout", "sunny", "swift", "tidy", "vivid", "warm", "wise", "witty",
  ]
  private static let animals = [
    "adder", "badger", "bat", "bear", "beaver", "bee", "bison", "boar", "buzzard", "carp", "cat",
    "crane", "crow", "curlew", "deer", "dove", "duck", "eagle", "eel", "elk", "falcon", "ferret",
    "finch", "fox", "frog", "gecko", "goose", "gull", "hare", "hawk", "heron", "horse", "ibex",
    "jay",
    "kite", "lark", "lynx", "marten", "mole", "moose", "moth", "mouse", "newt", "otter", "owl",
    "ox",
    "perch", "pike", "plover", "puffin", "quail", "raven", "robin", "seal", "shrew", "skate",
    "snipe",
    "stoat", "stork", "swan", "tern", "toad", "trout", "wren",
  ]
}

extension ExperimentNode {
  /// How many steps the node takes; nil where it has none.
  package func steps(in graph: ExperimentGraph) -> Int? {
    switch definition {
    case .training(let training): training.totalSteps(in: graph)
    case .sampling(let sampling): sampling.steps(in: graph)
    case .data, .model, .evaluation: nil
    }
  }
}
