extension RunPage {
  // MARK: - Graph and nodes

  var graph: HTML {
    let worrying = Set(verdicts.filter { $0.severity == .warning }.map(\.node))
    let drawing = GraphDrawing(plan) { node in
      GraphDrawing.Box(
        name: node.name, section: node.section, kind: node.kind,
        status: (record[node: node.name]?.status ?? .pending).rawValue,
        isWorrying: worrying.contains(node.name))
    }
    var sections: [String] = []
    for node in plan.nodes where !sections.contains(node.section) { sections.append(node.section) }
    let key = sections.map { section -> HTML in "<span class=\"\(section)\">\(section)</span>" }
    return """
      \(drawing.html)<p class="key" aria-hidden="true">\(key)</p>
      <p class="soft">A dashed box has a warning above. Each box leads to its node.</p>
      """
  }

  var nodes: HTML {
    "\(plan.nodes.map(details))"
  }

  private func details(_ node: Plan.Node) -> HTML {
    let state = record[node: node.name]
    let word =
      state?.status == .done && state?.executed == false
      ? "stored" : (state?.status ?? .pending).rawValue
    let time = state?.seconds.map { ", " + Self.duration($0) } ?? ""
    let own = verdicts.filter { $0.node == node.name }
    let references: HTML? =
      node.references.isEmpty
      ? nil
      : """
      <dt>refers to</dt><dd>\(node.references.enumerated().map { index, name -> HTML in
        "\(index == 0 ? "" : ", ")<a href=\"#node-\(name)\">\(name)</a>"
      })</dd>
      """
    return """
      <details id="node-\(node.name)"><summary><strong>\(node.name)</strong> \
      <span class="kind">\(node.section), \(node.kind), \(word)\(time)</span></summary>
      \(own.isEmpty ? nil : Self.sentences(own))
      <dl>\(references)<dt>key</dt><dd><code>\(node.key)</code></dd><dt>seed, stream</dt><dd>\(String(node.seed)), \(node.stream)</dd></dl>
      \(values(node))\(facts(node))\(log(node))
      </details>

      """
  }

  private func values(_ node: Plan.Node) -> HTML? {
    let path = node.section + "." + node.name
    guard let values = origins?.below(path), !values.isEmpty else { return nil }
    return Self.table(values, caption: "Its spec, and where each value comes from") {
      String($0.path.dropFirst(path.count + 1))
    }
  }

  private static func table(
    _ values: [SpecOrigins.Value], caption: String, key: (SpecOrigins.Value) -> String
  ) -> HTML {
    ReportTable(
      caption: caption, columns: [("key", false), ("value", false), ("from", false)],
      rows: values.map { value in
        [
          ReportTable.Cell("<code>\(key(value))</code>"),
          ReportTable.Cell("<code>\(value.text)</code>", number: Double(value.text)),
          ReportTable.Cell("\(value.origin.text)"),
        ]
      }
    ).html(isFilterable: false)
  }

  private func facts(_ node: Plan.Node) -> HTML? {
    guard let facts = explanation?[node.name]?.facts, !facts.isEmpty else { return nil }
    let items = facts.map { fact -> HTML in
      let error = fact.standardError.map { " ± " + TextTable.short($0, digits: 2) } ?? ""
      let remark: HTML? = fact.remark.map { " <span class=\"soft\">(\($0))</span>" }
      return "<dt>\(fact.label)</dt><dd>\(fact.value.text)\(error)\(remark)</dd>"
    }
    return "<h3>Known exactly before it ran</h3><dl>\(items)</dl>"
  }

  private func log(_ node: Plan.Node) -> HTML? {
    let path = run.path(of: "log.txt", node: node.name)
    guard let bytes = try? FileSystem.read(path, atMost: 1 << 14), !bytes.isEmpty else {
      return nil
    }
    let text = String(decoding: bytes, as: UTF8.self)
    let more: HTML? =
      bytes.count == 1 << 14 ? "<p class=\"soft\">The rest is in the file.</p>" : nil
    return "<h3>Log</h3><pre>\(text)</pre>\(more)"
  }

  var specText: HTML {
    let listings = sources.map { source -> HTML in
      let lines = source.text.split(separator: "\n", omittingEmptySubsequences: false)
      let shown = lines.last?.isEmpty == true ? lines.dropLast() : lines[...]
      let numbered = shown.enumerated().map { index, line -> HTML in
        "<span class=\"line\" data-number=\"\(index + 1)\">\(line) </span>"
      }
      return "<details><summary>\(source.name)</summary><pre>\(numbered)</pre></details>"
    }
    let overrides: HTML? =
      record.overrides.isEmpty
      ? nil
      : "<p>Overridden: \(record.overrides.map { "<code>\($0)</code> " as HTML })</p>"
    let others = (origins?.values ?? []).filter { value in
      !plan.nodes.contains { value.path.hasPrefix($0.section + "." + $0.name + ".") }
    }
    let rest: HTML? =
      others.isEmpty
      ? nil
      : """
      <details><summary>\(others.count) values that belong to no node</summary>\
      \(Self.table(others, caption: "The rest of the resolved spec") { $0.path })</details>
      """
    return "\(overrides)\(listings)\(rest)"
  }
}
