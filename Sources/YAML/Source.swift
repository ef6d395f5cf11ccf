/// A text that was read: its name as shown in messages, its bytes, and where its lines begin.
///
/// Lines end with LF, CR or CRLF. A byte order mark at the start belongs to no column. The bytes
/// need not be valid UTF-8; a byte that belongs to no character counts as one column.
public final class Source: Sendable {
  /// The name as shown in messages: a path relative to where the command was given, or `command
  /// line`.
  public let name: String
  /// The bytes as they were read.
  public let bytes: [UInt8]
  /// The byte offset at which each line begins; the first is 3 after a byte order mark.
  public let lineStarts: [Int]

  private let isASCII: Bool
  /// The byte offsets of scalars 0, 128, 256, …; empty for ASCII, where scalars are bytes.
  private let checkpoints: [Int]
  private static let stride = 128

  /// Keeps `bytes` under `name`.
  ///
  /// - Complexity: linear in the number of bytes.
  public init(name: String, bytes: [UInt8]) {
    self.name = name
    self.bytes = bytes
    let hasMark = bytes.starts(with: [0xEF, 0xBB, 0xBF])
    (lineStarts, isASCII) = bytes.withUnsafeBufferPointer { bytes in
      var starts = [hasMark ? 3 : 0]
      var highBits: UInt8 = 0
      for offset in bytes.indices {
        let byte = bytes[offset]
        highBits |= byte
        guard byte == 0x0A || byte == 0x0D else { continue }
        let isFirstOfTwo =
          byte == 0x0D && offset + 1 < bytes.count && bytes[offset + 1] == 0x0A
        if !isFirstOfTwo { starts.append(offset + 1) }
      }
      return (starts, highBits < 0x80)
    }
    checkpoints = isASCII ? [] : Self.checkpoints(of: bytes)
  }

  /// Keeps `text`, as UTF-8, under `name`.
  public convenience init(name: String, text: String) {
    self.init(name: name, bytes: Array(text.utf8))
  }

  /// The number of lines; a text that ends with a line break has an empty last line.
  public var lineCount: Int { lineStarts.count }

  /// The text of line `line` (from 1) without its line break; invalid bytes become U+FFFD.
  public func text(ofLine line: Int) -> String {
    String(decoding: bytes[byteRange(ofLine: line)], as: UTF8.self)
  }

  /// The range of the whole text.
  public var wholeRange: SourceRange {
    SourceRange(source: self, startOffset: 0, endOffset: bytes.count)
  }

  /// The line and column of byte `offset`, which is first brought into `0...bytes.count`.
  ///
  /// - Complexity: logarithmic in the number of lines.
  public func location(at offset: Int) -> SourceLocation {
    let offset = min(max(offset, 0), bytes.count)
    let line = max(Self.lastIndex(in: lineStarts, notAbove: offset), 0)
    let start = lineStarts[line]
    let column = offset <= start ? 1 : scalarIndex(at: offset) - scalarIndex(at: start) + 1
    return SourceLocation(line: line + 1, column: column, offset: offset)
  }

  // MARK: - Lines and scalars, for this module

  /// The bytes of line `line` (from 1) without its line break.
  func byteRange(ofLine line: Int) -> Range<Int> {
    precondition(line >= 1 && line <= lineCount, "line \(line) of \(lineCount)")
    let start = lineStarts[line - 1]
    var end = line < lineCount ? lineStarts[line] : bytes.count
    if end > start, line < lineCount {
      end -= 1
      if end > start, bytes[end] == 0x0A, bytes[end - 1] == 0x0D { end -= 1 }
    }
    return start..<end
  }

  /// The number of scalars before byte `offset`.
  func scalarIndex(at offset: Int) -> Int {
    if isASCII { return offset }
    let checkpoint = max(Self.lastIndex(in: checkpoints, notAbove: offset), 0)
    var index = checkpoint * Self.stride
    var position = checkpoints[checkpoint]
    while position < offset {
      position += DecodedScalar(bytes, at: position).length
      index += 1
    }
    return index
  }

  /// The offset of the byte at which scalar `index` begins, at most `bytes.count`.
  func byteOffset(ofScalar index: Int) -> Int {
    if isASCII { return min(max(index, 0), bytes.count) }
    let checkpoint = min(max(index, 0) / Self.stride, checkpoints.count - 1)
    var current = checkpoint * Self.stride
    var position = checkpoints[checkpoint]
    while current < index, position < bytes.count {
      position += DecodedScalar(bytes, at: position).length
      current += 1
    }
    return position
  }

  /// The index of the last element of the ascending `values` that is at most `value`, or -1.
  private static func lastIndex(in values: [Int], notAbove value: Int) -> Int {
    var low = 0
    var high = values.count
    while low < high {
      let middle = (low + high) / 2
      if values[middle] <= value { low = middle + 1 } else { high = middle }
    }
    return low - 1
  }

  private static func checkpoints(of bytes: [UInt8]) -> [Int] {
    var offsets: [Int] = []
    var position = 0
    var index = 0
    repeat {
      if index % stride == 0 { offsets.append(position) }
      guard position < bytes.count else { break }
      position += DecodedScalar(bytes, at: position).length
      index += 1
    } while true
    return offsets
  }
}
