import YAML

/// The axis of seeds: the spec's seeds, then each of them plus one, and so on.
struct SweepSeeds {
  let count: Int
  /// The sections and nodes whose seeds are raised; nil for all.
  let names: [String]?

  /// How many seeds there may be.
  static let largestCount = 100_000

  /// Reads `seeds:`.
  ///
  /// - Parameter tree: the whole spec, for the names of its nodes.
  static func read(_ reader: FieldReader, tree: Node?) -> SweepSeeds? {
    reader.optionalMap("seeds", "An axis of its own: seed, seed + 1, …; compare groups over it.") {
      reader in
      let count = reader.count(
        "count", "How many seeds.", atLeast: 1, atMost: largestCount)
      let node = reader.field(
        "of", type: "list of sections and nodes",
        form: .either([.raised, .list(.raised, atLeast: 1)]),
        "Whose seeds are raised; those with a seed of their own too.", default: "all",
        isRequired: false)
      guard let node else { return SweepSeeds(count: count, names: nil) }
      if node.scalar?.text == "all" { return SweepSeeds(count: count, names: nil) }
      let items = node.items ?? [node]
      if items.isEmpty { reader.session.error("'sweep.seeds.of' is empty", at: node.place) }
      let sections = Section.allCases.map(\.rawValue)
      let nodes = sections.flatMap { section in
        (tree?[section]?.entries ?? []).map { (name: $0.name, whole: section + "." + $0.name) }
      }
      var names: [String] = []
      for item in items {
        guard
          let scalar = reader.scalar(
            from: item, name: "sweep.seeds.of", expected: "a section or a node")
        else { continue }
        // A node's name may be written with its section.
        if sections.contains(scalar.text) {
          names.append(scalar.text)
        } else if let node = nodes.first(where: { [$0.name, $0.whole].contains(scalar.text) }) {
          names.append(node.name)
        } else {
          // A node in the wrong section is nearer than what is spelled alike.
          let last = scalar.text.split(separator: ".").last.map(String.init) ?? ""
          let near = nodes.first { scalar.text.contains(".") && $0.name == last }?.whole
          reader.session.error(
            "'sweep.seeds.of' names no section and no node: '\(scalar.text)'", at: item.place,
            help: near.map { "did you mean '\($0)'?" }
              ?? reader.session.suggestion(
                for: scalar.text,
                among: sections + nodes.map(scalar.text.contains(".") ? \.whole : \.name)))
        }
      }
      return SweepSeeds(count: count, names: names)
    } ?? nil
  }

  /// The tree with raised seeds.
  func raised(_ tree: Node, by index: Int) -> Node {
    guard index > 0, var entries = tree.entries else { return tree }
    let sections = Section.allCases.map(\.rawValue)
    let whole = names.map { names in sections.filter(names.contains) } ?? sections
    for (number, entry) in entries.enumerated() where sections.contains(entry.name) {
      guard var nodes = entry.value.entries else { continue }
      for (position, node) in nodes.enumerated() {
        let isWhole = whole.contains(entry.name)
        guard isWhole || names?.contains(node.name) == true, var fields = node.value.entries else {
          continue
        }
        if let own = fields.firstIndex(where: { $0.name == "seed" }) {
          fields[own].value = Self.sum(fields[own].value, index)
        } else if !isWhole {
          let seed = Self.seed(of: entry.name, in: tree)
          fields.append(
            Node.Entry(
              key: Node("seed", range: node.key.range),
              value: Node(Self.sum(seed, index), range: node.key.range)))
        }
        nodes[position].value = Node(.mapping(fields), range: node.value.range)
      }
      entries[number].value = Node(.mapping(nodes), range: entry.value.range)
    }
    if !whole.isEmpty {
      let range = tree["seed"]?.range ?? tree.range
      let value: Node
      if whole.count == sections.count, tree["seed"]?.entries == nil {
        value = Node(Self.sum(Self.seed(of: "default", in: tree), index), range: range)
      } else {
        let fields = (["default"] + sections).map { name in
          let isRaised = whole.contains(name) || (name == "default" && names == nil)
          let seed = Self.sum(Self.seed(of: name, in: tree), isRaised ? index : 0)
          return Node.Entry(key: Node(name, range: range), value: Node(seed, range: range))
        }
        value = Node(.mapping(fields), range: range)
      }
      entries.removeAll { $0.name == "seed" }
      entries.append(Node.Entry(key: Node("seed", range: range), value: value))
    }
    return Node(.mapping(entries), range: tree.range)
  }

  /// The seed of a section, or the default one; 0 where the spec has a mistake there, which its reader tells.
  static func seed(of section: String, in tree: Node) -> Int {
    guard let node = tree["seed"] else { return 0 }
    let value = node.entries == nil ? node : node[section] ?? node["default"]
    return value.flatMap { try? $0.count() } ?? 0
  }

  private static func sum(_ node: Node, _ index: Int) -> Node {
    guard let seed = try? node.count() else { return node }
    return Node(sum(seed, index), range: node.range)
  }

  /// A seed that is raised; one beyond what a seed may be is told where the spec is read.
  private static func sum(_ seed: Int, _ index: Int) -> String {
    String(UInt64(seed) + UInt64(index))
  }
}

extension FieldForm {
  /// A section, a node, or a node with its section in front.
  fileprivate static let raised = FieldForm.matching(
    .text, "^((" + Section.allCases.map(\.rawValue).joined(separator: "|") + #")\.)?[^.]+$"#)
}
