/// A mistake in a text, or a warning about it: what, where, what to do, and places that have to
/// do with it.
public struct Diagnostic: Error, Sendable, Hashable {
  /// How bad it is.
  public enum Severity: String, Sendable, Hashable {
    /// Nothing can be run.
    case error
    /// It can be run, but perhaps it is not what was meant.
    case warning
  }

  /// Another place that has to do with a diagnostic, such as `first defined here`.
  public struct Note: Sendable, Hashable {
    /// What is there.
    public var message: String
    /// Where; nil for a note without a place.
    public var range: SourceRange?

    /// A note, with its place where it has one.
    public init(_ message: String, at range: SourceRange? = nil) {
      self.message = message
      self.range = range
    }
  }

  /// How bad it is.
  public var severity: Severity
  /// What is wrong, in one line without a full stop.
  public var message: String
  /// Where; nil where no place in a text is to blame.
  public var range: SourceRange?
  /// What to do about it, in one line.
  public var help: String?
  /// Other places, in the order to show them.
  public var notes: [Note]

  /// A diagnostic at a place.
  public init(
    _ severity: Severity, _ message: String, at range: SourceRange? = nil, help: String? = nil,
    notes: [Note] = []
  ) {
    self.severity = severity
    self.message = message
    self.range = range
    self.help = help
    self.notes = notes
  }
}

/// `text` in single quotes for a message: shortened to 60 characters, control characters escaped.
public func quoted(_ text: String) -> String {
  "'\(excerpt(text))'"
}

/// The beginning of `text`, at most 60 characters, control characters escaped.
func excerpt(_ text: String) -> String {
  let scalars = text.unicodeScalars.prefix(61)
  var result = ""
  for scalar in scalars.prefix(60) { result += scalar.escaped }
  return scalars.count > 60 ? result + "..." : result
}
