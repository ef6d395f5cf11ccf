import YAML

/// How a run gets on, as it can be seen from outside its process.
package struct RunProgress: Sendable {
  package struct Node: Sendable {
    package let name: String
    package let status: RunStatus
    /// The last step that is known; nil where none is.
    package let step: Int?
    /// How many steps the node takes; nil where it has none.
    package let steps: Int?
    package let seconds: Double?
    /// Whether the run computed it.
    package let isExecuted: Bool

    /// `done  3.2 s`, `running  12000/30000`.
    package var text: String {
      var text = status == .done && !isExecuted ? "stored" : status.rawValue
      if status == .running, let steps { text += "  \(step ?? 0)/\(steps)" }
      if status == .done, isExecuted, let seconds {
        text += "  \(TextTable.number(seconds, digits: 3)) s"
      }
      return text
    }
  }

  package let run: RunDirectory
  package let status: RunStatus
  /// When the run last wrote its record.
  package let heartbeat: String
  package let nodes: [Node]

  package init(_ run: RunDirectory, _ plan: Plan) throws(Failure) {
    self.run = run
    let record = try run.record()
    status = run.status(record)
    heartbeat = record.heartbeat
    let store = run.store(of: record)
    let isRunning = status == .running
    nodes = record.nodes.map { node in
      let isInterrupted = node.status == .running && !isRunning
      return Node(
        name: node.name, status: isInterrupted ? .interrupted : node.status,
        step: node.status == .running ? store?.lastStep(of: node.key) : nil,
        steps: plan[node.name]?.steps, seconds: node.seconds, isExecuted: node.executed ?? false)
    }
  }
}

extension Store {
  /// The last step of work under way, by its checkpoints and by the metrics that it has written.
  package func lastStep(of key: String) -> Int? {
    let parent = path + "/partial/" + key
    return FileSystem.names(in: parent).flatMap { name -> [Int] in
      let directory = parent + "/" + name
      let steps = [
        CheckpointSeries(directory: directory).newestStep,
        Self.lastStep(in: directory + "/metrics.jsonl"),
      ]
      return steps.compactMap(\.self)
    }.max()
  }

  /// The step of the last whole line of metrics.
  private static func lastStep(in file: String) -> Int? {
    guard let size = FileSystem.size(file),
      let end = try? FileSystem.read(file, from: max(0, size - 4096), atMost: 4096)
    else { return nil }
    let lines = end.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    guard lines.count >= 2 else { return nil }
    let line = parse(Array(lines[lines.count - 2]), name: file).node
    return line?["step"]?.scalar.flatMap { try? $0.count() }
  }
}

extension RunDirectory {
  /// The store that the run fills; nil where the run was moved away alone.
  fileprivate func store(of record: RunRecord) -> Store? {
    record.usesSharedStore
      ? results?.store
      : results?.privateStore(
        experiment: record.experiment, run: record.run, sweep: record.sweep?.id)
  }

  /// What the log of a node under way has so far, in whole lines; nil where it has none. Of several processes that compute
  /// the node, that which wrote last.
  package func liveLog(of node: RunRecord.Node, _ record: RunRecord) -> String? {
    guard let store = store(of: record) else { return nil }
    let parent = store.path + "/partial/" + node.key
    let logs = FileSystem.names(in: parent).map { parent + "/" + $0 + "/log.txt" }
    let dated = logs.compactMap { log in FileSystem.modificationTime(log).map { ($0, log) } }
    guard let newest = dated.max(by: { $0 < $1 })?.1, let bytes = try? FileSystem.read(newest),
      let end = bytes.lastIndex(of: UInt8(ascii: "\n"))
    else { return nil }
    return String(decoding: bytes[...end], as: UTF8.self)
  }

  /// A node's log; nil where it wrote none.
  package func log(of node: String) -> String? {
    let file = path(of: "log.txt", node: node)
    guard FileSystem.exists(file), let bytes = try? FileSystem.read(file) else { return nil }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// A node of the run's plan, by its name with its section in front or not.
  ///
  /// - Throws: ``Failure`` `.usage` where there is none.
  package func planned(_ name: String) throws(Failure) -> Plan.Node {
    let plan = try plan()
    if let node = plan.nodes.first(where: {
      $0.name == name || $0.section + "." + $0.name == name
    }) {
      return node
    }
    let names = plan.nodes.map(\.name)
    throw Failure(
      .usage, "the run \(displayName) has no node '\(name)'", path: path,
      remedy: nearest(to: name, among: names).map { "did you mean '\($0)'?" }
        ?? "it has " + names.joined(separator: ", "))
  }
}
