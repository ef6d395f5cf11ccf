import Scorewalk
import Testing

/// Annealed Langevin dynamics against closed forms.
///
/// Seeds are fixed, so no test fails by chance once it passes; bounds are five standard errors, so
/// that a change of seed fails one check in 1.7 million.
@Suite struct AnnealedLangevinTests {
  /// The positions of chains at their end, and at states on the way, `[state][chain * dimension]`.
  private static func run(
    _ sampler: any Sampler, _ target: ChainTarget, from initial: InitialPositions, chains: Int,
    states: [Int], precision: Precision = .float64, key: UInt64 = 31
  ) throws -> [[Double]] {
    let configuration = ChainConfiguration(
      sampler: sampler, target: target, chains: chains, initial: initial,
      stream: RandomStream(key: key), precision: precision)
    let last = try #require(states.last)
    let process = try ChainProcess(configuration, keeping: KeepRule.last.states(steps: last))
    var draws = Draws(for: configuration)
    return try states.map { state in
      try process.advance(to: state, recording: &draws)
      return process.positions().values.doubles
    }
  }

  /// Oracle 34: on N(m, s²) every level is a vector autoregression, φᵢ = 1 − δᵢ/(s² + σᵢ²), so that
  /// m_k and V_k follow from level to level.
  @Test(arguments: AnnealedLangevin.Convention.allCases, Precision.allCases)
  func aGaussianFollowsItsRecursion(
    convention: AnnealedLangevin.Convention, precision: Precision
  ) throws {
    let (mean, variance, start, chains) = (0.5, 0.3, 4.0, 40_000)
    let law = try GaussianMixture(components: [
      .init(mean: [mean], covariance: .isotropic(variance))
    ])
    let ladder = try NoiseLadder([5, 2, 1, 0.5])
    let sampler = AnnealedLangevin(
      noiseLevels: ladder, stepsPerLevel: 4, stepSize: 0.1, convention: convention)
    let states = [4, 8, 10, 16]
    let runs = try Self.run(
      sampler, .smoothed(.mixture(law), ladder: ladder), from: .point([start]), chains: chains,
      states: states, precision: precision)
    var (expectedMean, expectedVariance) = (start, 0.0)
    for step in 1...16 {
      let level = ladder.levels[(step - 1) / 4]
      // ε (σᵢ/σ_L)², or half of it.
      let delta = 0.1 * (level / 0.5) * (level / 0.5) * (convention == .ncsn ? 1 : 0.5)
      let phi = 1 - delta / (variance + level * level)
      expectedMean = mean + phi * (expectedMean - mean)
      expectedVariance = phi * phi * expectedVariance + 2 * delta
      guard let index = states.firstIndex(of: step) else { continue }
      LangevinStatisticsTests.expect(
        runs[index], mean: expectedMean, variance: expectedVariance)
    }
  }

  /// Each level is a Langevin chain on the smoothed law with the same noise, bit for bit.
  @Test(arguments: Precision.allCases)
  func eachLevelIsALangevinChain(precision: Precision) throws {
    let ladder = try NoiseLadder([3, 1])
    let sampler = AnnealedLangevin(noiseLevels: ladder, stepsPerLevel: 20, stepSize: 0.05)
    #expect(sampler.length == 40)
    #expect(abs(sampler.deltas[0] - 0.45) < 1e-15 && sampler.deltas[1] == 0.05)
    for law in [try Self.toy, .mixture(try Self.toy.smoothed(noiseLevel: 0.3))] {
      func configuration(_ sampler: any Sampler, _ target: ChainTarget) -> ChainConfiguration {
        ChainConfiguration(
          sampler: sampler, target: target, chains: 300, initial: .normal(),
          stream: RandomStream(key: 31), precision: precision)
      }
      let whole = configuration(sampler, .smoothed(law, ladder: ladder))
      let annealed = try ChainProcess(whole, keeping: KeepRule.last.states(steps: 40))
      var draws = Draws(for: whole)
      try annealed.advance(to: 20, recording: &draws)
      let middle = annealed.state()
      try annealed.advance(to: 40, recording: &draws)

      let upper = configuration(
        LangevinSampler(stepSize: sampler.deltas[0]), .law(law.smoothed(noiseLevel: 3)))
      let first = try ChainProcess(upper, keeping: KeepRule.last.states(steps: 20))
      try first.advance(to: 20, recording: &draws)
      #expect(first.state().hasSameBits(as: middle))
      // The second level goes on from there, on its own law and with its own step.
      let lower = configuration(
        LangevinSampler(stepSize: sampler.deltas[1]), .law(law.smoothed(noiseLevel: 1)))
      let second = try ChainProcess(
        lower, keeping: KeepRule.last.states(steps: 40), restoring: middle)
      try second.advance(to: 40, recording: &draws)
      #expect(second.state().hasSameBits(as: annealed.state()))
    }
  }

