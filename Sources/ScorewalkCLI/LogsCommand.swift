import ArgumentParser
import Experiments

struct LogsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "logs", abstract: "Prints the logs of a run's nodes.",
    discussion: """
      With --follow, the log of a node under way is shown as it grows, and those of the nodes that come; a point of a \
      sweep whose turn has not come is waited for.
      """)

  @OptionGroup var options: GlobalOptions

  @Argument(help: RunArgument.one, completion: Completions.runs) var selector: String

  @Argument(
    help: ArgumentHelp("One node; all unless said.", valueName: "node"),
    completion: Completions.nodesOfRun)
  var node: String?

  @Flag(name: .shortAndLong, help: "Go on with what is logged, until the run ends.")
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
      var printing = LogPrinting(hasHeads: node == nil)
      while true {
        // Asked before the logs are read: what ended before is in them.
        let status = run.status(record)
        let isUnderWay = status == .running || status == .pending
        for name in names where !printing.whole.contains(name) {
          if let log = run.log(of: name), !isUnderWay || record[node: name]?.status != .running {
            printing.end(name, log)
          } else if follow, let entry = record[node: name], entry.status == .running,
            let log = run.liveLog(of: entry, record)
          {
            printing.go(on: name, log)
          }
        }
        guard follow, isUnderWay, printing.whole.count < names.count else { break }
        FileLock.pause(seconds: 0.2)
        record = try run.record()
      }
      if printing.isEmpty {
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

/// The logs that were printed, of nodes that have ended and of nodes under way.
private struct LogPrinting {
  /// Whether a line names the node whose log follows.
  let hasHeads: Bool
  /// The nodes whose logs are printed to their ends.
  private(set) var whole: Set<String> = []
  private var shown: [String: String] = [:]
  private var last: String?

  init(hasHeads: Bool) { self.hasHeads = hasHeads }

  var isEmpty: Bool { shown.isEmpty }

  /// Prints what is new in a log that grows.
  mutating func go(on node: String, _ log: String) {
    // A node that was resumed begins its log anew.
    let known = shown[node].flatMap { log.hasPrefix($0) ? $0 : nil } ?? ""
    let new = log.utf8.dropFirst(known.utf8.count)
    shown[node] = log
    guard !new.isEmpty else { return }
    if hasHeads, last != node { Console.print("== \(node)\n") }
    last = node
    Console.print(String(decoding: new, as: UTF8.self))
  }

  /// Prints the rest of a log that is whole.
  mutating func end(_ node: String, _ log: String) {
    go(on: node, log)
    whole.insert(node)
  }
}
