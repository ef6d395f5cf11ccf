import Scorewalk

/// Two sets of samples beside each other: are they of one law?
package struct SampleSetComparison: Sendable {
  /// What was found of one node's samples.
  package enum Outcome: Sendable {
    /// The same bytes.
    case same
    /// They cannot be compared, and why.
    case incomparable(String)
    case tested(Tests)
  }

  /// The tests of one node.
  package struct Tests: Sendable {
    /// The distance of Kolmogorov and Smirnov in each coordinate, of the thinned points, with its p value.
    package let kolmogorovSmirnov: [(distance: Double, probability: Double)]
    /// The effective sizes of both sides: the least over coordinates and the indicators of their quantiles.
    package let sizes: (Double, Double)
    /// Of the same points.
    package let energy: EnergyTest
    /// How many points of either side are left: half the effective sizes, so that those beside each other are independent.
    package let points: (Int, Int)
    /// Whether both sides come from the same random streams, so that they are no independent samples and no p value holds.
    package let sharesStreams: Bool

    /// The smallest p value, by Holm's correction over all tests.
    package var probability: Double {
      Holm.adjusted(kolmogorovSmirnov.map(\.probability) + [energy.probability]).min() ?? 1
    }
  }

  package let node: String
  package let outcome: Outcome

  /// Values beyond which a file is not read: 512 MB of float64.
  private static let largest = 1 << 26
  /// Points of either side in the energy test, which looks at all pairs.
  private static let mostPoints = 512
  /// Of fewer points no test finds anything, and the limiting law of Kolmogorov's distance does not hold.
  private static let fewestPoints = 10

  /// Compares the samples that both runs have, in the order of the first.
  package static func all(
    _ one: RunDirectory, _ oneRecord: RunRecord, _ other: RunDirectory, _ otherRecord: RunRecord
  ) throws(Failure) -> [SampleSetComparison] {
    var comparisons: [SampleSetComparison] = []
    let streams = (Streams(one), Streams(other))
    for node in oneRecord.nodes {
      let file = RunDirectory.place(of: "samples.npy", node: node.name)
      guard let digest = node.files?[file],
        let second = otherRecord[node: node.name], let otherDigest = second.files?[file]
      else { continue }
      comparisons.append(
        SampleSetComparison(
          node: node.name,
          outcome: digest == otherDigest
            ? .same
            : try outcome(
              one.path(file), other.path(file), node: node.name,
              sharesStreams: streams.0.meets(streams.1, of: node.name))))
    }
    return comparisons
  }

  private static func outcome(
    _ one: String, _ other: String, node: String, sharesStreams: Bool
  ) throws(Failure) -> Outcome {
    for path in [one, other] where (FileSystem.size(path) ?? 0) > largest * 8 {
      return .incomparable("'\(path)' is too large to be tested here")
    }
    let (first, second) = (try read(one), try read(other))
    guard let first, let second else { return .incomparable("they are no sets of samples") }
    guard first.dimension == second.dimension else {
      return .incomparable("\(first.dimension) coordinates beside \(second.dimension)")
    }
    guard first.isFinite, second.isFinite else {
      return .incomparable("some of them are not finite")
    }
    guard let sizeOfFirst = size(first), let sizeOfSecond = size(second) else {
      return .incomparable("the effective size of one of them is not known: it does not move")
    }
    guard
      let tests = Tests(
        first, second, sizes: (sizeOfFirst, sizeOfSecond), sharesStreams: sharesStreams,
        stream: RandomStream(seed: 0, name: "diff " + node))
    else {
      let worth = [sizeOfFirst, sizeOfSecond].map { TextTable.number($0.rounded(), digits: 3) }
      return .incomparable(
        "too short to test: worth \(worth[0]) and \(worth[1]) independent points, "
          + "of which \(2 * fewestPoints) are needed"
      )
    }
    return .tested(tests)
  }

  private static func read(_ path: String) throws(Failure) -> SampleSet? {
    let file = try NPYFile.read(path)
    guard file.shape.count == 3, file.shape.allSatisfy({ $0 > 0 }) else { return nil }
    return SampleSet(
      values: file.values.doubles, chains: file.shape[0], draws: file.shape[1],
      dimension: file.shape[2])
  }

  /// How many independent points the samples are worth, by their chains; nil where a coordinate does not move.
  package static func size(_ samples: SampleSet) -> Double? {
    var worths: [SampleWorth] = []
    for coordinate in 0..<samples.dimension {
      let values = samples.coordinate(coordinate)
      let sorted = Sorting.sorted(values)
      guard let first = sorted.first, let last = sorted.last, first < last else { return nil }
      worths.append(SampleWorth(samples, coordinate: coordinate, areIndependent: false))
      for probability in [0.05, 0.5, 0.95] {
        let quantile = RankDiagnostics.quantile(probability, ofSorted: sorted)
        worths.append(
          SampleWorth(of: samples, areIndependent: false) { values[$0] <= quantile })
      }
    }
    let least = worths.leastSize
    return least.isFinite ? max(1, min(least, Double(samples.count))) : nil
  }

  /// Half as many points as the samples are worth: as many are still so dependent that twice as many tests as should would
  /// find a difference between chains of one law.
  fileprivate static func thin(_ samples: SampleSet, _ size: Double) -> SampleSet? {
    let points = min(mostPoints, Int(0.5 * size))
    return points < fewestPoints ? nil : samples.representatives(atMost: points)
  }
}

extension SampleSetComparison.Tests {
  /// - Parameter sizes: the effective ones.
  /// - Returns: nil where a side is too short.
  package init?(
    _ first: SampleSet, _ second: SampleSet, sizes: (Double, Double), sharesStreams: Bool,
    stream: RandomStream
  ) {
    guard let one = SampleSetComparison.thin(first, sizes.0),
      let two = SampleSetComparison.thin(second, sizes.1)
    else { return nil }
    kolmogorovSmirnov = (0..<one.dimension).map { coordinate in
      let distance = EmpiricalDistribution(one.coordinate(coordinate))
        .kolmogorovSmirnov(against: EmpiricalDistribution(two.coordinate(coordinate)))
      return (
        distance: distance,
        probability: KolmogorovDistribution.probability(
          distance: distance, sizes: (Double(one.count), Double(two.count)))
      )
    }
    self.sizes = sizes
    energy = EnergyTest(one, two, stream: stream)
    points = (one.count, two.count)
    self.sharesStreams = sharesStreams
  }
}

/// The random streams of a run's samplings.
private struct Streams {
  private var nodes: [String: Plan.Node] = [:]

  /// Of a run whose plan cannot be read nothing is known.
  init(_ run: RunDirectory) {
    guard let plan = try? run.plan() else { return }
    for node in plan.nodes { nodes[node.name] = node }
  }

  /// The streams of a node and of the samplings that it goes back to, with their seeds.
  private func all(of node: String) -> Set<String> {
    var found: Set<String> = []
    var seen: Set = [node]
    var open = [node]
    while let name = open.popLast() {
      guard let node = nodes[name], node.section == Section.sampling.rawValue else { continue }
      // A denoiser draws nothing: what it is given does.
      if node.kind != "denoise" { found.insert("\(node.seed) \(node.stream)") }
      open += node.references.filter { seen.insert($0).inserted }
    }
    return found
  }

  func meets(_ other: Streams, of node: String) -> Bool {
    !all(of: node).isDisjoint(with: other.all(of: node))
  }
}
