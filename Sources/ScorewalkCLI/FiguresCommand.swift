import ArgumentParser
import Experiments

struct FiguresCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "figures",
    abstract: "Draws the figures of a run anew from its files.",
    discussion: """
      A run draws them by itself where gnuplot is there; this is for other formats, for runs that were made without it, \
      and after a change of how figures look. The figures of a sweep are drawn with those of any of its points.
      """)

  @OptionGroup var options: GlobalOptions

  @Argument(help: RunArgument.one, completion: Completions.runs) var selector: String

  @Argument(
    help: ArgumentHelp("Which figures; all unless said.", valueName: "figure"),
    completion: Completions.figuresOfRun)
  var names: [String] = []

  @Option(
    help: ArgumentHelp(
      "svg, png or pdf, several with commas; what the spec says unless said.", valueName: "formats"),
    completion: .list(["svg", "png", "pdf"]))
  var format: String?

  private var formats: [FigureFormat.Choice]? {
    format.map { text in
      text.split(separator: ",").compactMap { FigureFormat.Choice(rawValue: String($0)) }
    }
  }

  func validate() throws {
    guard let format else { return }
    let words = format.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    for word in words where FigureFormat.Choice(rawValue: word) == nil {
      throw ValidationError("--format \(word): there is no such format; there are svg, png and pdf")
    }
  }

  func run() throws {
    try options.perform { () throws(Failure) in
      let run = try options.resultsDirectory.run(selector)
      let gallery = try FigureGallery(of: run)
      Signals.install(isQuiet: true)
      let outcome = try gallery.draw(names, formats: formats, control: Signals.control)
      for remark in outcome.remarks where !options.quiet { Console.say(remark + "\n") }
      for note in outcome.notes { Console.say(note + "\n") }
      if options.json {
        Console.print(Self.json(run, outcome.files).rendered() + "\n")
      } else {
        for file in outcome.files.flatMap(\.paths) { Console.print(file + "\n") }
      }
      if gallery.isEmpty, !options.quiet {
        Console.say("the run \(run.displayName) has no figures in its spec\n")
      }
      return outcome.notes.isEmpty ? 0 : 1
    }
  }

  private static func json(
    _ run: RunDirectory, _ files: [(figure: String, paths: [String])]
  ) -> JSONText {
    .map([
      ("run", .text(run.displayName)),
      (
        "figures",
        .list(
          files.map {
            .map([("name", .text($0.figure)), ("files", .list($0.paths.map { .text($0) }))])
          })
      ),
    ])
  }
}
