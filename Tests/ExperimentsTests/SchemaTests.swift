import Experiments
import Foundation
import Testing
import YAML

/// The JSON Schema of a spec, by a validator of the words that it uses.
@Suite struct SchemaTests {
  private let schema: Validator

  init() throws {
    let text = SpecSchema.json.rendered()
    let value = try JSONSerialization.jsonObject(with: Data(text.utf8))
    schema = Validator(root: try #require(value as? [String: Any]))
  }

  private func problems(_ text: String) throws -> [String] {
    let node = try #require(parse(Array(text.utf8), name: "spec.yaml").node)
    return schema.problems(Validator.value(of: node))
  }

  @Test(arguments: shippedSpecs) func shippedSpecsAreAccepted(path: String) throws {
    let text = String(decoding: try FileSystem.read(path), as: UTF8.self)
    #expect(try problems(text) == [])
  }

  /// Resolved, a spec has every key that it can have, also those of one that inherits.
  @Test(arguments: shippedSpecs) func resolvedSpecsAreAccepted(path: String) throws {
    let spec = try Reading(try SpecLoader.load(path: path)).required()
    #expect(try problems(ResolvedValue.map(spec.resolved).json.rendered()) == [])
  }

  @Test(arguments: smallSpecs) func smallSpecsAreAccepted(text: String) throws {
    #expect(try problems(text) == [])
  }

  @Test func theStarterSpecIsAccepted() throws {
    #expect(try problems(StarterSpec.text(name: "first")) == [])
  }

  /// Each is a change to a good spec that makes it a bad one, for the reader as for the schema.
  @Test(arguments: [
    ("steps: 40", "stpes: 40"), ("steps: 40", "steps: many"), ("steps: 40", "steps: 1.5"),
    ("steps: 40", "steps: -1"), ("name: small", "nmae: small"), ("seed: 3", "sede: 3"),
    ("kind: gaussian-mixture", "kind: gaussian"), ("std: 0.5}, {", "std: -0.5}, {"),
    ("mean: [-1]", "mean: -1"), ("mean: [-1], ", ""), ("count: 64", "count: [64]"),
    ("kind: draws, ", ""), ("from: law, ", ""), ("output: score", "output: scores"),
    ("hidden: [8]", "hidden: [8, wide]"), ("model: net", "model: [net]"),
    ("kind: adam, learning_rate: 1e-2", "kind: adam"),
    ("learning_rate: 1e-2", "learning_rate: 1e-2, decrease: 2"),
    ("batch_size: 8", "batch_size: some"), ("ema: {decay: 0.9}", "ema: {decay: 1}"),
    ("step: all", "step: every"), ("node: fit, ", ""), ("kind: normal", "kind: normall"),
    ("chains: 3", "chains: 3, keep: first"), ("  quality:", "  quality: 3\n  other:"),
    ("of: walk, ", ""), ("evaluation:", "evaluations:"),
    ("noise_level: 0.5}\n    optimizer", "noise_level: 0}\n    optimizer"),
    ("against: law}", "against: law, metrics: [ks, kss]}"),
    ("against: law}", "against: law, metrics: [ks, ks]}"),
  ])
  func brokenSpecsAreRejected(old: String, new: String) throws {
    #expect(try problems(smallExperiment) == [])
    let place = try #require(smallExperiment.range(of: old))
    let broken = smallExperiment.replacingCharacters(in: place, with: new)
    #expect(Reading(broken).diagnostics.hasErrors, "the reader finds it as well")
    #expect(try !problems(broken).isEmpty)
  }

  private func swept(_ text: String) -> String {
    smallExperiment + "sweep:\n" + text.split(separator: "\n").map { "  " + $0 + "\n" }.joined()
  }

  @Test(arguments: [
    "axes: {a: {set: seed, values: [1, 2]}}",
    "seeds: {count: 2, of: [training, sampling.walk, fit]}",
    "seeds: {count: 2, of: all}",
    """
    axes:
      a: {set: [training.fit.steps, sampling.walk.steps], values: {few: 40, more: 80}}
      b: {set: sampling.walk.step_size, log_uniform: [1e-2, 1], count: 2}
      c: {set: training.fit.optimizer.learning_rate, sobol: [1e-3, 1e-2], scale: log, count: 2}
      d: {set: sampling.walk.chains, latin_hypercube: [1, 9], whole: true, count: 2}
    combine: {product: [a, {zip: [b, {product: [c]}]}, d]}
    when: a == 'few' or b < 0.1
    """,
  ])
  func goodSweepsAreAccepted(text: String) throws {
    let found = Reading(swept(text)).diagnostics
    #expect(!found.hasErrors, "\(found.rendered())")
    #expect(try problems(swept(text)) == [])
  }

  private static let axes =
    "axes: {a: {set: seed, values: [1, 2]}, b: {set: sampling.walk.chains, values: [1, 2]}}\n"

  @Test(arguments: [
    "combine: {product: []}", "combine: {zip: [a, {product: []}]}", "combine: [a, b]",
    "combine: {product: [a], zip: [b]}", "combine: {prodcut: [a, b]}", "combine: {}",
    "combine: {product: [a, {zip: b}]}", "when: a", "when: 3", "when: ''", "when: [a == 1]",
    "seeds: {count: 2, of: [bogus.fit]}", "seeds: {count: 2, of: sampling.}",
    "seeds: {count: 2, of: []}",
  ])
  func brokenSweepsAreRejected(text: String) throws {
    let broken = swept(Self.axes + text)
    #expect(Reading(broken).diagnostics.hasErrors, "the reader finds it as well")
    #expect(try !problems(broken).isEmpty)
  }

  @Test(arguments: [
    "{set: seed}", "{values: [1]}", "{set: seed, values: []}", "{set: seed, values: 3}",
    "{set: seed, values: [1], count: 2}", "{set: seed, values: [1], whole: true}",
    "{set: seed, values: [1], uniform: [1, 2], count: 2}",
    "{set: seed, sobol: [1, 9], uniform: [1, 2], count: 2}",
    "{set: sampling.walk.step_size, uniform: [1, 2]}",
    "{set: sampling.walk.step_size, uniform: [1, 2], count: 2, scale: log}",
    "{set: sampling.walk.step_size, log_uniform: [0, 2], count: 2}",
    "{set: sampling.walk.step_size, uniform: [1, 2, 3], count: 2}",
    "{set: sampling.walk.step_size, uniform: [1], count: 2}", "{set: name, values: [x]}",
    "{set: sweep.seeds.count, values: [1]}", "{set: sampling..chains, values: [1]}",
    "{set: [], values: [1]}",
  ])
  func brokenAxesAreRejected(text: String) throws {
    let broken = swept("axes: {a: \(text)}")
    #expect(Reading(broken).diagnostics.hasErrors, "the reader finds it as well")
    #expect(try !problems(broken).isEmpty)
  }

  /// What inherits may leave out what it needs; its top is checked.
  @Test func whatInheritsIsChecked() throws {
    #expect(try problems("base: other.yaml\ntraining: {fit: {steps: 3}}\n") == [])
    #expect(try problems("base: other.yaml\nsweep: {axes: {a: {count: 3}}}\n") == [])
    #expect(try !problems("base: other.yaml\ntrainings: {fit: {steps: 3}}\n").isEmpty)
    #expect(try !problems("training: {fit: {steps: 3}}\n").isEmpty)
  }

  @Test func everyFieldIsDescribed() {
    let text = SpecSchema.json.rendered()
    for field in SpecReader.documentation() {
      #expect(text.contains(JSONText.text(field.summary).compactText.dropLast()), "\(field.path)")
    }
    // Fields whose form is not said would accept anything.
    for field in SpecReader.documentation() { #expect(field.form != .any, "\(field.path)") }
  }

  @Test func theFileIsUpToDate() throws {
    let file = String(
      decoding: try FileSystem.read(repository + "/docs/spec.schema.json"), as: UTF8.self)
    let isCurrent = file == SpecSchema.json.rendered() + "\n"
    #expect(isCurrent, "renew it with `make docs`")
  }

  /// Editors find the schema by the first line of a spec.
  @Test(arguments: shippedSpecs) func specsNameTheirSchema(path: String) throws {
    let text = String(decoding: try FileSystem.read(path), as: UTF8.self)
    let head = "# yaml-language-server: $schema="
    let line = try #require(text.split(separator: "\n").first { $0.hasPrefix(head) })
    let directory = path[..<(path.lastIndex(of: "/") ?? path.startIndex)]
    #expect(FileSystem.isFile(directory + "/" + line.dropFirst(head.count)))
  }
}

/// Checks values against a JSON Schema, as far as the schema of specs goes; a word that it does not know is a problem.
private struct Validator {
  let root: [String: Any]

  func problems(_ value: Any) -> [String] { problems(value, root, "$") }

  private func problems(_ value: Any, _ schema: [String: Any], _ path: String) -> [String] {
    var found: [String] = []
    func check(_ isGood: Bool, _ what: String) { if !isGood { found.append("\(path): \(what)") } }
    for (word, rule) in schema.sorted(by: { $0.key < $1.key }) {
      switch word {
      case "$schema", "$defs", "title", "description", "default", "then", "else": continue
      case "$ref":
        let name = (rule as? String ?? "").split(separator: "/").last.map(String.init) ?? ""
        let target = (root["$defs"] as? [String: Any])?[name] as? [String: Any]
        guard let target else {
          check(false, "nothing at \(rule)")
          continue
        }
        found += problems(value, target, path)
      case "type":
        let types = rule as? [String] ?? [rule as? String ?? ""]
        check(types.contains { isOf($0, value) }, "no \(types.joined(separator: ", "))")
      case "enum":
        check((rule as? [Any] ?? []).contains { equal($0, value) }, "none of \(rule)")
      case "const": check(equal(rule, value), "not \(rule)")
      case "minimum": check(number(value).map { $0 >= number(rule) ?? 0 } ?? true, "< \(rule)")
      case "maximum": check(number(value).map { $0 <= number(rule) ?? 0 } ?? true, "> \(rule)")
      case "exclusiveMinimum":
        check(number(value).map { $0 > number(rule) ?? 0 } ?? true, "≤ \(rule)")
      case "exclusiveMaximum":
        check(number(value).map { $0 < number(rule) ?? 0 } ?? true, "≥ \(rule)")
      case "required":
        guard let map = value as? [String: Any] else { continue }
        for name in rule as? [String] ?? [] { check(map[name] != nil, "no \(name)") }
      case "properties":
        guard let map = value as? [String: Any], let rules = rule as? [String: Any] else {
          continue
        }
        for (name, inner) in map {
          guard let rule = rules[name] as? [String: Any] else { continue }
          found += problems(inner, rule, path + "." + name)
        }
      case "additionalProperties":
        guard let map = value as? [String: Any] else { continue }
        let known = Set((schema["properties"] as? [String: Any] ?? [:]).keys)
        for (name, inner) in map where !known.contains(name) {
          if let rule = rule as? [String: Any] {
            found += problems(inner, rule, path + "." + name)
          } else {
            check(rule as? Bool == true, "unknown key \(name)")
          }
        }
      case "items":
        guard let items = value as? [Any], let rule = rule as? [String: Any] else { continue }
        for (index, item) in items.enumerated() {
          found += problems(item, rule, "\(path)[\(index)]")
        }
      case "maxItems":
        check((value as? [Any]).map { $0.count <= rule as? Int ?? 0 } ?? true, "too many items")
      case "minProperties":
        check((value as? [String: Any]).map { $0.count >= rule as? Int ?? 0 } ?? true, "too few")
      case "maxProperties":
        check((value as? [String: Any]).map { $0.count <= rule as? Int ?? 0 } ?? true, "too many")
      case "pattern":
        guard let text = value as? String else { continue }
        check(
          text.range(of: rule as? String ?? "", options: .regularExpression) != nil,
          "does not match \(rule)")
      case "not":
        check(
          !problems(value, rule as? [String: Any] ?? [:], path).isEmpty, "what must not be")
      case "minItems":
        check((value as? [Any]).map { $0.count >= rule as? Int ?? 0 } ?? true, "too few items")
      case "uniqueItems":
        let texts = (value as? [Any])?.map { "\($0)" } ?? []
        check(Set(texts).count == texts.count, "items that are equal")
      case "anyOf":
        let all = (rule as? [[String: Any]] ?? []).map { problems(value, $0, path) }
        check(all.contains { $0.isEmpty }, "none of \(all)")
      case "allOf":
        for rule in rule as? [[String: Any]] ?? [] { found += problems(value, rule, path) }
      case "if":
        let holds = problems(value, rule as? [String: Any] ?? [:], path).isEmpty
        if let next = schema[holds ? "then" : "else"] as? [String: Any] {
          found += problems(value, next, path)
        }
      default: check(false, "unknown word \(word)")
      }
    }
    return found
  }

  private func isOf(_ type: String, _ value: Any) -> Bool {
    switch type {
    case "object": value is [String: Any]
    case "array": value is [Any]
    case "string": value is String
    case "boolean": value is Flag
    case "number": number(value) != nil
    case "integer": number(value).map { $0 == $0.rounded() } ?? false
    default: false
    }
  }

  private func number(_ value: Any) -> Double? {
    (value as? Double) ?? (value as? NSNumber)?.doubleValue ?? (value as? Int).map { Double($0) }
  }

  private func equal(_ one: Any, _ other: Any) -> Bool {
    if let one = one as? String, let other = other as? String { return one == other }
    guard let one = number(one), let other = number(other) else { return false }
    return one == other
  }

  /// `true` or `false`, which Foundation does not tell from 1 and 0.
  struct Flag { let value: Bool }

  /// A value as a YAML 1.2 reader with the core schema makes it.
  static func value(of node: Node) -> Any {
    switch node.content {
    case .mapping(let entries):
      return Dictionary(entries.map { ($0.name, value(of: $0.value)) }) { first, _ in first }
    case .sequence(let items): return items.map { value(of: $0) }
    case .scalar(let scalar):
      guard scalar.style == .plain else { return scalar.text }
      if let flag = try? scalar.flag() { return Flag(value: flag) }
      if let number = try? scalar.number() { return number }
      return scalar.text
    }
  }
}
