extension RunsPage {
  /// What failed and why, and what is not to be believed, each with the runs that it is said of.
  var worries: HTML {
    let failed = rows.filter { !$0.failures.isEmpty }
    let worrying = rows.filter { !$0.warnings.isEmpty }
    let changed = rows.filter(\.isChanged)
    var parts: [HTML] = []
    func add(_ text: HTML, _ list: HTML?) {
      parts.append("<p><span class=\"warning\">! warning</span> \(text)</p>\(list)")
    }
    if !changed.isEmpty {
      add(
        """
        the records of \(changed.count) of \(rows.count) runs were changed after the runs were complete, so that their \
        metrics may be other than what was computed: \(links(changed)). <code>scorewalk verify</code> names what has changed.
        """, nil)
    }
    if !failed.isEmpty {
      add("\(failed.count) of \(rows.count) runs failed:", list(rows.map { ($0, $0.failures) }))
    }
    if !worrying.isEmpty {
      add(
        """
        \(worrying.count) of \(rows.count) runs have metrics that are not to be believed as they are; the column of \
        warnings counts them.
        """, list(rows.map { ($0, $0.warnings) }))
    }
    return "\(parts)"
  }

  /// Verdicts that say the same but for their numbers, once, with the runs of which they are said; those of the most runs
  /// first.
  private func list(_ verdicts: [(row: Row, verdicts: [ResultVerdict])]) -> HTML {
    var groups: [(key: String, example: ResultVerdict, rows: [Row])] = []
    var places: [String: Int] = [:]
    for (row, verdicts) in verdicts {
      for verdict in verdicts {
        let key = verdict.node + " " + Self.withoutNumbers(verdict.text)
        if let place = places[key] {
          if groups[place].rows.last?.run != row.run { groups[place].rows.append(row) }
        } else {
          places[key] = groups.count
          groups.append((key, verdict, [row]))
        }
      }
    }
    let order = groups.enumerated().sorted {
      (-$0.element.rows.count, $0.offset) < (-$1.element.rows.count, $1.offset)
    }
    let items = order.prefix(Self.longestList).map { _, group -> HTML in
      let count = group.rows.count
      // What is said of all needs no names.
      let names: HTML? = count == rows.count && count > 1 ? nil : "\(links(group.rows))"
      let like =
        count == 1
        ? "in "
        : "in \(names == nil ? "all " : "")\(count) runs, of which these are the first’s numbers"
          + (names == nil ? "" : ": ")
      return
        "<li>\(group.example.node): \(group.example.text) <span class=\"soft\">\(like)\(names)</span></li>\n"
    }
    let (first, others) = (
      Array(items.prefix(Self.openList)), Array(items.dropFirst(Self.openList))
    )
    guard !others.isEmpty else { return "<ul>\(first)</ul>" }
    let rest = order.count - items.count
    let more: HTML? = rest > 0 ? "<li>and \(rest) more kinds of them</li>" : nil
    return """
      <ul>\(first)</ul><details><summary>\(order.count - first.count) more</summary><ul>\(others)\(more)</ul></details>
      """
  }

  /// So many kinds are read without being asked for, and so many are there at all.
  private static let openList = 5
  private static let longestList = 20

  /// The text with each number as one mark.
  private static func withoutNumbers(_ text: String) -> String {
    var result = ""
    for character in text {
      if character.isNumber || character == "." && result.last == "#" {
        if result.last != "#" { result.append("#") }
      } else {
        result.append(character)
      }
    }
    return result
  }

  /// The names of runs, leading to their rows.
  private func links(_ rows: [Row]) -> HTML {
    let shown = rows.prefix(6).enumerated().map { index, row -> HTML in
      "\(index == 0 ? "" : ", ")<a href=\"#\(identifier(row))\">\(name(row))</a>"
    }
    let rest: HTML? = rows.count > 6 ? " and \(rows.count - 6) more" : nil
    return "\(shown)\(rest)"
  }

  func name(_ row: Row) -> String {
    comparison.experiments.count > 1 ? row.run.displayName : row.run.name
  }

  func identifier(_ row: Row) -> String { "run-" + row.run.displayName }
}
