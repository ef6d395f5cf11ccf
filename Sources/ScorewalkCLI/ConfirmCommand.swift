import ArgumentParser
import Experiments

struct ConfirmCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "confirm",
    abstract: "Runs a sweep's best point again on fresh seeds, and shows both.",
    discussion: """
      The best of many points is also the luckiest: the seeds that chose it make it look better than it is. The fresh \
      seeds lie beyond all of the sweep's. What is best is declared for errors, distances and effective sizes; for other \
      metrics say --minimize or --maximize.
      """)

  @OptionGroup var options: GlobalOptions
  @OptionGroup var execution: ExecutionOptions

  @Argument(
    help: ArgumentHelp(
      "Any point of the sweep: NAME (its latest), NAME/7, its words, NAME@-2, @latest, a path.",
      valueName: "run"),
    completion: Completions.runs)
  var selector: String

  @Option(
    help: ArgumentHelp(
      "The metric by which points are judged, as node.metric; the first declared one of an evaluation unless said.",
      valueName: "node.metric"),
    completion: Completions.metrics)
  var metric: String?

  @Option(
    help: ArgumentHelp(
      "How many fresh seeds; as many as the best point has, and no fewer than 5, unless said.",
      valueName: "n"))
  var seeds: Int?

  @Flag(help: "Large values are good.")
  var maximize = false

  @Flag(help: "Small values are good.")
  var minimize = false

  @Flag(name: [.customShort("n"), .customLong("dry-run")], help: "Say what would be run.")
  var dryRun = false

  func validate() throws {
    if maximize, minimize { throw ValidationError("--maximize and --minimize exclude each other") }
    if let seeds, !(2...1000).contains(seeds) {
      throw ValidationError("--seeds must be from 2 to 1000: one says nothing of chance")
    }
  }

  func run() throws {
    try options.perform { () throws(Failure) in
      let run = try options.resultsDirectory.run(selector)
      // A run that is named by its path may lie in other results than those of the command line.
      var options = options
      if let results = run.results { options.results = results.path }
      let results = options.resultsDirectory
      let confirmation = try SweepConfirmation(
        of: run, in: results, metric: metric, seeds: seeds,
        isMaximized: maximize ? true : minimize ? false : nil)
      for warning in confirmation.comparison.warnings { Console.say("warning: \(warning)\n") }
      if dryRun {
        Console.print(
          options.json
            ? confirmation.json(nil, runs: []).rendered() + "\n" : confirmation.announcement)
        return 0
      }
      if !options.quiet { Console.say(confirmation.announcement) }
      let points = try confirmation.points(in: results)
      let best = confirmation.run
      let record = try best.directory.record()
      let (runner, monitor) = execution.runner(options) {
        $0.isSmoke = record.isSmoke
        $0.usesSharedStore = record.usesSharedStore
        $0.overrides = record.overrides
        $0.parent = RunRecord.Parent(run: best.directory.displayName, overrides: [])
        $0.reason =
          "confirms the best of sweep \(best.head.sweep ?? "") by \(confirmation.metric.text)"
        $0.tags = ["confirm"]
      }
      defer { monitor.close() }
      let outcomes = try runner.start(points, sources: try best.directory.sources())
      monitor.close()
      if outcomes.contains(where: { $0.record.status != .done }) {
        return RunReport(outcomes, options).finish()
      }
      let result = try confirmation.result(outcomes.map(\.run))
      Console.print(
        options.json
          ? confirmation.json(result, runs: outcomes.map(\.run)).rendered() + "\n"
          : confirmation.text(result))
      return 0
    }
  }
}
