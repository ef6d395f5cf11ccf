import YAML

/// A run beside its repetition: which files of which nodes differ, and where.
package struct Reproduction: Sendable {
  /// One file that is not the same.
  package struct Difference: Sendable, Equatable {
    /// The node whose file it is; nil for what belongs to the run as a whole.
    package let node: String?
    package let file: String
    /// Where the contents first differ; nil where one of the files is missing.
    package let detail: FileComparison?

    package init(node: String?, file: String, detail: FileComparison?) {
      self.node = node
      self.file = file
      self.detail = detail
    }
  }

  /// How many files of how many nodes were compared.
  package let fileCount: Int
  package let nodeCount: Int
  /// In the order of the plan, then of the files' names.
  package let differences: [Difference]

  /// Compares the files of every node of a complete run with those of a repetition, by their digests; the contents of the
  /// first that differs are looked into.
  ///
  /// - Parameter nodes: only the files of these; of all unless said.
  package init(
    of original: RunDirectory, by repetition: RunDirectory, nodes: Set<String>? = nil
  ) throws(Failure) {
    let record = try original.record()
    let manifest = try JSONFile.read(Manifest.self, from: original.path("manifest.json")).files
    let again = try repetition.record()
    var found: [Difference] = []
    var (files, compared) = (0, 0)
    for node in record.nodes where nodes?.contains(node.name) ?? true {
      let fresh = Self.files(of: again[node: node.name])
      let names = Set(Self.files(of: node).keys).union(fresh.keys).sorted()
      compared += 1
      files += names.count
      for file in names {
        let old = try Self.digest(original.path(file), manifest[file])
        if let old, old == fresh[file] { continue }
        let isThere = old != nil && fresh[file] != nil
        // Looking into files takes their time: the first says enough.
        let detail =
          isThere && found.isEmpty
          ? try FileComparison.firstDifference(original.path(file), repetition.path(file)) : nil
        found.append(Difference(node: node.name, file: file, detail: detail))
      }
    }
    // What the metrics of all nodes were gathered into, and what people read.
    for file in ["summary.json", "metrics.jsonl"] where nodes == nil {
      files += 1
      let old = try Self.digest(original.path(file), manifest[file])
      let new =
        FileSystem.exists(repetition.path(file))
        ? try Digest.hex(file: repetition.path(file)) : nil
      if let old, old == new { continue }
      let detail =
        old != nil && new != nil && found.isEmpty
        ? try FileComparison.firstDifference(original.path(file), repetition.path(file)) : nil
      found.append(Difference(node: nil, file: file, detail: detail))
    }
    (fileCount, nodeCount, differences) = (files, compared, found)
  }

  /// The results of a node with their digests: not the log, which speaks of the machine.
  private static func files(of node: RunRecord.Node?) -> [String: String] {
    (node?.files ?? [:]).filter { !$0.key.hasPrefix("logs/") }
  }

  /// The digest of a file as it lies there now; nil where the manifest does not have it or it is missing.
  private static func digest(_ path: String, _ written: String?) throws(Failure) -> String? {
    guard let written, FileSystem.exists(path) else { return nil }
    let now = try Digest.hex(file: path)
    return now == written ? written : now
  }
}

extension RunRecord {
  /// The node whose file it is; nil for what belongs to the run as a whole.
  package func node(ofFile file: String) -> String? {
    nodes.first { $0.files?[file] != nil }?.name
  }
}

extension RunDirectory {
  /// Overrides of the run's frozen spec with what follows from them: where another file is named, the SHA-256 of the old one
  /// goes, unless one is given for the new.
  package func completed(_ overrides: [String]) -> [String] {
    let paths = overrides.compactMap { text in
      if case .success(let override) = Override.parse(text) {
        override.path.names.map(\.text)
      } else {
        nil
      }
    }
    let digests = paths.filter { $0.last == "path" }.map { $0.dropLast() + ["sha256"] }
    return overrides
      + digests.filter { digest in
        !paths.contains(where: digest.elementsEqual) && resolvedValue(at: Array(digest)) != nil
      }.map { "~" + $0.joined(separator: ".") }
  }

  /// The sources with which the run began, its spec first.
  package func sources() throws(Failure) -> [Source] {
    var sources: [Source] = []
    for name in ["spec.yaml"] + (1...16).map({ "spec.base-\($0).yaml" }) {
      guard FileSystem.exists(path(name)) else { break }
      sources.append(Source(name: path(name), bytes: try FileSystem.read(path(name))))
    }
    return sources
  }
}
