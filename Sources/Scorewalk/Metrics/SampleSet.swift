/// Samples as the metrics take them: `[chains, draws, dimension]`, flat and row-major.
public struct SampleSet: Sendable, Hashable {
  /// Element (chain, draw, coordinate) is at `(chain * draws + draw) * dimension + coordinate`.
  public let values: [Double]
  /// Number of chains, ≥ 1; independent rows are one chain.
  public let chains: Int
  /// Number of draws kept from each chain, ≥ 1.
  public let draws: Int
  /// Number of coordinates, ≥ 1.
  public let dimension: Int

  /// Creates a sample set; `values.count` must be `chains * draws * dimension`.
  public init(values: [Double], chains: Int, draws: Int, dimension: Int) {
    precondition(
      chains > 0 && draws > 0 && dimension > 0 && values.count == chains * draws * dimension,
      "\(values.count) values for \(chains) chains of \(draws) draws of dimension \(dimension)")
    self.values = values
    self.chains = chains
    self.draws = draws
    self.dimension = dimension
  }

  /// Creates a set of independent rows, `[rows, dimension]`.
  public init(rows values: [Double], dimension: Int = 1) {
    self.init(values: values, chains: 1, draws: values.count / dimension, dimension: dimension)
  }

  /// chains · draws.
  public var count: Int { chains * draws }

  /// Whether every value is finite.
  public var isFinite: Bool { values.allSatisfy(\.isFinite) }

  /// One coordinate of all draws, chain after chain: `[chains, draws]`.
  public func coordinate(_ index: Int) -> [Double] {
    precondition(index >= 0 && index < dimension, "no coordinate \(index) of \(dimension)")
    if dimension == 1 { return values }
    return stride(from: index, to: values.count, by: dimension).map { values[$0] }
  }

  /// One point, `[dimension]`; rows run over chains, then draws.
  public func row(_ index: Int) -> [Double] {
    Array(values[index * dimension..<(index + 1) * dimension])
  }

  /// The sample moments of one coordinate over all chains and draws.
  ///
  /// The variance is Σ (x - x̄)² / (n - 1); skewness and excess kurtosis are ratios of central
  /// moments with divisor n, m₃ / m₂^(3/2) and m₄ / m₂² - 3 (SciPy's `skew` and `kurtosis`).
  public func moments(coordinate index: Int) -> Moments {
    let values = coordinate(index)
    let count = Double(values.count)
    var mean = 0.0
    for value in values { mean += value }
    mean /= count
    var second = 0.0
    var third = 0.0
    var fourth = 0.0
    for value in values {
      let shift = value - mean
      let square = shift * shift
      second += square
      third += square * shift
      fourth += square * square
    }
    let central = Moments(
      mean: mean, second: second / count, third: third / count, fourth: fourth / count)
    return Moments(
      mean: mean, variance: second / (count - 1), skewness: central.skewness,
      excessKurtosis: central.excessKurtosis)
  }
}
