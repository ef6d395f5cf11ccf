/// A bound on the gradient, applied before the optimizer sees it.
public enum GradientClipping: Sendable, Hashable {
  /// Where ‖g‖ ≥ c, g ← (g / ‖g‖) c; the norm is over all parameters together.
  /// As `optax.clip_by_global_norm`.
  case globalNorm(Double)
  /// Every component to [−c, c]. As `optax.clip`.
  case value(Double)

  /// Finds a bound that is not above zero.
  ///
  /// - Throws: ``RunError`` `.invalidConfiguration`.
  public func validate() throws(RunError) {
    switch self {
    case .globalNorm(let bound), .value(let bound):
      try Schedule.require("the bound of a gradient", bound, isPositive: true)
    }
  }

  /// Clips in place.
  ///
  /// - Parameters:
  ///   - gradient: `[count]`; overwritten.
  ///   - norm: ‖g‖ of this very gradient, as ``gradientNorm(_:count:)`` gives it.
  @_specialize(where Scalar == Float)
  @_specialize(where Scalar == Double)
  func clip<Scalar: Real>(_ gradient: UnsafeMutablePointer<Scalar>, count: Int, norm: Double) {
    switch self {
    case .globalNorm(let bound):
      guard !(norm < bound) else { return }
      let (divisor, factor) = (Scalar(norm), Scalar(bound))
      for i in 0..<count { gradient[i] = (gradient[i] / divisor) * factor }
    case .value(let bound):
      let high = Scalar(bound)
      for i in 0..<count {
        let g = gradient[i]
        // Comparisons that leave NaN as it is, so that divergence is still seen.
        gradient[i] = g > high ? high : (g < -high ? -high : g)
      }
    }
  }
}

/// ‖g‖ in double precision.
///
/// Eight interleaved partial sums of squares, added in order: the same bits on every machine.
@_specialize(where Scalar == Float)
@_specialize(where Scalar == Double)
func gradientNorm<Scalar: Real>(_ gradient: UnsafePointer<Scalar>, count: Int) -> Double {
  var sums = SIMD8<Double>(repeating: 0)
  var start = 0
  while start + 8 <= count {
    var block = SIMD8<Double>()
    for lane in 0..<8 { block[lane] = Double(gradient[start + lane]) }
    sums += block * block
    start += 8
  }
  for lane in 0..<(count - start) {
    let value = Double(gradient[start + lane])
    sums[lane] += value * value
  }
  var total = 0.0
  for lane in 0..<8 { total += sums[lane] }
  return total.squareRoot()
}
