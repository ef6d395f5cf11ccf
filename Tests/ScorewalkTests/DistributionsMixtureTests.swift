import Scorewalk
import Testing

/// Mixtures whose scores are tested: every kind of covariance, in 1, 2 and 5 dimensions.
enum Mixtures {
  static func isotropic(_ dimension: Int) throws -> GaussianMixture {
    var components: [GaussianMixture.Component] = []
    for k in 0..<3 {
      let mean = (0..<dimension).map { Double(($0 + 2) * (k + 1) % 5) - 2 }
      let deviation = 0.6 + 0.5 * Double(k)
      components.append(.init(weight: Double(k + 1), mean: mean, standardDeviation: deviation))
    }
    return try GaussianMixture(components: components)
  }
  static func diagonal(_ dimension: Int) throws -> GaussianMixture {
    var components: [GaussianMixture.Component] = []
    for k in 0..<2 {
      let mean = (0..<dimension).map { Double($0 * (2 * k - 1)) * 0.7 }
      let variances = (0..<dimension).map { 0.3 + 0.4 * Double($0 + k) }
      components.append(
        .init(weight: Double(2 - k), mean: mean, covariance: .diagonal(variances)))
    }
    return try GaussianMixture(components: components)
  }
  static func full(_ dimension: Int) throws -> GaussianMixture {
    var components: [GaussianMixture.Component] = []
    for k in 0..<2 {
      // A Aᵀ + ½ I is positive definite.
      var matrix = [[Double]](
        repeating: [Double](repeating: 0, count: dimension), count: dimension)
      func a(_ row: Int, _ column: Int) -> Double {
        Double((row * 3 + column * 5 + k * 2) % 7) / 4 - 0.7
      }
      for row in 0..<dimension {
        for column in 0...row {
          var sum = row == column ? 0.5 : 0
          for inner in 0..<dimension { sum += a(row, inner) * a(column, inner) }
          matrix[row][column] = sum
          matrix[column][row] = sum
        }
      }
      let mean = (0..<dimension).map { Double($0 + k) * 0.5 - 1 }
      components.append(.init(weight: Double(k + 1), mean: mean, covariance: .full(matrix)))
    }
    return try GaussianMixture(components: components)
  }
  static func all() throws -> [GaussianMixture] {
    try [1, 2, 5].flatMap { try [isotropic($0), diagonal($0), full($0)] }
  }
  static func points(_ dimension: Int) -> [[Double]] {
    (0..<6).map { point in
      (0..<dimension).map { index in
        let step = (point * 7 + index * 3) % 11
        return Double(step) / 2 - 2.3
      }
    }
  }
}

@Suite struct DistributionsMixtureTests {
  @Test func scoreIsTheGradientOfTheLogDensity() throws {
    for mixture in try Mixtures.all() {
      for x in Mixtures.points(mixture.dimension) {
        let score = mixture.score(x)
        let jacobian = mixture.scoreJacobian(x)
        for index in x.indices {
          let h = 1e-5
          var (left, right) = (x, x)
          left[index] -= h
          right[index] += h
          let difference = (mixture.logDensity(right) - mixture.logDensity(left)) / (2 * h)
          #expect(close(score[index], difference, 1e-8 * max(1, abs(difference))))
          let (low, high) = (mixture.score(left), mixture.score(right))
          for row in x.indices {
            let slope = (high[row] - low[row]) / (2 * h)
            #expect(close(jacobian[row][index], slope, 2e-8 * max(1, abs(slope))))
          }
        }
      }
    }
  }

  @Test func fullCovarianceDensityIsSciPys() throws {
    let full = try MetricsFixture.read().full
    let mixture = try GaussianMixture(
      components: full.weights.indices.map {
        .init(
          weight: full.weights[$0], mean: full.means[$0], covariance: .full(full.covariances[$0]))
      })
    for (x, expected) in zip(full.x, full.log_density) {
      #expect(close(mixture.logDensity(x), expected, 1e-12 * abs(expected)))
    }
  }

