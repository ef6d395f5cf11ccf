import ArgumentParser
import Experiments

struct VerifyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify",
    abstract: "Rehashes the samples, checkpoints and metrics of runs and names what has changed.")

  @OptionGroup var options: GlobalOptions

  @Argument(help: RunArgument.many, completion: Completions.runs) var runs: [String]

  func run() throws {
    try options.perform { () throws(Failure) in
      var code: Int32 = 0
      var reports: [JSONText] = []
      for run in try RunSelector(runs, in: options.resultsDirectory).all() {
        let (count, differences) = try Manifest.verify(run)
        if !differences.isEmpty { code = 1 }
        if options.json {
          reports.append(
            .map([
              ("run", .text(run.displayName)), ("directory", .text(run.path)),
              ("files", .integer(count)),
              (
                "differences",
                .list(
                  differences.map {
                    .map([("file", .text($0.file)), ("kind", .text($0.kind.rawValue))])
                  })
              ),
            ]))
        } else {
          for difference in differences {
            Console.print("\(run.path(difference.file)): \(difference.kind.rawValue)\n")
          }
          let verdict = differences.isEmpty ? "as written" : "\(differences.count) differ"
          Console.print("\(run.displayName): \(count) files, \(verdict)\n")
        }
      }
      if options.json { Console.print(JSONText.map([("runs", .list(reports))]).rendered() + "\n") }
      return code
    }
  }
}
