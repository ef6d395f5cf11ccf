/// The first four moments of one coordinate.
public struct Moments: Sendable, Hashable {
  /// E X, in units of the positions.
  public let mean: Double
  /// E (X - E X)².
  public let variance: Double
  /// E (X - E X)³ / variance^(3/2); 0 for symmetric laws.
  public let skewness: Double
  /// E (X - E X)⁴ / variance² - 3; 0 for a Gaussian.
  public let excessKurtosis: Double

  /// Creates the moments from their values.
  public init(mean: Double, variance: Double, skewness: Double, excessKurtosis: Double) {
    self.mean = mean
    self.variance = variance
    self.skewness = skewness
    self.excessKurtosis = excessKurtosis
  }

  /// Creates the moments from central ones.
  init(mean: Double, second: Double, third: Double, fourth: Double) {
    self.init(
      mean: mean, variance: second, skewness: third / (second * second.squareRoot()),
      excessKurtosis: fourth / (second * second) - 3)
  }
}

extension Law {
  /// The exact moments of each coordinate, `[dimension]`.
  public var moments: [Moments] { (0..<dimension).map { moments(coordinate: $0) } }

  private func moments(coordinate: Int) -> Moments {
    let parts: [(weight: Double, mean: Double, variance: Double)] =
      switch self {
      case .mixture(let mixture):
        mixture.components.map {
          ($0.weight, $0.mean[coordinate], $0.covariance[coordinate, coordinate])
        }
      case .categorical(let atoms):
        zip(atoms.values, atoms.weights).map { ($1, $0[coordinate], 0) }
      }
    var mean = 0.0
    for part in parts { mean += part.weight * part.mean }
    var second = 0.0
    var third = 0.0
    var fourth = 0.0
    for (weight, center, variance) in parts {
      let shift = center - mean
      let square = shift * shift
      second += weight * (square + variance)
      third += weight * shift * (square + 3 * variance)
      fourth += weight * (square * square + 6 * square * variance + 3 * variance * variance)
    }
    return Moments(mean: mean, second: second, third: third, fourth: fourth)
  }
}
