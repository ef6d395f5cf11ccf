// Private stand-in until the kernels are merged; deleted then.
import Glibc

public protocol Real: BinaryFloatingPoint, SIMDScalar, Sendable, Codable, LosslessStringConvertible
where RawSignificand: FixedWidthInteger {
  static func exp(_ x: Self) -> Self
  static func log(_ x: Self) -> Self
}
extension Float: Real {
  public static func exp(_ x: Float) -> Float { Glibc.expf(x) }
  public static func log(_ x: Float) -> Float { Glibc.logf(x) }
}
extension Double: Real {
  public static func exp(_ x: Double) -> Double { Glibc.exp(x) }
  public static func log(_ x: Double) -> Double { Glibc.log(x) }
  public static func log1p(_ x: Double) -> Double { Glibc.log1p(x) }
  public static func sin(_ x: Double) -> Double { Glibc.sin(x) }
  public static func cos(_ x: Double) -> Double { Glibc.cos(x) }
  public static func tanh(_ x: Double) -> Double { Glibc.tanh(x) }
  public static func normalCDF(_ x: Double) -> Double { 0.5 * Glibc.erfc(-x / 2.squareRoot()) }
  public static func normalQuantile(_ p: Double) -> Double {
    var lo = -40.0, hi = 40.0
    for _ in 0..<120 { let m = (lo + hi) / 2; if normalCDF(m) < p { lo = m } else { hi = m } }
    return (lo + hi) / 2
  }
}
public final class Matrix<Scalar: Real>: @unchecked Sendable {
  public let features: Int, rows: Int, stride: Int
  public let pointer: UnsafeMutablePointer<Scalar>
  public init(features: Int, rows: Int) {
    self.features = features; self.rows = rows; stride = (rows + 7) / 8 * 8
    pointer = .allocate(capacity: max(1, features * stride))
    pointer.initialize(repeating: 0, count: max(1, features * stride))
  }
  deinit { pointer.deallocate() }
  public subscript(feature: Int, row: Int) -> Scalar {
    get { pointer[feature * stride + row] }
    set { pointer[feature * stride + row] = newValue }
  }
}
public enum RandomPurpose: UInt32, Sendable {
  case parameters = 1, dataChoice = 2, dataNoise = 3, batch = 4, objectiveNoise = 5,
    negativesInitial = 6, negativesNoise = 7, initialState = 8, chainNoise = 9, evaluation = 10,
    floor = 11, shuffle = 12
}
public struct RandomStream: Sendable, Hashable {
  public var key: UInt64
  public init(key: UInt64) { self.key = key }
  func bits(_ p: RandomPurpose, _ s: UInt64, _ r: Int, _ c: Int, _ n: UInt64) -> UInt64 {
    var z = key
    for w in [UInt64(p.rawValue), s, UInt64(r), UInt64(c), n] {
      z = z &+ w &* 0xD134_2543_DE82_EF95 &+ 0x9E37_79B9_7F4A_7C15
      z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
      z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
      z ^= z >> 31
    }
    return z
  }
  public func uniform(_ purpose: RandomPurpose, step: UInt64, row: Int, column: Int) -> Double {
    Double(bits(purpose, step, row, column, 0) >> 11) * 0x1p-53
  }
  public func normal(_ purpose: RandomPurpose, step: UInt64, row: Int, column: Int) -> Double {
    let u = Double((bits(purpose, step, row, column, 1) >> 11) + 1) * 0x1p-53
    let v = Double(bits(purpose, step, row, column, 2) >> 11) * 0x1p-53
    return (-2 * Double.log(u)).squareRoot() * Double.cos(2 * .pi * v)
  }
  public func normals<S: Real>(
    _ purpose: RandomPurpose, step: UInt64, rows: Range<Int>, columns: Range<Int>, into: Matrix<S>
  ) {
    for c in columns { for r in rows {
      into[c - columns.lowerBound, r - rows.lowerBound] = S(normal(purpose, step: step, row: r, column: c))
    } }
  }
  public func uniforms<S: Real>(
    _ purpose: RandomPurpose, step: UInt64, rows: Range<Int>, columns: Range<Int>, into: Matrix<S>
  ) {
    for c in columns { for r in rows {
      into[c - columns.lowerBound, r - rows.lowerBound] = S(uniform(purpose, step: step, row: r, column: c))
    } }
  }
}
