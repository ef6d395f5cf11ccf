import YAML

/// An axis of the command line: `a.b.c=1,2,3`.
package enum SweepArgument {
  /// Reads the texts of all of them.
  ///
  /// An axis is called by the last name of its key, and by more of it where two would be called the same. Only commas
  /// outside brackets and quotes separate values.
  package static func axes(_ texts: [String]) -> ([SweepAxis], Diagnostics) {
    var diagnostics = Diagnostics()
    var read: [(path: KeyPath, values: [SweepAxis.Value])] = []
    for text in texts {
      if let axis = axis(text, &diagnostics) { read.append(axis) }
    }
    let axes = read.enumerated().map { number, axis in
      SweepAxis(
        name: name(
          of: axis.path, besides: read.indices.filter { $0 != number }.map { read[$0].path }),
        range: axis.path.range, paths: [axis.path], values: axis.values, design: nil)
    }
    return (axes, diagnostics)
  }

  private static func axis(
    _ text: String, _ diagnostics: inout Diagnostics
  ) -> (path: KeyPath, values: [SweepAxis.Value])? {
    let source = Source(name: "command line", text: text)
    let bytes = source.bytes
    guard let equals = bytes.firstIndex(of: UInt8(ascii: "=")), equals + 1 < bytes.count else {
      diagnostics.error(
        "a sweep is written key=value,value,…", at: source.wholeRange,
        help: "write -m a.b.c=1,2,3")
      return nil
    }
    let key = Node(
      String(decoding: bytes[..<equals], as: UTF8.self),
      range: SourceRange(source: source, startOffset: 0, endOffset: equals))
    guard let path = KeyPath(key), let first = path.names.first,
      !first.text.hasPrefix("+"), !first.text.hasPrefix("~")
    else {
      diagnostics.error(
        "a sweep sets keys that are there: a.b.c=1,2,3", at: key.range)
      return nil
    }
    guard !["name", "base", "sweep"].contains(first.text) else {
      diagnostics.error("'\(first.text)' cannot be swept", at: first.range)
      return nil
    }
    var values: [SweepAxis.Value] = []
    for piece in pieces(bytes, from: equals + 1) {
      let range = SourceRange(
        source: source, startOffset: piece.lowerBound, endOffset: piece.upperBound)
      guard bytes[piece].contains(where: { $0 != 0x20 }) else {
        diagnostics.error("a value is missing", at: range, help: "write '' for an empty text")
        continue
      }
      let document = YAML.parse(source, in: piece)
      diagnostics.append(contentsOf: document.diagnostics)
      if let node = document.node { values.append(SweepAxis.Value(node)) }
    }
    return (path, values)
  }

  /// The stretches between commas that stand in no brackets and no quotes.
  private static func pieces(_ bytes: [UInt8], from start: Int) -> [Range<Int>] {
    var pieces: [Range<Int>] = []
    var begin = start
    var depth = 0
    var quote: UInt8?
    for index in start..<bytes.count {
      let byte = bytes[index]
      if let open = quote {
        if byte == open { quote = nil }
        continue
      }
      switch byte {
      case UInt8(ascii: "'"), UInt8(ascii: "\""): quote = byte
      case UInt8(ascii: "["), UInt8(ascii: "{"): depth += 1
      case UInt8(ascii: "]"), UInt8(ascii: "}"): depth -= 1
      case UInt8(ascii: ",") where depth <= 0:
        pieces.append(begin..<index)
        begin = index + 1
      default: break
      }
    }
    pieces.append(begin..<bytes.count)
    return pieces
  }

  /// The shortest end of a key that no other key has.
  private static func name(of path: KeyPath, besides others: [KeyPath]) -> String {
    let names = path.names.map(\.text)
    for count in 1...names.count {
      let end = Array(names.suffix(count))
      if !others.contains(where: { $0.names.map(\.text).suffix(count).elementsEqual(end) }) {
        return end.joined(separator: ".")
      }
    }
    return path.text
  }
}
