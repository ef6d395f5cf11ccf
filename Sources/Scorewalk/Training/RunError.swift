/// A piece of work that cannot go on: what failed, on what, where, and what to do next.
///
/// The text names neither files nor nodes; whoever runs the work adds them.
public struct RunError: Error, Sendable, Hashable, CustomStringConvertible {
  /// What kind of failure it is.
  public enum Code: String, Sendable, CaseIterable {
    /// A loss, a parameter or a coordinate stopped being finite.
    case diverged
    /// A configuration asks for something that has no meaning; found before any work starts.
    case invalidConfiguration = "invalid-configuration"
    /// A saved state does not fit the configuration that should go on from it.
    case incompatibleState = "incompatible-state"
  }

  /// The kind of failure.
  public let code: Code
  /// What failed, as a sentence without a full stop.
  public let what: String
  /// The step at which it failed, counted as the work counts its steps.
  public let step: Int?
  /// The chain in which it failed, from 0.
  public let chain: Int?
  /// What to do next.
  public let hint: String?
  /// The field of a spec that is to blame, where it is one alone: `noise_level`.
  public let field: String?

  /// Makes an error.
  public init(
    code: Code, what: String, step: Int? = nil, chain: Int? = nil, hint: String? = nil,
    field: String? = nil
  ) {
    self.code = code
    self.what = what
    self.step = step
    self.chain = chain
    self.hint = hint
    self.field = field
  }

  /// What failed and where, in one line: "the loss is nan at step 17".
  public var message: String {
    var text = what
    if let step { text += " at step \(step)" }
    if let chain { text += step == nil ? " in chain \(chain)" : ", chain \(chain)" }
    return text
  }

  /// The message, and the hint after a semicolon where there is one.
  public var description: String { hint.map { "\(message); \($0)" } ?? message }
}

extension RunError {
  /// A configuration that has no meaning.
  static func invalid(_ what: String, hint: String? = nil, field: String? = nil) -> RunError {
    RunError(code: .invalidConfiguration, what: what, hint: hint, field: field)
  }

  /// A saved state that does not fit.
  static func incompatible(_ what: String) -> RunError {
    RunError(
      code: .incompatibleState, what: what,
      hint: "the state belongs to another configuration; start anew")
  }
}
