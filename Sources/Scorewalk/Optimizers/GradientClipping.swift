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
  package func clip<Scalar: Real>(
    _ gradient: UnsafeMutablePointer<Scalar>, count: Int, norm: Double
  ) {
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
/// In blocks of 8,192: eight interleaved partial sums of squares, added in order, and the blocks likewise;
/// the same bits on every machine.
package func gradientNorm<Scalar: Real>(_ gradient: UnsafePointer<Scalar>, count: Int) -> Double {
  ParameterPasses(count: count, pool: .serial).norm(gradient)
}
