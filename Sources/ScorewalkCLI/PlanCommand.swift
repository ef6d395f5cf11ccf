import ArgumentParser
import Experiments

struct PlanCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "plan",
    abstract: "Shows what `run` would do: every node, and whether it is new, stored or resumed.")

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

  @OptionGroup var selection: SelectionOptions

  func run() throws {
    try options.perform { () throws(Failure) in
      guard
        let (spec, _) = try SpecArgument(spec).read(
          overrides: overrides, isSmoke: smoke, options: options)
      else { return badSpecCode }
      let plan = try Plan(spec, selection: selection.selection)
      let store = options.resultsDirectory.store
      try plan.requireFetched(from: store)
      let keys = NodeKeys(spec.graph)
      let rows = plan.nodes.map { node in
        (
          node: node,
          action: store.action(for: node.key, in: smoke ? nil : keys.series(of: node.name))
        )
      }
      if options.json {
        Console.print(Self.json(plan, rows).rendered() + "\n")
      } else {
        var table = [["node", "kind", "steps", "what happens", "key"]]
        for (node, action) in rows {
          table.append([
            node.section + "." + node.name, node.kind, node.steps.map(String.init) ?? "",
            action.phrase,
            String(node.key.prefix(12)),
          ])
        }
        Console.print(TextTable.rendered(table, alignRight: [2]))
      }
      return 0
    }
  }

  private static func json(_ plan: Plan, _ rows: [(node: Plan.Node, action: Store.Action)])
    -> JSONText
  {
    .map([
      ("experiment", .text(plan.experiment)),
      (
        "nodes",
        .list(
          rows.map { node, action in
            .map([
              ("name", .text(node.name)), ("section", .text(node.section)),
              ("kind", .text(node.kind)),
              ("key", .text(node.key)), ("references", .list(node.references.map { .text($0) })),
              ("steps", node.steps.map { .integer($0) } ?? .null), ("action", .text(action.word)),
              ("step", action.step.map { .integer($0) } ?? .null),
            ])
          })
      ),
    ])
  }
}

extension Store.Action {
  var word: String {
    switch self {
    case .new: "new"
    case .stored: "stored"
    case .resumes: "resumes"
    case .continues: "continues"
    }
  }

  var step: Int? {
    switch self {
    case .new, .stored: nil
    case .resumes(let step), .continues(let step): step
    }
  }

  var phrase: String {
    switch self {
    case .new, .stored: word
    case .resumes(let step): "resumes at step \(step)"
    case .continues(let step): "continues at step \(step) of a stored shorter one"
    }
  }
}
