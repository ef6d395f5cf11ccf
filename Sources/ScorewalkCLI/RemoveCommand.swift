import ArgumentParser
import Experiments

struct RemoveCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "rm",
    abstract: "Removes the directories of runs, after a question.",
    discussion: """
      Their numbers stay taken. What they share with the store goes with `scorewalk gc`. A run that is running is left \
      alone.
      """)

  @OptionGroup var options: GlobalOptions

  @Argument(help: RunArgument.many, completion: Completions.runs) var runs: [String]

  @Flag(
    name: [.customShort("n"), .customLong("dry-run")],
    help: "Show what would be removed, and remove nothing.")
  var dryRun = false

  @Flag(name: [.customShort("y"), .customLong("yes")], help: "Do not ask.")
  var yes = false

  func run() throws {
    try options.perform { () throws(Failure) in
      let removals = try RunSelector(runs, in: options.resultsDirectory).all().map {
        RunRemoval($0)
      }
      if !options.json { show(removals) }
      let isOne = removals.count == 1
      var goesOn = false
      if !dryRun {
        goesOn = try Confirmation.ask(
          isOne ? "remove this run?" : "remove these \(removals.count) runs?", isGiven: yes,
          command: options.command("rm", runs))
      }
      var code: Int32 = 0
      var removed: [RunRemoval] = []
      for removal in goesOn ? removals : [] {
        do throws(Failure) {
          try removal.remove()
          removed.append(removal)
        } catch {
          // One that is running does not keep the others.
          Console.report(error, color: options.color)
          code = error.code.exitCode
        }
      }
      if options.json {
        Console.print(Self.json(removals, removed).rendered() + "\n")
      } else if goesOn {
        Console.print("removed \(removed.count == 1 ? "1 run" : "\(removed.count) runs")\n")
      }
      return code
    }
  }

  private func show(_ removals: [RunRemoval]) {
    var rows = [["run", "status", "size", "not shared"]]
    for removal in removals {
      rows.append([
        removal.run.displayName, removal.status?.rawValue ?? "damaged",
        Confirmation.size(removal.size), Confirmation.size(removal.exclusiveSize),
      ])
    }
    Console.print(TextTable.rendered(rows, alignRight: [2, 3]))
  }

  /// `{"runs": [{"run", "directory", "bytes", "bytes_not_shared", "removed"}]}`.
  private static func json(_ removals: [RunRemoval], _ removed: [RunRemoval]) -> JSONText {
    let gone = Set(removed.map(\.run))
    return .map([
      (
        "runs",
        .list(
          removals.map {
            .map([
              ("run", .text($0.run.displayName)), ("directory", .text($0.run.path)),
              ("bytes", .integer($0.size)), ("bytes_not_shared", .integer($0.exclusiveSize)),
              ("removed", .flag(gone.contains($0.run))),
            ])
          })
      )
    ])
  }
}
