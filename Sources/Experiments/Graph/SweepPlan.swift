/// What running all points of a spec would do: every piece of work once.
package struct SweepPlan {
  /// One piece of work.
  package struct Item {
    /// The node as the first point that needs it has it.
    package let node: Plan.Node
    package let action: Store.Action
    /// The points that need it, by their indices.
    package let points: [Int]
    package let work: NodeWork
    /// How long it will take, one node at a time; nil where nothing like it was seen.
    package let cost: CostHistory.Range?
  }

  package let experiment: String
  /// The points' places in the sweep; empty without one.
  package let points: [SweepPoint]
  package let plans: [Plan]
  package let items: [Item]
  /// The index of the item of every node of every point.
  package let itemIndices: [[Int]]

  /// Looks at the store and changes nothing.
  ///
  /// - Throws: ``Failure`` where the selection names a node that is not there, or the store lacks what is only fetched.
  /// - Complexity: linear in the nodes of all points.
  package init(
    _ points: SpecPoints, selection: NodeSelection, store: Store, history: CostHistory,
    isSmoke: Bool
  ) throws(Failure) {
    experiment = points.name
    self.points = points.points.compactMap(\.point)
    var plans: [Plan] = []
    var keys: [NodeKeys] = []
    for point in points.points {
      let own = NodeKeys(point.spec.graph)
      plans.append(try Plan(point.spec, selection: selection, keys: own))
      keys.append(own)
    }
    for plan in plans { try plan.requireFetched(from: store) }
    self.plans = plans
    let graph = WorkGraph(plans)
    var indices = plans.map { _ in [Int]() }
    var items: [Item] = []
    items.reserveCapacity(graph.items.count)
    var byKey: [String: Int] = [:]
    for (index, item) in graph.items.enumerated() {
      let use = item.uses[0]
      let series = isSmoke ? nil : keys[use.run].series(of: use.node.name)
      var users: [Int] = []
      for use in item.uses where users.last != use.run { users.append(use.run) }
      let action = store.action(for: item.key, in: series)
      let graph = points.points[use.run].spec.graph
      let work = graph[use.node.name]?.work(in: graph) ?? NodeWork(sort: "", amount: 0)
      items.append(
        Item(
          node: use.node, action: action, points: users, work: work,
          cost: history.estimate(work).map { $0 * action.share(of: use.node.steps) }))
      byKey[item.key] = index
    }
    for (point, plan) in plans.enumerated() {
      indices[point] = plan.nodes.compactMap { byKey[$0.key] }
    }
    self.items = items
    itemIndices = indices
  }

  /// How long everything takes together, one node at a time, as far as it is known; and of how many nodes it is not.
  package var cost: (known: CostHistory.Range, unknown: Int) {
    var known = CostHistory.Range(low: 0, high: 0)
    var unknown = 0
    for item in items where item.action != .stored {
      if let cost = item.cost { known = known + cost } else { unknown += 1 }
    }
    return (known, unknown)
  }
}

extension Store.Action {
  /// The share of a node's work that is left.
  fileprivate func share(of steps: Int?) -> Double {
    switch self {
    case .stored: 0
    case .new: 1
    case .resumes(let step), .continues(let step):
      steps.map { $0 > 0 ? 1 - Double(min(step, $0)) / Double($0) : 1 } ?? 1
    }
  }
}
