import Scorewalk

extension Comparison {
  // MARK: - CSV

  /// One line a group and metric, all numbers in full.
  var csv: String {
    let head =
      ["metric"] + columns.map(Self.inert) + [
        "n", "of", "points", "scale", "mean", "low", "high", "truth", "floor_at_ess", "is_baseline",
        "effect",
        "effect_low", "effect_high", "test", "correlation", "p", "p_holm", "verdict", "values",
      ]
    var rows = [head]
    for (index, metric) in metrics.enumerated() {
      for group in groups {
        let result = group.results[index]
        let contrast = result.contrast
        func number(_ value: Double?) -> String { value.map { JSONText.number($0) } ?? "" }
        let test = contrast?.test
        rows.append(
          [Self.inert(metric.text)] + group.labels.map { Self.inert($0.text) } + [
            String(result.values.count), String(result.count), String(result.points),
            metric.isLogarithmic ? "log" : "linear", number(result.mean),
            number(result.interval?.lowerBound), number(result.interval?.upperBound),
            number(result.truth), number(result.floor), group.isBaseline ? "true" : "false",
            number(contrast?.estimate), number(contrast?.interval?.lowerBound),
            number(contrast?.interval?.upperBound), test?.methodName ?? "",
            number(test?.correlation), number(test?.probability), number(contrast?.adjusted),
            contrast?.text ?? "",
            result.values.map { JSONText.number($0) }.joined(separator: " "),
          ])
      }
    }
    return rows.map(CSVText.line).joined()
  }

  /// Text that a spreadsheet takes for no formula: `'=1+1`. Numbers stay as they are.
  static func inert(_ text: String) -> String {
    guard let first = text.unicodeScalars.first, ["=", "+", "-", "@", "\t"].contains(first),
      Double(text) == nil
    else { return text }
    return "'" + text
  }

  // MARK: - Markdown

  static func markdown(_ rows: [[String]], alignRight: Set<Int>) -> String {
    let lines = rows.map { "| " + $0.map(escaped).joined(separator: " | ") + " |\n" }
    let rule = rows[0].indices.map { alignRight.contains($0) ? "---:" : "---" }
    return lines[0] + "| " + rule.joined(separator: " | ") + " |\n" + lines.dropFirst().joined()
  }

  /// Text that is data and no markup.
  static func escaped(_ text: String) -> String {
    // By scalars: a mark with an accent over it is a character of its own, and markup all the same.
    var result = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
      switch scalar {
      case "<": result.append(contentsOf: "&lt;".unicodeScalars)
      case ">": result.append(contentsOf: "&gt;".unicodeScalars)
      case "&": result.append(contentsOf: "&amp;".unicodeScalars)
      case "|", "\\", "`", "*", "_", "[", "]", "#", "~":
        result.append("\\")
        result.append(scalar)
      default: result.append(scalar)
      }
    }
    return String(result)
  }

  /// Text for a terminal: what nobody can see is written as JSON writes it.
  static func printable(_ text: String) -> String {
    let quoted = JSONText.text(text).compactText
    let scalars = text.unicodeScalars
    let escapes = scalars.count { $0 == "\"" || $0 == "\\" }
    return quoted.unicodeScalars.count == scalars.count + 2 + escapes ? text : quoted
  }

  // MARK: - JSON

  /// `{"groups": [{"by": {…}, "metrics": {"<node>.<metric>": {"n", "mean", "low", "high", "values", …}}}], …}`.
  package var json: JSONText {
    .map([
      ("groups", .list(groups.map(groupJSON))),
      ("baseline", baseline.map { .integer($0) } ?? .null),
      ("experiments", .list(experiments.map { .text($0) })),
      ("seeds", .integer(seedCount)),
      ("differing", .list(differing.map { .text($0) })),
      ("agreeing", .integer(agreeing)),
      ("pooled", .list(pooled.map { .text($0) })),
      ("warnings", .list(warnings.map { .text($0) })),
      ("failures", .list(failures.map { .text($0.what) })),
    ])
  }

  private func groupJSON(_ group: Group) -> JSONText {
    let counts = RunStatus.ofRuns.compactMap { status -> (String, JSONText)? in
      let count = group.runs.count { $0.status == status }
      return count == 0 ? nil : (status.rawValue, .integer(count))
    }
    return .map([
      ("by", .map(group.labels.map { ($0.name, $0.json) })),
      ("runs", .list(group.runs.map { .text($0.directory.displayName) })),
      ("repeats", .integer(group.members.count - group.runs.count)),
      ("status", .map(counts)),
      ("smoke", .flag(group.isSmoke)),
      (
        "metrics",
        .map(zip(metrics, group.results).map { ($0.text, Self.resultJSON($1, $0)) })
      ),
    ])
  }

  static func resultJSON(_ result: MetricResult, _ metric: Metric) -> JSONText {
    func number(_ value: Double?) -> JSONText { value.map { .number($0) } ?? .null }
    var members: [(String, JSONText)] = [
      ("n", .integer(result.values.count)), ("of", .integer(result.count)),
      ("points", .integer(result.points)),
      ("scale", .text(result.isLogarithmic ? "log" : "linear")),
      ("goal", .text(metric.name.goal.rawValue)),
      ("mean", number(result.mean)), ("low", number(result.interval?.lowerBound)),
      ("high", number(result.interval?.upperBound)),
      ("values", .list(result.values.map { .number($0) })),
      ("seeds", .list(result.seeds.map { .text($0) })),
      ("truth", number(result.truth)), ("floor_at_ess", number(result.floor)),
    ]
    if !result.losses.isEmpty {
      let losses = result.losses.map {
        JSONText.map([
          ("run", .text($0.run)), ("seed", .text($0.seed)), ("reason", .text($0.reason)),
        ])
      }
      members.append(("lost", .list(losses)))
    }
    if let contrast = result.contrast { members.append(("contrast", contrast.json)) }
    return .map(members)
  }
}

extension MeanDifference {
  /// Whether there are pairs enough for their correlation to say something.
  var saysCorrelation: Bool { degreesOfFreedom >= 3 }

  fileprivate var methodName: String {
    switch method {
    case .paired: "paired"
    case .welch: "welch"
    }
  }

  fileprivate var correlation: Double? {
    guard case .paired(let correlation) = method, correlation.isFinite, saysCorrelation else {
      return nil
    }
    return correlation
  }
}

extension Contrast {
  /// `ratio` or `difference` with its interval, the test, and what can be concluded.
  var json: JSONText {
    func number(_ value: Double?) -> JSONText { value.map { .number($0) } ?? .null }
    var members: [(String, JSONText)] = [
      (isLogarithmic ? "ratio" : "difference", number(estimate)),
      ("low", number(interval?.lowerBound)), ("high", number(interval?.upperBound)),
    ]
    if let test {
      members += [
        ("test", .text(test.methodName)), ("correlation", number(test.correlation)),
        ("t", number(test.statistic)), ("degrees_of_freedom", number(test.degreesOfFreedom)),
        ("p", number(test.probability)), ("p_holm", number(adjusted)),
      ]
    }
    if let seedsOfPairs { members.append(("seeds_of_pairs", .integer(seedsOfPairs))) }
    let seeds = seedsNeeded
    members.append(("verdict", .text(text(seeds: seeds))))
    if let seeds { members.append(("seeds_needed", .integer(seeds))) }
    return .map(members)
  }
}
