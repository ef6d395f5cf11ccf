import ArgumentParser
import Experiments
import YAML

struct CheckCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check", abstract: "Finds every mistake of a spec, and does nothing else.")

  @OptionGroup var options: GlobalOptions

  @Argument(
    help: ArgumentHelp(
      "Specs: paths, or names in experiments/; and overrides of all of them: a.b.c=value, +a.b=value, ~a.b.",
      valueName: "spec"),
    completion: Completions.specs)
  var arguments: [String]

  @OptionGroup var sweep: SweepOptions

  /// Whether an argument is an override: no spec's path has its form, unless there is such a file.
  private static func isOverride(_ text: String) -> Bool {
    (text.contains("=") || text.hasPrefix("+") || text.hasPrefix("~")) && !FileSystem.exists(text)
  }

  func run() throws {
    try options.perform { () throws(Failure) in
      let overrides = arguments.filter(Self.isOverride)
      let specs = arguments.filter { !Self.isOverride($0) }
      if specs.isEmpty {
        throw Failure(
          .usage, "there are overrides and no spec", remedy: "name the spec that they change")
      }
      var code: Int32 = 0
      var reports: [JSONText] = []
      for text in specs {
        let argument = try SpecArgument(text)
        let reading = try argument.diagnose(
          overrides: overrides, sweeps: sweep.sweeps, options: options)
        let (points, diagnostics) = (reading.points, reading.diagnostics)
        // Of several specs, one that is wrong weighs more than one whose inputs are not there.
        if reading.exitCode != 0, code != badSpecCode { code = reading.exitCode }
        if options.json {
          reports.append(Self.json(argument.path, points, diagnostics))
        } else {
          Console.report(diagnostics, color: options.color)
          if let points {
            let count = points.isSweep ? "\(points.points.count) points of " : ""
            Console.print(
              "\(argument.path): \(points.name), \(count)\(points.first.graph.nodes.count) nodes, no mistakes\n"
            )
          }
        }
      }
      if options.json { Console.print(JSONText.map([("specs", .list(reports))]).rendered() + "\n") }
      return code
    }
  }

  static func json(_ path: String, _ points: SpecPoints?, _ diagnostics: Diagnostics) -> JSONText {
    var members: [(String, JSONText)] = [
      ("spec", .text(path)), ("name", points.map { .text($0.name) } ?? .null),
      ("valid", .flag(points != nil)),
      ("diagnostics", .list(diagnostics.sorted.map(json))),
    ]
    if let points, points.isSweep { members.append(("points", .integer(points.points.count))) }
    return .map(members)
  }

  private static func json(_ diagnostic: Diagnostic) -> JSONText {
    .map(
      [
        ("severity", .text(diagnostic.severity.rawValue)), ("message", .text(diagnostic.message)),
      ] + place(diagnostic.range)
        + [
          ("help", diagnostic.help.map { .text($0) } ?? .null),
          (
            "notes",
            .list(diagnostic.notes.map { .map([("message", .text($0.message))] + place($0.range)) })
          ),
        ])
  }

  private static func place(_ range: SourceRange?) -> [(String, JSONText)] {
    guard let range else { return [] }
    return [
      ("file", .text(range.source.name)), ("line", .integer(range.start.line)),
      ("column", .integer(range.start.column)),
    ]
  }
}
