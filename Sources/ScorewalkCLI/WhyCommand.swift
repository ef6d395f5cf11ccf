import ArgumentParser
import Experiments

struct WhyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "why",
    abstract: "Says why a node of a run was taken from the store, or why it was not.",
    discussion: """
      A node is taken from the store where its key is there. Where it was not, the first value is named that differs from \
      the nearest stored key of the same kind, followed through the nodes that it refers to.
      """)

  @OptionGroup var options: GlobalOptions

  @Argument(help: RunArgument.one, completion: Completions.runs) var selector: String

  @Argument(
    help: ArgumentHelp("The node, with its section in front or not.", valueName: "node"),
    completion: Completions.nodesOfRun)
  var node: String

  func run() throws {
    try options.perform { () throws(Failure) in
      let run = try options.resultsDirectory.run(selector)
      let history = try KeyHistory(of: node, in: run)
      Console.print(
        options.json ? Self.json(run, history).rendered() + "\n" : Self.text(run, history))
      return 0
    }
  }

  private static func text(_ run: RunDirectory, _ history: KeyHistory) -> String {
    var text = "\(run.displayName), \(history.node.name): \(history.outcome.text)\n"
    text += "key \(history.node.key)\n"
    switch history.nearest {
    case .found(let change, let key, let name):
      text += "the nearest stored key, \(key.prefix(12)) (\(name)), differs in \(change.text)"
      text += change.count > 1 ? ", and \(change.count - 1) more of its values\n" : "\n"
    case .none:
      text += "nothing else of its kind, \(history.kind), is stored\n"
    case .notAsked: break
    }
    if history.unexplainedCount > 0 {
      text +=
        "of \(history.unexplainedCount) stored results it is not written what their keys are made of: "
      text += "an earlier version stored them; they are passed over\n"
    }
    return text
  }

  private static func json(_ run: RunDirectory, _ history: KeyHistory) -> JSONText {
    var members: [(String, JSONText)] = [
      ("run", .text(run.displayName)), ("node", .text(history.node.name)),
      ("key", .text(history.node.key)), ("outcome", .text(history.outcome.word)),
    ]
    if case .found(let change, let key, let name) = history.nearest {
      members.append(
        (
          "nearest",
          .map([
            ("key", .text(key)), ("node", .text(name)), ("path", .text(change.path)),
            ("old", change.old.map { .text($0) } ?? .null),
            ("new", change.new.map { .text($0) } ?? .null), ("differences", .integer(change.count)),
          ])
        ))
    } else {
      members.append(("nearest", .null))
    }
    members.append(("unexplained", .integer(history.unexplainedCount)))
    return .map(members)
  }
}
