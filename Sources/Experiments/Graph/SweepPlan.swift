/// What running all points of a spec would do: every piece of work once.
package struct SweepPlan {
  /// One piece of work.
  package struct Item {
    /// The node as the first point that needs it has it.
    package let node: Plan.Node
    package let action: Store.Action
    /// The points that need it, by their indices.
    package let points: [Int]
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
    _ points: SpecPoints, selection: NodeSelection, store: Store, isSmoke: Bool
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
      items.append(
        Item(node: use.node, action: store.action(for: item.key, in: series), points: users))
      byKey[item.key] = index
    }
    for (point, plan) in plans.enumerated() {
      indices[point] = plan.nodes.compactMap { byKey[$0.key] }
    }
    self.items = items
    itemIndices = indices
  }
}
