import Experiments
import Scorewalk
import Testing

@Suite struct SampleSetComparisonTests {
  /// x ← φ x + √(1 - φ²) ξ, from its stationary law: 4 chains of 500 draws.
  private func chains(_ number: Int, memory: Double) -> SampleSet {
    let stream = RandomStream(seed: 5, name: "chains")
    let noise = (1 - memory * memory).squareRoot()
    var values: [Double] = []
    for chain in 0..<4 {
      func normal(_ draw: Int) -> Double {
        stream.normal(.evaluation, step: UInt64(draw), row: 4 * number + chain, column: 0)
      }
      var x = normal(0)
      for draw in 1...500 {
        x = memory * x + noise * normal(draw)
        values.append(x)
      }
    }
    return SampleSet(values: values, chains: 4, draws: 500, dimension: 1)
  }

  /// Of 500 pairs of chains of one law 5 % are rejected at 5 %: 25 ± 4.9, and 40 is three deviations away. Thinned to all of
  /// the effective size, twice as many would be.
  @Test func dependentDrawsOfOneLawAreRarelyRejected() throws {
    var rejected = (energy: 0, ks: 0, any: 0)
    for pair in 0..<500 {
      let (one, two) = (chains(2 * pair, memory: 0.95), chains(2 * pair + 1, memory: 0.95))
      let sizes = (
        try #require(SampleSetComparison.size(one)), try #require(SampleSetComparison.size(two))
      )
      // Chains whose sizes are underestimated may be too short.
      guard
        let tests = SampleSetComparison.Tests(
          one, two, sizes: sizes, sharesStreams: false,
          stream: RandomStream(seed: UInt64(pair), name: "test"))
      else { continue }
      if tests.energy.probability <= 0.05 { rejected.energy += 1 }
      if tests.kolmogorovSmirnov[0].probability <= 0.05 { rejected.ks += 1 }
      if tests.probability <= 0.05 { rejected.any += 1 }
    }
    #expect((8...40).contains(rejected.energy), "\(rejected)")
    #expect((3...40).contains(rejected.ks), "\(rejected)")
    #expect(rejected.any <= 40, "\(rejected)")
  }

  @Test func shortChainsAreNotTested() {
    let set = chains(0, memory: 0.5)
    let stream = RandomStream(seed: 0, name: "test")
    for (size, isTested) in [(19.0, false), (20.0, true)] {
      let tests = SampleSetComparison.Tests(
        set, set, sizes: (size, 100), sharesStreams: false, stream: stream)
      #expect((tests != nil) == isTested)
    }
  }
}
