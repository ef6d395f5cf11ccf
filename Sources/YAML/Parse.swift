/// What came of a text: its node, and what is wrong with it.
public struct Document: Sendable {
  /// The text.
  public let source: Source
  /// The root. It is there unless the text is empty, is no YAML, or goes beyond a limit; then an
  /// error says which. Where `diagnostics` has errors, what was wrong is left out of it: the
  /// second of two equal keys, a merge key.
  public let node: Node?
  /// The mistakes, in the order in which they were found.
  public let diagnostics: Diagnostics
}

/// Reads one YAML document.
///
/// Every input gives a node, or errors, or both; all mistakes are found in one go, except that a
/// mistake of syntax hides what comes after it.
///
/// - Parameters:
///   - source: the text.
///   - bytes: the part of the text to read, in bytes; all of it unless said. Ranges count from the
///     beginning of the text all the same, so that the value of `a.b=value` can be read in place.
///   - limits: how much is read.
/// - Complexity: linear in the number of bytes.
public func parse(
  _ source: Source, in bytes: Range<Int>? = nil, limits: Limits = Limits()
) -> Document {
  var part = bytes ?? 0..<source.bytes.count
  precondition(
    part.lowerBound >= 0 && part.upperBound <= source.bytes.count,
    "bytes \(part) of \(source.bytes.count)")
  if part.lowerBound == 0, source.lineStarts[0] <= part.upperBound {
    part = source.lineStarts[0]..<part.upperBound
  }
  var diagnostics = Diagnostics()
  let check = TextCheck(source: source, part: part, limits: limits)
  guard check.passes(&diagnostics) else {
    return Document(source: source, node: nil, diagnostics: diagnostics)
  }
  var composer = Composer(source: source, part: part, limits: limits)
  let node = composer.compose()
  return Document(source: source, node: node, diagnostics: composer.diagnostics)
}

/// Reads one YAML document from `bytes`; see ``parse(_:in:limits:)``.
///
/// - Parameters:
///   - bytes: the text, in UTF-8.
///   - name: the name to show in messages.
///   - limits: how much is read.
public func parse(_ bytes: [UInt8], name: String, limits: Limits = Limits()) -> Document {
  parse(Source(name: name, bytes: bytes), limits: limits)
}
