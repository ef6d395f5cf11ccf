import ArgumentParser
import Experiments

struct LogsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "logs", abstract: "Prints the logs of a run's nodes.",
    discussion: "A node's log is there when the node has ended.")

  @OptionGroup var options: GlobalOptions

  @Argument(help: RunArgument.one, completion: Completions.runs) var selector: String

  @Argument(
    help: ArgumentHelp("One node; all unless said.", valueName: "node"),
    completion: Completions.nodesOfRun)
  var node: String?

  @Flag(name: .shortAndLong, help: "Go on with the logs of the nodes that end, until the run does.")
  var follow = false

  func validate() throws {
    if follow, options.json { throw ValidationError("--follow and --json exclude each other") }
  }

  func run() throws {
    try options.perform { () throws(Failure) in
      let run = try options.resultsDirectory.run(selector)
      var record = try run.record()
      let names = try chosen(record, run)
      if options.json {
        let logs = names.compactMap { name in
          run.log(of: name).map { JSONText.map([("node", .text(name)), ("log", .text($0))]) }
        }
        Console.print(
          JSONText.map([("run", .text(run.displayName)), ("logs", .list(logs))]).rendered() + "\n")
        return 0
      }
      var printed: Set<String> = []
      while true {
        // Asked before the logs are read: what ended before is in them.
        let status = run.status(record)
        for name in names where !printed.contains(name) {
          guard let log = run.log(of: name) else { continue }
          printed.insert(name)
          if node == nil { Console.print("== \(name)\n") }
          Console.print(log)
        }
        guard follow, status == .running, printed.count < names.count else { break }
        FileLock.pause(seconds: 0.2)
        record = try run.record()
      }
      if printed.isEmpty {
        Console.say("\(node.map { "'\($0)'" } ?? run.displayName) has no log\n")
      }
      return 0
    }
  }

  private func chosen(_ record: RunRecord, _ run: RunDirectory) throws(Failure) -> [String] {
    guard let node else { return record.nodes.map(\.name) }
    return [try run.planned(node).name]
  }
}
