import Scorewalk
import Testing

@Suite struct StudentTTests {
  @Test func tailsAndDensitiesAreSciPys() throws {
    let rows = try StatisticsFixture.read().student
    #expect(rows.count == 16)
    for row in rows {
      let law = StudentT(degreesOfFreedom: row.df)
      for point in row.points {
        #expect(
          agrees(law.upperTail(point.t), point.tail),
          "P(T > \(point.t)), ν = \(row.df): \(law.upperTail(point.t)), not \(point.tail)")
        #expect(agrees(law.density(point.t), point.density), "f(\(point.t)), ν = \(row.df)")
        #expect(law.cdf(-point.t) == law.upperTail(point.t))
        #expect(law.density(-point.t) == law.density(point.t))
      }
    }
  }

  @Test func quantilesAreSciPysDownTo1e300() throws {
    for row in try StatisticsFixture.read().student {
      let law = StudentT(degreesOfFreedom: row.df)
      #expect(row.quantiles.count == 17)
      for (q, t) in row.quantiles.map({ ($0.q, $0.t) }) {
        let found = law.upperQuantile(q)
        #expect(agrees(found, t), "tail \(q), ν = \(row.df): \(found), not \(t)")
        #expect(law.quantile(q) == -law.upperQuantile(q))
        #expect(agrees(law.upperTail(found), q), "tail \(q), ν = \(row.df), and back")
      }
    }
  }

  @Test func closedForms() {
    // ν = 1 is Cauchy's law, P(T > 1) = 1/4; ν = 2 has P(T > t) = ½ - t / (2 √(2 + t²)).
    let cauchy = StudentT(degreesOfFreedom: 1)
    #expect(agrees(cauchy.upperTail(1), 0.25, 1e-15))
    #expect(agrees(cauchy.upperTail(1e150), 1 / (Double.pi * 1e150), 1e-13))
    #expect(agrees(cauchy.upperTail(1e250), 1 / (Double.pi * 1e250), 1e-13))
    #expect(agrees(cauchy.density(0), 1 / Double.pi, 1e-15))
    let two = StudentT(degreesOfFreedom: 2)
    for t in [0.3, 1, 2.5] {
      #expect(agrees(two.upperTail(t), 0.5 - t / (2 * (2 + t * t).squareRoot()), 1e-13))
      #expect(agrees(two.upperQuantile(two.upperTail(t)), t, 1e-13))
    }
    // Near the middle the quantile is (p - ½) / f(0), where p itself has few digits of it.
    let p = 0.5 + 0x1p-40
    #expect(agrees(two.quantile(p), 0x1p-40 / two.density(0), 1e-12))
    // The normal law is its limit: the difference is of order 1/ν.
    let wide = StudentT(degreesOfFreedom: 1e9)
    #expect(agrees(wide.upperTail(1.5), Double.normalCDF(-1.5), 1e-8))
  }

  @Test func edges() {
    let law = StudentT(degreesOfFreedom: 3.5)
    #expect(law.upperTail(0) == 0.5)
    #expect(law.upperTail(.infinity) == 0 && law.upperTail(-.infinity) == 1)
    #expect(law.upperTail(.nan).isNaN)
    #expect(law.quantile(0) == -.infinity && law.quantile(1) == .infinity)
    #expect(law.quantile(0.5) == 0 && law.upperQuantile(1) == -.infinity)
    #expect(law.quantile(-0.1).isNaN && law.quantile(1.1).isNaN && law.quantile(.nan).isNaN)
    #expect(law.twoSided(0) == 1 && law.twoSided(-2) == law.twoSided(2))
    #expect(agrees(law.upperTail(-2), 1 - law.upperTail(2), 1e-15))
    // The tail is ever smaller, across the border between the two fractions too.
    var last = 1.0
    for step in 0..<2000 {
      let tail = law.upperTail(-4 + 0.004 * Double(step))
      #expect(tail < last)
      last = tail
    }
  }
}
