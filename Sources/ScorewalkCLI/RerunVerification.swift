import Experiments

/// What `rerun --verify` says of a run and its repetition.
struct RerunVerification {
  private let original: RunDirectory
  private let repetition: RunDirectory
  private let damaged: [Manifest.Difference]
  private let reproduction: Reproduction

  /// - Parameter damaged: files of the original that are not as its manifest says; then nothing but the node of the first
  ///   was computed again.
  init(
    _ original: RunDirectory, _ repetition: RunDirectory, damaged: [Manifest.Difference],
    _ record: RunRecord
  ) throws(Failure) {
    self.original = original
    self.repetition = repetition
    self.damaged = damaged
    let node = Self.firstNode(damaged, record)
    reproduction = try Reproduction(
      of: original, by: repetition, nodes: node.map { [$0] })
  }

  /// What is said when a run of `rerun --verify` that was stopped is done.
  ///
  /// - Returns: nil where the runs are not made to verify another, or not done.
  /// - Throws: ``Failure`` `.noInput` where the original is gone.
  init?(resumed outcomes: [RunOutcome]) throws(Failure) {
    guard let outcome = outcomes.first, let name = outcome.record.verifies,
      outcome.record.status == .done
    else { return nil }
    let parent = outcome.run.results?.path ?? "."
    let original = RunDirectory(path: name.hasPrefix("/") ? name : parent + "/" + name)
    guard FileSystem.exists(original.path("run.json")) else {
      throw Failure(
        .noInput, "the run \(name), which \(outcome.run.displayName) verifies, is gone",
        path: original.path, reason: "there is no '\(original.path("run.json"))'",
        remedy: "put it back, and resume the repetition again to compare them")
    }
    // They are looked at again: the work may have taken a night.
    let damaged = try Manifest.verify(original).differences
    Self.list(damaged, of: original)
    self.original = original
    repetition = outcome.run
    self.damaged = damaged
    reproduction = try Reproduction(
      of: original, by: outcome.run, nodes: try Self.whatIsCompared(original, outcome.run))
  }

  /// The nodes that a repetition was made for, whatever has become of the original's files meanwhile; nil for all.
  private static func whatIsCompared(
    _ original: RunDirectory, _ repetition: RunDirectory
  ) throws(Failure) -> Set<String>? {
    let plan = try repetition.plan()
    let computed = Set(plan.nodes.map(\.name))
    if try original.record().nodes.allSatisfy({ computed.contains($0.name) }) { return nil }
    return Set(plan.selection?.until ?? plan.nodes.map(\.name))
  }

  /// How the record of a repetition names the original.
  static func name(of original: RunDirectory) -> String {
    original.results == nil
      ? FileSystem.absolute(original.path) ?? original.path : original.displayName
  }

  private static func list(_ damaged: [Manifest.Difference], of original: RunDirectory) {
    for difference in damaged {
      Console.say("\(original.path(difference.file)): \(difference.kind.rawValue)\n")
    }
  }

  /// Says which files are not as they were written.
  ///
  /// - Returns: the exit code where there is nothing to be computed that would say more; nil otherwise.
  static func report(
    _ damaged: [Manifest.Difference], of original: RunDirectory, _ record: RunRecord,
    _ options: GlobalOptions
  ) throws(Failure) -> Int32? {
    guard !damaged.isEmpty else { return nil }
    list(damaged, of: original)
    guard let node = firstNode(damaged, record) else {
      if options.json {
        Console.print(
          json(original, nil, agrees: false, damaged, fileCount: nil, []).rendered() + "\n")
      } else {
        Console.print("\(original.displayName): \(damaged.count) differ from its manifest\n")
      }
      return 1
    }
    if !options.quiet { Console.say("computing '\(node)' again, to see where\n") }
    return nil
  }

  /// What is computed: everything; or where files are damaged what the node of the first needs. What was computed alone is
  /// computed with all it needs: nothing is read from the store.
  static func selection(
    _ selection: NodeSelection, _ damaged: [Manifest.Difference], _ record: RunRecord
  ) -> NodeSelection {
    if let node = firstNode(damaged, record) { return NodeSelection(only: [], until: [node]) }
    return NodeSelection(only: [], until: selection.only + selection.until)
  }

  /// The first node of which a file was changed and not merely lost.
  private static func firstNode(_ damaged: [Manifest.Difference], _ record: RunRecord) -> String? {
    let changed = Set(
      damaged.filter { $0.kind == .changed }.compactMap { record.node(ofFile: $0.file) })
    return record.nodes.first { changed.contains($0.name) }?.name
  }

  /// Prints the verdict and returns the exit code.
  func finish(_ options: GlobalOptions) -> Int32 {
    let differences = reproduction.differences
    let agrees = differences.isEmpty && damaged.isEmpty
    if options.json {
      Console.print(
        Self.json(
          original, repetition, agrees: agrees, damaged, fileCount: reproduction.fileCount,
          differences
        ).rendered() + "\n")
      return agrees ? 0 : 1
    }
    if let first = differences.first {
      var text = "the first difference: " + (first.node.map { "\($0): " } ?? "") + first.file
      if let detail = first.detail {
        text += ": \(detail.place): \(detail.one) in \(original.displayName), "
        text += "\(detail.other) in \(repetition.displayName)"
      } else {
        text += ": missing in one of the two"
      }
      Console.print(text + "\n")
    } else if !damaged.isEmpty {
      Console.print("what was computed again is as the manifest says\n")
    }
    let verdict =
      agrees
      ? "the same in every bit"
      : "\(max(differences.count, damaged.count)) differ"
    Console.print(
      "\(original.displayName) and \(repetition.displayName): \(reproduction.fileCount) files of \(reproduction.nodeCount) nodes, \(verdict)\n"
    )
    return agrees ? 0 : 1
  }

  /// `{"run", "repetition", "agrees", "files", "damaged": […], "differences": [{"node", "file", "place", …}]}`.
  private static func json(
    _ original: RunDirectory, _ repetition: RunDirectory?, agrees: Bool,
    _ damaged: [Manifest.Difference], fileCount: Int?, _ differences: [Reproduction.Difference]
  ) -> JSONText {
    func text(_ value: String?) -> JSONText { value.map { .text($0) } ?? .null }
    return .map([
      ("run", .text(original.displayName)), ("repetition", text(repetition?.displayName)),
      ("agrees", .flag(agrees)), ("files", fileCount.map { .integer($0) } ?? .null),
      (
        "damaged",
        .list(
          damaged.map { .map([("file", .text($0.file)), ("kind", .text($0.kind.rawValue))]) })
      ),
      (
        "differences",
        .list(
          differences.map {
            .map([
              ("node", text($0.node)), ("file", .text($0.file)), ("place", text($0.detail?.place)),
              ("original", text($0.detail?.one)), ("repetition", text($0.detail?.other)),
            ])
          })
      ),
    ])
  }
}
