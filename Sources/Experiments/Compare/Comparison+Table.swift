/// How a comparison is shown.
package enum ComparisonFormat: String, Sendable, CaseIterable {
  case table
  case csv
  case md
  case json
}

extension Comparison {
  /// The comparison as text.
  package func rendered(_ format: ComparisonFormat) -> String {
    switch format {
    case .table:
      overview + metrics.indices.map { "\n" + title($0) + "\n" + table($0, lines: .plain) }.joined()
        + lossText(bullet: "")
    case .md:
      Self.escaped(overview).replacing("\n", with: "  \n")
        + metrics.indices.map {
          "\n### " + Self.escaped(title($0)) + "\n\n" + table($0, lines: .markdown)
        }.joined() + lossText(bullet: "- ")
    case .csv: csv
    case .json: json.rendered() + "\n"
    }
  }

  // MARK: - What is compared

  /// How many runs of what, what differs and what agrees.
  private var overview: String {
    let runs = groups.reduce(0) { $0 + $1.members.count }
    let counted = groups.reduce(0) { $0 + $1.runs.count }
    var text = Self.counted(runs, "run") + " of " + Self.shown(experiments) + " in "
    text += Self.counted(groups.count, "group") + " over " + Self.counted(seedCount, "seed")
    if counted < runs {
      text += "; \(runs - counted) repeat another's spec and seed and count once"
    }
    text += "\n"
    if runs == 1 {
      text += "one run: there is nothing to compare it with\n"
    } else if groups.count == 1, differing.isEmpty {
      text += "they differ in nothing but the seed; \(Self.counted(agreeing, "key")) agree\n"
    }
    if !differing.isEmpty {
      text += "keys that differ: " + Self.shown(differing) + "; \(agreeing) agree\n"
    }
    if !pooled.isEmpty {
      text +=
        "pooled, since --by does not name them: \(Self.shown(pooled)); "
        + "a seed counts once, by the mean of its points\n"
    }
    if !failures.isEmpty {
      text += "not read, and not counted below: \(Self.counted(failures.count, "run"))\n"
    }
    let unfinished = statusText
    if !unfinished.isEmpty { text += "not done: \(unfinished)\n" }
    if let baseline {
      text += "baseline: \(groups[baseline].label); \(tests) tests, p by Holm over all of them\n"
    }
    return text.split(separator: "\n").map { Self.printable(String($0)) + "\n" }.joined()
  }

  private var tests: Int {
    groups.reduce(0) { $0 + $1.results.count { $0.contrast?.test != nil } }
  }

  /// `2 failed, 1 running`; empty where all are done.
  private var statusText: String {
    let statuses = groups.flatMap { $0.runs.map(\.status) }
    return RunStatus.ofRuns.filter { $0 != .done }.compactMap { status in
      let count = statuses.count { $0 == status }
      return count == 0 ? nil : "\(count) \(status.rawValue)"
    }.joined(separator: ", ")
  }

  static func counted(_ count: Int, _ noun: String) -> String {
    "\(count) \(noun)" + (count == 1 ? "" : "s")
  }

  /// So many of a list of names, and how many more there are.
  private static func shown(_ names: [String]) -> String {
    let most = 12
    return names.prefix(most).joined(separator: ", ")
      + (names.count > most ? " and \(names.count - most) more" : "")
  }

  // MARK: - One metric

  private func title(_ index: Int) -> String {
    let metric = metrics[index]
    var parts = [metric.isLogarithmic ? "geometric means" : "means"]
    switch metric.name.goal {
    case .small: parts.append("small is good")
    case .large: parts.append("large is good")
    case .none: break
    }
    return Self.printable(metric.text) + ": " + parts.joined(separator: ", ")
  }

  private enum Lines { case plain, markdown }

