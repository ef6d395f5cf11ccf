import ArgumentParser
import Experiments

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// What `run` and `resume` share.
struct ExecutionOptions: ParsableArguments {
  @Option(help: ArgumentHelp("Seconds between checkpoints; fractions are allowed.", valueName: "s"))
  var checkpointSeconds = 10.0

  @Flag(help: "Stop with exit code 75 where another process computes what is needed.")
  var noWait = false

  @Option(
    name: .shortAndLong,
    help: ArgumentHelp(
      "How many nodes to run at a time, each with its share of the threads.", valueName: "n"))
  var jobs = 1

  @Flag(
    name: .shortAndLong,
    help: "When a node fails, go on with everything that does not need it.")
  var keepGoing = false

  @Flag(help: "Draw no figures; `scorewalk figures` draws them later.")
  var noFigures = false

  func validate() throws {
    guard (1...1024).contains(jobs) else {
      throw ValidationError("--jobs must be from 1 to 1024")
    }
    guard checkpointSeconds >= 0, checkpointSeconds.isFinite else {
      throw ValidationError("--checkpoint-seconds must be 0 or more")
    }
  }

  /// Makes a runner that stops at the first signal, watched on stderr.
  func runner(
    _ options: GlobalOptions, _ configure: (inout RunOptions) -> Void = { _ in }
  ) -> (Runner, ProgressMonitor) {
    var runOptions = RunOptions()
    runOptions.checkpointSeconds = checkpointSeconds
    runOptions.waits = !noWait
    runOptions.command = CommandLine.arguments
    runOptions.jobs = jobs
    runOptions.keepsGoing = keepGoing
    runOptions.drawsFigures = !noFigures
    runOptions.shuffle = getenv("SCOREWALK_SHUFFLE").flatMap { UInt64(String(cString: $0)) }
    configure(&runOptions)
    let isLive = ProgressMonitor.isLive(isQuiet: options.quiet)
    Signals.install(isQuiet: options.quiet || isLive)
    let monitor = ProgressMonitor(
      isQuiet: options.quiet, isVerbose: options.verbose, color: options.color,
      control: Signals.control)
    OpenFiles.allowAll()
    return (
      Runner(
        results: options.resultsDirectory, options: runOptions, control: Signals.control,
        monitor: monitor),
      monitor
    )
  }
}

/// Which nodes of a spec are meant.
struct SelectionOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Compute this node alone, from what the store has of those that it needs; may be repeated.",
      valueName: "node"))
  var only: [String] = []

  @Option(
    help: ArgumentHelp(
      "Compute this node and everything that it needs; may be repeated.", valueName: "node"))
  var until: [String] = []

  var selection: NodeSelection { NodeSelection(only: only, until: until) }
}

struct RunCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run",
    abstract: "Runs a spec and leaves one directory with everything that came of it.",
    discussion: """
      The first Ctrl-C writes a checkpoint and stops; `scorewalk resume` goes on from it, to the same bits. The second \
      stops at once. A spec that sweeps leaves one directory for each point; what points share is computed once.
      """)

  @OptionGroup var options: GlobalOptions
  @OptionGroup var execution: ExecutionOptions

  @Argument(
    help: ArgumentHelp("The spec: a path, or a name in experiments/.", valueName: "spec"),
    completion: Completions.specs)
  var spec: String

  @Argument(
    help: ArgumentHelp("Overrides: a.b.c=value, +a.b=value, ~a.b.", valueName: "override"),
    completion: Completions.overrides)
  var overrides: [String] = []

  @Flag(name: [.customShort("n"), .customLong("dry-run")], help: "Show the plan and run nothing.")
  var dryRun = false

  @Flag(help: "Shrink every step count, chain count and batch to what runs in seconds.")
  var smoke = false

  @Flag(help: "Compute everything: neither read nor fill the store that runs share.")
  var noStore = false

  @OptionGroup var selection: SelectionOptions
  @OptionGroup var purpose: PurposeOptions
  @OptionGroup var sweep: SweepOptions

  func run() throws {
    if dryRun {
      var plan = PlanCommand()
      plan.options = options
      plan.spec = spec
      plan.overrides = overrides
      plan.smoke = smoke
      plan.measure = false
      plan.selection = selection
      plan.sweep = sweep
      return try plan.run()
    }
    try options.perform { () throws(Failure) in
      guard
        let (points, loaded) = try SpecArgument(spec).read(
          overrides: overrides, sweeps: sweep.sweeps, isSmoke: smoke, options: options)
      else { return badSpecCode }
      let (runner, monitor) = execution.runner(options) {
        $0.isSmoke = smoke
        $0.usesSharedStore = !noStore
        $0.overrides = overrides
        purpose.apply(to: &$0)
      }
      defer { monitor.close() }
      let outcomes = try runner.start(
        points, sources: loaded.sources, selection: selection.selection)
      monitor.close()
      return RunReport(outcomes, options).finish()
    }
  }
}

struct ResumeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "resume",
    abstract: "Goes on with a run that was stopped, killed, or failed; to the same bits.",
    discussion: """
      Of a sweep, all points that are not done go on, whichever of them is named. A run of `rerun --verify` is compared \
      with its original when it is done.
      """)

  @OptionGroup var options: GlobalOptions
  @OptionGroup var execution: ExecutionOptions

  @Argument(help: RunArgument.one, completion: Completions.runs) var selector: String

  func run() throws {
    try options.perform { () throws(Failure) in
      let run = try options.resultsDirectory.run(selector)
      let (runner, monitor) = execution.runner(options)
      defer { monitor.close() }
      let outcomes = try runner.resumeAll(run)
      monitor.close()
      if outcomes.allSatisfy({ $0.executed.isEmpty && $0.record.status == .done }), !options.quiet {
        let subject = outcomes.count == 1 ? run.path : "the sweep of \(run.path)"
        Console.say("\(subject) is done; there was nothing left to compute\n")
      }
      if let verification = try RerunVerification(resumed: outcomes) {
        return verification.finish(options)
      }
      return RunReport(outcomes, options).finish()
    }
  }
}
