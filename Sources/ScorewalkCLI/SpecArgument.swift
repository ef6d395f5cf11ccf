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
  func read(
    overrides: [String], isSmoke: Bool, options: GlobalOptions
  ) throws(Failure) -> (spec: Spec, loaded: LoadedSpec)? {
    let (spec, loaded, diagnostics) = try diagnose(overrides: overrides, isSmoke: isSmoke)
    Console.report(diagnostics, color: options.color)
    return spec.map { ($0, loaded) }
  }

  /// Reads the spec and everything that is wrong or doubtful in it.
  func diagnose(
    overrides: [String] = [], isSmoke: Bool = false
  ) throws(Failure) -> (Spec?, LoadedSpec, Diagnostics) {
    let loaded = try SpecLoader.load(path: path, overrides: overrides)
    var diagnostics = loaded.diagnostics
    var spec: Spec?
    if let tree = loaded.tree {
      let (read, found) = SpecReader.read(tree, isSmoke: isSmoke)
      diagnostics.append(contentsOf: found)
      spec = diagnostics.hasErrors ? nil : read
    }
    return (spec, loaded, diagnostics)
  }
}
