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
    /// The distance of Kolmogorov and Smirnov in each coordinate, with its p value at the effective sizes.
    package let kolmogorovSmirnov: [(distance: Double, probability: Double)]
    /// The effective sizes of both sides: the least over coordinates and the indicators of their quantiles.
    package let sizes: (Double, Double)
    /// Of so many points of either side, thinned to their effective sizes.
    package let energy: EnergyTest
    package let points: (Int, Int)

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

  /// Compares the samples that both runs have, in the order of the first.
  package static func all(
    _ one: RunDirectory, _ oneRecord: RunRecord, _ other: RunDirectory, _ otherRecord: RunRecord
  ) throws(Failure) -> [SampleSetComparison] {
    var comparisons: [SampleSetComparison] = []
    for node in oneRecord.nodes {
      let file = RunDirectory.place(of: "samples.npy", node: node.name)
      guard let digest = node.files?[file],
        let second = otherRecord[node: node.name], let otherDigest = second.files?[file]
      else { continue }
      comparisons.append(
        SampleSetComparison(
          node: node.name,
          outcome: digest == otherDigest
            ? .same : try outcome(one.path(file), other.path(file), node: node.name)))
    }
    return comparisons
  }

  private static func outcome(
    _ one: String, _ other: String, node: String
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
    let sizes = (sizeOfFirst, sizeOfSecond)
    let distances = (0..<first.dimension).map { coordinate in
      let distance = EmpiricalDistribution(first.coordinate(coordinate))
        .kolmogorovSmirnov(against: EmpiricalDistribution(second.coordinate(coordinate)))
      return (
        distance: distance,
        probability: KolmogorovDistribution.probability(distance: distance, sizes: sizes)
      )
    }
    let thinned = (thin(first, sizes.0), thin(second, sizes.1))
    let energy = EnergyTest(
      thinned.0, thinned.1, stream: RandomStream(seed: 0, name: "diff " + node))
    return .tested(
      Tests(
        kolmogorovSmirnov: distances, sizes: sizes, energy: energy,
        points: (thinned.0.count, thinned.1.count)))
  }

  private static func read(_ path: String) throws(Failure) -> SampleSet? {
    let file = try NPYFile.read(path)
    guard file.shape.count == 3, file.shape.allSatisfy({ $0 > 0 }) else { return nil }
    return SampleSet(
      values: file.values.doubles, chains: file.shape[0], draws: file.shape[1],
      dimension: file.shape[2])
  }

  /// How many independent points the samples are worth, by their chains; nil where a coordinate does not move.
  private static func size(_ samples: SampleSet) -> Double? {
    var worths: [SampleWorth] = []
    for coordinate in 0..<samples.dimension {
      let values = samples.coordinate(coordinate)
      let sorted = Sorting.sorted(values)
      guard let first = sorted.first, let last = sorted.last, first < last else { return nil }
      worths.append(SampleWorth(samples, coordinate: coordinate, areIndependent: false))
      for probability in [0.05, 0.5, 0.95] {
        let quantile = RankDiagnostics.quantile(probability, ofSorted: sorted)
        worths.append(
          SampleWorth(
            samples.indicator { values[$0] <= quantile }, areIndependent: false,
            isIndicator: true))
      }
    }
    let least = worths.leastSize
    return least.isFinite ? max(1, min(least, Double(samples.count))) : nil
  }

  private static func thin(_ samples: SampleSet, _ size: Double) -> SampleSet {
    samples.representatives(atMost: max(1, min(mostPoints, Int(size.rounded()))))
  }
}