  @Test func cdfIsSciPysAndQuantileInvertsIt() throws {
    for law in try MetricsFixture.read().laws.values {
      let mixture = try law.mixture
      for (x, expected) in zip(law.x, law.cdf) { #expect(close(mixture.cdf(x), expected, 1e-14)) }
      for p in [1e-12, 1e-3, 0.2, 0.5, 2.0 / 3, 0.9, 1 - 1e-6] {
        #expect(close(mixture.cdf(mixture.quantile(p)), p, 4e-16 + 1e-13 * p))
      }
      #expect(mixture.quantile(0) == -.infinity && mixture.quantile(1) == .infinity)
    }
  }

  @Test func weightsAreRelativeAndMayBeZero() throws {
    let mixture = try GaussianMixture(components: [
      .init(weight: 6, mean: [0], standardDeviation: 1),
      .init(weight: 0, mean: [100], standardDeviation: 1),
      .init(weight: 2, mean: [3], standardDeviation: 1),
    ])
    #expect(mixture.components.map(\.weight) == [0.75, 0, 0.25])
    #expect(mixture.responsibilities([100])[1] == 0)
    #expect(mixture.score(100.0).isFinite && mixture.logDensity(100.0).isFinite)
    #expect(close(mixture.mean[0], 0.75, 1e-15))
    #expect(close(mixture.covariance[0][0], 1 + 9 * 0.75 * 0.25, 1e-14))
  }

  @Test func smoothingAddsTheNoisesVariance() throws {  // METHODS 8, no. 21
    for mixture in try Mixtures.all() {
      let smoothed = mixture.smoothed(noiseLevel: 0.7)
      #expect(smoothed.components.map(\.weight) == mixture.components.map(\.weight))
      #expect(smoothed.components.map(\.mean) == mixture.components.map(\.mean))
      for (old, new) in zip(mixture.covariance.enumerated(), smoothed.covariance) {
        for column in new.indices {
          let expected = old.element[column] + (old.offset == column ? 0.49 : 0)
          #expect(close(new[column], expected, 1e-12))
        }
      }
    }
  }

  @Test func farTailsStayFinite() throws {
    let mixture = try Seeds.seed001()
    for x in [-1e6, -1e3, 1e3, 1e6] {
      // The widest component owns the tails, however small every density is.
      #expect(close(mixture.score(x), (-5 - x) / 9, 1e-9 * abs(x)))
      #expect(mixture.logDensity(x).isFinite)
    }
    #expect(mixture.density(1e6) == 0)
  }

  @Test func mistakesNameTheComponent() throws {
    func error(_ components: [GaussianMixture.Component]) -> DistributionError? {
      #expect(throws: DistributionError.self) { try GaussianMixture(components: components) }
    }
    let good = GaussianMixture.Component(mean: [0, 0], covariance: .isotropic(1))
    func bad(_ covariance: Covariance) -> DistributionError? {
      error([good, .init(mean: [0, 0], covariance: covariance)])
    }
    #expect(error([])?.code == .empty)
    #expect(bad(.isotropic(0))?.code == .notPositiveDefinite)
    #expect(bad(.diagonal([1, -1]))?.code == .notPositiveDefinite)
    #expect(bad(.diagonal([1]))?.code == .dimensionMismatch)
    #expect(bad(.full([[1, 2], [2, 1]]))?.code == .notPositiveDefinite)
    #expect(bad(.full([[1, 2], [2, 1]]))?.component == 1)
    #expect(bad(.full([[1, 0.1], [0.2, 1]]))?.code == .notSymmetric)
    #expect(bad(.full([[1, .nan], [.nan, 1]]))?.code == .notFinite)
    #expect(bad(.full([[1, 1], [1, 1]]))?.code == .notPositiveDefinite)
    #expect(error([good, .init(mean: [0], standardDeviation: 1)])?.code == .dimensionMismatch)
    let negative = error([.init(weight: -1, mean: [0], standardDeviation: 1)])
    #expect(negative?.code == .invalidWeight && negative?.component == 0)
    #expect(error([.init(weight: 0, mean: [0], standardDeviation: 1)])?.code == .invalidWeight)
    #expect(throws: DistributionError.self) { try Categorical(values: [[0], [1, 2]]) }
    #expect(throws: DistributionError.self) { try Categorical(values: [[0]], weights: [1, 2]) }
  }
}
