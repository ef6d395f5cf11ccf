import Scorewalk
import Testing

/// Scores at any noise level against those of the smoothed law.
@Suite struct NoisedMixtureTests {
  static var laws: [Law] {
    get throws {
      [
        .mixture(
          try GaussianMixture(components: [
            .init(weight: 3, mean: [-1], standardDeviation: 0.5),
            .init(mean: [2], standardDeviation: 2),
          ])),
        .mixture(
          try GaussianMixture(components: [
            .init(
              mean: [1, -2, 0],
              covariance: .full([[2, 0.5, 0.1], [0.5, 1, -0.3], [0.1, -0.3, 0.7]])),
            .init(weight: 2, mean: [0, 3, 1], covariance: .diagonal([1, 4, 0.2])),
            .init(weight: 0, mean: [0, 0, 0], standardDeviation: 1),
          ])),
        .categorical(
          try Categorical(values: [[5, 5], [-5, -5], [0, 1]], weights: [0.7, 0.2, 0.1])),
      ]
    }
  }

  private static func evaluate(
    _ law: Law, _ point: [Double], _ level: Double
  ) -> (score: [Double], divergence: Double) {
    let noised = NoisedMixture(law)
    var score = [Double](repeating: .nan, count: law.dimension)
    var scratch = [Double](repeating: .nan, count: noised.scratchCount)
    let divergence = noised.evaluate(
      at: point, noiseLevel: level, score: &score, scratch: &scratch)
    return (score, divergence)
  }

  @Test func scoreAndDivergenceAreThoseOfTheSmoothedLaw() throws {
    let stream = RandomStream(key: 5)
    for law in try Self.laws {
      for (index, level) in [0.05, 0.3, 1, 7, 80].enumerated() {
        let smoothed = law.smoothed(noiseLevel: level)
        for row in 0..<20 {
          let point = (0..<law.dimension).map {
            3 * stream.normal(.evaluation, step: UInt64(index), row: row, column: $0)
          }
          let (score, divergence) = Self.evaluate(law, point, level)
          let expected = smoothed.score(point)
          let size = expected.map(abs).max() ?? 0
          for (one, other) in zip(score, expected) {
            #expect(abs(one - other) < 1e-11 * (1 + size))
          }
          let jacobian = smoothed.scoreJacobian(point)
          let trace = jacobian.indices.reduce(0) { $0 + jacobian[$1][$1] }
          #expect(abs(divergence - trace) < 1e-9 * (1 + size * size + abs(trace)))
        }
      }
    }
  }

  /// Far out, where every component underflows.
  @Test func tails() throws {
    let law = try Self.laws[0]
    let (score, divergence) = Self.evaluate(law, [1e6], 0)
    #expect(abs(score[0] - (2 - 1e6) / 4) < 1e-9)
    #expect(abs(divergence + 0.25) < 1e-3)
  }

  /// A V = V diag(λ) with orthogonal V.
  @Test func eigenvectors() {
    let matrix = [[2, 0.5, 0.1], [0.5, 1, -0.3], [0.1, -0.3, 0.7]]
    let (values, vectors) = SymmetricEigenvalues.decomposition(of: matrix)
    #expect(values == SymmetricEigenvalues.values(of: matrix))
    for i in 0..<3 {
      for j in 0..<3 {
        let left = (0..<3).reduce(0) { $0 + matrix[i][$1] * vectors[$1][j] }
        #expect(abs(left - vectors[i][j] * values[j]) < 1e-14)
        let dot = (0..<3).reduce(0) { $0 + vectors[$1][i] * vectors[$1][j] }
        #expect(abs(dot - (i == j ? 1 : 0)) < 1e-14)
      }
    }
  }
}
