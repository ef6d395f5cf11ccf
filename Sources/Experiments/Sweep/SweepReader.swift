import YAML

/// Reads a spec with all points of its sweep.
///
/// The `sweep:` section is read first; then each point is an ordinary spec, read like any other. A mistake that occurs at
/// several points is told once.
package struct SweepReader {
  /// How many points a sweep may have.
  package static let largestPointCount = 100_000

  private let tree: Node
  private let isSmoke: Bool
  private let inputs: SpecInputs
  private let session: ReadingSession

  /// Reads a spec.
  ///
  /// - Parameters:
  ///   - overrides: what was changed of it on the command line, which may not be what is swept.
  ///   - axes: the axes of the command line.
  /// - Returns: the points, or nil where there is a mistake; and everything that is wrong or doubtful.
  package static func read(
    _ tree: Node, overrides: [Override] = [], axes: [SweepAxis] = [], isSmoke: Bool = false,
    inputs: SpecInputs = SpecInputs()
  ) -> (SpecPoints?, Diagnostics) {
    let reader = SweepReader(
      tree: tree, isSmoke: isSmoke, inputs: inputs,
      session: ReadingSession(isSmoke: isSmoke, inputs: inputs))
    return reader.read(overrides, axes)
  }

  private func read(_ overrides: [Override], _ others: [SweepAxis]) -> (SpecPoints?, Diagnostics) {
    let root = FieldReader(session: session, node: tree, path: "")
    guard
      let definition = SweepDefinition.read(root, tree: tree, others: others)
        ?? (others.isEmpty
          ? nil
          : SweepDefinition(
            axes: SweepArgument.named(others, besides: [], seeds: nil, session: session)))
    else {
      var (spec, diagnostics) = SpecReader.read(tree, isSmoke: isSmoke, inputs: inputs)
      for figure in spec?.figures ?? [] { figure.warnWithoutSweep(&diagnostics) }
      return (spec.map { SpecPoints([SpecPoint($0)]) }, diagnostics)
    }
    let base = tree.entries.map { entries in
      Node(.mapping(entries.filter { $0.name != "sweep" }), range: tree.range)
    }
    checkKeys(definition.axes, overrides)
    let points = session.hasErrors ? [] : self.points(of: definition)
    guard !session.hasErrors, let base else {
      return (nil, sample(definition, in: base ?? tree))
    }
    return read(points, of: definition, in: base)
  }

  // MARK: - Points

  /// The value of each axis at a point, and how much the seeds are raised.
  private struct Choice {
    let values: [Int]
    let seedIndex: Int?
  }

  private func points(of definition: SweepDefinition) -> [Choice] {
    let axes = definition.axes
    let combination = definition.combination ?? SweepCombination(all: axes)
    let limit = Self.largestPointCount
    let seeds = definition.seeds?.count ?? 1
    let count = combination.count(axes, limit: limit)
    // The axes of one design go together unless `combine` says how.
    if definition.combination == nil, case .product(let parts) = combination {
      for case .zip(let together, let range) in parts
      where Set(together.map { $0.count(axes, limit: limit) }).count > 1 {
        session.error(
          "the axes of one design go together, and have different counts", at: range,
          help: "give them one count, or combine them yourself with combine:")
        return []
      }
    }
    guard min(count, limit + 1) * seeds <= limit else {
      session.error(
        "the sweep has more than \(limit) points", at: definition.range,
        help: "take fewer values, or zip axes")
      return []
    }
    let kept = combination.points(axes).map { values in axes.indices.map { values[$0] ?? 0 } }
      .filter { values in definition.condition?.holds { axes[$0].values[values[$0]] } ?? true }
    if kept.isEmpty {
      session.error(
        "no point of the sweep is left by 'when'", at: definition.conditionRange,
        help: count == 1
          ? "the only point does not meet it" : "none of the \(count) points meets it")
    }
    warnOfRepetitions(axes, kept)
    return kept.flatMap { values in
      definition.seeds == nil
        ? [Choice(values: values, seedIndex: nil)]
        : (0..<seeds).map { Choice(values: values, seedIndex: $0) }
    }
  }

  /// Points that differ in nothing are one run made several times. Values that are repeated within a zip are none.
  private func warnOfRepetitions(_ axes: [SweepAxis], _ points: [[Int]]) {
    let firsts = axes.map(\.firstIndices)
    guard zip(axes, firsts).contains(where: { !$0.values.indices.elementsEqual($1) }) else {
      return
    }
    var known: [[Int]: [Int]] = [:]
    var pairs: [Int: (index: Int, first: Int)] = [:]
    for point in points {
      let plain = zip(firsts, point).map { $0[$1] }
      guard let earlier = known[plain] else {
        known[plain] = point
        continue
      }
      for axis in axes.indices where earlier[axis] != point[axis] && pairs[axis] == nil {
        pairs[axis] = (point[axis], earlier[axis])
      }
    }
    for axis in axes.indices {
      guard let pair = pairs[axis] else { continue }
      axes[axis].warnOfRepetition(at: pair.index, of: pair.first, session)
    }
  }

  /// One key has one axis, and is not set on the command line as well.
  private func checkKeys(_ axes: [SweepAxis], _ overrides: [Override]) {
    var owners: [String: (axis: String, range: SourceRange)] = [:]
    for axis in axes {
      for path in axis.paths {
        if let owner = owners[path.text] {
          session.error(
            "'\(path.text)' is set by the axis '\(owner.axis)' already", at: path.range,
            notes: [Diagnostic.Note("first set here", at: owner.range)])
        } else {
          owners[path.text] = (axis.name, path.range)
        }
        for override in overrides where path.covers(override.path) {
          session.error(
            "'\(override.path.text)' is swept by the axis '\(axis.name)'", at: override.path.range,
            help: "change the axis: 'sweep.axes.\(axis.name).values=[…]'; or sweep nothing: ~sweep",
            notes: [Diagnostic.Note("swept here", at: path.range)])
        }
      }
    }
  }

  // MARK: - Reading

  private func read(
    _ choices: [Choice], of definition: SweepDefinition, in base: Node
  ) -> (SpecPoints?, Diagnostics) {
    let changes = Changes(definition)
    var mistakes = PointDiagnostics()
    var points: [SpecPoint] = []
    points.reserveCapacity(choices.count)
    for (index, choice) in choices.enumerated() {
      let settings = zip(definition.axes, choice.values).map { axis, value in
        SweepPoint.Setting(
          axis: axis.name, paths: axis.paths.map(\.text), value: axis.values[value].label,
          number: axis.values[value].number)
      }
      var found = Diagnostics()
      let tree = changes.applied(choice.values, seedIndex: choice.seedIndex, to: base, &found)
      let point = SweepPoint(
        index: index, settings: settings, seedIndex: choice.seedIndex,
        seed: choice.seedIndex.map { changes.seed(choice.values, to: base) &+ $0 })
      if let tree {
        let (spec, others) = SpecReader.read(tree, isSmoke: isSmoke, inputs: inputs)
        found.append(contentsOf: others)
        if let spec { points.append(SpecPoint(spec, at: point)) }
      }
      mistakes.append(found, at: point)
    }
    for figure in points.first?.spec.figures ?? [] {
      figure.checkAxes(among: definition.axes.map(\.name), session)
    }
    var diagnostics = session.diagnostics
    diagnostics.append(contentsOf: mistakes.told(points: choices.count, inputs: inputs))
    return (diagnostics.hasErrors ? nil : SpecPoints(points), diagnostics)
  }

  /// What else is wrong with a spec whose sweep has mistakes: as it is at the first values of the axes that can be read.
  private func sample(_ definition: SweepDefinition, in base: Node) -> Diagnostics {
    var diagnostics = session.diagnostics
    // What only a broken axis would set is not missing.
    let unread = definition.axes.filter(\.values.isEmpty).flatMap(\.paths).filter { !base.has($0) }
    let unsaid = unread.compactMap(\.names.last).map { "missing key '\($0.text)'" }
    var known = definition
    known.axes.removeAll(where: \.values.isEmpty)
    let changes = Changes(known)
    let values = known.axes.map { _ in 0 }
    if let tree = changes.applied(values, seedIndex: nil, to: base, &diagnostics) {
      let (_, found) = SpecReader.read(tree, isSmoke: isSmoke, inputs: inputs)
      for diagnostic in found.found where !unsaid.contains(where: diagnostic.message.hasPrefix) {
        diagnostics.append(diagnostic)
      }
    }
    return diagnostics
  }
}

