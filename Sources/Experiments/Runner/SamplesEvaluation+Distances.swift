import Scorewalk
import Synchronization

extension SamplesEvaluation {
  /// How many points metrics look at that take all pairs of them.
  package static let largestPairedCount = 4096
  /// How many points are sorted along every direction of `sliced-wasserstein` against a law.
  package static let largestSlicedCount = 16_384
  /// How many points `wasserstein-2` assigns to each other in more than one dimension.
  package static let largestAssignedCount = 512
  /// How many points of either side `c2st` classifies.
  package static let largestClassifiedCount = 1024
  /// How many points of either side `c2st` needs at least: of fewer, leaving one out says more than the law does.
  package static let smallestClassifiedCount = 20

  /// Writes every distance that is asked for, beside its floors.
  func writeDistances(_ comparison: SampleComparison, _ context: NodeContext) throws {
    let (samples, truth, other) = (comparison.samples, comparison.truth, comparison.other)
    let isOnLine = samples.dimension == 1
    var measured = metrics.filter(\.needsComparison)
    if truth == nil, other == nil { measured = [] }
    // Before the samples are sorted, so that not all arrays of their size live at a time.
    let size = floors && !measured.isEmpty ? comparison.sizeOfDistances() : .nan
    let wantsCurve = isOnLine && metrics.contains(.ecdf)
    guard wantsCurve || !measured.isEmpty else { return }
    let line = isOnLine ? EmpiricalDistribution(samples.values) : nil
    if wantsCurve, let line {
      let curve = line.curve()
      try context.writeArray("ecdf", shape: [2, curve.x.count], curve.x + curve.probability)
    }
    for metric in measured where isOnLine || !metric.isForTheLine {
      let distance = distance(metric, samples, truth: truth, other: other)
      let rows = distance.limit.map { samples.representatives(atMost: $0) } ?? samples
      if let lack = distance.lack(rows, other) {
        context.warn("\(distance.name) is missing: \(lack)")
        continue
      }
      let value = line.flatMap { distance.onLine?($0) } ?? distance.measure(rows)
      try context.summarize(step: 0, distance.name, value)
      if let bandwidth = distance.bandwidth {
        try context.summarize(step: 0, distance.name + ".bandwidth", bandwidth)
      }
      if rows.count < samples.count {
        try context.summarize(step: 0, distance.name + ".count", Double(rows.count))
        context.log(
          "\(distance.name) is measured on \(rows.count) of \(samples.count) samples")
      }
      if truth != nil {
        try writeFloors(
          distance.name, comparison, size: size, context, range: distance.floorRange,
          isSigned: distance.isSigned, metric: distance.measure)
      } else if floors {
        context.warn(
          "\(distance.name) has no floor: the truth is a set of samples; name its law in `against`")
      }
    }
  }

  /// Writes what a metric reads where nothing is wrong: at n, and at the effective n, which is the one to judge by.
  ///
  /// - Parameters:
  ///   - range: the numbers of samples at which the metric can be measured.
  ///   - isSigned: whether true samples read 0 on the average, so that the floor is the root of the mean square.
  func writeFloors(
    _ name: String, _ comparison: SampleComparison, size: Double, _ context: NodeContext,
    range: ClosedRange<Int> = 1...Int.max, isSigned: Bool = false,
    metric: (SampleSet) -> Double
  ) throws {
    guard floors else { return }
    let count = comparison.samples.count
    var sizes = [(suffix: "floor", n: count)]
    if size.isFinite {
      sizes.append(("floor_at_ess", min(count, Int(size.rounded()))))
    }
    var last: Floor?
    for (suffix, n) in sizes {
      var n = min(max(n, range.lowerBound), range.upperBound)
      // The distance of posterior means does not fall to zero, so that it cannot be scaled to a larger n.
      if comparison.isJump { n = min(n, Floor.largestMeasuredSize) }
      let known = last.flatMap { $0.sampleSize == n ? $0 : nil }
      guard let floor = known ?? comparison.floor(at: n, context, metric: metric) else { return }
      last = floor
      try context.tick(step: 0)
      try context.summarize(
        step: 0, "\(name).\(suffix)", isSigned ? floor.rootMeanSquare : floor.mean)
      try context.summarize(step: 0, "\(name).\(suffix)_std", floor.standardDeviation)
    }
  }

  /// One distance, ready to be measured on the samples and on true ones.
  private struct Distance {
    let name: String
    /// How many samples it looks at; nil for all.
    var limit: Int?
    var smallest = 1
    var bandwidth: Double?
    /// Whether it is unbiased, and below 0 as often as above where nothing is wrong.
    var isSigned = false
    /// The same for samples that are sorted already, where they lie on the line and all count.
    var onLine: ((EmpiricalDistribution) -> Double)?
    /// Called on several threads at a time.
    let measure: (SampleSet) -> Double

    var floorRange: ClosedRange<Int> { smallest...(limit ?? .max) }

    /// Why it cannot be measured; nil where it can, as far as numbers of samples tell.
    func lack(_ rows: SampleSet, _ other: SampleSet?) -> String? {
      if rows.count < smallest {
        return "it needs \(smallest) samples, and there \(Self.words(rows.count))"
      }
      if let other, other.count < smallest {
        return "it needs \(smallest) true samples, and there \(Self.words(other.count))"
      }
      guard let bandwidth, bandwidth.isNaN, other?.isFinite != false else { return nil }
      return "no two true samples differ, so that there is no median distance; write a bandwidth"
    }

