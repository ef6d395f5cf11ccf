/// The report of several runs: what they have in common, in what they differ, and their metrics side by side.
package struct RunsPage {
  /// One run.
  struct Row {
    let run: RunDirectory
    let record: RunRecord
    let status: RunStatus
    let seed: Int?
    /// The final metrics by `node.metric`.
    let values: [String: Double]
    /// Why nodes failed.
    let failures: [ResultVerdict]
    let warnings: [ResultVerdict]
    /// Whether the record was changed after the run was complete.
    let isChanged: Bool
  }

  let rows: [Row]
  private let axes: [String]
  private let metricNames: [String]
  /// How many metrics there are beside those that are shown.
  private let leftOut: Int
  let comparison: Comparison
  private let differing: [(key: String, values: [(text: String, count: Int)])]
  private let figures: ReportFigures?

  /// So many metrics stand side by side unless others are named.
  private static let columnLimit = 6

  /// - Parameter request: what is asked of the comparison; its metrics are the columns.
  /// - Throws: ``Failure`` where a record cannot be read, and `.usage` where the request names what no run has.
  package init(
    _ runs: [RunDirectory], in results: ResultsDirectory,
    _ request: ComparisonRequest = ComparisonRequest()
  ) throws(Failure) {
    let comparison = try Comparison(runs, in: results, request)
    self.comparison = comparison
    var rows: [Row] = []
    var axes: [String] = []
    for run in runs {
      let record = try run.record()
      for axis in record.sweep?.swept ?? [] where !axes.contains(axis.name) {
        axes.append(axis.name)
      }
      let verdicts = ResultVerdict.all(record, try? run.plan(), nil).filter {
        $0.severity == .warning
      }
      rows.append(
        Row(
          run: run, record: record, status: run.status(record), seed: run.seed(record),
          values: record.values, failures: verdicts.filter(\.isFailure),
          warnings: verdicts.filter { !$0.isFailure },
          isChanged: Manifest.isChanged(record, of: run)))
    }
    self.rows = rows
    self.axes = axes
    let names = comparison.metrics.map(\.text)
    // Those on which the axes have no effect come last: they say least.
    let isSteady = comparison.metrics.indices.map { index in
      Set(comparison.groups.map { $0.results[index].mean }).count == 1
    }
    let ordered =
      zip(names, isSteady).filter { !$0.1 }.map(\.0)
      + zip(names, isSteady).filter { $0.1 }.map(\.0)
    metricNames = request.metrics.isEmpty ? Array(ordered.prefix(Self.columnLimit)) : names
    leftOut = names.count - metricNames.count
    differing = Self.differences(comparison, among: Set(runs))
    let sweeps = Set(rows.map { $0.record.sweep.map { sweep in sweep.id } })
    if sweeps.count == 1, comparison.experiments.count == 1, let id = rows[0].record.sweep?.id,
      let results = rows[0].run.results
    {
      figures = ReportFigures(
        in: results.sweepDirectory(id, experiment: comparison.experiments[0]) + "/figures",
        (try? rows[0].run.plan())?.figures ?? [])
    } else {
      figures = nil
    }
  }

  /// The values of keys, and in how many runs each is.
  private static func differences(
    _ comparison: Comparison, among runs: Set<RunDirectory>
  ) -> [(key: String, values: [(text: String, count: Int)])] {
    let compared = comparison.compared
    return comparison.differing.map { key in
      var values: [(text: String, count: Int)] = []
      for run in compared.runs where runs.contains(run.directory) {
        let text = compared.specs[run.spec][key] ?? "not there"
        if let place = values.firstIndex(where: { $0.text == text }) {
          values[place].count += 1
        } else {
          values.append((text, 1))
        }
      }
      return (key, values)
    }
  }

  /// The whole page.
  package var text: String {
    var sections = [ReportPage.Section(identifier: "summary", title: "In short", content: summary)]
    // Groups of one run say no more than the table of runs.
    if comparison.baseline != nil || comparison.groups.contains(where: { $0.runs.count > 1 }) {
      sections.append(
        .init(
          identifier: "comparison", title: "Comparison",
          content: comparison.html(of: metricNames)))
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

  private var experiments: [String] { comparison.experiments }

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
    let told = comparison.warnings.map { text -> HTML in
      "<p><span class=\"warning\">! warning</span> \(text)</p>"
    }
    return "<p>\(counts.joined(separator: ", ")).</p>\(told)\(worries)<dl>\(swept)\(seedText)</dl>"
  }

  private var table: HTML {
    let hasSeeds = Set(rows.map(\.seed)).count > 1
    let columns: [(head: String, isNumber: Bool)] =
      [("run", false), ("status", false)] + axes.map { ($0, isNumber($0)) }
      + (hasSeeds ? [("seed", true)] : []) + metricNames.map { ($0, true) } + [("warnings", true)]
    let lines = rows.map { row -> [ReportTable.Cell] in
      var cells = [
        ReportTable.Cell("<span id=\"\(identifier(row))\">\(name(row))</span>"),
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
      cells += metricNames.map { .number(row.values[$0]) }
      let count = row.warnings.count
      cells.append(ReportTable.Cell("\(count)", number: Double(count)))
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
      return "<p>The specs are the same in all \(comparison.agreeing) keys, seeds aside.</p>"
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
        caption: "Keys of the specs that differ, seeds aside; \(comparison.agreeing) agree",
        columns: [("key", false), ("values", false)], rows: lines
      ).html(isFilterable: lines.count > 12))
      """
  }
}

extension RunRecord {
  /// The final metrics by `node.metric`.
  fileprivate var values: [String: Double] {
    var values: [String: Double] = [:]
    for node in nodes {
      for metric in node.summary ?? [] {
        values[node.name + "." + metric.name] = metric.value.number
      }
    }
    return values
  }
}
