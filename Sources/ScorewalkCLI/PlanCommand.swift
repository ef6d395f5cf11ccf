import ArgumentParser
import Experiments

struct PlanCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "plan",
    abstract: "Shows what `run` would do: every node, and whether it is new, stored or resumed.",
    discussion: """
      Of a spec that sweeps: its points, and every node once for all points that share it. What it will cost is estimated \
      from what nodes of the same sort took on this machine, one at a time.
      """)

  @OptionGroup var options: GlobalOptions

  @Argument(
    help: ArgumentHelp("The spec: a path, or a name in experiments/.", valueName: "spec"),
    completion: Completions.specs)
  var spec: String

  @Argument(
    help: ArgumentHelp("Overrides: a.b.c=value, +a.b=value, ~a.b.", valueName: "override"),
    completion: Completions.overrides)
  var overrides: [String] = []

  @Flag(help: "Shrink every step count, chain count and batch to what runs in seconds.")
  var smoke = false

  @Flag(help: "Measure the first steps of what this machine has never done; takes some seconds.")
  var measure = false

  @OptionGroup var selection: SelectionOptions
  @OptionGroup var sweep: SweepOptions

  func run() throws {
    try options.perform { () throws(Failure) in
      guard
        let (points, loaded) = try SpecArgument(spec).read(
          overrides: overrides, sweeps: sweep.sweeps, isSmoke: smoke, options: options)
      else { return badSpecCode }
      let results = options.resultsDirectory
      var history = CostHistory(store: results.store)
      var plan = try SweepPlan(
        points, selection: selection.selection, store: results.store, history: history,
        isSmoke: smoke)
      if measure, plan.cost.unknown > 0 {
        let unknown = plan.items.filter { $0.action != .stored && $0.cost == nil }
        Signals.install(isQuiet: options.quiet)
        let measurement = try CostMeasurement(
          points, sorts: Set(unknown.map(\.work.sort)),
          name: loaded.sources.first?.name ?? spec, results: results,
          directory: FileSystem.temporaryPath("scorewalk-measure"), control: Signals.control)
        history.add(measurement.entries)
        plan = try SweepPlan(
          points, selection: selection.selection, store: results.store, history: history,
          isSmoke: smoke)
      }
      let report = PlanReport(plan, changes: plan.changes(points, in: results.store))
      Console.print(options.json ? report.json.rendered() + "\n" : report.text)
      return 0
    }
  }
}
