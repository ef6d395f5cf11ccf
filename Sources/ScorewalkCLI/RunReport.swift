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
      Console.print(Self.table(outcome.record, isComplete: false))
      Console.print("\(outcome.run.path): \(outcome.record.status.rawValue)\n")
    }
    if let failure = outcome.failure {
      Console.report(failure, color: options.color)
      if failure.code == .inputOutput {
        Console.say(
          "what was finished is kept; go on with `\(options.command("resume", outcome.run.path))`\n"
        )
      }
      return failure.code.exitCode
    }
    if outcome.record.status == .interrupted {
      let command = options.command("resume", outcome.run.path)
      Console.say("stopped after a checkpoint; go on with `\(command)`\n")
      return Failure.Code.stopped.exitCode
    }
    if !options.quiet, !options.json {
      Console.say("all metrics: `\(options.command("show", outcome.run.path))`\n")
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

  // MARK: - The table of metrics

  /// The final metrics, a line each: the value, and beside it its standard error, what the chain itself would give with the
  /// exact score, its truth and its floors, where there are any.
  ///
  /// - Parameter isComplete: whether all metrics are shown, or only those by which a result is judged.
  static func table(_ record: RunRecord, isComplete: Bool) -> String {
    let head = ["node", "metric", "value", "se", "expected", "truth", "floor", "floor at ess"]
    var rows: [[String]] = []
    for node in record.nodes {
      let metrics = node.summary ?? []
      let names = Set(metrics.map(\.name))
      for metric in metrics
      where !isBeside(metric.name, names) && (isComplete || isHeadline(metric.name)) {
        func beside(_ suffixes: String...) -> String {
          for suffix in suffixes {
            if let other = metrics.first(where: { $0.name == metric.name + "." + suffix }) {
              return TextTable.number(other.value.number)
            }
          }
          return ""
        }
        rows.append([
          node.name, metric.name, TextTable.number(metric.value.number), beside("mcse", "se"),
          beside("expected"), beside("truth", "minimum"), beside("floor"), beside("floor_at_ess"),
        ])
      }
    }
    guard !rows.isEmpty else { return "" }
    // Columns that nothing stands in are left out.
    let columns = head.indices.filter { column in
      column < 3 || rows.contains { !$0[column].isEmpty }
    }
    return TextTable.rendered(
      ([head] + rows).map { row in columns.map { row[$0] } }, alignRight: Set(2..<columns.count))
  }

  /// The metrics by which a training, a density, a denoiser and samples are judged.
  private static let headlines: Set<String> = [
    "mean_loss", "kl", "tv", "mode_mass", "rmse_to_bayes", "mse", "ks", "wasserstein", "mean",
    "variance", "ess", "mode_weights_tv", "acceptance", "relative_error", "energy_distance",
    "mmd_squared", "sliced_wasserstein", "rhat", "mode_weight",
  ]

  /// Of what has several coordinates or modes, the first four.
  private static func isHeadline(_ name: String) -> Bool {
    guard let dot = name.lastIndex(of: ".") else { return headlines.contains(name) }
    if name[..<dot] == "interval" { return true }
    guard let index = Int(name[name.index(after: dot)...]) else { return false }
    return headlines.contains(String(name[..<dot])) && index < 4
  }

  /// Whether a metric stands in the line of another.
  private static func isBeside(_ name: String, _ names: Set<String>) -> Bool {
    guard let dot = name.lastIndex(of: ".") else { return false }
    let suffix = name[name.index(after: dot)...]
    return [
      "truth", "minimum", "floor", "floor_std", "floor_at_ess", "floor_at_ess_std", "truth_se",
      "minimum_se", "expected", "mcse", "se",
    ].contains(
      String(suffix))
      && names.contains(String(name[..<dot]))
  }
}
