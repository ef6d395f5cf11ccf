import Scorewalk
import Testing

@Suite struct MetricsWassersteinTests {
  @Test func distancesArePOTs() throws {
    let fixture = try MetricsFixture.read()
    for entry in fixture.two_sample {
      let (a, b) = (EmpiricalDistribution(entry.a), EmpiricalDistribution(entry.b))
      #expect(close(a.wasserstein2(against: b), entry.wasserstein2, 1e-13))
      #expect(close(b.wasserstein2(against: a), entry.wasserstein2, 1e-13))
    }
    for entry in fixture.clouds {
      let sliced = SlicedWasserstein(directions: entry.directions)
      #expect(sliced.directions.count == 9)
      #expect(close(sliced.distance(entry.first, entry.second), entry.sliced, 1e-12))
    }
    let components = try fixture.full.mixture.components
    let distance = try components[0].wasserstein2(to: components[1])
    #expect(close(distance, fixture.gaussians.wasserstein2, 1e-12))
    #expect(close(try components[1].wasserstein2(to: components[0]), distance, 1e-12))
  }

  @Test func distancesToALawAreQuadratures() throws {
    let fixture = try MetricsFixture.read()
    for entry in fixture.distances {
      let law = Law.mixture(try #require(fixture.laws[entry.law]).mixture)
      let samples = EmpiricalDistribution(entry.samples)
      #expect(close(samples.wasserstein2(against: law), entry.wasserstein2, 1e-10))
    }
  }

  @Test func byHand() throws {
    // {0, 3} against {0, 1, 2}: cells of a sixth, 0 0 | 0 1 | ... : (0 + 1/6 · 1 + 1/6 · 4 + 1/3 · 1).
    let (a, b) = (EmpiricalDistribution([3, 0]), EmpiricalDistribution([2, 0, 1]))
    #expect(close(a.wasserstein2(against: b), (7.0 / 6).squareRoot(), 1e-15))
    // Two points against atoms at 0 (¼) and 4 (¾): ¼ 0² + ¼ 4² + ½ 1².
    let atoms = Law.categorical(try Categorical(values: [[4], [0]], weights: [3, 1]))
    #expect(
      close(EmpiricalDistribution([5, 0]).wasserstein2(against: atoms), 4.5.squareRoot(), 1e-15))
    // One point at the mean: the standard deviation.
    let law = Law.mixture(try Seeds.seed001())
    let point = EmpiricalDistribution([law.mean[0]]).wasserstein2(against: law)
    #expect(close(point, law.covariance[0][0].squareRoot(), 1e-13))
    #expect(EmpiricalDistribution([.nan]).wasserstein2(against: law).isNaN)
  }

  /// METHODS 8, no. 40: W₂(μ, μ + t) = |t|, and SW₂² of a translation is |t|² / d.
  @Test func translations() throws {
    let stream = RandomStream(key: 11)
    let law = Law.mixture(try Seeds.seed002().smoothed(noiseLevel: 3))
    let rows = law.sample(count: 500, stream: stream)
    let shift = [1.5, -2.0]
    let moved = rows.enumerated().map { $0.element + shift[$0.offset % 2] }
    let sliced = SlicedWasserstein(dimension: 2)
    #expect(sliced.directions.count == 50)
    let distance = sliced.distance(
      SampleSet(rows: rows, dimension: 2), SampleSet(rows: moved, dimension: 2))
    #expect(close(distance * distance, 6.25 / 2, 1e-12))
    let line = EmpiricalDistribution(Array(rows.prefix(200)))
    let away = EmpiricalDistribution(rows.prefix(200).map { $0 - 7 })
    #expect(close(line.wasserstein2(against: away), 7, 1e-12))
    // Beyond the plane the directions are random: (uᵀ t)² averages to |t|² / d within 5 of its deviations,
    // |t|² √(2 (d - 1) / (d² (d + 2)) / 50), which for d = 5 is 15 %.
    let many = SlicedWasserstein(dimension: 5, count: 50)
    let cloud = SampleSet(rows: stream.draws(100, step: 1), dimension: 5)
    let image = SampleSet(rows: cloud.values.map { $0 + 1 }, dimension: 5)
    let square = many.distance(cloud, image) * many.distance(cloud, image)
    #expect(close(square, 1, 0.75))
    for direction in many.directions {
      #expect(close(direction.reduce(0) { $0 + $1 * $1 }, 1, 1e-14))
    }
  }

