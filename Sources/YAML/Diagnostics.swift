/// The diagnostics of one go, each once, in the order in which they were found.
///
/// At most ``capacity`` are kept; the others are counted.
public struct Diagnostics: Sendable {
  /// How many are kept.
  public static let capacity = 1_000

  /// Those kept, in the order in which they were found.
  public private(set) var found: [Diagnostic] = []
  /// How many were not kept.
  public private(set) var droppedCount = 0
  /// Whether there is an error among them.
  public private(set) var hasErrors = false
  private var known: Set<Diagnostic> = []

  /// None.
  public init() {}

  /// Whether there are none.
  public var isEmpty: Bool { found.isEmpty }
  /// How many there are, with those that were not kept.
  public var count: Int { found.count + droppedCount }

  /// Adds `diagnostic` unless the same one is there.
  public mutating func append(_ diagnostic: Diagnostic) {
    guard !known.contains(diagnostic) else { return }
    if diagnostic.severity == .error { hasErrors = true }
    guard found.count < Self.capacity else {
      droppedCount += 1
      return
    }
    known.insert(diagnostic)
    found.append(diagnostic)
  }

  /// Adds those of `other` in their order.
  public mutating func append(contentsOf other: Diagnostics) {
    for diagnostic in other.found { append(diagnostic) }
    droppedCount += other.droppedCount
    hasErrors = hasErrors || other.hasErrors
  }

  /// Adds an error.
  public mutating func error(
    _ message: String, at range: SourceRange? = nil, help: String? = nil,
    notes: [Diagnostic.Note] = []
  ) {
    append(Diagnostic(.error, message, at: range, help: help, notes: notes))
  }

  /// Adds a warning.
  public mutating func warning(
    _ message: String, at range: SourceRange? = nil, help: String? = nil,
    notes: [Diagnostic.Note] = []
  ) {
    append(Diagnostic(.warning, message, at: range, help: help, notes: notes))
  }

  /// Sorted by place: sources in the order in which they were first met, then by position, those
  /// without a place last.
  public var sorted: [Diagnostic] {
    var ranks: [ObjectIdentifier: Int] = [:]
    for diagnostic in found {
      guard let range = diagnostic.range else { continue }
      let identifier = ObjectIdentifier(range.source)
      if ranks[identifier] == nil { ranks[identifier] = ranks.count }
    }
    let keyed = found.enumerated().map { order, diagnostic in
      let rank = diagnostic.range.flatMap { ranks[ObjectIdentifier($0.source)] } ?? Int.max
      return (key: (rank, diagnostic.range?.startOffset ?? 0, order), diagnostic)
    }
    return keyed.sorted { $0.key < $1.key }.map(\.1)
  }

  /// All of them as text for a terminal, sorted by place.
  ///
  /// - Parameters:
  ///   - color: whether to use ANSI colors.
  ///   - limit: how many to show; the rest is counted in a last line.
  public func rendered(color: Bool = false, limit: Int = 50) -> String {
    var text = ""
    for diagnostic in sorted.prefix(max(limit, 0)) { text += diagnostic.rendered(color: color) }
    let hidden = count - min(found.count, max(limit, 0))
    if hidden > 0 { text += "and \(hidden) more\n" }
    return text
  }
}
