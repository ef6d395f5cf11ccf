import Testing
import YAML

/// A text whose markers `1️⃣` to `9️⃣` were taken out and remembered.
struct MarkedText {
  let text: String
  /// The byte offset of each marker in the text without markers.
  let offsets: [String: Int]

  init(_ marked: String) {
    var text = ""
    var offsets: [String: Int] = [:]
    for character in marked {
      let name = String(character)
      if name.unicodeScalars.last == "\u{20E3}" {
        offsets[name] = text.utf8.count
      } else {
        text.append(character)
      }
    }
    self.text = text
    self.offsets = offsets
  }
}

/// A mistake that a text is to have.
struct Mistake {
  let marker: String
  let message: String
  var help: String?
  var notes: [(marker: String, message: String)] = []
}

/// Parses the marked text and compares all of its diagnostics, by place, with `mistakes`.
@discardableResult
func expectMistakes(
  _ marked: String, _ mistakes: [Mistake], sourceLocation: Testing.SourceLocation = #_sourceLocation
) -> Node? {
  let marked = MarkedText(marked)
  let source = Source(name: "x.yaml", text: marked.text)
  let document = parse(source)
  let found = document.diagnostics.sorted
  #expect(
    found.map(\.message) == mistakes.map(\.message), "\(document.diagnostics.rendered())",
    sourceLocation: sourceLocation)
  for (diagnostic, mistake) in zip(found, mistakes) {
    #expect(diagnostic.severity == .error, sourceLocation: sourceLocation)
    #expect(
      diagnostic.range?.startOffset == marked.offsets[mistake.marker],
      "\(diagnostic.rendered())", sourceLocation: sourceLocation)
    #expect(diagnostic.help == mistake.help, sourceLocation: sourceLocation)
    #expect(
      diagnostic.notes.map(\.message) == mistake.notes.map(\.message),
      sourceLocation: sourceLocation)
    #expect(
      diagnostic.notes.map { $0.range?.startOffset }
        == mistake.notes.map { marked.offsets[$0.marker] },
      "\(diagnostic.rendered())", sourceLocation: sourceLocation)
  }
  return document.node
}

/// The text as a node; a failure where it has mistakes.
func node(
  _ text: String, sourceLocation: Testing.SourceLocation = #_sourceLocation
) throws -> Node {
  let document = parse(Source(name: "x.yaml", text: text))
  #expect(
    document.diagnostics.isEmpty, "\(document.diagnostics.rendered())",
    sourceLocation: sourceLocation)
  return try #require(document.node, sourceLocation: sourceLocation)
}

extension Node {
  /// The value in one line, each scalar in quotes, to compare whole nodes.
  var outline: String {
    switch content {
    case .scalar(let scalar): "'\(scalar.text)'"
    case .sequence(let items): "[" + items.map(\.outline).joined(separator: ", ") + "]"
    case .mapping(let entries):
      "{" + entries.map { "\($0.name): \($0.value.outline)" }.joined(separator: ", ") + "}"
    }
  }
}