  /// Gaussians in closed form: along the axes (s - s')² and the means; turned together nothing changes.
  @Test func gaussians() throws {
    func gaussian(_ mean: [Double], _ covariance: Covariance) -> GaussianMixture.Component {
      .init(mean: mean, covariance: covariance)
    }
    let one = gaussian([0, 0], .diagonal([4, 1]))
    let two = gaussian([3, 4], .isotropic(9))
    #expect(try one.wasserstein2(to: two) == (25.0 + 1 + 4).squareRoot())
    // Both turned by the same angle: C = R diag(4, 1) Rᵀ.
    let (c, s) = (0.6, 0.8)
    let turned = gaussian(
      [0, 0],
      .full([[4 * c * c + s * s, 3 * c * s], [3 * c * s, 4 * s * s + c * c]]))
    #expect(close(try turned.wasserstein2(to: two), 30.0.squareRoot(), 1e-14))
    #expect(try turned.wasserstein2(to: turned) < 1e-7)
    #expect(throws: DistributionError.self) {
      _ = try one.wasserstein2(to: gaussian([1], .isotropic(1)))
    }
    let values = SymmetricEigenvalues.values(of: [[2, 1, 0], [1, 2, 1], [0, 1, 2]]).sorted()
    for (value, exact) in zip(values, [2 - 2.0.squareRoot(), 2, 2 + 2.0.squareRoot()]) {
      #expect(close(value, exact, 1e-14))
    }
  }

  /// The mean over directions of W₂² between Gaussians N(0, I) and N(0, 4 I) is 1; samples of 20,000 know it to about
  /// .01, and true samples of a law are at about √(2/n) from it.
  @Test func slicedDistanceToALaw() throws {
    let wide = Law.mixture(
      try GaussianMixture(components: [.init(mean: [0, 0], standardDeviation: 2)]))
    let samples = SampleSet(rows: RandomStream(key: 3).draws(40_000), dimension: 2)
    let sliced = SlicedWasserstein(dimension: 2, count: 12)
    #expect(close(sliced.distance(samples, to: wide), 1, 0.05))
    let mixture = Law.mixture(
      try GaussianMixture(components: [
        .init(weight: 1, mean: [-1, 0.5], standardDeviation: 1),
        .init(weight: 2, mean: [1, 0], covariance: .full([[2, 0.3], [0.3, 0.5]])),
      ]))
    let truth = SampleSet(
      rows: mixture.sample(count: 5_000, stream: RandomStream(key: 4)), dimension: 2)
    let distance = sliced.distance(truth, to: mixture)
    #expect(distance > 0 && distance < 0.1)
    // Two sample sets: the squares of two independent errors add up, and the larger set has the smaller one.
    let other = SampleSet(
      rows: mixture.sample(count: 50_000, stream: RandomStream(key: 6)), dimension: 2)
    #expect(close(sliced.distance(truth, other), distance, 0.05))
    #expect(sliced.distance(SampleSet(rows: [0, .infinity], dimension: 2), to: mixture).isNaN)
    #expect(SlicedWasserstein(dimension: 1).directions == [[1]])
    let atoms = Law.categorical(try Categorical(values: [[0, 0], [3, 4]]))
    let pair = SampleSet(rows: [3, 4, 0, 0], dimension: 2)
    #expect(sliced.distance(pair, to: atoms) < 1e-12)
  }
}