  /// The width at the end is that of oracle 34's recursion, step by step.
  @Test(arguments: [0, 0.3], AnnealedLangevin.Convention.allCases)
  func theWidthAtTheEnd(variance: Double, convention: AnnealedLangevin.Convention) throws {
    let ladder = try NoiseLadder([5, 2, 1, 0.5])
    let sampler = AnnealedLangevin(
      noiseLevels: ladder, stepsPerLevel: 4, stepSize: 0.1, convention: convention)
    var width = variance + 25
    for (level, delta) in zip(ladder.levels, sampler.deltas) {
      for _ in 0..<4 {
        let phi = 1 - delta / (variance + level * level)
        width = phi * phi * width + 2 * delta
      }
    }
    let expected = (width / (variance + 0.25)).squareRoot()
    #expect(abs(sampler.finalSpread(variance: variance) - expected) < 1e-12 * expected)
  }

  /// NCSNv2's setting for CIFAR-10 follows the noise: 1.062, the fixed point of a geometric ladder. Twelve steps
  /// at each of two or four levels, down the same way, do not.
  @Test func widthsThatAreKnown() throws {
    func spread(_ count: Int, _ steps: Int, _ stepSize: Double) throws -> Double {
      AnnealedLangevin(
        noiseLevels: try .geometric(from: 50, to: 0.01, count: count), stepsPerLevel: steps,
        stepSize: stepSize
      ).finalSpread()
    }
    let cifar = try spread(232, 5, 6.2e-6)
    let (u, ratio) = (0.062, Double.exp(Double.log(5000) / 231))
    let (r, kept) = (1 / (1 - u / 2), Double.exp(10 * Double.log(1 - u)))
    let fixed = (r * (1 - kept) / (1 - kept * ratio * ratio)).squareRoot()
    #expect(abs(cifar - fixed) < 1e-6 && abs(cifar - 1.0622) < 1e-4, "\(cifar)")
    #expect(abs(try spread(2, 12, 1e-5) - 1445.941) < 1e-3)
    #expect(abs(try spread(4, 12, 1e-5) - 117.700) < 1e-3)
    // At δ = σ² every step forgets all before it, and adds twice the variance.
    let jumpy = AnnealedLangevin(
      noiseLevels: try NoiseLadder([2, 1]), stepsPerLevel: 3, stepSize: 1)
    #expect(jumpy.finalSpread() == 2.0.squareRoot())
    #expect(jumpy.endlessSpread() == 2.0.squareRoot())
    let wild = AnnealedLangevin(
      noiseLevels: try NoiseLadder([2, 1]), stepsPerLevel: 3, stepSize: 2)
    // |1 − δ/σ²| is 1: V grows by 2δ a step, 4 + 3 · 16 + 3 · 4.
    #expect(abs(wild.finalSpread() - 8) < 1e-12 && wild.endlessSpread() == .infinity)
  }

