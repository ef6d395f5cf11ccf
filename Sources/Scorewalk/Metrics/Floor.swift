/// What a metric reads when nothing is wrong: its value on independent true samples of equal size.
///
/// A metric of real samples is to be read beside the floor at n, and at the chain's effective n.
public struct Floor: Sendable, Hashable {
  /// The mean over the repeats.
  public let mean: Double
  /// The standard deviation over the repeats (divisor repeats - 1).
  public let standardDeviation: Double
  /// √(E m²) over the repeats: how far from 0 a metric is that has either sign, whose mean says nothing.
  public var rootMeanSquare: Double {
    let share = Double(Self.repeats - 1) / Double(Self.repeats)
    return (mean * mean + share * standardDeviation * standardDeviation).squareRoot()
  }
  /// The n that was asked for.
  public let sampleSize: Int
  /// The n at which it was measured; where smaller than ``sampleSize``, mean and deviation were
  /// multiplied by √(measuredSize / sampleSize), the rate at which such distances fall.
  public let measuredSize: Int

  /// How a metric is used.
  public enum Comparison: String, Sendable, Hashable, CaseIterable {
    /// One sample set against the exact law.
    case law
    /// Two sample sets of equal size.
    case samples
  }

  /// The largest n at which a floor is measured.
  public static let largestMeasuredSize = 65_536
  /// How often it is measured.
  public static let repeats = 20

  /// The floor of the Kolmogorov-Smirnov distance on one coordinate.
  ///
  /// - Parameters:
  ///   - law: the truth.
  ///   - sampleSize: n ≥ 1; round an effective sample size.
  ///   - coordinate: which coordinate of the law.
  ///   - comparison: against the law, or between two sample sets.
  ///   - stream: the evaluation's stream; draws are of purpose `floor`.
  public static func kolmogorovSmirnov(
    law: Law, sampleSize: Int, coordinate: Int = 0, comparison: Comparison = .law,
    stream: RandomStream
  ) -> Floor {
    let marginal = law.marginal(coordinate)
    return measured(law: marginal, sampleSize, comparison, stream) { first, second in
      let distribution = EmpiricalDistribution(first.values)
      guard let second else { return distribution.kolmogorovSmirnov(against: marginal) }
      return distribution.kolmogorovSmirnov(against: EmpiricalDistribution(second.values))
    }
  }

  /// The floor of the Wasserstein-1 distance on one coordinate.
  public static func wasserstein1(
    law: Law, sampleSize: Int, coordinate: Int = 0, comparison: Comparison = .law,
    stream: RandomStream
  ) -> Floor {
    let marginal = law.marginal(coordinate)
    return measured(law: marginal, sampleSize, comparison, stream) { first, second in
      let distribution = EmpiricalDistribution(first.values)
      guard let second else { return distribution.wasserstein1(against: marginal) }
      return distribution.wasserstein1(against: EmpiricalDistribution(second.values))
    }
  }

  /// The floor of the total variation between mode weights and their truth.
  public static func modeWeights(
    partition: ModePartition, sampleSize: Int, stream: RandomStream
  ) -> Floor {
    measured(law: partition.law, sampleSize, .law, stream) { first, _ in
      partition.weights(of: first).totalVariation
    }
  }

  /// The floor of any distance that falls as 1/√n.
  ///
  /// - Parameters:
  ///   - law: the truth, from which rows are drawn in all its dimensions.
  ///   - sampleSize: n ≥ 1.
  ///   - comparison: whether the metric gets a second, independent sample set.
  ///   - stream: draws are of purpose `floor`; the step is the number of the repeat.
  ///   - pool: the threads among which the repeats are shared; they change no bit.
  ///   - metric: the metric of one sample set, or between two; called on several threads at a time.
  public static func measured(
    law: Law, _ sampleSize: Int, _ comparison: Comparison, _ stream: RandomStream,
    pool: WorkerPool = .serial, metric: (SampleSet, SampleSet?) -> Double
  ) -> Floor {
    precondition(sampleSize > 0, "a floor for \(sampleSize) samples")
    let size = min(sampleSize, largestMeasuredSize)
    func rows(_ step: Int) -> SampleSet {
      SampleSet(
        rows: law.sample(
          rows: 0..<size, stream: stream, step: UInt64(step), purposes: .floor),
        dimension: law.dimension)
    }
    let values = [Double](unsafeUninitializedCapacity: repeats) { target, initialized in
      let place = target
      pool.run(parts: repeats) { index in
        place[index] = metric(
          rows(2 * index), comparison == .samples ? rows(2 * index + 1) : nil)
      }
      initialized = repeats
    }
    var mean = 0.0
    for value in values { mean += value }
    mean /= Double(repeats)
    var squares = 0.0
    for value in values { squares += (value - mean) * (value - mean) }
    let scale = (Double(size) / Double(sampleSize)).squareRoot()
    return Floor(
      mean: scale * mean,
      standardDeviation: scale * (squares / Double(repeats - 1)).squareRoot(),
      sampleSize: sampleSize, measuredSize: size)
  }
}
