import Scorewalk
import Testing

/// The unadjusted Langevin algorithm on Gaussians is a vector autoregression whose law is known at
/// every step: x_k ~ N(m + φᵏ (x₀ − m), V (1 − φ²ᵏ)), φ = 1 − δ/s², V = s²/(1 − δ/(2 s²)).
///
/// Seeds are fixed, so no test fails by chance once it passes; bounds are five standard errors, so
/// that a change of seed fails one check in 1.7 million.
@Suite struct LangevinStatisticsTests {
  static let chains = 40_000

  static func gaussian(mean: [Double], _ covariance: Covariance) throws -> ChainTarget {
    .law(try GaussianMixture(components: [.init(mean: mean, covariance: covariance)]))
  }

  /// Positions of many chains at some states, `[state][chain][dimension]`.
  static func run(
    _ sampler: LangevinSampler, _ target: ChainTarget, from initial: InitialPositions,
    keeping kept: [Int], chains: Int = chains, precision: Precision = .float64
  ) throws -> [[[Double]]] {
    let configuration = ChainConfiguration(
      sampler: sampler, target: target, chains: chains, initial: initial,
      stream: RandomStream(key: 2024), precision: precision)
    let steps = try #require(kept.last)
    let process = try ChainProcess(
      configuration, keeping: KeepRule(from: 0).states(steps: steps))
    var result: [[[Double]]] = []
    var draws = Draws(for: configuration)
    for state in kept {
      draws.removeAll()
      try process.advance(to: state, recording: &draws)
      let values = process.positions().values.doubles
      result.append(
        (0..<chains).map { chain in
          Array(values[(chain * target.dimension)..<((chain + 1) * target.dimension)])
        })
    }
    return result
  }

  static func meanAndVariance(_ values: [Double]) -> (mean: Double, variance: Double) {
    let count = Double(values.count)
    let mean = values.reduce(0, +) / count
    return (mean, values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / (count - 1))
  }

