import Scorewalk
import Testing

/// Orders of convergence of chains on a law that is no Gaussian: the moments of their stationary laws, without a draw.
///
/// A step of each sampler is a map of the state and of Gaussian noise. The map is that of the sampler's own steps, and
/// its stationary law is found in Hermite polynomials: see ``StationaryLaw``.
@Suite struct WeakOrderTests {
  /// Two modes that are one, ½ N(−½, ¾) + ½ N(½, ¾): variance 1, fourth moment 3 − ⅛.
  private static var target: GaussianMixture {
    get throws {
      try GaussianMixture(
        components: [-0.5, 0.5].map {
          GaussianMixture.Component(mean: [$0], covariance: .isotropic(0.75))
        })
    }
  }

  private static let fourthMoment = 2.875

  /// By how much halvings of the step divide an error, as powers of two.
  private static func orders(_ errors: [Double]) -> [Double] {
    zip(errors, errors.dropFirst()).map { Double.log(abs($0 / $1)) / Double.log(2) }
  }

  /// How the noise of a scheme goes in.
  private static func noise(_ sampler: UnderdampedLangevin) -> StateNoise {
    let isHalved = sampler.scheme == .obabo
    let damping = isHalved ? 0.5 * sampler.damping : sampler.damping
    let kept = Double.exp(-damping)
    let drawn = ((1 - kept) * (1 + kept) / sampler.mass).squareRoot()
    return switch sampler.scheme {
    case .aboba: StateNoise(after: (0.5 * sampler.stepSize * drawn, drawn))
    case .baoab: StateNoise(before: drawn / (1 + kept), after: (0, drawn / (1 + kept)))
    case .obabo: StateNoise(before: drawn / kept, after: (0, drawn), columns: 2)
    }
  }

  private static func law(
    _ scheme: UnderdampedLangevin.Scheme, stepSize: Double, damping: Double? = nil
  ) throws -> StationaryLaw {
    let sampler = UnderdampedLangevin(
      scheme: scheme, stepSize: stepSize, friction: damping ?? 1,
      frictionUnit: damping == nil ? .time : .step, mass: 0.8)
    return try StationaryLaw(
      of: SteppedChain(
        sampler: sampler, target: try target, noise: noise(sampler), hasVelocity: true),
      velocityDeviation: (1 / sampler.mass).squareRoot(), degree: 14)
  }

  /// Splittings are of order 2: half of the step has a quarter of the error, in the second and fourth moments of x and the
  /// second of v; that of `obabo`, which is right on Gaussians, is of order 4 here.
  @Test(arguments: UnderdampedLangevin.Scheme.allCases)
  func splittingsAreOfOrderTwo(scheme: UnderdampedLangevin.Scheme) throws {
    let laws = try [0.2, 0.1].map { try Self.law(scheme, stepSize: $0) }
    let cases: [(order: Double, errors: [Double])] = [
      (2, laws.map { $0.squareOfPosition - 1 }),
      (2, laws.map { $0.fourthOfPosition - Self.fourthMoment }),
      (scheme == .obabo ? 4 : 2, laws.map { $0.squareOfVelocity - 1.25 }),
    ]
    for (expected, errors) in cases {
      for order in Self.orders(errors) {
        #expect(abs(order - expected) < 0.05 * expected, "\(errors)")
      }
    }
  }

  /// Where O takes all of a velocity, `baoab` is of order 4 in x (Leimkuhler and Matthews 2013), and `aboba` of
  /// order 2 as ever.
  @Test(arguments: [UnderdampedLangevin.Scheme.aboba, .baoab])
  func withoutMemoryBaoabIsOfOrderFour(scheme: UnderdampedLangevin.Scheme) throws {
    let laws = try [0.4, 0.2].map { try Self.law(scheme, stepSize: $0, damping: 30) }
    for errors in [
      laws.map({ $0.squareOfPosition - 1 }),
      laws.map({ $0.fourthOfPosition - Self.fourthMoment }),
    ] {
      for order in Self.orders(errors) {
        #expect(abs(order - (scheme == .baoab ? 4 : 2)) < 0.15, "\(errors)")
      }
    }
  }

