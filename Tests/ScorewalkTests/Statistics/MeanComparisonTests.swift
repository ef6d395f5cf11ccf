import Scorewalk
import Testing

@Suite struct MeanComparisonTests {
  @Test func testsAndIntervalsAreSciPys() throws {
    let rows = try StatisticsFixture.read().tests
    #expect(rows.count == 6)
    for row in rows {
      let mean = MeanEstimate(row.a)
      #expect(mean.count == row.a.count && agrees(mean.mean, row.mean.mean))
      #expect(agrees(mean.deviation, row.mean.deviation))
      let interval = try #require(mean.interval())
      #expect(
        agrees(interval.lowerBound, row.mean.low) && agrees(interval.upperBound, row.mean.high))

      let welch = try #require(MeanDifference.welch(row.a, row.b))
      #expect(welch.method == .welch && agrees(welch.statistic, row.welch.t))
      #expect(
        agrees(welch.degreesOfFreedom, row.welch.df) && agrees(welch.probability, row.welch.p))
      let range = try #require(welch.interval())
      #expect(agrees(range.lowerBound, row.welch.low))
      #expect(agrees(range.upperBound, row.welch.high))

      guard let expected = row.paired else { continue }
      let paired = try #require(MeanDifference.paired(row.a, expected.b))
      guard case .paired(let correlation) = paired.method else {
        Issue.record("\(paired.method)")
        continue
      }
      #expect(agrees(correlation, expected.r) && agrees(paired.statistic, expected.t))
      #expect(paired.degreesOfFreedom == expected.df && agrees(paired.probability, expected.p))
      let differences = try #require(paired.interval())
      #expect(agrees(differences.lowerBound, expected.low))
      #expect(agrees(differences.upperBound, expected.high))
    }
  }

  @Test func oneValueSaysNothingOfItsUncertainty() {
    #expect(MeanEstimate([3]).interval() == nil)
    #expect(MeanEstimate([3]).mean == 3 && MeanEstimate([3]).deviation.isNaN)
    #expect(MeanDifference.welch([1], [2, 3]) == nil && MeanDifference.paired([1], [2]) == nil)
  }

  @Test func constantValues() throws {
    // 0.1 three times: no rounding makes a deviation of it.
    let constant = MeanEstimate([0.1, 0.1, 0.1])
    #expect(constant.mean == 0.1 && constant.deviation == 0)
    #expect(constant.interval() == 0.1...0.1)
    let same = try #require(MeanDifference.welch([2, 2, 2], [2, 2]))
    #expect(same.statistic == 0 && same.probability == 1)
    let other = try #require(MeanDifference.paired([2, 2, 2], [3, 3, 3]))
    #expect(other.probability == 0 && other.interval() == 1...1)
    guard case .paired(let correlation) = other.method else { return }
    #expect(correlation.isNaN)
  }

  /// What is finite never becomes infinite or nothing on the way; what cannot be said is nil.
  @Test(arguments: [1e-300, 1e200, 1e284, 1e307]) func scalesMakeNoDifference(_ scale: Double)
    throws
  {
    let (first, second) = ([1, 2, 4.0], [1.5, 3, 4.25])
    let (one, two) = (first.map { $0 * scale }, second.map { $0 * scale })
    let (mean, usual) = (MeanEstimate(one), MeanEstimate(first))
    #expect(
      agrees(mean.mean, usual.mean * scale) && agrees(mean.deviation, usual.deviation * scale))
    let welch = try #require(MeanDifference.welch(one, two))
    let plain = try #require(MeanDifference.welch(first, second))
    #expect(agrees(welch.probability, plain.probability))
    #expect(agrees(welch.degreesOfFreedom, plain.degreesOfFreedom))
    let paired = try #require(MeanDifference.paired(one, two))
    let usualPairs = try #require(MeanDifference.paired(first, second))
    #expect(agrees(paired.probability, usualPairs.probability))
    guard case .paired(let correlation) = paired.method else { return }
    #expect(agrees(correlation, MeanDifference.correlation(first, second)))
  }

  @Test func whatIsBeyondAllNumbersIsNotSaid() {
    let values = [1.7e308, -1.7e308, 1.7e308]
    #expect(MeanEstimate(values).interval() == nil && MeanEstimate(values).mean.isFinite)
    #expect(MeanEstimate([1e308, -1e308]).interval() == nil)
    #expect(MeanDifference.paired(values, values.map { -$0 }) == nil)
    #expect(MeanDifference.welch(values, values.map { -$0 }) == nil)
    // The difference can be said, and its interval cannot.
    let wide = MeanDifference.welch([1e308, 0], [0, 1e308])
    #expect(wide != nil && wide?.interval() == nil)
    #expect(
      MeanEstimate([Double.greatestFiniteMagnitude, .greatestFiniteMagnitude]).deviation == 0)
  }

  @Test func holmIsTheTables() throws {
    for row in try StatisticsFixture.read().holm {
      let adjusted = Holm.adjusted(row.p)
      #expect(zip(adjusted, row.adjusted).allSatisfy { agrees($0, $1, 1e-14) })
    }
    #expect(Holm.adjusted([]) == [])
  }

  /// 40,000 intervals for each n: the standard error of the coverage is 0.11 %, so that 1 % is nine of them.
  @Test(arguments: [3, 5, 10]) func intervalsHold95OfHundred(_ count: Int) throws {
    let repetitions = 40_000
    let draws = RandomStream(key: 0x5eed).draws(repetitions * count, step: UInt64(count))
    var hits = (mean: 0, welch: 0, paired: 0)
    for index in 0..<repetitions {
      let values = Array(draws[index * count..<(index + 1) * count]).map { 5 + 3 * $0 }
      let next = (index + 1) % repetitions
      // Another law and variance for the other side; true differences of -4.
      let other = Array(draws[next * count..<(next + 1) * count]).map { 1 + $0 }
      if try #require(MeanEstimate(values).interval()).contains(5) { hits.mean += 1 }
      let paired = try #require(MeanDifference.paired(values, other))
      if paired.interval()?.contains(-4) ?? false { hits.paired += 1 }
      let welch = try #require(MeanDifference.welch(values, other))
      if welch.interval()?.contains(-4) ?? false { hits.welch += 1 }
    }
    for (name, hit) in [("mean", hits.mean), ("paired", hits.paired)] {
      let coverage = Double(hit) / Double(repetitions)
      #expect(abs(coverage - 0.95) <= 0.01, "\(name): \(coverage)")
    }
    // Welch's is approximate, and too wide rather than too narrow for three values a side.
    let coverage = Double(hits.welch) / Double(repetitions)
    #expect(abs(coverage - 0.95) <= 0.02, "welch: \(coverage)")
  }
}
