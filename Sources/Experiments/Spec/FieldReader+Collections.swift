import YAML

extension FieldReader {
  /// A list of numbers such as a mean; `[1, 2]`.
  package func numbers(
    _ name: String, _ summary: String, unit: String? = nil, in range: NumberRange = .any
  ) -> [Double] {
    guard
      let node = field(
        name, type: "list of numbers", form: .list(.number(range), atLeast: 1), summary, unit: unit,
        default: nil, isRequired: true)
    else {
      record(name, .list([]), isDefault: false)
      return [range.example]
    }
    let values = numbers(from: node, name: fullPath(name), in: range)
    record(name, .list(values.map { .number($0) }), isDefault: false)
    return values.isEmpty ? [range.example] : values
  }

  /// A list of numbers that may be left out.
  package func optionalNumbers(
    _ name: String, _ summary: String, unit: String? = nil, in range: NumberRange = .any
  ) -> [Double]? {
    guard
      let node = field(
        name, type: "list of numbers", form: .list(.number(range), atLeast: 1), summary, unit: unit,
        default: nil, isRequired: false)
    else { return nil }
    let values = numbers(from: node, name: fullPath(name), in: range)
    record(name, .list(values.map { .number($0) }), isDefault: false)
    return values.isEmpty ? [range.example] : values
  }

  /// A list of lists of numbers of equal length, such as the places of atoms.
  package func vectors(_ name: String, _ summary: String, unit: String? = nil) -> [[Double]] {
    optionalVectors(name, summary, unit: unit, isRequired: true) ?? [[0]]
  }

  /// A list of lists of numbers of equal length that may be left out.
  package func optionalVectors(
    _ name: String, _ summary: String, unit: String? = nil, isRequired: Bool = false
  ) -> [[Double]]? {
    guard
      let node = field(
        name, type: "list of lists of numbers", form: .list(.list(.number(.any), atLeast: 1)),
        summary, unit: unit, default: nil,
        isRequired: isRequired)
    else { return nil }
    guard let items = items(of: node, name: fullPath(name), expected: "a list of lists of numbers")
    else { return [[0]] }
    let vectors = items.enumerated().map {
      numbers(from: $0.element, name: "\(fullPath(name)).\($0.offset)", in: .any)
    }
    if let first = vectors.first {
      for (index, vector) in vectors.enumerated() where vector.count != first.count {
        session.error(
          "'\(fullPath(name)).\(index)' has \(vector.count) coordinates where the first has \(first.count)",
          at: items[index].place)
      }
    }
    record(name, .list(vectors.map { .list($0.map { .number($0) }) }), isDefault: false)
    return vectors.isEmpty ? [[0]] : vectors
  }

  /// A list of whole numbers, such as the widths of hidden layers.
  package func counts(
    _ name: String, _ summary: String, in range: CountRange, atMostItems limit: Int
  ) -> [Int] {
    optionalCounts(name, summary, in: range, atMostItems: limit, isRequired: true)
      ?? [range.example]
  }

  /// A list of whole numbers that may be left out. With `smoke`, a smoke run makes all of them smaller in
  /// proportion, so that none is more than that, and none that was above 0 becomes 0.
  package func optionalCounts(
    _ name: String, _ summary: String, in range: CountRange, atMostItems limit: Int,
    smoke: Int? = nil, isRequired: Bool = false
  ) -> [Int]? {
    guard
      let node = field(
        name, type: "list of whole numbers \(range.phrase)", form: .list(.count(range)), summary,
        default: nil,
        isRequired: isRequired)
    else { return nil }
    guard let items = items(of: node, name: fullPath(name), expected: "a list of whole numbers")
    else { return [range.example] }
    if items.count > limit {
      session.error(
        "'\(fullPath(name))' has \(items.count) items; \(limit) are the most", at: node.place)
      return [range.example]
    }
    var values = items.enumerated().compactMap {
      count(from: $0.element, name: "\(fullPath(name)).\($0.offset)", in: range)
    }
    if session.isSmoke, let smoke, let largest = values.max(), largest > smoke {
      values = values.map { $0 == 0 ? 0 : max(1, $0 * smoke / largest) }
    }
    record(name, .list(values.map { .count($0) }), isDefault: false)
    return values
  }

