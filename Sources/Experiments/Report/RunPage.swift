/// The report of one run.
package struct RunPage {
  let run: RunDirectory
  let record: RunRecord
  let plan: Plan
  private let status: RunStatus
  let explanation: Explanation?
  let origins: SpecOrigins?
  let sources: [(name: String, text: String)]
  private let description: String?
  let verdicts: [ResultVerdict]
  private let metrics: [FinalMetric]
  private let figures: ReportFigures
  /// Whether the record was changed after the run was complete.
  private let isChanged: Bool
  private let commands: Commands

  /// How the reader would type commands about the run.
  package struct Commands {
    let name: String
    let line: (_ command: String, _ arguments: [String]) -> String

    /// - Parameters:
    ///   - name: what the run is called there.
    ///   - line: a command with its arguments as a line for the shell.
    package init(
      _ name: String,
      _ line: @escaping (_ command: String, _ arguments: [String]) -> String = {
        ShellText.line(["scorewalk", $0] + $1)
      }
    ) {
      (self.name, self.line) = (name, line)
    }

    /// A command about the run.
    func about(_ command: String, _ rest: String...) -> String { line(command, [name] + rest) }
  }

  /// Reads what the report shows. What cannot be read any more, such as a spec of another version, is left out.
  ///
  /// - Throws: ``Failure`` `.inputOutput` where the run's record or plan cannot be read.
  package init(_ run: RunDirectory, commands: Commands? = nil) throws(Failure) {
    self.run = run
    self.commands = commands ?? Commands(run.displayName)
    record = try run.record()
    plan = try run.plan()
    status = run.status(record)
    let spec = try? Runner.frozenSpec(of: run)
    explanation = spec.map { Explanation($0) }
    origins = try? SpecOrigins(run, record)
    sources = ((try? run.sources()) ?? []).map { source in
      (
        source.name.split(separator: "/").last.map(String.init) ?? source.name,
        String(decoding: source.bytes, as: UTF8.self)
      )
    }
    description = run.resolvedValue(at: ["description"])?.scalar?.text
    verdicts = ResultVerdict.all(record, plan, explanation)
    metrics = FinalMetric.all(record)
    figures = ReportFigures(run, plan)
    isChanged = Manifest.isChanged(record, of: run)
  }

  /// The whole page.
  package var text: String {
    var sections = [ReportPage.Section(identifier: "summary", title: "In short", content: summary)]
    if !figures.isEmpty {
      sections.append(.init(identifier: "figures", title: "Figures", content: figures.html))
    }
    if !metrics.isEmpty {
      sections.append(.init(identifier: "metrics", title: "Metrics", content: metricTables))
    }
    sections.append(.init(identifier: "graph", title: "Graph", content: graph))
    sections.append(.init(identifier: "nodes", title: "Nodes", content: nodes))
    sections.append(.init(identifier: "spec", title: "Spec", content: specText))
    sections.append(.init(identifier: "provenance", title: "Provenance", content: provenance))
    sections.append(.init(identifier: "again", title: "Again", content: again))
    return ReportPage(
      title: "\(run.displayName)", header: header, sections: sections, footer: footer
    ).html.text
  }

  // MARK: - Head and foot

  private var header: HTML {
    let smoke: HTML? =
      record.isSmoke ? " <span class=\"badge note\">smoke: its numbers mean nothing</span>" : nil
    let point: HTML? = record.sweep.map { sweep in
      "<p>Point \(sweep.point + 1) of \(sweep.points) of a sweep: <span class=\"mono\">\(sweep.label)</span></p>"
    }
    let tags: HTML? = record.tags.flatMap { tags in
      tags.isEmpty ? nil : "<p class=\"soft\">\(tags.joined(separator: ", "))</p>"
    }
    let changed: HTML? =
      isChanged
      ? """
      <p class="warning"><strong>! warning: the run’s record was changed after the run was complete.</strong> Its metrics, and \
      with them all that is said below, may be other than what was computed; \
      <code>\(commands.about("verify"))</code> names what has changed.</p>
      """ : nil
    let begun: HTML =
      run.isReference
      ? "a reference: results to compare with, made on another machine"
      : "begun \(Self.day(record.started))"
    return """
      <h1>\(record.experiment) <span class="badge \(status == .done ? "good" : "warning")">\(status.rawValue)</span>\(smoke)</h1>
      <p class="soft"><span class="mono">\(run.displayName)</span>, \(begun)</p>
      \(changed)\(description.map { "<p>\($0)</p>" as HTML })\(point)\(tags)
      """
  }

  private var footer: HTML {
    """
    <p>Made by scorewalk \(Provenance.toolVersion) from the files in <span class="mono">\(run.displayName)</span>; \
    <code>\(commands.about("report"))</code> makes it anew. Nothing in it is loaded from elsewhere.</p>
    """
  }

  /// `2026-01-31 12:00 UTC` of a timestamp; the text itself where it is none.
  static func day(_ timestamp: String) -> String {
    guard timestamp.count >= 16, timestamp.hasSuffix("Z") else { return timestamp }
    return timestamp.prefix(16).replacing("T", with: " ") + " UTC"
  }

  // MARK: - Summary

  private var summary: HTML {
    let foreseen = verdicts.filter(\.isForeseen)
    let before: HTML? =
      foreseen.isEmpty
      ? nil
      : """
      <details><summary>Known from the spec, before it ran: \(Self.counts(foreseen))</summary>\
      \(Self.list(foreseen))</details>
      """
    let found = verdicts.filter { !$0.isForeseen }
    let judged: HTML =
      found.isEmpty
      ? "<p class=\"soft\">There is nothing to judge: no evaluation is done.</p>"
      : "<p>What came out: \(Self.counts(found)).</p>\(Self.list(found))"
    return "<p>\(Self.sentence(record, status))</p>\(judged)\(before)"
  }

  /// `2 warnings, 1 note, 5 good`.
  private static func counts(_ verdicts: [ResultVerdict]) -> String {
    let words: [(ResultVerdict.Severity, String, String)] = [
      (.warning, "warning", "warnings"), (.note, "note", "notes"), (.good, "good", "good"),
    ]
    return words.compactMap { severity, one, many in
      let count = verdicts.count { $0.severity == severity }
      return count == 0 ? nil : "\(count) \(count == 1 ? one : many)"
    }.joined(separator: ", ")
  }

  /// What was done, in words.
  private static func sentence(_ record: RunRecord, _ status: RunStatus) -> String {
    let done = record.nodes.count { $0.status == .done }
    let stored = record.nodes.count { $0.status == .done && $0.executed == false }
    let times = record.nodes.filter { $0.executed != false }.compactMap(\.seconds)
    var text =
      done == record.nodes.count
      ? "All \(done) nodes are done" : "\(done) of \(record.nodes.count) nodes are done"
    if stored == done, done > 0 {
      text += ", all of them from the store"
    } else {
      if stored > 0 { text += ", \(stored) of them from the store" }
      // A reference says nothing of times.
      if !times.isEmpty { text += "; the computation took \(duration(times.reduce(0, +)))" }
    }
    return text + "."
  }

  static func duration(_ seconds: Double) -> String {
    if seconds < 120 { return TextTable.short(seconds, digits: 2) + " s" }
    if seconds < 7200 { return TextTable.short((seconds / 60).rounded(), digits: 3) + " min" }
    return TextTable.short(seconds / 3600, digits: 3) + " h"
  }

  /// The verdicts node by node, those with the gravest first.
  private static func list(_ verdicts: [ResultVerdict]) -> HTML {
    var nodes: [String] = []
    for verdict in verdicts where !nodes.contains(verdict.node) { nodes.append(verdict.node) }
    let items = nodes.map { node -> HTML in
      let own = verdicts.filter { $0.node == node }
      return "<li><a href=\"#node-\(node)\">\(node)</a>\(sentences(own))</li>\n"
    }
    return "<ul class=\"verdicts\">\(items)</ul>"
  }

  static func sentences(_ verdicts: [ResultVerdict]) -> HTML {
    let items = verdicts.map { verdict -> HTML in
      """
      <li><span class="mark \(verdict.severity.name)">\(verdict.severity.mark)</span> \(verdict.text)</li>
      """
    }
    return "<ul>\(items)</ul>"
  }

  // MARK: - Metrics

  private var metricTables: HTML {
    let headlines = metrics.filter(\.isHeadline)
    let all = Self.table(metrics, caption: "Every final metric", isFilterable: true)
    guard !headlines.isEmpty, headlines.count < metrics.count else { return all }
    return """
      \(Self.table(headlines, caption: "The metrics by which results are judged", isFilterable: false))
      <details><summary>All \(metrics.count) final metrics</summary>\(all)</details>
      <p class="soft">se: standard error. expected: what the chain itself would give with the exact score. truth: what the \
      law says exactly, or the least that is possible. floor: the mean over sets of as many true samples; at ess: over sets of the \
      chain’s effective size, the one to judge by.</p>
      """
  }

  private static func table(_ metrics: [FinalMetric], caption: String, isFilterable: Bool) -> HTML {
    let columns = FinalMetric.columns(of: metrics)
    return ReportTable(
      caption: caption,
      columns: [("metric", false), ("node", false)] + columns.map { ($0.head, true) },
      rows: metrics.map { metric in
        [
          ReportTable.Cell("\(metric.name)"),
          ReportTable.Cell("<a href=\"#node-\(metric.node)\">\(metric.node)</a>"),
        ] + columns.map { .number($0.value(metric)) }
      }
    ).html(isFilterable: isFilterable)
  }

  // MARK: - Provenance, again

  private var provenance: HTML {
    let lines = RunPurpose(run, record).lines.map { name, value -> HTML in
      "<dt>\(name)</dt><dd>\(value)</dd>"
    }
    let inputs = (record.inputs ?? []).map { input -> HTML in
      "<dt>input of \(input.node)</dt><dd>\(input.file), a copy of \(input.origin), SHA-256 <code>\(input.sha256)</code></dd>"
    }
    let resumed = record.resumed.map { item -> HTML in
      "<dt>resumed</dt><dd>\(item.node), from its checkpoint at step \(item.step)</dd>"
    }
    return "<dl>\(lines)\(inputs)\(resumed)</dl>"
  }

  private var again: HTML {
    var lines: [(String, String)] = [
      ("repeat it, from the store where that has its nodes", commands.about("rerun")),
      ("compute every node anew, and compare every bit", commands.about("rerun", "--verify")),
      ("vary it", commands.about("rerun", "a.b.c=value")),
      ("are its files as they were written?", commands.about("verify")),
    ]
    if run.isReference {
      lines = [
        ("compute the same", commands.line("run", [record.experiment])),
        (
          "has a run the same bits?",
          commands.line("verify", [record.experiment, "--against", run.path])
        ),
      ]
    } else if status != .done, status != .running {
      lines.insert(("go on with it, to the same bits", commands.about("resume")), at: 0)
    }
    return """
      <dl>\(lines.map { what, command -> HTML in
        "<dt>\(what)</dt><dd><code>\(command)</code></dd>"
      })</dl>
      """
  }
}

extension ResultVerdict.Severity {
  /// The name of its class in the style sheet.
  var name: String {
    switch self {
    case .good: "good"
    case .note: "note"
    case .warning: "warning"
    }
  }

  /// In words: colour alone says nothing to some.
  var mark: String {
    switch self {
    case .good: "✓ good:"
    case .note: "· note:"
    case .warning: "! warning:"
    }
  }
}

extension Fact.Value {
  /// The value as people read it.
  package var text: String {
    switch self {
    case .number(let number): TextTable.short(number)
    case .count(let count): String(count)
    case .numbers(let numbers):
      numbers.prefix(12).map { TextTable.short($0) }.joined(separator: ", ")
        + (numbers.count > 12 ? ", …" : "")
    case .text(let text): text
    }
  }
}
