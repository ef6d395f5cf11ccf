import Scorewalk
import Testing

/// METHODS section 8, nos. 22 to 25 and 28 to 31, and the constants quoted in section 3.
@Suite struct DistributionsDenoiserTests {
  private func bits(_ values: [Double]) throws -> Law {
    .categorical(try Categorical(values: values.map { [$0] }))
  }

  @Test func tweedieIsBayes() throws {
    for mixture in try Mixtures.all() {
      let sigma = 0.65
      let denoiser = BayesDenoiser(law: .mixture(mixture), noiseLevel: sigma)
      for y in Mixtures.points(mixture.dimension) {
        let bayes = denoiser.mean(at: y)
        let score = denoiser.smoothed.score(y)
        let posterior = denoiser.posterior(at: y)
        for index in y.indices {
          #expect(close(bayes[index], y[index] + sigma * sigma * score[index], 1e-12))
          #expect(close(bayes[index], posterior.mean[index], 1e-12))
        }
        // Second order: the posterior's own covariance.
        let tweedie = denoiser.covariance(at: y)
        let exact = posterior.covariance
        for row in y.indices {
          for column in y.indices {
            #expect(close(tweedie[row][column], exact[row][column], 1e-12))
          }
        }
      }
    }
  }

  @Test func binaryDenoisersAreSigmoids() throws {
    let signs = BayesDenoiser(law: try bits([-1, 1]), noiseLevel: 0.5)
    let zeroOne = BayesDenoiser(law: try bits([0, 1]), noiseLevel: 0.5)
    for y in [-3.0, -0.7, -0.1, 0, 0.2, 0.5, 1.4, 40] {
      #expect(close(signs.mean(at: y), Double.tanh(4 * y), 1e-14))
      #expect(close(zeroOne.mean(at: y), 1 / (1 + Double.exp(2 - 4 * y)), 1e-14))
      #expect(signs.median(at: y) == (y > 0 ? 1 : -1))
    }
    // At the tie the cumulative posterior of the lower atom is exactly ½.
    #expect(zeroOne.median(at: 0.5) == 0)
    #expect(zeroOne.median(at: 0.500001) == 1)
  }

  @Test func quotedErrors() throws {
    let signs = BayesDenoiser(law: try bits([-1, 1]), noiseLevel: 0.5)
    #expect(close(signs.smoothed.fisherInformation.value, 2.9024415, 5e-8))
    #expect(close(signs.minimumMeanSquaredError.value, 0.0685974, 5e-8))
    #expect(signs.minimumMeanSquaredError.isExact)
    let zeroOne = BayesDenoiser(law: try bits([0, 1]), noiseLevel: 0.5)
    #expect(close(zeroOne.minimumMeanSquaredError.value, 0.1123999, 5e-8))
    #expect(close(zeroOne.minimumMeanAbsoluteError, 0.1586553, 5e-8))
    #expect(close(zeroOne.minimumMeanAbsoluteError, Double.normalCDF(-1), 1e-15))
    let seed002 = BayesDenoiser(law: .mixture(try Seeds.seed002()), noiseLevel: 3)
    #expect(close(seed002.minimumMeanSquaredError.value, 1.981225, 1e-6))
    #expect(close(seed002.minimumScoreMatchingLoss.value, 0.0244596, 5e-8))
    #expect(close(seed002.smoothed.fisherInformation.value, 0.1977627, 1e-7))
  }

  @Test func mediansAreSciPys() throws {
    for law in try MetricsFixture.read().laws.values {
      let denoiser = BayesDenoiser(law: .mixture(try law.mixture), noiseLevel: law.noise_level)
      for (y, median) in zip(law.y, law.posterior_medians) {
        #expect(close(denoiser.median(at: y), median, 1e-11))
      }
      #expect(close(denoiser.minimumMeanAbsoluteError, law.minimum_absolute_error, 1e-10))
    }
  }