    private static func words(_ count: Int) -> String { count == 1 ? "is 1" : "are \(count)" }
  }

  private func distance(
    _ metric: Metric, _ samples: SampleSet, truth: Law?, other: SampleSet?
  ) -> Distance {
    let name = metric.resultName
    switch metric {
    case .ks:
      return onLine(name, truth, other, { $0.kolmogorovSmirnov(against: $1) }) {
        $0.kolmogorovSmirnov(against: $1)
      }
    case .wasserstein:
      return onLine(name, truth, other, { $0.wasserstein1(against: $1) }) {
        $0.wasserstein1(against: $1)
      }
    case .energy where samples.dimension == 1:
      return onLine(name, truth, other, { $0.energyDistance(against: $1) }) {
        $0.energyDistance(against: $1)
      }
    case .energy:
      // In more dimensions a law has no closed form: draws of a fixed stream stand for it.
      let limit = Self.largestPairedCount
      let reference = EnergyReference(
        truth?.referenceRows(limit) ?? other?.representatives(atMost: limit) ?? samples)
      return Distance(name: name, limit: limit) { reference.distance($0) }
    case .mmd:
      let limit = Self.largestPairedCount
      let reference = other?.representatives(atMost: limit) ?? samples
      let kernel =
        bandwidth.map { MaximumMeanDiscrepancy(bandwidth: $0) }
        ?? truth.map { MaximumMeanDiscrepancy(medianOf: $0) }
        ?? MaximumMeanDiscrepancy(medianOf: reference)
      return Distance(
        name: name, limit: limit, smallest: 2, bandwidth: kernel.bandwidth, isSigned: true
      ) {
        rows in
        truth.map { kernel.squared(rows, $0) } ?? kernel.squared(rows, reference)
      }
    case .slicedWasserstein:
      let sliced = SlicedWasserstein(dimension: samples.dimension, count: projections)
      return self.sliced(name, sliced, samples, truth, other)
    case .wasserstein2 where samples.dimension == 1:
      // On the line there is one direction.
      return sliced(name, SlicedWasserstein(dimension: 1, count: 1), samples, truth, other)
    case .wasserstein2:
      return Distance(name: name, limit: Self.largestAssignedCount) { rows in
        let reference =
          truth?.referenceRows(rows.count)
          ?? (other ?? samples).representatives(atMost: rows.count)
        return rows.representatives(atMost: reference.count).wasserstein2(to: reference)
      }
    case .classifier:
      let limit = Self.largestClassifiedCount
      let reference =
        truth?.referenceRows(limit) ?? (other ?? samples).representatives(atMost: limit)
      let test = reference.count > 1 ? ClassifierTwoSampleTest(truth: reference) : nil
      let smallest = Self.smallestClassifiedCount
      return Distance(name: name, limit: max(smallest, reference.count), smallest: smallest) {
        test?.accuracy($0) ?? .nan
      }
    case .ecdf, .moments, .modeWeights, .ess, .rhat, .modeCoverage, .negativeLogLikelihood:
      preconditionFailure("'\(metric.rawValue)' is no distance")
    }
  }

  private func sliced(
    _ name: String, _ sliced: SlicedWasserstein, _ samples: SampleSet, _ truth: Law?,
    _ other: SampleSet?
  ) -> Distance {
    guard let truth else {
      return Distance(name: name) { sliced.distance($0, other ?? samples) }
    }
    // True samples of one size share what the law is made into for it.
    let last = LastReference()
    return Distance(name: name, limit: Self.largestSlicedCount) { rows in
      let reference = last.reference.withLock { reference in
        let fitting = reference.flatMap { $0.count == rows.count ? $0 : nil }
        let used = fitting ?? SlicedWasserstein.Reference(sliced, truth, count: rows.count)
        reference = used
        return used
      }
      return reference.distance(rows)
    }
  }

  private func onLine(
    _ name: String, _ truth: Law?, _ other: SampleSet?,
    _ toLaw: @escaping (EmpiricalDistribution, Law) -> Double,
    _ toSamples: @escaping (EmpiricalDistribution, EmpiricalDistribution) -> Double
  ) -> Distance {
    let second = other.map { EmpiricalDistribution($0.values) }
    func distance(_ first: EmpiricalDistribution) -> Double {
      truth.map { toLaw(first, $0) } ?? second.map { toSamples(first, $0) } ?? .nan
    }
    return Distance(name: name, onLine: distance) { rows in
      distance(EmpiricalDistribution(rows.values))
    }
  }

  private final class LastReference: Sendable {
    let reference = Mutex<SlicedWasserstein.Reference?>(nil)
  }
}

extension SamplesEvaluation.Metric {
  /// The name under which it is written.
  fileprivate var resultName: String {
    switch self {
    case .energy: "energy_distance"
    case .mmd: "mmd_squared"
    case .slicedWasserstein: "sliced_wasserstein"
    case .wasserstein2: "wasserstein2"
    default: rawValue
    }
  }
}
