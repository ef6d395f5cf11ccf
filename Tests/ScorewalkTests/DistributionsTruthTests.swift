import Scorewalk
import Testing

@Suite struct DistributionsTruthTests {
  @Test func seed001() throws {
    let mixture = try Seeds.seed001()
    let valley = try #require(mixture.valley)
    #expect(close(valley, 2.80781, 5e-6))
    #expect(close(mixture.modeMasses[1], 0.336182, 5e-7))
    #expect(close(mixture.fisherInformation.value, 0.3825333, 6e-8))
    // The least implicit score matching loss, METHODS 8, no. 26.
    #expect(close(-mixture.fisherInformation.value / 2, -0.1912667, 6e-8))
    let barrier = mixture.barriers[0]
    #expect(close(barrier.fromLeft, 3.146, 5e-4) && close(barrier.fromRight, 3.553, 5e-4))
  }

  @Test func informationAndEntropyAreSciPys() throws {
    for law in try MetricsFixture.read().laws.values {
      let mixture = try law.mixture
      #expect(close(mixture.fisherInformation.value, law.fisher, 1e-10 * law.fisher))
      #expect(close(mixture.entropy.value, law.entropy, 1e-10))
    }
  }

  @Test func oneGaussianIsExactInAnyDimension() throws {
    let gaussian = try GaussianMixture(components: [
      .init(mean: [1, 2], covariance: .full([[2, 0.5], [0.5, 1]]))
    ])
    #expect(close(gaussian.fisherInformation.value, 3 / 1.75, 1e-14))
    let entropy = 1 + Double.log(2 * .pi) + 0.5 * Double.log(1.75)
    #expect(close(gaussian.entropy.value, entropy, 1e-14))
  }

  /// Monte Carlo within 5 standard errors (probability 6e-7) of what quadrature gives: the two
  /// coordinates are independent, so the information is a sum.
  @Test func sampledInformationAgreesWithQuadrature() throws {
    let line = try Seeds.seed001()
    let plane = try GaussianMixture(
      components: line.components.map {
        .init(
          weight: $0.weight, mean: $0.mean + [0],
          covariance: .diagonal([$0.covariance == .isotropic(1) ? 1 : 9, 4]))
      })
    let information = plane.fisherInformation
    #expect(information.standardError > 0 && information.standardError < 0.01)
    let exact = line.fisherInformation.value + 0.25
    #expect(abs(information.value - exact) < 5 * information.standardError)
    let entropy = plane.entropy
    let exactEntropy = line.entropy.value + 0.5 + 0.5 * Double.log(2 * .pi * 4)
    #expect(abs(entropy.value - exactEntropy) < 5 * entropy.standardError)
  }

  @Test func threeModes() throws {
    let mixture = try #require(try MetricsFixture.read().laws["three"]).mixture
    #expect(mixture.modes.count == 3 && mixture.valleys.count == 2)
    for x in mixture.modes + mixture.valleys { #expect(abs(mixture.score(x)) < 1e-12) }
    #expect(close(mixture.modeMasses.reduce(0, +), 1, 1e-15))
    // The two heaviest modes are the middle and the left one, by a little.
    #expect(mixture.modeMasses[0] > mixture.modeMasses[2])
    #expect(mixture.valley == mixture.valleys[0])
    // Where the main modes are not neighbours: the lowest point between them.
    let outer = try GaussianMixture(components: [
      .init(weight: 4, mean: [-4], standardDeviation: 0.7),
      .init(weight: 1, mean: [0], standardDeviation: 0.5),
      .init(weight: 5, mean: [3], standardDeviation: 0.7),
    ])
    let depths = outer.valleys.map { outer.density($0) }
    #expect(depths.count == 2 && depths[0] < depths[1])
    #expect(outer.valley == outer.valleys[0])
  }

  @Test func momentsOfAMixtureAreThoseOfItsQuadrature() throws {
    let mixture = try Seeds.seed001()
    let moments = Law.mixture(mixture).moments[0]
    let rule = mixture.onLine.quadrature
    func central(_ power: Int) -> Double {
      rule.integral { mixture.density($0) * Double.pow($0 - moments.mean, power) }
    }
    #expect(close(moments.mean, -4.0 / 3, 1e-14))
    #expect(close(moments.variance, 33.0 + 2.0 / 9, 1e-12))
    #expect(close(central(2), moments.variance, 1e-11))
    let scale = moments.variance * moments.variance.squareRoot()
    #expect(close(central(3) / scale, moments.skewness, 1e-12))
    #expect(
      close(
        central(4) / (moments.variance * moments.variance) - 3, moments.excessKurtosis, 1e-12))
  }

