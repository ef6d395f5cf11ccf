/// A number that was computed exactly, or estimated with a known standard error.
public struct Expectation: Sendable, Hashable {
  /// The number.
  public let value: Double
  /// Its Monte Carlo standard error; 0 for closed forms and quadrature.
  public let standardError: Double

  /// Creates an expectation; exact unless a standard error is given.
  public init(value: Double, standardError: Double = 0) {
    self.value = value
    self.standardError = standardError
  }

  /// Whether the number is a closed form or a quadrature, right to about 1e-12.
  public var isExact: Bool { standardError == 0 }

  /// a · value + b, with the error scaled alike.
  package func scaled(by factor: Double, plus offset: Double = 0) -> Expectation {
    Expectation(value: factor * value + offset, standardError: abs(factor) * standardError)
  }
}
