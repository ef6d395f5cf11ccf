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
