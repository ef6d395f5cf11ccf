/// The nodes of all runs of a sweep as one graph, by key: what runs share is there once.
struct WorkGraph {
  /// A node of a run.
  struct Use {
    /// The index of the run.
    let run: Int
    let node: Plan.Node
  }

  /// One piece of work.
  struct Item {
    let key: String
    /// Who needs it, the first one first; never empty.
    var uses: [Use]
    /// The items that it refers to.
    var needs: [Int]
    /// The items that refer to it.
    var dependents: [Int] = []
  }

  /// In an order in which every item comes after what it refers to: that of the first run, then what the second adds, …
  private(set) var items: [Item] = []

  /// - Complexity: linear in the nodes of all runs.
  init(_ plans: [Plan]) {
    var byKey: [String: Int] = [:]
    for (run, plan) in plans.enumerated() {
      var byName: [String: Int] = [:]
      for node in plan.nodes {
        let use = Use(run: run, node: node)
        if let known = byKey[node.key] {
          items[known].uses.append(use)
          byName[node.name] = known
          continue
        }
        let index = items.count
        // What is only fetched may refer to nodes that are not in the plan.
        let needs = Set(node.references.compactMap { byName[$0] }).sorted()
        for need in needs { items[need].dependents.append(index) }
        items.append(Item(key: node.key, uses: [use], needs: needs))
        byKey[node.key] = index
        byName[node.name] = index
      }
    }
  }

  /// Everything that needs an item, directly or not.
  func allDependents(of index: Int) -> [Int] {
    var found: Set<Int> = []
    var waiting = items[index].dependents
    while let next = waiting.popLast() {
      if found.insert(next).inserted { waiting += items[next].dependents }
    }
    return found.sorted()
  }
}
