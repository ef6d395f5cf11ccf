/// A value of a resolved spec: typed, with every default filled in.
package indirect enum ResolvedValue: Equatable, Sendable {
  case number(Double)
  case count(Int)
  case flag(Bool)
  case text(String)
  case list([ResolvedValue])
  case map(ResolvedMap)
  case reference(Reference)
}

/// The fields of one mapping of a resolved spec, in the order in which its kind reads them.
package struct ResolvedMap: Equatable, Sendable {
  /// One field: its name, its value, and whether the value equals the field's default.
  package struct Entry: Equatable, Sendable {
    package var name: String
    package var value: ResolvedValue
    package var isDefault: Bool
    /// Such as `description` or `tags`: says something to people and nothing to the computation.
    package var isAnnotation = false
  }

  package var entries: [Entry] = []
  /// The versions of the kinds that were read here; not written to files, part of every key.
  package var kindVersions: [Int] = []

  package subscript(name: String) -> ResolvedValue? {
    entries.first { $0.name == name }?.value
  }
}

extension ResolvedValue {
  /// Every leaf below this value with its dotted path, in reading order.
  ///
  /// Lists count as maps whose names are the indices, with a leaf `count` in front.
  package func leaves(
    at path: String = "", isDefault: Bool = false
  ) -> [(path: String, value: ResolvedValue, isDefault: Bool)] {
    func join(_ name: String) -> String { path.isEmpty ? name : path + "." + name }
    switch self {
    case .map(let map):
      let versions = map.kindVersions.map {
        (path: join("kind-version"), value: ResolvedValue.count($0), isDefault: false)
      }
      return versions
        + map.entries.filter { !$0.isAnnotation }.flatMap {
          $0.value.leaves(at: join($0.name), isDefault: isDefault || $0.isDefault)
        }
    case .list(let items):
      let count = (
        path: join("count"), value: ResolvedValue.count(items.count), isDefault: isDefault
      )
      return [count]
        + items.enumerated().flatMap {
          $0.element.leaves(at: join(String($0.offset)), isDefault: isDefault)
        }
    case .number, .count, .flag, .text, .reference:
      return [(path, self, isDefault)]
    }
  }

  /// The value as a reader of a terminal wants to see it.
  package var displayText: String {
    switch self {
    case .number(let number): JSONText.number(number)
    case .count(let count): String(count)
    case .flag(let flag): flag ? "true" : "false"
    case .text(let text): text
    case .list(let items): "[" + items.map(\.displayText).joined(separator: ", ") + "]"
    case .map(let map):
      "{" + map.entries.map { "\($0.name): \($0.value.displayText)" }.joined(separator: ", ") + "}"
    case .reference(let reference): reference.displayText
    }
  }
}

extension ResolvedValue {
  /// The value as JSON. What this writes is itself a spec: the reader of specs reads it back to equal values.
  package var json: JSONText {
    switch self {
    case .number(let number): .number(number)
    case .count(let count): .integer(count)
    case .flag(let flag): .flag(flag)
    case .text(let text): .text(text)
    case .list(let items): .list(items.map(\.json))
    case .map(let map): .map(map.entries.map { ($0.name, $0.value.json) })
    case .reference(let reference): reference.json
    }
  }
}