/// The changes that the values of axes make to a spec.
private struct Changes {
  /// By axis and value.
  private let overrides: [[[Override]]]
  /// Every key of every axis in the order in which they are set: what lies deeper comes later.
  private let order: [(axis: Int, key: Int)]
  private let seeds: SweepSeeds?
  /// Whether an axis sets the spec's seed.
  private let setsSeed: Bool

  init(_ definition: SweepDefinition) {
    overrides = definition.axes.map { axis in
      axis.values.map { value in axis.paths.map { Override(setting: $0, to: value.node) } }
    }
    let keys = definition.axes.enumerated().flatMap { axis, definition in
      definition.paths.enumerated().map { (depth: $1.names.count, axis: axis, key: $0) }
    }
    order = keys.sorted { ($0.depth, $0.axis, $0.key) < ($1.depth, $1.axis, $1.key) }
      .map { ($0.axis, $0.key) }
    seeds = definition.seeds
    setsSeed = definition.axes.contains { $0.paths.contains { $0.names.first?.text == "seed" } }
  }

  /// The spec's seed at a point, before it is raised: an axis may set it.
  func seed(_ values: [Int], to base: Node) -> Int {
    guard setsSeed else { return SweepSeeds.seed(of: "default", in: base) }
    var unheard = Diagnostics()
    return SweepSeeds.seed(
      of: "default", in: applied(values, seedIndex: nil, to: base, &unheard) ?? base)
  }

