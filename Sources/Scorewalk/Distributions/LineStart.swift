/// Where chains on the line start, as a law: atoms (a point is one), a mixture, or a uniform law.
public enum LineStart: Sendable, Hashable {
  /// Points with weights that sum to 1; equal lengths, at least one.
  case atoms(values: [Double], weights: [Double])
  /// A mixture on the line; N(0, std²) is one.
  case mixture(GaussianMixture)
  /// Uniform between two ends, `from` < `to`.
  case uniform(from: Double, to: Double)

  /// All chains at one point.
  public static func point(_ x: Double) -> LineStart { .atoms(values: [x], weights: [1]) }

  /// A law on the line.
  public static func law(_ law: Law) -> LineStart {
    switch law {
    case .mixture(let mixture): .mixture(mixture)
    case .categorical(let atoms):
      .atoms(values: atoms.values.map { $0[0] }, weights: atoms.weights)
    }
  }

  /// P(X ≤ x).
  public func cdf(_ x: Double) -> Double {
    switch self {
    case .atoms(let values, let weights):
      var sum = 0.0
      for (value, weight) in zip(values, weights) where value <= x { sum += weight }
      return sum
    case .mixture(let mixture): return mixture.onLine.cdf(x)
    case .uniform(let from, let to): return min(1, max(0, (x - from) / (to - from)))
    }
  }

  /// P(X > x).
  func survival(_ x: Double) -> Double {
    switch self {
    case .atoms(let values, let weights):
      var sum = 0.0
      for (value, weight) in zip(values, weights) where value > x { sum += weight }
      return sum
    case .mixture(let mixture): return mixture.onLine.survival(x)
    case .uniform(let from, let to): return min(1, max(0, (to - x) / (to - from)))
    }
  }

  /// How far the law is from a target on the line.
  public func distances(to target: GaussianMixture) -> LangevinTransition.Distances {
    let cuts = target.onLine.panelCuts()
    let positions = zip(cuts, cuts.dropFirst()).flatMap { left, right in
      (0..<8).map { left + (right - left) * Double($0) / 8 }
    }
    return ChainLaw(kernels: [], noise: 1, start: (self, 1), positions: positions)
      .distances(to: target)
  }

  /// ∫ F from -∞ to x.
  func cdfIntegral(_ x: Double) -> Double {
    switch self {
    case .atoms(let values, let weights):
      var sum = 0.0
      for (value, weight) in zip(values, weights) where value < x { sum += weight * (x - value) }
      return sum
    case .mixture(let mixture): return mixture.onLine.cdfIntegral(x)
    case .uniform(let from, let to):
      if x <= from { return 0 }
      let inside = min(x, to) - from
      return 0.5 * inside * inside / (to - from) + max(0, x - to)
    }
  }

  /// The density of the part that has one; 0 for atoms.
  func density(_ x: Double) -> Double {
    switch self {
    case .atoms: 0
    case .mixture(let mixture): mixture.onLine.density(x)
    case .uniform(let from, let to): x >= from && x <= to ? 1 / (to - from) : 0
    }
  }

  /// E X and Var X.
  var moments: (mean: Double, variance: Double) {
    switch self {
    case .atoms(let values, let weights):
      var mean = 0.0
      for (value, weight) in zip(values, weights) { mean += weight * value }
      var variance = 0.0
      for (value, weight) in zip(values, weights) {
        variance += weight * (value - mean) * (value - mean)
      }
      return (mean, variance)
    case .mixture(let mixture): return (mixture.mean[0], mixture.covariance[0][0])
    case .uniform(let from, let to):
      return (0.5 * (from + to), (to - from) * (to - from) / 12)
    }
  }

  /// Where the law jumps, and by how much.
  var jumps: [(place: Double, weight: Double)] {
    guard case .atoms(let values, let weights) = self else { return [] }
    return zip(values, weights).map { ($0, $1) }
  }

  /// An interval outside which there is nothing to see.
  var range: ClosedRange<Double> {
    var low = Double.infinity
    var high = -Double.infinity
    switch self {
    case .atoms(let values, _):
      for value in values {
        low = min(low, value)
        high = max(high, value)
      }
    case .mixture(let mixture):
      let line = mixture.onLine
      for index in 0..<line.count {
        low = min(low, line.means[index] - 8.5 * line.deviations[index])
        high = max(high, line.means[index] + 8.5 * line.deviations[index])
      }
    case .uniform(let from, let to): (low, high) = (from, to)
    }
    return low...high
  }

  /// Places between which the law has no detail, ascending.
  var features: [Double] {
    switch self {
    case .atoms(let values, _): values.sorted()
    case .mixture(let mixture): mixture.onLine.panelCuts(reach: 8)
    case .uniform(let from, let to): [from, to]
    }
  }

  /// Points and weights that stand for the law under integrals of functions that are smooth at the
  /// scale of `noise`.
  ///
  /// - Parameters:
  ///   - noise: the scale where the grid is not denser than elsewhere.
  ///   - grid: points for what is itself smooth at that scale, whose spacing must be well below it. Where
  ///     some are denser, the functions are smooth at the scale of three of them.
  func nodes(noise: Double, grid: LineGrid) -> [(place: Double, weight: Double)] {
    func cuts(_ plain: [Double]) -> [Double] {
      guard !grid.isEquispaced, let from = plain.first, let to = plain.last else { return plain }
      let inner = stride(from: 0, to: grid.positions.count, by: 3).map { grid.positions[$0] }
      return (plain + inner.filter { $0 > from && $0 < to }).sorted()
    }
    switch self {
    case .atoms(let values, let weights): return zip(values, weights).map { ($0, $1) }
    case .uniform(let from, let to):
      let panels = max(1, Int(((to - from) / noise).rounded(.up)))
      let rule = Quadrature(
        cuts: cuts((0...panels).map { from + (to - from) * Double($0) / Double(panels) }),
        nodesPerPanel: 12)
      return zip(rule.nodes, rule.weights).map { ($0, $1 / (to - from)) }
    case .mixture(let mixture):
      let line = mixture.onLine
      var nodes: [(place: Double, weight: Double)] = []
      for index in 0..<line.count where line.weights[index] > 0 {
        let (mean, deviation) = (line.means[index], line.deviations[index])
        func weight(_ x: Double) -> Double {
          let u = (x - mean) / deviation
          return line.weights[index] * LineMixture.inverseRootTwoPi / deviation
            * Double.exp(-0.5 * u * u)
        }
        if deviation >= noise {
          for (place, width) in zip(grid.positions, grid.widths)
          where abs(place - mean) < 8.5 * deviation {
            nodes.append((place, width * weight(place)))
          }
        } else {
          let rule = Quadrature(
            cuts: cuts((-8...8).map { mean + deviation * Double($0) }), nodesPerPanel: 12)
          nodes += zip(rule.nodes, rule.weights).map { ($0, $1 * weight($0)) }
        }
      }
      return nodes
    }
  }
}
