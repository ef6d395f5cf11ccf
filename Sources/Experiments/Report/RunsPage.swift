import YAML

/// The report of several runs: what they have in common, in what they differ, and their metrics side by side.
package struct RunsPage {
  /// One run.
  private struct Row {
    let run: RunDirectory
    let record: RunRecord
    let status: RunStatus
    let seed: Int?
    /// The final metrics by `node.metric`.
    let metrics: [String: FinalMetric]
    let warnings: Int
  }

  private let rows: [Row]
  private let axes: [String]
  private let metricNames: [String]
  /// How many headline metrics there are beside those that are shown.
  private let leftOut: Int
  private let differing: [(key: String, values: [(text: String, count: Int)])]
  private let agreeing: Int
  private let figures: ReportFigures?
  private let comparison: HTML?

  /// So many metrics stand side by side unless others are named.
  private static let columnLimit = 6

  /// - Parameters:
  ///   - names: the metrics that are columns, as `node.metric`; the first of those by which results are judged unless said.
  ///   - comparison: what `compare` says of the runs.
  /// - Throws: ``Failure`` where a record cannot be read, and `.usage` where no run has a metric of a name.
  package init(
    _ runs: [RunDirectory], metrics names: [String] = [], comparison: HTML? = nil
  ) throws(Failure) {
    var rows: [Row] = []
    var headlines: [String] = []
    var axes: [String] = []
    for run in runs {
      let record = try run.record()
      let found = FinalMetric.all(record)
      for metric in found where metric.isHeadline && !headlines.contains(metric.path) {
        headlines.append(metric.path)
      }
      for axis in record.sweep?.swept ?? [] where !axes.contains(axis.name) {
        axes.append(axis.name)
      }
      let verdicts = ResultVerdict.all(record, nil, nil)
      rows.append(
        Row(
          run: run, record: record, status: run.status(record), seed: run.seed(record),
          metrics: Dictionary(found.map { ($0.path, $0) }, uniquingKeysWith: { first, _ in first }),
          warnings: verdicts.count { $0.severity == .warning }))
    }
    for name in names where !rows.contains(where: { $0.metrics[name] != nil }) {
      let all = rows.flatMap { $0.metrics.keys }.sorted()
      throw Failure(
        .usage, "no run here has the metric '\(name)'",
        remedy: nearest(to: name, among: all).map { "did you mean '\($0)'?" }
          ?? "write node.metric, as `scorewalk show` lists them")
    }
    self.rows = rows
    self.axes = axes
    metricNames = names.isEmpty ? Array(headlines.prefix(Self.columnLimit)) : names
    leftOut = names.isEmpty ? max(0, headlines.count - Self.columnLimit) : 0
    (differing, agreeing) = Self.differences(runs)
    let sweeps = Set(rows.map { $0.record.sweep.map { sweep in sweep.id } })
    let experiments = Set(rows.map(\.record.experiment))
    if sweeps.count == 1, experiments.count == 1, let record = rows.first?.record,
      let id = record.sweep?.id, let results = rows.first?.run.results
    {
      figures = ReportFigures(
        in: results.sweepDirectory(id, experiment: record.experiment) + "/figures")
    } else {
      figures = nil
    }
    self.comparison = comparison
  }

  /// The keys of the resolved specs that are not the same in all runs, and how many are.
  private static func differences(
    _ runs: [RunDirectory]
  ) -> (differing: [(key: String, values: [(text: String, count: Int)])], agreeing: Int) {
    var order: [String] = []
    var values: [String: [(text: String, count: Int)]] = [:]
    var total = 0
    for run in runs {
      guard let tree = run.resolvedTree else { continue }
      total += 1
      for (path, text) in tree.leafTexts() {
        if values[path] == nil { order.append(path) }
        let place = values[path]?.firstIndex { $0.text == text }
        if let place {
          values[path]?[place].count += 1
        } else {
          values[path, default: []].append((text, 1))
        }
      }
    }
    var differing: [(key: String, values: [(text: String, count: Int)])] = []
    var agreeing = 0
    for key in order {
      let found = values[key] ?? []
      if found.count == 1, found[0].count == total {
        agreeing += 1
      } else {
        let missing = total - found.reduce(0) { $0 + $1.count }
        differing.append((key, found + (missing > 0 ? [("not there", missing)] : [])))
      }
    }
    return (differing, agreeing)
  }

  /// The whole page.
  package var text: String {
    var sections = [ReportPage.Section(identifier: "summary", title: "In short", content: summary)]
    if let comparison {
      sections.append(.init(identifier: "comparison", title: "Comparison", content: comparison))
    }
    if let figures, !figures.isEmpty {
      sections.append(.init(identifier: "figures", title: "Figures", content: figures.html))
    }
    sections.append(.init(identifier: "runs", title: "Runs", content: table))
    sections.append(.init(identifier: "keys", title: "What differs", content: keys))
    return ReportPage(
      title: title, header: "<h1>\(title)</h1>\(subtitle)", sections: sections,
      footer: """
        <p>Made by scorewalk \(Provenance.toolVersion). Nothing in it is loaded from elsewhere.</p>
        """
    ).html.text
  }

  // MARK: - Sections

  private var experiments: [String] {
    var names: [String] = []
    for row in rows where !names.contains(row.record.experiment) {
      names.append(row.record.experiment)
    }
    return names
  }

  private var title: String { "\(rows.count) runs of " + experiments.joined(separator: ", ") }

  private var subtitle: HTML {
    let description = rows.first?.run.resolvedValue(at: ["description"])?.scalar?.text
    return experiments.count == 1 ? "\(description.map { "<p>\($0)</p>" as HTML })" : ""
  }

  private var summary: HTML {
    let statuses: [RunStatus] = [.done, .failed, .skipped, .interrupted, .running, .pending]
    let counts = statuses.compactMap { status -> String? in
      let count = rows.count { $0.status == status }
      return count == 0 ? nil : "\(count) \(status.rawValue)"
    }
    let swept = axes.map { name -> HTML in
      var texts: [String] = []
      for row in rows {
        guard let axis = row.record.sweep?.axes.first(where: { $0.name == name }) else { continue }
        if !texts.contains(axis.value) { texts.append(axis.value) }
      }
      let shown = texts.prefix(12).joined(separator: ", ") + (texts.count > 12 ? ", …" : "")
      return "<dt>\(name)</dt><dd>\(texts.count == 1 ? "" : "\(texts.count) values: ")\(shown)</dd>"
    }
    let seeds = Set(rows.compactMap(\.seed))
    let seedText: HTML? = seeds.count > 1 ? "<dt>seeds</dt><dd>\(seeds.count)</dd>" : nil
    let worrying = rows.count { $0.warnings > 0 }
    let warning: HTML =
      worrying == 0
      ? ""
      : "<p><span class=\"warning\">! warning</span> \(worrying) of \(rows.count) runs have metrics that are not to be believed as they are: the column of warnings counts them, and the report of each run says which.</p>"
    return "<p>\(counts.joined(separator: ", ")).</p>\(warning)<dl>\(swept)\(seedText)</dl>"
  }

  private var table: HTML {
    let hasSeeds = Set(rows.map(\.seed)).count > 1
    let several = experiments.count > 1
    let columns: [(head: String, isNumber: Bool)] =
      [("run", false), ("status", false)] + axes.map { ($0, isNumber($0)) }
      + (hasSeeds ? [("seed", true)] : []) + metricNames.map { ($0, true) } + [("warnings", true)]
    let lines = rows.map { row -> [ReportTable.Cell] in
      var cells = [
        ReportTable.Cell("\(several ? row.run.displayName : row.run.name)"),
        ReportTable.Cell("\(row.status.rawValue + (row.record.isSmoke ? " (smoke)" : ""))"),
      ]
      for name in axes {
        let axis = row.record.sweep?.axes.first { $0.name == name }
        cells.append(ReportTable.Cell("\(axis?.value ?? "")", number: axis?.number))
      }
      if hasSeeds {
        cells.append(
          ReportTable.Cell(
            "\(row.seed.map { String($0) } ?? "")", number: row.seed.map(Double.init)))
      }
      cells += metricNames.map { .number(row.metrics[$0]?.value) }
      cells.append(ReportTable.Cell("\(row.warnings)", number: Double(row.warnings)))
      return cells
    }
    let more: HTML? =
      leftOut == 0
      ? nil
      : "<p class=\"soft\">\(leftOut) more metrics are in the runs’ own reports; <code>--metric node.metric</code> chooses the columns.</p>"
    let caption =
      "Every run; a head sorts, and the field keeps the rows that have all its words, such as \(axes.first ?? "status")=…"
    return
      "\(ReportTable(caption: caption, columns: columns, rows: lines).html(isFilterable: true))\(more)"
  }

  private func isNumber(_ axis: String) -> Bool {
    rows.allSatisfy { row in
      row.record.sweep?.axes.first { $0.name == axis }.map { $0.number != nil } ?? true
    }
  }

  private var keys: HTML {
    guard !differing.isEmpty else {
      return "<p>The resolved specs are the same in all \(agreeing) keys.</p>"
    }
    let lines = differing.map { key, values -> [ReportTable.Cell] in
      let shown = values.prefix(8).enumerated().map { index, value -> HTML in
        "\(index == 0 ? "" : ", ")<code>\(value.text)</code> <span class=\"soft\">in \(value.count)</span>"
      }
      let rest: HTML? = values.count > 8 ? ", and \(values.count - 8) more" : nil
      return [ReportTable.Cell("<code>\(key)</code>"), ReportTable.Cell("\(shown)\(rest)")]
    }
    return """
      \(ReportTable(
        caption: "Keys of the resolved specs that differ; \(agreeing) agree",
        columns: [("key", false), ("values", false)], rows: lines
      ).html(isFilterable: lines.count > 12))
      """
  }
}

extension FinalMetric {
  /// `walk-quality.ks`.
  package var path: String { node + "." + name }
}

extension Node {
  /// The scalars and lists below, in order, each with its dotted path and its value on one line.
  func leafTexts(at path: String = "") -> [(path: String, text: String)] {
    guard let entries else { return path.isEmpty ? [] : [(path, shortText)] }
    return entries.flatMap {
      $0.value.leafTexts(at: path.isEmpty ? $0.name : path + "." + $0.name)
    }
  }
}
