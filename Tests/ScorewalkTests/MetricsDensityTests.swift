import Scorewalk
import Testing

@Suite struct MetricsDensityTests {
  private func energies(
    _ mixture: GaussianMixture, from: Double, to: Double, points: Int, plus constant: Double = 0
  ) -> [Double] {
    DensityOnGrid.places(from: from, to: to, points: points)
      .map { constant - mixture.logDensity($0) }
  }

  @Test func theTruthItselfIsAtDistanceZero() throws {
    let truth = try Seeds.seed000()
    let grid = DensityOnGrid(
      energies: energies(truth, from: -5, to: 5, points: 1000, plus: 800), from: -5, to: 5)
    let comparison = grid.compared(with: truth)
    #expect(close(grid.logNormalizer, -800, 1e-11))
    #expect(comparison.l1 < 1e-12 && abs(comparison.kullbackLeibler) < 1e-12)
    #expect(close(comparison.modeMasses[0], 0.5, 1e-12))
    #expect(close(comparison.trueModeMasses[1], 0.5, 1e-15))
    #expect(comparison.truthOutside < 1e-14 && grid.boundaryMass < 1e-12)
  }

  @Test func gaussiansInClosedForm() throws {
    func normal(_ mean: Double, _ deviation: Double) throws -> GaussianMixture {
      try GaussianMixture(components: [.init(mean: [mean], standardDeviation: deviation)])
    }
    // TV of N(0, 1) and N(m, 1) is 2 Φ(m/2) - 1 (METHODS 8, no. 41).
    let truth = try normal(0, 1)
    let shifted = DensityOnGrid(
      energies: energies(try normal(0.8, 1), from: -12, to: 12, points: 24_001), from: -12,
      to: 12
    ).compared(with: truth)
    // The kink of |q - p| costs O(spacing²).
    #expect(close(shifted.totalVariation, 2 * Double.normalCDF(0.4) - 1, 1e-7))
    #expect(shifted.l1 == 2 * shifted.totalVariation)
    // KL(N(0, 1) ‖ N(m, s²)) = log s + (1 + m²) / (2 s²) - ½.
    let wide = DensityOnGrid(
      energies: energies(try normal(0.8, 1.5), from: -12, to: 12, points: 2001), from: -12, to: 12
    ).compared(with: truth)
    let expected = Double.log(1.5) + 1.64 / 4.5 - 0.5
    #expect(close(wide.kullbackLeibler, expected, 1e-9))
  }

  @Test func massesAndBoundaries() throws {
    // A uniform density on [0, 4].
    let flat = DensityOnGrid(energies: [Double](repeating: 3, count: 201), from: 0, to: 4)
    #expect(close(flat.logNormalizer, Double.log(4) - 3, 1e-15))
    #expect(close(flat.boundaryMass, 0.02, 1e-14))
    for (mass, expected) in zip(flat.masses(cutAt: [-1, 1.005, 9]), [0, 0.25125, 0.74875, 0]) {
      #expect(close(mass, expected, 1e-14))
    }
    // The truth's mass outside the grid counts.
    let truth = try GaussianMixture(components: [.init(mean: [0], standardDeviation: 1)])
    let comparison = flat.compared(with: truth)
    #expect(close(comparison.truthOutside, 0.5 + Double.normalCDF(-4), 1e-15))
    #expect(comparison.totalVariation > 0.5)
    // A hole in q where p has mass.
    let hole = DensityOnGrid(
      unnormalizedLogDensities: [0, 0, -.infinity, 0, 0], from: -2, to: 2)
    #expect(hole.compared(with: truth).kullbackLeibler == .infinity)
    let broken = DensityOnGrid(energies: [0, .nan, 1], from: 0, to: 1)
    #expect(broken.logNormalizer.isNaN && broken.compared(with: truth).l1.isNaN)
    #expect(broken.compared(with: truth).kullbackLeibler.isNaN)
  }
}

@Suite struct MetricsDenoiserErrorTests {
  @Test func theBayesDenoiserHasNoExcess() throws {
    for law in [
      Law.mixture(try Seeds.seed001()), .categorical(try Categorical(values: [[0], [1]])),
    ] {
      let error = DenoiserError(law: law, noiseLevel: 0.5)
      let report = error.report { $0.map { error.denoiser.mean(at: $0) } }
      #expect(report.rootMeanSquareDistance == 0)
      #expect(report.meanSquaredError == report.minimumMeanSquaredError.value)
      #expect(close(error.weights.reduce(0, +), 1, 1e-12))
    }
    // E|X - E[X|Y]| for {0, 1} is twice its mean square error (METHODS 3.1).
    let error = DenoiserError(
      law: .categorical(try Categorical(values: [[0], [1]])), noiseLevel: 0.5)
    let report = error.report { $0.map { error.denoiser.mean(at: $0) } }
    #expect(close(report.meanAbsoluteError, 2 * 0.1123999, 1e-7))
    #expect(try #require(report.minimumMeanAbsoluteError) < report.meanAbsoluteError)
  }

