/// Points of the Sobol sequence, which fill a cube more evenly than random ones.
///
/// Digits in base 2, in the order of Gray code (Antonov and Saleev 1979): point 0 is the origin, and every
/// first 2^k points are a net. Direction numbers of Joe and Kuo (2008, doi:10.1137/070709359), the set
/// `new-joe-kuo-6`, which is good in every pair of coordinates.
public struct SobolSequence: Sendable {
  /// How many coordinates there are direction numbers for.
  public static let largestDimension = table.count + 1

  /// The direction numbers of each coordinate: 32 words with the binary point on the left.
  private let directions: [[UInt32]]

  /// The sequence in some dimension.
  ///
  /// - Parameter dimension: from 1 to ``largestDimension``.
  public init(dimension: Int) {
    precondition(
      (1...Self.largestDimension).contains(dimension), "a Sobol sequence of dimension \(dimension)")
    directions = (0..<dimension).map { Self.directions(of: $0) }
  }

  /// The 32 binary digits of one coordinate of point `index`; its value is that over 2³².
  ///
  /// - Complexity: O(32).
  public func digits(of index: UInt32, coordinate: Int) -> UInt32 {
    var gray = index ^ (index >> 1)
    var result: UInt32 = 0
    while gray != 0 {
      result ^= directions[coordinate][gray.trailingZeroBitCount]
      gray &= gray - 1
    }
    return result
  }

  /// The recurrence of the primitive polynomial, equation (2) of the paper; the first coordinate is van der Corput's.
  private static func directions(of coordinate: Int) -> [UInt32] {
    guard coordinate > 0 else { return (0..<32).map { 1 << (31 - UInt32($0)) } }
    let (degree, coefficients, initial) = table[coordinate - 1]
    var words = initial.enumerated().map { $0.element << (31 - UInt32($0.offset)) }
    for index in degree..<32 {
      var word = words[index - degree] ^ (words[index - degree] >> UInt32(degree))
      for term in 1..<max(degree, 1) where coefficients >> (degree - 1 - term) & 1 == 1 {
        word ^= words[index - term]
      }
      words.append(word)
    }
    return words
  }

  /// Coordinates 2 and on: the degree of the primitive polynomial, its inner coefficients as a number, and the first
  /// direction numbers m.
  private static let table: [(degree: Int, coefficients: Int, initial: [UInt32])] = [
    (1, 0, [1]),
    (2, 1, [1, 3]),
    (3, 1, [1, 3, 1]),
    (3, 2, [1, 1, 1]),
    (4, 1, [1, 1, 3, 3]),
    (4, 4, [1, 3, 5, 13]),
    (5, 2, [1, 1, 5, 5, 17]),
    (5, 4, [1, 1, 5, 5, 5]),
    (5, 7, [1, 1, 7, 11, 19]),
    (5, 11, [1, 1, 5, 1, 1]),
    (5, 13, [1, 1, 1, 3, 11]),
    (5, 14, [1, 3, 5, 5, 31]),
    (6, 1, [1, 3, 3, 9, 7, 49]),
    (6, 13, [1, 1, 1, 15, 21, 21]),
    (6, 16, [1, 3, 1, 13, 27, 49]),
    (6, 19, [1, 1, 1, 15, 7, 5]),
    (6, 22, [1, 3, 1, 15, 13, 25]),
    (6, 25, [1, 1, 5, 5, 19, 61]),
    (7, 1, [1, 3, 7, 11, 23, 15, 103]),
    (7, 4, [1, 3, 7, 13, 13, 15, 69]),
    (7, 7, [1, 1, 3, 13, 7, 35, 63]),
    (7, 8, [1, 3, 5, 9, 1, 25, 53]),
    (7, 14, [1, 3, 1, 13, 9, 35, 107]),
    (7, 19, [1, 3, 1, 5, 27, 61, 31]),
    (7, 21, [1, 1, 5, 11, 19, 41, 61]),
    (7, 28, [1, 3, 5, 3, 3, 13, 69]),
    (7, 31, [1, 1, 7, 13, 1, 19, 1]),
    (7, 32, [1, 3, 7, 5, 13, 19, 59]),
    (7, 37, [1, 1, 3, 9, 25, 29, 41]),
    (7, 41, [1, 3, 5, 13, 23, 1, 55]),
    (7, 42, [1, 3, 7, 3, 13, 59, 17]),
    (7, 50, [1, 3, 1, 3, 5, 53, 69]),
    (7, 55, [1, 1, 5, 5, 23, 33, 13]),
    (7, 56, [1, 1, 7, 7, 1, 61, 123]),
    (7, 59, [1, 1, 7, 9, 13, 61, 49]),
    (7, 62, [1, 3, 3, 5, 3, 55, 33]),
    (8, 14, [1, 3, 1, 15, 31, 13, 49, 245]),
    (8, 21, [1, 3, 5, 15, 31, 59, 63, 97]),
    (8, 22, [1, 3, 1, 11, 11, 11, 77, 249]),
  ]
}
