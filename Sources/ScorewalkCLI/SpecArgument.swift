import Experiments
import YAML

/// A spec as the command line names it: a path, or the name of a spec in `experiments/`.
struct SpecArgument {
  let path: String

  init(_ text: String) throws(Failure) {
    let candidates =
      text.hasSuffix(".yaml") || text.hasSuffix(".yml") || text.contains("/")
      ? [text] : [text, "experiments/\(text).yaml", "experiments/\(text).yml"]
    if let found = candidates.first(where: { FileSystem.exists($0) && !FileSystem.isDirectory($0) })
    {
      path = found
      return
    }
    let names = FileSystem.names(in: "experiments").compactMap { name in
      name.hasSuffix(".yaml") ? String(name.dropLast(5)) : nil
    }
    let near = nearest(to: text, among: names + names.map { "experiments/\($0).yaml" })
    throw Failure(
      .noInput, "there is no spec '\(text)'", path: text,
      reason: candidates.count > 1
        ? "neither a file nor a name in experiments/"
        : FileSystem.isDirectory(text) ? "it is a directory" : "no such file",
      remedy: near.map { "did you mean '\($0)'?" }
        ?? (names.isEmpty
          ? "begin one with `scorewalk init`" : "there are: " + names.joined(separator: ", ")))
  }

  /// Reads the spec with all of its points; its diagnostics are told. Nil where it has a mistake.
  ///
  /// - Parameter sweeps: the axes of the command line.
  /// - Throws: ``Failure`` `.noInput` or `.inputOutput`, told already, where nothing is wrong but that files or runs
  ///   which the spec names cannot be had.
  func read(
    overrides: [String], sweeps: [String] = [], isSmoke: Bool, options: GlobalOptions
  ) throws(Failure) -> (points: SpecPoints, loaded: LoadedSpec)? {
    let reading = try diagnose(
      overrides: overrides, sweeps: sweeps, isSmoke: isSmoke, options: options)
    Console.report(reading.diagnostics, color: options.color)
    if let code = reading.inputFailure {
      throw Failure(code, "an input of '\(path)' cannot be had", path: path, isTold: true)
    }
    return reading.points.map { ($0, reading.loaded) }
  }

  /// What came of reading a spec.
  struct Reading {
    /// Nil where there is a mistake.
    let points: SpecPoints?
    let loaded: LoadedSpec
    /// Everything that is wrong or doubtful.
    let diagnostics: Diagnostics
    /// What to end with where nothing is wrong but that inputs cannot be had.
    let inputFailure: Failure.Code?

    /// What a command ends with that only looks at the spec.
    var exitCode: Int32 { points == nil ? inputFailure?.exitCode ?? badSpecCode : 0 }
  }

  /// Reads the spec, the files and the runs that it names.
  func diagnose(
    overrides: [String] = [], sweeps: [String] = [], isSmoke: Bool = false, options: GlobalOptions
  ) throws(Failure) -> Reading {
    let loaded = try SpecLoader.load(path: path, overrides: overrides)
    let (axes, mistakes) = SweepArgument.axes(sweeps)
    var diagnostics = loaded.diagnostics
    diagnostics.append(contentsOf: mistakes)
    let inputs = SpecInputs(results: options.resultsDirectory)
    var points: SpecPoints?
    if let tree = loaded.tree {
      let (read, found) = SweepReader.read(
        tree, overrides: loaded.overrides, axes: axes, isSmoke: isSmoke, inputs: inputs)
      diagnostics.append(contentsOf: found)
      points = diagnostics.hasErrors ? nil : read
    }
    return Reading(
      points: points, loaded: loaded, diagnostics: diagnostics,
      inputFailure: inputs.failureCode(for: diagnostics))
  }
}
