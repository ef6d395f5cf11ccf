import Scorewalk

/// The values of one metric in the runs of a group: one for each replicate.
///
/// A replicate is what was drawn anew. The pooled points of a seed share its random streams: they are averaged and count once;
/// seeds that measure the same walk or training count once too, and so do runs that share a result.
struct MetricSeries: Sendable {
  /// What one run says.
  private struct Cell {
    /// Its place among the runs.
    let run: Int
    let key: Int
    let source: Int
    let point: Int
    /// Nil where it was lost.
    var value: Double?
    var reason: String?
    var floor: Double?
  }

  /// A replicate.
  private struct Unit {
    /// A run of its first seed, and that seed's number.
    let run: Int
    let seed: Int
    /// The other seeds that share it.
    var otherSeeds: [Int] = []
    /// The mean over seeds and points; nil where there is none.
    var value: Double?
    var floor: Double?
    var losses: [MetricResult.Loss] = []

    /// All seeds that share it.
    var seeds: [Int] { [seed] + otherSeeds }
  }

  private let runs: [ComparedRun]
  private var cells: [Cell] = []
  private var units: [Unit] = []
  /// The pooled points of the group, over all seeds.
  private var pointNumbers: Set<Int> = []
  private var isLogarithmic = false
  /// What the metric should be, where all runs say the same.
  private(set) var truth: Double?

  /// Where a node has a metric and what stands beside it.
  private struct Places {
    let value: Int?
    let truth: Int?
    let floor: Int?

    init(_ metric: MetricName, in names: RunHead.MetricNames) {
      func first(_ candidates: [String]) -> Int? {
        candidates.lazy.compactMap { names.place(of: $0) }.first
      }
      value = names.place(of: metric.text)
      truth = first(metric.truths)
      floor = first([metric.floorAtEffectiveSize, metric.floor])
    }
  }

  /// - Parameters:
  ///   - runs: one for each seed and point that is pooled.
  ///   - points: which of the points that are pooled each spec is.
  init(_ metric: Comparison.Metric, _ runs: [ComparedRun], _ points: [Int]) {
    self.runs = runs
    cells.reserveCapacity(runs.count)
    var truths: Set<Double> = []
    var hint = 0
    var last: (names: RunHead.MetricNames, places: Places)?
    for (index, run) in runs.enumerated() {
      let nodes = run.head.summaries
      // Runs of one experiment have their nodes, and these their metrics, at the same places.
      if !(hint < nodes.count && nodes[hint].name == metric.node) {
        guard let found = nodes.firstIndex(where: { $0.name == metric.node }) else { continue }
        hint = found
      }
      let places: Places
      if let last, last.names === nodes[hint].names {
        places = last.places
      } else {
        places = Places(metric.name, in: nodes[hint].names)
        last = (nodes[hint].names, places)
      }
      let isDone = nodes[hint].status == .done
      let found = isDone ? places.value.map { nodes[hint].values[$0] } : nil
      // What is done and has no such metric has lost none.
      if found == nil, isDone || run.status == .done { continue }
      var cell = Cell(
        run: index, key: run.keys[hint], source: run.sources[hint], point: points[run.spec])
      if let found, found.isFinite {
        cell.value = found
        if let truth = places.truth { truths.insert(nodes[hint].values[truth]) }
        if let floor = places.floor, nodes[hint].values[floor].isFinite {
          cell.floor = nodes[hint].values[floor]
        }
      } else {
        cell.reason = Self.reason(nodes[hint], found, run)
      }
      pointNumbers.insert(cell.point)
      cells.append(cell)
    }
    if truths.count == 1 { truth = truths.first }
    share()
  }

  /// What one run has lost and another has of the same key is not lost.
  private mutating func share() {
    guard cells.contains(where: { $0.value == nil }) else { return }
    var known: [Int: Cell] = [:]
    for cell in cells where cell.value != nil { known[cell.key] = cell }
    for index in cells.indices where cells[index].value == nil {
      guard let twin = known[cells[index].key] else { continue }
      (cells[index].value, cells[index].floor) = (twin.value, twin.floor)
      cells[index].reason = nil
    }
  }

  /// Why a result has no value.
  private static func reason(
    _ node: RunHead.NodeSummary, _ value: Double?, _ run: ComparedRun
  ) -> String {
    if let value { return "is \(JSONText.number(value))" }
    if let failure = node.failure {
      return "failed: " + (failure.split(separator: "\n").first.map(String.init) ?? failure)
    }
    return "run \(run.status.rawValue)"
  }

  // MARK: - Replicates

  /// Whether every value there is is positive; false where there is none.
  var isPositive: Bool { hasValues && cells.allSatisfy { $0.value.map { $0 > 0 } ?? true } }
  var hasValues: Bool { cells.contains { $0.value != nil } }

