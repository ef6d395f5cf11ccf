import Experiments

/// What is printed when a run, or all runs of a sweep, end.
struct RunReport {
  private let outcomes: [RunOutcome]
  private let options: GlobalOptions

  init(_ outcomes: [RunOutcome], _ options: GlobalOptions) {
    self.outcomes = outcomes
    self.options = options
  }

  /// Prints the report and returns the exit code.
  func finish() -> Int32 {
    let isSweep = outcomes[0].record.sweep != nil
    if options.json {
      Console.print(json.rendered() + "\n")
    } else if isSweep {
      Console.print(pointTable)
    } else {
      Console.print(Self.table(outcomes[0].record, isComplete: false))
      Console.print("\(outcomes[0].run.path): \(outcomes[0].record.status.rawValue)\n")
    }
    let unfinished = outcomes.first { $0.record.status != .done }
    let resume = unfinished.map { options.command("resume", $0.run.path) } ?? ""
    let failures = outcomes.compactMap(\.failure)
    if let failure = failures.first(where: { $0.code != .stopped }) ?? failures.first {
      if isSweep { listFailures() } else { Console.report(failure, color: options.color) }
      if failure.code == .inputOutput || isSweep {
        Console.say("what was finished is kept; go on with `\(resume)`\n")
      }
      return failure.code.exitCode
    }
    if unfinished != nil {
      Console.say("stopped after a checkpoint; go on with `\(resume)`\n")
      return Failure.Code.stopped.exitCode
    }
    if !options.quiet, !options.json {
      Console.say(
        isSweep
          ? "the points side by side: `\(options.command("ls", outcomes[0].record.experiment)) --metric NODE.METRIC`\n"
          : "all metrics: `\(options.command("show", outcomes[0].run.path))`\n")
      if let figures = figures { Console.say("figures: \(figures)\n") }
    }
    return 0
  }

  /// Where the figures lie, of a sweep those of all points together; nil where there are none.
  private var figures: String? {
    let (run, record) = (outcomes[0].run, outcomes[0].record)
    let sweep = record.sweep.flatMap { sweep in
      run.results?.sweepDirectory(sweep.id, experiment: record.experiment)
    }
    let directory = (record.sweep == nil ? run.path : sweep).map { $0 + "/figures" }
    return directory.flatMap { FileSystem.isDirectory($0) ? $0 : nil }
  }

  /// Every node that failed, once, with its log.
  private func listFailures() {
    var told: Set<String> = []
    for outcome in outcomes {
      for node in outcome.record.nodes where node.status == .failed {
        guard let text = node.failure, told.insert(node.key).inserted else { continue }
        Console.report(Failure(.failed, text), color: options.color)
        let log = outcome.run.path(of: "log.txt", node: node.name)
        if FileSystem.exists(log) { Console.say("    log: \(log)\n") }
      }
      // What failed outside of any node.
      if let failure = outcome.failure, told.isEmpty {
        Console.report(failure, color: options.color)
        told.insert("")
      }
    }
  }

  /// `{"runs": [{"run", "directory", "status", "executed": [node…]}]}`; of a sweep with `"point"`.
  private var json: JSONText {
    .map([
      (
        "runs",
        .list(
          outcomes.map { outcome in
            var members: [(String, JSONText)] = [
              ("run", .text(outcome.run.displayName)), ("directory", .text(outcome.run.path)),
              ("status", .text(outcome.record.status.rawValue)),
              ("executed", .list(outcome.executed.map { .text($0) })),
            ]
            if let sweep = outcome.record.sweep { members.append(("point", .text(sweep.label))) }
            return .map(members)
          })
      )
    ])
  }

  /// The points, a line each, and how many there are of each status.
  private var pointTable: String {
    let axes = outcomes[0].record.sweep?.axes.map(\.name) ?? []
    let hasSeeds = outcomes[0].record.sweep?.seed != nil
    var rows = [["run"] + axes + (hasSeeds ? ["seed"] : []) + ["status"]]
    for outcome in outcomes {
      guard let sweep = outcome.record.sweep else { continue }
      let seed = sweep.seed.map { [String($0)] } ?? []
      rows.append(
        [outcome.run.displayName] + sweep.axes.map(\.value) + seed
          + [outcome.record.status.rawValue])
    }
    let statuses: [RunStatus] = [.done, .failed, .skipped, .interrupted]
    let counts = statuses.compactMap { status -> String? in
      let count = outcomes.count { $0.record.status == status }
      return count == 0 ? nil : "\(count) \(status.rawValue)"
    }
    return TextTable.rendered(rows, alignRight: Set(1..<rows[0].count - 1))
      + "\(outcomes.count) points: \(counts.joined(separator: ", "))\n"
  }

  // MARK: - The table of metrics

  /// The final metrics, a line each: the value, and beside it its standard error, what the chain itself would give with the
  /// exact score, its truth and its floors, where there are any.
  ///
  /// - Parameter isComplete: whether all metrics are shown, or only those by which a result is judged.
  static func table(_ record: RunRecord, isComplete: Bool) -> String {
    let metrics = FinalMetric.all(record).filter { isComplete || $0.isHeadline }
    guard !metrics.isEmpty else { return "" }
    let columns = FinalMetric.columns(of: metrics)
    let rows = metrics.map { metric in
      [metric.node, metric.name]
        + columns.map { $0.value(metric).map { TextTable.number($0) } ?? "" }
    }
    return TextTable.rendered(
      [["node", "metric"] + columns.map(\.head)] + rows,
      alignRight: Set(2..<(columns.count + 2)))
  }
}
