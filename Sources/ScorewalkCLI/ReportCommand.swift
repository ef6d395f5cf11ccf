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
      "Of several runs: a final metric that is a column, as node.metric; may be repeated.",
      valueName: "node.metric"))
  var metrics: [String] = []

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
        if !metrics.isEmpty {
          throw Failure(
            .usage, "--metric chooses the columns of several runs, and this is one",
            remedy: "the report of one run has all of its metrics")
        }
        text = try RunPage(found[0]).text
      } else {
        text = try RunsPage(found, metrics: metrics).text
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
