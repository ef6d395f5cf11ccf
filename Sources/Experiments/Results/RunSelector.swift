import YAML

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// How runs are named, the same way everywhere.
///
/// Names choose runs: a path; an experiment (its latest run); `walk-jump/7`; a run's words, `brisk-otter`; the beginning of
/// any of these where nothing else begins so; `@latest`, `walk-jump@latest`, `walk-jump@-2` (the last but one); a glob.
/// Conditions narrow what names choose from, and alone choose all that meet them: `status:failed`, `tag:…`, `sweep:…`,
/// `training.fit.steps=100`.
package struct RunSelector: Sendable {
  private let results: ResultsDirectory
  private let texts: [String]
  private var conditions: [RunCondition] = []
  private var names: [String] = []

  /// Reads selectors.
  ///
  /// - Throws: ``Failure`` `.usage` where one is a condition and not a good one.
  package init(_ texts: [String], in results: ResultsDirectory) throws(Failure) {
    self.results = results
    self.texts = texts
    for text in texts {
      if Self.path(text) == nil, let condition = try RunCondition(text) {
        conditions.append(condition)
      } else {
        names.append(text)
      }
    }
  }

  /// The one run that is meant.
  ///
  /// - Throws: ``Failure`` `.noInput` where there is none, `.usage` where there are several: it lists them.
  package func one() throws(Failure) -> RunDirectory {
    let found = try all()
    if found.count == 1 { return found[0] }
    throw Self.ambiguous(texts.joined(separator: " "), found.map(\.displayName))
  }

  /// The runs that are meant, at least one, in the order of their names.
  package func all() throws(Failure) -> [RunDirectory] {
    let found = try chosen(isListing: false)
    if found.isEmpty { throw try missing(texts.joined(separator: " "), nil) }
    return found
  }

  /// The runs to list: an experiment's name means all of its runs, and what is ambiguous means everything it may mean.
  /// None, where conditions alone are given and no run meets them.
  package func listed() throws(Failure) -> [RunDirectory] {
    if texts.isEmpty { return results.runs }
    return try chosen(isListing: true)
  }

  // MARK: - Choosing

  private func chosen(isListing: Bool) throws(Failure) -> [RunDirectory] {
    if names.isEmpty {
      let found = narrowed(results.runs)
      if found.isEmpty { try checkKeys() }
      return found
    }
    var runs: [RunDirectory] = []
    var known: Set<RunDirectory> = []
    for name in names {
      var found = Self.path(name).map { [$0] } ?? []
      if found.isEmpty { found = try candidates(name, isListing: isListing) }
      for run in found where known.insert(run).inserted { runs.append(run) }
    }
    return runs
  }

  private func narrowed(_ runs: [RunDirectory]) -> [RunDirectory] {
    guard !conditions.isEmpty else { return runs }
    let asksHead = conditions.contains(where: \.asksHead)
    return runs.filter { run in
      let head = asksHead ? try? run.head() : nil
      return conditions.allSatisfy { $0.isMet(by: run, head) }
    }
  }

  private func runs(of experiment: String) -> [RunDirectory] {
    narrowed(results.runs(of: experiment))
  }

  private func candidates(_ text: String, isListing: Bool) throws(Failure) -> [RunDirectory] {
    let name = text.hasSuffix("/") ? String(text.dropLast()) : text
    guard !name.isEmpty else { throw try missing(text, "a run has no empty name") }
    if let at = name.lastIndex(of: "@") {
      return [
        try counted(String(name[..<at]), String(name[name.index(after: at)...]), text)
      ]
    }
    if name.contains(where: { "*?[".contains($0) }) { return try matches(name) }
    let parts = name.split(separator: "/").map(String.init)
    if parts.count == 2 { return try named(parts[1], of: parts[0], text, isListing) }
    guard parts.count == 1 else { throw try missing(text, nil) }
    return try named(name, isListing)
  }

  /// A path that leads to a run; nil where it does not.
  private static func path(_ text: String) -> RunDirectory? {
    let trimmed = text.hasSuffix("/") ? String(text.dropLast()) : text
    guard !trimmed.isEmpty, FileSystem.exists(trimmed + "/run.json") else { return nil }
    return RunDirectory(path: resolved(trimmed))
  }

  /// `latest` links are followed and short paths (`.`) made whole, so that the directory's own name and those above
  /// it are known.
  private static func resolved(_ path: String) -> String {
    let parts = path.split(separator: "/")
    if parts.count < 3 || parts.last == "." || parts.last == ".." {
      return FileSystem.absolute(path) ?? path
    }
    guard let target = FileSystem.link(at: path) else { return path }
    guard let slash = path.lastIndex(of: "/") else { return target }
    return String(path[...slash]) + target
  }

  /// `NAME@latest`, `NAME@-2`, and the same of all runs without a name.
  private func counted(
    _ experiment: String, _ place: String, _ text: String
  ) throws(Failure) -> RunDirectory {
    let back = place == "latest" ? -1 : Int(place) ?? 0
    guard back < 0 else {
      throw Failure(
        .usage, "'\(text)' names no run",
        reason: "'\(place)' is neither latest nor a number that counts from the end",
        remedy: "write \(experiment)@latest or \(experiment)@-2; the run with a number is NAME/7")
    }
    let runs = experiment.isEmpty ? byStart() : runs(of: experiment)
    guard runs.count + back >= 0 else {
      let place = experiment.isEmpty ? "" : "of '\(experiment)' "
      let count = runs.isEmpty ? "no runs" : "only \(runs.count)"
      throw try missing(
        experiment.isEmpty ? text : experiment,
        "there are \(count) \(place)in '\(results.path)'")
    }
    return runs[runs.count + back]
  }

  /// All runs, those that began last at the end; one whose record is damaged does not hide the others.
  private func byStart() -> [RunDirectory] {
    let dated = narrowed(results.runs).enumerated().compactMap { index, run in
      (try? run.head()).map { (started: $0.started, index: index, run: run) }
    }
    return dated.sorted { ($0.started, $0.index) < ($1.started, $1.index) }.map(\.run)
  }

  private func matches(_ pattern: String) throws(Failure) -> [RunDirectory] {
    func fits(_ text: String) -> Bool { fnmatch(pattern, text, FNM_PATHNAME) == 0 }
    let found = narrowed(results.runs).filter { run in
      pattern.contains("/")
        ? fits(run.displayName) || fits(run.path)
        : fits(run.experiment) || fits(run.name) || fits(run.nickname)
    }
    if found.isEmpty { throw try missing(pattern, "no run fits '\(pattern)' in '\(results.path)'") }
    return found
  }

  /// What follows an experiment's name: a number, `latest`, a run's name or words, or how one of them begins.
  private func named(
    _ name: String, of experiment: String, _ text: String, _ isListing: Bool
  ) throws(Failure) -> [RunDirectory] {
    let runs = runs(of: experiment)
    if name == "latest", let last = runs.last { return [last] }
    if let number = Int(name), let run = runs.first(where: { $0.number == number }) { return [run] }
    let found = Self.best(name, among: runs)
    if found.isEmpty {
      throw try missing(
        text,
        Int(name).map { "'\(experiment)' has no run \($0) in '\(results.path)'" })
    }
    if found.count > 1, !isListing { throw Self.ambiguous(text, found.map(\.displayName)) }
    return found
  }

  /// A name alone: an experiment, a run's name or words, or how one of them begins.
  private func named(_ name: String, _ isListing: Bool) throws(Failure) -> [RunDirectory] {
    let experiments = results.experiments
    func ofExperiment(_ name: String) throws(Failure) -> [RunDirectory] {
      let runs = runs(of: name)
      guard let last = runs.last else {
        throw try missing(name, "there are no such runs of '\(name)' in '\(results.path)'")
      }
      return isListing ? runs : [last]
    }
    if experiments.contains(name) { return try ofExperiment(name) }
    let begun = experiments.filter { $0.hasPrefix(name) }
    let found = Self.best(name, among: narrowed(results.runs))
    if begun.isEmpty, !found.isEmpty {
      if found.count > 1, !isListing { throw Self.ambiguous(name, found.map(\.displayName)) }
      return found
    }
    if begun.count == 1, found.isEmpty { return try ofExperiment(begun[0]) }
    if begun.isEmpty { throw try missing(name, nil) }
    guard isListing else { throw Self.ambiguous(name, begun + found.map(\.displayName)) }
    return begun.flatMap(runs(of:)) + found
  }

  /// The runs that are called so, else those whose name or words begin so.
  private static func best(_ name: String, among runs: [RunDirectory]) -> [RunDirectory] {
    let exact = runs.filter { $0.name == name || $0.nickname == name }
    return exact.isEmpty
      ? runs.filter { $0.name.hasPrefix(name) || $0.nickname.hasPrefix(name) } : exact
  }

  // MARK: - What to say

  private static func ambiguous(_ text: String, _ candidates: [String]) -> Failure {
    let shown = candidates.prefix(12).joined(separator: ", ")
    let rest = candidates.count > 12 ? " and \(candidates.count - 12) more" : ""
    return Failure(
      .usage, "'\(text)' means \(candidates.count) things: \(shown)\(rest)",
      remedy: "write one of them, more letters, or NAME/7")
  }

  private func missing(_ text: String, _ what: String?) throws(Failure) -> Failure {
    try checkKeys()
    let runs = results.runs
    let near = nearest(
      to: text, among: results.experiments + runs.map(\.nickname) + runs.map(\.displayName))
    let narrow = conditions.isEmpty ? "" : " that meets the conditions"
    return Failure(
      .noInput,
      what.map { $0 + narrow }
        ?? (names.isEmpty
          ? "no run meets '\(text)' in '\(results.path)'"
          : "no run is called '\(text)' in '\(results.path)'\(narrow)"),
      path: results.path, reason: "",
      remedy: near.map { "did you mean '\($0)'?" } ?? "`scorewalk ls` lists the runs")
  }

  /// A key that no run has is a slip of the pen, not a condition that nothing meets.
  private func checkKeys() throws(Failure) {
    for case .value(let path, _) in conditions {
      let runs = results.runs
      if runs.isEmpty || runs.contains(where: { $0.resolvedValue(at: path) != nil }) { continue }
      let key = path.joined(separator: ".")
      let keys = runs.last?.resolvedTree?.leafPaths() ?? []
      throw Failure(
        .usage, "no run has the key '\(key)'",
        remedy: nearest(to: key, among: keys).map { "did you mean '\($0)'?" }
          ?? "`resolved.json` of a run has all of its keys")
    }
  }
}
