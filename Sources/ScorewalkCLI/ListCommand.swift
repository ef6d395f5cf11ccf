import ArgumentParser
import Experiments

struct ListCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "ls", abstract: "Lists the runs with their status, newest last.",
    discussion: """
      With --metric, each named final metric is a column, and the medians of the runs that are done stand below, smoke runs aside, where they differ in nothing but the seed. A result that several runs share counts once.
      """)

  @OptionGroup var options: GlobalOptions

  @Argument(help: RunArgument.listed, completion: Completions.runs) var selectors: [String] = []

  @Option(
    name: .customLong("metric"),
    help: ArgumentHelp(
      "A final metric to show, as node.metric; may be repeated.", valueName: "node.metric"))
  var metrics: [String] = []

  func run() throws {
    try options.perform { () throws(Failure) in
      let results = options.resultsDirectory
      let runs = try RunSelector(selectors, in: results).listed()
      var listed: [ListedRun] = []
      var code: Int32 = 0
      for run in runs {
        do throws(Failure) {
          listed.append(try ListedRun(run, metrics: metrics))
        } catch {
          // One record that cannot be read does not hide the others.
          Console.report(error, color: options.color)
          code = error.code.exitCode
        }
      }
      try checkMetrics(listed)
      if options.json {
        Console.print(JSONText.map([("runs", .list(listed.map(\.json)))]).rendered() + "\n")
      } else if runs.isEmpty {
        Console.say(
          selectors.isEmpty
            ? "there are no runs in '\(results.path)'; make one with `scorewalk run`\n"
            : "no run in '\(results.path)' meets \(selectors.joined(separator: " "))\n")
      } else {
        Console.print(table(listed))
      }
      return code
    }
  }

  /// A metric that no run has is a slip of the pen, not a column of blanks.
  private func checkMetrics(_ runs: [ListedRun]) throws(Failure) {
    for (index, metric) in metrics.enumerated()
    where !runs.isEmpty && runs.allSatisfy({ $0.values[index] == nil }) {
      throw Failure(
        .usage, "no run here has the metric '\(metric)'",
        remedy: "write node.metric, as `scorewalk show` lists them")
    }
  }

  private func table(_ runs: [ListedRun]) -> String {
    // Where a run stands in its sweep tells it from the others.
    let hasPoints = runs.contains { $0.head.sweep != nil }
    guard !metrics.isEmpty else {
      let hasTags = runs.contains { !$0.head.tags.isEmpty }
      return TextTable.rendered(
        [
          ["run", "status", "nodes", "started"] + (hasPoints ? ["point"] : [])
            + (hasTags ? ["tags"] : [])
        ]
          + runs.map {
            [
              $0.directory.displayName, $0.statusText, "\($0.head.done)/\($0.head.nodes)",
              $0.head.started,
            ] + (hasPoints ? [$0.point] : [])
              + (hasTags ? [$0.head.tags.joined(separator: " ")] : [])
          }, alignRight: [2])
    }
    // What was overridden tells runs of one spec apart.
    let hasOverrides = runs.contains { !$0.head.overrides.isEmpty }
    func row(_ head: [String], _ point: String, _ overrides: String, _ values: [String])
      -> [String]
    {
      head + (hasPoints ? [point] : []) + (hasOverrides ? [overrides] : []) + values
    }
    var rows = [row(["run", "status"], "point", "overrides", metrics)]
    for run in runs {
      rows.append(
        row(
          [run.directory.displayName, run.statusText], run.point,
          run.head.overrides.joined(separator: " "),
          run.values.map { $0.map { TextTable.number($0) } ?? "" }))
    }
    let done = runs.filter { $0.status == .done && !$0.head.isSmoke }
    // Runs of one thing, seeds aside; of others a median says nothing.
    if Set(done.map(\.variation)).count <= 1 {
      let columns = metrics.indices.map { index in Self.results(of: done, index) }
      rows.append(
        row(
          [Self.medianLabel(columns.map(\.count)), ""], "", "",
          columns.map { Self.median($0).map { TextTable.number($0) } ?? "" }))
    }
    let first = 2 + (hasPoints ? 1 : 0) + (hasOverrides ? 1 : 0)
    return TextTable.rendered(rows, alignRight: Set(metrics.indices.map { $0 + first }))
  }

  /// The values of a metric, of each result once: runs with one seed share theirs.
  private static func results(of runs: [ListedRun], _ metric: Int) -> [Double] {
    var keys: Set<String> = []
    return runs.compactMap { run in
      guard let found = run.head.metrics[metric], keys.insert(found.key).inserted else {
        return nil
      }
      return found.value
    }
  }

  /// Of how many results the medians are; a seed may be that of some columns alone.
  private static func medianLabel(_ counts: [Int]) -> String {
    let known = counts.filter { $0 > 0 }
    let (least, most) = (known.min() ?? 0, known.max() ?? 0)
    return
      "median of \(least == most ? "" : "\(least) to ")\(most) \(most == 1 ? "result" : "results")"
  }

  /// The middle value, or the mean of the two middle ones; nil without values.
  private static func median(_ values: [Double]) -> Double? {
    guard !values.isEmpty else { return nil }
    let sorted = values.sorted()
    let middle = sorted.count / 2
    return sorted.count.isMultiple(of: 2)
      ? (sorted[middle - 1] + sorted[middle]) / 2 : sorted[middle]
  }
}

/// One line of the list.
private struct ListedRun {
  let directory: RunDirectory
  let head: RunHead
  let status: RunStatus
  let metrics: [String]
  /// The final metrics that were asked for; nil where the run has none of that name.
  var values: [Double?] { head.metrics.map { $0?.value } }

  init(_ directory: RunDirectory, metrics: [String]) throws(Failure) {
    self.directory = directory
    self.metrics = metrics
    head = try directory.head(metrics: metrics)
    status = directory.status(head)
  }

  /// The experiment and what was changed of it, seeds aside.
  var variation: [String] {
    [head.experiment]
      + head.overrides.filter { !$0.hasPrefix("seed=") && !$0.hasPrefix("seed.") }.sorted()
      + head.axes
  }

  /// `chains=100 seed=2`; empty for a run that belongs to no sweep.
  var point: String { head.point ?? "" }

  /// A smoke run says so: its numbers mean nothing.
  var statusText: String { status.rawValue + (head.isSmoke ? " (smoke)" : "") }

  var json: JSONText {
    var members: [(String, JSONText)] = [
      ("run", .text(directory.displayName)), ("directory", .text(directory.path)),
      ("status", .text(status.rawValue)), ("smoke", .flag(head.isSmoke)),
      ("nodes", .integer(head.nodes)),
      ("done", .integer(head.done)), ("started", .text(head.started)),
      ("finished", head.finished.map { .text($0) } ?? .null),
      ("overrides", .list(head.overrides.map { .text($0) })),
      ("tags", .list(head.tags.map { .text($0) })),
    ]
    if let sweep = head.sweep { members += [("sweep", .text(sweep)), ("point", .text(point))] }
    if !metrics.isEmpty {
      let pairs = zip(metrics, values).map { ($0, $1.map { JSONText.number($0) } ?? .null) }
      members.append(("metrics", .map(pairs)))
    }
    return .map(members)
  }
}
