import ArgumentParser
import Experiments

struct ReportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "report",
    abstract:
      "Writes one HTML file that shows a run, or several side by side: no server, no network.",
    discussion: """
      Of one run it says in plain words what the results come to, with figures, metrics and what they are to be seen beside, \
      the graph, the spec with the place that each value comes from, and how to do it again. Of several it has a table to \
      sort and filter, and the keys in which they differ.
      """)

  @OptionGroup var options: GlobalOptions

  @Argument(help: RunArgument.many, completion: Completions.runs) var runs: [String]

  @Option(
    name: .shortAndLong,
    help: ArgumentHelp(
      "The file to write; report.html, in the run's directory where it is one run, unless said.",
      valueName: "file"))
  var output: String?

  @Option(
    name: .customLong("metric"),
    help: ArgumentHelp(
      "Of several runs: a final metric to show, as node.metric, or a glob; may be repeated.",
      valueName: "node.metric"),
    completion: Completions.metrics)
  var metrics: [String] = []

  @Option(
    help: ArgumentHelp(
      "Of several runs: group by this axis or key alone and pool the rest; may be repeated.",
      valueName: "key"),
    completion: Completions.groupings)
  var by: [String] = []

  @Option(
    help: ArgumentHelp(
      "Of several runs: what the groups are compared with: a run, or a column's value as axis=value; may be repeated.",
      valueName: "run"),
    completion: Completions.runs)
  var baseline: [String] = []

  @Flag(help: "Overwrite a file that is there already and is no report.")
  var force = false

  func validate() throws {
    if output?.isEmpty == true { throw ValidationError("--output must name a file") }
  }

  func run() throws {
    try options.perform { () throws(Failure) in
      let found = try RunSelector(runs, in: options.resultsDirectory).all()
      let text: String
      if found.count == 1 {
        if !(metrics + by + baseline).isEmpty {
          throw Failure(
            .usage, "--metric, --by and --baseline are for several runs, and this is one",
            remedy: "name more runs, or write 'NAME/*'")
        }
        text = try RunPage(found[0]).text
      } else {
        var request = ComparisonRequest()
        (request.metrics, request.by, request.baseline) = (metrics, by, baseline)
        text = try RunsPage(found, in: options.resultsDirectory, request).text
      }
      let path = output ?? (found.count == 1 ? found[0].path("report.html") : "report.html")
      if FileSystem.isDirectory(path) {
        throw Failure(
          .usage, "'\(path)' is a directory", path: path, remedy: "name a file with --output")
      }
      if FileSystem.exists(path), !force, try !ReportPage.isReport(path) {
        throw Failure(
          .usage, "'\(path)' is there already, and is no report", path: path,
          remedy: "name another with --output, or write --force to overwrite it")
      }
      try FileSystem.write(Array(text.utf8), to: path)
      if options.json {
        Console.print(
          JSONText.map([
            ("file", .text(path)), ("runs", .list(found.map { .text($0.displayName) })),
          ]).rendered() + "\n")
      } else {
        Console.print("wrote \(path)\n")
      }
      return 0
    }
  }
}