  /// Checks mean and variance of normal samples, five standard errors each.
  static func expect(
    _ values: [Double], mean: Double, variance: Double,
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    let count = Double(values.count)
    let (sampleMean, sampleVariance) = meanAndVariance(values)
    #expect(
      abs(sampleMean - mean) < 5 * (variance / count).squareRoot(),
      sourceLocation: sourceLocation)
    #expect(
      abs(sampleVariance - variance) < 5 * variance * (2 / count).squareRoot(),
      sourceLocation: sourceLocation)
  }

  /// Oracles 1 and 2.
  @Test(arguments: [0.1, 1.0], Precision.allCases)
  func transientAndStationaryLawsOfAGaussian(delta: Double, precision: Precision) throws {
    let (mean, variance, start) = (0.5, 2.0, 3.0)
    let states = [1, 3, 200]
    let runs = try Self.run(
      LangevinSampler(stepSize: delta), Self.gaussian(mean: [mean], .isotropic(variance)),
      from: .point([start]), keeping: states, precision: precision)
    let phi = 1 - delta / variance
    let stationary = variance / (1 - delta / (2 * variance))
    for (state, run) in zip(states, runs) {
      let power = Double.pow(phi, state)
      Self.expect(
        run.map { $0[0] }, mean: mean + power * (start - mean),
        variance: stationary * (1 - power * power))
    }
  }

  /// Oracle 3: the correlation of states k apart is φᵏ.
  @Test func autocorrelationFallsGeometrically() throws {
    let (delta, variance) = (0.3, 1.0)
    let runs = try Self.run(
      LangevinSampler(stepSize: delta), Self.gaussian(mean: [0], .isotropic(variance)),
      from: .normal(), keeping: [100, 101, 103, 106])
    let phi = 1 - delta / variance
    let stationary = variance / (1 - delta / (2 * variance))
    for (lag, run) in zip([1, 3, 6], runs.dropFirst()) {
      let products = zip(runs[0], run).map { $0[0] * $1[0] / stationary }
      let correlation = products.reduce(0, +) / Double(products.count)
      // A product of two unit normals has variance 1 + ρ² ≤ 2.
      let bound = 5 * (2 / Double(products.count)).squareRoot()
      #expect(abs(correlation - Double.pow(phi, lag)) < bound)
    }
  }

  /// Oracle 4: h in the half convention is δ = h/2, bit for bit.
  @Test func halfConventionIsHalfTheStep() throws {
    let target = try Self.gaussian(mean: [0], .isotropic(1))
    let half = try Self.run(
      LangevinSampler(stepSize: 0.6, convention: .half), target, from: .zeros, keeping: [80])
    let delta = try Self.run(
      LangevinSampler(stepSize: 0.3), target, from: .zeros, keeping: [80])
    #expect(half == delta)
    // s²/(1 − h/(4 s²))
    Self.expect(half[0].map { $0[0] }, mean: 0, variance: 1 / (1 - 0.6 / 4))
  }

  /// Oracle 5: with noise c √(2δ) the variance would be c² times as much. That of the right noise
  /// is told apart from those of the usual mistakes, √δ and 2δ.
  @Test func noiseHasTheRightTemperature() throws {
    let delta = 0.1
    let run = try Self.run(
      LangevinSampler(stepSize: delta), Self.gaussian(mean: [0], .isotropic(1)), from: .normal(),
      keeping: [150])
    let (_, variance) = Self.meanAndVariance(run[0].map { $0[0] })
    let right = 1 / (1 - delta / 2)
    let error = 5 * right * (2 / Double(Self.chains)).squareRoot()
    #expect(abs(variance - right) < error)
    for scale in [0.5, 2 * delta] { #expect(abs(variance - scale * right) > error) }
  }

  /// Oracle 6: every eigendirection of a correlated Gaussian is a chain of its own.
  @Test func correlatedGaussianByEigendirections() throws {
    // Eigenvalues 3 along (1, 1)/√2 and 1 along (1, −1)/√2.
    let delta = 0.4
    let states = [2, 150]
    let runs = try Self.run(
      LangevinSampler(stepSize: delta),
      Self.gaussian(mean: [1, -1], .full([[2, 1], [1, 2]])), from: .zeros, keeping: states)
    for (state, run) in zip(states, runs) {
      for (variance, sign) in [(3.0, 1.0), (1.0, -1.0)] {
        let phi = Double.pow(1 - delta / variance, state)
        let mean = (1 + sign * -1) / 2.0.squareRoot()
        Self.expect(
          run.map { ($0[0] + sign * $0[1]) / 2.0.squareRoot() }, mean: mean * (1 - phi),
          variance: variance / (1 - delta / (2 * variance)) * (1 - phi * phi))
      }
    }
  }

  /// Oracle 7 for the sampler: at δ = 0.1 the stationary variance of the two modes at ±1 with
  /// standard deviation 1/2 is 1.27849, not 1.25. The standard error is 0.0023.
  @Test func varianceOnTwoModesIsThatOfTheDiscreteChain() throws {
    let modes = try GaussianMixture(components: [
      .init(mean: [-1], standardDeviation: 0.5), .init(mean: [1], standardDeviation: 0.5),
    ])
    let configuration = ChainConfiguration(
      sampler: LangevinSampler(stepSize: 0.1), target: .law(modes), chains: 20_000,
      initial: .normal(), stream: RandomStream(key: 99), precision: .float64)
    // 25 states 40 steps apart: correlation 0.12 of the positions, less of their squares.
    let process = try ChainProcess(
      configuration, keeping: KeepRule(from: 200, every: 40).states(steps: 1160))
    var draws = Draws(for: configuration)
    try process.advance(to: 1160, recording: &draws)
    #expect(draws.count == 25)
    let (mean, variance) = Self.meanAndVariance(draws.values.doubles)
    #expect(abs(mean) < 0.01)
    #expect(abs(variance - 1.2785) < 0.01)
  }
}
