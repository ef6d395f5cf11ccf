import Scorewalk
import Testing

/// Energy distance and maximum mean discrepancy.
@Suite struct MetricsPairTests {
  private static func normal(_ mean: Double, _ deviation: Double) throws -> Law {
    .mixture(
      try GaussianMixture(components: [.init(mean: [mean], standardDeviation: deviation)]))
  }

  @Test func distancesBetweenSamplesAreSciPysAndNumPys() throws {
    let fixture = try MetricsFixture.read()
    for entry in fixture.two_sample {
      let (a, b) = (EmpiricalDistribution(entry.a), EmpiricalDistribution(entry.b))
      #expect(close(a.energyDistance(against: b), entry.energy, 1e-13))
      #expect(a.energyDistance(against: b) == b.energyDistance(against: a))
    }
    #expect(fixture.clouds.count == 5)
    for entry in fixture.clouds {
      let (a, b) = (entry.first, entry.second)
      #expect(close(a.energyDistance(to: b), entry.energy, 1e-12))
      let median = MaximumMeanDiscrepancy(medianOf: b)
      #expect(close(median.bandwidth, entry.bandwidth, 1e-14 * entry.bandwidth))
      #expect(close(median.squared(a, b), entry.mmd, 1e-13))
      #expect(close(MaximumMeanDiscrepancy(bandwidth: 1).squared(a, b), entry.mmd_at_one, 1e-13))
    }
  }

