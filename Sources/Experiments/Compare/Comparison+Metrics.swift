import YAML

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

extension Comparison {
  /// The metrics that a glob means: what stands beside another metric only where it is written out.
  ///
  /// - Throws: ``Failure`` `.usage` where no run has such a metric.
  static func matches(_ glob: String, _ all: [Metric]) throws(Failure) -> [Metric] {
    let isGlob = glob.contains { "*?[".contains($0) }
    let names = Set(all.map(\.text))
    let found = all.filter { metric in
      guard isGlob else { return metric.text == glob }
      if metric.name.isSetting { return false }
      if let owner = metric.name.owner, names.contains(metric.node + "." + owner) { return false }
      return fnmatch(glob, metric.text, 0) == 0
    }
    guard found.isEmpty else { return found }
    // A glob that means nothing else means what stands beside.
    let beside = isGlob ? all.filter { fnmatch(glob, $0.text, 0) == 0 } : []
    guard beside.isEmpty else { return beside }
    // A metric's name without its node is nearest to itself with it.
    let near =
      all.first { $0.name.text == glob }?.text ?? nearest(to: glob, among: all.map(\.text))
    throw Failure(
      .usage,
      all.isEmpty
        ? "no run here has any final metric yet" : "no run here has the metric '\(glob)'",
      remedy: near.map { "did you mean '\($0)'?" }
        ?? "write node.metric or a glob, as `scorewalk show` lists them")
  }

  /// What a reader must know before anything is concluded.
  static func warnings(_ groups: [Group], _ runs: ComparedRuns) -> [String] {
    var warnings: [String] = []
    // Kinds of other versions compute otherwise: nothing of the spec says so.
    var versions: [String: [Int: String]] = [:]
    var last: [RunHead.NodeSummary] = []
    for run in groups.flatMap(\.runs) {
      let nodes = run.head.summaries
      defer { last = nodes }
      for (index, node) in nodes.enumerated() {
        // Most runs are of the version of the one before.
        if index < last.count, last[index].name == node.name, last[index].versions == node.versions
        {
          continue
        }
        for (place, version) in node.versions ?? [:] {
          let name = node.name + " " + place
          if versions[name]?[version] == nil {
            versions[name, default: [:]][version] = run.directory.displayName
          }
        }
      }
    }
    for (name, found) in versions.sorted(by: { $0.key < $1.key }) where found.count > 1 {
      let list = found.sorted { $0.key < $1.key }.map { "\($0.key) in \($0.value)" }
      warnings.append(
        "versions of a kind differ, which compute otherwise: \(name) is "
          + list.joined(separator: ", "))
    }
    warnings += repeats(groups, runs)
    let smoke = groups.filter(\.isSmoke)
    if !smoke.isEmpty {
      warnings.append(
        smoke.count == groups.count
          ? "these are smoke runs: their numbers mean nothing"
          : "smoke runs are among them, whose numbers mean nothing: they are not tested with others"
      )
    }
    return warnings
  }

  /// Runs of one spec and one seed with other keys: another version made them, or from other files.
  private static func repeats(_ groups: [Group], _ runs: ComparedRuns) -> [String] {
    struct Place: Hashable {
      let spec: Int
      let seed: Int
    }
    var chosen: [Place: ComparedRun] = [:]
    for run in groups.flatMap(\.runs) { chosen[Place(spec: run.spec, seed: run.seed)] = run }
    var warnings: [String] = []
    var told: Set<String> = []
    for run in runs.runs where run.status == .done {
      guard let other = chosen[Place(spec: run.spec, seed: run.seed)],
        other.directory != run.directory
      else { continue }
      for (one, two) in zip(run.head.summaries, other.head.summaries)
      where one.name == two.name && one.key != two.key && told.insert(one.name).inserted {
        warnings.append(
          "'\(one.name)' has another key in \(run.directory.displayName) than in "
            + "\(other.directory.displayName), though spec and seeds are the same: kinds or files "
            + "of another version; the later run counts")
      }
    }
    return warnings
  }
}

extension Comparison.Group {
  var asBaseline: Comparison.Group {
    Comparison.Group(labels: labels, runs: runs, members: members, isBaseline: true)
  }
}
