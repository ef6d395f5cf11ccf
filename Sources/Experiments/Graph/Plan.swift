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

    /// Whether the states that the node leaves hold parameters.
    package var hasParameters: Bool {
      section == Section.models.rawValue || section == Section.training.rawValue
    }
  }

  /// A figure that is drawn when its inputs are done.
  package struct Figure: Codable, Sendable, Equatable {
    package var name: String
    package var kind: String
    package var references: [String]
    /// Whether it shows all points of a sweep; nil where it shows one run.
    package var isOfSweep: Bool?
  }

  package var format = 1
  package var experiment: String
  package var nodes: [Node]
  /// The figures; nil where there are none.
  package var figures: [Figure]?
  /// Where not every node of the spec is meant: which are.
  package var selection: NodeSelection?
  /// The nodes that are only fetched from the store.
  package var fetched: [String]?

  /// Every node of a spec.
  package init(_ spec: Spec) {
    self.init(
      spec, NodeSelection.Choice(nodes: spec.graph.nodes.map(\.name), fetched: []),
      keys: NodeKeys(spec.graph))
  }

  /// The nodes that a selection means.
  ///
  /// - Throws: ``Failure`` `.usage` where it names a node that is not there.
  package init(_ spec: Spec, selection: NodeSelection) throws(Failure) {
    try self.init(spec, selection: selection, keys: NodeKeys(spec.graph))
  }

  /// The same with the keys of the spec's nodes.
  init(_ spec: Spec, selection: NodeSelection, keys: NodeKeys) throws(Failure) {
    let selection = try selection.resolved(in: spec.graph)
    self.init(spec, try selection.choice(in: spec.graph), keys: keys)
    guard !selection.isWhole else { return }
    self.selection = selection
  }

  private init(_ spec: Spec, _ choice: NodeSelection.Choice, keys: NodeKeys) {
    let chosen = Set(choice.nodes)
    experiment = spec.name
    fetched = choice.fetched.isEmpty ? nil : choice.fetched
    nodes = spec.graph.nodes.filter { chosen.contains($0.name) }.map { node in
      var references: [String] = []
      for field in node.references where !references.contains(field.reference.node) {
        references.append(field.reference.node)
      }
      return Node(
        name: node.name, section: node.section.rawValue, kind: node.kind,
        key: keys[node.name] ?? "", references: references, stream: node.stream, seed: node.seed,
        precision: node.precision.rawValue, steps: node.steps(in: spec.graph))
    }
    let figures = spec.figures.compactMap { Self.figure($0, in: spec.graph, chosen) }
    self.figures = figures.isEmpty ? nil : figures
  }

  /// What is planned of a figure; nil where a node that it shows is not among the chosen ones. A law is known without.
  private static func figure(
    _ figure: FigureNode, in graph: ExperimentGraph, _ chosen: Set<String>
  ) -> Figure? {
    var names: [String] = []
    for name in figure.references.map(\.reference.node) where !names.contains(name) {
      guard chosen.contains(name) || graph.law(Reference(node: name)) != nil else { return nil }
      names.append(name)
    }
    return Figure(
      name: figure.name, kind: figure.kind, references: names,
      isOfSweep: figure.isOfSweep ? true : nil)
  }

  /// Requires that the store has what is only fetched from it.
  ///
  /// - Throws: ``Failure`` `.noInput` naming what is missing.
  package func requireFetched(from store: Store) throws(Failure) {
    let missing = (fetched ?? []).filter { name in
      self[name].map { store.action(for: $0.key) != .stored } ?? true
    }
    if let failure = Self.missing(missing, for: selection) { throw failure }
  }

  /// Requires that a node is one that may be computed.
  ///
  /// - Throws: ``Failure`` `.noInput` where it is only fetched.
  func requireComputed(_ name: String) throws(Failure) {
    guard fetched?.contains(name) == true, let failure = Self.missing([name], for: selection) else {
      return
    }
    throw failure
  }

  /// What to say where the store does not have nodes that are only fetched from it; nil where there are none.
  private static func missing(_ names: [String], for selection: NodeSelection?) -> Failure? {
    guard let first = names.first, let only = selection?.only else { return nil }
    let list = names.map { "'\($0)'" }.joined(separator: ", ")
    return Failure(
      .noInput,
      "--only \(only.joined(separator: " --only ")): the store does not have \(list)",
      reason: "what a node needs is not computed with --only",
      remedy: "compute \(names.count == 1 ? "'\(first)'" : "them") as well, with "
        + only.map { "--until \($0)" }.joined(separator: " "))
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
