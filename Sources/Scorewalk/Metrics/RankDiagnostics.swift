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
    let halves = ChainDiagnostics.split(values, chains: chains, draws: draws)
    let half = draws / 2
    let bulk = Self.bulk(halves, chains: chains, draws: draws, half: half)
    let tail = Self.rHat(
      Self.normalScores(
        Sorting.order(halves.count) { abs(halves[$0] - bulk.median) }
      ) { abs(halves[$0] - bulk.median) },
      chains: 2 * chains, draws: half)
    // Values that lie all as far from the median have no tail to compare.
    rHat = tail > bulk.rHat ? tail : bulk.rHat
    bulkEffectiveSampleSize = bulk.size
    tailEffectiveSampleSize =
      bulk.tailSize
      ?? Self.tailSize(
        values, Sorting.order(values.count) { values[$0] }, chains: chains, draws: draws)
  }

  /// R̂ and effective size of the normal scores, the median, and where `values` are all draws the size of the tails.
  ///
  /// Beside the values, at most one array as large and one of half the size live at a time.
  private static func bulk(
    _ values: [Double], chains: Int, draws: Int, half: Int
  ) -> (rHat: Double, size: Double, median: Double, tailSize: Double?) {
    func ranked() -> (scores: [Double], median: Double, tailSize: Double?) {
      let order = Sorting.order(values.count) { values[$0] }
      // Before the scores, which are as large as the indicators that this needs.
      let tailSize =
        draws == 2 * half ? Self.tailSize(values, order, chains: chains, draws: draws) : nil
      return (
        normalScores(order) { values[$0] },
        quantile(0.5, count: values.count) { values[Int(order[$0])] }, tailSize
      )
    }
    let (scores, median, tails) = ranked()
    let size = ChainDiagnostics.effectiveSampleSize(scores, chains: 2 * chains, draws: half)
    return (rHat(scores, chains: 2 * chains, draws: half), size, median, tails)
  }

  /// z = Φ⁻¹((r - 3/8) / (S + 1/4)), average ranks for ties.
  package static func normalScores(_ values: [Double]) -> [Double] {
    normalScores(Sorting.order(values.count) { values[$0] }) { values[$0] }
  }

  @inline(__always)
  private static func normalScores(
    _ order: [UInt32], _ number: (Int) -> Double
  ) -> [Double] {
    func value(_ rank: Int) -> Double { number(Int(order[rank])) }
    var scores = [Double](repeating: 0, count: order.count)
    var start = 0
    while start < order.count {
      var end = start + 1
      while end < order.count && value(end) == value(start) { end += 1 }
      // Ranks start + 1 to end.
      let rank = 0.5 * Double(start + 1 + end)
      let score = Double.normalQuantile((rank - 0.375) / (Double(order.count) + 0.25))
      for index in start..<end { scores[Int(order[index])] = score }
      start = end
    }
    return scores
  }

  /// √((B / W + n - 1) / n): B is n times the variance of the chains' means, W the mean of their
  /// variances.
  package static func rHat(_ values: [Double], chains: Int, draws: Int) -> Double {
    var means: [Double] = []
    var within = 0.0
    for chain in 0..<chains {
      let chain = values[chain * draws..<(chain + 1) * draws]
      let (mean, variance) = meanAndVariance(chain)
      means.append(mean)
      within += variance
    }
    within /= Double(chains)
    let count = Double(draws)
    let between = count * meanAndVariance(means[...]).variance
    return ((between / within + count - 1) / count).squareRoot()
  }

  private static func meanAndVariance(_ values: ArraySlice<Double>) -> (
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

  private static func tailSize(
    _ values: [Double], _ order: [UInt32], chains: Int, draws: Int
  ) -> Double {
    let sizes = [0.05, 0.95].map { probability in
      let cut = quantile(probability, count: values.count) { values[Int(order[$0])] }
      let indicator = values.map { $0 <= cut ? 1.0 : 0 }
      let size = ChainDiagnostics.effectiveSampleSize(
        indicator, chains: chains, draws: draws, splitsChains: true)
      // Where a twentieth of the draws share the upper end, or nearly all do, none lies above the cut: the indicator
      // says nothing, and ArviZ counts it as S.
      return size.isNaN ? Double(values.count) : size
    }
    return min(sizes[0], sizes[1])
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
