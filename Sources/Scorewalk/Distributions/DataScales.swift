/// The scales of data, by which a ladder of noise levels is chosen.
///
/// | | of a mixture | of atoms | of rows |
/// |---|---|---|---|
/// | ``largestLevel``, σ₁ | the largest distance between balls that hold 99 % of a component | the largest distance of two | the largest distance of two (NCSNv2's technique 1; Song and Ermon 2020, arXiv:2006.09011) |
/// | ``smallestLevel``, σ_L | a tenth of the smallest standard deviation of a component | a tenth of the smallest distance of two | the median distance of a row to the nearest other |
/// | ``deviation``, σ_d | √(mean of the coordinates' variances) | the same | the same |
///
/// At σ₁ the law with noise is nearly one Gaussian, so that chains reach every mode from every other; at σ_L it is
/// nearly the law itself, as far as the data can tell.
public struct DataScales: Sendable, Hashable {
  /// What the scales are of.
  public enum Source: Sendable, Hashable {
    /// A mixture in closed form.
    case mixture
    /// Atoms.
    case atoms
    /// Rows, so many of which were compared with each other.
    case rows(compared: Int, of: Int)
  }

  /// How many coordinates a point has.
  public let dimension: Int
  /// What they are of.
  public let source: Source
  /// σ₁; nil where all points are one.
  public let largestLevel: Double?
  /// σ_L; nil where all points are one.
  public let smallestLevel: Double?
  /// σ_d; nil where all points are one.
  public let deviation: Double?

  /// The scales of a law.
  ///
  /// - Complexity: O(components² · dimension + components · dimension²).
  public init(law: Law) {
    dimension = law.dimension
    let dimension = law.dimension
    let variance = (0..<dimension).reduce(0) { $0 + law.covariance[$1][$1] } / Double(dimension)
    deviation = Self.positive(variance.squareRoot())
    switch law {
    case .mixture(let mixture):
      source = .mixture
      let weighty = mixture.components.indices.filter { mixture.components[$0].weight > 0 }
      let reach = ChiSquared.quantile(0.99, dimension: dimension).squareRoot()
      let factors = weighty.map { mixture.factors[$0] }
      let radii = weighty.map { index in
        let covariance = mixture.components[index].covariance
        return reach
          * Self.largestEigenvalue(dimension: dimension) { covariance[$0, $1] }.squareRoot()
      }
      var largest = 0.0
      for first in factors.indices {
        for second in first..<factors.count {
          let gap = Self.distance(factors[first].mean[...], factors[second].mean[...])
          largest = max(largest, gap + radii[first] + radii[second])
        }
      }
      largestLevel = Self.positive(largest)
      let smallest = factors.map { factor in
        1
          / Self.largestEigenvalue(dimension: dimension) { factor.precision($0, $1) }.squareRoot()
      }.min()
      smallestLevel = Self.positive(0.1 * (smallest ?? 0))
    case .categorical(let atoms):
      source = .atoms
      let values = zip(atoms.values, atoms.weights).filter { $0.1 > 0 }.map(\.0)
      var (least, largest) = (Double.infinity, 0.0)
      for first in values.indices {
        for second in values[..<first] {
          let gap = Self.distance(values[first][...], second[...])
          if gap > 0 { (least, largest) = (min(least, gap), max(largest, gap)) }
        }
      }
      largestLevel = Self.positive(largest)
      smallestLevel = Self.positive(0.1 * least)
    }
  }

  /// The scales of rows; of many, distances are those among some of them, evenly spaced.
  ///
  /// - Parameters:
  ///   - rows: `[count, dimension]`, row after row; at least one.
  /// - Complexity: about 10⁸ multiplications at most, beside one pass over the rows.
  public init(rows: [Double], dimension: Int) {
    let most = max(2, Int((2e8 / Double(dimension)).squareRoot()))
    self.init(rows: rows, dimension: dimension, comparing: min(most, 8192))
  }

  /// The scales of rows, so many of which are compared with each other at most.
  package init(rows: [Double], dimension: Int, comparing most: Int) {
    let count = rows.count / dimension
    precondition(
      count >= 1 && count * dimension == rows.count, "\(rows.count) numbers in \(dimension)")
    self.dimension = dimension
    var variance = 0.0
    for coordinate in 0..<dimension {
      var (sum, squares) = (0.0, 0.0)
      for row in 0..<count { sum += rows[row * dimension + coordinate] }
      for row in 0..<count {
        let centred = rows[row * dimension + coordinate] - sum / Double(count)
        squares += centred * centred
      }
      variance += squares / Double(count) / Double(dimension)
    }
    deviation = Self.positive(variance.squareRoot())
    let compared = min(count, most)
    source = .rows(compared: compared, of: count)
    let points = (0..<compared).map { index in
      let row = index * count / compared
      return rows[row * dimension..<(row + 1) * dimension]
    }
    var nearest = [Double](repeating: .infinity, count: compared)
    var largest = 0.0
    for first in 0..<compared {
      for second in 0..<first {
        let gap = Self.distance(points[first], points[second])
        guard gap > 0 else { continue }
        largest = max(largest, gap)
        nearest[first] = min(nearest[first], gap)
        nearest[second] = min(nearest[second], gap)
      }
    }
    largestLevel = Self.positive(largest)
    smallestLevel = Self.positive(nearest.sorted()[compared / 2])
  }

  private static func positive(_ value: Double) -> Double? {
    value.isFinite && value > 0 ? value : nil
  }

  private static func distance(_ one: ArraySlice<Double>, _ other: ArraySlice<Double>) -> Double {
    var sum = 0.0
    for (a, b) in zip(one, other) { sum += (a - b) * (a - b) }
    return sum.squareRoot()
  }

  /// The largest eigenvalue of a positive matrix by power iteration, to a few digits where two lie close.
  private static func largestEigenvalue(
    dimension: Int, _ element: (Int, Int) -> Double
  ) -> Double {
    var vector = (0..<dimension).map { 1 / Double($0 + 1) }
    var value = 0.0
    for _ in 0..<100 {
      let image = (0..<dimension).map { row in
        (0..<dimension).reduce(0) { $0 + element(row, $1) * vector[$1] }
      }
      let size = distance(image[...], [Double](repeating: 0, count: dimension)[...])
      let before = distance(vector[...], [Double](repeating: 0, count: dimension)[...])
      guard size > 0, size.isFinite else { return value }
      value = size / before
      vector = image.map { $0 / size }
    }
    return value
  }
}

extension NoiseLadder {
  /// The ratio γ of neighbouring levels at which half of what one level leaves lies where the next is at home
  /// (NCSNv2's technique 2; Song and Ermon 2020, arXiv:2006.09011, equation 5):
  ///
  ///     Φ(√(2D) (γ − 1) + 3γ) − Φ(√(2D) (γ − 1) − 3γ) = ½
  ///
  /// - Returns: nil below five dimensions, where there is none: √(2D) < 3, and levels overlap at every ratio.
  public static func overlapRatio(dimension: Int) -> Double? {
    let root = (2 * Double(dimension)).squareRoot()
    guard root > 3 else { return nil }
    func overlap(_ ratio: Double) -> Double {
      Double.normalCDF(root * (ratio - 1) + 3 * ratio)
        - Double.normalCDF(root * (ratio - 1) - 3 * ratio)
    }
    var (low, high) = (1.0, 1e3)
    for _ in 0..<200 {
      let middle = 0.5 * (low + high)
      if overlap(middle) > 0.5 { low = middle } else { high = middle }
    }
    return 0.5 * (low + high)
  }
}
