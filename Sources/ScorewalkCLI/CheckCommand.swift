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
        let reading = try argument.diagnose(overrides: overrides, options: options)
        let (spec, diagnostics) = (reading.spec, reading.diagnostics)
        // Of several specs, one that is wrong weighs more than one whose inputs are not there.
        if reading.exitCode != 0, code != badSpecCode { code = reading.exitCode }
        if options.json {
          reports.append(Self.json(argument.path, spec, diagnostics))
        } else {
          Console.report(diagnostics, color: options.color)
          if let spec {
            Console.print(
              "\(argument.path): \(spec.name), \(spec.graph.nodes.count) nodes, no mistakes\n")
          }
        }
      }
      if options.json { Console.print(JSONText.map([("specs", .list(reports))]).rendered() + "\n") }
      return code
    }
  }

  static func json(_ path: String, _ spec: Spec?, _ diagnostics: Diagnostics) -> JSONText {
    .map([
      ("spec", .text(path)), ("name", spec.map { .text($0.name) } ?? .null),
      ("valid", .flag(spec != nil)),
      ("diagnostics", .list(diagnostics.sorted.map(json))),
    ])
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
