import Scorewalk
import Testing

/// Chains in float32 whose steps are small beside the positions: on N(1000, 0.01²) with δ = 1e-7 the noise of a step is
/// 7 units in the last place of x, and the drift a third of one at a standard deviation.
///
/// Rounding adds unit²/12 to the 2δ of a step, 0.15 %, and no more: with the drift added to x before the noise, every
/// second drift was lost, and the standard deviation was 0.0187. Seeds are fixed; bounds are five standard errors.
@Suite struct SmallStepTests {
  private static let (mean, deviation, delta, steps) = (1000.0, 0.01, 1e-7, 4000)

  /// The variance in the long run, of which 4,000 steps are e⁻⁴ short at most, if they begin with that of the law.
  private static var variance: Double {
    let unit = Double(Float(mean).ulp)
    let phi = 1 - delta / (deviation * deviation)
    return (2 * delta + unit * unit / 12) / (1 - phi * phi)
  }

  /// The last states of chains that begin in a law, from which its means are taken away.
  private static func run(
    _ sampler: any Sampler, _ target: ChainTarget, from law: GaussianMixture, steps: Int,
    chains: Int
  ) throws -> (positions: [Double], state: ChainState) {
    let start = Law.mixture(law).sample(count: chains, stream: RandomStream(key: 40))
    let configuration = ChainConfiguration(
      sampler: sampler, target: target, chains: chains, initial: .samples(start),
      stream: RandomStream(key: 41), precision: .float32)
    let process = try ChainProcess(
      configuration, keeping: KeepRule(from: steps / 2, every: steps).states(steps: steps))
    var draws = Draws(for: configuration)
    try process.advance(to: steps, recording: &draws)
    let state = process.state()
    return (state.tensors[0].values.doubles.map { $0 - mean }, state)
  }

  private static func gaussian(_ covariance: Covariance) throws -> GaussianMixture {
    let variances = covariance.principalVariances
    return try GaussianMixture(components: [
      .init(mean: variances.map { _ in mean }, covariance: covariance)
    ])
  }

  /// Steps of the mixtures' own kernel, and those of score, noise and update.
  @Test func plainChainsKeepTheirDrift() throws {
    let square = Self.deviation * Self.deviation
    for covariance in [
      Covariance.isotropic(square), .full([[square, 0], [0, square]]),
    ] {
      let law = try Self.gaussian(covariance)
      let chains = 6000 / law.dimension
      let found = try Self.run(
        LangevinSampler(stepSize: Self.delta), .law(law), from: law, steps: Self.steps,
        chains: chains)
      LangevinStatisticsTests.expect(found.positions, mean: 0, variance: Self.variance)
    }
  }

  @Test func annealedChainsKeepTheirDrift() throws {
    let law = try Self.gaussian(.isotropic(0.36 * Self.deviation * Self.deviation))
    let ladder = try NoiseLadder([0.8 * Self.deviation])
    let sampler = AnnealedLangevin(
      noiseLevels: ladder, stepsPerLevel: Self.steps, stepSize: Self.delta)
    let found = try Self.run(
      sampler, .smoothed(.mixture(law), ladder: ladder),
      from: law.smoothed(noiseLevel: 0.8 * Self.deviation), steps: Self.steps, chains: 6000)
    LangevinStatisticsTests.expect(found.positions, mean: 0, variance: Self.variance)
  }

  /// A ratio that counts on a drift that is not there would not mend the law.
  @Test func proposalsKeepTheirDrift() throws {
    let law = try Self.gaussian(.isotropic(Self.deviation * Self.deviation))
    let found = try Self.run(
      MetropolisAdjustedLangevin(stepSize: Self.delta), .law(law), from: law, steps: Self.steps,
      chains: 3000)
    LangevinStatisticsTests.expect(
      found.positions, mean: 0, variance: Self.deviation * Self.deviation)
    #expect(try #require(found.state.acceptance).mean > 0.99)
  }

  /// With velocities a drift does not meet x. Positions are rounded once a step; rounded twice, half a step apart, they
  /// heated `baoab` by a fifteenth where h v is 1.6 units in the last place of x.
  @Test(arguments: UnderdampedLangevin.Scheme.allCases)
  func walkersAreNotHeated(scheme: UnderdampedLangevin.Scheme) throws {
    let law = try Self.gaussian(.isotropic(Self.deviation * Self.deviation))
    let sampler = UnderdampedLangevin(scheme: scheme, stepSize: 1e-4, friction: 30)
    let found = try Self.run(sampler, .law(law), from: law, steps: Self.steps, chains: 2000)
    let temperature = try #require(found.state.kineticTemperature(from: Self.steps / 2))
    #expect(abs(temperature - 1) < 0.02, "\(temperature)")
  }
}
