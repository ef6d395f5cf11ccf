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
      #expect(
        TestPower.count { TestPower.paired(effect: row.effect, count: $0) } == row.paired)
      #expect(
        TestPower.count { TestPower.twoSample(effect: row.effect, count: $0) } == row.two_sample)
    }
    // What cannot be found, and what is found with the first two.
    #expect(TestPower.count { TestPower.paired(effect: 0, count: $0) } == nil)
    #expect(TestPower.count { TestPower.paired(effect: 1e5, count: $0) } == 2)
    #expect(abs(TestPower.paired(effect: 0, count: 7) - 0.05) <= 1e-12)
  }
}
