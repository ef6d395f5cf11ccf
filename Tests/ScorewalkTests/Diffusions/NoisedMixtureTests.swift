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

  /// What all rows of a batch give together, by every set of kernels, is to the bit what each gives alone.
  @Test(arguments: KernelSelection.allCases.filter(\.isAvailable))
  func batchesAreTheirRows(selection: KernelSelection) throws {
    // Determinants of eight directions leave every range at these noise levels.
    let far = Law.mixture(
      try GaussianMixture(components: [
        .init(mean: Array(repeating: -2, count: 8), standardDeviation: 1e-3),
        .init(mean: Array(repeating: 1, count: 8), covariance: .diagonal((1...8).map(Double.init))),
        .init(weight: 0, mean: Array(repeating: 0, count: 8), standardDeviation: 1),
      ]))
    let two = Law.mixture(
      try GaussianMixture(components: [
        .init(weight: 1, mean: [-10, 1], standardDeviation: 1),
        .init(weight: 2, mean: [10, 0], standardDeviation: 1),
      ]))
    for law in try Self.laws + [far, two] {
      for rows in [1, 15, 16, 17, 32, 33, 70] {
        Self.expectRows(of: Double.self, law, rows, selection)
        Self.expectRows(of: Float.self, law, rows, selection)
      }
    }
  }

  private static func expectRows<S: Real>(
    of _: S.Type, _ law: Law, _ rows: Int, _ selection: KernelSelection
  ) {
    var numbers = TestNumbers(seed: UInt64(rows * 10 + law.dimension))
    let positions: Matrix<S> = numbers.matrix(law.dimension, rows, scale: 20)
    let scores = Matrix<S>(features: law.dimension, rows: rows)
    // The last point is nowhere, the one before it too far out to have a distance.
    positions[0, rows - 1] = .nan
    if rows > 1 { positions[0, rows - 2] = .infinity }
    let levels = (0..<rows).map { Double.exp(Double($0 % 70) - 35) }
    var (divergences, alone) = ([Double](repeating: 0, count: rows), [Double]())
    let batch = NoisedMixtureScratch<S>(NoisedMixture(law), kernels: S.kernels(selection))
    batch.score(
      positions: positions, noiseLevels: levels, rows: rows, into: scores,
      divergences: &divergences, probes: nil)
    var (together, expected) = ([S](), [S]())
    for row in 0..<rows {
      let point = (0..<law.dimension).map { Double(positions[$0, row]) }
      let (score, divergence) = evaluate(law, point, levels[row])
      together += (0..<law.dimension).map { scores[$0, row] }
      expected += score.map { S($0) }
      alone.append(divergence)
    }
    #expect(sameBits(together, expected), "\(S.self), \(rows) rows, \(law.dimension) dimensions")
    #expect(sameBits(divergences, alone), "\(S.self), \(rows) rows, \(law.dimension) dimensions")
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
