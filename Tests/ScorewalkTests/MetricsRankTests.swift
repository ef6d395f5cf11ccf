import Scorewalk
import Testing

@Suite struct MetricsRankTests {
  @Test func ranksAreArviZs() throws {
    let entries = try MetricsFixture.read().ranks
    #expect(entries.count == 14)
    for entry in entries {
      let diagnostics = RankDiagnostics(entry.samples)
      #expect(close(diagnostics.rHat, entry.rhat, 1e-10))
      #expect(close(diagnostics.bulkEffectiveSampleSize, entry.bulk, 1e-10 * entry.bulk))
      #expect(close(diagnostics.tailEffectiveSampleSize, entry.tail, 1e-10 * entry.tail))
      let error = ChainDiagnostics(entry.samples).deviationStandardError
      #expect(close(error, entry.mcse_sd, 1e-10 * entry.mcse_sd))
    }
  }

  @Test func scoresAndQuantilesByHand() {
    // Ranks 4, 1.5, 3, 1.5 of four: (r - 3/8) / 4.25.
    let values: [Double] = [5, -1, 2, -1]
    let scores = RankDiagnostics.normalScores(chains: 1, draws: 4) { values[$0] }.values
    for (score, rank) in zip(scores, [4, 1.5, 3, 1.5]) {
      #expect(score == Double.normalQuantile((rank - 0.375) / 4.25))
    }
    #expect(close(scores[0], 1.0491, 5e-5))
    let sorted = [0.0, 1, 2, 3, 10]
    #expect(RankDiagnostics.quantile(0.5, ofSorted: sorted) == 2)
    #expect(close(RankDiagnostics.quantile(0.05, ofSorted: sorted), 0.2, 1e-15))
    #expect(close(RankDiagnostics.quantile(0.95, ofSorted: sorted), 8.6, 1e-14))
    #expect(RankDiagnostics.quantile(1, ofSorted: sorted) == 10)
    #expect(RankDiagnostics.quantile(0.3, ofSorted: [7]) == 7)
  }

  /// Chains that are the same but for an offset c: every chain has variance v, so that W = v, B = n c² s², s² the
  /// variance of their numbers, and R̂² = 1 - 1/n + c² s² / v (METHODS 8, no. 43).
  @Test func offsetChainsInClosedForm() {
    let draws = 50
    let wave = (0..<draws).map { Double(($0 * 7) % draws) }
    let (offset, chains) = (30.0, 2)
    let values = (0..<chains).flatMap { chain in wave.map { $0 + offset * Double(chain) } }
    let variance = Double(draws * (draws + 1)) / 12
    let expected = (1 - 1 / Double(draws) + offset * offset * 0.5 / variance).squareRoot()
    #expect(
      close(
        RankDiagnostics.rHat(ChainSeries(values, chains: chains, draws: draws)), expected, 1e-13))
  }

  /// Independent draws: R̂ - 1 is about 2e-4 ± 3e-4 for 4 chains of 2,000, so that 1.01 is missed with a probability
  /// far below 1e-9; bulk and tail sizes have a relative deviation of about 2 %, and 15 % is seven of them.
  @Test func independentDraws() {
    let stream = RandomStream(key: 19)
    let values = stream.draws(4 * 2000)
    let samples = SampleSet(values: values, chains: 4, draws: 2000, dimension: 1)
    let diagnostics = RankDiagnostics(samples)
    #expect(diagnostics.rHat < 1.01)
    #expect(abs(diagnostics.bulkEffectiveSampleSize / 8000 - 1) < 0.15)
    #expect(abs(diagnostics.tailEffectiveSampleSize / 8000 - 1) < 0.15)
    // One chain elsewhere, one wider: R̂ of means sees the first alone, R̂ of ranks both.
    let moved = values.enumerated().map { $0.offset < 2000 ? $0.element + 1 : $0.element }
    let wider = values.enumerated().map { $0.offset < 2000 ? $0.element * 3 : $0.element }
    func rHat(_ values: [Double]) -> Double {
      RankDiagnostics(SampleSet(values: values, chains: 4, draws: 2000, dimension: 1)).rHat
    }
    #expect(rHat(moved) > 1.05)
    #expect(rHat(wider) > 1.05)
    #expect(RankDiagnostics.rHat(ChainSeries(wider, chains: 4, draws: 2000)) < 1.01)
    // Ranks do not change under a monotone map, nor the diagnostics of the bulk.
    let cubes = SampleSet(
      values: values.map { $0 * $0 * $0 }, chains: 4, draws: 2000, dimension: 1)
    #expect(
      RankDiagnostics(cubes).bulkEffectiveSampleSize == diagnostics.bulkEffectiveSampleSize)
  }

  @Test func nothingToSayOfConstantShortOrBrokenChains() {
    func diagnostics(_ values: [Double], chains: Int = 1) -> RankDiagnostics {
      RankDiagnostics(
        SampleSet(values: values, chains: chains, draws: values.count / chains, dimension: 1))
    }
    for values in [
      [Double](repeating: 0.1, count: 60), [1, 2, 3], [1, 2, .nan, 3], [1, 2, 3, .infinity],
    ] {
      let found = diagnostics(values)
      #expect(found.rHat.isNaN)
      #expect(found.bulkEffectiveSampleSize.isNaN && found.tailEffectiveSampleSize.isNaN)
      let errors = ChainDiagnostics(SampleSet(rows: values))
      #expect(errors.standardError.isNaN && errors.deviationStandardError.isNaN)
    }
    // Chains that stand still at different places never agree.
    let stuck = [Double](repeating: 0.1, count: 10) + [Double](repeating: 0.7, count: 10)
    #expect(diagnostics(stuck, chains: 2).rHat == .infinity)
  }
}

extension RandomStream {
  /// Independent standard normal numbers.
  func draws(_ count: Int, step: UInt64 = 0) -> [Double] {
    let noise = Matrix<Double>(features: 1, rows: count)
    normals(.evaluation, step: step, rows: 0..<count, columns: 0..<1, into: noise)
    return (0..<count).map { noise[0, $0] }
  }
}
