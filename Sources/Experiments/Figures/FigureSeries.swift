import Scorewalk
import YAML

/// What a figure compares: several nodes under their names, or under names of the user's.
struct FigureSeries: Sendable {
  let references: [Reference]
  private let labels: [String]?

  /// Reads `of` and `labels`.
  static func read(_ reader: FieldReader, to roles: [Role], _ summary: String) -> FigureSeries {
    let references = reader.referenceList("of", to: roles, summary)
    let labels = reader.texts("labels", "What the key calls them; their names unless said.")
    if let labels, !references.isEmpty, labels.count != references.count {
      reader.session.error(
        "'\(reader.fullPath("labels"))' has \(labels.count) texts for \(references.count) nodes",
        at: reader.range(of: "labels"))
    }
    return FigureSeries(references: references, labels: labels)
  }

  /// Each with its name and its colour.
  var all: [(reference: Reference, label: String, ink: Plot.Ink)] {
    references.enumerated().map { index, reference in
      let label = labels.flatMap { $0.indices.contains(index) ? $0[index] : nil }
      return (reference, label ?? reference.displayText, .series(index))
    }
  }

  /// `walk, jump`.
  var names: String { all.map(\.label).joined(separator: ", ") }
}

extension FieldReader {
  /// A list of texts that may be left out, which say something to people only.
  func texts(_ name: String, _ summary: String) -> [String]? {
    guard
      let node = field(
        name, type: "list of texts", form: .list(.text), summary, default: nil, isRequired: false),
      let items = items(of: node, name: fullPath(name), expected: "a list of texts")
    else { return nil }
    let texts = items.enumerated().compactMap {
      scalar(from: $0.element, name: "\(fullPath(name)).\($0.offset)", expected: "text")?.text
    }
    record(name, .list(texts.map { .text($0) }), isDefault: false, isAnnotation: true)
    return texts
  }

  /// `from` and `to`: what an axis shows; nil at an end that is left out.
  func ends(_ summary: String) -> (from: Double?, to: Double?) {
    let from = optionalNumber("from", "\(summary): its lower end.")
    let to = optionalNumber("to", "\(summary): its upper end.")
    if let from, let to, from >= to, !session.isListing {
      session.error(
        "'\(fullPath("from"))' must lie below '\(fullPath("to"))'", at: range(of: "from"))
      return (nil, nil)
    }
    return (from, to)
  }
}
