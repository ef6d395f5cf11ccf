import Scorewalk
import Testing

/// Points that SciPy 1.17.1's `qmc.Sobol(40, scramble=False)` gives, which has the numbers of Joe and Kuo.
@Suite struct SobolSequenceTests {
  /// Points 2, 13 and 37 in 40 dimensions, in units of 1/64.
  private static let points: [UInt32: [UInt32]] = [
    2: [
      48, 16, 16, 16, 48, 48, 16, 48, 48, 48, 48, 48, 16, 16, 48, 16, 48, 16, 48, 16,
      16, 48, 16, 16, 16, 48, 16, 48, 16, 48, 16, 16, 16, 48, 48, 48, 16, 16, 16, 16,
    ],
    13: [
      52, 44, 52, 4, 28, 60, 36, 36, 36, 28, 52, 60, 4, 52, 12, 36, 12, 44, 36, 60,
      36, 4, 52, 36, 4, 28, 28, 4, 4, 20, 36, 28, 28, 36, 44, 20, 4, 44, 44, 60,
    ],
    37: [
      59, 41, 37, 59, 49, 19, 11, 51, 39, 11, 1, 5, 37, 55, 7, 31, 51, 27, 3, 9,
      61, 5, 35, 41, 19, 23, 51, 25, 33, 7, 23, 9, 39, 23, 55, 47, 57, 43, 61, 5,
    ],
  ]

  @Test func publishedPoints() {
    let sequence = SobolSequence(dimension: 40)
    #expect(SobolSequence.largestDimension == 40)
    for (index, point) in Self.points {
      let found = (0..<40).map { sequence.digits(of: index, coordinate: $0) }
      #expect(found == point.map { $0 << 26 }, "point \(index)")
    }
    for coordinate in 0..<40 {
      #expect(sequence.digits(of: 0, coordinate: coordinate) == 0)
      #expect(sequence.digits(of: 1, coordinate: coordinate) == 1 << 31)
    }
  }

  /// The first eight points of the plane, as they are printed everywhere.
  @Test func thePlane() {
    let sequence = SobolSequence(dimension: 2)
    let eighths = (0..<8).map { index in
      (0..<2).map { sequence.digits(of: UInt32(index), coordinate: $0) >> 29 }
    }
    #expect(eighths == [[0, 0], [4, 4], [6, 2], [2, 6], [3, 3], [7, 7], [5, 1], [1, 5]])
  }

  /// Every first 2^k points have one in each of 2^k equal parts of each coordinate.
  @Test func everyCoordinateIsStratified() {
    let sequence = SobolSequence(dimension: 40)
    for coordinate in 0..<40 {
      for bits in [1, 4, 8] {
        let parts = Set(
          (0..<(1 << bits)).map {
            sequence.digits(of: UInt32($0), coordinate: coordinate) >> (32 - UInt32(bits))
          })
        #expect(parts.count == 1 << bits)
      }
    }
  }
}
