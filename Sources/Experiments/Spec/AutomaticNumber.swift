import Scorewalk
import YAML

/// A number that a spec left to the data with `auto`, and why it is what it is.
package struct AutomaticNumber: Sendable, Hashable {
  /// The field, with dots.
  package let field: String
  /// What stands in its place in the resolved spec.
  package let value: Double
  /// `the largest distance of two rows of 'observed'`.
  package let reason: String
}

/// What `auto` means in the fields of one map, whose `data` says of which data.
final class AutomaticFields {
  private let reader: FieldReader
  private let node: Node?
  private var isUsed = false

  /// Reads `data`.
  init(_ reader: FieldReader) {
    self.reader = reader
    // It leads to the numbers, which are in the key; the name is not.
    node = reader.field(
      "data", type: "name of a node of data", form: .word,
      "The law or the data whose scales `auto` means.", default: nil, isRequired: false)
  }

  /// Whether a field says `auto`; then it must be resolved by ``choose``.
  func isAutomatic(_ node: Node?) -> Bool {
    guard node?.scalar?.text == "auto" else { return false }
    isUsed = true
    return true
  }

  /// The number that a field gets; nil where there is none, which was reported.
  func choose(
    _ field: String, _ number: (DataScales) -> Double?, _ reason: (DataScales, String) -> String
  ) -> Double? {
    guard let (scales, name) = scales(of: field) else { return nil }
    guard let value = number(scales) else {
      reader.session.error(
        "'\(reader.fullPath(field))': 'auto' finds no scale in '\(name)', whose points are all one",
        at: reader.range(of: field), help: "write a number")
      return nil
    }
    reader.session.automatic.append(
      AutomaticNumber(
        field: reader.fullPath(field), value: value, reason: reason(scales, "'\(name)'")))
    return value
  }

  /// Reports `data` where nothing asks for them.
  func finish() {
    guard let node, !isUsed else { return }
    reader.session.error(
      "'\(reader.fullPath("data"))' has no meaning without 'auto'", at: node.place,
      help: "write `auto` in place of a number, or remove it")
  }

  private func scales(of field: String) -> (DataScales, String)? {
    guard let node else {
      reader.session.error(
        "'\(reader.fullPath(field))' is 'auto', and 'data' is missing",
        at: reader.range(of: field), help: "add `data:`, the node whose scales it is to have")
      return nil
    }
    guard
      let name = reader.scalar(
        from: node, name: reader.fullPath("data"), expected: "the name of a node of data")?.text
    else { return nil }
    // Data that refer to each other in a circle are reported with all other circles.
    guard let graph = reader.session.dataGraph else {
      reader.session.countError()
      return nil
    }
    guard let definition = graph[name] else {
      // What could not be read was reported where it stands.
      if reader.session.declaredNames.contains(name), reader.session.hasErrors {
        reader.session.countError()
      } else {
        reader.session.error(
          "'\(reader.fullPath("data"))' names no data: '\(name)'", at: node.place,
          help: reader.session.suggestion(for: name, among: graph.nodes.map(\.name)))
      }
      return nil
    }
    // Of data that are wrong nothing is asked.
    guard !reader.session.hasErrors else {
      reader.session.countError()
      return nil
    }
    guard let scales = reader.session.scales(of: definition, in: graph) else {
      reader.session.error(
        "'\(reader.fullPath(field))': the points of '\(name)' are not known before the run",
        at: node.place, help: "write a number, or name a law, draws from a law, or a file")
      return nil
    }
    return (scales, name)
  }
}

extension ReadingSession {
  /// The scales of a node of data, found once for all fields and all points of a sweep; nil where they are not known
  /// before the run.
  fileprivate func scales(of node: ExperimentNode, in graph: ExperimentGraph) -> DataScales? {
    guard let key = dataKeys?[node.name] else { return graph.scales(of: node) }
    return inputs.scales(ofData: key) { graph.scales(of: node) }
  }
}

extension ExperimentGraph {
  /// More rows than these are judged by their law alone, where they have one.
  private static let mostRows = 100_000

  fileprivate func scales(of node: ExperimentNode) -> DataScales? {
    guard case .data(let data) = node.definition else { return nil }
    if let file = data as? FileDefinition {
      return file.points.map { DataScales(rows: $0.values, dimension: $0.dimension) }
    }
    if let draws = data as? DrawsDefinition, let count = draws.rows(in: self),
      count <= Self.mostRows, let law = law(draws.from),
      let values = draws.values(of: law, stream: node.randomStream)
    {
      return DataScales(rows: values, dimension: law.dimension)
    }
    return sourceLaw(Reference(node: node.name)).map { DataScales(law: $0.law) }
  }
}

extension FieldReader {
  /// The end of a ladder: a number, the name of one noise level, or `auto`.
  func level(
    _ name: String, _ summary: String, _ automatic: AutomaticFields,
    _ number: (DataScales) -> Double?, _ reason: (DataScales, String) -> String
  ) -> Double {
    guard !automatic.isAutomatic(self.node?[name]) else {
      let node = field(
        name, type: "", form: .any, summary, unit: "of the data", default: nil, isRequired: true)
      let value = node.flatMap { _ in automatic.choose(name, number, reason) } ?? 1
      record(name, .number(value), isDefault: false)
      return value
    }
    return noiseLevel(name, summary + " `auto` takes it from the data.") ?? 1
  }
}

extension DataScales {
  /// Why σ₁ is what it is.
  package func reasonOfLargest(_ name: String) -> String {
    switch source {
    case .mixture:
      "the largest distance within the balls that hold 99 % of each component of \(name)"
    case .atoms: "the largest distance of two atoms of \(name)"
    case .rows(let compared, let count):
      "the largest distance of two rows of \(name)" + Self.thinning(compared, count)
        + ", NCSNv2's technique 1"
    }
  }

  /// Why σ_L is what it is.
  package func reasonOfSmallest(_ name: String) -> String {
    switch source {
    case .mixture: "a tenth of the smallest standard deviation of a component of \(name)"
    case .atoms: "a tenth of the smallest distance of two atoms of \(name)"
    case .rows(let compared, let count):
      "the median distance of a row of \(name) to the nearest other"
        + Self.thinning(compared, count)
    }
  }

  /// Why σ_d is what it is.
  func reasonOfDeviation(_ name: String) -> String {
    dimension == 1
      ? "the standard deviation of \(name)"
      : "√(mean of the variances of the \(dimension) coordinates of \(name))"
  }

  /// What is to be said where not all rows were looked at.
  private static func thinning(_ compared: Int, _ count: Int) -> String {
    compared < count ? ", of which \(compared) of \(count) were looked at" : ""
  }
}
