/// Why a node of a run was taken from the store, or was not.
package struct KeyHistory: Sendable {
  /// What happened to the node in its run.
  package enum Outcome: Sendable, Equatable {
    case stored
    case computed
    /// From the end of a stored shorter one.
    case continued(step: Int)
    /// In a run that uses no store.
    case alone
    /// Not done: what would happen now.
    case open(RunStatus, isStored: Bool)

    package var word: String {
      switch self {
      case .stored: "stored"
      case .computed: "computed"
      case .continued: "continued"
      case .alone: "computed without the store"
      case .open(let status, _): status.rawValue
      }
    }

    package var text: String {
      switch self {
      case .stored: "taken from the store, which had its key"
      case .computed: "computed, since the store did not have its key"
      case .continued(let step):
        "computed from step \(step), the end of a stored shorter one"
      case .alone: "computed, since the run does not use the store"
      case .open(let status, let isStored):
        "\(status.rawValue); the store \(isStored ? "has its key: it would be taken from there" : "does not have its key: it would be computed")"
      }
    }
  }

  /// The stored result that is most like the node.
  package enum Nearest: Sendable {
    case found(KeyChange, key: String, name: String)
    case none
    /// The node was taken from the store: there is nothing to explain.
    case notAsked
  }

  package let node: Plan.Node
  package let outcome: Outcome
  package let nearest: Nearest
  /// How many stored results are of an earlier version, which did not write what keys are made of.
  package let unexplainedCount: Int

  /// `training`, `data of the kind draws`.
  package var kind: String {
    node.section == node.kind ? node.section : "\(node.section) of the kind \(node.kind)"
  }

  /// - Throws: ``Failure`` `.usage` where the run has no such node.
  package init(of name: String, in run: RunDirectory) throws(Failure) {
    let record = try run.record()
    let node = try run.planned(name)
    guard let store = run.results?.store else {
      throw Failure(
        .noInput, "the run \(run.displayName) lies in no results directory, and has no store",
        path: run.path)
    }
    self.node = node
    outcome = Self.outcome(record[node: node.name], record, store)
    let isMiss: Bool =
      switch outcome {
      case .stored, .alone, .open(_, isStored: true): false
      case .computed, .continued, .open(_, isStored: false): true
      }
    unexplainedCount = store.unexplainedCount
    guard isMiss else {
      nearest = .notAsked
      return
    }
    let spec = try Runner.frozenSpec(of: run)
    let known = KeyParts.all(of: spec.graph, NodeKeys(spec.graph))
    guard
      let parts = known[node.key]
        ?? store.parts(of: node.key, section: node.section, kind: node.kind)
    else {
      throw Failure(
        .failed, "the key of '\(node.name)' cannot be explained", path: run.path,
        reason: "another version gave it, and it is not in the store",
        remedy: "rerun the run with this version: `scorewalk rerun \(run.displayName)`")
    }
    // What was stored later could not have been used.
    let isDone = record[node: node.name]?.status == .done
    let before = isDone ? store.publicationTime(of: node.key) ?? .max : .max
    if let found = KeyCatalog(store).change(of: parts, among: known, before: before) {
      nearest = .found(found.change, key: found.nearest.key, name: found.nearest.name)
    } else {
      nearest = .none
    }
  }

  private static func outcome(
    _ node: RunRecord.Node?, _ record: RunRecord, _ store: Store
  ) -> Outcome {
    guard let node, node.status == .done else {
      let key = node?.key ?? ""
      return .open(node?.status ?? .pending, isStored: store.has(key))
    }
    if let step = node.continued { return .continued(step: step) }
    if node.executed == false { return .stored }
    return record.usesSharedStore ? .computed : .alone
  }
}
