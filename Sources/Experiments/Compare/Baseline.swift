import YAML

/// Which group the others are compared with: by its runs, or by its values in the columns (`delta=0.05`).
struct Baseline {
  private let texts: [String]
  private let runs: [RunDirectory]
  /// Runs of the baseline that were not among those to compare.
  let added: [RunDirectory]

  static let none = Baseline()

  private init() { (texts, runs, added) = ([], [], []) }

  /// - Throws: ``Failure`` where a selector that is none of a column's value names no run.
  init(
    _ texts: [String], among directories: [RunDirectory], in results: ResultsDirectory
  ) throws(Failure) {
    self.texts = texts
    guard !texts.isEmpty else {
      (runs, added) = ([], [])
      return
    }
    let found: [RunDirectory]
    do throws(Failure) {
      found = try RunSelector(texts, in: results).listed()
    } catch {
      // An axis's value looks like a condition on a key that no run has.
      guard texts.allSatisfy({ $0.contains("=") }) else { throw error }
      (runs, added) = ([], [])
      return
    }
    let known = Set(directories)
    let among = found.filter(known.contains)
    runs = among.isEmpty ? found : among
    added = among.isEmpty ? found : []
  }

  /// - Throws: ``Failure`` `.usage` where no group or more than one is meant.
  func index(in groups: [Comparison.Group]) throws(Failure) -> Int? {
    guard !texts.isEmpty else { return nil }
    var found = groups.indices.filter { index in texts.allSatisfy { groups[index].has($0) } }
    if found.isEmpty {
      let runs = Set(runs.map(\.displayName))
      found = groups.indices.filter { index in
        groups[index].members.contains { runs.contains($0.displayName) }
      }
    }
    let text = texts.joined(separator: " ")
    if found.count == 1 { return found[0] }
    let labels = (found.isEmpty ? Array(groups.indices) : found).map { "'\(groups[$0].label)'" }
    let shown = labels.prefix(8).joined(separator: ", ")
    throw Failure(
      .usage,
      found.isEmpty
        ? "--baseline \(text) is none of the groups"
        : "--baseline \(text) means \(found.count) groups: \(shown)",
      remedy: found.isEmpty
        ? "write a run, or a column's value as in \(shown)"
        : "narrow it: repeat --baseline with another value")
  }
}

extension Comparison.Group {
  /// Whether a text is `column=value` of this group; numbers are compared by value.
  fileprivate func has(_ text: String) -> Bool {
    labels.contains { label in
      guard text.hasPrefix(label.name + "=") else { return false }
      let value = String(text.dropFirst(label.name.count + 1))
      if value == label.text { return true }
      guard let one = Double(value), let other = Double(label.text) else { return false }
      return one == other
    }
  }
}
