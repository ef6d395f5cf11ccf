import ArgumentParser

/// How the commands describe the runs that they take.
enum RunArgument {
  static let one: ArgumentHelp = ArgumentHelp(
    "The run: NAME (its latest), NAME/7, its words, NAME@-2, @latest, a path.", valueName: "run")

  static let many: ArgumentHelp = ArgumentHelp(
    "Runs: NAME (its latest), NAME/7, words, NAME@-2, paths, globs; narrowed by key=value, status:S, tag:T, sweep:ID.",
    valueName: "run")

  static let listed: ArgumentHelp = ArgumentHelp(
    "Only these: NAME (all of its runs), NAME/7, words, NAME@-2, paths, globs; narrowed by key=value, status:S, tag:T, sweep:ID.",
    valueName: "run")
}
