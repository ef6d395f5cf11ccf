/// Why a distribution, or a truth derived from it, does not exist.
public struct DistributionError: Error, Sendable, Hashable, CustomStringConvertible {
  /// The kinds of mistake.
  public enum Code: String, Sendable, Hashable {
    /// There is no component or atom at all.
    case empty
    /// A weight is negative or not finite, or all weights are zero.
    case invalidWeight
    /// A component's mean, covariance or atom has another dimension than the first component's.
    case dimensionMismatch
    /// A mean, a covariance or an atom holds a number that is not finite.
    case notFinite
    /// A covariance is not symmetric.
    case notSymmetric
    /// A covariance is not positive definite (for a variance: not above zero).
    case notPositiveDefinite
    /// A deviation is so small beside the means that double precision has no positions for it.
    case notResolved
    /// The discretised chain is unstable, so it has no stationary law.
    case noStationaryLaw
    /// The grid that the answer needs is larger than the limit.
    case gridTooLarge
  }

  /// What kind of mistake it is.
  public let code: Code
  /// The component or atom that is wrong, counted from 0; nil when it is none in particular.
  public let component: Int?
  /// One sentence with the offending values.
  public let message: String

  /// Creates an error.
  public init(code: Code, component: Int? = nil, message: String) {
    self.code = code
    self.component = component
    self.message = message
  }

  /// What to say where a chain's steps, or the narrowest component, are too small for a grid over the whole law.
  ///
  /// - Parameter points: a whole number of any size.
  static func gridIsTooLarge(stepSize: Double, points: Double, most: Int) -> String {
    let needed = points < 1e12 ? "\(Int(points))" : "more than 10^12"
    return
      "step size \(stepSize) on this law needs a grid of \(needed) points, and \(most) are the most: "
      + "it becomes known with larger steps, or with components less narrow beside their distances"
  }

  /// The message, led by the component where there is one.
  public var description: String {
    component.map { "component \($0): \(message)" } ?? message
  }
}
