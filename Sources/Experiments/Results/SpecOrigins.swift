import YAML

/// Every value of a run's resolved spec with the place that it comes from: a line of the spec or of one it inherits from, the
/// command line, an axis of a sweep, or the default of its kind.
package struct SpecOrigins: Sendable {
  package enum Origin: Sendable, Equatable {
    /// A file of the run's directory, as it was when the run began.
    case file(String, line: Int)
    /// An override, as it was written.
    case override(String)
    /// An axis of the run's sweep, by its name.
    case axis(String)
    /// The axis of seeds.
    case seeds
    /// Neither written nor overridden.
    case standard
    /// The sources are not all there any more, so that nobody can tell.
    case unknown
    /// Written otherwise, and shrunk by `--smoke`.
    case smoke
    /// Written otherwise: the run that this one repeats had it so.
    case parent(String)
  }

  /// One scalar or list.
  package struct Value: Sendable {
    /// `training.fit.optimizer.learning_rate`.
    package let path: String
    package let text: String
    package let origin: Origin
  }

  /// In the order of the resolved spec.
  package let values: [Value]

  /// Reads the origins out of the files of a run.
  ///
  /// - Throws: ``Failure`` `.inputOutput` where the resolved spec is missing or damaged. Where sources are, all that is
  ///   known are axes and what the command line set.
  package init(_ run: RunDirectory, _ record: RunRecord) throws(Failure) {
    guard let resolved = run.resolvedTree else {
      throw Failure(
        .inputOutput, "'\(run.path("resolved.json"))' is damaged", path: run.path("resolved.json"),
        remedy: "`scorewalk verify \(run.displayName)` names what has changed")
    }
    let (written, isWhole) = try Self.written(run, record, resolved)
    var found: [Value] = []
    Self.visit(resolved, [], written) { path, value, place in
      var origin = Self.origin(path, value, place, record)
      if !isWhole, origin.needsSources { origin = .unknown }
      found.append(Value(path: path.joined(separator: "."), text: value.shortText, origin: origin))
    }
    values = found
  }

  /// The values below a node of the resolved spec: `training.fit`.
  package func below(_ path: String) -> [Value] {
    values.filter { $0.path.hasPrefix(path + ".") }
  }

  /// The spec as its sources and overrides write it, and whether all sources are there. Where they are not, the resolved
  /// spec stands for them, on which overrides show as well.
  private static func written(
    _ run: RunDirectory, _ record: RunRecord, _ resolved: Node
  ) throws(Failure) -> (tree: Node?, isWhole: Bool) {
    var tree: Node?
    let sources = try run.sources()
    var isWhole = !sources.isEmpty
    if let manifest = try? JSONFile.read(Manifest.self, from: run.path("manifest.json")) {
      let count = manifest.files.keys.count { $0.hasPrefix("spec.") && $0.hasSuffix(".yaml") }
      isWhole = isWhole && sources.count == count
    }
    for source in sources.reversed() {
      guard let node = parse(source.bytes, name: source.name).node else {
        isWhole = false
        continue
      }
      tree = tree.map { SpecLoader.merged($0, with: node) } ?? node
    }
    if !isWhole { tree = resolved }
    for text in record.overrides {
      // One that meant the spec of a parent may have no place here.
      guard let old = tree, case .success(let override) = Override.parse(text) else { continue }
      if let new = try? override.applied(to: old) { tree = new }
    }
    return (tree, isWhole)
  }

  /// Goes through the values of the resolved spec, with what is written at the same path, or at the end of it that is there:
  /// a value in its short form stands for all that is below it.
  private static func visit(
    _ node: Node, _ path: [String], _ written: Node?, _ body: ([String], Node, Node?) -> Void
  ) {
    guard let entries = node.entries else { return body(path, node, written) }
    for entry in entries {
      // A section's seed is the default one where it is not written by itself.
      let below =
        written?.entries == nil
        ? written : written?[entry.name] ?? (path == ["seed"] ? written?["default"] : nil)
      visit(entry.value, path + [entry.name], below, body)
    }
  }

  private static func origin(
    _ path: [String], _ value: Node, _ written: Node?, _ record: RunRecord
  ) -> Origin {
    let text = path.joined(separator: ".")
    let isSeed = path.first == "seed" || path.last == "seed"
    let number = try? value.number()
    for axis in record.sweep?.axes ?? [] {
      guard axis.set.contains(where: { text == $0 || text.hasPrefix($0 + ".") }) else { continue }
      // Smoke comes after the axes, and makes what they set smaller.
      if record.isSmoke, !isSeed, axis.set.contains(text), let number, let set = axis.number,
        number != set
      {
        return .smoke
      }
      return .axis(axis.name)
    }
    let range = written?.place
    let isCommandLine = range?.source.name == "command line"
    let old = (try? written?.number()) ?? (isSeed && written == nil ? 0 : nil)
    if let number, let old, number != old {
      if isSeed, record.sweep?.seedIndex ?? 0 > 0 { return .seeds }
      if record.isSmoke, !isSeed { return .smoke }
      if let parent = record.parent { return .parent(parent.run) }
    }
    guard let range else { return .standard }
    guard isCommandLine else {
      let name = range.source.name.split(separator: "/").last.map(String.init)
      return .file(name ?? range.source.name, line: range.start.line)
    }
    return .override(String(decoding: range.source.bytes, as: UTF8.self))
  }
}

extension SpecOrigins.Origin {
  /// Whether it is only known where all sources are there.
  fileprivate var needsSources: Bool {
    switch self {
    case .override, .axis: false
    case .file, .seeds, .standard, .smoke, .parent, .unknown: true
    }
  }

  /// The origin as a reader wants to see it.
  package var text: String {
    switch self {
    case .file(let name, let line): "\(name):\(line)"
    case .override(let text): "override \(text)"
    case .axis(let name): "axis \(name)"
    case .seeds: "axis of seeds"
    case .standard: "default"
    case .unknown: "unknown: the spec's file is gone"
    case .smoke: "shrunk by --smoke"
    case .parent(let run): "as in \(run)"
    }
  }
}

extension Node {
  /// The value on one line, as YAML's flow style writes it.
  fileprivate var shortText: String {
    switch content {
    case .scalar(let scalar): scalar.text
    case .sequence(let items): "[" + items.map(\.shortText).joined(separator: ", ") + "]"
    case .mapping(let entries):
      "{" + entries.map { $0.name + ": " + $0.value.shortText }.joined(separator: ", ") + "}"
    }
  }
}
