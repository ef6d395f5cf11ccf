import Scorewalk
import YAML

/// A final metric as a figure of a sweep names it: `quality.ks`.
struct FigureMetric: Sendable, Equatable {
  let text: String
  let range: SourceRange?

  var node: String { String(text.prefix { $0 != "." }) }
  var name: String { String(text.dropFirst(node.count + 1)) }

  /// Reports a metric of a node that is not there. Which metrics a node writes is only known when it has run.
  func check(in graph: ExperimentGraph, _ field: String, session: ReadingSession) {
    guard !text.isEmpty else { return }
    guard graph[node] != nil else {
      if session.declaredNames.contains(node) { return }
      session.error(
        "'\(field)' names no node: '\(node)'", at: range,
        help: session.suggestion(for: node, among: graph.nodes.map(\.name)))
      return
    }
    if name.isEmpty {
      session.error(
        "'\(field)' names no metric of '\(node)'", at: range,
        help: "write it behind the node: \(node).ks; `scorewalk show` lists them")
    }
  }
}

extension FieldReader {
  /// A final metric, `node.metric`.
  func metric(_ name: String, _ summary: String) -> FigureMetric {
    let text = requiredText(name, "node.metric", summary)
    return FigureMetric(text: text.text, range: text.range)
  }

  /// An axis of the sweep by its name.
  func axis(_ name: String, _ summary: String, isRequired: Bool = true) -> FigureAxis? {
    let text = requiredText(name, "name of an axis", summary, isRequired: isRequired)
    guard !text.text.isEmpty else { return nil }
    return FigureAxis(name: text.text, field: fullPath(name), range: text.range)
  }

  private func requiredText(
    _ name: String, _ type: String, _ summary: String, isRequired: Bool = true
  ) -> (text: String, range: SourceRange?) {
    guard
      let node = field(
        name, type: type, form: .text, summary, default: nil, isRequired: isRequired),
      let scalar = scalar(from: node, name: fullPath(name), expected: type)
    else { return ("", nil) }
    record(name, .text(scalar.text), isDefault: false)
    return (scalar.text, node.place)
  }
}

/// A metric over the points of a sweep.
struct SweepValues {
  /// One value of an axis.
  struct Place: Hashable {
    let text: String
    let number: Double?
  }

  /// What one point has.
  private struct Row {
    let axes: [String: Place]
    /// Nil where the point has failed or has no such metric.
    let value: Double?
  }

  private let rows: [Row]

  init(_ metric: FigureMetric, of data: FigureData) throws(Failure) {
    rows = data.points.map { record in
      let axes = (record.sweep?.axes ?? []).map {
        ($0.name, Place(text: $0.value, number: $0.number))
      }
      let summary = record[node: metric.node]?.summary
      return Row(
        axes: Dictionary(axes) { first, _ in first },
        value: summary?.first { $0.name == metric.name }?.value.number)
    }
    guard rows.allSatisfy({ $0.value == nil }) else { return }
    let names =
      data.points.lazy.compactMap { $0[node: metric.node]?.summary }
      .first { !$0.isEmpty }?.map(\.name) ?? []
    throw Failure(
      .noInput, "no point of the sweep has the metric '\(metric.text)'",
      remedy: nearest(to: metric.name, among: names).map { "did you mean '\(metric.node).\($0)'?" }
        ?? (names.isEmpty ? nil : "there are: " + names.joined(separator: ", ")))
  }

  /// The values of an axis: numbers ascending, texts as they come first.
  func places(_ axis: String) throws(Failure) -> [Place] {
    var places: [Place] = []
    for place in rows.compactMap({ $0.axes[axis] }) where !places.contains(place) {
      places.append(place)
    }
    guard !places.isEmpty else {
      let all = Set(rows.flatMap(\.axes.keys)).sorted()
      throw Failure(
        .noInput, "the sweep has no axis '\(axis)'",
        remedy: all.isEmpty ? nil : "there are: " + all.joined(separator: ", "))
    }
    let numbers = places.compactMap(\.number)
    guard numbers.count == places.count else { return places }
    return places.sorted { ($0.number ?? 0) < ($1.number ?? 0) }
  }

  /// The finite values of the metric where axes have these values, over everything else.
  func values(where conditions: [(axis: String, place: Place)]) -> [Double] {
    rows.filter { row in conditions.allSatisfy { row.axes[$0.axis] == $0.place } }
      .compactMap(\.value).filter(\.isFinite)
  }
}