  /// Steps and variances that Double holds and Float does not.
  @Test func numbersBeyondThePrecision() throws {
    func sampler(_ levels: [Double], _ stepSize: Double) throws -> AnnealedLangevin {
      AnnealedLangevin(noiseLevels: try NoiseLadder(levels), stepsPerLevel: 2, stepSize: stepSize)
    }
    for (levels, stepSize) in [
      ([1e20, 1], 0.1), ([1e20, 1], 1e-5), ([1, 1e-25], 1e-30), ([1, 1e-18], 1e-40),
    ] as [([Double], Double)] {
      let sampler = try sampler(levels, stepSize)
      #expect(throws: Never.self) { try sampler.validate() }
      #expect(throws: Never.self) { try sampler.validate(in: .float64) }
      let error = try #require(throws: RunError.self) { try sampler.validate(in: .float32) }
      #expect(error.hint?.contains("float64") == true)
      let configuration = ChainConfiguration(
        sampler: sampler, target: .smoothed(try Self.toy, ladder: sampler.noiseLevels),
        initial: .zeros, stream: RandomStream(key: 1), precision: .float32)
      #expect(throws: RunError.self) { try configuration.validate() }
    }
    let narrow = try sampler([1, 1e-200], 1e-300)
    #expect(throws: RunError.self) { try narrow.validate(in: .float64) }
  }

  /// α in the half convention is α/2 in the other.
  @Test func halfConventionIsHalfTheStep() throws {
    let ladder = try NoiseLadder([4, 2, 1])
    let runs = try [(0.2, AnnealedLangevin.Convention.half), (0.1, .ncsn)].map {
      try Self.run(
        AnnealedLangevin(
          noiseLevels: ladder, stepsPerLevel: 7, stepSize: $0.0, convention: $0.1),
        .smoothed(Self.toy, ladder: ladder), from: .zeros, chains: 50, states: [21])
    }
    #expect(runs[0] == runs[1])
  }

