import ArgumentParser
import Experiments

struct GarbageCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "gc",
    abstract:
      "Removes from the store what no run refers to, and what killed processes left behind.",
    discussion: """
      It shows what there is with its size and asks. Nothing that a run refers to goes, and nothing that a process works \
      on; runs that begin meanwhile are safe.
      """)

  @OptionGroup var options: GlobalOptions

  @Flag(
    name: [.customShort("n"), .customLong("dry-run")],
    help: "Show what would be removed, and remove nothing.")
  var dryRun = false

  @Flag(name: [.customShort("y"), .customLong("yes")], help: "Do not ask.")
  var yes = false

  func run() throws {
    try options.perform { () throws(Failure) in
      let garbage = try Garbage(in: options.resultsDirectory)
      if !options.json { show(garbage) }
      var removed: [Garbage.Item] = []
      if !garbage.items.isEmpty, !dryRun {
        let goesOn = try Confirmation.ask(
          "remove \(garbage.items.count) things, \(Confirmation.size(garbage.size))?", isGiven: yes,
          command: options.command("gc", []))
        if goesOn { removed = try garbage.remove() }
      }
      let size = removed.reduce(0) { $0 + $1.size }
      if options.json {
        Console.print(Self.json(garbage, removed, size).rendered() + "\n")
      } else if !removed.isEmpty {
        Console.print("removed \(removed.count), \(Confirmation.size(size))\n")
      }
      return 0
    }
  }

  private func show(_ garbage: Garbage) {
    guard !garbage.items.isEmpty else {
      Console.print("there is nothing to remove in '\(options.results)'\n")
      return
    }
    var rows = [["what", "count", "size"]]
    for reason in Garbage.Reason.allCases {
      let items = garbage.items.filter { $0.reason == reason }
      guard !items.isEmpty else { continue }
      let size = items.reduce(0) { $0 + $1.size }
      rows.append([reason.summary, String(items.count), Confirmation.size(size)])
    }
    rows.append(["together", String(garbage.items.count), Confirmation.size(garbage.size)])
    Console.print(TextTable.rendered(rows, alignRight: [1, 2]))
    guard options.verbose else { return }
    for item in garbage.items { Console.print("\(item.path)  \(Confirmation.size(item.size))\n") }
  }

  /// `{"found": [{"reason", "path", "bytes"}], "removed": n, "bytes": n}`.
  private static func json(_ garbage: Garbage, _ removed: [Garbage.Item], _ size: Int) -> JSONText {
    .map([
      (
        "found",
        .list(
          garbage.items.map {
            .map([
              ("reason", .text($0.reason.rawValue)), ("path", .text($0.path)),
              ("bytes", .integer($0.size)),
            ])
          })
      ),
      ("removed", .integer(removed.count)), ("bytes", .integer(size)),
    ])
  }
}
