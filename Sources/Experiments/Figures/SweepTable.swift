import Scorewalk
import YAML

/// A metric over the points of a sweep, by the rules of every comparison: what has one key is one value, what has failed is
/// counted, and what is repeated is repeated over seeds.
struct SweepTable {
  /// One value of an axis.
  struct Place: Hashable {
    let text: String
    let number: Double?
  }

  /// What one point has.
  private struct Row {
    let axes: [String: Place]
    let seed: Int
    let key: String
    /// Nil where the point has failed, has no such metric, or one that is no number.
    let value: Double?
  }

  /// What the points at one place say.
  struct Group {
    /// Of each seed, in their order: the mean over all axes that are not named.
    var seeds: [Double] = []
    /// The points, each key once, that have a value, and all of them.
    var tally = Plot.Tally()
    /// Whether the seeds are averages of which some points are missing, so that their spread is not that of seeds.
    var isUneven = false

    var mean: Double? { seeds.isEmpty ? nil : MeanEstimate(seeds).mean }

    /// How many of the points have a value, where not all have: `9/10`.
    var note: String? { tally.note == nil ? nil : "\(tally.shown)/\(tally.total)" }
  }

  let metric: FigureMetric
  private let rows: [Row]

  init(_ metric: FigureMetric, of data: FigureData) throws(Failure) {
    self.metric = metric
    rows = data.points.map { record in
      let axes = (record.sweep?.axes ?? []).map {
        ($0.name, Place(text: $0.value, number: $0.number))
      }
      let node = record[node: metric.node]
      let value = node?.summary?.first { $0.name == metric.name }?.value.number
      return Row(
        axes: Dictionary(axes) { first, _ in first }, seed: record.sweep?.seedIndex ?? 0,
        // A point without the node has nothing in common with any other.
        key: node?.key ?? record.run,
        value: value.flatMap { abs($0) < FigureExtent.limit ? $0 : nil })
    }
    guard rows.allSatisfy({ $0.value == nil }) else { return }
    let names =
      data.points.lazy.compactMap { $0[node: metric.node]?.summary }
      .first { !$0.isEmpty }?.map(\.name) ?? []
    throw Failure(
      .noInput, "no point of the sweep has the metric '\(metric.text)'",
      remedy: names.contains(metric.name)
        ? "it is no number at any of them"
        : nearest(to: metric.name, among: names).map { "did you mean '\(metric.node).\($0)'?" }
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

  /// The points where axes have these values, of those with one key the first that has a value.
  private func different(where conditions: [(axis: String, place: Place)]) -> [Row] {
    var result: [Row] = []
    var places: [String: Int] = [:]
    for row in rows where conditions.allSatisfy({ row.axes[$0.axis] == $0.place }) {
      guard let place = places[row.key] else {
        places[row.key] = result.count
        result.append(row)
        continue
      }
      if result[place].value == nil { result[place] = row }
    }
    return result
  }

  /// The metric where axes have these values.
  func group(
    where conditions: [(axis: String, place: Place)], scale: FigureScale
  ) throws(Failure) -> Group {
    var group = Group()
    var seeds: [Int: [Double]] = [:]
    var rest: Set<[String: Place]> = []
    for row in different(where: conditions) {
      rest.insert(row.axes)
      group.tally.add(shown: row.value == nil ? 0 : 1, of: 1)
      guard let value = row.value else { continue }
      if scale == .log, value <= 0 {
        let place = conditions.map { "\($0.axis) \($0.place.text)" }.joined(separator: ", ")
        throw Failure(
          .failed, "a logarithmic axis cannot show '\(metric.text)'",
          reason: "at \(place) it is \(TextTable.short(value))", remedy: "write `scale: linear`")
      }
      seeds[row.seed, default: []].append(scale == .log ? Double.log(value) : value)
    }
    group.seeds = seeds.sorted { $0.key < $1.key }.map { MeanEstimate($0.value).mean }
    group.isUneven = rest.count > 1 && group.tally.note != nil
    return group
  }
}
