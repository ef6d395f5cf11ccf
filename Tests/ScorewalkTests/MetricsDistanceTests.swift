import Scorewalk
import Testing

@Suite struct MetricsDistanceTests {
  @Test func distancesToALawAreSciPys() throws {
    let fixture = try MetricsFixture.read()
    for entry in fixture.distances {
      let law = Law.mixture(try #require(fixture.laws[entry.law]).mixture)
      let samples = EmpiricalDistribution(entry.samples)
      #expect(close(samples.kolmogorovSmirnov(against: law), entry.ks, 1e-13))
      #expect(close(samples.wasserstein1(against: law), entry.wasserstein, 1e-11))
    }
  }

  @Test func distancesBetweenSamplesAreSciPys() throws {
    for entry in try MetricsFixture.read().two_sample {
      let (a, b) = (EmpiricalDistribution(entry.a), EmpiricalDistribution(entry.b))
      #expect(close(a.kolmogorovSmirnov(against: b), entry.ks, 1e-14))
      #expect(close(a.wasserstein1(against: b), entry.wasserstein, 1e-13))
      #expect(a.wasserstein1(against: b) == b.wasserstein1(against: a))
    }
  }

  @Test func byHand() throws {
    // F_n of {1, 2, 2, 5} against {2, 3}: differences ¼ on [1, 2), ¼ on [2, 3), -¼ on [3, 5).
    let a = EmpiricalDistribution([5, 2, 1, 2])
    let b = EmpiricalDistribution([3, 2])
    #expect(a.kolmogorovSmirnov(against: b) == 0.25)
    #expect(a.wasserstein1(against: b) == 1)
    // One sample at the median of N(0, 1): D = ½, W₁ = E|Z| = √(2/π).
    let normal = Law.mixture(
      try GaussianMixture(components: [.init(mean: [0], standardDeviation: 1)]))
    let point = EmpiricalDistribution([0])
    #expect(point.kolmogorovSmirnov(against: normal) == 0.5)
    #expect(close(point.wasserstein1(against: normal), (2 / Double.pi).squareRoot(), 1e-15))
    // Atoms jump: all samples on one of two.
    let atoms = Law.categorical(try Categorical(values: [[1], [0]], weights: [1, 3]))
    let zeros = EmpiricalDistribution([0, 0, 0])
    #expect(zeros.kolmogorovSmirnov(against: atoms) == 0.25)
    #expect(zeros.wasserstein1(against: atoms) == 0.25)
    #expect(EmpiricalDistribution([0, 1, 0, 0]).kolmogorovSmirnov(against: atoms) == 0)
  }

  @Test func translationAndScale() throws {  // METHODS 8, no. 40
    let values = (0..<500).map { Double(($0 * 7919) % 503) / 100 }
    let a = EmpiricalDistribution(values)
    let moved = EmpiricalDistribution(values.map { $0 - 2.5 })
    #expect(close(a.wasserstein1(against: moved), 2.5, 1e-13))
    let fixture = try MetricsFixture.read()
    for entry in fixture.distances where entry.samples.count > 5 {
      let law = try #require(fixture.laws[entry.law]).mixture
      let (shift, scale) = (17.0, 0.3)
      let image = try GaussianMixture(
        components: law.components.map {
          .init(
            weight: $0.weight, mean: [scale * $0.mean[0] + shift],
            covariance: .isotropic(scale * scale * $0.covariance[0, 0]))
        })
      let samples = EmpiricalDistribution(entry.samples.reversed().map { scale * $0 + shift })
      #expect(close(samples.kolmogorovSmirnov(against: .mixture(image)), entry.ks, 1e-12))
      #expect(
        close(samples.wasserstein1(against: .mixture(image)), scale * entry.wasserstein, 1e-12))
    }
  }

  @Test func notFiniteMeansNotANumber() throws {
    let broken = EmpiricalDistribution([0, .nan, 1])
    let law = Law.mixture(try Seeds.seed000())
    #expect(broken.kolmogorovSmirnov(against: law).isNaN)
    #expect(broken.wasserstein1(against: law).isNaN)
    #expect(broken.wasserstein1(against: EmpiricalDistribution([0])).isNaN)
  }

  @Test func curveIsSortedSamplesAgainstRanks() {
    let all = EmpiricalDistribution([3, 1, 2, 4]).curve()
    #expect(all.x == [1, 2, 3, 4] && all.probability == [0.25, 0.5, 0.75, 1])
    let thinned = EmpiricalDistribution((0..<1003).map { Double($0) }).curve(maximumPoints: 100)
    #expect(thinned.x.count == 100 && thinned.probability[99] == 1 && thinned.x[99] == 1002)
    for (x, p) in zip(thinned.x, thinned.probability) { #expect(p == (x + 1) / 1003) }
    for (p, q) in zip(thinned.probability, thinned.probability.dropFirst()) {
      #expect(q - p <= 1.0 / 100 + 1.0 / 1003)
    }
  }

  @Test func momentsAreSciPys() throws {
    for entry in try MetricsFixture.read().moments {
      let moments = SampleSet(rows: entry.samples).moments(coordinate: 0)
      #expect(close(moments.mean, entry.mean, 1e-13))
      #expect(close(moments.variance, entry.variance, 1e-13))
      #expect(close(moments.skewness, entry.skewness, 1e-12))
      #expect(close(moments.excessKurtosis, entry.excess_kurtosis, 1e-12))
    }
  }

  @Test func modeWeightsAreCutAtTheValleys() throws {
    let law = Law.mixture(try Seeds.seed001())
    let partition = ModePartition(law: law)
    #expect(close(partition.truth[1], 0.336182, 5e-7))
    let samples = SampleSet(
      values: [-9, 2.8, 2.81, 7, 2.8, 2.9, -1, -1], chains: 2, draws: 4, dimension: 1)
    let weights = partition.weights(of: samples)
    #expect(weights.weights == [5.0 / 8, 3.0 / 8])
    #expect(weights.switchesPerChain == 1.5)
    #expect(close(weights.totalVariation, 3.0 / 8 - 0.336182, 5e-7))
    #expect(partition.weights(of: SampleSet(rows: [.infinity])).totalVariation.isNaN)

    let plane = ModePartition(law: .mixture(try Seeds.seed002()))
    #expect(close(plane.truth[0], 1.0 / 3, 0.01))
    #expect(plane.part(of: [-9, 0]) == 0 && plane.part(of: [3, 3]) == 1)
    let signs = ModePartition(law: .categorical(try Categorical(values: [[-1], [1]])))
    #expect(signs.weights(of: SampleSet(rows: [0.4, -0.2, 2, 1])).weights == [0.25, 0.75])
  }
}
