import YAML

/// The metrics of runs as a tidy table, a row for each value: what `pandas.read_csv` and R's `read.csv` take as it is.
///
/// The columns are `experiment`, `run`, one for each axis of the runs' sweeps, `seed`, `status`, `node`, `step`, `metric`
/// and `value`. A run without metrics has one row, in which the last four are empty: runs that failed are not to vanish from
/// what is made of the table. An axis whose name is that of another column is called `axis.<name>`. A run that an axis says nothing of has
/// an empty field there. Values are shortest round-trip decimals, or `nan`, `inf`, `-inf`.
package struct MetricTable: Sendable {
  /// A run with what its rows begin with.
  private struct Source: Sendable {
    var run: RunDirectory
    var record: RunRecord
    var head: String
  }

  /// The columns that every table has.
  private static let fixed = [
    "experiment", "run", "seed", "status", "node", "step", "metric", "value",
  ]

  private let sources: [Source]
  private let isFinal: Bool
  /// The names of the columns.
  package let columns: [String]
  /// The nodes that have no metrics yet, as `walk-jump/0007-brisk-otter: walk`.
  package let unfinished: [String]

  /// Chooses what is in the table.
  ///
  /// - Parameters:
  ///   - runs: rows come in their order, then in that of the plan, then in that in which they were logged.
  ///   - isFinal: whether only the final metrics are meant, those of `summary.json`.
  package init(_ runs: [RunDirectory], isFinal: Bool = false) throws(Failure) {
    var records: [RunRecord] = []
    for run in runs { records.append(try run.record()) }
    var axes: [String] = []
    for axis in records.flatMap({ $0.sweep?.swept ?? [] }) where !axes.contains(axis.name) {
      axes.append(axis.name)
    }
    columns =
      ["experiment", "run"] + axes.map { Self.fixed.contains($0) ? "axis." + $0 : $0 }
      + ["seed", "status", "node", "step", "metric", "value"]
    var sources: [Source] = []
    for (run, record) in zip(runs, records) {
      let values = axes.map { name in
        record.sweep?.swept.first { $0.name == name }.map(Self.text) ?? ""
      }
      let seed = run.seed(record).map { String($0) } ?? ""
      let head = CSVText.line(
        [record.experiment, record.run] + values + [seed, run.status(record).rawValue])
      sources.append(Source(run: run, record: record, head: head.dropLast() + ","))
    }
    self.sources = sources
    self.isFinal = isFinal
    unfinished = sources.flatMap { source in
      source.record.nodes.filter { $0.status != .done }.map {
        "\(source.run.displayName): \($0.name)"
      }
    }
  }

  /// The value of an axis: a number where it is one, and as labels show it otherwise.
  private static func text(_ axis: RunRecord.Sweep.Axis) -> String {
    axis.number.map(JSONText.number) ?? axis.value
  }

  /// Hands the table over in pieces, the names of the columns first.
  ///
  /// - Returns: the number of rows, without that of the names.
  /// - Complexity: linear in the values; holds a piece of one file at a time.
  package func write(_ emit: (String) throws(Failure) -> Void) throws(Failure) -> Int {
    var text = CSVText.line(columns)
    var count = 0
    func add(
      _ source: Source, _ node: String, _ step: Int, _ metric: String, _ value: Double
    ) throws(Failure) {
      text += source.head
      text += CSVText.line([node, String(step), metric, JSONText.number(value)])
      count += 1
      guard text.utf8.count >= 1 << 16 else { return }
      try emit(text)
      text.removeAll(keepingCapacity: true)
    }
    for source in sources {
      let before = count
      for node in source.record.nodes where node.status == .done {
        let file = RunDirectory.place(of: "metrics.jsonl", node: node.name)
        guard node.files?[file] != nil else { continue }
        // What is final is told apart by the record; its step stands in the log alone.
        var last: [String: MetricLog.Entry] = [:]
        try MetricLog.read(source.run.path(file)) { (entry) throws(Failure) in
          if isFinal {
            last[entry.name] = entry
          } else {
            try add(source, node.name, entry.step, entry.name, entry.value)
          }
        }
        for metric in isFinal ? node.summary ?? [] : [] {
          let step = last[metric.name]?.step ?? 0
          try add(source, node.name, step, metric.name, metric.value.number)
        }
      }
      guard count == before else { continue }
      text += source.head + CSVText.line(["", "", "", ""])
      count += 1
    }
    if !text.isEmpty { try emit(text) }
    return count
  }
}

extension RunRecord.Sweep {
  /// The axes without that of the seed, which is no parameter.
  package var swept: [Axis] { axes.filter { $0.set != ["seed"] } }
}

extension RunDirectory {
  /// The seed of a run: that of its point, or of its spec; nil where it cannot be read.
  package func seed(_ record: RunRecord) -> Int? {
    if let seed = record.sweep?.seed { return seed }
    let node = resolvedValue(at: ["seed"])
    let scalar = node?["default"]?.scalar ?? node?.scalar
    return scalar.flatMap { Int($0.text) }
  }
}
