extension RunDifference {
  /// The differences as tables, each under its heading, and what agrees.
  package func text(_ one: String, _ other: String) -> String {
    var parts: [String] = []
    func section(_ heading: String, _ changes: [Change]) {
      guard !changes.isEmpty else { return }
      let rows =
        [[heading, one, other]]
        + changes.map { [$0.path, $0.one ?? "—", $0.other ?? "—"] }
      parts.append(TextTable.rendered(rows.map { $0.map(Comparison.printable) }))
    }
    section("key", spec)
    section("node's key", nodes)
    section("file of the same key", files)
    let shown = metrics.filter { MetricName($0.name).owner == nil }
    if !shown.isEmpty {
      let rows = shown.map { change in
        [change.name] + [change.one, change.other].map { $0.map { TextTable.number($0) } ?? "—" }
          + [change.differenceText]
      }
      parts.append(
        TextTable.rendered(
          ([["metric", one, other, "difference"]] + rows).map { $0.map(Comparison.printable) },
          alignRight: [1, 2, 3])
          + (shown.count < metrics.count
            ? "and \(metrics.count - shown.count) that stand beside them\n" : ""))
    }
    let tests = sampleRows
    if tests.count > 1 { parts.append(TextTable.rendered(tests, alignRight: [1, 2, 3, 4, 5, 6])) }
    section("made with", provenance)
    parts.append(
      (isEmpty ? "the same" : "different")
        + ": \(agreeingKeys) keys and \(agreeingMetrics) metrics "
        + "agree\n")
    return parts.joined(separator: "\n")
  }

  /// A line for each coordinate of samples that differ.
  private var sampleRows: [[String]] {
    var rows = [["samples", "effective n", "", "ks", "p", "energy distance", "p", ""]]
    for comparison in samples {
      switch comparison.outcome {
      case .same: continue
      case .incomparable(let reason):
        rows.append([comparison.node, "", "", "", "", "", "", Comparison.printable(reason)])
      case .tested(let tests):
        for (coordinate, ks) in tests.kolmogorovSmirnov.enumerated() {
          let isFirst = coordinate == 0
          let name =
            comparison.node
            + (tests.kolmogorovSmirnov.count > 1 ? ", coordinate \(coordinate)" : "")
          rows.append([
            name, isFirst ? TextTable.number(tests.sizes.0.rounded()) : "",
            isFirst ? TextTable.number(tests.sizes.1.rounded()) : "",
            TextTable.number(ks.distance), TextTable.number(ks.probability, digits: 2),
            isFirst ? TextTable.number(tests.energy.distance) : "",
            isFirst ? TextTable.number(tests.energy.probability, digits: 2) : "",
            isFirst ? comparison.verdict(tests) : "",
          ])
        }
      }
    }
    return rows
  }

  /// The same as JSON.
  package func json(_ one: String, _ other: String) -> JSONText {
    func list(_ changes: [Change]) -> JSONText {
      .list(
        changes.map {
          .map([
            ("path", .text($0.path)), ("one", $0.one.map { .text($0) } ?? .null),
            ("other", $0.other.map { .text($0) } ?? .null),
          ])
        })
    }
    func number(_ value: Double?) -> JSONText { value.map { .number($0) } ?? .null }
    return .map([
      ("one", .text(one)), ("other", .text(other)), ("same", .flag(isEmpty)),
      ("spec", list(spec)), ("agreeing_keys", .integer(agreeingKeys)),
      ("nodes", list(nodes)), ("files", list(files)),
      (
        "metrics",
        .list(
          metrics.map {
            .map([
              ("name", .text($0.name)), ("one", number($0.one)), ("other", number($0.other)),
            ])
          })
      ),
      ("agreeing_metrics", .integer(agreeingMetrics)), ("provenance", list(provenance)),
      ("samples", .list(samples.map(\.json))),
    ])
  }
}

extension RunDifference.MetricChange {
  /// The difference with its sign, where both are finite.
  fileprivate var differenceText: String {
    guard let one, let other, one.isFinite, other.isFinite else { return "" }
    let difference = other - one
    return (difference > 0 ? "+" : "") + TextTable.number(difference, digits: 3)
  }
}

extension SampleSetComparison {
  func verdict(_ tests: Tests) -> String {
    tests.probability < 0.05 ? "different laws" : "no difference found"
  }

  var json: JSONText {
    var members: [(String, JSONText)] = [("node", .text(node))]
    switch outcome {
    case .same: members.append(("same_bytes", .flag(true)))
    case .incomparable(let reason):
      members += [("same_bytes", .flag(false)), ("reason", .text(reason))]
    case .tested(let tests):
      members += [
        ("same_bytes", .flag(false)),
        ("effective_sizes", .list([.number(tests.sizes.0), .number(tests.sizes.1)])),
        (
          "ks",
          .list(
            tests.kolmogorovSmirnov.map {
              .map([("distance", .number($0.distance)), ("p", .number($0.probability))])
            })
        ),
        (
          "energy",
          .map([
            ("distance", .number(tests.energy.distance)), ("p", .number(tests.energy.probability)),
            ("relabellings", .integer(tests.energy.relabellings)),
            ("points", .list([.integer(tests.points.0), .integer(tests.points.1)])),
          ])
        ),
        ("verdict", .text(verdict(tests))),
      ]
    }
    return .map(members)
  }
}
