import Scorewalk
import Testing

@Suite struct DistributionsProjectionTests {
  /// Seed 002 along the axis through both modes and from their middle: the means are ±√401 / 2.
  @Test func anIsotropicMixtureAlongItsAxis() throws {
    let law = Law.mixture(try Seeds.seed002().smoothed(noiseLevel: 3))
    let line = law.projected(onto: [20, -1], from: [0, 0.5])
    let components = try #require(line.mixture).components
    let half = 401.0.squareRoot() / 2
    #expect(components.map(\.weight) == [1.0 / 3, 2.0 / 3])
    #expect(close(components[0].mean[0], -half, 1e-14))
    #expect(close(components[1].mean[0], half, 1e-14))
    #expect(components.allSatisfy { $0.covariance == .isotropic(10) })
    // The mass within 3 of the centre, METHODS 3.3: 1.33 %.
    #expect(close(line.probability(of: -3...3), 0.0133, 5e-5))
  }

  /// uᵀ C u by hand: u = (3, 4) / 5, C = [[2, .5], [.5, 1]] gives (18 + 12 + 16) / 25.
  @Test func fullAndDiagonalCovariances() throws {
    let mixture = try GaussianMixture(components: [
      .init(weight: 1, mean: [1, 2], covariance: .full([[2, 0.5], [0.5, 1]])),
      .init(weight: 3, mean: [0, -1], covariance: .diagonal([4, 9])),
    ])
    let law = Law.mixture(mixture)
    let line = try #require(law.projected(onto: [3e200, 4e200], from: [1, 0]).mixture)
    #expect(close(line.components[0].mean[0], 1.6, 1e-15))
    #expect(close(line.components[0].covariance[0, 0], 46.0 / 25, 1e-15))
    #expect(close(line.components[1].mean[0], (-3 - 4) / 5.0, 1e-15))
    #expect(close(line.components[1].covariance[0, 0], (36 + 144) / 25.0, 1e-14))
    #expect(line.components.map(\.weight) == [0.25, 0.75])
    for coordinate in 0..<2 {
      let axis = [coordinate == 0 ? 1.0 : 0, coordinate == 1 ? 1.0 : 0]
      let along = try #require(law.projected(onto: axis, from: [0, 0]).mixture)
      let marginal = mixture.marginal(coordinate)
      for (one, other) in zip(along.components, marginal.components) {
        #expect(one.mean == other.mean)
        #expect(close(one.covariance[0, 0], other.covariance[0, 0], 1e-15 * 9))
      }
    }
  }

  /// The mean and the variance of the projection are those of the law, projected.
  @Test func momentsArePreserved() throws {
    let law = Law.mixture(
      try GaussianMixture(components: [
        .init(
          weight: 2, mean: [1, 2, -1],
          covariance: .full([[2.0, 0.6, -0.3], [0.6, 1.0, 0.2], [-0.3, 0.2, 0.5]])),
        .init(weight: 1, mean: [-4, 0, 3], standardDeviation: 0.4),
      ]))
    let (unit, origin) = ([2.0 / 3, -2.0 / 3, 1.0 / 3], [0.5, 1, -2])
    let line = law.projected(onto: unit, from: origin)
    var (mean, variance) = (0.0, 0.0)
    for row in 0..<3 {
      mean += unit[row] * (law.mean[row] - origin[row])
      for column in 0..<3 { variance += unit[row] * law.covariance[row][column] * unit[column] }
    }
    #expect(close(line.mean[0], mean, 1e-14))
    #expect(close(line.covariance[0][0], variance, 1e-13))
  }

  @Test func atomsThatFallTogetherAreJoined() throws {
    let square = try Categorical(
      values: [[0, 0], [1, 0], [0, 1], [1, 1]], weights: [1, 2, 3, 4])
    let law = Law.categorical(square).projected(onto: [1, 1], from: [0, 0])
    guard case .categorical(let atoms) = law else {
      Issue.record("atoms project to atoms")
      return
    }
    let root = 2.0.squareRoot()
    #expect(atoms.values.count == 3)
    for (value, expected) in zip(atoms.values, [0, root / 2, root]) {
      #expect(close(value[0], expected, 1e-15))
    }
    for (weight, expected) in zip(atoms.weights, [0.1, 0.5, 0.4]) {
      #expect(close(weight, expected, 1e-15))
    }
    #expect(close(law.probability(of: 0...0.8), 0.6, 1e-15))
    #expect(close(law.probability(of: 0.8...Double.infinity), 0.4, 1e-15))
  }

  @Test func intervalsAddUp() throws {
    let mixture = try Seeds.seed001()
    let law = Law.mixture(mixture)
    let valley = try #require(mixture.valley)
    #expect(close(law.probability(of: valley...Double.infinity), 0.336182, 5e-7))
    #expect(law.probability(of: -Double.infinity...Double.infinity) == 1)
    let parts = [-Double.infinity...(-3), -3...1.5, 1.5...Double.infinity]
    #expect(close(parts.map(law.probability).reduce(0, +), 1, 1e-15))
    // Far in the upper tail every digit is kept: Φ(-9) = 1.12858841e-19, weight 1/3.
    let tail = law.probability(of: 15...Double.infinity)
    #expect(close(tail, 1.128588405953840e-19 / 3 + 2.0 / 3 * Double.normalCDF(-20.0 / 3), 1e-27))
  }

  @Test func samplesAreProjectedAlike() throws {
    let samples = SampleSet(
      values: [1, 2, 4, 6, -2, 0, 0.5, 8], chains: 2, draws: 2, dimension: 2)
    let line = samples.projected(onto: [0, -3], from: [7, 1])
    #expect(line.values == [-1, -5, 1, -7])
    #expect(line.chains == 2 && line.draws == 2 && line.dimension == 1)
    let along = samples.projected(onto: [3, 4], from: [1, 2])
    for (value, expected) in zip(along.values, [0, 5, -3.4, 4.5]) {
      #expect(close(value, expected, 1e-14))
    }
  }
}
