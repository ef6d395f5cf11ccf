/// The JSON Schema of a spec, out of the very calls that read specs.
///
/// It accepts every good spec, and rejects unknown keys, unknown kinds, missing fields and values of a wrong type or out of
/// range. What takes the whole graph to see (references, cycles, dimensions) no schema can see: `scorewalk check` does. Of
/// a spec with `base:` only the names at its top are checked, since the rest may be inherited.
package enum SpecSchema {
  /// A schema of draft 2020-12.
  package static var json: JSONText {
    let root = Place()
    for field in SpecReader.documentation() { root.add(field) }
    let strict = object(root)
    let inherited = root.fields.map { field in
      (
        field.name,
        [.named, .map].contains(field.form)
          ? JSONText.map([("type", .text("object"))]) : schema(field, root)
      )
    }
    let base = JSONText.map([
      ("type", .text("string")),
      ("description", .text("The path of another spec, from this one: this one is laid over it.")),
    ])
    return .map([
      ("$schema", .text("https://json-schema.org/draft/2020-12/schema")),
      ("title", .text("A spec of Scorewalk")),
      (
        "description",
        .text("Made by `scorewalk schema` out of the definitions that read specs.")
      ),
      ("type", .text("object")),
      ("if", .map([("required", .list([.text("base")]))])),
      (
        "then",
        .map([
          ("properties", .map([("base", base)] + inherited)),
          ("additionalProperties", .flag(false)),
        ])
      ),
      ("else", strict),
      ("$defs", .map([("reference", reference), ("combination", combination)])),
    ])
  }

  /// The fields of one map, and what stands below them.
  private final class Place {
    private(set) var fields: [FieldDocumentation] = []
    private(set) var kinds: [(name: String, place: Place)] = []
    private var inner: [String: Place] = [:]

    /// Files a field under its path: `training.<name>.optimizer (adam).learning_rate`.
    func add(_ field: FieldDocumentation) {
      var place = self
      let segments = field.path.split(separator: ".").map(String.init)
      for segment in segments.dropLast() {
        let words = segment.split(separator: " ").map(String.init)
        place = place.below(words[0])
        for word in words.dropFirst() { place = place.kind(String(word.dropFirst().dropLast())) }
      }
      place.fields.append(field)
    }

    func below(_ name: String) -> Place {
      if let place = inner[name] { return place }
      let place = Place()
      inner[name] = place
      return place
    }

    /// What stands below whatever name the user gives, or below each item of a list.
    var each: Place { inner.first { $0.key.hasPrefix("<") }?.value ?? Place() }

    private func kind(_ name: String) -> Place {
      if let known = kinds.first(where: { $0.name == name }) { return known.place }
      let place = Place()
      kinds.append((name, place))
      return place
    }

    /// The fields of a kind with those that all kinds have.
    func merged(into place: Place) -> Place {
      let whole = Place()
      whole.fields = place.fields + fields
      whole.inner = place.inner.merging(inner) { $1 }
      whole.kinds = kinds
      return whole
    }
  }

  // MARK: - Maps

  /// The schema of a map. Where it has a `kind`, each kind has a schema of its own: the fields of one say nothing of another.
  private static func object(_ place: Place) -> JSONText {
    guard !place.kinds.isEmpty else {
      return .map([("type", .text("object"))] + members(place))
    }
    let kind = place.fields.first { $0.name == "kind" }
    let cases = place.kinds.map { name, own -> JSONText in
      var condition: [(String, JSONText)] = [
        ("properties", .map([("kind", .map([("const", .text(name))]))]))
      ]
      // Where the kind may be left out, a map without one is of the default's.
      if kind?.defaultText != name { condition.append(("required", .list([.text("kind")]))) }
      return .map([("if", .map(condition)), ("then", object(own.merged(into: place)))])
    }
    let named = kind.map { [("kind", schema($0, place))] } ?? []
    return .map(
      [("type", .text("object")), ("properties", .map(named))]
        + required(place.fields.filter { $0.name == "kind" }) + [("allOf", .list(cases))])
  }

  private static func members(_ place: Place) -> [(String, JSONText)] {
    [("properties", .map(place.fields.map { ($0.name, schema($0, place)) }))]
      + required(place.fields) + [("additionalProperties", .flag(false))]
  }

  private static func required(_ fields: [FieldDocumentation]) -> [(String, JSONText)] {
    let names = fields.filter(\.isRequired).map { JSONText.text($0.name) }
    return names.isEmpty ? [] : [("required", .list(names))]
  }

  // MARK: - Fields

  private static func schema(_ field: FieldDocumentation, _ place: Place) -> JSONText {
    var members = form(field.form, place.below(field.name))
    let unit = field.unit.map { " (\($0))" } ?? ""
    members.append(("description", .text(field.summary + unit)))
    if let value = defaultValue(field) { members.append(("default", value)) }
    return .map(members)
  }

  /// A default, where it is one that could be written.
  private static func defaultValue(_ field: FieldDocumentation) -> JSONText? {
    guard let text = field.defaultText else { return nil }
    switch field.form {
    case .number, .count: return Double(text).map { .number($0) }
    case .flag: return .flag(text == "true")
    case .choice(let names): return names.contains(text) ? .text(text) : nil
    default: return nil
    }
  }

  private static func form(_ form: FieldForm, _ place: Place) -> [(String, JSONText)] {
    func type(_ name: String) -> (String, JSONText) { ("type", .text(name)) }
    switch form {
    case .any: return []
    case .text:
      return [("type", .list(["string", "number", "boolean"].map { .text($0) }))]
    case .word: return [type("string")]
    case .number(let range): return [type("number")] + bounds(range)
    case .count(let range):
      return [
        type("integer"), ("minimum", .integer(range.lower)), ("maximum", .integer(range.upper)),
      ]
    case .flag: return [type("boolean")]
    case .choice(let names): return [("enum", .list(names.map { .text($0) }))]
    case .list(let item, let isSet, let least):
      return [type("array"), ("items", .map(Self.form(item, place)))]
        + (isSet ? [("uniqueItems", .flag(true))] : [])
        + (least > 0 ? [("minItems", .integer(least))] : [])
    case .pair(let range):
      return [
        type("array"), ("items", .map(Self.form(.number(range), place))),
        ("minItems", .integer(2)), ("maxItems", .integer(2)),
      ]
    case .matching(let scalar, let pattern):
      return Self.form(scalar, place) + [("pattern", .text(pattern))]
    case .map: return pairs(of: object(place))
    case .maps:
      return [type("array"), ("items", object(place.each)), ("minItems", .integer(1))]
    case .named: return [type("object"), ("additionalProperties", object(place.each))]
    case .axes:
      let axis = pairs(of: object(place.each)) + [("anyOf", .list(SweepAxis.sources.map(source)))]
      return [type("object"), ("additionalProperties", .map(axis)), ("minProperties", .integer(1))]
    case .combination: return [("$ref", .text("#/$defs/combination"))]
    case .values(let value):
      return [type("object"), ("additionalProperties", .map(Self.form(value, place.each)))]
    case .object(let members):
      return [
        type("object"),
        ("properties", .map(members.map { ($0.name, .map(Self.form($0.form, place))) })),
        ("additionalProperties", .flag(false)),
      ]
    case .reference: return [("$ref", .text("#/$defs/reference"))]
    case .either(let forms):
      return [("anyOf", .list(forms.map { .map(Self.form($0, place)) }))]
    }
  }

  private static func pairs(of value: JSONText) -> [(String, JSONText)] {
    if case .map(let members) = value { members } else { [] }
  }

  private static func bounds(_ range: NumberRange) -> [(String, JSONText)] {
    var bounds: [(String, JSONText)] = []
    if let lower = range.lower {
      bounds.append((range.lowerIsIncluded ? "minimum" : "exclusiveMinimum", .number(lower)))
    }
    if let upper = range.upper {
      bounds.append((range.upperIsIncluded ? "maximum" : "exclusiveMaximum", .number(upper)))
    }
    return bounds
  }

  /// One source of an axis's values, with what it needs and without what has no meaning beside it.
  private static func source(
    _ source: (name: String, needed: [String], meaningless: [String])
  ) -> JSONText {
    func required(_ names: [String]) -> JSONText {
      .map([("required", .list(names.map { .text($0) }))])
    }
    let others = SweepAxis.sources.map(\.name).filter { $0 != source.name } + source.meaningless
    return .map([
      ("required", .list(([source.name] + source.needed).map { .text($0) })),
      ("not", .map([("anyOf", .list(others.map { required([$0]) }))])),
    ])
  }

  /// An axis, or one of the ways with what is combined.
  private static var combination: JSONText {
    let parts = JSONText.map([
      ("type", .text("array")), ("items", .map([("$ref", .text("#/$defs/combination"))])),
      ("minItems", .integer(1)),
    ])
    return .map([
      (
        "anyOf",
        .list([
          .map([("type", .text("string"))]),
          .map([
            ("type", .text("object")), ("properties", .map([("product", parts), ("zip", parts)])),
            ("additionalProperties", .flag(false)), ("minProperties", .integer(1)),
            ("maxProperties", .integer(1)),
          ]),
        ])
      )
    ])
  }

  /// Another node: its name, or a map with more to say.
  private static var reference: JSONText {
    .map([
      (
        "anyOf",
        .list([
          .map([("type", .list(["string", "number", "boolean"].map { .text($0) }))]),
          .map([
            ("type", .text("object")),
            (
              "properties",
              .map([
                ("node", .map([("type", .text("string"))])),
                (
                  "step",
                  .map([
                    (
                      "anyOf",
                      .list([
                        .map([("type", .text("integer")), ("minimum", .integer(0))]),
                        .map([("enum", .list([.text("last"), .text("all")]))]),
                      ])
                    )
                  ])
                ),
                ("parameters", .map([("enum", .list([.text("raw"), .text("ema")]))])),
                (
                  "noise_level",
                  .map(form(.either([.number(.deviation), .word]), Place()))
                ),
              ])
            ),
            ("required", .list([.text("node")])), ("additionalProperties", .flag(false)),
          ]),
        ])
      )
    ])
  }
}

extension FieldDocumentation {
  /// The last part of the path.
  fileprivate var name: String { path.split(separator: ".").last.map(String.init) ?? path }
}
