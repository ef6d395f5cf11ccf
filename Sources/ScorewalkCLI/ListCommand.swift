import ArgumentParser
import Experiments

struct ListCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "ls", abstract: "Lists the runs with their status, newest last.")

  @OptionGroup var options: GlobalOptions

  @Argument(help: ArgumentHelp("Only the runs of this experiment.", valueName: "experiment"))
  var experiment: String?

  func run() throws {
    try options.perform { () throws(Failure) in
      let results = options.resultsDirectory
      let runs = experiment.map { results.runs(of: $0) } ?? results.runs
      if let experiment, runs.isEmpty {
        throw Failure(
          .noInput, "there are no runs of '\(experiment)' in '\(results.path)'", path: results.path,
          remedy: "`scorewalk ls` lists all runs")
      }
      var rows = [["run", "status", "nodes", "started"]]
      var reports: [JSONText] = []
      for run in runs {
        let record = try run.record()
        let status = run.status(record)
        let done = record.nodes.count { $0.status == .done }
        rows.append([
          run.displayName, status.rawValue, "\(done)/\(record.nodes.count)", record.started,
        ])
        reports.append(
          .map([
            ("run", .text(run.displayName)), ("directory", .text(run.path)),
            ("status", .text(status.rawValue)),
            ("nodes", .integer(record.nodes.count)), ("done", .integer(done)),
            ("started", .text(record.started)),
            ("finished", record.finished.map { .text($0) } ?? .null),
          ]))
      }
      if options.json {
        Console.print(JSONText.map([("runs", .list(reports))]).rendered() + "\n")
      } else if runs.isEmpty {
        Console.say("there are no runs in '\(results.path)'; make one with `scorewalk run`\n")
      } else {
        Console.print(TextTable.rendered(rows, alignRight: [2]))
      }
      return 0
    }
  }
}
