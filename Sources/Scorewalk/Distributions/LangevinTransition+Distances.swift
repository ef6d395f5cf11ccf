extension LangevinTransition {
  /// How far the stationary law is from the target.
  public struct Distances: Sendable, Hashable {
    /// ½ ∫ |π - p|.
    public let totalVariation: Double
    /// sup |F_π - F_p|.
    public let kolmogorovSmirnov: Double
    /// ∫ |F_π - F_p|, in units of the positions.
    public let wasserstein1: Double
  }

  /// The stationary density π(x).
  public func density(_ x: Double) -> Double {
    let noise = (2 * stepSize).squareRoot()
    var sum = 0.0
    for index in stationary.indices {
      let u = (x - centers[index]) / noise
      if abs(u) < 9 { sum += stationary[index] * Double.exp(-0.5 * u * u) }
    }
    return sum * LineMixture.inverseRootTwoPi / noise
  }

  /// The stationary distribution function F_π(x).
  public func cdf(_ x: Double) -> Double {
    let noise = (2 * stepSize).squareRoot()
    var sum = 0.0
    for index in stationary.indices {
      let u = (x - centers[index]) / noise
      if u > -9 { sum += stationary[index] * (u < 9 ? Double.normalCDF(u) : 1) }
    }
    return sum
  }

  /// Distances between the stationary law and the target.
  ///
  /// Between the zeros of π - p the difference of distribution functions is monotone, so total
  /// variation and Kolmogorov-Smirnov follow from its values there; between its own zeros the
  /// Wasserstein distance is a difference of antiderivatives. Both kinds of zeros are bracketed on
  /// the grid and bisected.
  ///
  /// - Complexity: O(points²) comparisons, O(points · 100) exponentials.
  public var distances: Distances {
    let line = target.onLine
    func densityDifference(_ x: Double) -> Double { density(x) - line.density(x) }
    func difference(_ x: Double) -> Double { cdf(x) - line.cdf(x) }
    let floor = 1e-13
    var variation = 0.0
    var largest = 0.0
    var previous = 0.0
    for zero in bracketedZeros(of: densityDifference, on: positions, floor: floor) {
      let value = difference(zero)
      variation += abs(value - previous)
      largest = max(largest, abs(value))
      previous = value
    }
    variation += abs(previous)
    var distance = 0.0
    previous = 0
    for zero in bracketedZeros(of: difference, on: positions, floor: floor) {
      let value = cdfIntegral(zero) - line.cdfIntegral(zero)
      distance += abs(value - previous)
      previous = value
    }
    // ∫ F_π - F_p over the whole line is the difference of the means.
    let end = Law.mixture(target).mean[0] - mean
    distance += abs(end - previous)
    return Distances(
      totalVariation: 0.5 * variation, kolmogorovSmirnov: largest, wasserstein1: distance)
  }

  private func cdfIntegral(_ x: Double) -> Double {
    let noise = (2 * stepSize).squareRoot()
    var sum = 0.0
    for index in stationary.indices {
      let u = (x - centers[index]) / noise
      if u > -9 { sum += stationary[index] * (u < 9 ? LineMixture.rampMean(u) : u) }
    }
    return noise * sum
  }
}

/// The zeros of a function between neighbouring places, ascending, by bisection: one for each change of sign among the
/// places where it exceeds the floor.
func bracketedZeros(
  of function: (Double) -> Double, on places: [Double], floor: Double
) -> [Double] {
  var zeros: [Double] = []
  var last: (place: Double, value: Double)?
  for place in places {
    let value = function(place)
    guard abs(value) > floor else { continue }
    if let last, (last.value > 0) != (value > 0) {
      var low = last.place
      var high = place
      for _ in 0..<40 {
        let middle = 0.5 * (low + high)
        if (function(middle) > 0) == (last.value > 0) { low = middle } else { high = middle }
      }
      zeros.append(0.5 * (low + high))
    }
    last = (place, value)
  }
  return zeros
}
