/// The floating-point format that networks and chains compute in.
public enum Precision: String, Sendable, CaseIterable {
  /// IEEE binary32, 24 significant bits.
  case float32
  /// IEEE binary64, 53 significant bits.
  case float64

  /// Whether a number is neither 0, subnormal nor infinite once it is rounded to this format.
  public func holds(_ value: Double) -> Bool {
    switch self {
    case .float32: Float(value).isNormal
    case .float64: value.isNormal
    }
  }
}

/// Scalars with elementary functions whose bits do not depend on the machine: `Float` and `Double`, for which there are
/// kernels, and no others.
///
/// The functions are Scorewalk's own: no libm, equal bits with and without vector instructions.
/// Error bounds in units in the last place (ulp) stand in the table of `Sources/CKernels/README.md`
/// and are tested against correctly rounded values.
/// Signed zeros, infinities, NaN and subnormal numbers are treated as IEEE 754 recommends.
public protocol Real: BinaryFloatingPoint, SIMDScalar, Sendable, Codable,
  LosslessStringConvertible, Hashable
where RawSignificand: FixedWidthInteger {
  /// The name of this format.
  static var precision: Precision { get }
  /// e^x.
  static func exp(_ x: Self) -> Self
  /// e^x − 1, accurate near 0.
  static func expm1(_ x: Self) -> Self
  /// The natural logarithm; −∞ at ±0, NaN below 0.
  static func log(_ x: Self) -> Self
  /// log(1 + x), accurate near 0; −∞ at −1, NaN below.
  static func log1p(_ x: Self) -> Self
  /// The sine of x radians, for every finite x.
  static func sin(_ x: Self) -> Self
  /// The cosine of x radians, for every finite x.
  static func cos(_ x: Self) -> Self
  /// The hyperbolic tangent.
  static func tanh(_ x: Self) -> Self
  /// log(1 + e^x), without overflow.
  static func softplus(_ x: Self) -> Self
  /// 1 / (1 + e^−x), accurate in the lower tail.
  static func sigmoid(_ x: Self) -> Self
  /// The error function 2/√π ∫₀ˣ e^−t² dt.
  static func erf(_ x: Self) -> Self
  /// 1 − erf(x), accurate in the upper tail.
  static func erfc(_ x: Self) -> Self
  /// The inverse of ``erf(_:)``; ±∞ at ±1, NaN outside [−1, 1].
  static func erfinv(_ x: Self) -> Self
  /// Φ(x) = erfc(−x/√2)/2, accurate in the lower tail.
  static func normalCDF(_ x: Self) -> Self
  /// Φ⁻¹(p); −∞ at 0, ∞ at 1, NaN outside [0, 1].
  static func normalQuantile(_ p: Self) -> Self
}

extension Real {
  /// Kernels for this format; the best that this machine has when the wanted ones are missing.
  public static func kernels(_ selection: KernelSelection) -> Kernels<Self> { Kernels(selection) }

  /// x to an integer power by repeated squaring: the same products on every machine.
  ///
  /// - Returns: 1 for n = 0; 1 / xⁿ for negative exponents.
  /// - Complexity: O(log |n|) multiplications; the relative error grows as |n| ulp.
  public static func pow(_ x: Self, _ n: Int) -> Self {
    var result: Self = 1
    var square = x
    var remaining = n.magnitude
    while remaining > 0 {
      if remaining & 1 == 1 { result *= square }
      remaining >>= 1
      if remaining > 0 { square *= square }
    }
    return n < 0 ? 1 / result : result
  }
}
