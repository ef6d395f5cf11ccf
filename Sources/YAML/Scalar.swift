/// A scalar: text until a field asks for a type.
///
/// The core schema of YAML 1.2.2 (section 10.3) then decides, and nothing else: `no` and `on` are
/// texts, `1e5` is a float, `010` and `1_000` are refused with a hint. Reading never depends on
/// the locale.
public struct Scalar: Sendable, Hashable {
  /// How the scalar was written.
  public enum Style: Sendable, Hashable {
    /// Without quotes; the only style that can be a number, flag or null.
    case plain
    /// In single quotes.
    case single
    /// In double quotes.
    case double
    /// As a block after `|`.
    case literal
    /// As a block after `>`.
    case folded
  }

  /// The type that an explicit core tag gives: `!!str`, `!!int`, `!!float`, `!!bool` or `!!null`.
  public enum CoreTag: String, Sendable, Hashable, CaseIterable {
    /// `!!str`
    case string = "str"
    /// `!!int`
    case integer = "int"
    /// `!!float`
    case float
    /// `!!bool`
    case flag = "bool"
    /// `!!null`
    case null
  }

  /// The text, with quotes, escapes and folding undone.
  public var text: String
  /// How it was written.
  public var style: Style
  /// The explicit type, where there is one.
  public var coreTag: CoreTag?

  /// A scalar, in plain style unless said.
  public init(_ text: String, style: Style = .plain, coreTag: CoreTag? = nil) {
    self.text = text
    self.style = style
    self.coreTag = coreTag
  }

  /// Whether the text may be something else than text: it is plain, or a tag says so.
  var isTyped: Bool {
    switch coreTag {
    case .string: false
    case .integer, .float, .flag, .null: true
    case nil: style == .plain
    }
  }

  /// Whether it is nothing, `~`, `null`, `Null` or `NULL` in plain style.
  public var isNull: Bool {
    guard isTyped else { return false }
    return ["", "~", "null", "Null", "NULL"].contains(text)
  }

  /// The text, whatever it looks like: `007` is the text 007.
  ///
  /// - Throws: ``ScalarProblem`` for a null.
  public func string() throws(ScalarProblem) -> String {
    if isNull { throw expected("a text") }
    return text
  }

  /// `true`, `True`, `TRUE`, `false`, `False` or `FALSE` in plain style.
  ///
  /// - Throws: ``ScalarProblem`` for anything else, with a hint for `yes`, `no`, `on`, `off`, 1, 0.
  public func flag() throws(ScalarProblem) -> Bool {
    if isTyped {
      switch text {
      case "true", "True", "TRUE": return true
      case "false", "False", "FALSE": return false
      default: break
      }
    }
    var help: String?
    switch text.lowercased() {
    case "true", "false": help = isTyped ? "write \(text.lowercased())" : withoutQuotes
    case "yes", "y", "on", "1": help = "write true"
    case "no", "n", "off", "0": help = "write false"
    default: break
    }
    throw expected("true or false", help: help)
  }

  /// The scalar as messages show it: `nothing`, `'text'`, or `the text "12"` where quotes made it
  /// one.
  public var summary: String {
    if isNull { return text.isEmpty ? "nothing" : text }
    guard isTyped else { return "the text \"\(excerpt(text))\"" }
    return quoted(text)
  }

  /// The problem that something else stands here than what was expected.
  func expected(_ what: String, help: String? = nil) -> ScalarProblem {
    ScalarProblem(message: "expected \(what), got \(summary)", help: help)
  }

  /// The hint to undo what made a text of it.
  var withoutQuotes: String {
    switch style {
    case .plain: "remove the tag: \(excerpt(text))"
    case .single, .double: "remove the quotes: \(excerpt(text))"
    case .literal, .folded: "write it on one line, after the key: \(excerpt(text))"
    }
  }
}

/// Why a scalar cannot be read as what a field asks for.
public struct ScalarProblem: Error, Sendable, Hashable {
  /// What is wrong, such as `expected an integer, got '1.5'`.
  public let message: String
  /// What to write instead, where that is known.
  public let help: String?

  /// A problem with its remedy.
  public init(message: String, help: String? = nil) {
    self.message = message
    self.help = help
  }
}
