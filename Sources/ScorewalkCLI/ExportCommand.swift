import ArgumentParser
import Experiments
import Scorewalk

struct ExportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export",
    abstract: "Writes the arrays of a run, or of one of its nodes, into one file for NumPy.",
    discussion: """
      Samples are `samples`, what evaluations drew is `arrays/NAME`, parameters are `parameters/dense-0.kernel` and so on, \
      their moving average `ema/…`; without a node, each has the node's name in front: `walk/samples`.
      """)

  @OptionGroup var options: GlobalOptions

  @Argument(help: RunArgument.one, completion: Completions.runs) var selector: String

  @Argument(
    help: ArgumentHelp("One node; all that are done unless said.", valueName: "node"),
    completion: Completions.nodesOfRun)
  var node: String?

  @Option(help: ArgumentHelp("The format: npz.", valueName: "format"), completion: .list(["npz"]))
  var to: String

  @Option(
    help: ArgumentHelp(
      "The file to write; named after the run and the node, in the working directory, unless said.",
      valueName: "file"))
  var output: String?

  @Option(help: ArgumentHelp("Which state of the training; the last unless said.", valueName: "n"))
  var step: Int?

  @Flag(help: "Overwrite the file where it is there already.")
  var force = false

  func validate() throws {
    if to != "npz" {
      throw ValidationError("--to \(to): there is no such format; arrays are exported as npz")
    }
    if step != nil, node == nil { throw ValidationError("--step needs the name of a node") }
    if let step, step < 0 { throw ValidationError("--step must be 0 or more") }
    if output?.isEmpty == true { throw ValidationError("--output must name a file") }
    if output == "-" {
      throw ValidationError(
        "--output -: an archive is written to a file, not to standard output; for a file of that name write ./-"
      )
    }
  }

  func run() throws {
    try options.perform { () throws(Failure) in
      let run = try options.resultsDirectory.run(selector)
      let export = try ArrayExport(run, node: node, step: step)
      let path = output ?? run.name + (node.map { "-" + $0 } ?? "") + ".npz"
      if FileSystem.isDirectory(path) {
        throw Failure(
          .usage, "'\(path)' is a directory", path: path, remedy: "name a file with --output")
      }
      if FileSystem.exists(path), !force {
        throw Failure(
          .usage, "'\(path)' is there already", path: path,
          remedy: "name another with --output, or write --force to overwrite it")
      }
      let items = try export.write(to: path)
      if !export.unfinished.isEmpty {
        Console.say("not done, and left out: \(export.unfinished.joined(separator: ", "))\n")
      }
      if options.json {
        Console.print(Self.json(run, path, items).rendered() + "\n")
      } else {
        Console.print("wrote \(path): \(items.count == 1 ? "1 array" : "\(items.count) arrays")\n")
      }
      return 0
    }
  }

  private static func json(_ run: RunDirectory, _ path: String, _ items: [ArrayExport.Item])
    -> JSONText
  {
    .map([
      ("run", .text(run.displayName)), ("file", .text(path)),
      (
        "arrays",
        .list(
          items.map {
            .map([
              ("name", .text($0.name)), ("shape", .list($0.shape.map { .integer($0) })),
              ("dtype", .text($0.precision.rawValue)),
            ])
          })
      ),
    ])
  }
}
