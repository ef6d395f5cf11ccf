/// A final metric of a node with what it is to be seen beside.
package struct FinalMetric: Sendable, Equatable {
  package let node: String
  package let name: String
  package let value: Double
  package var standardError: Double?
  /// What the chain itself would give with the exact score.
  package var expected: Double?
  /// What the law says exactly, or the least that is possible.
  package var truth: Double?
  /// What true samples of the same number would give, and such of the chain's effective size.
  package var floor: Double?
  package var floorAtEffectiveSize: Double?
  /// The standard deviation of the latter over the sets of true samples.
  package var floorAtEffectiveSizeDeviation: Double?

  /// The final metrics of a run, in the order of the plan and then in that in which they were written; those that stand
  /// beside another are not there for themselves.
  package static func all(_ record: RunRecord) -> [FinalMetric] {
    record.nodes.flatMap { node in
      let metrics = node.summary ?? []
      var values: [String: Double] = [:]
      for metric in metrics where values[metric.name] == nil {
        values[metric.name] = metric.value.number
      }
      let own = metrics.filter { MetricName($0.name).owner.map { values[$0] == nil } ?? true }
      return own.map { metric in
        func beside(_ suffixes: String...) -> Double? {
          suffixes.lazy.compactMap { values[metric.name + "." + $0] }.first
        }
        return FinalMetric(
          node: node.name, name: metric.name, value: metric.value.number,
          standardError: beside("mcse", "se"), expected: beside("expected"),
          truth: beside("truth", "minimum"), floor: beside("floor"),
          floorAtEffectiveSize: beside("floor_at_ess"),
          floorAtEffectiveSizeDeviation: beside("floor_at_ess_std"))
      }
    }
  }

  /// Whether it is one by which results are judged.
  package var isHeadline: Bool { MetricName(name).isHeadline }
}

extension FinalMetric {
  /// A column of a table of metrics.
  package struct Column: Sendable {
    package let head: String
    package let value: @Sendable (FinalMetric) -> Double?
  }

  /// The columns of numbers, in the order in which they are shown.
  private static let columns: [Column] = [
    Column(head: "value", value: \.value), Column(head: "se", value: \.standardError),
    Column(head: "expected", value: \.expected), Column(head: "truth", value: \.truth),
    Column(head: "floor", value: \.floor),
    Column(head: "floor at ess", value: \.floorAtEffectiveSize),
  ]

  /// The columns in which some metric has a number; the value is always one.
  package static func columns(of metrics: [FinalMetric]) -> [Column] {
    columns.enumerated().filter { index, column in
      index == 0 || metrics.contains { column.value($0) != nil }
    }.map(\.element)
  }
}
