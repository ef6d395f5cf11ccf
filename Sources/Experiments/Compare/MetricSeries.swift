/// The values of one metric in the runs of a group: one for each result, however many runs share it.
struct MetricSeries: Sendable {
  /// A result: what a node's key stands for.
  private struct Unit {
    let key: String
    /// Nil where it was lost.
    var value: Double?
    var lost: MetricResult.Loss?
    let seed: String
  }

  /// What values are paired by: the seeds, and what else is pooled.
  private struct Place: Hashable {
    let seeds: [ResolvedLeaves.Leaf]
    let pooled: [String?]
  }

  private var units: [Unit] = []
  /// The results by the places of the runs that have them.
  private var places: [Place: Int] = [:]
  /// What the metric should be, where all runs say the same.
  private(set) var truth: Double?
  /// What true samples would read at the effective sizes, one a result.
  private(set) var floors: [Double] = []

  /// - Parameters:
  ///   - runs: one for each seed and point that is pooled.
  ///   - pooled: the keys that tell those points apart.
  init(
    _ metric: Comparison.Metric, _ runs: [ComparedRun], pooled: [String],
    _ specs: [ResolvedLeaves]
  ) {
    var numbers: [String: Int] = [:]
    var truths: Set<Double> = []
    var (nodeHint, valueHint) = (0, 0)
    for run in runs {
      let nodes = run.head.summaries
      // Runs of one experiment have their nodes, and these their metrics, at the same places.
      if !(nodeHint < nodes.count && nodes[nodeHint].name == metric.node) {
        guard let found = nodes.firstIndex(where: { $0.name == metric.node }) else { continue }
        nodeHint = found
      }
      let node = nodes[nodeHint]
      let place = Place(seeds: run.seeds, pooled: pooled.map { specs[run.spec][$0] })
      let index = numbers[node.key] ?? units.count
      if index == units.count {
        numbers[node.key] = index
        units.append(Unit(key: node.key, seed: run.seedLabel))
      }
      places[place] = index
      guard units[index].value == nil else { continue }
      func find(_ name: String) -> Double? { node.metrics.first { $0.name == name }?.value }
      if !(valueHint < node.metrics.count && node.metrics[valueHint].name == metric.name.text) {
        valueHint = node.metrics.firstIndex { $0.name == metric.name.text } ?? .max
      }
      let isThere = node.status == .done && valueHint < node.metrics.count
      let found = isThere ? node.metrics[valueHint].value : nil
      guard let value = found, value.isFinite else {
        units[index].lost = MetricResult.Loss(
          run: run.directory.displayName, seed: run.seedLabel,
          reason: Self.reason(node, found, run))
        continue
      }
      units[index].value = value
      units[index].lost = nil
      if let truth = metric.name.truths.lazy.compactMap(find).first { truths.insert(truth) }
      if let floor = find(metric.name.floorAtEffectiveSize) ?? find(metric.name.floor),
        floor.isFinite
      {
        floors.append(floor)
      }
    }
    if truths.count == 1 { truth = truths.first }
    // What nobody was asked for is not lost.
    if units.allSatisfy({ $0.lost?.reason == Self.absent }) {
      (units, places) = ([], [:])
    }
  }

  private static let absent = "has no such metric"

  /// Why a result has no value.
  private static func reason(
    _ node: RunHead.NodeSummary, _ value: Double?, _ run: ComparedRun
  ) -> String {
    if let value { return "is \(JSONText.number(value))" }
    if let failure = node.failure {
      return "failed: " + (failure.split(separator: "\n").first.map(String.init) ?? failure)
    }
    if node.status == .done { return absent }
    return run.status == .done ? "was not computed" : "run \(run.status.rawValue)"
  }

  /// The finite values, in the order of the runs.
  var values: [Double] { units.compactMap(\.value) }
  /// The seeds of these.
  var seeds: [String] { units.filter { $0.value != nil }.map(\.seed) }
  /// How many results there are, with those that were lost.
  var count: Int { units.count }
  var losses: [MetricResult.Loss] { units.compactMap(\.lost) }

  /// How the results of this group and another belong together.
  enum Pairing {
    /// They are the same results.
    case same
    /// Both sides have the same seeds: values seed by seed, of those that both have.
    case pairs([(Double, Double)])
    case none
  }

  /// - Parameter other: the baseline, whose values come first in the pairs.
  func pairing(with other: MetricSeries) -> Pairing {
    if !units.isEmpty, Set(units.map(\.key)) == Set(other.units.map(\.key)) { return .same }
    guard places.count == other.places.count, units.count == other.units.count else { return .none }
    var partners: [Int: Int] = [:]
    for (place, index) in places {
      guard let partner = other.places[place], partners[index] ?? partner == partner else {
        return .none
      }
      partners[index] = partner
    }
    // A result that several seeds share must not be paired with several.
    guard Set(partners.values).count == partners.count else { return .none }
    return .pairs(
      partners.sorted { $0.key < $1.key }.compactMap { index, partner in
        guard let one = other.units[partner].value, let two = units[index].value else {
          return nil
        }
        return (one, two)
      })
  }
}
