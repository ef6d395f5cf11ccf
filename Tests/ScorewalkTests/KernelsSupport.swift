import Foundation
import Scorewalk

/// SplitMix64: numbers for tests that owe nothing to the generator under test.
struct TestNumbers {
  var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func bits() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
  }

  /// Uniform on (-1, 1).
  mutating func number<S: Real>() -> S { S(Double(bits() >> 11) * 0x1p-52 - 1) }

  mutating func numbers<S: Real>(_ count: Int, scale: S = 1) -> [S] {
    (0..<count).map { _ in scale * number() }
  }

  mutating func matrix<S: Real>(_ features: Int, _ rows: Int, scale: S = 1) -> Matrix<S> {
    let result = Matrix<S>(features: features, rows: rows)
    for feature in 0..<features {
      for row in 0..<rows { result[feature, row] = scale * number() }
    }
    return result
  }
}

/// Whether two arrays agree in every bit, but for the payload of a NaN.
func sameBits<S: Real>(_ a: [S], _ b: [S]) -> Bool {
  a.count == b.count
    && zip(a, b).allSatisfy { x, y in
      x.isNaN ? y.isNaN : x == y && x.sign == y.sign
    }
}

func elements<S: Real>(_ matrix: Matrix<S>, rows: Int? = nil) -> [S] {
  (0..<matrix.features).flatMap { feature in
    (0..<(rows ?? matrix.rows)).map { matrix[feature, $0] }
  }
}

/// One line of `elementary.json`: argument, correctly rounded value, the rest in ulp of the value.
struct ElementaryPoint: Decodable {
  let argument: UInt64
  let value: UInt64
  let offset: Double

  init(from decoder: any Decoder) throws {
    var fields = try decoder.unkeyedContainer()
    argument = try Self.hexadecimal(fields.decode(String.self))
    value = try Self.hexadecimal(fields.decode(String.self))
    offset = try fields.decode(Double.self)
  }

  private static func hexadecimal(_ text: String) throws -> UInt64 {
    guard let number = UInt64(text, radix: 16) else { throw CocoaError(.coderInvalidValue) }
    return number
  }
}

/// Fixture `elementary.json`: format, then function, then points.
func elementaryFixture() throws -> [String: [String: [ElementaryPoint]]] {
  let url = URL(filePath: #filePath).deletingLastPathComponent()
    .appending(path: "../Fixtures/elementary.json")
  return try JSONDecoder().decode(
    [String: [String: [ElementaryPoint]]].self, from: Data(contentsOf: url))
}
