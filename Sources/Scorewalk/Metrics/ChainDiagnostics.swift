/// How much a set of Markov chains is worth: autocorrelation, effective sample size, standard error.
///
/// ArviZ's definitions. Values are NaN for constant chains, for fewer than 4 draws, and where a draw
/// is not finite.
///
/// Source: Vehtari, Gelman, Simpson, Carpenter and Bürkner, "Rank-normalization, folding, and
/// localization: an improved R̂" (2021), doi:10.1214/20-BA1221; Geyer (1992),
/// doi:10.1214/ss/1177011137.
public struct ChainDiagnostics: Sendable, Hashable {
  /// The number of independent draws that would estimate the mean as well.
  public let effectiveSampleSize: Double
  /// The integrated autocorrelation time, in kept draws: chains · draws / effective sample size.
  public let autocorrelationTime: Double
  /// The Monte Carlo standard error of the mean: standard deviation / √(effective sample size).
  public let standardError: Double
  /// The Monte Carlo standard error of the standard deviation s, by the delta method: with
  /// c = (x - x̄)², √((mean c² - (mean c)²) / (4 ESS mean c)), ESS that of the mean of c.
  ///
  /// As ArviZ before 1.0 and the R package posterior define it; arviz-stats 0.8 takes the ESS of x.
  public let deviationStandardError: Double

  /// Diagnoses one coordinate of a sample set.
  ///
  /// - Parameters:
  ///   - samples: chains and draws.
  ///   - coordinate: which coordinate.
  ///   - splitsChains: whether each chain counts as two halves (the middle draw of an odd number
  ///     is dropped), as ArviZ's `ess(method="mean")` does; without, it is `method="identity"`.
  /// - Complexity: O(chains · draws · log draws).
  public init(_ samples: SampleSet, coordinate: Int = 0, splitsChains: Bool = true) {
    let series = ChainSeries(
      samples.coordinate(coordinate), chains: samples.chains, draws: samples.draws)
    let size = Self.effectiveSampleSize(series, splitsChains: splitsChains)
    effectiveSampleSize = size
    autocorrelationTime = Double(samples.count) / size
    let variance = samples.moments(coordinate: coordinate).variance
    standardError = (variance / size).squareRoot()
    deviationStandardError = Self.deviationStandardError(series, splitsChains: splitsChains)
  }

  private static func deviationStandardError(
    _ series: ChainSeries, splitsChains: Bool
  ) -> Double {
    let count = Double(series.chains * series.draws)
    var sum = 0.0
    series.forEachChain { for value in $0 { sum += value } }
    let mean = sum / count
    let squares = series.map { ($0 - mean) * ($0 - mean) }
    let size = effectiveSampleSize(squares, splitsChains: splitsChains)
    var first = 0.0
    var second = 0.0
    squares.forEachChain { chain in
      for square in chain {
        first += square
        second += square * square
      }
    }
    first /= count
    second /= count
    return ((second - first * first) / (4 * size * first)).squareRoot()
  }

  /// The effective sample size, after splitting if wanted.
  package static func effectiveSampleSize(_ series: ChainSeries, splitsChains: Bool) -> Double {
    guard series.draws >= 4, series.traits.areFinite else { return .nan }
    return effectiveSampleSize(splitsChains ? series.halves : series)
  }

  /// The effective sample size of chains of finite numbers as they are; NaN where all are the same.
  ///
  /// ρ_t = 1 - (W - mean autocovariance_t) / var⁺, summed over Geyer's initial positive sequence of
  /// pairs, made monotone; τ = -1 + 2 Σ ρ, at least 1 / log₁₀(chains · draws).
  static func effectiveSampleSize(_ series: ChainSeries) -> Double {
    guard series.traits.differ else { return .nan }
    let (chains, draws) = (series.chains, series.draws)
    let count = Double(draws)
    let covariance = FourierTransform.meanAutocovariance(series)
    let within = covariance[0] * count / (count - 1)
    var total = within * (count - 1) / count
    if chains > 1 { total += varianceOfMeans(series) }
    func correlation(_ lag: Int) -> Double { 1 - (within - covariance[lag]) / total }

    var correlations = [Double](repeating: 0, count: draws)
    var even = 1.0
    var odd = correlation(1)
    correlations[0] = even
    correlations[1] = odd
    var lag = 1
    while lag < draws - 3 && even + odd > 0 {
      even = correlation(lag + 1)
      odd = correlation(lag + 2)
      if even + odd >= 0 {
        correlations[lag + 1] = even
        correlations[lag + 2] = odd
      }
      lag += 2
    }
    let last = lag - 2
    // One more even lag improves the estimate for antithetic chains.
    if even > 0 { correlations[last + 1] = even }
    lag = 1
    while lag <= last - 2 {
      let previous = correlations[lag - 1] + correlations[lag]
      if correlations[lag + 1] + correlations[lag + 2] > previous {
        correlations[lag + 1] = previous / 2
        correlations[lag + 2] = previous / 2
      }
      lag += 2
    }
    var time = -1.0
    for index in 0..<(last + 1) { time += 2 * correlations[index] }
    if last + 1 < draws { time += correlations[last + 1] }
    let size = Double(chains * draws)
    return size / max(time, Double.log(10) / Double.log(size))
  }

  private static func varianceOfMeans(_ series: ChainSeries) -> Double {
    var means: [Double] = []
    means.reserveCapacity(series.chains)
    series.forEachChain { chain in
      var sum = 0.0
      for value in chain { sum += value }
      means.append(sum / Double(series.draws))
    }
    var center = 0.0
    for mean in means { center += mean }
    center /= Double(means.count)
    var sum = 0.0
    for mean in means { sum += (mean - center) * (mean - center) }
    return sum / Double(means.count - 1)
  }
}
