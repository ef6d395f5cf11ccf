import Scorewalk

/// How many independent draws one coordinate of a sample set is worth.
struct SampleWorth {
  /// NaN where it is not known.
  let effectiveSize: Double
  /// What the chains themselves say; nil where rows are independent, or chains too short.
  let chains: ChainDiagnostics?
  /// Why the size is to be taken with care.
  let doubt: String?

  /// - Parameter isIndicator: whether the samples are a condition, as ``SampleSet/indicator(_:)`` gives it, of which the
  ///   size alone counts.
  init(
    _ samples: SampleSet, coordinate: Int = 0, areIndependent: Bool, isIndicator: Bool = false
  ) {
    if areIndependent {
      (effectiveSize, chains, doubt) = (Double(samples.count), nil, nil)
    } else if isIndicator, samples.draws >= 4 {
      effectiveSize = ChainDiagnostics.effectiveSampleSize(
        samples.values, chains: samples.chains, draws: samples.draws, splitsChains: true)
      (chains, doubt) = (nil, nil)
    } else if samples.draws >= 4 {
      let diagnostics = ChainDiagnostics(samples, coordinate: coordinate)
      effectiveSize = diagnostics.effectiveSampleSize
      chains = diagnostics
      doubt =
        effectiveSize.isNaN
        ? "effective sizes, their standard errors and R̂ are not defined: the chains are constant, or not finite"
        : nil
    } else {
      effectiveSize = samples.chains > 1 ? Double(samples.chains) : .nan
      chains = nil
      doubt =
        samples.chains > 1
        ? "with fewer than 4 draws a chain, the effective size is taken as the number of chains"
        : "one chain with fewer than 4 draws has no effective size"
    }
  }
}

extension [SampleWorth] {
  /// The least of the sizes that are known; NaN where none is.
  var leastSize: Double { map(\.effectiveSize).filter(\.isFinite).min() ?? .nan }
}

extension SampleSet {
  /// 1 where a point fulfils a condition, 0 elsewhere; on one coordinate.
  func indicator(_ isIn: (Int) -> Bool) -> SampleSet {
    SampleSet(
      values: (0..<count).map { isIn($0) ? 1 : 0 }, chains: chains, draws: draws, dimension: 1)
  }
}
