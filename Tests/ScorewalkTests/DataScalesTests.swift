import Foundation
import Scorewalk
import Testing

/// What `auto` takes from data.
@Suite struct DataScalesTests {
  @Test func scalesOfAMixture() throws {
    let law = try GaussianMixture(components: [
      .init(weight: 1, mean: [-10, 1], standardDeviation: 1),
      .init(weight: 2, mean: [10, 0], standardDeviation: 2),
    ])
    let scales = DataScales(law: .mixture(law))
    // χ² of two degrees has the 99 % quantile −2 log 0.01.
    let reach = (-2 * Foundation.log(0.01)).squareRoot()
    let largest = try #require(scales.largestLevel)
    #expect(abs(largest - (401.0.squareRoot() + 3 * reach)) < 1e-9)
    #expect(abs(try #require(scales.smallestLevel) - 0.1) < 1e-12)
    // Within: 3; between: 2/9 of 20² and of 1, over two coordinates.
    let variance = 3 + 2.0 / 9 * 401 / 2
    #expect(abs(try #require(scales.deviation) - variance.squareRoot()) < 1e-12)
    #expect(scales.source == .mixture)
  }

  /// A narrow component aslant: its deviations are the roots of the eigenvalues 4 and 0.01.
  @Test func scalesOfACorrelatedLaw() throws {
    let (c, s) = (0.6, 0.8)
    let rows = [
      [4 * c * c + 0.01 * s * s, (4 - 0.01) * c * s],
      [(4 - 0.01) * c * s, 4 * s * s + 0.01 * c * c],
    ]
    let law = try GaussianMixture(components: [
      .init(weight: 1, mean: [3, 3], covariance: .full(rows))
    ])
    let scales = DataScales(law: .mixture(law))
    let reach = (-2 * Foundation.log(0.01)).squareRoot()
    #expect(abs(try #require(scales.largestLevel) - 2 * 2 * reach) < 1e-6)
    #expect(abs(try #require(scales.smallestLevel) - 0.01) < 1e-8)
  }

  @Test func scalesOfAtoms() throws {
    let atoms = try Categorical(values: [[0], [1], [5], [9]], weights: [1, 1, 1, 0])
    let scales = DataScales(law: .categorical(atoms))
    #expect(scales.largestLevel == 5)
    #expect(abs(try #require(scales.smallestLevel) - 0.1) < 1e-15)
    let one = DataScales(law: .categorical(try Categorical(values: [[2]], weights: [1])))
    #expect(one.largestLevel == nil && one.smallestLevel == nil && one.deviation == nil)
  }

  @Test func scalesOfRows() throws {
    // Distances to the nearest: 3, 3, 4, and none for a row that is there twice but to others.
    let scales = DataScales(rows: [0, 0, 3, 0, 3, 4, 3, 4], dimension: 2)
    #expect(scales.largestLevel == 5)
    #expect(scales.smallestLevel == 4)
    // Variances of 0, 3, 3, 3 and of 0, 0, 4, 4.
    let variance = 0.5 * (27.0 / 16 + 4.0)
    let deviation = try #require(scales.deviation)
    #expect(abs(deviation - variance.squareRoot()) < 1e-15)
    #expect(scales.source == .rows(compared: 4, of: 4))
    let same = DataScales(rows: [1, 1, 1], dimension: 1)
    #expect(same.largestLevel == nil && same.smallestLevel == nil && same.deviation == nil)
    let many = DataScales(rows: (0..<20_000).map { Double($0) }, dimension: 1)
    #expect(many.source == .rows(compared: 8192, of: 20_000))
    #expect(try #require(many.largestLevel) > 19_990)
  }

  /// NCSNv2's rule as published for CIFAR-10 and as METHODS has it: no solution below five dimensions.
  @Test func ratiosOfNCSNv2() throws {
    for (dimension, ratio, digit) in [
      (5, 19.5, 0.05), (8, 4.0, 0.05), (10, 3.04, 5e-3), (16, 2.13, 5e-3), (32, 1.60, 5e-3),
      (64, 1.361, 5e-4), (784, 1.0820, 5e-5), (3072, 1.0398, 5e-5),
    ] {
      let found = try #require(NoiseLadder.overlapRatio(dimension: dimension))
      #expect(abs(found - ratio) <= digit, "\(dimension) dimensions: \(found)")
    }
    for dimension in 1...4 { #expect(NoiseLadder.overlapRatio(dimension: dimension) == nil) }
  }
}
