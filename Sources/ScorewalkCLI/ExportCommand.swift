import ArgumentParser
import Experiments
import Scorewalk

struct ExportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export",
    abstract: "Writes what runs have found into files for NumPy, pandas, R and TensorBoard.",
    discussion: """
      npz: the arrays of a run, or of one of its nodes. Samples are `samples`, what evaluations drew is `arrays/NAME`, \
      parameters are `parameters/dense-0.kernel` and so on, their moving average `ema/…`; without a node, each has the \
      node's name in front: `walk/samples`.

      csv: the metrics of runs, a row for each value, to standard output unless --output names a file; the columns are \
      experiment, run, one for each axis of a sweep, seed, status, node, step, metric and value.

      tensorboard: the metrics of runs as events, in a directory for each run; `tensorboard --logdir DIR` shows them.

      reference: a run in little, for `verify --against` on other machines: digests, final metrics, spec, plan, a few draws.
      """)

  enum Format: String, ExpressibleByArgument, CaseIterable {
    case csv
    case npz
    case reference
    case tensorboard
  }

  @OptionGroup var options: GlobalOptions

  @Argument(
    help: ArgumentHelp(
      "Runs, as everywhere; for npz one run, and after it one of its nodes, or all that are done; for reference one run.",
      valueName: "run"),
    completion: Completions.runsAndNodes)
  var selectors: [String]

  @Option(help: "The format: csv, npz, tensorboard or reference.")
  var to: Format

  @Option(
    name: .shortAndLong,
    help: ArgumentHelp(
      "The file to write, or the directory of tensorboard and reference; named after what is in it unless said.",
      valueName: "path"))
  var output: String?

  @Option(
    help: ArgumentHelp(
      "For npz: which state of the training; the last unless said.", valueName: "n"))
  var step: Int?

  @Flag(name: .customLong("final"), help: "For csv: only the final metrics.")
  var isFinal = false

  @Flag(help: "Overwrite what is there already.")
  var force = false

  func validate() throws {
    if to == .npz, selectors.count > 2 {
      throw ValidationError("npz takes one run and one of its nodes, not \(selectors.count) things")
    }
    if to == .reference, selectors.count > 1 {
      throw ValidationError("a reference is made of one run, not of \(selectors.count)")
    }
    if step != nil, to != .npz { throw ValidationError("--step is for --to npz") }
    if step != nil, selectors.count < 2 {
      throw ValidationError("--step needs the name of a node")
    }
    if let step, step < 0 { throw ValidationError("--step must be 0 or more") }
    if isFinal, to != .csv { throw ValidationError("--final is for --to csv") }
    if output?.isEmpty == true { throw ValidationError("--output must name a file") }
    if output == "-", to != .csv {
      throw ValidationError(
        "--output -: only csv goes to standard output; for a file of that name write ./-")
    }
  }

  func run() throws {
    try options.perform { () throws(Failure) in
      switch to {
      case .csv: try exportTable()
      case .npz: try exportArrays()
      case .reference: try exportReference()
      case .tensorboard: try exportEvents()
      }
      return 0
    }
  }

  // MARK: - Formats

  private func exportTable() throws(Failure) {
    let table = try MetricTable(chosenRuns(), isFinal: isFinal)
    guard let output, output != "-" else {
      if options.json {
        throw Failure(
          .usage, "--json tells what was written, and the table itself is standard output",
          remedy: "name a file with --output")
      }
      _ = try table.write { Console.print($0) }
      tell(table.unfinished)
      return
    }
    try requireFree(output)
    var count = 0
    try FileSystem.write(to: output) { (file) throws(Failure) in
      count = try table.write { (text) throws(Failure) in try file.append(text) }
    }
    tell(table.unfinished)
    if options.json {
      Console.print(
        JSONText.map([
          ("file", .text(output)), ("columns", .list(table.columns.map { .text($0) })),
          ("rows", .integer(count)),
        ]).rendered() + "\n")
    } else {
      Console.print("wrote \(output): \(count == 1 ? "1 row" : "\(count) rows")\n")
    }
  }

  private func exportEvents() throws(Failure) {
    let export = try TensorBoardExport(chosenRuns())
    let directory = output ?? "tensorboard"
    for file in export.files(in: directory) { try requireFree(file) }
    let written = try export.write(to: directory)
    tell(export.unfinished)
    if options.json {
      let runs = written.map {
        JSONText.map([
          ("run", .text($0.run)), ("file", .text($0.file)), ("values", .integer($0.count)),
        ])
      }
      Console.print(
        JSONText.map([("directory", .text(directory)), ("runs", .list(runs))]).rendered() + "\n")
    } else {
      for item in written { Console.print("wrote \(item.file): \(item.count) values\n") }
      if !options.quiet {
        Console.say("look at them with `tensorboard --logdir \(ShellText.quoted(directory))`\n")
      }
    }
  }

  private func exportReference() throws(Failure) {
    let run = try options.resultsDirectory.run(selectors[0])
    let directory = output ?? "results/reference/" + run.experiment
    if FileSystem.exists(directory), !force {
      throw Failure(
        .usage, "'\(directory)' is there already", path: directory,
        remedy: "name another with --output, or write --force to replace a reference")
    }
    let files = try ReferenceResult.write(run, to: directory)
    if options.json {
      Console.print(
        JSONText.map([
          ("run", .text(run.displayName)), ("directory", .text(directory)),
          ("files", .list(files.map { .text($0) })),
        ]).rendered() + "\n")
    } else {
      Console.print("wrote \(directory): \(files.count) files\n")
    }
  }

  private func exportArrays() throws(Failure) {
    let run = try options.resultsDirectory.run(selectors[0])
    let node = selectors.count > 1 ? selectors[1] : nil
    let export = try ArrayExport(run, node: node, step: step)
    let path = output ?? run.name + (node.map { "-" + $0 } ?? "") + ".npz"
    try requireFree(path)
    let items = try export.write(to: path)
    tell(export.unfinished)
    if options.json {
      Console.print(Self.json(run, path, items).rendered() + "\n")
    } else {
      Console.print("wrote \(path): \(items.count == 1 ? "1 array" : "\(items.count) arrays")\n")
    }
  }

  // MARK: - Pieces

  private func chosenRuns() throws(Failure) -> [RunDirectory] {
    try RunSelector(selectors, in: options.resultsDirectory).all()
  }

  private func requireFree(_ path: String) throws(Failure) {
    if FileSystem.isDirectory(path) {
      throw Failure(
        .usage, "'\(path)' is a directory", path: path, remedy: "name a file with --output")
    }
    if FileSystem.exists(path), !force {
      throw Failure(
        .usage, "'\(path)' is there already", path: path,
        remedy: "name another with --output, or write --force to overwrite it")
    }
  }

  private func tell(_ unfinished: [String]) {
    guard !unfinished.isEmpty else { return }
    let shown = unfinished.prefix(12).joined(separator: ", ")
    let rest = unfinished.count > 12 ? " and \(unfinished.count - 12) more" : ""
    Console.say("not done, and left out: \(shown)\(rest)\n")
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
