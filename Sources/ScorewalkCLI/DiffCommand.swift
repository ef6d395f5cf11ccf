import ArgumentParser
import Experiments

struct DiffCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "diff",
    abstract:
      "Shows how two runs differ: specs, results, metrics, samples, and how they were made.",
    discussion: """
      Exit code 0 where specs and results are the same, 1 where they differ; how they were made does not count. Samples \
      that differ are tested for being of one law, thinned to half their effective sizes: Kolmogorov and Smirnov, and the \
      energy distance beside random relabellings. Samples of the same random streams are not: compare other seeds.
      """)

  @OptionGroup var options: GlobalOptions

  @Argument(help: RunArgument.one, completion: Completions.runs) var one: String

  @Argument(
    help: ArgumentHelp("The run beside it, named the same way.", valueName: "other"),
    completion: Completions.runs)
  var other: String

  func run() throws {
    try options.perform { () throws(Failure) in
      let results = options.resultsDirectory
      let (one, other) = (try results.run(one), try results.run(other))
      let difference = try RunDifference(one, other)
      // Runs of one name lie in different results.
      let isSame = one.displayName == other.displayName
      let names = (isSame ? one.path : one.displayName, isSame ? other.path : other.displayName)
      Console.print(
        options.json
          ? difference.json(names.0, names.1).rendered() + "\n"
          : difference.text(names.0, names.1))
      return difference.isEmpty ? 0 : 1
    }
  }
}