  @Test func distancesAtGivenInputs() throws {
    let denoiser = BayesDenoiser(
      law: .categorical(try Categorical(values: [[0], [1]])), noiseLevel: 0.5)
    let inputs = [-1, 0.2, 0.5, 3]
    let means = denoiser.distances(
      inputs: inputs, estimates: inputs.map { denoiser.mean(at: $0) + 0.25 })
    #expect(close(means.toMean, 0.25, 1e-15))
    #expect(denoiser.distances(inputs: inputs, estimates: [0, 0, 0, 1]).toMedian == 0)
    #expect(denoiser.distances(inputs: inputs, estimates: [0, 1, 0, 1]).toMedian == 0.5)
  }

  /// In the plane: against closed forms, within 5 standard errors of a mean over 65,536 draws.
  @Test func linearDenoiserInThePlane() throws {
    let law = Law.mixture(try Seeds.seed002())
    let error = DenoiserError(law: law, noiseLevel: 3)
    #expect(error.inputs.count == 2 * 65_536)
    let second = (0..<2).reduce(0.0) {
      $0 + law.covariance[$1][$1] + law.mean[$1] * law.mean[$1]
    }
    let gain = 0.8
    let expected = 0.04 * second + 2 * gain * gain * 9
    let report = error.report { $0.map { gain * $0 } }
    #expect(close(report.meanSquaredError, expected, 0.02 * expected))
    #expect(report.minimumMeanAbsoluteError == nil)
    #expect(close(report.minimumMeanSquaredError.value, 1.981225, 1e-6))
    // Mean absolute error of the identity: E|σN| = σ √(π/2) in the plane.
    let identity = error.report { $0 }
    let norm = 3 * (Double.pi / 2).squareRoot()
    #expect(abs(identity.meanAbsoluteError - norm) < 5 * 3 * 0.655 / 256)
  }
}

@Suite struct MetricsFloorTests {
  private let stream = RandomStream(key: 99)

  /// √n D_n has mean √(π/2) log 2 = 0.8687 and deviation 0.26 (Kolmogorov's law); the mean of 20
  /// lies within 0.24 (4 standard errors, 6e-5) and finite n costs about 0.17 / √n.
  @Test func kolmogorovSmirnov() throws {
    for law in [Law.mixture(try Seeds.seed000()), .mixture(try Seeds.seed001())] {
      for count in [400, 10_000] {
        let floor = Floor.kolmogorovSmirnov(law: law, sampleSize: count, stream: stream)
        #expect(abs(floor.mean * Double(count).squareRoot() - 0.8687) < 0.25)
        #expect(floor.standardDeviation > 0 && floor.measuredSize == count)
      }
    }
    // Two samples of n: √(n/2) D has the same law.
    let two = Floor.kolmogorovSmirnov(
      law: .mixture(try Seeds.seed000()), sampleSize: 2000, comparison: .samples, stream: stream)
    #expect(abs(two.mean * Double(1000).squareRoot() - 0.8687) < 0.25)
  }

  /// E W₁ ≈ √(2/π) ∫ √(F (1 - F)) / √n; the mean of 20 within 35 % (about 4 standard errors).
  @Test func wasserstein() throws {
    let mixture = try Seeds.seed000()
    let integral = mixture.onLine.quadrature.integral { x in
      let value = mixture.cdf(x)
      return max(0, value * (1 - value)).squareRoot()
    }
    let count = 4000
    let expected = (2 / Double.pi / Double(count)).squareRoot() * integral
    let floor = Floor.wasserstein1(
      law: .mixture(mixture), sampleSize: count, stream: stream)
    #expect(abs(floor.mean - expected) < 0.35 * expected)
  }

  @Test func largeSizesAreScaled() throws {
    let law = Law.mixture(try Seeds.seed000())
    let measured = Floor.kolmogorovSmirnov(
      law: law, sampleSize: Floor.largestMeasuredSize, stream: stream)
    let million = Floor.kolmogorovSmirnov(
      law: law, sampleSize: 4 * Floor.largestMeasuredSize, stream: stream)
    #expect(million.measuredSize == Floor.largestMeasuredSize)
    #expect(close(million.mean, measured.mean / 2, 1e-15))
  }

  @Test func modeWeights() throws {
    let partition = ModePartition(law: .mixture(try Seeds.seed001()))
    let count = 1000
    let floor = Floor.modeWeights(partition: partition, sampleSize: count, stream: stream)
    // |Binomial - mean| / n: √(2/π) √(w (1 - w) / n); the mean of 20 within 4 standard errors.
    let expected = (2 / Double.pi * 0.336182 * 0.663818 / Double(count)).squareRoot()
    #expect(abs(floor.mean - expected) < 0.7 * expected)
    // The same stream gives the same floor.
    #expect(
      floor == Floor.modeWeights(partition: partition, sampleSize: count, stream: stream))
  }
}
