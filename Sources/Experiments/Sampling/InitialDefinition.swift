import Scorewalk
import YAML

/// `initial`: where chains start.
package struct InitialDefinition: Sendable {
  /// The positions, where they do not come from another node.
  package let positions: InitialPositions
  /// The node whose rows or last states they are.
  package let samples: Reference?
  package let range: SourceRange?

  package static func read(_ reader: FieldReader, allowsSamples: Bool) -> InitialDefinition {
    reader.map("initial", "Where the chains start.", isRequired: true) {
      positions($0, allowsSamples)
    }
  }

  /// Where there is a start that needs no word.
  package static func readOptional(_ reader: FieldReader) -> InitialDefinition? {
    reader.optionalMap(
      "initial", "Where the chains start; unless said, from N(0, s² σ² I) at the first time."
    ) { positions($0, true) }
  }

  private static func positions(
    _ reader: FieldReader, _ allowsSamples: Bool
  ) -> InitialDefinition {
    var kinds: [Kind<InitialDefinition>] = [
      Kind("zeros", "At the origin.") { InitialDefinition(.zeros, $0) },
      Kind("point", "All at one point.") { reader in
        let point = reader.sound { reader.numbers("at", "The point.", unit: "of the data") }
        return InitialDefinition(point.map { .point($0) } ?? .zeros, reader)
      },
      Kind("normal", "N(0, std²) in every coordinate.") { reader in
        let deviation = reader.number(
          "std", "The standard deviation.", unit: "of the data", in: .positive, default: 1)
        return InitialDefinition(.normal(standardDeviation: deviation), reader)
      },
      Kind("uniform", "Uniform on a box.") { reader in
        let ends = reader.sound {
          (
            from: bounds(reader, "from", "The lower end, one number or one a coordinate."),
            to: bounds(reader, "to", "The upper end, one number or one a coordinate.")
          )
        }
        guard let ends else { return InitialDefinition(.zeros, reader) }
        let count = max(ends.from.count, ends.to.count)
        let isEmpty = (0..<count).contains { index in
          !(ends.from[min(index, ends.from.count - 1)] < ends.to[min(index, ends.to.count - 1)])
        }
        if isEmpty, !reader.session.isListing {
          reader.session.error(
            "'\(reader.fullPath("from"))' must lie below '\(reader.fullPath("to"))'",
            at: reader.range(of: "from"))
          return InitialDefinition(.zeros, reader)
        }
        return InitialDefinition(.uniform(from: ends.from, to: ends.to), reader)
      },
    ]
    if allowsSamples {
      kinds.append(
        Kind("samples", "The rows of data, or the last states of another sampling, cycled.") {
          reader in
          let reference = reader.reference(
            "of", to: [.law, .dataset, .samples],
            "A law (fresh draws), data, or another sampling.")
          return InitialDefinition(.zeros, reader, samples: reference)
        })
    }
    return reader.kind("initial positions", among: kinds)?.definition
      ?? InitialDefinition(.zeros, reader)
  }

  /// A start that was not written.
  package init(prior positions: InitialPositions) {
    self.positions = positions
    samples = nil
    range = nil
  }

  private init(_ positions: InitialPositions, _ reader: FieldReader, samples: Reference? = nil) {
    self.positions = positions
    self.samples = samples
    // The coordinates are what can be wrong about positions when all is known.
    self.range =
      ["at", "from"].first(where: reader.isWritten).flatMap(reader.range) ?? reader.place
  }

  private static func bounds(_ reader: FieldReader, _ name: String, _ summary: String) -> [Double] {
    guard
      let node = reader.field(
        name, type: "number or list of numbers",
        form: .either([.number(.any), .list(.number(.any), atLeast: 1)]), summary,
        unit: "of the data", default: nil,
        isRequired: true)
    else { return [0] }
    if case .sequence = node.content {
      let values = reader.numbers(from: node, name: reader.fullPath(name), in: .any)
      reader.record(name, .list(values.map { .number($0) }), isDefault: false)
      return values.isEmpty ? [0] : values
    }
    let value = reader.number(from: node, name: reader.fullPath(name), in: .any) ?? 0
    reader.record(name, .number(value), isDefault: false)
    return [value]
  }

  /// Reports coordinates that do not fit.
  package func check(dimension: Int, session: ReadingSession) {
    do throws(RunError) {
      try positions.validate(dimension: dimension)
    } catch {
      session.error(error.what, at: range, help: error.hint)
    }
  }
}

extension FieldReader {
  /// `keep`: which states of a chain are kept; `last`, or `{from, to, every}`.
  ///
  /// - Parameter steps: the chain's length; nil where it could not be read.
  package func keep(steps: Int?) -> KeepRule {
    var rule = KeepRule.default
    guard
      let node = field(
        "keep", type: "last, or {from, to, every}", form: Self.keepForm,
        "Which states are kept: 0 is the initial one, negative counts from the end.",
        default: "{from: 1, to: -1, every: 1}", isRequired: false)
    else {
      recordKeep(rule)
      return rule
    }
    if case .scalar(let scalar) = node.content {
      if scalar.text == "last" {
        rule = .last
      } else {
        session.error(
          "'\(fullPath("keep"))' cannot be '\(scalar.text)'", at: node.place,
          help: "write last, or {from: 1, to: -1, every: 1}")
      }
    } else {
      let reader = FieldReader(session: session, node: node, path: fullPath("keep"))
      let written = reader.sound {
        let rule = KeepRule(
          from: reader.state("from", "The first state kept.", default: 1),
          to: reader.state("to", "The last state that may be kept.", default: -1),
          every: reader.count(
            "every", "The distance between kept states.", atLeast: 1, default: 1))
        reader.finish()
        return rule
      }
      guard let written else { return .default }
      rule = written
    }
    guard let steps else { return rule }
    if session.isSmoke { rule = rule.clipped(steps: steps) }
    do throws(RunError) {
      _ = try rule.states(steps: steps)
    } catch {
      session.error("'\(path)': \(error.what)", at: node.place, help: error.hint)
      return .default
    }
    recordKeep(rule)
    return rule
  }

  private func recordKeep(_ rule: KeepRule) {
    let entries = [("from", rule.from), ("to", rule.to), ("every", rule.every)].map {
      ResolvedMap.Entry(name: $0.0, value: .count($0.1), isDefault: false)
    }
    record("keep", .map(ResolvedMap(entries: entries)), isDefault: rule == .default)
  }

  private func state(_ name: String, _ summary: String, default defaultValue: Int) -> Int {
    guard
      let node = field(
        name, type: "whole number, negative from the end", form: .count(Self.stateRange), summary,
        default: String(defaultValue),
        isRequired: false)
    else { return defaultValue }
    return count(from: node, name: fullPath(name), in: Self.stateRange) ?? defaultValue
  }

  private static let stateRange = CountRange(-CountRange.largest)

  private static let keepForm = FieldForm.either([
    .choice(["last"]),
    .object([
      .init("from", .count(stateRange)), .init("to", .count(stateRange)),
      .init("every", .count(CountRange(1))),
    ]),
  ])
}

extension KeepRule {
  /// The rule brought inside a chain that was made shorter than its spec says.
  package func clipped(steps: Int) -> KeepRule {
    var rule = self
    if rule.from > steps { rule.from = min(1, steps) }
    if rule.to > steps { rule.to = steps }
    if rule.from < -(steps + 1) { rule.from = 0 }
    if rule.to < -(steps + 1) { rule.to = -1 }
    do throws(RunError) {
      _ = try rule.states(steps: steps)
      return rule
    } catch {
      return .default
    }
  }
}
