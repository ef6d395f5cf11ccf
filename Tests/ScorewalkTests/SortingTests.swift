import Scorewalk
import Testing

/// Sorting by digits against sorting by comparison.
@Suite struct SortingTests {
  /// Numbers of every magnitude and sign, with repetitions and both zeros.
  private static func numbers(_ count: Int, asFloats: Bool) -> [Double] {
    var generator = TestNumbers(seed: UInt64(count))
    let drawn: [Double] = generator.numbers(count)
    return drawn.enumerated().map { index, value in
      switch index % 7 {
      case 0: 0
      case 1: -0.0
      case 2: (value * 4).rounded()
      default:
        asFloats
          ? Double(Float(value) * Float(sign: .plus, exponent: index % 200 - 100, significand: 1))
          : value * Double(sign: .plus, exponent: index % 1800 - 900, significand: 1)
      }
    }
  }

  @Test(arguments: [0, 1, 511, 512, 513, 5000], [true, false])
  func digitsGiveTheOrderOfComparisons(count: Int, asFloats: Bool) {
    let values = Self.numbers(count, asFloats: asFloats)
    #expect(Sorting.sorted(values) == values.sorted())
    let places = Sorting.order(count) { values[$0] }.map(Int.init)
    #expect(places.map { values[$0] } == values.sorted())
    // Equal numbers stay in the order in which they came.
    let stable = values.indices.sorted { (values[$0], $0) < (values[$1], $1) }
    #expect(places == stable)
  }
}
