import Scorewalk
import Testing

@Suite struct DistributionsBatchTests {
  private func matrix<S: Real>(_ type: S.Type, rows: Int, dimension: Int) -> Matrix<S> {
    let matrix = Matrix<S>(features: dimension, rows: rows)
    for row in 0..<rows {
      for feature in 0..<dimension {
        matrix[feature, row] = S(Double((row * 13 + feature * 29) % 101) / 12 - 4.2)
      }
    }
    return matrix
  }

  private func largestError<S: Real>(_ type: S.Type, _ mixture: GaussianMixture) -> Double {
    let rows = 101
    let dimension = mixture.dimension
    let positions = matrix(type, rows: rows, dimension: dimension)
    let scores = Matrix<S>(features: dimension, rows: rows)
    MixtureScore<S>(mixture).score(positions: positions, rows: 0..<rows, into: scores)
    var worst = 0.0
    for row in 0..<rows {
      let exact = mixture.score((0..<dimension).map { Double(positions[$0, row]) })
      for feature in 0..<dimension {
        let scale = max(1, abs(exact[feature]))
        let error = abs(Double(scores[feature, row]) - exact[feature]) / scale
        // `max` would pass over a NaN.
        worst = error.isNaN ? .infinity : max(worst, error)
      }
    }
    return worst
  }

  @Test func batchScoresAreTheScoresInBothPrecisions() throws {
    for mixture in try Mixtures.all() {
      #expect(largestError(Double.self, mixture) < 1e-12)
      #expect(largestError(Float.self, mixture) < 3e-5)
    }
  }

  private func largestDensityError<S: Real>(_ type: S.Type, _ mixture: GaussianMixture) -> Double {
    let rows = 101
    let dimension = mixture.dimension
    let positions = matrix(type, rows: rows, dimension: dimension)
    let densities = Matrix<S>(features: 1, rows: rows)
    let scores = Matrix<S>(features: dimension, rows: rows)
    let alone = Matrix<S>(features: dimension, rows: rows)
    let score = MixtureScore<S>(mixture)
    // In parts, which changes nothing.
    for range in [50..<101, 0..<3, 3..<50] {
      score.logDensity(positions: positions, rows: range, into: densities, scores: scores)
    }
    score.score(positions: positions, rows: 0..<rows, into: alone)
    var worst = 0.0
    for row in 0..<rows {
      for feature in 0..<dimension {
        if !(scores[feature, row] == alone[feature, row]) { worst = .infinity }
      }
      let exact = mixture.logDensity((0..<dimension).map { Double(positions[$0, row]) })
      let error = abs(Double(densities[0, row]) - exact) / max(1, abs(exact))
      worst = error.isNaN ? .infinity : max(worst, error)
    }
    return worst
  }

  /// The score beside a density is the score alone, bit for bit.
  @Test func batchDensitiesAreTheDensitiesInBothPrecisions() throws {
    for mixture in try Mixtures.all() {
      #expect(largestDensityError(Double.self, mixture) < 1e-12)
      #expect(largestDensityError(Float.self, mixture) < 3e-5)
    }
  }

  @Test func rowsDoNotDependOnHowTheyAreSplit() throws {
    for mixture in try Mixtures.all() {
      let rows = 77
      let positions = matrix(Float.self, rows: rows, dimension: mixture.dimension)
      let whole = Matrix<Float>(features: mixture.dimension, rows: rows)
      let parts = Matrix<Float>(features: mixture.dimension, rows: rows)
      let score = MixtureScore<Float>(mixture)
      score.score(positions: positions, rows: 0..<rows, into: whole)
      for range in [40..<77, 0..<3, 3..<33, 33..<40] {
        score.score(positions: positions, rows: range, into: parts)
      }
      for feature in 0..<mixture.dimension {
        let expected = (0..<rows).map { whole[feature, $0].bitPattern }
        #expect((0..<rows).map { parts[feature, $0].bitPattern } == expected)
      }
    }
  }