  @Test func mediansOfManyAtoms() throws {
    let law = Law.categorical(
      try Categorical(values: [[2], [-1], [0], [0], [5]], weights: [3, 1, 1, 1, 0]))
    let denoiser = BayesDenoiser(law: law, noiseLevel: 0.9)
    let report = DenoiserError(law: law, noiseLevel: 0.9)
    let estimates = report.inputs.map { denoiser.median(at: $0) }
    // Closed form against quadrature, cut where the median jumps.
    let judged = report.report(estimates: estimates)
    #expect(close(judged.meanAbsoluteError, denoiser.minimumMeanAbsoluteError, 1e-12))
    #expect(judged.rootMeanSquareDistanceToMedian == 0)
    // Any other denoiser does worse.
    let shifted = report.report(estimates: estimates.map { $0 + 0.1 })
    #expect(shifted.meanAbsoluteError > judged.meanAbsoluteError + 1e-3)
  }

  @Test func smoothedPairIsUnimodalFromTheCriticalNoise() throws {
    let pair = try Seeds.seed000()
    // s² + σ² ≥ m²: σ ≥ √0.75 = 0.8660.
    #expect(pair.smoothed(noiseLevel: 0.865).modes.count == 2)
    #expect(pair.smoothed(noiseLevel: 0.867).modes.count == 1)
    #expect(pair.smoothed(noiseLevel: 0.867).valley == nil)
    let valley = try #require(pair.smoothed(noiseLevel: 0.865).valley)
    #expect(close(valley, 0, 1e-12))
  }

  /// No. 30: of m measurements y_j = x + σ n_j the mean ȳ says all about x, as one with noise σ/√m would, so that the score of
  /// the last given the others, which is that of the joint law, is (x̂(ȳ; σ/√m) - y_m)/σ².
  @Test func manyMeasurementsAreOneOfTheirMean() throws {
    let sigma = 0.8
    let law = try Seeds.seed001()
    for count in 2...4 {
      let joint = try GaussianMixture(
        components: law.components.map { component in
          let variance = component.covariance[0, 0]
          return GaussianMixture.Component(
            weight: component.weight, mean: Array(repeating: component.mean[0], count: count),
            covariance: .full(
              (0..<count).map { row in
                (0..<count).map { variance + (row == $0 ? sigma * sigma : 0) }
              }))
        })
      let denoiser = BayesDenoiser(
        law: .mixture(law), noiseLevel: sigma / Double(count).squareRoot())
      for measured in [[2.6, 3.5, 1.9, 4], [-7, -5.5, -6.1, -4.8], [0.2, 5, 3, -1]] {
        let y = Array(measured.prefix(count))
        let mean = y.reduce(0, +) / Double(count)
        let last = (denoiser.mean(at: [mean])[0] - y[count - 1]) / (sigma * sigma)
        #expect(close(joint.score(y)[count - 1], last, 1e-11))
      }
    }
  }

  /// E|X - aY|² = (1 - a)² E X² + a² σ², so that denoising score matching of a linear score θ y has
  /// the gradient of explicit score matching, and for N(0, s²) its minimum at θ = -1 / (s² + σ²).
  @Test func denoisingScoreMatchingIsExplicitScoreMatching() throws {
    let sigma = 0.7
    let gaussian = try GaussianMixture(components: [.init(mean: [0], standardDeviation: 1.3)])
    for law in [Law.mixture(gaussian), .mixture(try Seeds.seed001()), try bits([-1, 0, 3])] {
      let error = DenoiserError(law: law, noiseLevel: sigma)
      let second = law.covariance[0][0] + law.mean[0] * law.mean[0]
      for gain in [-0.2, 0.5, 1.1] {
        let report = error.report { $0.map { gain * $0 } }
        let expected = (1 - gain) * (1 - gain) * second + gain * gain * sigma * sigma
        #expect(close(report.meanSquaredError, expected, 1e-10 * second))
      }
    }
    let error = DenoiserError(law: .mixture(gaussian), noiseLevel: sigma)
    let slope = -1 / (1.69 + sigma * sigma)
    let best = error.report { $0.map { $0 + sigma * sigma * slope * $0 } }
    #expect(best.rootMeanSquareDistance < 1e-14)
    for change in [-1e-3, 1e-3] {
      let other = error.report { $0.map { $0 + sigma * sigma * (slope + change) * $0 } }
      #expect(other.meanSquaredError > best.meanSquaredError)
    }
  }
}