  /// The last step is x + σ_L² s(x, σ_L): the posterior mean, without noise.
  @Test func denoisingAtTheEndIsThePosteriorMean() throws {
    let ladder = try NoiseLadder([6, 2])
    let sampler = AnnealedLangevin(
      noiseLevels: ladder, stepsPerLevel: 30, stepSize: 0.4, denoisesAtEnd: true)
    #expect(sampler.length == 61)
    let runs = try Self.run(
      sampler, .smoothed(Self.toy, ladder: ladder), from: .normal(), chains: 40, states: [60, 61])
    let bayes = BayesDenoiser(law: try Self.toy, noiseLevel: 2)
    for chain in 0..<40 {
      let point = (2 * chain)..<(2 * chain + 2)
      for (value, expected) in zip(runs[1][point], bayes.mean(at: Array(runs[0][point]))) {
        #expect(abs(value - expected) < 1e-12)
      }
    }
    // In one go to the end, and not beyond it.
    let whole = try Self.run(
      sampler, .smoothed(Self.toy, ladder: ladder), from: .normal(), chains: 40, states: [61])
    #expect(whole[0] == runs[1])
    #expect(throws: RunError.self) {
      try Self.run(
        sampler, .smoothed(Self.toy, ladder: ladder), from: .normal(), chains: 1, states: [62])
    }
  }

  /// Oracle 9, the toy of NCSN (Song and Ermon 2019, figure 3): 0.8 N((5, 5), I) + 0.2 N((−5, −5), I)
  /// from U[−8, 8]². On the line through the means the laws of both chains were computed by their
  /// transition matrices: plain chains have 0.50895 in the large mode after 1,000 steps, annealed ones
  /// 0.78230. The bounds are five standard errors of 8,000 chains.
  @Test func theToyOfNCSN() throws {
    let chains = 8_000
    let box = InitialPositions.uniform(from: [-8], to: [8])
    let ladder = try NoiseLadder.geometric(from: 20, to: 1, count: 10)
    func share(_ sampler: any Sampler, _ target: ChainTarget) throws -> (Double, within: Double) {
      let last = try Self.run(
        sampler, target, from: box, chains: chains, states: [1000], precision: .float32)[0]
      // On the line through the means, where they are at ±√50.
      let places = stride(from: 0, to: last.count, by: 2).map {
        (last[$0] + last[$0 + 1]) / 2.0.squareRoot()
      }
      let right = places.filter { $0 > -0.098 }
      let variance = LangevinStatisticsTests.meanAndVariance(right).variance
      return (Double(right.count) / Double(chains), variance.squareRoot())
    }
    let plain = try share(
      LangevinSampler(stepSize: 0.1, convention: .half), .law(Self.toy.smoothed(noiseLevel: 1)))
    let annealed = try share(
      AnnealedLangevin(
        noiseLevels: ladder, stepsPerLevel: 100, stepSize: 0.1, convention: .half),
      .smoothed(Self.toy, ladder: ladder))
    func error(_ p: Double) -> Double { 5 * (p * (1 - p) / Double(chains)).squareRoot() }
    #expect(abs(plain.0 - 0.50895) < error(0.50895))
    #expect(abs(annealed.0 - 0.78230) < error(0.78230))
    // Within the mode √(1/(1 − δ/2)) = 1.0127 at δ = 0.05.
    for run in [plain, annealed] {
      #expect(abs(run.within - 1.0127) < 5 * 1.0127 / (2 * 0.5 * Double(chains)).squareRoot())
    }
  }

  /// The mixture of seed 001, on which short chains have a Kolmogorov–Smirnov distance of 0.249: less than 0.02, where as many
  /// true draws have 0.0062 on the average; the noise of 0.5 at the end makes 0.0090.
  @Test func theMixtureOfSeed001() throws {
    let chains = 20_000
    let law = try GaussianMixture(components: [
      .init(weight: 2, mean: [-5], standardDeviation: 3),
      .init(weight: 1, mean: [6], standardDeviation: 1),
    ])
    let ladder = try NoiseLadder.geometric(from: 30, to: 0.5, count: 16)
    let last = try Self.run(
      AnnealedLangevin(noiseLevels: ladder, stepsPerLevel: 500, stepSize: 0.0125),
      .smoothed(.mixture(law), ladder: ladder), from: .normal(standardDeviation: 30),
      chains: chains, states: [8000], precision: .float32)[0]
    let samples = EmpiricalDistribution(last)
    #expect(samples.kolmogorovSmirnov(against: .mixture(law)) < 0.02)
    // The valley is at 2.808, below which the mixture has 0.6638.
    let share = Double(last.count { $0 < 2.808 }) / Double(chains)
    #expect(abs(share - 0.6638) < 5 * (0.6638 * 0.3362 / Double(chains)).squareRoot())
  }

  @Test func whatHasNoMeaningIsRefused() throws {
    let ladder = try NoiseLadder([2, 1])
    let right = AnnealedLangevin(noiseLevels: ladder, stepsPerLevel: 1, stepSize: 0.1)
    #expect(throws: Never.self) { try right.validate() }
    for step in [0, -1, .infinity, .nan] as [Double] {
      var sampler = right
      sampler.stepSize = step
      #expect(throws: RunError.self) { try sampler.validate() }
    }
    var sampler = right
    sampler.stepsPerLevel = 0
    #expect(throws: RunError.self) { try sampler.validate() }
    sampler = right
    sampler.noiseLevels = try NoiseLadder([1e100, 1e-100])
    #expect(throws: RunError.self) { try sampler.validate() }
    // Another ladder than the target's.
    let configuration = ChainConfiguration(
      sampler: right, target: .smoothed(try Self.toy, ladder: try NoiseLadder([3, 1])),
      initial: .zeros, stream: RandomStream(key: 1), precision: .float64)
    #expect(throws: RunError.self) { try configuration.validate() }
    #expect(throws: RunError.self) {
      try Denoise(using: .smoothed(try Self.toy, ladder: ladder), noiseLevel: 1)
    }
  }

  private static var toy: Law {
    get throws {
      .categorical(try Categorical(values: [[5, 5], [-5, -5]], weights: [0.8, 0.2]))
    }
  }
}