  /// Averages what counts once, on the scale on which it is compared.
  mutating func settle(isLogarithmic: Bool) {
    self.isLogarithmic = isLogarithmic
    // Seeds and sources are numbered as they come, so that those that rise are all different: mostly each cell is a
    // replicate of its own, and nothing has to be grouped.
    let areDistinct = zip(cells, cells.dropFirst()).allSatisfy { one, next in
      runs[one.run].seed < runs[next.run].seed && one.source < next.source
    }
    if areDistinct, pointNumbers.count <= 1 {
      units = cells.map { cell in
        var unit = Unit(run: cell.run, seed: runs[cell.run].seed)
        (unit.value, unit.floor) = (cell.value, cell.floor)
        if cell.value == nil { unit.losses = missing([cell], cell) }
        return unit
      }
      return
    }
    var order: [Int] = []
    var members: [Int: [Int]] = [:]
    for (index, cell) in cells.enumerated() {
      let seed = runs[cell.run].seed
      if members[seed] == nil { order.append(seed) }
      members[seed, default: []].append(index)
    }
    units = []
    // The means over the points, for each of the seeds that share a replicate.
    var means: [(values: [Double], floors: [Double])] = []
    var numbers: [Set<Int>: Int] = [:]
    for seed in order {
      let cells = (members[seed] ?? []).map { self.cells[$0] }
      guard let first = cells.first else { continue }
      let sources = Set(cells.map(\.source))
      let number = numbers[sources] ?? units.count
      if number == units.count {
        numbers[sources] = number
        units.append(Unit(run: first.run, seed: seed))
        means.append(([], []))
      } else {
        units[number].otherSeeds.append(seed)
      }
      let values = cells.compactMap(\.value)
      guard values.count == pointNumbers.count else {
        units[number].losses += missing(cells, first)
        continue
      }
      means[number].values.append(mean(values))
      let floors = cells.compactMap(\.floor)
      if !floors.isEmpty { means[number].floors.append(mean(floors)) }
    }
    for index in units.indices where !means[index].values.isEmpty {
      units[index].value = mean(means[index].values)
      units[index].losses = []
      if !means[index].floors.isEmpty { units[index].floor = mean(means[index].floors) }
    }
  }

  /// What a seed has lost: its results, or points that other seeds have.
  private func missing(_ cells: [Cell], _ first: Cell) -> [MetricResult.Loss] {
    func loss(_ cell: Cell, _ reason: String) -> MetricResult.Loss {
      let run = runs[cell.run]
      return MetricResult.Loss(
        run: run.directory.displayName, seed: run.seedLabel, reason: reason)
    }
    let lost = cells.compactMap { cell in cell.reason.map { loss(cell, $0) } }
    if !lost.isEmpty { return lost }
    return [loss(first, "has only \(cells.count) of \(pointNumbers.count) points")]
  }

  /// The mean on the scale; of values that are all equal, exactly that.
  private func mean(_ values: [Double]) -> Double {
    if values.allSatisfy({ $0 == values[0] }) { return values[0] }
    guard isLogarithmic, values.allSatisfy({ $0 > 0 }) else { return MeanEstimate(values).mean }
    return Double.exp(MeanEstimate(values.map(Double.log)).mean)
  }

  /// One for each replicate that has a value, in the order of the runs.
  var values: [Double] { units.compactMap(\.value) }
  /// The seeds of these.
  var seeds: [String] { units.filter { $0.value != nil }.map { runs[$0.run].seedLabel } }
  /// How many replicates there are, with those that were lost.
  var count: Int { units.count }
  /// Of how many pooled points each is the mean.
  var points: Int { pointNumbers.count }
  var losses: [MetricResult.Loss] { units.flatMap(\.losses) }

  /// The mean of what true samples would read at the effective sizes; nil where that is not known.
  var floor: Double? {
    let floors = units.compactMap(\.floor)
    return floors.isEmpty ? nil : mean(floors)
  }
}

// MARK: - Pairs

extension MetricSeries {
  /// How the results of this group and another belong together.
  enum Pairing {
    /// They are the same results.
    case same
    /// Values seed by seed, of those that both have; and how many seeds there are on either side together.
    case pairs([(Double, Double)], of: Int)
    case none
  }

  /// - Parameter other: the baseline, whose values come first in the pairs.
  func pairing(with other: MetricSeries) -> Pairing {
    if !cells.isEmpty, Set(cells.map(\.key)) == Set(other.cells.map(\.key)) { return .same }
    // Means over other points are no pairs.
    guard pointNumbers == other.pointNumbers else { return .none }
    var places: [Int: Int] = [:]
    for (index, unit) in other.units.enumerated() {
      for seed in unit.seeds { places[seed] = index }
    }
    var partners: [Int: Int] = [:]
    for (index, unit) in units.enumerated() {
      for seed in unit.seeds {
        guard let partner = places[seed] else { continue }
        guard partners[index] ?? partner == partner else { return .none }
        partners[index] = partner
      }
    }
    // A result that several seeds share must not be paired with several. One pair says nothing.
    guard partners.count > 1, Set(partners.values).count == partners.count else { return .none }
    return .pairs(
      partners.sorted { $0.key < $1.key }.compactMap { index, partner in
        guard let one = other.units[partner].value, let two = units[index].value else {
          return nil
        }
        return (one, two)
      }, of: units.count + other.units.count - partners.count)
  }
}