  /// Euler and Maruyama's steps, those of the unadjusted Langevin algorithm, are of weak order 1. What the sampler's
  /// own steps give is what is said of them by ``LangevinTransition``.
  @Test func langevinIsOfOrderOne() throws {
    let sizes = [0.04, 0.02, 0.01]
    let laws = try sizes.map { stepSize in
      try StationaryLaw(
        of: SteppedChain(
          sampler: LangevinSampler(stepSize: stepSize), target: try Self.target,
          noise: StateNoise(after: ((2 * stepSize).squareRoot(), 0)), hasVelocity: false),
        degree: 20)
    }
    for (stepSize, law) in zip(sizes, laws) {
      let transition = try LangevinTransition(target: try Self.target, stepSize: stepSize)
      #expect(abs(law.squareOfPosition - transition.variance) < 1e-7)
    }
    let errors = [
      laws.map { $0.squareOfPosition - 1 }, laws.map { $0.fourthOfPosition - Self.fourthMoment },
    ]
    for errors in errors {
      for order in Self.orders(errors) { #expect(abs(order - 1) < 0.05, "\(errors)") }
    }
  }

  /// The same at time 1 on N(0, s²), by the sampler's own map x ← φ x + c ξ: mean e^(−t/s²) x₀ and variance
  /// s² (1 − e^(−2t/s²)).
  @Test func langevinIsOfOrderOneOnTheWay() throws {
    let variance = 0.6
    let law = try GaussianMixture(components: [.init(mean: [0], covariance: .isotropic(variance))])
    let errors = try [32, 64, 128, 256].map { steps -> Double in
      let stepSize = 1 / Double(steps)
      let chain = SteppedChain(
        sampler: LangevinSampler(stepSize: stepSize), target: law, noise: StateNoise(after: (0, 0)),
        hasVelocity: false)
      // Two steps with the same noise, from 0 and from 1.
      let ends = try [0.0, 1.0].map { try chain.step([$0], [0], to: 1).x[0] }
      let draw = RandomStream(key: SteppedChain.key).normal(.chainNoise, step: 1, row: 0, column: 0)
      let (phi, c) = (ends[1] - ends[0], ends[0] / draw)
      var (mean, square) = (2.0, 0.0)
      for _ in 0..<steps { (mean, square) = (phi * mean, phi * phi * square + c * c) }
      return max(
        abs(mean - 2 * Double.exp(-1 / variance)),
        abs(square - variance * (1 - Double.exp(-2 / variance))))
    }
    for order in Self.orders(errors) { #expect(abs(order - 1) < 0.06, "\(errors)") }
  }
}

/// How noise goes into a step: (x, v) ↦ F(x, v + b ξ) + a η, F being the step without noise; ξ and η are one number, or
/// two independent ones.
private struct StateNoise {
  /// b.
  var before = 0.0
  /// a, for x and v.
  var after: (x: Double, v: Double)
  /// How many numbers a step draws.
  var columns = 1
}

/// Single steps of a sampler from any state of chains on the line.
private struct SteppedChain {
  static let key: UInt64 = 5

  let sampler: any Sampler
  let target: GaussianMixture
  let noise: StateNoise
  let hasVelocity: Bool

  /// A step as the sampler makes it, with its noise, `[chains]`.
  func step(_ x: [Double], _ v: [Double], to number: Int) throws -> (x: [Double], v: [Double]) {
    let configuration = ChainConfiguration(
      sampler: sampler, target: .law(target), chains: x.count, initial: .zeros,
      stream: RandomStream(key: Self.key), precision: .float64)
    var tensors = [("positions", x)]
    if hasVelocity {
      tensors += [("velocities", v), ("temperature", [Double](repeating: 0, count: x.count))]
    }
    let state = ChainState(
      step: number - 1,
      tensors: tensors.map {
        NamedTensor(name: $0.0, shape: [x.count, 1], values: .float64($0.1))
      })
    let process = try ChainProcess(
      configuration, keeping: KeepRule.last.states(steps: number), restoring: state)
    var draws = Draws(for: configuration)
    try process.advance(to: number, recording: &draws)
    let end = process.state().tensors.map(\.values.doubles)
    return (end[0], hasVelocity ? end[1] : v)
  }

  /// F, from a step whose noise is taken out before and after. With another step's noise it must be the same: that is
  /// checked, and with it that the noise goes in as ``noise`` says.
  func withoutNoise(_ x: [Double], _ v: [Double]) throws -> (x: [Double], v: [Double]) {
    let found = try [2, 3].map { number -> (x: [Double], v: [Double]) in
      func draw(_ chain: Int, _ column: Int) -> Double {
        RandomStream(key: Self.key).normal(
          .chainNoise, step: UInt64(number), row: chain, column: column)
      }
      let last = noise.columns - 1
      let start = v.enumerated().map { $1 - noise.before * draw($0, 0) }
      let end = try step(x, start, to: number)
      return (
        end.x.enumerated().map { $1 - noise.after.x * draw($0, last) },
        end.v.enumerated().map { $1 - noise.after.v * draw($0, last) }
      )
    }
    let apart = zip(found[0].x + found[0].v, found[1].x + found[1].v).map { abs($0 - $1) }
    try #require(apart.allSatisfy { $0 < 1e-11 })
    return found[0]
  }
}

/// The stationary law π = ρ Σ cₙ ψₙ of a chain on the line, for the orthonormal Hermite polynomials ψ of
/// ρ = N(0, 1) × N(0, u) that are even under (x, v) → (−x, −v).
///
/// With P the chain's transition, ⟨Pψₘ, ψₙ⟩ are sums over Gauss and Hermite's nodes of ρ and of the noise, and
/// Σ ⟨Pψₘ, ψₙ⟩ cₙ = cₘ with c₀ = 1.
private struct StationaryLaw {
  private let modes: [(x: Int, v: Int)]
  private let coefficients: [Double]
  private let velocityDeviation: Double

  init(of chain: SteppedChain, velocityDeviation: Double = 1, degree: Int) throws {
    var modes: [(x: Int, v: Int)] = []
    for x in 0...degree {
      for v in 0...(chain.hasVelocity ? degree - x : 0) where (x + v).isMultiple(of: 2) {
        modes.append((x, v))
      }
    }
    self.modes = modes
    self.velocityDeviation = velocityDeviation
    func functions(_ x: Double, _ v: Double) -> [Double] {
      let left = Hermite.values(at: x, degree: degree)
      let right = Hermite.values(
        at: v / velocityDeviation, degree: chain.hasVelocity ? degree : 0)
      return modes.map { left[$0.x] * right[$0.v] }
    }
    // What is even at (x, v) is the same at (−x, −v).
    let line = Hermite.rule(24)
    let speeds = chain.hasVelocity ? line : [(node: 0.0, weight: 1.0)]
    let draws = Hermite.rule(8)
    var places: [(x: Double, v: Double, weight: Double)] = []
    for right in line where right.node > 0 {
      for speed in speeds {
        places.append(
          (right.node, speed.node * velocityDeviation, 2 * right.weight * speed.weight))
      }
    }
    // [place][first draw]
    let ends = try chain.withoutNoise(
      places.flatMap { place in draws.map { _ in place.x } },
      places.flatMap { place in draws.map { place.v + chain.noise.before * $0.node } })
    let count = modes.count
    var matrix = [[Double]](repeating: [Double](repeating: 0, count: count), count: count)
    for (index, place) in places.enumerated() {
      var means = [Double](repeating: 0, count: count)
      for (first, draw) in draws.enumerated() {
        let (x, v) = (ends.x[index * draws.count + first], ends.v[index * draws.count + first])
        let lasts = chain.noise.columns == 1 ? [(node: draw.node, weight: 1.0)] : draws
        for last in lasts {
          let values = functions(
            x + chain.noise.after.x * last.node, v + chain.noise.after.v * last.node)
          let weight = draw.weight * last.weight
          for mode in 0..<count { means[mode] += weight * values[mode] }
        }
      }
      let here = functions(place.x, place.v)
      for row in 0..<count {
        let scale = place.weight * means[row]
        for column in 0..<count { matrix[row][column] += scale * here[column] }
      }
    }
    coefficients = Self.fixedPoint(of: matrix)
  }

  /// c with M c = c and c₀ = 1, by elimination.
  private static func fixedPoint(of matrix: [[Double]]) -> [Double] {
    let count = matrix.count - 1
    // (1 − M) c = M₀, without the first row and column.
    var rows = (1...count).map { row -> [Double] in
      var values = (1...count).map { -matrix[row][$0] }
      values[row - 1] += 1
      return values + [matrix[row][0]]
    }
    for pivot in 0..<count {
      let largest = (pivot..<count).max { abs(rows[$0][pivot]) < abs(rows[$1][pivot]) } ?? pivot
      rows.swapAt(pivot, largest)
      for row in (pivot + 1)..<max(pivot + 1, count) {
        let factor = rows[row][pivot] / rows[pivot][pivot]
        guard factor != 0 else { continue }
        for column in pivot...count { rows[row][column] -= factor * rows[pivot][column] }
      }
    }
    var solution = [Double](repeating: 0, count: count)
    for row in (0..<count).reversed() {
      var sum = rows[row][count]
      for column in (row + 1)..<max(row + 1, count) { sum -= rows[row][column] * solution[column] }
      solution[row] = sum / rows[row][row]
    }
    return [1] + solution
  }

  private func coefficient(_ x: Int, _ v: Int) -> Double {
    zip(modes, coefficients).first { $0.0.x == x && $0.0.v == v }?.1 ?? .nan
  }

  /// E x² = √2 c₂₀ + 1.
  var squareOfPosition: Double { 2.0.squareRoot() * coefficient(2, 0) + 1 }

  /// E x⁴ = √24 c₄₀ + 6 E x² − 3.
  var fourthOfPosition: Double {
    24.0.squareRoot() * coefficient(4, 0) + 6 * squareOfPosition - 3
  }

  /// E v² = u (√2 c₀₂ + 1).
  var squareOfVelocity: Double {
    velocityDeviation * velocityDeviation * (2.0.squareRoot() * coefficient(0, 2) + 1)
  }
}

/// The orthonormal polynomials of N(0, 1).
private enum Hermite {
  /// ψ₀ … ψ_degree at a place.
  static func values(at x: Double, degree: Int) -> [Double] {
    var values = [1.0]
    for k in 0..<degree {
      let before = k > 0 ? Double(k).squareRoot() * values[k - 1] : 0
      values.append((x * values[k] - before) / Double(k + 1).squareRoot())
    }
    return values
  }

  /// Gauss's rule for E f(ξ), ξ ~ N(0, 1), exact to degree 2 n − 1: its nodes are the zeros of ψ_n, which lie between those
  /// of the one before, its weights 1/Σ_{k<n} ψ_k².
  static func rule(_ count: Int) -> [(node: Double, weight: Double)] {
    var nodes: [Double] = []
    for degree in 1...count {
      let end = 2 * Double(degree).squareRoot() + 1
      let ends = [-end] + nodes + [end]
      nodes = zip(ends, ends.dropFirst()).map { first, last -> Double in
        var (low, high) = (first, last)
        let isRising = values(at: high, degree: degree)[degree] > 0
        for _ in 0..<54 {
          let middle = 0.5 * (low + high)
          if (values(at: middle, degree: degree)[degree] > 0) == isRising {
            high = middle
          } else {
            low = middle
          }
        }
        return 0.5 * (low + high)
      }
    }
    return nodes.map { node -> (node: Double, weight: Double) in
      let squares = values(at: node, degree: count - 1).map { $0 * $0 }
      return (node, 1 / squares.reduce(0, +))
    }
  }
}
