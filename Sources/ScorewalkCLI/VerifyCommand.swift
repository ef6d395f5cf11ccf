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

  /// What came of one run.
  private struct Outcome {
    var differenceCount = 0
    /// Nil where it was compared with no reference.
    var agreement: ReferenceResult.Agreement?
    var json: [(String, JSONText)] = []

    var isSame: Bool { differenceCount == 0 && agreement.map { $0.isSame } ?? true }
  }

  func run() throws {
    try options.perform { () throws(Failure) in
      let found = try RunSelector(runs, in: options.resultsDirectory).all()
      var outcomes: [Outcome] = []
      var failures: [Failure] = []
      var reports: [JSONText] = []
      for run in found {
        do throws(Failure) {
          let outcome = try verify(run)
          outcomes.append(outcome)
          reports.append(.map(outcome.json))
        } catch {
          // One run that cannot be verified says nothing of the others.
          guard found.count > 1 else { throw error }
          failures.append(error)
          Console.report(error, color: options.color)
          reports.append(
            .map([
              ("run", .text(run.displayName)), ("directory", .text(run.path)),
              ("error", .text(error.what)),
            ]))
        }
      }
      let compared = outcomes.filter { !($0.agreement?.isOfAnotherPoint ?? false) }
      if options.json {
        Console.print(JSONText.map([("runs", .list(reports))]).rendered() + "\n")
      } else if found.count > 1 {
        Console.print(Self.sum(outcomes, compared, failures))
      }
      // Where all runs are other points of the sweep than that of the reference, nothing was compared.
      let hasFailed = outcomes.contains { $0.differenceCount > 0 }
      if hasFailed || compared.contains(where: { !$0.isSame }) { return 1 }
      if compared.isEmpty, failures.isEmpty { return 1 }
      return failures.first?.code.exitCode ?? 0
    }
  }

  private func verify(_ run: RunDirectory) throws(Failure) -> Outcome {
    var outcome = Outcome()
    let (count, differences) = try Manifest.verify(run)
    outcome.differenceCount = differences.count
    outcome.json = [
      ("run", .text(run.displayName)), ("directory", .text(run.path)), ("files", .integer(count)),
      (
        "differences",
        .list(
          differences.map { .map([("file", .text($0.file)), ("kind", .text($0.kind.rawValue))]) })
      ),
    ]
    if !options.json {
      for difference in differences {
        Console.print("\(run.path(difference.file)): \(difference.kind.rawValue)\n")
      }
      let verdict = differences.isEmpty ? "as written" : "\(differences.count) differ"
      Console.print("\(run.displayName): \(count) files, \(verdict)\n")
    }
    guard let against else { return outcome }
    let reference = try Self.reference(against, for: run, in: options.resultsDirectory)
    let agreement = try reference.compare(run)
    outcome.agreement = agreement
    outcome.json.append(("against", Self.json(agreement, reference)))
    if !options.json { Console.print(Self.text(agreement, reference, run)) }
    return outcome
  }

  /// What came of several runs, on a line.
  private static func sum(
    _ outcomes: [Outcome], _ compared: [Outcome], _ failures: [Failure]
  ) -> String {
    var parts: [String] = []
    func add(_ count: Int, _ text: String) { if count > 0 { parts.append("\(count) \(text)") } }
    add(outcomes.count { $0.differenceCount == 0 }, "as written")
    add(outcomes.count { $0.differenceCount > 0 }, "changed")
    add(failures.count, "not verified")
    if outcomes.contains(where: { $0.agreement != nil }) {
      add(compared.count { $0.agreement?.isSame == true }, "with every bit of the reference")
      add(compared.count { $0.agreement?.isSame == false }, "not as the reference")
      add(outcomes.count - compared.count, "other points of the sweep, not compared")
    }
    return "\(outcomes.count + failures.count) runs: \(parts.joined(separator: ", "))\n"
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
    if agreement.isOfAnotherPoint {
      return
        "\(run.displayName): another point of the sweep than \(place), not compared: \(changes(agreement))\n"
    }
    if !agreement.others.isEmpty {
      lines.append(
        "other computations than in \(place), by their keys: "
          + agreement.others.joined(separator: ", "))
    }
    if !agreement.missing.isEmpty {
      lines.append("not done in \(run.displayName): " + agreement.missing.joined(separator: ", "))
    }
    if !agreement.absent.isEmpty {
      lines.append(
        "not in the plan of \(run.displayName): " + agreement.absent.joined(separator: ", "))
    }
    if !agreement.changes.isEmpty {
      lines.append("the specs differ: " + changes(agreement))
    } else if !agreement.others.isEmpty {
      lines.append("the specs are the same: the kinds are of other versions, or the inputs differ")
    }
    if agreement.isSame {
      lines.append("\(run.displayName): \(compared), every bit as in \(place)")
    } else if agreement.first == nil, agreement.fileCount > 0 {
      lines.append("\(run.displayName): the other \(compared) have every bit as in \(place)")
    }
    return lines.map { $0 + "\n" }.joined()
  }

  /// The keys that differ, with the value of the run and that of the reference.
  private static func changes(_ agreement: ReferenceResult.Agreement) -> String {
    let shown = agreement.changes.prefix(8).map { change in
      "\(change.path) \(change.one ?? "not there"), not \(change.other ?? "there")"
    }
    let rest =
      agreement.changes.count > 8 ? "; and \(agreement.changes.count - 8) more keys" : ""
    return PrintableText.line(shown.joined(separator: "; ") + rest)
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
      ("absent", texts(agreement.absent)),
      (
        "changes",
        .list(
          agreement.changes.map {
            .map([
              ("key", .text($0.path)), ("run", $0.one.map { .text($0) } ?? .null),
              ("reference", $0.other.map { .text($0) } ?? .null),
            ])
          })
      ),
    ])
  }
}
