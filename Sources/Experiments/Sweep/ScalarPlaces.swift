import YAML

/// Where the parts of a scalar's text stand in its source.
struct ScalarPlaces {
  private let whole: SourceRange
  /// The byte of the source at which the text begins; nil where the source has the text in another form, with escapes
  /// or over several lines.
  private let start: Int?

  init(_ node: Node) {
    whole = node.place
    let text = node.scalar?.text ?? ""
    let written = node.place.text
    if written == text {
      start = whole.startOffset
    } else if written.dropFirst().dropLast() == text {
      start = whole.startOffset + 1
    } else {
      start = nil
    }
  }

  /// The place of some bytes of the text; the whole scalar where they cannot be told apart.
  func range(_ bytes: Range<Int>) -> SourceRange {
    guard let start else { return whole }
    return SourceRange(
      source: whole.source, startOffset: start + bytes.lowerBound,
      endOffset: start + bytes.upperBound)
  }
}

extension KeyPath {
  /// The key that a scalar names; nil where a name is missing.
  init?(_ node: Node) {
    guard let text = node.scalar?.text, !text.isEmpty else { return nil }
    let places = ScalarPlaces(node)
    let bytes = Array(text.utf8)
    var names: [(text: String, range: SourceRange)] = []
    var from = 0
    for index in 0...bytes.count where index == bytes.count || bytes[index] == UInt8(ascii: ".") {
      guard index > from else { return nil }
      names.append(
        (String(decoding: bytes[from..<index], as: UTF8.self), places.range(from..<index)))
      from = index + 1
    }
    self.init(names: names, range: node.place)
  }
}
