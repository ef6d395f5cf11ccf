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
        "rho",
        "ρ: above 1 the smallest levels are the densest, the more so the larger it is; 1 is linear.",
        in: NumberRange(lower: 0.1, upper: 1000), default: 7)
      return try .edm(from: first, to: last, count: count, rho: rho)
    },
    Kind("explicit", "The levels themselves, one or more.") { reader in
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
      let automatic = AutomaticFields(reader)
      let ends = reader.sound {
        let first = reader.level(
          "from", "σ₁, the largest level.", automatic, { $0.largestLevel },
          { $0.reasonOfLargest($1) })
        let last = reader.level(
          "to", "σ_L, the smallest level.", automatic, { $0.smallestLevel },
          { $0.reasonOfSmallest($1) })
        let count = reader.levelCount(automatic, from: first, to: last)
        return (first: first, last: last, count: count)
      }
      automatic.finish()
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

extension FieldReader {
  /// The ratio of neighbouring levels that `auto` has at most: chains pass from one to the next with ease.
  private static let automaticRatio = 1.5

  /// `count`: how many levels, or `auto`.
  fileprivate func levelCount(
    _ automatic: AutomaticFields, from first: Double, to last: Double
  ) -> Int {
    let range = CountRange(1, NoiseLadder.largestCount)
    let node = field(
      "count", type: "whole number \(range.phrase), or auto",
      form: .either([.count(range), .choice(["auto"])]),
      "L, how many levels there are; with 1 there is only `from`.",
      default: nil, isRequired: true)
    guard let node else { return 2 }
    var count: Int?
    if automatic.isAutomatic(node) {
      count = automatic.choose(
        "count",
        { scales in
          let ratio = min(
            NoiseLadder.overlapRatio(dimension: scales.dimension) ?? Self.automaticRatio,
            Self.automaticRatio)
          let levels = 1 + (Double.log(max(first / last, 1)) / Double.log(ratio)).rounded(.up)
          return min(max(levels, 2), Double(NoiseLadder.largestCount))
        },
        { scales, name in
          let ratio = NoiseLadder.overlapRatio(dimension: scales.dimension)
          let rule =
            ratio.map { "NCSNv2's technique 2 has \(TextTable.short($0))" }
            ?? "NCSNv2's technique 2 has no solution below five dimensions"
          let used = min(ratio ?? Self.automaticRatio, Self.automaticRatio)
          return
            "a ratio of \(TextTable.short(used)) or less in the \(scales.dimension) dimension\(scales.dimension == 1 ? "" : "s") of \(name): \(rule)"
            + (ratio.map { $0 > Self.automaticRatio } == true ? ", which is more than 1.5" : "")
        }
      ).map { Int($0) }
    } else {
      count = self.count(from: node, name: fullPath("count"), in: range)
    }
    var result = count ?? 2
    if session.isSmoke { result = min(result, 10) }
    record("count", .count(result), isDefault: false)
    return result
  }
}
