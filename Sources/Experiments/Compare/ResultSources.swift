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

  /// What each node of a run measures, as a number that only the same samplings and trainings have: of a node that measures
  /// nothing that was drawn, or whose sources the run does not have, its own.
  ///
  /// - Parameter keys: the numbers of the nodes' keys.
  func numbers(
    _ nodes: [RunHead.NodeSummary], keys: [Int], _ numbers: inout KeyNumbers
  ) -> [Int] {
    nodes.indices.map { index in
      guard let names = names[nodes[index].name] else { return keys[index] }
      var found: [Int] = []
      for name in names {
        guard let source = nodes.firstIndex(where: { $0.name == name }) else { return keys[index] }
        found.append(keys[source])
      }
      return numbers.number(of: found)
    }
  }
}

/// Numbers in place of the keys of nodes, so that what is compared for each metric is no text.
struct KeyNumbers {
  private var keys: [String: Int] = [:]
  private var sets: [[Int]: Int] = [:]
  private var count = 0

  mutating func number(of key: String) -> Int {
    if let number = keys[key] { return number }
    count += 1
    keys[key] = count
    return count
  }

  /// The number of several keys together; of one, its own.
  mutating func number(of keys: [Int]) -> Int {
    if keys.count == 1 { return keys[0] }
    if let number = sets[keys] { return number }
    count += 1
    sets[keys] = count
    return count
  }
}
