import ArgumentParser
import Experiments

struct ExplainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "explain",
    abstract: "Says what is known exactly about a spec before anything runs.",
    discussion: """
      Laws: moments, modes, barriers, Fisher information. Trainings: what the loss can come to at best. Chains on a law, \
      or on a score that is learned from one: the law that they really have, how long they take to reach it, and the \
      weights of the modes to expect. A line that begins with ! is a warning. Of a spec that sweeps one point is explained.
      """)

  @OptionGroup var options: GlobalOptions

  @Argument(
    help: ArgumentHelp("The spec: a path, or a name in experiments/.", valueName: "spec"),
    completion: Completions.specs)
  var spec: String

  @Argument(
    help: ArgumentHelp("Overrides: a.b.c=value, +a.b=value, ~a.b.", valueName: "override"),
    completion: Completions.overrides)
  var overrides: [String] = []

  @Flag(help: "Shrink every step count, chain count and batch to what runs in seconds.")
  var smoke = false

  @Option(
    help: ArgumentHelp("Of a spec that sweeps, the point to explain, from 1.", valueName: "n"))
  var point: Int?

  /// The point that was asked for; the first one unless said.
  private func chosen(_ points: SpecPoints) throws(Failure) -> SpecPoint {
    guard let point else { return points.points[0] }
    let count = points.points.count
    guard points.isSweep else {
      throw Failure(
        .usage, "'\(spec)' has no points: it does not sweep", remedy: "leave out --point")
    }
    guard (1...count).contains(point) else {
      throw Failure(
        .usage, "there is no point \(point) in '\(spec)'",
        remedy: "write a number from 1 to \(count); `\(options.command("plan", spec))` lists them")
    }
    return points.points[point - 1]
  }

  func run() throws {
    try options.perform { () throws(Failure) in
      guard
        let (points, _) = try SpecArgument(spec).read(
          overrides: overrides, isSmoke: smoke, options: options)
      else { return badSpecCode }
      let chosen = try chosen(points)
      let explanation = Explanation(chosen.spec)
      if options.json {
        var members: [(String, JSONText)] = []
        if let place = chosen.point {
          members = [
            ("point", .integer(place.index + 1)), ("points", .integer(points.points.count)),
            ("label", .text(place.label)),
          ]
        }
        Console.print(explanation.json(adding: members).rendered() + "\n")
      } else {
        if let place = chosen.point {
          Console.print(
            "point \(place.index + 1) of \(points.points.count): \(place.label)\n"
              + (point == nil
                ? "the others: --point 2 and so on, as `\(options.command("plan", spec))` numbers them\n\n"
                : "\n"))
        }
        Console.print(ExplainReport(explanation, isColored: options.color.isOn(for: 1)).text)
      }
      return 0
    }
  }
}

/// An explanation on a terminal: a block a node, a line a fact, and beneath them what they come to.
struct ExplainReport {
  let text: String

  /// How wide a line may be.
  private static let width = 100

  init(_ explanation: Explanation, isColored: Bool) {
    var text = ""
    var section = ""
    if !explanation.automatic.isEmpty {
      text += Self.marked("chosen by the data", "1;4", isColored) + "\n\n"
      let wide = explanation.automatic.map(\.field.count).max() ?? 0
      for number in explanation.automatic {
        let padding = String(repeating: " ", count: wide - number.field.count)
        let remark = Self.marked("(\(number.reason))", "2", isColored)
        text += "    \(number.field)\(padding)  \(TextTable.short(number.value))  \(remark)\n"
      }
    }
    for node in explanation.nodes where !(node.facts.isEmpty && node.verdicts.isEmpty) {
      if node.section != section {
        section = node.section
        text += (text.isEmpty ? "" : "\n") + Self.marked(section, "1;4", isColored) + "\n"
      }
      let kind = node.kind == node.section ? "" : "  (\(node.kind))"
      text += "\n  " + Self.marked(node.name, "1", isColored) + kind + "\n"
      let wide = node.facts.map(\.label.count).max() ?? 0
      for fact in node.facts {
        let padding = String(repeating: " ", count: wide - fact.label.count)
        let remark = fact.remark.map { "  " + Self.marked("(\($0))", "2", isColored) } ?? ""
        text += "    \(fact.label)\(padding)  \(Self.words(fact))\(remark)\n"
      }
      for verdict in node.verdicts {
        let isWarning = verdict.severity == .warning
        let lines = Self.wrapped(verdict.text, width: Self.width - 6)
        for (index, line) in lines.enumerated() {
          let head = index > 0 ? "      " : isWarning ? "    ! " : "    - "
          text += Self.marked(head + line, isWarning ? "33" : "0", isColored && isWarning) + "\n"
        }
      }
    }
    self.text = text
  }

  private static func words(_ fact: Fact) -> String {
    switch fact.value {
    case .count(let count): return String(count)
    case .text(let text): return text
    case .number(let number):
      let error = fact.standardError.map { " ± " + TextTable.short($0, digits: 1) } ?? ""
      return TextTable.short(number, digits: 5) + error
    case .numbers(let numbers):
      let shown = numbers.prefix(8).map { TextTable.short($0) }.joined(separator: ", ")
      return numbers.count > 8 ? shown + ", … (\(numbers.count))" : shown
    }
  }

  private static func marked(_ text: String, _ code: String, _ isColored: Bool) -> String {
    isColored ? "\u{1B}[\(code)m\(text)\u{1B}[0m" : text
  }

  /// Lines of whole words.
  static func wrapped(_ text: String, width: Int) -> [String] {
    var lines: [String] = []
    var line = ""
    for word in text.split(separator: " ") {
      if !line.isEmpty, line.count + 1 + word.count > width {
        lines.append(line)
        line = ""
      }
      line += (line.isEmpty ? "" : " ") + word
    }
    return lines + (line.isEmpty ? [] : [line])
  }
}
