/// The empirical distribution of samples on the line: sorted once, then compared.
///
/// F_n(x) = (number of samples ≤ x) / n. Order and grouping of the samples do not matter. Where a
/// sample is not finite, every distance is NaN.
public struct EmpiricalDistribution: Sendable, Hashable {
  /// The samples, ascending.
  public let sorted: [Double]
  /// Whether all samples are finite.
  public let isFinite: Bool

  /// Sorts samples; there must be at least one.
  ///
  /// - Complexity: O(n).
  public init(_ samples: [Double]) {
    precondition(!samples.isEmpty, "an empirical distribution needs at least one sample")
    isFinite = samples.allSatisfy(\.isFinite)
    sorted = isFinite ? Sorting.sorted(samples) : samples
  }

  /// The number of samples n.
  public var count: Int { sorted.count }

  /// sup |F_n - F| for a continuous distribution function.
  ///
  /// The supremum is next to a sample: max over i of i/n - F(x_i) and F(x_i) - (i-1)/n.
  ///
  /// - Parameter cdf: F, called once per sample.
  public func kolmogorovSmirnov(cdf: (Double) -> Double) -> Double {
    guard isFinite else { return .nan }
    let total = Double(count)
    var largest = 0.0
    for (index, x) in sorted.enumerated() {
      let value = cdf(x)
      largest = max(largest, Double(index + 1) / total - value, value - Double(index) / total)
    }
    return largest
  }

  /// sup |F_n - F| against a law on the line; for atoms both jump.
  public func kolmogorovSmirnov(against law: Law) -> Double {
    guard isFinite else { return .nan }
    switch law {
    case .mixture(let mixture):
      let line = mixture.onLine
      return kolmogorovSmirnov { line.cdf($0) }
    case .categorical(let atoms):
      return StepFunction.distances(steps, StepFunction(atoms)).largest
    }
  }

  /// sup |F_n - G_m| between two sample sets.
  public func kolmogorovSmirnov(against other: EmpiricalDistribution) -> Double {
    guard isFinite && other.isFinite else { return .nan }
    return StepFunction.distances(steps, other.steps).largest
  }

  /// The Wasserstein-1 distance between two sample sets: ∫ |F_n - G_m|.
  public func wasserstein1(against other: EmpiricalDistribution) -> Double {
    guard isFinite && other.isFinite else { return .nan }
    return StepFunction.distances(steps, other.steps).area
  }

  /// The Wasserstein-1 distance to a law on the line: ∫ |F_n - F|, exact up to rounding.
  ///
  /// For a mixture F has a closed antiderivative. F_n - F keeps its sign between its crossings,
  /// which are at samples or, between two samples, where F passes i/n.
  ///
  /// - Complexity: O(n · components), and a quantile for each crossing.
  public func wasserstein1(against law: Law) -> Double {
    guard isFinite else { return .nan }
    switch law {
    case .mixture(let mixture): return wasserstein1(against: mixture.onLine)
    case .categorical(let atoms):
      return StepFunction.distances(steps, StepFunction(atoms)).area
    }
  }

  private func wasserstein1(against line: LineMixture) -> Double {
    let total = Double(count)
    // Over a stretch of one sign: ± (Σ level · length - ∫ F); ∫ F only where the sign changes.
    var distance = line.cdfIntegral(sorted[0])
    var stretch = CompensatedSum()
    var stretchStart = distance
    var sign = -1.0
    func close(at x: Double, newSign: Double) {
      let integral = line.cdfIntegral(x)
      distance += abs(stretch.value - (integral - stretchStart))
      stretch = CompensatedSum()
      stretchStart = integral
      sign = newSign
    }
    var here = line.cdf(sorted[0])
    for index in 0..<(count - 1) where sorted[index + 1] > sorted[index] {
      let level = Double(index + 1) / total
      let left = sorted[index]
      let right = sorted[index + 1]
      let atLeft = here
      here = line.cdf(right)
      if level <= atLeft {
        if sign > 0 { close(at: left, newSign: -1) }
        stretch.add(level * (right - left))
      } else if level >= here {
        if sign < 0 { close(at: left, newSign: 1) }
        stretch.add(level * (right - left))
      } else {
        if sign < 0 { close(at: left, newSign: 1) }
        let crossing = min(max(line.quantile(level), left), right)
        stretch.add(level * (crossing - left))
        close(at: crossing, newSign: -1)
        stretch.add(level * (right - crossing))
      }
    }
    close(at: sorted[count - 1], newSign: sign)
    return distance + line.survivalIntegral(sorted[count - 1])
  }

  /// The curve of F_n for figures: sorted x against i / n.
  ///
  /// With more samples than `maximumPoints`, only every so many are kept, the last always: the
  /// probabilities are then exact and no gap between them exceeds 1 / maximumPoints + 1 / n.
  public func curve(maximumPoints: Int = 1000) -> (x: [Double], probability: [Double]) {
    precondition(maximumPoints > 0, "a curve of \(maximumPoints) points")
    let points = min(count, maximumPoints)
    let ranks = (1...points).map { ($0 * count + points - 1) / points }
    return (ranks.map { sorted[$0 - 1] }, ranks.map { Double($0) / Double(count) })
  }

  /// F_n.
  var steps: StepFunction {
    let total = Double(count)
    return StepFunction(
      places: sorted, levels: (1...count).map { Double($0) / total })
  }
}
