import ArgumentParser
import Experiments

struct ShowCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show",
    abstract: "Shows one run: its nodes, its final metrics, and where they are.")

  @OptionGroup var options: GlobalOptions

  @Argument(help: RunArgument.one, completion: Completions.runs) var selector: String

  @Flag(help: "Show every value of the resolved spec with the place that it comes from.")
  var origin = false

  func run() throws {
    try options.perform { () throws(Failure) in
      let run = try options.resultsDirectory.run(selector)
      let record = try run.record()
      if origin {
        showOrigins(try SpecOrigins(run, record), of: run)
        return 0
      }
      let status = run.status(record)
      if options.json {
        Console.print(Self.json(run, record, status).rendered() + "\n")
        return 0
      }
      Console.print(
        "\(run.displayName): \(status.rawValue)\n\(run.path)\nstarted \(record.started)")
      Console.print(record.finished.map { ", ended \($0)\n" } ?? "\n")
      if let sweep = record.sweep {
        Console.print(
          "point \(sweep.point + 1) of \(sweep.points): \(PrintableText.line(sweep.label))\n")
      }
      if status == .interrupted || status == .failed || status == .skipped {
        Console.say("go on with `\(options.command("resume", run.path))`\n")
      }
      Console.print(RunPurpose(run, record).text)
      for input in record.inputs ?? [] {
        Console.print(
          "\(input.node) reads \(input.file), a copy of \(PrintableText.line(input.origin))\n")
      }
      for resumption in record.resumed {
        Console.print("\(resumption.node) went on from its checkpoint at step \(resumption.step)\n")
      }
      for node in record.nodes {
        if let step = node.continued {
          Console.print(
            "\(node.name) went on from the end of a stored shorter one at step \(step)\n")
        }
      }
      var rows = [["node", "status", "seconds", "key"]]
      for node in record.nodes {
        let state = Self.state(of: node, in: status)
        let word = state == .done && node.executed == false ? "stored" : state.rawValue
        rows.append([
          node.name, word, node.seconds.map { TextTable.number($0, digits: 3) } ?? "",
          String(node.key.prefix(12)),
        ])
      }
      Console.print("\n" + TextTable.rendered(rows, alignRight: [2]))
      for node in record.nodes {
        if let failure = node.failure {
          Console.print("\n\(node.name): \(PrintableText.lines(failure))\n")
        }
      }
      let table = RunReport.table(record, isComplete: true)
      if !table.isEmpty { Console.print("\n" + table) }
      return 0
    }
  }

  private func showOrigins(_ origins: SpecOrigins, of run: RunDirectory) {
    guard options.json else {
      let rows = origins.values.map { [$0.path, $0.text, $0.origin.text] }
      return Console.print(TextTable.rendered([["key", "value", "from"]] + rows))
    }
    let values = origins.values.map {
      JSONText.map([
        ("key", .text($0.path)), ("value", .text($0.text)), ("from", .text($0.origin.text)),
      ])
    }
    Console.print(
      JSONText.map([("run", .text(run.displayName)), ("values", .list(values))]).rendered() + "\n")
  }

  /// How a node stands: one that was under way when its process was killed is interrupted.
  private static func state(of node: RunRecord.Node, in run: RunStatus) -> RunStatus {
    node.status == .running && run != .running ? .interrupted : node.status
  }

  private static func json(_ run: RunDirectory, _ record: RunRecord, _ status: RunStatus)
    -> JSONText
  {
    let nodes = record.nodes.map { node -> JSONText in
      var members: [(String, JSONText)] = [
        ("name", .text(node.name)), ("status", .text(state(of: node, in: status).rawValue)),
        ("key", .text(node.key)),
        ("executed", node.executed.map { .flag($0) } ?? .null),
        ("seconds", node.seconds.map { .number($0) } ?? .null),
        ("failure", node.failure.map { .text($0) } ?? .null),
      ]
      // Only where it is so.
      if let step = node.continued { members.append(("continued", .integer(step))) }
      return .map(members)
    }
    let resumed = record.resumed.map {
      JSONText.map([("node", .text($0.node)), ("step", .integer($0.step))])
    }
    var members: [(String, JSONText)] =
      [
        ("run", .text(run.displayName)), ("directory", .text(run.path)),
        ("status", .text(status.rawValue)),
        ("started", .text(record.started)),
        ("finished", record.finished.map { .text($0) } ?? .null),
        ("resumed", .list(resumed)), ("nodes", .list(nodes)),
      ] + RunPurpose(run, record).members
    if let sweep = record.sweep {
      members += [("sweep", .text(sweep.id)), ("point", .text(sweep.label))]
    }
    if let inputs = record.inputs {
      members.append(
        (
          "inputs",
          .list(
            inputs.map {
              .map([
                ("node", .text($0.node)), ("file", .text($0.file)), ("origin", .text($0.origin)),
                ("sha256", .text($0.sha256)),
              ])
            })
        ))
    }
    if case .map(let summary) = RunSummary.json(record) { members += summary }
    return .map(members)
  }
}
