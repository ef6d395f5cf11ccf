import ArgumentParser
import Experiments

struct PlanCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "plan",
    abstract: "Shows what `run` would do: every node, and whether it is new, stored or resumed.",
    discussion: """
      Of a spec that sweeps: its points, and every node once for all points that share it.
      """)

  @OptionGroup var options: GlobalOptions

  @Argument(help: ArgumentHelp("The spec: a path, or a name in experiments/.", valueName: "spec"))
  var spec: String

  @Argument(help: ArgumentHelp("Overrides: a.b.c=value, +a.b=value, ~a.b.", valueName: "override"))
  var overrides: [String] = []

  @Flag(help: "Shrink every step count, chain count and batch to what runs in seconds.")
  var smoke = false

  @OptionGroup var selection: SelectionOptions
  @OptionGroup var sweep: SweepOptions

  func run() throws {
    try options.perform { () throws(Failure) in
      guard
        let (points, _) = try SpecArgument(spec).read(
          overrides: overrides, sweeps: sweep.sweeps, isSmoke: smoke, options: options)
      else { return badSpecCode }
      let plan = try SweepPlan(
        points, selection: selection.selection, store: options.resultsDirectory.store,
        isSmoke: smoke)
      let report = PlanReport(plan)
      Console.print(options.json ? report.json.rendered() + "\n" : report.text)
      return 0
    }
  }
}
