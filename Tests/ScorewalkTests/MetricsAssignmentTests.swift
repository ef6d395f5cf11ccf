import Testing

@testable import Scorewalk

/// Exact assignments, Wasserstein-2 in several dimensions, and the classifier two-sample test.
@Suite struct MetricsAssignmentTests {
  private func numbers(_ count: Int, _ key: UInt64) throws -> [Double] {
    try rows(normal([0]), count, key).values
  }

  private func normal(_ mean: [Double], _ variance: Double = 1) throws -> GaussianMixture {
    try GaussianMixture(components: [.init(mean: mean, covariance: .isotropic(variance))])
  }

  private func rows(_ law: GaussianMixture, _ count: Int, _ key: UInt64) -> SampleSet {
    SampleSet(
      rows: Law.mixture(law).sample(
        rows: 0..<count, stream: RandomStream(key: key), step: 0, purposes: .evaluation),
      dimension: law.dimension)
  }

  /// The least cost over all permutations.
  private func leastCost(_ costs: [Double], _ count: Int, _ row: Int = 0, _ taken: Int = 0)
    -> Double
  {
    if row == count { return 0 }
    var least = Double.infinity
    for column in 0..<count where taken & (1 << column) == 0 {
      let rest = leastCost(costs, count, row + 1, taken | 1 << column)
      least = min(least, costs[row * count + column] + rest)
    }
    return least
  }

  @Test(arguments: [1, 2, 3, 5, 7], [1, 2, 3, 4])
  func noPermutationIsCheaper(count: Int, key: UInt64) throws {
    // Rounded, so that there are ties; negative ones too.
    let costs = try numbers(count * count, key).map { ($0 * 4).rounded() }
    let columns = Assignment(costs: costs, count: count).columns
    #expect(columns.sorted() == Array(0..<count))
    let cost = columns.enumerated().reduce(0) { $0 + costs[$1.offset * count + $1.element] }
    #expect(cost == leastCost(costs, count))
  }

