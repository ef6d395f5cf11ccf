import ArgumentParser
import Experiments

/// What a run is for, in its maker's words.
struct PurposeOptions: ParsableArguments {
  @Option(help: ArgumentHelp("Why the run is made; `show` says it.", valueName: "text"))
  var reason: String?

  @Option(
    name: .customLong("tag"),
    help: ArgumentHelp(
      "A word to find the run by, as tag:WORD; may be repeated.", valueName: "word"))
  var tags: [String] = []

  func validate() throws {
    if let tag = tags.first(where: { $0.isEmpty || $0.contains(where: \.isWhitespace) }) {
      throw ValidationError("--tag '\(tag)': a tag is one word")
    }
  }

  func apply(to options: inout RunOptions) {
    options.reason = reason
    options.tags = tags
  }
}
