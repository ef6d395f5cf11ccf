import Scorewalk
import Testing

/// Errors of scores against closed forms.
@Suite struct MetricsScoreTests {
  /// s(x) = a x + b on N(m, s²): E|s - s*|² = (a + 1/s²)² s² + (a m + b)², I = 1/s².
  @Test func linearScoresOnAGaussian() throws {
    let (mean, deviation) = (0.7, 1.3)
    let square = deviation * deviation
    let law = try GaussianMixture(components: [.init(mean: [mean], standardDeviation: deviation)])
    let judge = ScoreError(law: law)
    for (slope, shift) in [(-0.4, 0.3), (0.0, 0.0), (-1 / square, mean / square), (2.0, -1.0)] {
      let report = judge.report { $0.map { slope * $0 + shift } }
      let middle = slope * mean + shift
      let exact = (slope + 1 / square) * (slope + 1 / square) * square + middle * middle
      #expect(close(report.total.error.value, exact, 1e-12))
      #expect(close(report.rootMeanSquare, exact.squareRoot(), 1e-6))
      #expect(close(report.total.relativeError.value, exact * square, 1e-12))
      #expect(close(report.total.information.value, 1 / square, 1e-12))
      #expect(report.total.error.isExact && report.total.region == nil)
    }
    // Modes are |u| ≤ 1.96, tails the rest: E[u²; |u| ≤ r] = .95 - 2 r φ(r).
    let parts = judge.report { $0.map { _ in 0 } }.parts
    #expect(parts.map(\.region) == [.modes, .tails])
    #expect(close(parts[0].mass.value, 0.95, 1e-12) && close(parts[1].mass.value, 0.05, 1e-12))
    let radius = 1.959963984540054
    let density = Double.exp(-0.5 * radius * radius) / (2 * Double.pi).squareRoot()
    let inside = (0.95 - 2 * radius * density) / square
    #expect(close(parts[0].information.value, inside / 0.95, 1e-12))
    #expect(close(parts[1].information.value, (1 / square - inside) / 0.05, 1e-10))
    #expect(parts.allSatisfy { close($0.relativeError.value, 1, 1e-12) })
  }

  @Test func zeroHasErrorOneAndTheExactScoreNone() throws {
    let plane = try Seeds.seed002().smoothed(noiseLevel: 3)
    for law in [try Seeds.seed000(), try Seeds.seed001(), plane] {
      let judge = ScoreError(law: law)
      let zero = judge.report { $0.map { _ in 0 } }
      #expect(close(zero.total.relativeError.value, 1, 1e-12))
      let information = law.fisherInformation.value
      let allowed = 1e-10 + 5 * zero.total.information.standardError
      #expect(abs(zero.total.error.value - information) < allowed)
      var mass = 0.0
      for part in zero.parts {
        mass += part.mass.value
        #expect(close(part.relativeError.value, 1, 1e-12))
      }
      #expect(close(mass, 1, 1e-12) && zero.parts.count == 3)
      let dimension = law.dimension
      let exact = judge.report { inputs in
        stride(from: 0, to: inputs.count, by: dimension).flatMap {
          law.score(Array(inputs[$0..<($0 + dimension)]))
        }
      }
      #expect(exact.total.error.value == 0 && exact.parts.allSatisfy { $0.error.value == 0 })
    }
  }

  /// The mean over parts, weighted by mass, is the whole; in the plane too, where it is sampled.
  @Test func partsMakeUpTheWhole() throws {
    for law in [try Seeds.seed001(), try Seeds.seed002()] {
      let report = ScoreError(law: law).report { $0.enumerated().map { 0.1 * $1 + 0.01 } }
      var sum = 0.0
      for part in report.parts { sum += part.mass.value * part.error.value }
      #expect(close(sum, report.total.error.value, 1e-9 * sum))
      let isSampled = law.dimension > 1
      #expect(report.total.error.isExact != isSampled)
    }
  }

