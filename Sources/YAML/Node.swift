/// A value of a YAML text with the place where it stands.
///
/// Aliases are expanded: the node of an alias has the anchor's content and ``range``, and its own
/// place in ``aliasRange``. Nodes are values: code that merges or overrides builds new ones.
public struct Node: Sendable {
  /// What a node is.
  public enum Content: Sendable {
    /// A text, which may be read as a number or flag.
    case scalar(Scalar)
    /// A list.
    case sequence([Node])
    /// A map, in the order in which it was written; keys are scalars and differ from each other.
    case mapping([Entry])
  }

  /// One key of a map with its value.
  public struct Entry: Sendable {
    /// The key, a scalar.
    public var key: Node
    /// The value.
    public var value: Node

    /// An entry of a map.
    public init(key: Node, value: Node) {
      self.key = key
      self.value = value
    }

    /// The key's text; empty where the key is no scalar.
    public var name: String { key.scalar?.text ?? "" }
  }

  /// The value itself.
  public var content: Content
  /// Where the value stands, without its tag and anchor. A block collection ends with its last
  /// child.
  public var range: SourceRange
  /// Where the alias stands through which the value came here.
  public var aliasRange: SourceRange?
  /// The explicit tag in full (`tag:yaml.org,2002:str` for `!!str`).
  public var tag: String?

  /// A node with any content.
  public init(
    _ content: Content, range: SourceRange, aliasRange: SourceRange? = nil, tag: String? = nil
  ) {
    self.content = content
    self.range = range
    self.aliasRange = aliasRange
    self.tag = tag
  }

  /// A scalar node, in plain style unless said.
  public init(_ text: String, style: Scalar.Style = .plain, range: SourceRange) {
    self.init(.scalar(Scalar(text, style: style)), range: range)
  }

  /// The place to name in a message: the alias where there is one, else the value.
  public var place: SourceRange { aliasRange ?? range }

  /// The scalar; nil for a list or map.
  public var scalar: Scalar? {
    if case .scalar(let scalar) = content { scalar } else { nil }
  }

  /// The items of a list; nil for anything else.
  public var items: [Node]? {
    if case .sequence(let items) = content { items } else { nil }
  }

  /// The entries of a map in the order written; nil for anything else.
  public var entries: [Entry]? {
    if case .mapping(let entries) = content { entries } else { nil }
  }

  /// Whether the node is a null: nothing, `~`, `null`, `Null` or `NULL` in plain style.
  public var isNull: Bool { scalar?.isNull ?? false }

  /// The value under `key`; nil where the node is no map or has no such key.
  ///
  /// - Complexity: linear in the number of entries.
  public subscript(key: String) -> Node? {
    entries?.first { $0.name == key }?.value
  }

  /// What the node is, for messages: `a map`, `a list`, `nothing`, or the text in quotes.
  public var summary: String {
    switch content {
    case .scalar(let scalar): scalar.summary
    case .sequence: "a list"
    case .mapping: "a map"
    }
  }
}

extension Node {
  /// The text of a scalar; see ``Scalar/string()``.
  ///
  /// - Throws: a diagnostic at the node's place.
  public func string() throws(Diagnostic) -> String {
    try read("a text") { scalar throws(ScalarProblem) in try scalar.string() }
  }

  /// The scalar as an integer; see ``Scalar/integer()``.
  ///
  /// - Throws: a diagnostic at the node's place.
  public func integer() throws(Diagnostic) -> Int {
    try read("an integer") { scalar throws(ScalarProblem) in try scalar.integer() }
  }

  /// The scalar as a count; see ``Scalar/count()``.
  ///
  /// - Throws: a diagnostic at the node's place.
  public func count() throws(Diagnostic) -> Int {
    try read("a count") { scalar throws(ScalarProblem) in try scalar.count() }
  }

  /// The scalar as a number; see ``Scalar/number(allowsNonFinite:)``.
  ///
  /// - Throws: a diagnostic at the node's place.
  public func number(allowsNonFinite: Bool = false) throws(Diagnostic) -> Double {
    try read("a number") { scalar throws(ScalarProblem) in
      try scalar.number(allowsNonFinite: allowsNonFinite)
    }
  }

  /// The scalar as a flag; see ``Scalar/flag()``.
  ///
  /// - Throws: a diagnostic at the node's place.
  public func flag() throws(Diagnostic) -> Bool {
    try read("true or false") { scalar throws(ScalarProblem) in try scalar.flag() }
  }

  private func read<Value>(
    _ expected: String, _ read: (Scalar) throws(ScalarProblem) -> Value
  ) throws(Diagnostic) -> Value {
    guard let scalar else {
      throw Diagnostic(.error, "expected \(expected), got \(summary)", at: place)
    }
    do throws(ScalarProblem) {
      return try read(scalar)
    } catch {
      throw Diagnostic(.error, error.message, at: place, help: error.help)
    }
  }
}
