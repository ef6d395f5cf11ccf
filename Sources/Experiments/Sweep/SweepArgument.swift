import YAML

/// An axis of the command line: `a.b.c=1,2,3`.
package enum SweepArgument {
  /// Reads the texts of all of them.
  ///
  /// An axis is called by its key until ``named(_:besides:seeds:session:)``. Only commas outside brackets and quotes
  /// separate values.
  package static func axes(_ texts: [String]) -> ([SweepAxis], Diagnostics) {
    var diagnostics = Diagnostics()
    var read: [(path: KeyPath, values: [SweepAxis.Value])] = []
    for text in texts {
      if let axis = axis(text, &diagnostics) { read.append(axis) }
    }
    let axes = read.map { axis in
      SweepAxis(
        name: axis.path.text, range: axis.path.range, paths: [axis.path], values: axis.values,
        design: nil)
    }
    return (axes, diagnostics)
  }

  /// The axes under short names: each is called by the last name of its key, and by more of it where another axis is
  /// called so. `seed` is the name of the spec's own seed alone.
  ///
  /// - Parameters:
  ///   - own: the axes of the spec.
  ///   - seeds: where the spec's axis of seeds stands, if there is one.
  static func named(
    _ axes: [SweepAxis], besides own: [SweepAxis], seeds: SourceRange?, session: ReadingSession
  ) -> [SweepAxis] {
    axes.enumerated().map { number, axis in
      let path = axis.paths[0]
      if path.text == "seed", let seeds {
        session.error(
          "'seed' is swept by 'sweep.seeds' already", at: path.range,
          help: "change 'sweep.seeds.count', or leave that axis out: ~sweep.seeds",
          notes: [Diagnostic.Note("swept here", at: seeds)])
        return axis
      }
      let others = axes.indices.filter { $0 != number }.map { axes[$0].paths[0] }
      if let name = name(of: path, besides: others, own: own) {
        return SweepAxis(
          name: name, range: axis.range, paths: axis.paths, values: axis.values, design: axis.design
        )
      }
      // Two axes of one key are told as such.
      let isSetTwice = own.contains { $0.paths.contains { $0.text == path.text } }
      if !isSetTwice, let taken = own.first(where: { $0.name == path.text }) {
        session.error(
          "'\(path.text)' would be called as the axis '\(taken.name)' of the spec is, which sets something else",
          at: path.range, help: "call the axis of the spec something else",
          notes: [Diagnostic.Note("the axis of the spec", at: taken.range)])
      }
      return axis
    }
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
  ///
  /// As in YAML, a quotation mark opens a text only where a value begins: in `it's` it is an apostrophe.
  private static func pieces(_ bytes: [UInt8], from start: Int) -> [Range<Int>] {
    var pieces: [Range<Int>] = []
    var begin = start
    var depth = 0
    var isBeginning = true
    var index = start
    while index < bytes.count {
      let byte = bytes[index]
      switch byte {
      case UInt8(ascii: "'") where isBeginning, UInt8(ascii: "\"") where isBeginning:
        index = end(ofText: bytes, from: index)
      case UInt8(ascii: "["), UInt8(ascii: "{"): depth += 1
      case UInt8(ascii: "]"), UInt8(ascii: "}"): depth = max(0, depth - 1)
      case UInt8(ascii: ",") where depth == 0:
        pieces.append(begin..<index)
        begin = index + 1
      default: break
      }
      if byte != UInt8(ascii: " ") { isBeginning = "[{,:".utf8.contains(byte) }
      index += 1
    }
    pieces.append(begin..<bytes.count)
    return pieces
  }

  /// The place of the quotation mark that closes a text, or the end where none does.
  private static func end(ofText bytes: [UInt8], from start: Int) -> Int {
    let quote = bytes[start]
    var index = start + 1
    while index < bytes.count {
      if quote == UInt8(ascii: "\""), bytes[index] == UInt8(ascii: "\\") {
        index += 1
      } else if bytes[index] == quote {
        // Two of them within a text in single quotes stand for one.
        guard quote == UInt8(ascii: "'"), index + 1 < bytes.count, bytes[index + 1] == quote else {
          return index
        }
        index += 1
      }
      index += 1
    }
    return bytes.count
  }

  /// The shortest end of a key that no other axis has or is called by; nil where there is none.
  private static func name(
    of path: KeyPath, besides others: [KeyPath], own: [SweepAxis]
  ) -> String? {
    let names = path.names.map(\.text)
    for count in 1...names.count {
      let end = Array(names.suffix(count))
      let name = end.joined(separator: ".")
      if name == "seed", names.count > 1 { continue }
      if own.contains(where: { $0.name == name }) { continue }
      if !others.contains(where: { $0.names.map(\.text).suffix(count).elementsEqual(end) }) {
        return name
      }
    }
    return nil
  }
}
