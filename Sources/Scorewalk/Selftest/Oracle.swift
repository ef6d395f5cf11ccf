/// A question whose answer is known in closed form, asked of this program on this machine.
///
/// The tests of the repository ask more, and more closely; these are for a user who wants to see that the numbers of their own
/// build, machine and instruction set are right.
public struct Oracle: Sendable {
  /// What came of it.
  public struct Outcome: Sendable, Hashable {
    /// What the program computes.
    public let value: Double
    /// What the closed form, or a published value, says.
    public let expected: Double
    /// The largest distance between the two that counts as agreement.
    public let tolerance: Double

    /// Makes an outcome.
    public init(value: Double, expected: Double, tolerance: Double) {
      self.value = value
      self.expected = expected
      self.tolerance = tolerance
    }

    /// Whether the two agree; a NaN never does.
    public var agrees: Bool { abs(value - expected) <= tolerance }
  }

  /// The part of the program that is asked.
  public let area: Area
  /// What is asked, in a few words.
  public let question: String
  /// Computes the answer.
  public let ask: @Sendable (WorkerPool) throws -> Outcome

  /// The parts of the program, in the order in which they build on each other.
  public enum Area: String, Sendable, CaseIterable {
    /// Elementary functions, instruction sets.
    case numerics
    /// Generators.
    case random
    /// Laws, their smoothed versions, their best denoisers.
    case laws
    /// Networks and their derivatives.
    case networks
    /// Objectives and optimizers.
    case training
    /// Chains.
    case chains
    /// Distances and diagnostics.
    case metrics
  }

  /// Makes an oracle.
  public init(
    _ area: Area, _ question: String,
    ask: @escaping @Sendable (WorkerPool) throws -> Outcome
  ) {
    self.area = area
    self.question = question
    self.ask = ask
  }

  /// Every oracle. Those that simulate use fixed streams and a tolerance of five standard errors: they agree or disagree
  /// in every run alike.
  ///
  /// - Complexity: all of them together take a few seconds.
  public static var all: [Oracle] {
    numerics + random + laws + networks + training + chains + walkers + diffusions + metrics
  }

  /// An oracle whose answer needs neither threads nor anything that can fail.
  static func exact(
    _ area: Area, _ question: String, _ expected: Double, within tolerance: Double,
    _ value: @escaping @Sendable () -> Double
  ) -> Oracle {
    Oracle(area, question) { _ in
      Outcome(value: value(), expected: expected, tolerance: tolerance)
    }
  }
}
