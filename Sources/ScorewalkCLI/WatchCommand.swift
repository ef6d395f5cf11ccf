import ArgumentParser
import Experiments

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

struct WatchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "watch", abstract: "Shows how a run gets on, until it ends.",
    discussion: """
      On a terminal the table is drawn anew; elsewhere there is a line for each node that begins or ends. Steps are those \
      of the last checkpoint and the last logged metric. Exit code 0 where the run is done, 1 where it failed, 75 where it \
      was interrupted. A point of a sweep whose turn has not come is waited for.
      """)

  @OptionGroup var options: GlobalOptions

  @Argument(help: RunArgument.one, completion: Completions.runs) var selector: String

  func run() throws {
    try options.perform { () throws(Failure) in
      let run = try options.resultsDirectory.run(selector)
      let plan = try run.plan()
      let isLive = isatty(1) != 0 && !options.json
      var told: [String: RunStatus] = [:]
      var height = 0
      while true {
        let progress = try RunProgress(run, plan)
        if isLive {
          let text = Self.table(progress)
          Console.print((height > 0 ? "\u{1B}[\(height)A\u{1B}[J" : "") + text)
          height = text.count { $0 == "\n" }
        } else {
          tell(progress, &told)
        }
        switch progress.status {
        // A point of a sweep under way waits for its turn.
        case .running, .pending: FileLock.pause(seconds: isLive ? 1 : 0.2)
        case .done: return 0
        case .failed: return 1
        case .interrupted, .skipped: return Failure.Code.stopped.exitCode
        }
      }
    }
  }

  /// A line for each node that stands otherwise than it did, and for the run when it ends.
  private func tell(_ progress: RunProgress, _ told: inout [String: RunStatus]) {
    for node in progress.nodes where told[node.name] != node.status {
      told[node.name] = node.status
      guard node.status != .pending else { continue }
      if options.json {
        Console.print(Self.json(node).compactText + "\n")
      } else {
        Console.print("\(node.name): \(node.text)\n")
      }
    }
    guard progress.status != .running, progress.status != .pending else { return }
    if options.json {
      let line = JSONText.map([
        ("run", .text(progress.run.displayName)), ("status", .text(progress.status.rawValue)),
      ])
      Console.print(line.compactText + "\n")
    } else {
      Console.print("\(progress.run.displayName): \(progress.status.rawValue)\n")
    }
  }

  private static func json(_ node: RunProgress.Node) -> JSONText {
    .map([
      ("node", .text(node.name)), ("status", .text(node.status.rawValue)),
      ("step", node.step.map { .integer($0) } ?? .null),
      ("steps", node.steps.map { .integer($0) } ?? .null),
    ])
  }

  private static func table(_ progress: RunProgress) -> String {
    let head = "\(progress.run.displayName): \(progress.status.rawValue), "
    return head + "heartbeat \(progress.heartbeat)\n"
      + TextTable.rendered(progress.nodes.map { [$0.name, $0.text] })
  }
}
