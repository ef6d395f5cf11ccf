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

  /// The message, led by the component where there is one.
  public var description: String {
    component.map { "component \($0): \(message)" } ?? message
  }
}
