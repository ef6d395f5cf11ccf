import ArgumentParser

/// Axes of the command line.
struct SweepOptions: ParsableArguments {
  @Option(
    name: [.customShort("m"), .customLong("sweep")],
    help: ArgumentHelp(
      "Sweep a key over values: a.b.c=1,2,3; may be repeated, and multiplies what the spec sweeps.",
      valueName: "key=values"), completion: Completions.overrides)
  var sweeps: [String] = []
}
