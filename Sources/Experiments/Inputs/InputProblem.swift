/// Why something outside a spec cannot be taken as its input.
package struct InputProblem: Error, Sendable, Equatable {
  /// Decides the exit code where nothing else is wrong with a spec.
  package enum Cause: Sendable, Equatable {
    /// It is not there (66).
    case missing
    /// The system does not give its bytes (74).
    case unreadable
    /// It is there and says what it must not: a mistake like any other (65).
    case content
  }

  package let cause: Cause
  /// What is wrong, on which file and where in it.
  package let message: String
  /// What to do about it.
  package let help: String?
  /// Which of the chosen columns is to blame, where one is.
  package let column: Int?

  package init(_ cause: Cause, _ message: String, help: String? = nil, column: Int? = nil) {
    self.cause = cause
    self.message = message
    self.help = help
    self.column = column
  }
}
