/// A place in a ``Source``.
public struct SourceLocation: Sendable, Hashable {
  /// The line, from 1.
  public let line: Int
  /// The column, from 1, in Unicode scalars.
  public let column: Int
  /// The offset in bytes, from 0.
  public let offset: Int

  /// A place; nothing checks that the three agree. ``Source/location(at:)`` computes them.
  public init(line: Int, column: Int, offset: Int) {
    self.line = line
    self.column = column
    self.offset = offset
  }
}

/// A stretch of a ``Source``, possibly empty, that begins and ends between characters.
public struct SourceRange: Sendable {
  /// The text it is a part of.
  public let source: Source
  /// The offset of the first byte, in `0...source.bytes.count`.
  public let startOffset: Int
  /// The offset after the last byte, in `startOffset...source.bytes.count`.
  public let endOffset: Int

  /// The stretch from byte `startOffset` up to, not including, byte `endOffset`, brought into the
  /// source's bounds.
  public init(source: Source, startOffset: Int, endOffset: Int) {
    self.source = source
    self.startOffset = min(max(startOffset, 0), source.bytes.count)
    self.endOffset = min(max(endOffset, self.startOffset), source.bytes.count)
  }

  /// Where it begins.
  public var start: SourceLocation { source.location(at: startOffset) }
  /// Where it ends: the place after its last character.
  public var end: SourceLocation { source.location(at: endOffset) }
  /// Whether it has no characters.
  public var isEmpty: Bool { startOffset == endOffset }
  /// The text it covers; invalid bytes become U+FFFD.
  public var text: String {
    String(decoding: source.bytes[startOffset..<endOffset], as: UTF8.self)
  }
}

extension SourceRange: Hashable {
  /// Whether both are the same stretch of the same source object.
  public static func == (left: SourceRange, right: SourceRange) -> Bool {
    left.source === right.source && left.startOffset == right.startOffset
      && left.endOffset == right.endOffset
  }

  /// Feeds the source's identity and the two offsets.
  public func hash(into hasher: inout Hasher) {
    hasher.combine(ObjectIdentifier(source))
    hasher.combine(startOffset)
    hasher.combine(endOffset)
  }
}

extension SourceRange: CustomStringConvertible {
  /// `name:line:column`, the place where it begins.
  public var description: String {
    let start = start
    return "\(source.name):\(start.line):\(start.column)"
  }
}
