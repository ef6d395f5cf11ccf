import ArgumentParser
import Experiments

struct RerunCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "rerun",
    abstract: "Repeats a run from its frozen spec, in a new directory.",
    discussion: """
      With overrides it is a variation. Either way the new run records its parent. With --verify the original's files are \
      rehashed, every node is computed again without the store, and the first difference is named, with exit code 1; \
      where that is stopped, `resume` goes on with it and compares.
      """)

  @OptionGroup var options: GlobalOptions
  @OptionGroup var execution: ExecutionOptions

  @Argument(help: RunArgument.one, completion: Completions.runs) var selector: String

  @Argument(
    help: ArgumentHelp("Overrides: a.b.c=value, +a.b=value, ~a.b.", valueName: "override"),
    completion: Completions.overrides)
  var overrides: [String] = []

  @Flag(help: "Compute everything again and compare it with the original.")
  var verify = false

  @Flag(name: [.customShort("n"), .customLong("dry-run")], help: "Show the plan and run nothing.")
  var dryRun = false

  @Flag(help: "Compute everything: neither read nor fill the store that runs share.")
  var noStore = false

  @OptionGroup var purpose: PurposeOptions

  func validate() throws {
    if verify, !overrides.isEmpty {
      throw ValidationError("--verify repeats a run as it was: a variation differs by intention")
    }
    if verify, dryRun { throw ValidationError("--verify and --dry-run exclude each other") }
  }

  func run() throws {
    var shown: PlanCommand?
    try options.perform { () throws(Failure) in
      let original = try options.resultsDirectory.run(selector)
      // A run that is named by its path may lie in other results than those of the command line.
      var options = options
      if let results = original.results { options.results = results.path }
      let record = try original.record()
      let plan = try original.plan()
      // What is damaged in the frozen spec is said better here than where it is read as any spec.
      _ = try Runner.frozenSpec(of: original)
      let argument = try SpecArgument(original.path("resolved.json"))
      guard
        let (points, _) = try argument.read(
          overrides: original.completed(overrides), isSmoke: record.isSmoke, options: options)
      else { return badSpecCode }
      var selection = plan.selection ?? NodeSelection()
      if dryRun {
        shown = planCommand(argument.path, selection, isSmoke: record.isSmoke)
        return 0
      }
      var damaged: [Manifest.Difference] = []
      if verify {
        damaged = try Manifest.verify(original).differences
        if let code = try RerunVerification.report(damaged, of: original, record, options) {
          return code
        }
        selection = RerunVerification.selection(selection, damaged, record)
      }
      let (runner, monitor) = execution.runner(options) {
        $0.isSmoke = record.isSmoke
        $0.usesSharedStore = record.usesSharedStore && !noStore && !verify
        $0.overrides = record.overrides + overrides
        $0.parent = RunRecord.Parent(run: original.displayName, overrides: overrides)
        $0.verifies = verify ? RerunVerification.name(of: original) : nil
        purpose.apply(to: &$0)
      }
      defer { monitor.close() }
      let outcomes = try runner.start(
        points, sources: try original.sources(), selection: selection)
      monitor.close()
      let outcome = outcomes[0]
      guard verify, outcome.record.status == .done else {
        if overrides.isEmpty { tellOtherKeys(plan, outcome.record) }
        return RunReport(outcomes, options).finish()
      }
      return try RerunVerification(original, outcome.run, damaged: damaged, record)
        .finish(options)
    }
    if let shown { try shown.run() }
  }

  /// The command that shows the plan; `-C` has been followed.
  private func planCommand(
    _ spec: String, _ selection: NodeSelection, isSmoke: Bool
  ) -> PlanCommand {
    var plan = PlanCommand()
    plan.options = options
    plan.options.directory = nil
    plan.spec = spec
    plan.overrides = overrides
    plan.smoke = isSmoke
    plan.measure = false
    plan.sweep = SweepOptions()
    plan.sweep.sweeps = []
    plan.selection = SelectionOptions()
    plan.selection.only = selection.only
    plan.selection.until = selection.until
    return plan
  }

  /// Another version may compute a node otherwise: then its key is another.
  private func tellOtherKeys(_ plan: Plan, _ record: RunRecord) {
    let changed = plan.nodes.filter { node in
      record[node: node.name].map { $0.key != node.key } ?? false
    }
    guard !changed.isEmpty, !options.quiet else { return }
    Console.say(
      "this version computes otherwise than the original's: "
        + changed.map(\.name).joined(separator: ", ") + "\n")
  }
}
