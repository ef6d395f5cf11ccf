import ArgumentParser
import Experiments

struct VerifyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify",
    abstract: "Rehashes the samples, checkpoints and metrics of runs and names what has changed.",
    discussion: """
      With --against, the runs are also compared with the results of another machine, bit by bit: those under \
      results/reference come with Scorewalk.
      """)

  @OptionGroup var options: GlobalOptions

  @Argument(help: RunArgument.many, completion: Completions.runs) var runs: [String]

  @Option(
    help: ArgumentHelp(
      "A reference, a directory of references by experiment, or a run whose results the runs should have.",
      valueName: "reference"),
    completion: .directory)
  var against: String?

  func run() throws {
    try options.perform { () throws(Failure) in
      var code: Int32 = 0
      var reports: [JSONText] = []
      for run in try RunSelector(runs, in: options.resultsDirectory).all() {
        let (count, differences) = try Manifest.verify(run)
        if !differences.isEmpty { code = 1 }
        var members: [(String, JSONText)] = [
          ("run", .text(run.displayName)), ("directory", .text(run.path)),
          ("files", .integer(count)),
          (
            "differences",
            .list(
              differences.map {
                .map([("file", .text($0.file)), ("kind", .text($0.kind.rawValue))])
              })
          ),
        ]
        if !options.json {
          for difference in differences {
            Console.print("\(run.path(difference.file)): \(difference.kind.rawValue)\n")
          }
          let verdict = differences.isEmpty ? "as written" : "\(differences.count) differ"
          Console.print("\(run.displayName): \(count) files, \(verdict)\n")
        }
        if let against {
          let reference = try Self.reference(against, for: run, in: options.resultsDirectory)
          let agreement = try reference.compare(run)
          if !agreement.isSame { code = 1 }
          members.append(("against", Self.json(agreement, reference)))
          if !options.json { Console.print(Self.text(agreement, reference, run)) }
        }
        reports.append(.map(members))
      }
      if options.json { Console.print(JSONText.map([("runs", .list(reports))]).rendered() + "\n") }
      return code
    }
  }

  /// The reference that is meant: a directory of several has one for each experiment.
  private static func reference(
    _ text: String, for run: RunDirectory, in results: ResultsDirectory
  ) throws(Failure) -> ReferenceResult {
    guard FileSystem.isDirectory(text), !FileSystem.exists(text + "/run.json") else {
      return try ReferenceResult(results.run(text))
    }
    let path = text + (text.hasSuffix("/") ? "" : "/") + run.experiment
    guard FileSystem.exists(path + "/run.json") else {
      throw Failure(
        .noInput, "there is no reference for '\(run.experiment)' in '\(text)'", path: path,
        remedy: "make one with `scorewalk export RUN --to reference -o \(ShellText.quoted(path))`")
    }
    return try ReferenceResult(RunDirectory(path: path))
  }

  // MARK: - What to say

  private static func text(
    _ agreement: ReferenceResult.Agreement, _ reference: ReferenceResult, _ run: RunDirectory
  ) -> String {
    let place = reference.directory.path
    let compared = "\(agreement.fileCount) files of \(agreement.nodeCount) nodes"
    var lines: [String] = []
    if let first = agreement.first {
      var text = "the first difference: \(first.node): \(first.file)"
      if let detail = first.detail {
        text +=
          ": \(detail.place): \(detail.one) in \(run.displayName), \(detail.other) in \(place)"
      }
      if let largest = first.largest {
        text += "; the draws that are kept differ by up to \(TextTable.short(largest))"
      }
      lines.append(text)
      lines.append("other bits than \(place): \(agreement.differing.joined(separator: ", "))")
    }
    if !agreement.others.isEmpty {
      lines.append(
        "other computations than in \(place), by their keys: "
          + agreement.others.joined(separator: ", "))
    }
    if !agreement.missing.isEmpty {
      lines.append("not done in \(run.displayName): " + agreement.missing.joined(separator: ", "))
    }
    if agreement.isSame {
      lines.append("\(run.displayName): \(compared), every bit as in \(place)")
    } else if agreement.first == nil, agreement.fileCount > 0 {
      lines.append("\(run.displayName): the other \(compared) have every bit as in \(place)")
    }
    return lines.map { $0 + "\n" }.joined()
  }

  private static func json(
    _ agreement: ReferenceResult.Agreement, _ reference: ReferenceResult
  ) -> JSONText {
    func texts(_ names: [String]) -> JSONText { .list(names.map { .text($0) }) }
    let first: JSONText =
      agreement.first.map { first in
        .map([
          ("node", .text(first.node)), ("file", .text(first.file)),
          ("place", first.detail.map { .text($0.place) } ?? .null),
          ("run", first.detail.map { .text($0.one) } ?? .null),
          ("reference", first.detail.map { .text($0.other) } ?? .null),
          ("largest", first.largest.map { .number($0) } ?? .null),
        ])
      } ?? .null
    return .map([
      ("reference", .text(reference.directory.path)), ("same", .flag(agreement.isSame)),
      ("files", .integer(agreement.fileCount)), ("nodes", .integer(agreement.nodeCount)),
      ("first", first), ("differing", texts(agreement.differing)),
      ("others", texts(agreement.others)), ("missing", texts(agreement.missing)),
    ])
  }
}
