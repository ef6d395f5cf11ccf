import ArgumentParser
import Experiments

struct SchemaCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "schema",
    abstract: "Prints the JSON Schema of a spec, for editors.",
    discussion: """
      Save it, and begin a spec with `# yaml-language-server: $schema=PATH`: an editor with a YAML language server then \
      completes and checks keys while you type. What takes the whole spec to see, `scorewalk check` finds.
      """)

  @OptionGroup var options: GlobalOptions

  func run() throws {
    try options.perform { () throws(Failure) in
      Console.print(SpecSchema.json.rendered() + "\n")
      return 0
    }
  }
}
