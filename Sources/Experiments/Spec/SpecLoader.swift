import YAML

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// A spec as text: its files, and the tree that comes of them after `base:` and overrides.
package struct LoadedSpec: Sendable {
  /// The spec's own file first, then the ones it inherits from.
  package let sources: [Source]
  /// The tree; nil where a file could not be read as YAML.
  package let tree: Node?
  /// The overrides that were applied.
  package let overrides: [Override]
  package let diagnostics: Diagnostics
}

/// Reads a spec's files.
package struct SpecLoader {
  private var sources: [Source] = []
  private var diagnostics = Diagnostics()

  /// Reads a file, what it inherits from, and applies overrides.
  ///
  /// - Throws: ``Failure`` `.noInput` where the spec itself is not there or not readable.
  package static func load(path: String, overrides: [String] = []) throws(Failure) -> LoadedSpec {
    var loader = SpecLoader()
    let bytes = try readSpec(path)
    let tree = loader.tree(bytes, path: path, chain: [])
    return loader.finish(tree, overrides)
  }

  /// Reads a text that has no file.
  package static func load(text: String, name: String, overrides: [String] = []) -> LoadedSpec {
    var loader = SpecLoader()
    let tree = loader.tree(Array(text.utf8), path: name, chain: [])
    return loader.finish(tree, overrides)
  }

  private mutating func finish(_ tree: Node?, _ overrides: [String]) -> LoadedSpec {
    var tree = tree
    var applied: [Override] = []
    for text in overrides {
      switch Override.parse(text) {
      case .failure(let mistakes): diagnostics.append(contentsOf: mistakes.diagnostics)
      case .success(let override):
        applied.append(override)
        if let diagnostic = tree.flatMap({ Self.apply(override, to: $0, result: &tree) }) {
          diagnostics.append(diagnostic)
        }
      }
    }
    return LoadedSpec(
      sources: sources, tree: tree, overrides: applied, diagnostics: diagnostics)
  }

  private static func apply(_ override: Override, to node: Node, result: inout Node?) -> Diagnostic?
  {
    do throws(Diagnostic) {
      result = try override.applied(to: node)
      return nil
    } catch {
      return error
    }
  }

  // MARK: - Inheritance

  private mutating func tree(_ bytes: [UInt8], path: String, chain: [String]) -> Node? {
    let document = parse(bytes, name: path)
    sources.append(document.source)
    diagnostics.append(contentsOf: document.diagnostics)
    guard let node = document.node, let entries = node.entries,
      let entry = entries.first(where: { $0.name == "base" })
    else { return document.node }
    let own = Node(.mapping(entries.filter { $0.name != "base" }), range: node.range)
    guard let scalar = entry.value.scalar, !scalar.text.isEmpty else {
      diagnostics.error("'base' must be the path of a spec", at: entry.value.place)
      return own
    }
    let file = Self.resolve(scalar.text, besides: path)
    if (chain + [path]).contains(where: { Self.canonical($0) == Self.canonical(file) }) {
      diagnostics.error(
        "'base' leads in a circle: " + (chain + [path, file]).joined(separator: " → "),
        at: entry.value.place)
      return own
    }
    guard chain.count < 16 else {
      diagnostics.error("'base' goes deeper than 16 files", at: entry.value.place)
      return own
    }
    do throws(Failure) {
      let base = tree(try Self.readSpec(file), path: file, chain: chain + [path])
      return base.map { Self.merged($0, with: own) } ?? own
    } catch {
      diagnostics.error(
        "cannot read the base '\(scalar.text)': \(error.reason)", at: entry.value.place,
        help: "the path counts from the directory of the file that names it")
      return own
    }
  }

  /// `later` laid over `earlier`: maps merge, everything else is replaced.
  ///
  /// A null removes what it is laid over. A map whose `kind` differs replaces the earlier one: the fields of one kind say nothing about another.
  package static func merged(_ earlier: Node, with later: Node) -> Node {
    guard let old = earlier.entries, let new = later.entries else { return later }
    if let oldKind = earlier["kind"]?.scalar?.text, let newKind = later["kind"]?.scalar?.text,
      oldKind != newKind
    {
      return later
    }
    var entries = old
    for entry in new {
      if let index = entries.firstIndex(where: { $0.name == entry.name }) {
        if entry.value.isNull {
          entries.remove(at: index)
          continue
        }
        entries[index] = Node.Entry(
          key: entry.key, value: merged(entries[index].value, with: entry.value))
      } else {
        entries.append(entry)
      }
    }
    return Node(.mapping(entries), range: later.range)
  }

  // MARK: - Files

  private static func readSpec(_ path: String) throws(Failure) -> [UInt8] {
    var isDirectory = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) else {
      throw Failure(
        .noInput, "there is no spec '\(path)'", path: path, reason: "no such file",
        remedy: "look at the path, or begin one with `scorewalk init`")
    }
    guard !isDirectory else {
      throw Failure(
        .noInput, "'\(path)' is a directory, not a spec", path: path, reason: "it is a directory",
        remedy: "name a YAML file in it")
    }
    do throws(Failure) {
      return try FileSystem.read(path, atMost: Limits().bytes + 1)
    } catch {
      throw Failure(
        .noInput, "cannot read the spec '\(path)'", path: path, reason: error.reason,
        remedy: "look at its permissions")
    }
  }

  /// Where a path that stands in a file leads: it counts from the directory of that file.
  static func resolve(_ path: String, besides file: String) -> String {
    if path.hasPrefix("/") { return path }
    guard let slash = file.lastIndex(of: "/") else { return path }
    return String(file[...slash]) + path
  }

  private static func canonical(_ path: String) -> String {
    URL(filePath: path).standardized.resolvingSymlinksInPath().path
  }
}
