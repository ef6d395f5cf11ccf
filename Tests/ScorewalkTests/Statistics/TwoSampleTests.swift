import Scorewalk
import Testing

@Suite struct TwoSampleTests {
  @Test func kolmogorovsLawIsSciPys() throws {
    let rows = try StatisticsFixture.read().kolmogorov
    #expect(rows.count == 15)
    for row in rows {
      let tail = KolmogorovDistribution.upperTail(row.lambda)
      #expect(agrees(tail, row.tail), "P(K > \(row.lambda)): \(tail), not \(row.tail)")
    }
    #expect(KolmogorovDistribution.upperTail(0) == 1)
    #expect(KolmogorovDistribution.upperTail(-1) == 1)
    #expect(KolmogorovDistribution.upperTail(.nan).isNaN)
    #expect(KolmogorovDistribution.upperTail(.infinity) == 0)
  }

  @Test func stephensCorrection() {
    // n = m = 50: √25 = 5, so that λ = 5.142 D.
    let p = KolmogorovDistribution.probability(distance: 0.28, sizes: (50, 50))
    #expect(p == KolmogorovDistribution.upperTail((5 + 0.12 + 0.022) * 0.28))
    #expect(KolmogorovDistribution.probability(distance: 0, sizes: (3, 4.5)) == 1)
  }

  private func draws(_ count: Int, step: UInt64, dimension: Int = 1) -> SampleSet {
    SampleSet(
      rows: RandomStream(key: 41).draws(count * dimension, step: step), dimension: dimension)
  }

  @Test(arguments: [1, 3]) func theDistanceIsThatOfTheMetric(_ dimension: Int) {
    let (one, two) = (
      draws(40, step: 0, dimension: dimension), draws(25, step: 1, dimension: dimension)
    )
    let test = EnergyTest(one, two, relabellings: 9, stream: RandomStream(key: 1))
    #expect(agrees(test.distance, one.energyDistance(to: two), 1e-12))
    #expect(test == EnergyTest(one, two, relabellings: 9, stream: RandomStream(key: 1)))
  }

  /// Three points beside three: the observed split and its mirror are the two farthest of the 20 there are, so that p is
  /// about 2/20.
  @Test func fewPointsByHand() {
    let test = EnergyTest(
      SampleSet(rows: [0, 0.1, 0.25]), SampleSet(rows: [5, 5.2, 5.5]), relabellings: 4999,
      stream: RandomStream(key: 2))
    // The standard error of p is .0042; .02 is nearly five of them.
    #expect(abs(test.probability - 0.1) < 0.02)
    let same = EnergyTest(
      SampleSet(rows: [1, 1]), SampleSet(rows: [1, 1, 1]), relabellings: 99,
      stream: RandomStream(key: 2))
    #expect(same.distance == 0 && same.probability == 1)
  }

  /// Squares of such values overflow or vanish; the p value is that of the same points at 1.
  @Test(arguments: [1e200, 1e300, 1e-200]) func scalesMakeNoDifference(_ scale: Double) {
    let stream = RandomStream(key: 5)
    let (one, two) = (draws(20, step: 2), SampleSet(rows: draws(20, step: 3).values.map { $0 + 1 }))
    let plain = EnergyTest(one, two, relabellings: 199, stream: stream)
    let test = EnergyTest(
      SampleSet(rows: one.values.map { $0 * scale }),
      SampleSet(rows: two.values.map { $0 * scale }), relabellings: 199, stream: stream)
    #expect(test.probability == plain.probability)
    #expect(agrees(test.distance, plain.distance * scale.squareRoot(), 1e-9))
  }

  /// Of 400 pairs of samples of one law 5 % are rejected at 5 %: 20 ± 4.4, and 38 is four deviations away.
  @Test func oneLawIsRarelyRejectedAndTwoOften() {
    var rejected = (energy: 0, ks: 0, moved: 0)
    for index in 0..<400 {
      let (one, two) = (
        draws(30, step: UInt64(2 * index + 10)), draws(30, step: UInt64(2 * index + 11))
      )
      let stream = RandomStream(key: UInt64(index))
      if EnergyTest(one, two, relabellings: 99, stream: stream).probability <= 0.05 {
        rejected.energy += 1
      }
      let distance = EmpiricalDistribution(one.values)
        .kolmogorovSmirnov(against: EmpiricalDistribution(two.values))
      if KolmogorovDistribution.probability(distance: distance, sizes: (30, 30)) <= 0.05 {
        rejected.ks += 1
      }
      let moved = SampleSet(rows: two.values.map { $0 + 1 })
      if EnergyTest(one, moved, relabellings: 99, stream: stream).probability <= 0.05 {
        rejected.moved += 1
      }
    }
    #expect((4...38).contains(rejected.energy), "\(rejected)")
    #expect((2...38).contains(rejected.ks), "\(rejected)")
    #expect(rejected.moved > 350, "\(rejected)")
  }
}
