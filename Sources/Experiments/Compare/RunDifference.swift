/// How two runs differ: their resolved specs key by key, their results, their metrics, and how they were made.
package struct RunDifference: Sendable {
  /// A value that differs; nil on the side that has none.
  package struct Change: Sendable, Equatable {
    package let path: String
    package let one: String?
    package let other: String?
  }

  /// A final metric that differs.
  package struct MetricChange: Sendable {
    package let name: String
    package let one: Double?
    package let other: Double?
  }

  /// Values of the resolved specs, seeds included.
  package let spec: [Change]
  package let agreeingKeys: Int
  /// Nodes whose keys differ, or that only one run has, with their status.
  package let nodes: [Change]
  /// Files of nodes with one key and yet other bytes: these are not reproduced.
  package let files: [Change]
  package let metrics: [MetricChange]
  package let agreeingMetrics: Int
  /// Tool, machine, git: says how a difference may have come about, and is none itself.
  package let provenance: [Change]
  package let samples: [SampleSetComparison]

  /// Whether specs and results are the same.
  package var isEmpty: Bool {
    spec.isEmpty && nodes.isEmpty && files.isEmpty && metrics.isEmpty
  }

  /// - Throws: ``Failure`` where a run's record or resolved spec cannot be read.
  package init(_ one: RunDirectory, _ other: RunDirectory) throws(Failure) {
    let (first, second) = (try one.record(), try other.record())
    (spec, agreeingKeys) = try Self.changes(ofSpecs: one, other)
    (nodes, _) = Self.changes(
      first.nodes.map { ($0.name, Self.text(of: $0)) },
      second.nodes.map { ($0.name, Self.text(of: $0)) })
    var files: [Change] = []
    for node in first.nodes {
      guard let twin = second[node: node.name], twin.key == node.key else { continue }
      // A log tells of times and machines.
      func digests(_ node: RunRecord.Node) -> [(String, String)] {
        (node.files ?? [:]).filter { !$0.key.hasPrefix("logs/") }
          .map { ($0.key, String($0.value.prefix(12))) }.sorted { $0.0 < $1.0 }
      }
      guard node.files != nil, twin.files != nil else { continue }
      files += Self.changes(digests(node), digests(twin)).changes
    }
    self.files = files
    (metrics, agreeingMetrics) = Self.metrics(first, second)
    provenance = Self.provenance(one, other)
    samples = try SampleSetComparison.all(one, first, other, second)
  }

  /// The values of two resolved specs that differ, seeds included, and how many do not.
  static func changes(
    ofSpecs one: RunDirectory, _ other: RunDirectory
  ) throws(Failure) -> (changes: [Change], agreeing: Int) {
    let (left, right) = (try leaves(one), try leaves(other))
    var seeds = (ResolvedLeaves.collapsed(left.seeds), ResolvedLeaves.collapsed(right.seeds))
    // Where one side has several, those of the sections are compared.
    if seeds.0.map(\.path) != seeds.1.map(\.path) { seeds = (left.seeds, right.seeds) }
    return changes(
      (seeds.0 + left.values).map { ($0.path, $0.displayText) },
      (seeds.1 + right.values).map { ($0.path, $0.displayText) })
  }

  private static func leaves(_ run: RunDirectory) throws(Failure) -> ResolvedLeaves {
    let file = run.path("resolved.json")
    guard let leaves = ResolvedLeaves(try FileSystem.read(file)) else {
      throw ResolvedLeaves.damaged(file)
    }
    return leaves
  }

  private static func text(of node: RunRecord.Node) -> String {
    String(node.key.prefix(12)) + (node.status == .done ? "" : " (\(node.status.rawValue))")
  }

  /// The paths whose texts differ, in the order of the first and then of the second; and how many do not.
  private static func changes(
    _ one: [(String, String)], _ other: [(String, String)]
  ) -> (changes: [Change], agreeing: Int) {
    let texts = Dictionary(other, uniquingKeysWith: { first, _ in first })
    let known = Set(one.map(\.0))
    var changes: [Change] = []
    for (path, text) in one where texts[path] != text {
      changes.append(Change(path: path, one: text, other: texts[path]))
    }
    let agreeing = one.count - changes.count
    for (path, text) in other where !known.contains(path) {
      changes.append(Change(path: path, one: nil, other: text))
    }
    return (changes, agreeing)
  }

  private static func metrics(
    _ one: RunRecord, _ other: RunRecord
  ) -> (changes: [MetricChange], agreeing: Int) {
    func values(_ record: RunRecord) -> [(name: String, value: MetricValue)] {
      record.nodes.flatMap { node in
        (node.summary ?? []).map { (node.name + "." + $0.name, $0.value) }
      }
    }
    let (left, right) = (values(one), values(other))
    let found = Dictionary(
      right.map { ($0.name, $0.value) }, uniquingKeysWith: { first, _ in first })
    let known = Set(left.map(\.name))
    var changes: [MetricChange] = []
    for (name, value) in left where found[name] != value {
      changes.append(MetricChange(name: name, one: value.number, other: found[name]?.number))
    }
    let agreeing = left.count - changes.count
    for (name, value) in right where !known.contains(name) {
      changes.append(MetricChange(name: name, one: nil, other: value.number))
    }
    return (changes, agreeing)
  }

  private static func provenance(_ one: RunDirectory, _ other: RunDirectory) -> [Change] {
    func facts(_ run: RunDirectory) -> [(String, String)] {
      guard let provenance = run.provenance else { return [] }
      var facts: [(String, String?)] = [
        ("tool", provenance.tool), ("binary", provenance.binary.map { String($0.prefix(12)) }),
        ("host", provenance.host), ("system", provenance.system),
        ("distribution", provenance.distribution), ("processor", provenance.processor),
        ("kernels", provenance.kernels), ("threads", provenance.threads.map { String($0) }),
        ("git commit", provenance.git?.commit.map { String($0.prefix(12)) }),
        ("git branch", provenance.git?.branch),
        ("files changed since", provenance.git.map { String($0.changed) }),
        ("directory", provenance.directory), ("reason", provenance.reason),
      ]
      facts += provenance.environment.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
      return facts.compactMap { fact in fact.1.map { (fact.0, $0) } }
    }
    return changes(facts(one), facts(other)).changes
  }
}
