import Scorewalk

/// How many independent draws one coordinate of a sample set is worth.
struct SampleWorth {
  /// NaN where it is not known.
  let effectiveSize: Double
  /// What the chains themselves say; nil where rows are independent, or chains too short.
  let chains: ChainDiagnostics?
  /// Why the size is to be taken with care.
  let doubt: String?

  /// One coordinate of samples.
  init(_ samples: SampleSet, coordinate: Int = 0, areIndependent: Bool) {
    if areIndependent {
      (effectiveSize, chains, doubt) = (Double(samples.count), nil, nil)
    } else if samples.draws >= 4 {
      let diagnostics = ChainDiagnostics(samples, coordinate: coordinate)
      effectiveSize = diagnostics.effectiveSampleSize
      chains = diagnostics
      doubt =
        effectiveSize.isNaN
        ? "effective sizes, their standard errors and R̂ are not defined: the chains are constant, or not finite"
        : nil
    } else {
      effectiveSize = Self.sizeOfShortChains(samples)
      chains = nil
      doubt =
        samples.chains > 1
        ? "with fewer than 4 draws a chain, the effective size is taken as the number of chains"
        : "one chain with fewer than 4 draws has no effective size"
    }
  }

  /// How often a condition holds for the draw at a place.
  init(of samples: SampleSet, areIndependent: Bool, _ isTrue: @escaping (_ place: Int) -> Bool) {
    (chains, doubt) = (nil, nil)
    if areIndependent {
      effectiveSize = Double(samples.count)
    } else if samples.draws >= 4 {
      effectiveSize = ChainDiagnostics.effectiveSampleSize(
        ChainSeries(chains: samples.chains, draws: samples.draws, isTrue: isTrue),
        splitsChains: true)
    } else {
      effectiveSize = Self.sizeOfShortChains(samples)
    }
  }

  private static func sizeOfShortChains(_ samples: SampleSet) -> Double {
    samples.chains > 1 ? Double(samples.chains) : .nan
  }
}

extension [SampleWorth] {
  /// The least of the sizes that are known; NaN where none is.
  var leastSize: Double { map(\.effectiveSize).filter(\.isFinite).min() ?? .nan }
}
