import Scorewalk
import YAML

/// Reads the figures of a spec.
struct FigureReader {
  let root: FieldReader
  /// Says whether a node has the name already, and where.
  let first: (String) -> SourceRange??

  /// Reads the section `figures:`; it is written down where it stands in the spec, and in no key.
  func read() -> [FigureNode] {
    let session = root.session
    let node = root.field(
      "figures", type: "map of figures", form: .named,
      "Pictures of what the nodes have computed; they change no number.", default: nil,
      isRequired: false)
    if session.isListing {
      _ = figure(
        FieldReader(session: session, node: nil, path: "figures.<name>"), name: "<name>",
        range: nil)
      return []
    }
    guard let node else { return [] }
    guard case .mapping(let entries) = node.content else {
      session.error("'figures' must be a map of figures, not \(node.summary)", at: node.place)
      return []
    }
    var figures: [FigureNode] = []
    var resolved = ResolvedMap()
    var own: [String: SourceRange] = [:]
    for entry in entries {
      let name = entry.name
      session.declaredNames.insert(name)
      if let problem = NodeName.problem(name) {
        session.error("a figure cannot be called '\(name)': \(problem)", at: entry.key.range)
      }
      if let earlier = own[name].map({ $0 as SourceRange? }) ?? first(name) {
        session.error(
          "two nodes are called '\(name)'", at: entry.key.range,
          help: "names are unique over the whole spec",
          notes: [Diagnostic.Note("first defined here", at: earlier)])
        continue
      }
      own[name] = entry.key.range
      guard case .mapping = entry.value.content else {
        session.error(
          "'figures.\(name)' must be a map of fields, not \(entry.value.summary)",
          at: entry.value.place, help: "write its fields below it, or in braces: {kind: …}")
        continue
      }
      let reader = FieldReader(session: session, node: entry.value, path: "figures." + name)
      if let figure = figure(reader, name: name, range: entry.key.range) {
        figures.append(figure)
        resolved.entries.append(.init(name: name, value: .map(figure.values), isDefault: false))
      }
    }
    root.record("figures", .map(resolved), isDefault: false, isAnnotation: true)
    return figures
  }

  private func figure(_ reader: FieldReader, name: String, range: SourceRange?) -> FigureNode? {
    let description = reader.annotation("description", "What the figure is for.")
    let title = reader.annotation("title", "What stands above it; what it shows unless said.")
    let formats = reader.choices(
      "format", "The files it is written to.", of: FigureFormat.Choice.self, default: [.svg])
    let width = reader.count(
      "width", "How wide it is.", unit: "pixels", atLeast: 240, atMost: 4096,
      default: FigureSize.usual.width)
    let height = reader.optionalCount(
      "height", "How high it is; 400 unless said, and of a plane as high as its axes want.",
      unit: "pixels", atLeast: 160, atMost: 4096)
    let chosen = reader.kind("figure", among: FigureKinds.all)
    reader.finish()
    guard let chosen else { return nil }
    return FigureNode(
      name: name, kind: chosen.kind, definition: chosen.definition, values: reader.values,
      references: reader.references, title: title, description: description,
      formats: formats.isEmpty ? [.svg] : formats, width: width, height: height, range: range)
  }
}
