import Scorewalk
import YAML

/// A ladder that was named in `noise_levels`.
package struct NamedLadder: Sendable {
  /// Nil where something about it is wrong, which was reported.
  package let ladder: NoiseLadder?
  /// Its fields as resolved.
  package let values: ResolvedMap
}

/// The kinds of ladders of noise levels.
package enum LadderKinds {
  package static let all: [Kind<NoiseLadder?>] = [
    between("geometric", "Levels of one ratio (NCSN; Song and Ermon 2019).") {
      _, first, last, count throws(RunError) in
      try .geometric(from: first, to: last, count: count)
    },
    between("linear", "Levels the same distance apart.") {
      _, first, last, count throws(RunError) in
      try .linear(from: first, to: last, count: count)
    },
    between("edm", "The same distance apart as σ^(1/ρ) (EDM; Karras et al. 2022).") {
      reader, first, last, count throws(RunError) in
      let rho = reader.number(
        "rho", "ρ: the larger, the denser the small levels.",
        in: NumberRange(lower: 0.1, upper: 1000), default: 7)
      return try .edm(from: first, to: last, count: count, rho: rho)
    },
    Kind("explicit", "The levels themselves.") { reader in
      let levels = reader.sound {
        reader.numbers(
          "levels", "The noise levels, falling.", unit: "of the data", in: .deviation)
      }
      guard let levels, !reader.session.isListing else { return nil }
      return make(reader, at: "levels") { () throws(RunError) in try NoiseLadder(levels) }
    },
  ]

  /// A kind of ladder that has two ends.
  private static func between(
    _ name: String, _ summary: String,
    _ ladder: @escaping @Sendable (FieldReader, Double, Double, Int) throws(RunError) -> NoiseLadder
  ) -> Kind<NoiseLadder?> {
    Kind(name, summary) { reader in
      let ends = reader.sound {
        (
          first: reader.number(
            "from", "σ₁, the largest level.", unit: "of the data", in: .deviation),
          last: reader.number(
            "to", "σ_L, the smallest level.", unit: "of the data", in: .deviation),
          count: reader.count(
            "count", "L, how many levels there are.", atLeast: 2, atMost: NoiseLadder.largestCount,
            smoke: 10)
        )
      }
      // What a kind has beside the ends is read whether these are sound or not.
      return make(reader, at: "from", isSound: ends != nil) { () throws(RunError) in
        try ladder(reader, ends?.first ?? 2, ends?.last ?? 1, ends?.count ?? 2)
      }
    }
  }

  /// The ladder, or nil and what is wrong with it at one of its fields.
  private static func make(
    _ reader: FieldReader, at field: String, isSound: Bool = true,
    _ ladder: () throws(RunError) -> NoiseLadder
  ) -> NoiseLadder? {
    do throws(RunError) {
      let ladder = try ladder()
      return isSound ? ladder : nil
    } catch {
      if isSound {
        reader.session.error(
          "'\(reader.path)': \(error.what)", at: reader.range(of: field), help: error.hint)
      }
      return nil
    }
  }
}

extension FieldReader {
  /// A ladder of noise levels: the name of one in `noise_levels`, or a map.
  ///
  /// - Returns: nil where it is missing or wrong, which was reported.
  package func ladder(
    _ name: String, _ summary: String, isRequired: Bool = true
  ) -> NoiseLadder? {
    let node = field(
      name, type: "ladder: a name in noise_levels, or a map", form: .either([.word, .map]), summary,
      default: nil, isRequired: isRequired)
    if let scalar = node?.scalar, let node {
      return ladder(named: scalar.text, name, at: node.place)
    }
    guard node != nil || session.isListing else { return nil }
    let reader = FieldReader(session: session, node: node, path: fullPath(name))
    let ladder = reader.readLadder()
    record(name, .map(reader.values), isDefault: false)
    return ladder
  }

  private func ladder(
    named text: String, _ name: String, at place: SourceRange?
  ) -> NoiseLadder? {
    if let named = session.ladders[text] {
      record(name, .map(named.values), isDefault: false)
      return named.ladder
    }
    if session.noiseLevels[text] != nil {
      session.error(
        "'\(fullPath(name))' needs a ladder; '\(text)' is one noise level", at: place,
        help:
          "name a ladder, such as noise_levels: {ladder: {kind: geometric, from: 20, to: 1, count: 10}}"
      )
    } else {
      session.error(
        "'\(fullPath(name))' names no ladder: '\(text)'", at: place,
        help: session.suggestion(for: text, among: session.ladders.keys.sorted())
          ?? "add it to noise_levels, or write {kind: geometric, from: …, to: …, count: …}")
    }
    return nil
  }

  /// The ladder that this map is.
  package func readLadder() -> NoiseLadder? {
    let ladder = kind("noise ladder", among: LadderKinds.all)?.definition ?? nil
    finish()
    return ladder
  }
}
