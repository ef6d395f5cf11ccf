import YAML

/// How the axes of a sweep are combined.
indirect enum SweepCombination {
  /// The axis at an index.
  case axis(Int)
  /// Every value of the first with every value of the second, the first varying slowest.
  case product([SweepCombination])
  /// The first values together, the second values together, …
  case zip([SweepCombination], SourceRange?)

  /// The product of all axes, those of one design together.
  init(all axes: [SweepAxis]) {
    var factors: [SweepCombination] = []
    for (index, axis) in axes.enumerated() {
      guard let design = axis.design else {
        factors.append(.axis(index))
        continue
      }
      let together = axes.indices.filter { axes[$0].design == design }
      if together.first == index {
        factors.append(.zip(together.map { .axis($0) }, axis.range))
      }
    }
    self = .product(factors)
  }

  /// The axes in it, in order.
  var indices: [Int] {
    switch self {
    case .axis(let index): [index]
    case .product(let parts), .zip(let parts, _): parts.flatMap(\.indices)
    }
  }

  /// How many points there are; no more than `limit + 1`.
  func count(_ axes: [SweepAxis], limit: Int) -> Int {
    switch self {
    case .axis(let index): axes[index].values.count
    case .product(let parts):
      parts.reduce(1) { min($0 * $1.count(axes, limit: limit), limit + 1) }
    case .zip(let parts, _): parts.first?.count(axes, limit: limit) ?? 0
    }
  }

  /// The points: for each, the index of the value of each axis, by the axis.
  func points(_ axes: [SweepAxis]) -> [[Int: Int]] {
    switch self {
    case .axis(let index): axes[index].values.indices.map { [index: $0] }
    case .product(let parts):
      parts.reduce([[:]]) { points, part in
        let others = part.points(axes)
        return points.flatMap { point in others.map { point.merging($0) { $1 } } }
      }
    case .zip(let parts, _):
      parts.dropFirst().reduce(parts.first?.points(axes) ?? []) { points, part in
        Swift.zip(points, part.points(axes)).map { $0.merging($1) { $1 } }
      }
    }
  }
}

/// Reads `combine:`.
struct SweepCombinationReader {
  let axes: [SweepAxis]
  let session: ReadingSession

  /// Nil where there is a mistake.
  func read(_ node: Node) -> SweepCombination? {
    let count = session.errorCount
    var seen: [Int: SourceRange] = [:]
    guard let combination = read(node, &seen) else { return nil }
    let indices = Set(combination.indices)
    let missing = axes.indices.filter { !indices.contains($0) }
    if !missing.isEmpty, session.errorCount == count {
      let names = missing.map { "'\(axes[$0].name)'" }.joined(separator: ", ")
      session.error(
        "'sweep.combine' leaves out \(names)", at: node.place,
        help: "name every axis once, or take it out of axes")
    }
    checkDesigns(combination, at: node.place)
    return session.errorCount == count ? combination : nil
  }

  private func read(_ node: Node, _ seen: inout [Int: SourceRange]) -> SweepCombination? {
    switch node.content {
    case .scalar(let scalar):
      guard let index = axes.firstIndex(where: { $0.name == scalar.text }) else {
        session.error(
          "'sweep.combine' names no axis: '\(scalar.text)'", at: node.place,
          help: session.suggestion(for: scalar.text, among: axes.map(\.name)))
        return nil
      }
      if let first = seen[index] {
        session.error(
          "'sweep.combine' names the axis '\(scalar.text)' twice", at: node.place,
          notes: [Diagnostic.Note("first here", at: first)])
        return nil
      }
      seen[index] = node.place
      return .axis(index)
    case .sequence:
      session.error(
        "'sweep.combine' must say how a list is combined", at: node.place,
        help: "write {product: […]} or {zip: […]}")
      return nil
    case .mapping(let entries):
      guard let entry = entries.first, entries.count == 1 else {
        session.error(
          "'sweep.combine' must have one of product and zip, not \(entries.count) keys",
          at: node.place, help: "nest them: {product: [a, {zip: [b, c]}]}")
        return nil
      }
      guard ["product", "zip"].contains(entry.name) else {
        session.error(
          "unknown way to combine '\(entry.name)'", at: entry.key.place,
          help: session.suggestion(for: entry.name, among: ["product", "zip"]))
        return nil
      }
      if entry.value.items?.isEmpty == true {
        session.error(
          "'sweep.combine.\(entry.name)' is empty", at: entry.value.place,
          help: "name axes in it: \(entry.name): [\(axes.map(\.name).joined(separator: ", "))]")
        return nil
      }
      guard let items = entry.value.items else {
        session.error(
          "'sweep.combine.\(entry.name)' must be a list of axes, not \(entry.value.summary)",
          at: entry.value.place, help: "write \(entry.name): [a, b]")
        return nil
      }
      let parts = items.map { read($0, &seen) }
      let sound = parts.compactMap { $0 }
      guard sound.count == parts.count else { return nil }
      if entry.name == "product" { return .product(sound) }
      checkLengths(sound, items)
      return .zip(sound, entry.value.place)
    }
  }

  private func checkLengths(_ parts: [SweepCombination], _ items: [Node]) {
    let limit = SweepReader.largestPointCount
    let counts = parts.map { $0.count(axes, limit: limit) }
    // An axis that could not be read was reported where it stands.
    guard !counts.contains(0), let first = counts.first else { return }
    for (count, item) in Swift.zip(counts, items) where count != first {
      session.error(
        "zip wants equal lengths: \(first) and \(count)", at: item.place,
        notes: [Diagnostic.Note("\(first) values here", at: items[0].place)])
    }
  }

  /// The coordinates of one design mean nothing unless they go together.
  private func checkDesigns(_ combination: SweepCombination, at range: SourceRange) {
    switch combination {
    case .axis: return
    case .zip(let parts, _): for part in parts { checkDesigns(part, at: range) }
    case .product(let parts):
      var owners: [SweepAxis.Design: Int] = [:]
      for (number, part) in parts.enumerated() {
        for index in part.indices {
          guard let design = axes[index].design else { continue }
          if let owner = owners[design], owner != number {
            session.error(
              "the axes of \(design.rawValue) go together, and '\(axes[index].name)' is in another "
                + "factor of a product", at: range, help: "put them in one zip")
            return
          }
          owners[design] = number
        }
        checkDesigns(part, at: range)
      }
    }
  }
}