  /// Steps in one go have the bits of steps made of their parts: noise, score, update. Across a window
  /// of 32 bits of the step, for rows that fill no tile.
  private func checkWalk<S: Real>(_ type: S.Type, _ mixture: GaussianMixture, rows: Int) {
    let dimension = mixture.dimension
    let stream = RandomStream(key: 77)
    let chains = 8..<8 + rows
    let steps = (1 << 32) - 2...(1 << 32) + 1
    let score = MixtureScore<S>(mixture)
    let update = LangevinUpdate<S>(stepSize: 0.3)
    let walked = matrix(type, rows: rows, dimension: dimension)
    let isDone = score.walk(
      positions: walked, chains: chains, steps: steps, stream: stream, drift: update.drift,
      diffusion: update.diffusion)
    #expect(
      isDone == !mixture.components.contains { component in
        if case .full = component.covariance { dimension > 1 } else { false }
      })
    guard isDone else { return }
    let expected = matrix(type, rows: rows, dimension: dimension)
    let scores = Matrix<S>(features: dimension, rows: rows)
    let noise = Matrix<S>(features: dimension, rows: rows)
    for step in steps {
      score.score(positions: expected, rows: 0..<rows, into: scores)
      stream.normals(
        .chainNoise, step: UInt64(step), rows: chains, columns: 0..<dimension, into: noise)
      update.apply(
        positions: expected, score: scores, noise: noise, dimension: dimension, rows: rows)
    }
    #expect(sameBits(elements(walked), elements(expected)), "\(mixture)")
  }

  @Test func stepsInOneGoAreTheStepsOneByOne() throws {
    for mixture in try Mixtures.all() + [Seeds.seed001()] {
      for rows in [1, 64, 77] {
        checkWalk(Double.self, mixture, rows: rows)
        checkWalk(Float.self, mixture, rows: rows)
      }
    }
  }

  @Test func farTailsInFloat32() throws {
    let positions = Matrix<Float>(features: 1, rows: 2)
    positions[0, 0] = -3e4
    positions[0, 1] = 3e4
    let scores = Matrix<Float>(features: 1, rows: 2)
    MixtureScore<Float>(try Seeds.seed001())
      .score(positions: positions, rows: 0..<2, into: scores)
    #expect(close(Double(scores[0, 0]), (-5 + 3e4) / 9, 1e-3))
    #expect(close(Double(scores[0, 1]), (-5 - 3e4) / 9, 1e-3))
    let densities = Matrix<Float>(features: 1, rows: 2)
    let law = try Seeds.seed001()
    MixtureScore<Float>(law)
      .logDensity(positions: positions, rows: 0..<2, into: densities, scores: scores)
    for (row, x) in [-3e4, 3e4].enumerated() {
      #expect(close(Double(densities[0, row]) / law.logDensity(x), 1, 1e-6))
    }
  }

  @Test func bayesDenoiserOfABatchIsTweedies() throws {
    let denoiser = BayesDenoiser(law: .mixture(try Mixtures.full(2)), noiseLevel: 0.8)
    let positions = matrix(Double.self, rows: 20, dimension: 2)
    let estimates = Matrix<Double>(features: 2, rows: 20)
    denoiser.mean(
      positions: positions, rows: 0..<20, score: MixtureScore(denoiser.smoothed),
      into: estimates)
    for row in 0..<20 {
      let mean = denoiser.mean(at: [positions[0, row], positions[1, row]])
      #expect(close(estimates[0, row], mean[0], 1e-12))
      #expect(close(estimates[1, row], mean[1], 1e-12))
    }
  }
}

@Suite struct DistributionsSamplingTests {
  private let stream = RandomStream(key: 20_240_607)

  @Test func aRowDependsOnItsIndexAlone() throws {
    let laws: [Law] = [
      .mixture(try Mixtures.full(2)),
      .categorical(try Categorical(values: [[0, 0], [1, 2], [3, 1]], weights: [1, 2, 3])),
    ]
    for law in laws {
      let all = law.sample(count: 700, stream: stream, step: 5)
      #expect(law.sample(count: 13, stream: stream, step: 5) == Array(all.prefix(26)))
      #expect(law.sample(count: 13, stream: stream, step: 6) != Array(all.prefix(26)))
      let window = Matrix<Double>(features: 2, rows: 301)
      law.sample(rows: 259..<560, step: 5, stream: stream, into: window)
      let rounded = Matrix<Float>(features: 2, rows: 301)
      law.sample(rows: 259..<560, step: 5, stream: stream, into: rounded)
      for feature in 0..<2 {
        let expected = (0..<301).map { all[(259 + $0) * 2 + feature] }
        #expect((0..<301).map { window[feature, $0] } == expected)
        #expect((0..<301).map { rounded[feature, $0] } == expected.map { Float($0) })
      }
    }
  }

