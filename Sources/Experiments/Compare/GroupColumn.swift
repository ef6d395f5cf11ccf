import YAML

/// What a group is named by: an axis of the sweep, or a key of the resolved spec.
package struct GroupColumn: Sendable, Hashable {
  private enum Source: Hashable {
    case axis
    case key
    case seed
    case smoke
  }

  /// The axis's name, or the key.
  package let name: String
  private let source: Source

  private static let smoke = GroupColumn(name: "smoke", source: .smoke)

  /// The run's value as people read it; nil where it has none.
  func text(_ run: ComparedRun, _ specs: [ResolvedLeaves]) -> String? {
    switch source {
    case .axis: run.head.settings.first { $0.name == name }?.value
    case .key: leaf(run, specs).map(ResolvedLeaves.Leaf.display)
    case .seed: Self.seed(run)
    case .smoke: run.head.isSmoke ? "true" : "false"
    }
  }

  /// The same as JSON.
  func json(_ run: ComparedRun, _ specs: [ResolvedLeaves]) -> JSONText {
    switch source {
    case .axis:
      guard let setting = run.head.settings.first(where: { $0.name == name }) else { return .null }
      guard let number = setting.number else { return .text(setting.value) }
      return Int(setting.value).map { .integer($0) } ?? .number(number)
    case .key: return leaf(run, specs).map(ResolvedLeaves.Leaf.json) ?? .null
    case .seed:
      let text = Self.seed(run)
      return Int(text).map { .integer($0) } ?? .text(text)
    case .smoke: return .flag(run.head.isSmoke)
    }
  }

  private func leaf(_ run: ComparedRun, _ specs: [ResolvedLeaves]) -> String? {
    run.seeds.first { $0.path == name }?.text ?? specs[run.spec][name]
  }

  /// `2`, or where sections have seeds of their own, which.
  private static func seed(_ run: ComparedRun) -> String {
    let label = run.seedLabel
    return label.hasPrefix("seed=") ? String(label.dropFirst("seed=".count)) : label
  }

  // MARK: - Choosing

  /// The columns that name the groups when nothing is said: the axes where all runs are points of sweeps with the same
  /// ones, and as many of the keys that differ as it takes to tell all specs apart.
  static func chosen(_ runs: ComparedRuns, differing: [String]) -> [GroupColumn] {
    var columns: [GroupColumn] = []
    if isMixed(runs) { columns.append(smoke) }
    var covered: [String] = []
    if let axes = runs.runs.first?.head.settings,
      runs.runs.allSatisfy({ $0.head.settings.map(\.name) == axes.map(\.name) })
    {
      for axis in axes {
        let column = GroupColumn(name: axis.name, source: .axis)
        let values = Set(runs.runs.map { column.text($0, runs.specs) })
        // What was narrowed to one value tells nothing apart.
        guard values.count > 1 else { continue }
        columns.append(column)
        covered += axis.set
      }
    }
    var keys = differing.filter { key in
      !covered.contains { key == $0 || key.hasPrefix($0 + ".") }
    }
    // One run of each spec is enough to see what tells them apart.
    var samples: [ComparedRun] = []
    var known: Set<Int> = []
    for run in runs.runs where known.insert(run.spec).inserted { samples.append(run) }
    func classes(_ columns: [GroupColumn]) -> Int {
      Set(samples.map { run in columns.map { $0.text(run, runs.specs) } }).count
    }
    // An experiment's name says more than any of its keys.
    if let name = keys.firstIndex(of: "name") {
      columns.append(GroupColumn(name: keys.remove(at: name), source: .key))
    }
    var reached = classes(columns)
    while reached < runs.specs.count {
      var best: (key: String, count: Int)?
      for key in keys {
        let count = classes(columns + [GroupColumn(name: key, source: .key)])
        if count > (best?.count ?? reached) { best = (key, count) }
      }
      guard let best else { break }
      columns.append(GroupColumn(name: best.key, source: .key))
      keys.removeAll { $0 == best.key }
      reached = best.count
    }
    return columns
  }

  /// The columns that were asked for.
  ///
  /// - Throws: ``Failure`` `.usage` where one is neither an axis nor a key of any run.
  static func named(_ names: [String], _ runs: ComparedRuns) throws(Failure) -> [GroupColumn] {
    let axes = Set(runs.runs.flatMap { $0.head.settings.map(\.name) })
    var seeds: Set<String> = []
    for run in runs.runs { seeds.formUnion(run.seeds.map(\.path)) }
    var columns: [GroupColumn] = []
    for name in names {
      if axes.contains(name) {
        columns.append(GroupColumn(name: name, source: .axis))
      } else if name == "seed" {
        columns.append(GroupColumn(name: name, source: .seed))
      } else if name == smoke.name {
        columns.append(smoke)
      } else if seeds.contains(name) || runs.specs.contains(where: { $0[name] != nil }) {
        columns.append(GroupColumn(name: name, source: .key))
      } else {
        let keys = runs.specs.first?.values.map(\.path) ?? []
        throw Failure(
          .usage, "--by \(name): no run here has that axis or key",
          remedy: nearest(to: name, among: axes.sorted() + keys).map { "did you mean '\($0)'?" }
            ?? "`resolved.json` of a run has all of its keys")
      }
    }
    // Smoke runs are never in one group with others, and must not look as if they were.
    if isMixed(runs), !columns.contains(smoke) { columns.insert(smoke, at: 0) }
    return columns
  }

  /// Whether some runs are smoke runs and some are not.
  private static func isMixed(_ runs: ComparedRuns) -> Bool {
    Set(runs.runs.map(\.head.isSmoke)).count > 1
  }
}
