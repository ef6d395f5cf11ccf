import ArgumentParser
import Experiments

struct InitCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "init", abstract: "Writes a commented spec to begin with.",
    discussion: "Nothing that is there is overwritten.")

  @OptionGroup var options: GlobalOptions

  @Argument(help: ArgumentHelp("The file to write.", valueName: "path"))
  var path = "experiments/my-experiment.yaml"

  @Flag(help: "Print every field that a spec can have, as Markdown, and write nothing.")
  var reference = false

  func run() throws {
    try options.perform { () throws(Failure) in
      if reference {
        Console.print(options.json ? SpecReference.json.rendered() + "\n" : SpecReference.markdown)
        return 0
      }
      if FileSystem.exists(path) {
        throw Failure(
          .usage, "'\(path)' is there already", path: path,
          remedy: "name another file: `scorewalk init PATH`")
      }
      if let slash = path.lastIndex(of: "/"), slash != path.startIndex {
        try FileSystem.makeDirectory(String(path[..<slash]))
      }
      let file = path.split(separator: "/").last.map(String.init) ?? path
      let name =
        [".yaml", ".yml"].first(where: file.hasSuffix).map {
          String(file.dropLast($0.count))
        } ?? file
      if let problem = NodeName.problem(name, allowsDots: true) {
        throw Failure(
          .usage, "an experiment cannot be called '\(name)': \(problem)", path: path,
          remedy: "name another file: `scorewalk init PATH`")
      }
      try FileSystem.write(Array(StarterSpec.text(name: name).utf8), to: path)
      if options.json {
        Console.print(JSONText.map([("spec", .text(path))]).rendered() + "\n")
      } else {
        Console.print("wrote \(path); run it with `scorewalk run \(path)`\n")
      }
      return 0
    }
  }
}
