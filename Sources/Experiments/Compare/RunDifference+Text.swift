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

  private static let sharedStreams =
    "same random streams: the tests' p do not hold; compare other seeds"

  /// A line for each coordinate of samples that differ.
  private var sampleRows: [[String]] {
    var rows = [["samples", "thinned to", "", "ks", "p", "energy distance", "p", ""]]
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
          // What does not hold is not shown.
          func probability(_ value: Double) -> String {
            tests.sharesStreams ? "" : TextTable.number(value, digits: 2)
          }
          rows.append([
            name, isFirst ? String(tests.points.0) : "", isFirst ? String(tests.points.1) : "",
            TextTable.number(ks.distance), probability(ks.probability),
            isFirst ? TextTable.number(tests.energy.distance) : "",
            isFirst ? probability(tests.energy.probability) : "",
            isFirst ? comparison.verdict(tests) ?? Self.sharedStreams : "",
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
  /// Nil where both sides come from the same random streams.
  func verdict(_ tests: Tests) -> String? {
    if tests.sharesStreams { return nil }
    return tests.probability < 0.05 ? "different laws" : "no difference found"
  }

  var json: JSONText {
    var members: [(String, JSONText)] = [("node", .text(node))]
    switch outcome {
    case .same: members.append(("same_bytes", .flag(true)))
    case .incomparable(let reason):
      members += [("same_bytes", .flag(false)), ("reason", .text(reason))]
    case .tested(let tests):
      func probability(_ value: Double) -> JSONText {
        tests.sharesStreams ? .null : .number(value)
      }
      members += [
        ("same_bytes", .flag(false)), ("same_streams", .flag(tests.sharesStreams)),
        ("effective_sizes", .list([.number(tests.sizes.0), .number(tests.sizes.1)])),
        ("points", .list([.integer(tests.points.0), .integer(tests.points.1)])),
        (
          "ks",
          .list(
            tests.kolmogorovSmirnov.map {
              .map([("distance", .number($0.distance)), ("p", probability($0.probability))])
            })
        ),
        (
          "energy",
          .map([
            ("distance", .number(tests.energy.distance)),
            ("p", probability(tests.energy.probability)),
            ("relabellings", .integer(tests.energy.relabellings)),
          ])
        ),
        ("verdict", verdict(tests).map { .text($0) } ?? .null),
      ]
    }
    return .map(members)
  }
}
