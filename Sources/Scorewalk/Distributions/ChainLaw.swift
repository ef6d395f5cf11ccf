/// The law of the states of a Langevin chain on the line: Σ w_i N(x; c_i, 2δ), and, where the initial
/// states are among them, their law.
public struct ChainLaw: Sendable {
  /// √(2δ).
  private let noise: Double
  /// c_i, ascending, and w_i.
  private let centers: [Double]
  private let weights: [Double]
  /// Sums of w_i and of w_i c_i over what comes before, `[kernels + 1]`.
  private let cumulative: [Double]
  private let moments: [Double]
  /// Sums of w_i over what comes after, from the last down, `[kernels + 1]`.
  private let remaining: [Double]
  /// The law of the initial states and its share.
  private let start: (law: LineStart, share: Double)?
  /// Places between which there is no detail, ascending.
  private let places: [Double]

  init(
    kernels: [(center: Double, weight: Double)], noise: Double,
    start: (law: LineStart, share: Double)?, positions: [Double]
  ) {
    self.noise = noise
    self.start = start
    let sorted = kernels.sorted { ($0.center, $0.weight) < ($1.center, $1.weight) }
    centers = sorted.map(\.center)
    weights = sorted.map(\.weight)
    var cumulative = [0.0]
    var moments = [0.0]
    for (center, weight) in sorted {
      cumulative.append(cumulative[cumulative.count - 1] + weight)
      moments.append(moments[moments.count - 1] + weight * center)
    }
    self.cumulative = cumulative
    var remaining = [Double](repeating: 0, count: sorted.count + 1)
    for index in sorted.indices.reversed() {
      remaining[index] = remaining[index + 1] + sorted[index].weight
    }
    self.remaining = remaining
    self.moments = moments
    places = start.map { (positions + $0.law.features).sorted() } ?? positions
  }

  // MARK: - Values

  /// P(X ≤ x).
  public func cdf(_ x: Double) -> Double {
    continuous(x) + (start.map { $0.share * $0.law.cdf(x) } ?? 0)
  }

  /// P(X > x), summed from above: right also where next to nothing is left.
  public func survival(_ x: Double) -> Double {
    let window = window(x)
    var sum = remaining[window.upperBound]
    for index in window {
      sum += weights[index] * Double.normalCDF((centers[index] - x) / noise)
    }
    return sum + (start.map { $0.share * $0.law.survival(x) } ?? 0)
  }

  /// The probabilities between ascending cuts, `[cuts + 1]`; on either side of the median from its own end.
  public func masses(cutAt cuts: [Double]) -> [Double] {
    var masses: [Double] = []
    var (below, above) = (0.0, 1.0)
    for cut in cuts {
      let next = (below: cdf(cut), above: survival(cut))
      masses.append(below < 0.5 ? next.below - below : above - next.above)
      (below, above) = next
    }
    return masses + [above]
  }

  /// E X.
  public var mean: Double {
    moments[moments.count - 1] + (start.map { $0.share * $0.law.moments.mean } ?? 0)
  }

  /// Var X.
  public var variance: Double {
    let mean = mean
    var sum = cumulative[cumulative.count - 1] * noise * noise
    for index in centers.indices {
      sum += weights[index] * (centers[index] - mean) * (centers[index] - mean)
    }
    if let start {
      let shift = start.law.moments.mean - mean
      sum += start.share * (start.law.moments.variance + shift * shift)
    }
    return sum
  }

  /// The density, without the atoms of the initial law.
  public func density(_ x: Double) -> Double {
    let window = window(x)
    var sum = 0.0
    for index in window {
      let u = (x - centers[index]) / noise
      sum += weights[index] * Double.exp(-0.5 * u * u)
    }
    return sum * LineMixture.inverseRootTwoPi / noise
      + (start.map { $0.share * $0.law.density(x) } ?? 0)
  }

  // MARK: - Distances

  /// How far the law is from a target on the line.
  ///
  /// Between the zeros of the densities' difference the difference of distribution functions is
  /// monotone, and between its own zeros the Wasserstein distance is a difference of antiderivatives.
  /// Both kinds of zeros are bracketed on the grid and bisected.
  ///
  /// - Complexity: O(points · 60) exponentials.
  public func distances(to target: GaussianMixture) -> LangevinTransition.Distances {
    let line = target.onLine
    let jumps =
      start.map { start in
        start.law.jumps.map { (place: $0.place, weight: start.share * $0.weight) }
      } ?? []
    var atoms = 0.0
    for jump in jumps { atoms += jump.weight }
    // Without the atoms, so that only their own places jump.
    func smooth(_ x: Double) -> Double {
      continuous(x) + (atoms == 0 ? start.map { $0.share * $0.law.cdf(x) } ?? 0 : 0) - line.cdf(x)
    }
    func difference(_ x: Double) -> Double { cdf(x) - line.cdf(x) }
    var variation = 0.0
    var largest = 0.0
    var previous = 0.0
    let densities: (Double) -> Double = { density($0) - line.density($0) }
    for zero in bracketedZeros(of: densities, on: places, floor: 1e-10) {
      let value = smooth(zero)
      variation += abs(value - previous)
      previous = value
      largest = max(largest, abs(difference(zero)))
    }
    variation += abs(-atoms - previous)
    for jump in jumps {
      let value = difference(jump.place)
      largest = max(largest, abs(value), abs(value - jump.weight))
    }
    var distance = 0.0
    previous = 0
    for zero in bracketedZeros(of: difference, on: places, floor: 1e-10) {
      let value = cdfIntegral(zero) - line.cdfIntegral(zero)
      distance += abs(value - previous)
      previous = value
    }
    // ∫ F - F_p over the whole line is the difference of the means.
    distance += abs(target.mean[0] - mean - previous)
    return LangevinTransition.Distances(
      totalVariation: 0.5 * (variation + atoms), kolmogorovSmirnov: largest,
      wasserstein1: distance)
  }

  // MARK: - Sums of kernels

  /// The kernels that are neither wholly below nor wholly above x.
  private func window(_ x: Double) -> Range<Int> {
    let low = firstIndex(above: x - 9 * noise)
    return low..<max(low, firstIndex(above: x + 9 * noise))
  }

  private func firstIndex(above x: Double) -> Int {
    var low = 0
    var high = centers.count
    while low < high {
      let middle = (low + high) / 2
      if centers[middle] > x { high = middle } else { low = middle + 1 }
    }
    return low
  }

  /// Σ w_i Φ((x - c_i) / √(2δ)).
  private func continuous(_ x: Double) -> Double {
    let window = window(x)
    var sum = cumulative[window.lowerBound]
    for index in window {
      sum += weights[index] * Double.normalCDF((x - centers[index]) / noise)
    }
    return sum
  }

  /// ∫ F from -∞ to x.
  private func cdfIntegral(_ x: Double) -> Double {
    let window = window(x)
    var sum = cumulative[window.lowerBound] * x - moments[window.lowerBound]
    for index in window {
      sum += weights[index] * noise * LineMixture.rampMean((x - centers[index]) / noise)
    }
    return sum + (start.map { $0.share * $0.law.cdfIntegral(x) } ?? 0)
  }
}
