import Experiments

/// What is printed when a run ends.
struct RunReport {
  private let outcome: RunOutcome
  private let options: GlobalOptions

  init(_ outcome: RunOutcome, _ options: GlobalOptions) {
    self.outcome = outcome
    self.options = options
  }

  /// Prints the report and returns the exit code.
  func finish() -> Int32 {
    if options.json {
      Console.print(json.rendered() + "\n")
    } else {
      Console.print(Self.table(outcome.record))
      Console.print("\(outcome.run.path): \(outcome.record.status.rawValue)\n")
    }
    if let failure = outcome.failure {
      Console.report(failure, color: options.color)
      return failure.code.exitCode
    }
    if outcome.record.status == .interrupted {
      Console.say("stopped after a checkpoint; go on with `scorewalk resume \(outcome.run.path)`\n")
      return Failure.Code.stopped.exitCode
    }
    return 0
  }

  /// `{"runs": [{"run", "directory", "status", "executed": [node…]}]}`.
  private var json: JSONText {
    .map([
      (
        "runs",
        .list([
          .map([
            ("run", .text(outcome.run.displayName)), ("directory", .text(outcome.run.path)),
            ("status", .text(outcome.record.status.rawValue)),
            ("executed", .list(outcome.executed.map { .text($0) })),
          ])
        ])
      )
    ])
  }

  /// The final metrics, a line each: the value, and beside it its truth and its floor where there are any.
  static func table(_ record: RunRecord) -> String {
    var rows = [["node", "metric", "value", "truth", "floor", "floor at ess"]]
    for node in record.nodes {
      let metrics = node.summary ?? []
      let names = Set(metrics.map(\.name))
      for metric in metrics where !isBeside(metric.name, names) {
        func beside(_ suffixes: String...) -> String {
          for suffix in suffixes {
            if let other = metrics.first(where: { $0.name == metric.name + "." + suffix }) {
              return TextTable.number(other.value.number)
            }
          }
          return ""
        }
        rows.append([
          node.name, metric.name, TextTable.number(metric.value.number), beside("truth", "minimum"),
          beside("floor"), beside("floor_at_ess"),
        ])
      }
    }
    return rows.count > 1 ? TextTable.rendered(rows, alignRight: [2, 3, 4, 5]) : ""
  }

  /// Whether a metric stands in the line of another.
  private static func isBeside(_ name: String, _ names: Set<String>) -> Bool {
    guard let dot = name.lastIndex(of: ".") else { return false }
    let suffix = name[name.index(after: dot)...]
    return ["truth", "minimum", "floor", "floor_std", "floor_at_ess", "floor_at_ess_std"].contains(
      String(suffix))
      && names.contains(String(name[..<dot]))
  }
}