  /// In the plane, N(0, I): s = -c x has E|s - s*|² = 2 (1 - c)², within 5 standard errors (probability
  /// 6e-7); the error itself is √(Var) = 2 (1 - c)² / √n. The 95 % disc has mass .95.
  @Test func standardErrorsAreRight() throws {
    let law = try GaussianMixture(components: [.init(mean: [0, 0], standardDeviation: 1)])
    let report = ScoreError(law: law).report { $0.map { -0.7 * $0 } }
    let error = report.total.error
    #expect(close(error.standardError, 0.18 / 256, 0.02 * 0.18 / 256))
    #expect(abs(error.value - 0.18) < 5 * error.standardError)
    #expect(close(report.total.relativeError.value, 0.09, 1e-12))
    #expect(report.total.relativeError.standardError < 1e-12)
    let modes = try #require(report.parts.first)
    #expect(close(modes.mass.standardError, (0.95 * 0.05).squareRoot() / 256, 1e-5))
    #expect(abs(modes.mass.value - 0.95) < 5 * modes.mass.standardError)
  }

  @Test func regionsOfKnownPoints() throws {
    // Radius √5.9915 = 2.4477 in the plane.
    let law = try Seeds.seed002()
    let regions = ScoreRegions(law: law)
    #expect(close(regions.squaredRadius, 5.991464547107979, 1e-12))
    let points: [([Double], ScoreRegion)] = [
      ([-10, 1], .modes), ([-10, 3.4], .modes), ([-10, 3.5], .tails), ([10, -2.4], .modes),
      ([0, 0.5], .valley), ([0, 2.9], .valley), ([0, 3.0], .tails), ([-12.4, 1], .modes),
      ([-12.5, 1], .tails), ([7, 0.2], .valley), ([13, 0], .tails), ([0, -1.94], .valley),
    ]
    for (point, region) in points { #expect(regions.region(of: point) == region, "\(point)") }
    // A mode in between: no valley past it.
    let three = ScoreRegions(
      law: try GaussianMixture(components: [
        .init(mean: [-10, 0], standardDeviation: 1), .init(mean: [0, 1], standardDeviation: 1),
        .init(mean: [10, 0], standardDeviation: 1),
      ]))
    #expect(three.region(of: [5, 0.5]) == .valley && three.region(of: [-5, 0.5]) == .valley)
    // Between the outer two alone, this would be one; as it is, it is 2.6 away from both ways.
    #expect(three.region(of: [2.5, -1.9]) == .tails && three.region(of: [0, -1.4]) == .modes)
    let line = ScoreRegions(law: try Seeds.seed001())
    #expect(line.region(of: [2]) == .valley && line.region(of: [0.8]) == .modes)
    #expect(line.region(of: [4.03]) == .valley && line.region(of: [4.05]) == .modes)
    #expect(line.region(of: [-11]) == .tails && line.region(of: [8]) == .tails)
    // Unequal covariances: between N(0, 4 I) and N((20, 0), I), C̄ = 2.5 I and the radius is 3.870.
    let unequal = ScoreRegions(
      law: try GaussianMixture(components: [
        .init(mean: [0, 0], standardDeviation: 2),
        .init(mean: [20, 0], covariance: .diagonal([1, 1])),
      ]))
    #expect(unequal.region(of: [10, 3.8]) == .valley && unequal.region(of: [10, 3.9]) == .tails)
  }

  /// SciPy's chi2.ppf(0.95, d).
  @Test func quantilesOfChiSquared() {
    for (dimension, value) in [
      (1, 3.841458820694124), (2, 5.991464547107979), (3, 7.814727903251179),
      (5, 11.070497693516351), (10, 18.307038053275146), (101, 125.45841940848237),
    ] {
      #expect(close(ChiSquared.quantile(0.95, dimension: dimension), value, 1e-10 * value))
    }
  }

  /// One row at m and noise σ: the floor's score is (m - x)/σ², against N(m, s² + σ²) an error of
  /// (1/σ² - 1/v)² v.
  @Test func theFloorOfOneRow() throws {
    let law = try GaussianMixture(components: [.init(mean: [1], standardDeviation: 0.5)])
    let judge = ScoreError(law: law.smoothed(noiseLevel: 2))
    let floor = try judge.floor(rows: [1], noiseLevel: 2)
    let difference = 1 / 4.0 - 1 / 4.25
    #expect(close(floor.total.error.value, difference * difference * 4.25, 1e-12))
    // Of 300 rows of seed 002 at σ = 3, between .0001 and .002 (METHODS 0.3 has .0003 for one draw).
    let seed = try Seeds.seed002()
    let rows = Law.mixture(seed).sample(count: 300, stream: RandomStream(key: 2))
    let plane = ScoreError(law: seed.smoothed(noiseLevel: 3))
    let relative = try plane.floor(rows: rows, noiseLevel: 3).total.relativeError.value
    #expect(relative > 1e-4 && relative < 2e-3, "\(relative)")
  }
}
