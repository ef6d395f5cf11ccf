extension Comparison {
  /// The groups of runs, a table for each metric.
  ///
  /// - Parameter names: the metrics, as `node.metric`.
  func html(of names: [String]) -> HTML {
    let chosen = metrics.indices.filter { names.contains(metrics[$0].text) }
    let tables = chosen.map { index -> HTML in
      "<h3>\(metrics[index].text)</h3>\(table(index))"
    }
    let pooledText: HTML? =
      pooled.isEmpty
      ? nil
      : "<p class=\"soft\">Pooled: \(pooled.joined(separator: ", ")); a seed counts once, by the mean of its points.</p>"
    return """
      <p>Runs that agree in the columns are a group; n counts its seeds, of which those that lost results are \
      never left out (9/10). Intervals are 95 % t intervals.\(baselineText)</p>\(pooledText)\(tables)\(losses(chosen))
      """
  }

  private var baselineText: String {
    guard let baseline else { return "" }
    return
      " Every group is compared with \(groups[baseline].label): a paired t test where both have the same seeds, Welch’s otherwise; p by Holm over all rows."
  }

  private func table(_ index: Int) -> HTML {
    let metric = metrics[index]
    let labels = columns.isEmpty ? ["experiment"] : columns
    let results = groups.map { $0.results[index] }
    let showsValues = results.contains { (2..<5).contains($0.values.count) }
    var heads: [(head: String, isNumber: Bool)] = labels.map { name in
      (
        name,
        groups.allSatisfy { group in
          group.labels.first { $0.name == name }.map { Double($0.text) != nil } ?? false
        }
      )
    }
    heads += [
      ("n", true), (metric.isLogarithmic ? "geometric mean" : "mean", true), ("from", true),
      ("to", true), ("truth", true), ("floor at ess", true),
    ]
    if baseline != nil {
      heads += [
        (metric.isLogarithmic ? "ratio" : "difference", true), ("its 95 % from", true),
        ("to", true),
        ("test", false), ("p", true), ("verdict", false),
      ]
    }
    if showsValues { heads.append(("values", false)) }
    let rows = zip(groups, results).map { group, result -> [ReportTable.Cell] in
      let names = columns.isEmpty ? [group.label] : group.labels.map(\.text)
      let count = result.values.count
      var cells = names.map { ReportTable.Cell("\($0)", number: Double($0)) }
      cells += [
        ReportTable.Cell(
          "\(Self.countText(result))", number: Double(count)),
        .number(result.mean), .number(result.interval?.lowerBound),
        .number(result.interval?.upperBound), .number(result.truth), .number(result.floor),
      ]
      if baseline != nil {
        cells += [
          .number(result.contrast?.estimate), .number(result.contrast?.interval?.lowerBound),
          .number(result.contrast?.interval?.upperBound),
          ReportTable.Cell("\(result.contrast?.testText ?? "")"),
          ReportTable.Cell(
            "\(result.contrast?.adjusted.map { TextTable.number($0, digits: 2) } ?? "")",
            number: result.contrast?.adjusted),
          ReportTable.Cell("\(result.contrast?.text ?? (group.isBaseline ? "baseline" : ""))"),
        ]
      }
      if showsValues {
        let shown = (2..<5).contains(count) ? result.values : []
        cells.append(
          ReportTable.Cell("\(shown.map { TextTable.number($0) }.joined(separator: " "))"))
      }
      return cells
    }
    let goal =
      switch metric.name.goal {
      case .small: "small is good"
      case .large: "large is good"
      case .none: ""
      }
    return ReportTable(
      caption: goal, columns: heads, rows: rows, keepsEmptyColumns: false
    ).html(isFilterable: groups.count > 12)
  }

  private func losses(_ chosen: [Int]) -> HTML? {
    let lines = chosen.flatMap { index in
      groups.flatMap { group in
        group.results[index].losses.map {
          "\(metrics[index].text), \(group.label), \($0.seed): \($0.reason) (\($0.run))"
        }
      }
    }
    guard !lines.isEmpty else { return nil }
    let items = lines.prefix(50).map { "<li>\($0)</li>" as HTML }
    let more: HTML? = lines.count > 50 ? "<li>and \(lines.count - 50) more</li>" : nil
    return "<h3>Results that were lost</h3><ul>\(items)\(more)</ul>"
  }
}
