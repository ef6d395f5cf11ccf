import YAML

/// A condition that a run meets or not: `status:failed`, `tag:baseline`, `sweep:ID`, `training.fit.steps=100`.
package enum RunCondition: Sendable {
  case status(RunStatus)
  case tag(String)
  case sweep(String)
  /// A value of the resolved spec, defaults included.
  case value(path: [String], Node)

  /// Whether what the condition asks for stands in the head of a record.
  var asksHead: Bool {
    switch self {
    case .status, .tag, .sweep: true
    case .value: false
    }
  }

  private static let prefixes = ["status", "tag", "sweep"]

  /// Reads a condition; nil where a text is none, so that it names runs.
  ///
  /// - Throws: ``Failure`` `.usage` where the text is a condition and not a good one.
  init?(_ text: String) throws(Failure) {
    if let colon = text.firstIndex(of: ":"), !text[..<colon].contains("=") {
      self = try Self.labelled(
        String(text[..<colon]), String(text[text.index(after: colon)...]), text)
      return
    }
    guard let equals = text.firstIndex(of: "=") else { return nil }
    let path = text[..<equals].split(separator: ".", omittingEmptySubsequences: false)
    guard !path.contains(where: \.isEmpty) else {
      throw Failure(
        .usage, "'\(text)' is no condition: a name is missing in its key",
        remedy: "write it as an override: training.fit.steps=100")
    }
    let value = String(text[text.index(after: equals)...])
    let document = parse(Array(value.utf8), name: "command line")
    guard let node = document.node, !document.diagnostics.hasErrors else {
      throw Failure(
        .usage, "'\(text)' is no condition: '\(value)' is no value in YAML",
        remedy: "write it as an override: training.fit.steps=100")
    }
    self = .value(path: path.map(String.init), node)
  }

  private static func labelled(
    _ label: String, _ value: String, _ text: String
  ) throws(Failure) -> RunCondition {
    guard prefixes.contains(label) else {
      let near = nearest(to: label, among: prefixes)
      throw Failure(
        .usage, "'\(text)' is no condition",
        reason: "'\(label):' is none of status:, tag: and sweep:",
        remedy: near.map { "did you mean '\($0):\(value)'?" })
    }
    guard !value.isEmpty else {
      throw Failure(
        .usage, "'\(text)' is no condition: what follows '\(label):' is missing")
    }
    switch label {
    case "tag": return .tag(value)
    case "sweep": return .sweep(value)
    default:
      if let status = RunStatus(rawValue: value) { return .status(status) }
      let names = RunStatus.ofRuns.map(\.rawValue)
      throw Failure(
        .usage, "'\(text)': no run has the status '\(value)'",
        remedy: nearest(to: value, among: names).map { "did you mean '\(label):\($0)'?" }
          ?? "a run is one of " + names.joined(separator: ", "))
    }
  }

  /// Whether a run meets the condition. One whose record or resolved spec cannot be read does not.
  ///
  /// - Parameter head: that of the run's record; nil where it cannot be read.
  func isMet(by run: RunDirectory, _ head: RunHead?) -> Bool {
    switch self {
    case .status(let wanted): head.map { run.status($0) } == wanted
    case .tag(let tag): head?.tags.contains(tag) == true
    case .sweep(let sweep): head?.sweep == sweep
    case .value(let path, let wanted):
      run.resolvedValue(at: path).map { $0.means(wanted) } ?? false
    }
  }
}

extension RunStatus {
  /// Those that a run can have; a node can have others.
  package static let ofRuns: [RunStatus] = [
    .pending, .running, .done, .failed, .interrupted, .skipped,
  ]
}

extension RunDirectory {
  /// The resolved spec as a tree; nil where it cannot be read.
  package var resolvedTree: Node? {
    let file = path("resolved.json")
    guard let bytes = try? FileSystem.read(file) else { return nil }
    return parse(bytes, name: file).node
  }

  /// A value of the resolved spec; nil where there is none at a path.
  ///
  /// - Complexity: linear in the bytes; only the value itself is read as a tree.
  func resolvedValue(at path: [String]) -> Node? {
    let file = self.path("resolved.json")
    guard let bytes = try? FileSystem.read(file),
      let value = try? JSONSkimmer.value(of: bytes, at: path)
    else { return nil }
    return parse(value, name: file).node
  }
}

extension Node {
  /// Whether another node means the same: numbers by their value, other scalars by their text, lists and maps item by
  /// item.
  package func means(_ other: Node) -> Bool {
    switch (content, other.content) {
    case (.scalar(let one), .scalar(let two)):
      if one.text == two.text { return true }
      guard let left = try? one.number(), let right = try? two.number() else { return false }
      return left == right
    case (.sequence(let one), .sequence(let two)):
      return one.count == two.count && zip(one, two).allSatisfy { $0.means($1) }
    case (.mapping(let one), .mapping(let two)):
      return one.count == two.count
        && one.allSatisfy { entry in other[entry.name].map { entry.value.means($0) } ?? false }
    case (.scalar, _), (.sequence, _), (.mapping, _): return false
    }
  }

  /// The dotted paths of all scalars and lists below, in order.
  package func leafPaths(at path: String = "") -> [String] {
    guard let entries else { return path.isEmpty ? [] : [path] }
    return entries.flatMap { $0.value.leafPaths(at: path.isEmpty ? $0.name : path + "." + $0.name) }
  }
}
