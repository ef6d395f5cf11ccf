/// The files that sum up a run: `metrics.jsonl` and `summary.json`.
package enum RunSummary {
  package static func write(_ record: RunRecord, in run: RunDirectory) throws(Failure) {
    try FileSystem.write(to: run.path("metrics.jsonl")) { (lines) throws(Failure) in
      for node in record.nodes {
        let path = run.path(of: "metrics.jsonl", node: node.name)
        guard FileSystem.exists(path) else { continue }
        let head = "{\"node\": " + JSONText.text(node.name).compactText + ", "
        for line in try FileSystem.read(path).split(separator: UInt8(ascii: "\n")) {
          try lines.append(head)
          try lines.append(line.dropFirst())
          try lines.append("\n")
        }
      }
    }
    try FileSystem.write(text(record), to: run.path("summary.json"))
  }

  /// The text of `summary.json`.
  static func text(_ record: RunRecord) -> [UInt8] {
    Array((json(record).rendered() + "\n").utf8)
  }

  /// `{"metrics": {"<node>": {"<metric>": number}}}`; a number that is not finite is a text.
  package static func json(_ record: RunRecord) -> JSONText {
    let nodes = record.nodes.compactMap { node -> (String, JSONText)? in
      guard let summary = node.summary, !summary.isEmpty else { return nil }
      return (node.name, .map(summary.map { ($0.name, .number($0.value.number)) }))
    }
    return .map([("metrics", .map(nodes))])
  }
}