  @Test func quadratureIsExactForPolynomials() {
    let rule = Quadrature(cuts: [-1, 0.3, 2], nodesPerPanel: 5)
    for power in 0...9 {
      let exact = (Double.pow(2, power + 1) - Double.pow(-1, power + 1)) / Double(power + 1)
      #expect(close(rule.integral { Double.pow($0, power) }, exact, 1e-13 * max(1, exact)))
    }
  }
}

/// METHODS section 8, nos. 1, 7 and 8: the law that the discretised chain really has.
@Suite struct DistributionsLangevinTests {
  @Test func seed000Table() throws {
    let rows: [(Double, Double, Double, Double, Double, Double)] = [
      (0.1, 1.27849, 0.06459, 0.04826, 0.02116, 0.948988),
      (0.05, 1.26161, 0.03218, 0.02368, 0.01077, 0.975730),
      (0.01, 1.25190, 0.00642, 0.00471, 0.00219, 0.995233),
    ]
    for (delta, variance, variation, wasserstein, smirnov, eigenvalue) in rows {
      let chain = try LangevinTransition(target: try Seeds.seed000(), stepSize: delta)
      let distances = chain.distances
      #expect(close(chain.variance, variance, 5.1e-6))
      #expect(close(chain.mean, 0, 1e-12))
      // The table's .06459 is a sum over a grid; the exact value is .0645848.
      #expect(close(distances.totalVariation, variation, 6e-6))
      #expect(close(distances.wasserstein1, wasserstein, 5.1e-6))
      #expect(close(distances.kolmogorovSmirnov, smirnov, 5.1e-6))
      #expect(close(chain.secondEigenvalue, eigenvalue, 5.1e-7))
    }
  }

  @Test func gaussianIsAnAutoregression() throws {
    let deviation = 0.8
    let target = try GaussianMixture(components: [
      .init(mean: [0.3], standardDeviation: deviation)
    ])
    for delta in [0.02, 0.3, 0.9] {
      let chain = try LangevinTransition(target: target, stepSize: delta)
      let square = deviation * deviation
      #expect(close(chain.variance, square / (1 - delta / (2 * square)), 1e-11))
      #expect(close(abs(chain.secondEigenvalue), abs(1 - delta / square), 1e-10))
      #expect(close(chain.mean, 0.3, 1e-12))
      // One step leaves the law as it is.
      let next = chain.evolved(chain.stationary, steps: 3)
      let change = zip(next, chain.stationary).reduce(0) { max($0, abs($1.0 - $1.1)) }
      let isFinite = next.allSatisfy(\.isFinite)
      #expect(isFinite)
      #expect(change < 1e-15)
    }
  }

  @Test func seed001TakesTwentyNineThousandSteps() throws {
    let chain = try LangevinTransition(target: try Seeds.seed001(), stepSize: 5e-3)
    #expect(close(chain.relaxationSteps, 29_243, 1))
    // From N(0, 1), 2,000 steps: mass right of the valley, pooled and at the end (METHODS 0.1).
    let valley = try #require(chain.target.valley)
    var law = chain.positions.map { Double.exp(-0.5 * $0 * $0) }
    let total = law.reduce(0, +)
    law = law.map { $0 / total }
    var pooled = 0.0
    var last = 0.0
    for _ in 0..<2000 {
      last = zip(law, chain.positions).reduce(0) { $0 + ($1.1 > valley ? $1.0 : 0) }
      pooled += last / 2000
      law = chain.evolved(law, steps: 1)
    }
    #expect(close(pooled, 0.0904, 5e-4) && close(last, 0.133, 5e-4))
  }

  @Test func unstableAndFrozenChainsSaySo() throws {
    let narrow = try GaussianMixture(components: [.init(mean: [0], standardDeviation: 0.1)])
    #expect(throws: DistributionError.self) {
      try LangevinTransition(target: narrow, stepSize: 0.02)
    }
    #expect(throws: DistributionError.self) {
      try LangevinTransition(target: narrow, stepSize: 1e-9)
    }
    let far = try GaussianMixture(components: [
      .init(weight: 1, mean: [-10], standardDeviation: 1),
      .init(weight: 2, mean: [10], standardDeviation: 1),
    ])
    // A barrier of 49 nats: no mixing in double precision, but the weights come out, with a bias
    // that falls with the step size.
    let biases = try [0.05, 0.025, 0.0125].map { stepSize in
      let frozen = try LangevinTransition(target: far, stepSize: stepSize)
      #expect(frozen.relaxationSteps == .infinity)
      return abs(frozen.mean - 10.0 / 3)
    }
    #expect(biases[0] < 0.05 && biases[1] < biases[0] / 2 && biases[2] < biases[1] / 2)
  }
}
