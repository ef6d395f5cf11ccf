/// How far an adaptive step may be off: |error| ≤ absolute + relative · |x|, as a mean square over what
/// is integrated.
public struct FlowTolerance: Sendable, Hashable {
  /// In units of the values.
  public var relative: Double
  /// In units of the positions.
  public var absolute: Double

  /// Makes a tolerance; both above 0.
  public init(relative: Double = 1e-5, absolute: Double = 1e-5) {
    self.relative = relative
    self.absolute = absolute
  }
}

/// The coefficients of Dormand and Prince (1980, table 2).
enum DormandPrince {
  /// c₂ … c₇.
  static let nodes: [Double] = [1.0 / 5, 3.0 / 10, 4.0 / 5, 8.0 / 9, 1, 1]
  /// The rows of a; the last is the solution of order 5.
  static let stages: [[Double]] = [
    [1.0 / 5],
    [3.0 / 40, 9.0 / 40],
    [44.0 / 45, -56.0 / 15, 32.0 / 9],
    [19372.0 / 6561, -25360.0 / 2187, 64448.0 / 6561, -212.0 / 729],
    [9017.0 / 3168, -355.0 / 33, 46732.0 / 5247, 49.0 / 176, -5103.0 / 18656],
    [35.0 / 384, 0, 500.0 / 1113, 125.0 / 192, -2187.0 / 6784, 11.0 / 84],
  ]
  /// The solution of order 5 less that of order 4.
  static let errors: [Double] = [
    71.0 / 57600, 0, -71.0 / 16695, 71.0 / 1920, -17253.0 / 339200, 22.0 / 525, -1.0 / 40,
  ]
}
