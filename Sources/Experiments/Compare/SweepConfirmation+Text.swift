extension SweepConfirmation {
  /// What will be run and why.
  package var announcement: String {
    let group = comparison.groups[best]
    let word = isMaximized ? "largest" : "smallest"
    var text =
      "the \(word) \(metric.text) of \(Comparison.counted(comparison.groups.count, "group")): "
      + "\(group.label)"
    text += group.results[0].mean.map { ", \(TextTable.number($0))" } ?? ""
    text += " over \(Comparison.counted(group.runs.count, "seed"))\n"
    if passedOver > 0 {
      text +=
        "\(Comparison.counted(passedOver, "group")) passed over: results of theirs were lost\n"
    }
    let labels = fresh.map(\.label)
    text += "fresh seeds: " + labels[0] + " to " + labels[labels.count - 1]
    return text.split(separator: "\n").map { Comparison.printable(String($0)) + "\n" }.joined()
  }

  /// The best point as the sweep saw it and on fresh seeds, with the one after it.
  package func text(_ fresh: MetricResult) -> String {
    let group = comparison.groups[best]
    let isRatio = fresh.isLogarithmic
    func row(_ label: String, _ result: MetricResult, _ contrast: Contrast?) -> [String] {
      func number(_ value: Double?) -> String { value.map { TextTable.number($0) } ?? "" }
      let interval = contrast?.interval
      return [
        label, String(result.values.count), number(result.mean),
        number(result.interval?.lowerBound), number(result.interval?.upperBound),
        number(contrast?.estimate), number(interval?.lowerBound), number(interval?.upperBound),
        contrast?.adjusted.map { TextTable.number($0, digits: 2) } ?? "",
      ]
    }
    var rows = [
      [
        "", "n", isRatio ? "geometric mean" : "mean", "95 % from", "to",
        isRatio ? "ratio" : "difference", "95 % from", "to", "p",
      ],
      row("in the sweep", group.results[0], nil),
      row("on fresh seeds", fresh, fresh.contrast),
    ]
    if let second {
      let other = comparison.groups[second]
      rows.append(row("second best: " + other.label, other.results[0], nil))
    }
    rows = rows.map { $0.map(Comparison.printable) }
    return Comparison.printable("\(metric.text) of \(group.label)") + "\n"
      + TextTable.rendered(rows, alignRight: Set(1..<9)) + verdict(fresh) + "\n"
  }

  /// Whether the sweep's best was luck.
  package func verdict(_ fresh: MetricResult) -> String {
    guard fresh.losses.isEmpty else {
      let lost = fresh.count - fresh.values.count
      return "nothing can be concluded: \(lost) of \(fresh.count) fresh results were lost"
    }
    guard let contrast = fresh.contrast, let estimate = contrast.estimate, let mean = fresh.mean
    else { return "nothing can be concluded" }
    let neutral = fresh.isLogarithmic ? 1.0 : 0
    let isWorse = isMaximized ? estimate < neutral : estimate > neutral
    var text: String
    if let p = contrast.adjusted, p < Contrast.level {
      text =
        isWorse
        ? "worse than in the sweep, which was lucky with it"
        : "better than in the sweep, which was unlucky with it"
    } else {
      text = "cannot be told apart from the sweep"
      if let interval = contrast.interval {
        let bounds = [interval.lowerBound, interval.upperBound].map {
          TextTable.short($0, digits: 2)
        }
        text +=
          fresh.isLogarithmic
          ? " (\(bounds[0]) to \(bounds[1]) times)"
          : " (a difference from \(bounds[0]) to \(bounds[1]))"
      }
    }
    if let second, let other = comparison.groups[second].results[0].mean {
      let isAhead = isMaximized ? mean > other : mean < other
      text += "; the fresh mean is " + (isAhead ? "better" : "no better")
      text += " than the second best's in the sweep"
    }
    return text
  }

  /// `{"metric", "point", "sweep", "fresh", "contrast", "second", "runs", …}`; `fresh` is null where nothing was run yet.
  package func json(_ fresh: MetricResult?, runs: [RunDirectory]) -> JSONText {
    let group = comparison.groups[best]
    let by = { (group: Comparison.Group) in JSONText.map(group.labels.map { ($0.name, $0.json) }) }
    let result = { (result: MetricResult) in Comparison.resultJSON(result, metric) }
    return .map([
      ("metric", .text(metric.text)), ("maximized", .flag(isMaximized)),
      ("groups", .integer(comparison.groups.count)), ("passed_over", .integer(passedOver)),
      ("point", by(group)), ("parent", .text(run.directory.displayName)),
      ("fresh_seeds", .list(self.fresh.map { .text($0.label) })),
      ("sweep", result(group.results[0])), ("fresh", fresh.map(result) ?? .null),
      (
        "second",
        second.map {
          .map([
            ("point", by(comparison.groups[$0])),
            ("sweep", result(comparison.groups[$0].results[0])),
          ])
        } ?? .null
      ),
      ("runs", .list(runs.map { .text($0.displayName) })),
      ("verdict", fresh.map { .text(verdict($0)) } ?? .null),
    ])
  }
}
