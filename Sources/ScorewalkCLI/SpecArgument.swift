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

  /// Reads the spec; its diagnostics are told. Nil where it has a mistake.
  ///
  /// - Throws: ``Failure`` `.noInput` or `.inputOutput`, told already, where nothing is wrong but that files or runs
  ///   which the spec names cannot be had.
  func read(
    overrides: [String], isSmoke: Bool, options: GlobalOptions
  ) throws(Failure) -> (spec: Spec, loaded: LoadedSpec)? {
    let reading = try diagnose(overrides: overrides, isSmoke: isSmoke, options: options)
    Console.report(reading.diagnostics, color: options.color)
    if let code = reading.inputFailure {
      throw Failure(code, "an input of '\(path)' cannot be had", path: path, isTold: true)
    }
    return reading.spec.map { ($0, reading.loaded) }
  }

  /// What came of reading a spec.
  struct Reading {
    /// Nil where there is a mistake.
    let spec: Spec?
    let loaded: LoadedSpec
    /// Everything that is wrong or doubtful.
    let diagnostics: Diagnostics
    /// What to end with where nothing is wrong but that inputs cannot be had.
    let inputFailure: Failure.Code?

    /// What a command ends with that only looks at the spec.
    var exitCode: Int32 { spec == nil ? inputFailure?.exitCode ?? badSpecCode : 0 }
  }

  /// Reads the spec, the files and the runs that it names.
  func diagnose(
    overrides: [String] = [], isSmoke: Bool = false, options: GlobalOptions
  ) throws(Failure) -> Reading {
    let loaded = try SpecLoader.load(path: path, overrides: overrides)
    var diagnostics = loaded.diagnostics
    let inputs = SpecInputs(results: options.resultsDirectory)
    var spec: Spec?
    if let tree = loaded.tree {
      let (read, found) = SpecReader.read(tree, isSmoke: isSmoke, inputs: inputs)
      diagnostics.append(contentsOf: found)
      spec = diagnostics.hasErrors ? nil : read
    }
    return Reading(
      spec: spec, loaded: loaded, diagnostics: diagnostics,
      inputFailure: inputs.failureCode(for: diagnostics))
  }
}