  /// The spec at a point; nil where a key is not there, which is told.
  func applied(
    _ values: [Int], seedIndex: Int?, to base: Node, _ diagnostics: inout Diagnostics
  ) -> Node? {
    var tree = base
    var isSound = true
    for (axis, key) in order {
      do throws(Diagnostic) {
        tree = try overrides[axis][values[axis]][key].applied(to: tree)
      } catch {
        var mistake = error
        // An axis can only set what is there.
        if mistake.help?.contains("+") == true { mistake.help = nil }
        diagnostics.append(mistake)
        isSound = false
      }
    }
    guard isSound else { return nil }
    return seedIndex.flatMap { seeds?.raised(tree, by: $0) } ?? tree
  }
}

/// The diagnostics of several points, each once.
private struct PointDiagnostics {
  private var order: [Diagnostic] = []
  private var places: [Diagnostic: (count: Int, first: SweepPoint)] = [:]
  private var droppedCount = 0

  mutating func append(_ diagnostics: Diagnostics, at point: SweepPoint) {
    for diagnostic in diagnostics.found {
      if let place = places[diagnostic] {
        places[diagnostic] = (place.count + 1, place.first)
      } else {
        order.append(diagnostic)
        places[diagnostic] = (1, point)
      }
    }
  }

  /// Those that do not occur at every point name the first one.
  func told(points: Int, inputs: SpecInputs) -> Diagnostics {
    var result = Diagnostics()
    for diagnostic in order {
      guard let (count, first) = places[diagnostic], count < points else {
        result.append(diagnostic)
        continue
      }
      var named = diagnostic
      named.notes.append(
        Diagnostic.Note(
          count == 1
            ? "at the point \(first.label)"
            : "at \(count) of \(points) points, first at \(first.label)"))
      inputs.note(named, like: diagnostic)
      result.append(named)
    }
    return result
  }
}

extension Node {
  /// Whether a key is written.
  fileprivate func has(_ path: KeyPath) -> Bool {
    var node: Node? = self
    for name in path.names {
      switch node?.content {
      case .mapping?: node = node?[name.text]
      case .sequence(let items)?:
        node = KeyPath.index(name.text).flatMap { items.indices.contains($0) ? items[$0] : nil }
      case .scalar?, nil: node = nil
      }
    }
    return node != nil
  }
}
