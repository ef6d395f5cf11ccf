import ArgumentParser
import Experiments

extension ComparisonFormat: ExpressibleByArgument {}

struct CompareCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "compare",
    abstract: "Compares runs, grouped over their seeds.",
    discussion: """
      For each metric and group: n, mean and 95 % t interval (geometric means and ratios for what is declared positive and \
      skewed), every value where n < 5; beside the baseline a paired t test over the seeds that both sides have, Welch's \
      where there are none, p by Holm over all rows. Results that were lost are counted, never dropped.
      """)

  @OptionGroup var options: GlobalOptions

  @Argument(help: RunArgument.listed, completion: Completions.runs) var selectors: [String]

  @Option(
    help: ArgumentHelp(
      "Group by this axis or key of the resolved spec alone and pool the rest; may be repeated.",
      valueName: "key"),
    completion: Completions.groupings)
  var by: [String] = []

  @Option(
    name: .customLong("metric"),
    help: ArgumentHelp(
      "A final metric to compare, as node.metric, or a glob; may be repeated.",
      valueName: "node.metric"),
    completion: Completions.metrics)
  var metrics: [String] = []

  @Option(
    help: ArgumentHelp(
      "What the other groups are compared with: its runs, or a column's value as axis=value; may be repeated.",
      valueName: "run"),
    completion: Completions.runs)
  var baseline: [String] = []

  @Option(help: "How to print: table, csv, md or json.")
  var format = ComparisonFormat.table

  func run() throws {
    try options.perform { () throws(Failure) in
      let results = options.resultsDirectory
      let runs = try RunSelector(selectors, in: results).listed()
      guard !runs.isEmpty else {
        throw Failure(
          .noInput, "no run in '\(results.path)' meets \(selectors.joined(separator: " "))",
          remedy: "`\(options.command("ls", []))` lists the runs")
      }
      var request = ComparisonRequest()
      request.by = by
      request.metrics = metrics
      request.baseline = baseline
      let comparison = try Comparison(runs, in: results, request)
      for failure in comparison.failures { Console.report(failure, color: options.color) }
      for warning in comparison.warnings { Console.say("warning: \(warning)\n") }
      Console.print(comparison.rendered(options.json ? .json : format))
      if comparison.metrics.isEmpty, !options.quiet {
        Console.say("no run here has a final metric by which results are judged\n")
      } else if comparison.baseline == nil, comparison.groups.count > 1, !options.quiet,
        format == .table, !options.json
      {
        Console.say(
          "--baseline RUN, or --baseline \(comparison.exampleLabel), tests the groups against one\n"
        )
      }
      return comparison.failures.first?.code.exitCode ?? 0
    }
  }
}

extension Comparison {
  /// How the first group is named on the command line.
  fileprivate var exampleLabel: String {
    groups[0].labels.map { ShellText.quoted("\($0.name)=\($0.text)") }
      .joined(separator: " --baseline ")
  }
}
