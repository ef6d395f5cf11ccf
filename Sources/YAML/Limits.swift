/// How much of a text is read. Beyond a limit stands a diagnostic.
///
/// The limits keep hostile texts from taking time or memory: libyaml 0.2.5 itself knows none, and
/// clears a growing buffer at each blank of a text, which is quadratic in the longest run of
/// blanks.
public struct Limits: Sendable {
  /// How many bytes a text may have.
  public var bytes = 4 << 20
  /// How deep lists and maps may be nested.
  public var depth = 64
  /// How many nodes a text may have, not counting those that aliases repeat.
  public var nodes = 200_000
  /// How many nodes all aliases of a text may stand for.
  public var aliasNodes = 10_000
  /// How many blanks, or line breaks, may follow each other.
  public var blanks = 1_000
  /// How many lines may begin with `%`, as directives do.
  public var directives = 16
  /// How many characters are reported that may not be there.
  public var invalidCharacters = 20

  /// The limits for specs.
  public init() {}
}
