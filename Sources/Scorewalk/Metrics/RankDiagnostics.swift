/// Whether chains agree, and how many draws their bulk and their tails are worth: diagnostics of
/// ranks, which need no moments and no scale.
///
/// Ranks r over all chains and draws (ties share their average) become normal scores
/// z = Φ⁻¹((r - 3/8) / (S + 1/4)) of S values (Blom 1958). Every chain is split in two halves, the
/// middle draw of an odd number left out. ArviZ's definitions; a single chain, for which ArviZ
/// computes no R̂, is judged by its halves, as Stan does.
///
/// Values are NaN for fewer than 4 draws a chain, where a draw is not finite, and where all draws
/// are the same. No diagnostic of chains that share one mode knows of the others.
///
/// Source: Vehtari, Gelman, Simpson, Carpenter and Bürkner, "Rank-normalization, folding, and
/// localization: an improved R̂" (2021), doi:10.1214/20-BA1221.
public struct RankDiagnostics: Sendable, Hashable {
  /// The larger of R̂ of the normal scores and R̂ of those of |x - median|: at best 1 and, by the
  /// source, to be below 1.01; ∞ where chains stand still at different places.
  public let rHat: Double
  /// The effective sample size of the normal scores.
  public let bulkEffectiveSampleSize: Double
  /// The least effective size of the indicators of x ≤ q, q the 5 % and the 95 % quantile.
  public let tailEffectiveSampleSize: Double

  /// Diagnoses one coordinate of a sample set.
  ///
  /// - Complexity: O(S log draws).
  public init(_ samples: SampleSet, coordinate: Int = 0) {
    let values = samples.coordinate(coordinate)
    let (chains, draws) = (samples.chains, samples.draws)
    guard draws >= 4, values.allSatisfy(\.isFinite),
      values.contains(where: { $0 != values[0] })
    else {
      rHat = .nan
      bulkEffectiveSampleSize = .nan
      tailEffectiveSampleSize = .nan
      return
    }
    // Ranks are of all halves together, without the middle draw of an odd number.
    let series = ChainSeries(values, chains: chains, draws: draws)
    let halved = draws.isMultiple(of: 2) ? values : series.halves.values
    let isWhole = halved.count == values.count
    let half = draws / 2
    let (bulk, median, tails) = Self.bulk(halved, chains: chains, draws: draws, half: half)
    let folded = Self.rHat(
      Self.normalScores(chains: 2 * chains, draws: half) { abs(halved[$0] - median) })
    // Values that lie all as far from the median have no tail to compare.
    rHat = folded > bulk.rHat ? folded : bulk.rHat
    bulkEffectiveSampleSize = bulk.size
    let cuts =
      isWhole ? tails : Self.tailCuts(Sorting.order(values.count) { values[$0] }) { values[$0] }
    tailEffectiveSampleSize =
      cuts.map { cut in
        let size = ChainDiagnostics.effectiveSampleSize(
          ChainSeries(chains: chains, draws: draws) { values[$0] <= cut }, splitsChains: true)
        // Where a twentieth of the draws share the upper end, or nearly all do, none lies above the cut: the indicator
        // says nothing, and ArviZ counts it as S.
        return size.isNaN ? Double(values.count) : size
      }.min() ?? .nan
  }

  /// R̂ and effective size of the normal scores, the median, and the cuts of the tails.
  ///
  /// Beside the values, two arrays of half their size live at a time.
  private static func bulk(
    _ values: [Double], chains: Int, draws: Int, half: Int
  ) -> (bulk: (rHat: Double, size: Double), median: Double, tails: [Double]) {
    let order = Sorting.order(values.count) { values[$0] }
    let median = quantile(0.5, count: values.count) { values[Int(order[$0])] }
    let tails = tailCuts(order) { values[$0] }
    let scores = normalScores(chains: 2 * chains, draws: half, order) { values[$0] }
    let size = ChainDiagnostics.effectiveSampleSize(scores)
    return ((rHat(scores), size), median, tails)
  }

  /// The 5 % and the 95 % quantile.
  private static func tailCuts(_ order: [UInt32], _ number: (Int) -> Double) -> [Double] {
    [0.05, 0.95].map { probability in
      quantile(probability, count: order.count) { number(Int(order[$0])) }
    }
  }

  /// z = Φ⁻¹((r - 3/8) / (S + 1/4)) of the numbers of some chains, average ranks for ties.
  package static func normalScores(
    chains: Int, draws: Int, _ number: (_ place: Int) -> Double
  ) -> ChainSeries {
    normalScores(
      chains: chains, draws: draws, Sorting.order(chains * draws, number), number)
  }

  @inline(__always)
  private static func normalScores(
    chains: Int, draws: Int, _ order: [UInt32], _ number: (Int) -> Double
  ) -> ChainSeries {
    func value(_ rank: Int) -> Double { number(Int(order[rank])) }
    let count = order.count
    precondition(count <= Int(UInt32.max) / 2, "\(count) numbers are too many")
    // Twice the rank, which is whole.
    var ranks = [UInt32](repeating: 0, count: count)
    var start = 0
    while start < count {
      var end = start + 1
      while end < count && value(end) == value(start) { end += 1 }
      // Ranks start + 1 to end.
      for index in start..<end { ranks[Int(order[index])] = UInt32(start + 1 + end) }
      start = end
    }
    return ChainSeries(chains: chains, draws: draws) { [ranks] places, target in
      withUnsafeTemporaryAllocation(of: Double.self, capacity: places.count) { probabilities in
        for (index, place) in places.enumerated() {
          let rank = 0.5 * Double(ranks[place])
          probabilities.initializeElement(
            at: index, to: (rank - 0.375) / (Double(count) + 0.25))
        }
        guard let base = probabilities.baseAddress else { return }
        Double.normalQuantile(base, count: places.count, into: target)
      }
    }
  }

  /// √((B / W + n - 1) / n): B is n times the variance of the chains' means, W the mean of their
  /// variances.
  package static func rHat(_ series: ChainSeries) -> Double {
    var means: [Double] = []
    var within = 0.0
    series.forEachChain { chain in
      let (mean, variance) = meanAndVariance(chain)
      means.append(mean)
      within += variance
    }
    within /= Double(series.chains)
    let count = Double(series.draws)
    let between = count * means.withUnsafeBufferPointer { meanAndVariance($0) }.variance
    return ((between / within + count - 1) / count).squareRoot()
  }

  private static func meanAndVariance(_ values: UnsafeBufferPointer<Double>) -> (
    mean: Double, variance: Double
  ) {
    // What stands still has no variance, not one of rounding errors.
    if let first = values.first, values.allSatisfy({ $0 == first }) { return (first, 0) }
    var mean = 0.0
    for value in values { mean += value }
    mean /= Double(values.count)
    var squares = 0.0
    for value in values { squares += (value - mean) * (value - mean) }
    return (mean, squares / Double(values.count - 1))
  }

  /// The quantile between the two nearest order statistics: NumPy's, R's type 7.
  ///
  /// The rounding is NumPy's too, since an indicator jumps where the quantile is a draw.
  package static func quantile(_ probability: Double, ofSorted sorted: [Double]) -> Double {
    quantile(probability, count: sorted.count) { sorted[$0] }
  }

  private static func quantile(
    _ probability: Double, count: Int, _ sorted: (Int) -> Double
  ) -> Double {
    let place = Double(count - 1) * probability
    let index = min(Int(place), count - 1)
    let part = place - Double(index)
    let left = sorted(index)
    let right = sorted(min(index + 1, count - 1))
    return part < 0.5
      ? left + (right - left) * part : right - (right - left) * (1 - part)
  }
}