  /// KS at n = 20,000: P(√n D > 2.2) = 2 exp(-2 · 2.2²) = 1.3e-4 for each of 7 tests.
  @Test func samplesFollowTheLaw() throws {
    let count = 20_000
    for law in try MetricsFixture.read().laws.sorted(by: { $0.key < $1.key }) {
      let mixture = Law.mixture(try law.value.mixture)
      let samples = EmpiricalDistribution(mixture.sample(count: count, stream: stream))
      #expect(samples.kolmogorovSmirnov(against: mixture) * Double(count).squareRoot() < 2.2)
    }
    let mixture = Law.mixture(try Mixtures.full(2))
    let samples = SampleSet(rows: mixture.sample(count: count, stream: stream), dimension: 2)
    for coordinate in 0..<2 {
      let distance = EmpiricalDistribution(samples.coordinate(coordinate))
        .kolmogorovSmirnov(against: mixture.marginal(coordinate))
      #expect(distance * Double(count).squareRoot() < 2.2)
    }
    // Two coordinates together: the covariance within 5 standard errors (probability 6e-7).
    let center = mixture.mean
    var products: [Double] = []
    for row in 0..<count {
      let x = samples.row(row)
      products.append((x[0] - center[0]) * (x[1] - center[1]))
    }
    let summary = SampleSet(rows: products).moments(coordinate: 0)
    let error = (summary.variance / Double(count)).squareRoot()
    #expect(abs(summary.mean - mixture.covariance[0][1]) < 5 * error)
    #expect(abs(mixture.covariance[0][1]) > 15 * error)
  }

  /// Each count is binomial: 5 standard deviations, probability 6e-7 each.
  @Test func atomsAreDrawnByTheirWeights() throws {
    let weights = [0.1, 0.0, 0.6, 0.3]
    let atoms = Law.categorical(try Categorical(values: [[0], [1], [2], [3]], weights: weights))
    let count = 50_000
    var counts = [0, 0, 0, 0]
    for value in atoms.sample(count: count, stream: stream) { counts[Int(value)] += 1 }
    for (found, weight) in zip(counts, weights) {
      let deviation = (Double(count) * weight * (1 - weight)).squareRoot()
      #expect(abs(Double(found) - weight * Double(count)) <= 5 * deviation)
    }
  }

  /// Exact counts fix which component a row comes from and nothing else: the rows of each are those that its
  /// component alone has at their places.
  @Test func exactCountsFixTheComponentAlone() throws {
    let components: [GaussianMixture.Component] = [
      .init(weight: 2, mean: [-5, 1], covariance: .diagonal([9, 4])),
      .init(weight: 1, mean: [6, 0], covariance: .full([[2, 1], [1, 2]])),
      .init(weight: 5, mean: [0, 0], standardDeviation: 0.5),
    ]
    let stream = RandomStream(key: 12)
    let law = Law.mixture(try GaussianMixture(components: components))
    // More than one block of rows, and a component without any.
    let counts = [300, 0, 211]
    let rows = law.sample(counts: counts, stream: stream, step: 3)
    var expected: [Double] = []
    for (component, range) in zip(components, [0..<300, 300..<300, 300..<511]) {
      let alone = Law.mixture(try GaussianMixture(components: [component]))
      expected +=
        alone.sample(count: 511, stream: stream, step: 3)[
          (2 * range.lowerBound)..<(2 * range.upperBound)]
    }
    #expect(rows == expected)
    #expect(rows.count == 2 * 511)
  }

  @Test func exactCountsOfAtoms() throws {
    let law = Law.categorical(try Categorical(values: [[1], [2], [3]], weights: [9, 1, 1]))
    #expect(
      law.sample(counts: [2, 0, 3], stream: RandomStream(key: 1)) == [1, 1, 3, 3, 3])
  }
}
