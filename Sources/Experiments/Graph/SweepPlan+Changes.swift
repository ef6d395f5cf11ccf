extension SweepPlan {
  /// Why the nodes of a single run are new, by their keys: the first value that differs from the nearest stored key, where
  /// that is of a node of the same name. Of a sweep, whose points differ by intention, nothing.
  package func changes(_ points: SpecPoints, in store: Store) -> [String: KeyChange] {
    guard self.points.isEmpty, let graph = points.points.first?.spec.graph else { return [:] }
    let known = KeyParts.all(of: graph, NodeKeys(graph))
    let catalog = KeyCatalog(store)
    var changes: [String: KeyChange] = [:]
    for item in items where item.action == .new {
      guard let parts = known[item.node.key],
        let found = catalog.change(of: parts, among: known), found.nearest.name == parts.name
      else { continue }
      changes[item.node.key] = found.change
    }
    return changes
  }
}