  private func table(_ index: Int, lines: Lines) -> String {
    let isRatio = metrics[index].isLogarithmic
    let labels = columns.isEmpty ? ["experiment"] : columns
    var head = labels + ["n", "mean", "95 % from", "to", "truth", "floor at ess"]
    let first = labels.count
    if baseline != nil {
      head += [isRatio ? "ratio" : "difference", "95 % from", "to", "test", "p", "verdict"]
    }
    head.append("values")
    var rows: [[String]] = []
    for group in groups {
      rows.append(
        (columns.isEmpty ? [group.label] : group.labels.map(\.text)).map(Self.printable)
          + cells(group, group.results[index]))
    }
    // Columns that nothing stands in are left out.
    let kept = head.indices.filter { column in
      column < first + 2 || rows.contains { !$0[column].isEmpty }
    }
    let texts = head.indices.filter {
      ["test", "verdict", "values"].contains(head[$0]) && $0 >= first
    }
    let right = Set(
      kept.enumerated().filter { !texts.contains($0.element) && isRight($0.element, rows, first) }
        .map(\.offset))
    let all = ([head] + rows).map { row in kept.map { row[$0] } }
    switch lines {
    case .plain: return TextTable.rendered(all, alignRight: right)
    case .markdown: return Self.markdown(all, alignRight: right)
    }
  }

  /// Labels that are numbers stand under each other like numbers.
  private func isRight(_ column: Int, _ rows: [[String]], _ first: Int) -> Bool {
    column >= first || rows.allSatisfy { Double($0[column]) != nil }
  }

  /// `5`; `4/5` where results were lost; `3 seeds × 4 points`; `—` where the runs have no such metric.
  static func countText(_ result: MetricResult) -> String {
    if result.count == 0 { return "—" }
    let isWhole = result.values.count == result.count
    let count = isWhole ? String(result.count) : "\(result.values.count)/\(result.count)"
    if result.points < 2 { return count }
    return "\(count) seed\(result.count == 1 ? "" : "s") × \(result.points) points"
  }

  private func cells(_ group: Group, _ result: MetricResult) -> [String] {
    func number(_ value: Double?) -> String { value.map { TextTable.number($0) } ?? "" }
    var cells = [
      Self.countText(result),
      number(result.mean), number(result.interval?.lowerBound), number(result.interval?.upperBound),
      number(result.truth), number(result.floor),
    ]
    if let baseline {
      if let contrast = result.contrast {
        cells += [
          number(contrast.estimate), number(contrast.interval?.lowerBound),
          number(contrast.interval?.upperBound), contrast.testText,
          contrast.adjusted.map { TextTable.number($0, digits: 2) } ?? "", contrast.text,
        ]
      } else {
        let isOther = groups[baseline].isSmoke != group.isSmoke
        cells += [
          "", "", "", "", "",
          group.isBaseline ? "baseline" : isOther ? "not tested: smoke beside full runs" : "",
        ]
      }
    }
    // So few say more one by one.
    let shows = (2..<5).contains(result.values.count)
    cells.append(shows ? result.values.map { TextTable.number($0) }.joined(separator: " ") : "")
    return cells
  }

  // MARK: - What was lost

  private func lossText(bullet: String) -> String {
    var lines: [String] = []
    for (index, metric) in metrics.enumerated() {
      for group in groups {
        for loss in group.results[index].losses {
          lines.append(
            "\(metric.text), \(group.label), \(loss.seed): \(loss.reason) (\(loss.run))")
        }
      }
    }
    guard !lines.isEmpty else { return "" }
    let most = 20
    var shown = lines.prefix(most).map { Self.printable($0) }
    if lines.count > most { shown.append("and \(lines.count - most) more") }
    return "\nresults that were lost:\n" + (bullet.isEmpty ? "" : "\n")
      + shown.map { (bullet.isEmpty ? "  " + $0 : bullet + Self.escaped($0)) + "\n" }.joined()
  }
}

extension Contrast {
  /// `paired, r 0.93`; `paired, 3 of 8 seeds` where some have no partner.
  package var testText: String {
    switch test?.method {
    case .paired(let correlation):
      let pairs = test.map { Int($0.degreesOfFreedom) + 1 } ?? 0
      let part = seedsOfPairs.map { ", \(pairs) of \($0) seeds" } ?? ""
      let says = test?.saysCorrelation ?? false && !correlation.isNaN
      return "paired" + part + (says ? ", r " + TextTable.number(correlation, digits: 2) : "")
    case .welch: return "Welch"
    case nil: return ""
    }
  }
}
