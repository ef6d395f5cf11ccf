import Scorewalk
import YAML

/// Where two files of a node first differ, as far as the format tells: the element of an array, the line and the metric, the
/// number of a tensor.
package struct FileComparison: Sendable, Equatable {
  /// `element [0, 3, 0]`, `line 12 (loss at step 100)`, `parameters dense-0.kernel [3, 1]`.
  package let place: String
  package let one: String
  package let other: String

  package init(place: String, one: String, other: String) {
    self.place = place
    self.one = one
    self.other = other
  }

  /// Compares two files.
  ///
  /// - Returns: nil where they are equal.
  /// - Complexity: linear in the files; arrays and lines are read in pieces, states as a whole.
  package static func firstDifference(
    _ one: String, _ other: String
  ) throws(Failure) -> FileComparison? {
    guard let offset = try firstDifferingOffset(one, other) else { return nil }
    let found: FileComparison? =
      if one.hasSuffix(".npy") {
        try array(one, other, at: offset)
      } else if one.hasSuffix(".jsonl") {
        try line(one, other, at: offset)
      } else if one.hasSuffix(".json") {
        try json(one, other)
      } else { nil }
    if let found { return found }
    let sizes = [one, other].map { FileSystem.size($0) ?? 0 }
    if sizes[0] != sizes[1] {
      return FileComparison(place: "length", one: "\(sizes[0]) bytes", other: "\(sizes[1]) bytes")
    }
    let bytes = try [one, other].map { (file) throws(Failure) in
      try FileSystem.read(file, from: offset, atMost: 1).first.map { String($0) } ?? "none"
    }
    return FileComparison(place: "byte \(offset)", one: bytes[0], other: bytes[1])
  }

  /// The first byte that differs, or the length of the shorter file; nil where the files are equal.
  private static func firstDifferingOffset(
    _ one: String, _ other: String
  ) throws(Failure) -> Int? {
    let piece = 1 << 20
    var offset = 0
    while true {
      let left = try FileSystem.read(one, from: offset, atMost: piece)
      let right = try FileSystem.read(other, from: offset, atMost: piece)
      if left != right {
        let common = zip(left, right).enumerated().first { $0.element.0 != $0.element.1 }
        return offset + (common?.offset ?? min(left.count, right.count))
      }
      if left.count < piece { return nil }
      offset += piece
    }
  }

  // MARK: - Arrays

  private static func array(
    _ one: String, _ other: String, at offset: Int
  ) throws(Failure) -> FileComparison? {
    guard let left = try header(one), let right = try header(other) else { return nil }
    if left.shape != right.shape {
      return FileComparison(
        place: "shape", one: NPYHeader.text(left.shape), other: NPYHeader.text(right.shape))
    }
    guard left == right, offset >= left.length, left.type.kind == .float else { return nil }
    let index = (offset - left.length) / left.type.size
    guard index < left.count else { return nil }
    func value(_ file: String) throws(Failure) -> String {
      let bytes = try FileSystem.read(
        file, from: left.length + index * left.type.size, atMost: left.type.size)
      return number(bytes) ?? "nothing"
    }
    return FileComparison(
      place: "element " + place(index, in: left.shape), one: try value(one),
      other: try value(other))
  }

  private static func header(_ file: String) throws(Failure) -> NPYHeader? {
    let bytes = try FileSystem.read(file, atMost: 1 << 14)
    return try? NPYHeader(bytes)
  }

  /// The indices of an element, the last running fastest.
  private static func place(_ index: Int, in shape: [Int]) -> String {
    var rest = index
    var indices: [Int] = []
    for size in shape.reversed() {
      indices.append(size > 0 ? rest % size : 0)
      rest = size > 0 ? rest / size : 0
    }
    return "[" + indices.reversed().map(String.init).joined(separator: ", ") + "]"
  }

  /// A number as its shortest decimals, out of its little-endian bytes; nil where they are neither 4 nor 8.
  private static func number(_ bytes: [UInt8]) -> String? {
    let word = bytes.reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    switch bytes.count {
    case 4: return String(Float(bitPattern: UInt32(word)))
    case 8: return String(Double(bitPattern: word))
    default: return nil
    }
  }

  // MARK: - Lines

  private static func line(
    _ one: String, _ other: String, at offset: Int
  ) throws(Failure) -> FileComparison {
    var number = 1
    var start = 0
    var position = 0
    try FileSystem.readPieces(one, atMost: offset) { piece in
      for byte in piece {
        position += 1
        if byte == UInt8(ascii: "\n") {
          number += 1
          start = position
        }
      }
    }
    func text(_ file: String) throws(Failure) -> String {
      let bytes = try FileSystem.read(file, from: start, atMost: 1 << 12)
      return String(decoding: bytes.prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
    }
    let (left, right) = (try text(one), try text(other))
    let entries = [left, right].map { parse(Array($0.utf8), name: "line").node?.entries ?? [] }
    for (old, new) in zip(entries[0], entries[1]) where old.name == new.name {
      let values = [old, new].map { $0.value.scalar?.text ?? "" }
      guard values[0] != values[1] else { continue }
      let names = entries[0].prefix { $0.name != old.name }.compactMap { $0.value.scalar?.text }
      let metric = names.isEmpty ? "" : " (" + names.joined(separator: " ") + ")"
      return FileComparison(
        place: "line \(number)\(metric), \(old.name)", one: values[0], other: values[1])
    }
    return FileComparison(
      place: "line \(number)", one: left.isEmpty ? "nothing" : left,
      other: right.isEmpty ? "nothing" : right)
  }

  // MARK: - States

  private static func json(_ one: String, _ other: String) throws(Failure) -> FileComparison? {
    if let found = try state(one, other) { return found }
    return try tree(one, other)
  }

  private static func state(_ one: String, _ other: String) throws(Failure) -> FileComparison? {
    guard let left = try? StateFile.read(one), let right = try? StateFile.read(other) else {
      return nil
    }
    if left.step != right.step {
      return FileComparison(place: "step", one: String(left.step), other: String(right.step))
    }
    func groups(_ state: StateFile) -> [(name: String, records: [TensorRecord]?)] {
      [
        ("parameters", state.parameters), ("optimizer", state.optimizer), ("ema", state.ema),
        ("objective", state.objective), ("emaAccumulator", state.emaAccumulator),
        ("positions", state.positions),
      ]
    }
    for (group, records) in zip(groups(left), groups(right)) {
      for (old, new) in zip(group.records ?? [], records.records ?? []) {
        if let found = tensors(old.tensor, new.tensor, group.name) { return found }
      }
    }
    return nil
  }

  private static func tensors(
    _ one: NamedTensor, _ other: NamedTensor, _ group: String
  ) -> FileComparison? {
    func found(_ index: Int, _ left: String, _ right: String) -> FileComparison {
      FileComparison(
        place: "\(group) \(one.name) \(place(index, in: one.shape))", one: left, other: right)
    }
    switch (one.values, other.values) {
    case (.float32(let left), .float32(let right)):
      for (index, pair) in zip(left, right).enumerated()
      where pair.0.bitPattern != pair.1.bitPattern {
        return found(index, String(pair.0), String(pair.1))
      }
    case (.float64(let left), .float64(let right)):
      for (index, pair) in zip(left, right).enumerated()
      where pair.0.bitPattern != pair.1.bitPattern {
        return found(index, String(pair.0), String(pair.1))
      }
    default:
      return FileComparison(place: "\(group) \(one.name), type", one: "float32", other: "float64")
    }
    return nil
  }
}

extension FileComparison {
  /// The first value of two JSON files that differs; nil where one does not read, or is too long to be read as a tree.
  private static func tree(_ one: String, _ other: String) throws(Failure) -> FileComparison? {
    var nodes: [Node] = []
    for file in [one, other] {
      guard FileSystem.size(file) ?? 0 <= 4 << 20 else { return nil }
      let document = parse(try FileSystem.read(file), name: file)
      guard let node = document.node, !document.diagnostics.hasErrors else { return nil }
      nodes.append(node)
    }
    return difference(nodes[0], nodes[1], at: "")
  }

  private static func difference(_ one: Node, _ other: Node, at path: String) -> FileComparison? {
    func join(_ name: String) -> String { path.isEmpty ? name : path + "." + name }
    switch (one.content, other.content) {
    case (.mapping(let left), .mapping(let right)):
      for (old, new) in zip(left, right) where old.name == new.name {
        if let found = difference(old.value, new.value, at: join(old.name)) { return found }
      }
    case (.sequence(let left), .sequence(let right)):
      for (index, (old, new)) in zip(left, right).enumerated() {
        if let found = difference(old, new, at: join(String(index))) { return found }
      }
    case (.scalar(let left), .scalar(let right)) where left.text != right.text:
      guard max(left.text.utf8.count, right.text.utf8.count) <= 80 else { return nil }
      return FileComparison(place: path, one: left.text, other: right.text)
    case (.scalar, _), (.mapping, _), (.sequence, _): break
    }
    return nil
  }
}