  /// A list of words out of a closed set, each at most once.
  package func choices<Choice: RawRepresentable & CaseIterable & Equatable>(
    _ name: String, _ summary: String, of _: Choice.Type = Choice.self,
    default defaultValue: [Choice]
  ) -> [Choice] where Choice.RawValue == String {
    let names = Choice.allCases.map(\.rawValue)
    let node = field(
      name, type: "list out of " + names.joined(separator: ", "),
      form: .list(.choice(names), isSet: true), summary,
      default: "[" + defaultValue.map(\.rawValue).joined(separator: ", ") + "]", isRequired: false)
    var values = defaultValue
    if let node, let items = items(of: node, name: fullPath(name), expected: "a list of words") {
      values = []
      for (index, item) in items.enumerated() {
        guard
          let value = choice(from: item, name: "\(fullPath(name)).\(index)", of: Choice.self)
        else { continue }
        if values.contains(value) {
          session.error("'\(value.rawValue)' stands twice in '\(fullPath(name))'", at: item.place)
        } else {
          values.append(value)
        }
      }
    }
    // The order of a set of words says nothing, so that it must not reach a key either.
    let canonical = Choice.allCases.filter { values.contains($0) }
    record(
      name, .list(canonical.map { .text($0.rawValue) }),
      isDefault: canonical == Choice.allCases.filter { defaultValue.contains($0) })
    return canonical
  }

  /// A map with fields of its own. Where it is left out, all of its fields take their defaults.
  package func map<Value>(
    _ name: String, _ summary: String, isRequired: Bool = false, _ read: (FieldReader) -> Value
  ) -> Value {
    let node = field(name, type: "map", form: .map, summary, default: nil, isRequired: isRequired)
    let reader = FieldReader(
      session: session, node: node ?? (isRequired ? nil : emptyMap), path: fullPath(name))
    // A required map that is missing has been reported once; its fields are not reported again.
    let quiet = isRequired && node == nil && !session.isListing
    let value = quiet ? silently(read) : read(reader)
    reader.finish()
    references += reader.references
    record(name, .map(reader.values), isDefault: false)
    return value
  }

  /// A map that may be left out.
  package func optionalMap<Value>(
    _ name: String, _ summary: String, _ read: (FieldReader) -> Value
  ) -> Value? {
    let node = field(name, type: "map", form: .map, summary, default: nil, isRequired: false)
    guard node != nil || session.isListing else { return nil }
    let reader = FieldReader(session: session, node: node, path: fullPath(name))
    let value = read(reader)
    reader.finish()
    references += reader.references
    if node != nil { record(name, .map(reader.values), isDefault: false) }
    return value
  }

  /// A list of maps, at least one.
  package func maps<Value>(
    _ name: String, _ summary: String, _ read: (FieldReader) -> Value
  ) -> [Value] {
    guard
      let node = field(
        name, type: "list of maps", form: .maps, summary, default: nil, isRequired: true)
    else {
      if session.isListing {
        _ = read(FieldReader(session: session, node: nil, path: fullPath(name) + ".<n>"))
      }
      return []
    }
    guard let items = items(of: node, name: fullPath(name), expected: "a list of maps") else {
      return []
    }
    if items.isEmpty { session.error("'\(fullPath(name))' is empty", at: node.place) }
    var resolved: [ResolvedValue] = []
    let values = items.enumerated().map { index, item in
      let reader = FieldReader(session: session, node: item, path: "\(fullPath(name)).\(index)")
      let value = read(reader)
      reader.finish()
      references += reader.references
      resolved.append(.map(reader.values))
      return value
    }
    record(name, .list(resolved), isDefault: false)
    return values
  }

  // MARK: - From one node

  package func items(of node: Node, name: String, expected: String) -> [Node]? {
    guard case .sequence(let items) = node.content else {
      session.error(
        "'\(name)' must be \(expected), not \(node.summary)", at: node.place,
        help: node.scalar.map {
          "write it in brackets: "
            + (expected.contains("lists") ? "[[\($0.text)]]" : "[\($0.text)]")
        })
      return nil
    }
    return items
  }

  package func numbers(from node: Node, name: String, in range: NumberRange) -> [Double] {
    guard let items = items(of: node, name: name, expected: "a list of numbers") else { return [] }
    if items.isEmpty { session.error("'\(name)' is empty", at: node.place) }
    return items.enumerated().map {
      number(from: $0.element, name: "\(name).\($0.offset)", in: range) ?? range.example
    }
  }

  /// Reads without a word: for what stands below something that was already reported.
  private func silently<Value>(_ read: (FieldReader) -> Value) -> Value {
    let silent = ReadingSession(isSmoke: session.isSmoke, isSilent: true)
    return read(FieldReader(session: silent, node: nil, path: path))
  }

  private var emptyMap: Node? { node.map { Node(.mapping([]), range: $0.place) } }
}
