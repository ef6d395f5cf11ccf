import Scorewalk
import Testing

/// Mode coverage, importance weights, and the total variation of two Gaussians.
@Suite struct MetricsModeTests {
  @Test func coverage() throws {
    let atoms = try Categorical(
      values: [[0], [1], [2], [3], [9]], weights: [1, 1, 1, 1, 0])
    let partition = ModePartition(law: .categorical(atoms))
    func weights(_ values: [Double]) -> ModeWeights {
      partition.weights(of: SampleSet(rows: values))
    }
    let half = weights([0.1, 1.2, 0, 0.9])
    #expect(half.modeCount == 4)
    #expect(half.modesHit == 2 && half.coverage == 0.5)
    // ½ and ½ of four modes: log 2 / log 4.
    #expect(close(half.entropicCoverage, 0.5, 1e-15))
    #expect(half.trueEntropicCoverage == 1)
    let all = weights([0, 1, 2, 3])
    #expect(all.modesHit == 4 && all.coverage == 1 && all.entropicCoverage == 1)
    let one = weights([0, 0, 0.2])
    #expect(one.modesHit == 1 && one.entropicCoverage == 0)
    // What hits an atom without weight hits no mode.
    #expect(weights([9, 9]).modesHit == 0)
    let broken = weights([0, .nan])
    #expect(broken.modesHit == nil && broken.coverage.isNaN && broken.entropicCoverage.isNaN)
    let single = ModePartition(
      law: .mixture(try GaussianMixture(components: [.init(mean: [0], standardDeviation: 1)])))
    #expect(single.weights(of: SampleSet(rows: [4])).entropicCoverage == 1)
    // -(⅔ log₂ ⅔ + ⅓ log₂ ⅓) for the truth of seed 001, nearly.
    let seed = ModePartition(law: .mixture(try Seeds.seed001()))
    #expect(close(seed.weights(of: SampleSet(rows: [0])).trueEntropicCoverage, 0.9210, 2e-4))
  }

  /// METHODS 8, no. 42: q = N(0, 1), p = N(m, 1), log w = m x - m²/2; ESS / N → exp(-m²), log Z = 0.
  ///
  /// For m = ½ the ratio has a standard error of about .004 with 100,000 draws, log Z one of .0017: five of each.
  @Test func importanceWeights() {
    let (mean, count) = (0.5, 100_000)
    let draws = RandomStream(key: 42).draws(count)
    let weights = ImportanceWeights(
      logWeights: draws.map { mean * $0 - 0.5 * mean * mean - 1000 })
    #expect(close(weights.relativeEffectiveSampleSize, Double.exp(-0.25), 0.02))
    #expect(close(weights.logNormalizer, -1000, 0.0085))
    let expected = ((Double.exp(0.25) - 1) / Double(count)).squareRoot()
    #expect(close(weights.logNormalizerStandardError, expected, 0.1 * expected))
  }

  @Test func importanceWeightsByHand() {
    // Weights 1, 1, 2 and 0: (4)² / 6, and log 1.
    let weights = ImportanceWeights(logWeights: [0, 0, Double.log(2), -.infinity])
    #expect(close(weights.effectiveSampleSize, 16.0 / 6, 1e-15))
    #expect(close(weights.relativeEffectiveSampleSize, 4.0 / 6, 1e-15))
    #expect(close(weights.logNormalizer, 0, 1e-15))
    let equal = ImportanceWeights(logWeights: [7, 7, 7])
    #expect(equal.effectiveSampleSize == 3 && equal.logNormalizer == 7)
    #expect(equal.logNormalizerStandardError == 0)
    let none = ImportanceWeights(logWeights: [-.infinity, -.infinity])
    #expect(none.effectiveSampleSize.isNaN && none.logNormalizer == -.infinity)
    #expect(ImportanceWeights(logWeights: [0, .nan]).logNormalizer.isNaN)
    #expect(ImportanceWeights(logWeights: [0, .infinity]).effectiveSampleSize.isNaN)
  }

  /// METHODS 8, no. 41: TV of N(0, 1) and N(m, 1) is 2 Φ(m/2) - 1, so that the best classifier is right Φ(m/2) of the
  /// time.
  @Test func totalVariationOfGaussians() throws {
    for mean in [0.3, 1.0, 2.5] {
      let energies = DensityOnGrid.places(from: -12, to: 14, points: 20_001).map {
        0.5 * ($0 - mean) * ($0 - mean)
      }
      let comparison = DensityOnGrid(energies: energies, from: -12, to: 14).compared(
        with: try GaussianMixture(components: [.init(mean: [0], standardDeviation: 1)]))
      let expected = 2 * Double.normalCDF(mean / 2) - 1
      #expect(close(comparison.totalVariation, expected, 1e-6))
    }
  }
}