  /// A large one has a certificate: potentials are not shown, but no exchange of two columns is cheaper, and none of three.
  @Test func noExchangeIsCheaper() throws {
    let count = 60
    let costs = try numbers(count * count, 9)
    let columns = Assignment(costs: costs, count: count).columns
    #expect(Set(columns).count == count)
    func cost(_ row: Int, _ column: Int) -> Double { costs[row * count + columns[column]] }
    for one in 0..<count {
      for two in 0..<count where two != one {
        #expect(
          cost(one, one) + cost(two, two) <= cost(one, two) + cost(two, one) + 1e-12)
        for three in 0..<count where three != one && three != two {
          let now = cost(one, one) + cost(two, two) + cost(three, three)
          if now > cost(one, two) + cost(two, three) + cost(three, one) + 1e-12 {
            Issue.record("\(one), \(two), \(three) had better turn round")
          }
        }
      }
    }
  }

  /// METHODS: W₂ of a translation is its length, whatever the points.
  @Test func translations() throws {
    let one = try rows(normal([0, 0, 0]), 200, 3)
    let shift = [3.0, -1, 0.5]
    let other = SampleSet(
      rows: one.values.enumerated().map { $1 + shift[$0 % 3] }, dimension: 3)
    #expect(abs(one.wasserstein2(to: other) - 10.25.squareRoot()) < 1e-12)
    #expect(one.wasserstein2(to: one) == 0)
  }

  @Test func whatLiesOnALineIsSorted() throws {
    let (one, other) = try (numbers(150, 5), numbers(150, 6).map { 2 * $0 + 1 })
    let line = SampleSet(rows: one).wasserstein2(to: SampleSet(rows: other))
    func inPlane(_ values: [Double]) -> SampleSet {
      SampleSet(rows: values.flatMap { [0.6 * $0, 0.8 * $0] }, dimension: 2)
    }
    #expect(abs(inPlane(one).wasserstein2(to: inPlane(other)) - line) < 1e-12)
  }

  /// Two Gaussians in the plane: √(|m|² + 2 (s − t)²), to which sets of 512 come from above.
  @Test func gaussians() throws {
    let one = try rows(normal([0, 0]), 512, 7)
    let other = try rows(normal([3, 4], 4), 512, 8)
    let distance = one.wasserstein2(to: other)
    #expect(distance > 4.9 && distance < 5.5)
    let truth = 27.0.squareRoot()
    #expect(abs(distance - truth) < 0.25, "\(distance)")
  }

  @Test func whatIsNotFiniteIsNoNumber() throws {
    let one = SampleSet(rows: [0, 0, .nan, 1], dimension: 2)
    let two = SampleSet(rows: [0, 0, 1, 1], dimension: 2)
    #expect(one.wasserstein2(to: two).isNaN)
    #expect(ClassifierTwoSampleTest(truth: two).accuracy(one).isNaN)
    let far = SampleSet(rows: [1e200, 0, 1, 1], dimension: 2)
    #expect(far.wasserstein2(to: two) == .infinity)
  }

  // MARK: - Classifiers

  @Test(arguments: [0.0, 1, 2, 6])
  func noClassifierBeatsThatOfBayes(shift: Double) throws {
    let (truth, moved) = try (normal([0, 0]), normal([shift, 0]))
    let test = ClassifierTwoSampleTest(truth: rows(truth, 1024, 11))
    let accuracy = test.accuracy(rows(moved, 1024, 12))
    // Φ(m/2), of 2,048 points: a standard deviation of .011.
    let bound = Double.normalCDF(shift / 2)
    #expect(accuracy < bound + 0.045 && accuracy > bound - 0.06, "\(accuracy), \(bound)")
    let variation = try normal([0]).onLine.totalVariation(to: normal([shift]).onLine)
    #expect(
      abs(ClassifierTwoSampleTest.bayesAccuracy(totalVariation: variation) - bound) < 1e-10)
  }

  /// A scale of a coordinate is none of the classifier's business.
  @Test func coordinatesAreStandardised() throws {
    let (one, two) = try (rows(normal([0, 0]), 300, 13), rows(normal([1.5, 0]), 300, 14))
    func scaled(_ set: SampleSet) -> SampleSet {
      SampleSet(
        rows: set.values.enumerated().map { $0.isMultiple(of: 2) ? $1 : 1024 * $1 + 512 },
        dimension: 2)
    }
    let test = ClassifierTwoSampleTest(truth: one)
    let other = ClassifierTwoSampleTest(truth: scaled(one))
    #expect(abs(test.accuracy(two) - other.accuracy(scaled(two))) < 0.01)
  }

  /// Points that coincide tell nothing, in whatever order the sets are.
  @Test func pointsThatCoincide() throws {
    let same = SampleSet(rows: [Double](repeating: 2, count: 200), dimension: 1)
    let accuracy = ClassifierTwoSampleTest(truth: same).accuracy(same)
    #expect(abs(accuracy - 0.5) < 0.06, "\(accuracy)")
    let mirrored = ClassifierTwoSampleTest(truth: SampleSet(rows: [0, 0, 5, 5]))
    #expect(mirrored.accuracy(SampleSet(rows: [100, 101, 102, 103])) == 1)
  }

  @Test func selectionIsThatOfSorting() throws {
    let values = try numbers(257, 17).map { ($0 * 8).rounded() }
    let sorted = values.sorted()
    for k in [1, 2, 64, 128, 200, 257] {
      var copy = values
      #expect(ClassifierTwoSampleTest.smallest(k, of: &copy) == sorted[k - 1])
    }
  }

  @Test func totalVariations() throws {
    let wide = try GaussianMixture(components: [
      .init(weight: 0.5, mean: [-3], covariance: .isotropic(1)),
      .init(weight: 0.5, mean: [3], covariance: .isotropic(0.04)),
    ])
    #expect(wide.onLine.totalVariation(to: wide.onLine) == 0)
    let one = try normal([-3]).onLine
    // Half of the mass is elsewhere; the rest overlaps in a known part.
    let far = try normal([3], 0.04).onLine
    #expect(abs(wide.onLine.totalVariation(to: one) - 0.5 * one.totalVariation(to: far)) < 1e-9)
    // 2 Φ(σ-ratio) in closed form: N(0, 1) and N(0, 4) cross at ±√(8 ln 2 / 3).
    let cross = (8 * Double.log(2) / 3).squareRoot()
    let truth = 2 * (Double.normalCDF(cross) - Double.normalCDF(cross / 2))
    let found = try normal([0]).onLine.totalVariation(to: normal([0], 4).onLine)
    #expect(abs(found - truth) < 1e-10)
  }
}