  @Test func distancesToALawAreQuadratures() throws {
    let fixture = try MetricsFixture.read()
    for entry in fixture.distances {
      let law = Law.mixture(try #require(fixture.laws[entry.law]).mixture)
      let samples = EmpiricalDistribution(entry.samples)
      #expect(close(samples.energyDistance(against: law), entry.energy, 1e-10))
    }
    let entry = fixture.mmd_to_full
    let found = MaximumMeanDiscrepancy(bandwidth: entry.bandwidth).squared(
      SampleSet(rows: entry.points, dimension: 3), .mixture(try fixture.full.mixture))
    #expect(close(found, entry.mmd, 1e-13))
  }

  /// METHODS 8, nos. 37 and 38: N(0, 1) against N(½, 1.5²).
  @Test func gaussiansInClosedForm() throws {
    let (one, two) = (try Self.normal(0, 1), try Self.normal(0.5, 1.5))
    #expect(close(MaximumMeanDiscrepancy(bandwidth: 1.3).squared(one, two), 0.0587005, 5e-8))
    let energy = one.energyDistance(to: two)
    #expect(close(energy * energy, 0.1658086, 5e-8))
    #expect(one.energyDistance(to: one) < 1e-7)
    #expect(abs(MaximumMeanDiscrepancy(bandwidth: 1.3).squared(two, two)) < 1e-15)
  }

  /// A law drawn many times comes near itself: within 5 deviations of what the closed form of the other says.
  ///
  /// 4,096 draws of N(½, 1.5²) against N(0, 1): MMD² and D² have standard errors below .004 and .006.
  @Test func samplesConvergeToTheClosedForms() throws {
    let (one, two) = (try Self.normal(0, 1), try Self.normal(0.5, 1.5))
    let samples = SampleSet(rows: two.sample(count: 4096, stream: RandomStream(key: 5)))
    let kernel = MaximumMeanDiscrepancy(bandwidth: 1.3)
    #expect(close(kernel.squared(samples, one), 0.0587005, 0.02))
    let energy = EmpiricalDistribution(samples.values).energyDistance(against: one)
    #expect(close(energy * energy, 0.1658086, 0.03))
    // Against its own law next to nothing: E D² is E|Y - Y'| / n = 4.1e-4, and ten times that is beyond chance.
    let own = EmpiricalDistribution(samples.values).energyDistance(against: two)
    #expect(own * own < 4e-3)
    #expect(abs(kernel.squared(samples, two)) < 4e-3)
  }

  /// The kernel's mean against isotropic, diagonal and full forms of one covariance, and atoms as narrow Gaussians.
  @Test func formsOfACovarianceAgree() throws {
    func law(_ covariance: Covariance) throws -> Law {
      .mixture(
        try GaussianMixture(components: [
          .init(weight: 1, mean: [0, 1], covariance: covariance),
          .init(weight: 2, mean: [2, -1], covariance: .isotropic(0.3)),
        ]))
    }
    let forms = [
      try law(.isotropic(2)), try law(.diagonal([2, 2])), try law(.full([[2, 0], [0, 2]])),
    ]
    let other = try law(.full([[1, 0.5], [0.5, 3]]))
    let kernel = MaximumMeanDiscrepancy(bandwidth: 0.9)
    let samples = SampleSet(rows: [0, 1, 2, -1, 0.5, 0.25, -1, 4], dimension: 2)
    for form in forms {
      #expect(close(kernel.squared(form, other), kernel.squared(forms[0], other), 1e-15))
      #expect(close(kernel.squared(samples, form), kernel.squared(samples, forms[0]), 1e-15))
      #expect(abs(kernel.squared(form, forms[0])) < 1e-15)
    }
    let atoms = Law.categorical(try Categorical(values: [[0, 1], [2, -1]], weights: [1, 2]))
    let narrow = Law.mixture(atoms.smoothed(noiseLevel: 1e-6))
    #expect(close(kernel.squared(atoms, other), kernel.squared(narrow, other), 1e-11))
    #expect(close(kernel.squared(samples, atoms), kernel.squared(samples, narrow), 1e-11))
  }

  @Test func energyByHand() throws {
    // {0, 2} against {1}: 2 · 1 - (2 / 4) · 2 - 0 = 1.
    let (a, b) = (EmpiricalDistribution([2, 0]), EmpiricalDistribution([1]))
    #expect(a.energyDistance(against: b) == 1)
    let atom = Law.categorical(try Categorical(values: [[1]]))
    #expect(a.energyDistance(against: atom) == 1)
    let ends = Law.categorical(try Categorical(values: [[0], [2]]))
    #expect(ends.energyDistance(to: atom) == 1)
    // One point at the middle of N(0, 1): 2 √(2/π) - 2/√π.
    let expected = 2 * (2 / Double.pi).squareRoot() - 2 / Double.pi.squareRoot()
    let point = EmpiricalDistribution([0]).energyDistance(against: try Self.normal(0, 1))
    #expect(close(point * point, expected, 1e-15))
    // Far away everything is a translation, and nothing overflows.
    let far = EmpiricalDistribution([1e9]).energyDistance(against: try Self.normal(0, 1))
    #expect(close(far * far, 2e9, 10))
  }

  @Test func whatIsNotDefined() throws {
    let law = try Self.normal(0, 1)
    let kernel = MaximumMeanDiscrepancy(bandwidth: 1)
    let broken = SampleSet(rows: [0, .nan, 1])
    #expect(broken.energyDistance(to: SampleSet(rows: [0])).isNaN)
    #expect(EmpiricalDistribution(broken.values).energyDistance(against: law).isNaN)
    #expect(kernel.squared(broken, law).isNaN)
    #expect(kernel.squared(SampleSet(rows: [1]), law).isNaN)
    #expect(MaximumMeanDiscrepancy(medianOf: SampleSet(rows: [1, 1, 1])).bandwidth.isNaN)
    // Where most points fall together, the distances that are there decide: six of 2, one of 4, six of 6.
    let tied = MaximumMeanDiscrepancy(medianOf: SampleSet(rows: [1, 1, 1, 1, 1, 1, 3, 7]))
    #expect(tied.bandwidth == 4)
    let bandwidth = MaximumMeanDiscrepancy(medianOf: law).bandwidth
    #expect(bandwidth == MaximumMeanDiscrepancy(medianOf: law).bandwidth)
    // |X - Y| has its median at .6745 √2 = .9539; 1,024 draws know it to about .02.
    #expect(close(bandwidth, 0.9539, 0.1))
  }

  @Test func representativesComeFromAllChainsAndAllOfTheirDraws() {
    let (chains, draws) = (64, 100)
    let values = (0..<chains * draws).flatMap { [Double($0 / draws), Double($0 % draws)] }
    let samples = SampleSet(values: values, chains: chains, draws: draws, dimension: 2)
    #expect(samples.representatives(atMost: chains * draws) == samples)
    let few = samples.representatives(atMost: chains)
    #expect(few.count == chains && few.dimension == 2)
    #expect(few.coordinate(0) == (0..<chains).map { Double($0) })
    // Every tenth of a chain is there.
    let places = few.coordinate(1)
    for tenth in 0..<10 {
      #expect(places.contains { Int($0) / 10 == tenth })
    }
    let odd = samples.representatives(atMost: 4_000)
    #expect(Set(zip(odd.coordinate(0), odd.coordinate(1)).map { "\($0)" }).count == 4_000)
  }
}
