import Scorewalk
import Testing

@Suite struct TestPowerTests {
  @Test func noncentralTailsAreSciPys() throws {
    let rows = try StatisticsFixture.read().noncentral
    #expect(rows.count == 168)
    for row in rows {
      let law = NoncentralT(degreesOfFreedom: row.df, noncentrality: row.delta)
      let tail = law.upperTail(row.t)
      #expect(
        abs(tail - row.tail) <= 1e-10,
        "P(T > \(row.t)), ν = \(row.df), δ = \(row.delta): \(tail), not \(row.tail)")
      #expect(abs(law.cdf(row.t) + tail - 1) <= 1e-11)
      let mirrored = NoncentralT(degreesOfFreedom: row.df, noncentrality: -row.delta)
      #expect(agrees(mirrored.cdf(-row.t), tail, 1e-12))
    }
  }

  @Test func withoutAnEffectItIsStudents() {
    for df in [1, 2.5, 10, 1e3, 1e6] {
      let (law, student) = (
        NoncentralT(degreesOfFreedom: df, noncentrality: 0), StudentT(degreesOfFreedom: df)
      )
      for t in [-3, 0, 0.7, 2, 6] {
        #expect(agrees(law.upperTail(t), student.upperTail(t)), "ν = \(df), t = \(t)")
      }
    }
  }

  @Test func powerAndNumberOfSeedsAreTheTables() throws {
    for row in try StatisticsFixture.read().seeds {
      let (paired, two) = (
        TestPower.paired(effect: row.effect, count: 10),
        TestPower.twoSample(effect: -row.effect, count: 10)
      )
      #expect(abs(paired - row.paired_power_at_10) <= 1e-10)
      #expect(abs(two - row.two_sample_power_at_10) <= 1e-10)
      #expect(TestPower.pairs(effect: row.effect) == row.paired)
      #expect(TestPower.values(effect: row.effect) == row.two_sample)
    }
    // What cannot be found, and what is found with the first two.
    #expect(TestPower.pairs(effect: 0) == nil && TestPower.values(effect: 1e-9) == nil)
    #expect(TestPower.pairs(effect: 1e5) == 2)
    // A stricter level takes more; the count is the first with which the power is enough.
    for effect in [0.05, 0.3, 1.7, 40] {
      let count = try #require(TestPower.values(effect: effect, level: 0.001, wanted: 0.9))
      #expect(TestPower.twoSample(effect: effect, count: count, level: 0.001) >= 0.9)
      if count > 2 {
        #expect(TestPower.twoSample(effect: effect, count: count - 1, level: 0.001) < 0.9)
      }
    }
    #expect(abs(TestPower.paired(effect: 0, count: 7) - 0.05) <= 1e-12)
  }
}
