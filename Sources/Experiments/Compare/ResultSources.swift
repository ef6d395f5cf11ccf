/// What the evaluations of a spec measure: the samplings and trainings that are nearest to each.
///
/// Chance enters there: evaluations of one walk are measurements of one thing, however many there are.
struct ResultSources: Sendable {
  private var names: [String: [String]] = [:]

  /// - Complexity: linear in the values of the spec.
  init(_ spec: ResolvedLeaves) {
    var sections: [String: Section] = [:]
    var words: [String: [String]] = [:]
    for leaf in spec.values {
      let parts = leaf.path.split(separator: ".", maxSplits: 2)
      guard parts.count == 3, let section = Section(rawValue: String(parts[0])) else { continue }
      let node = String(parts[1])
      sections[node] = section
      // A kind, or a stream, may have the name of a node and refers to none.
      if parts[2] == "kind" || parts[2].hasSuffix(".kind") || parts[2] == "stream" { continue }
      words[node, default: []] += Self.words(leaf.text)
    }
    for (node, section) in sections where section == .evaluation {
      var found: [String] = []
      var seen: Set = [node]
      var open = [node]
      while let next = open.popLast() {
        for word in words[next] ?? [] where seen.insert(word).inserted {
          switch sections[word] {
          case .sampling, .training: found.append(word)
          case .data, .models: open.append(word)
          case .evaluation, nil: continue
          }
        }
      }
      if !found.isEmpty { names[node] = found.sorted() }
    }
  }

  /// The texts of a value: itself, or the items of a list.
  private static func words(_ text: String) -> [String] {
    if text.hasPrefix("\"") { return [ResolvedLeaves.Leaf.display(text)] }
    guard text.hasPrefix("[\"") else { return [] }
    return text.dropFirst().dropLast().split(separator: ",").map { item in
      ResolvedLeaves.Leaf.display(String(item.drop { $0 == " " }))
    }
  }

  /// The keys of what a node measures; its own where that is nothing that was drawn, or where the run does not have it.
  func key(of node: RunHead.NodeSummary, in nodes: [RunHead.NodeSummary]) -> String {
    guard let names = names[node.name] else { return node.key }
    var keys = ""
    for name in names {
      guard let source = nodes.first(where: { $0.name == name }) else { return node.key }
      keys += source.key + " "
    }
    return keys
  }
}
