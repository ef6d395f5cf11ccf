import YAML

extension FieldReader {
  /// Another node: its name, or `{node: …, step: …, parameters: …, noise_level: …}`.
  ///
  /// Whether the node exists and plays one of `roles` is checked when all nodes are known.
  ///
  /// - Parameter hasNoiseLevel: whether it may be a network at a noise level.
  package func reference(
    _ name: String, to roles: [Role], _ summary: String, hasNoiseLevel: Bool = false
  ) -> Reference {
    optionalReference(name, to: roles, summary, isRequired: true, hasNoiseLevel: hasNoiseLevel)
      ?? Reference(node: "", range: nil)
  }

  /// Another node, where one is named.
  package func optionalReference(
    _ name: String, to roles: [Role], _ summary: String, isRequired: Bool = false,
    hasNoiseLevel: Bool = false
  ) -> Reference? {
    let type = "node: " + roles.map(\.phrase).joined(separator: " or ")
    guard
      let node = field(
        name, type: type, form: .reference, summary, default: nil, isRequired: isRequired),
      var reference = reference(from: node, name: fullPath(name))
    else { return nil }
    reference.range = node.place
    record(name, .reference(reference), isDefault: false)
    references.append(
      ReferenceField(
        field: fullPath(name), reference: reference, roles: roles, hasNoiseLevel: hasNoiseLevel))
    return reference
  }

  /// Other nodes: one, or a list of them.
  package func referenceList(
    _ name: String, to roles: [Role], _ summary: String
  ) -> [Reference] {
    let type = "node or list of nodes: " + roles.map(\.phrase).joined(separator: " or ")
    guard
      let node = field(
        name, type: type, form: .either([.reference, .list(.reference, atLeast: 1)]), summary,
        default: nil, isRequired: true)
    else { return [] }
    let items: [Node]
    if case .sequence(let nodes) = node.content { items = nodes } else { items = [node] }
    if items.isEmpty { session.error("'\(fullPath(name))' is empty", at: node.place) }
    var found: [Reference] = []
    for (index, item) in items.enumerated() {
      let field = items.count == 1 ? fullPath(name) : "\(fullPath(name)).\(index)"
      guard var reference = reference(from: item, name: field) else { continue }
      reference.range = item.place
      found.append(reference)
      references.append(ReferenceField(field: field, reference: reference, roles: roles))
    }
    record(name, .list(found.map { .reference($0) }), isDefault: false)
    return found
  }

  private func reference(from node: Node, name: String) -> Reference? {
    switch node.content {
    case .scalar(let scalar): return Reference(node: scalar.text)
    case .sequence:
      session.error("'\(name)' must be one node, not a list", at: node.place)
      return nil
    case .mapping:
      let reader = FieldReader(session: session, node: node, path: name)
      guard
        let target = reader.field(
          "node", type: "name of a node", "The node that is meant.", default: nil, isRequired: true),
        let text = reader.scalar(from: target, name: name + ".node", expected: "the name of a node")
      else {
        reader.acceptEverything()
        reader.finish()
        return nil
      }
      var reference = Reference(node: text.text)
      if let step = reader.field(
        "step", type: "a step, last or all", "Which state of a training; all means every snapshot.",
        default: "last", isRequired: false)
      {
        if case .scalar(let scalar) = step.content, scalar.text == "last" || scalar.text == "all" {
          reference.step = scalar.text == "all" ? .all : .last
        } else if let count = reader.count(from: step, name: name + ".step", in: CountRange(0)) {
          reference.step = .at(count)
        }
      }
      reference.parameters = reader.choice(
        "parameters", "Which parameters of a training: as trained, or their moving average.",
        default: Reference.Parameters.raw)
      reference.noiseLevel = reader.noiseLevel(
        "noise_level", "σ, for a network that takes the noise level.", isRequired: false)
      reader.finish()
      return reference
    }
  }

  /// A noise level: a number or the name of one in `noise_levels`.
  package func noiseLevel(
    _ name: String, _ summary: String, isRequired: Bool = true
  ) -> Double? {
    guard
      let node = field(
        name, type: "number > 0 or a name in noise_levels",
        form: .either([.number(.deviation), .word]), summary, unit: "of the data",
        default: nil, isRequired: isRequired)
    else { return nil }
    var value: Double?
    if case .scalar(let scalar) = node.content,
      let first = scalar.text.unicodeScalars.first, first.properties.isAlphabetic
    {
      value = session.noiseLevels[scalar.text]
      if value == nil, session.ladders[scalar.text] != nil {
        session.error(
          "'\(fullPath(name))' needs one noise level; '\(scalar.text)' is a ladder of them",
          at: node.place, help: "write a number, or the name of one level")
      } else if value == nil {
        session.error(
          "'\(fullPath(name))' names no noise level: '\(scalar.text)'", at: node.place,
          help: session.suggestion(for: scalar.text, among: session.noiseLevels.keys.sorted())
            ?? "add it to noise_levels, or write a number")
      }
    } else {
      value = number(from: node, name: fullPath(name), in: .deviation)
    }
    record(name, .number(value ?? 1), isDefault: false)
    return value ?? 1
  }
}

extension FieldReader {
  /// `noise_level`, or that of a reference to a network.
  package func noiseLevel(
    _ name: String, or reference: Reference, _ summary: String, isRequired: Bool = false
  ) -> Double? {
    let own = noiseLevel(
      name, summary, isRequired: isRequired && reference.noiseLevel == nil)
    if let own, let other = reference.noiseLevel, own != other, isWritten(name) {
      session.error(
        "'\(path)' has two noise levels, \(JSONText.number(own) as String) and \(JSONText.number(other) as String)",
        at: range(of: name), help: "keep one")
    }
    return own ?? reference.noiseLevel
  }
}

/// One reference of a node, with the field that holds it and the roles that the field accepts.
package struct ReferenceField: Sendable {
  package let field: String
  package let reference: Reference
  package let roles: [Role]
  /// Whether the field has a use for the reference's noise level.
  package var hasNoiseLevel = false
}
