extension EmpiricalDistribution {
  /// The Wasserstein-2 distance between two sample sets on the line, of any sizes: √∫₀¹ (F⁻¹ - G⁻¹)².
  ///
  /// - Returns: NaN where a sample is not finite.
  /// - Complexity: O(n + m).
  public func wasserstein2(against other: EmpiricalDistribution) -> Double {
    guard isFinite && other.isFinite else { return .nan }
    return squaredWasserstein2(against: other).squareRoot()
  }

  /// The Wasserstein-2 distance to a law on the line, exact up to rounding.
  ///
  /// - Returns: NaN where a sample is not finite.
  /// - Complexity: O((n + components) · components) after sorting.
  public func wasserstein2(against law: Law) -> Double {
    guard isFinite else { return .nan }
    return QuantileReference(law, count: count).squaredWasserstein2(sorted).squareRoot()
  }

  /// Levels are counted in parts of 1 / (n m), which whole numbers hold exactly.
  func squaredWasserstein2(against other: EmpiricalDistribution) -> Double {
    var sum = CompensatedSum()
    var left = 0
    var right = 0
    var level = 0
    while left < count && right < other.count {
      let leftEnd = (left + 1) * other.count
      let rightEnd = (right + 1) * count
      let next = min(leftEnd, rightEnd)
      let difference = sorted[left] - other.sorted[right]
      sum.add(difference * difference * Double(next - level))
      if leftEnd == next { left += 1 }
      if rightEnd == next { right += 1 }
      level = next
    }
    return sum.value / (Double(count) * Double(other.count))
  }
}

/// A law on the line made ready for Wasserstein-2 distances to sample sets of one size n.
///
/// Sorted sample i is carried to the i-th of n cells of equal probability: with c_i the law's mean in the cell,
/// W₂² = Σ (x_i - c_i)² / n + the law's variance within the cells.
package struct QuantileReference: Sendable {
  /// c_i, `[n]`, ascending.
  let means: [Double]
  /// Σ_i ∫ over cell i of (y - c_i)² dP.
  let varianceWithin: Double

  /// - Complexity: O(n · components) for a mixture, O(n + atoms log atoms) for atoms.
  package init(_ law: Law, count: Int) {
    precondition(count > 0, "a reference for \(count) samples")
    switch law {
    case .mixture(let mixture): self.init(mixture.onLine, count: count)
    case .categorical(let atoms): self.init(atoms, count: count)
    }
  }

  /// W₂² of sorted samples, `[n]`.
  package func squaredWasserstein2(_ sorted: [Double]) -> Double {
    precondition(
      sorted.count == means.count, "\(sorted.count) samples for a reference of \(means.count)")
    var sum = CompensatedSum()
    for (x, mean) in zip(sorted, means) { sum.add((x - mean) * (x - mean)) }
    return sum.value / Double(means.count) + varianceWithin
  }

  private init(_ line: LineMixture, count: Int) {
    var center = 0.0
    var square = 0.0
    for (weight, mean) in zip(line.weights, line.means) { center += weight * mean }
    for index in line.weights.indices {
      let shift = line.means[index] - center
      let deviation = line.deviations[index]
      square += line.weights[index] * (shift * shift + deviation * deviation)
    }
    var means: [Double] = []
    means.reserveCapacity(count)
    var within = CompensatedSum()
    within.add(square)
    var edge = -Double.infinity
    var below = PartialMean(line, center: center, to: edge)
    for cell in 0..<count {
      edge = line.quantile(Double(cell + 1) / Double(count), above: edge)
      let upTo = PartialMean(line, center: center, to: edge)
      // The edges are rounded: the mass between them is nearly, the mean in the cell exactly, what they say.
      let mass = upTo.mass - below.mass
      let shift = mass > 0 ? (upTo.moment - below.moment) / mass : edge - center
      means.append(center + shift)
      within.add(-shift * shift / Double(count))
      below = upTo
    }
    self.means = means
    varianceWithin = max(0, within.value)
  }

  private init(_ atoms: Categorical, count: Int) {
    let (values, weights) = atoms.sortedOnLine
    let size = 1 / Double(count)
    var means: [Double] = []
    var within = 0.0
    var atom = 0
    var left = weights[0]
    for _ in 0..<count {
      var pieces: [(value: Double, mass: Double)] = []
      var room = size
      while room > 0 {
        // What rounding leaves at the end belongs to the last atom.
        let isLast = atom == values.count - 1
        let mass = isLast ? room : min(room, left)
        if mass > 0 { pieces.append((values[atom], mass)) }
        room -= mass
        left -= mass
        if left <= 0 && !isLast {
          atom += 1
          left = weights[atom]
        }
      }
      var mean = 0.0
      for piece in pieces { mean += piece.mass * piece.value }
      mean /= size
      for piece in pieces { within += piece.mass * (piece.value - mean) * (piece.value - mean) }
      means.append(mean)
    }
    self.means = means
    varianceWithin = within
  }
}

/// What a mixture has below a place: its mass, and its mean's part, counted from a centre.
private struct PartialMean {
  /// P(Y ≤ x).
  let mass: Double
  /// E (Y - center) 1(Y ≤ x) = Σ w (m - center) Φ(u) - w s φ(u).
  let moment: Double

  init(_ line: LineMixture, center: Double, to x: Double) {
    guard x > -.infinity else {
      (mass, moment) = (0, 0)
      return
    }
    var mass = 0.0
    var moment = 0.0
    for index in line.weights.indices {
      let u = (x - line.means[index]) / line.deviations[index]
      let below = line.weights[index] * Double.normalCDF(u)
      let density = LineMixture.inverseRootTwoPi * Double.exp(-0.5 * u * u)
      mass += below
      moment +=
        below * (line.means[index] - center)
        - line.weights[index] * line.deviations[index] * density
    }
    self.mass = mass
    self.moment = moment
  }
}

extension LineMixture {
  /// The quantile of a probability, known to lie above a smaller one: a few steps of Newton's method from there.
  fileprivate func quantile(_ probability: Double, above lower: Double) -> Double {
    guard probability < 1 else { return .infinity }
    guard lower > -.infinity else { return quantile(probability) }
    let z = Double.normalQuantile(probability)
    var low = lower
    var high = lower
    for component in weights.indices where weights[component] > 0 {
      high = max(high, means[component] + deviations[component] * z)
    }
    var x = low
    for _ in 0..<200 {
      let excess = cdf(x) - probability
      if excess == 0 { break }
      if excess > 0 { high = x } else { low = x }
      let newton = x - excess / density(x)
      let next = newton > low && newton < high ? newton : low + 0.5 * (high - low)
      // A step this small changes the mass of a cell by less than its rounding.
      if abs(next - x) <= 1e-14 * (abs(x) + deviations[0]) { return next }
      x = next
    }
    return x
  }
}
