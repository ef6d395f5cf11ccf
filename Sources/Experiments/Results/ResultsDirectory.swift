import YAML

/// The directory of all results: experiments, their runs, and the store.
package struct ResultsDirectory: Sendable {
  package let path: String

  package init(path: String) {
    self.path = path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
  }

  package var store: Store { Store(path: path + "/.store") }

  /// The store of a run that neither reads nor fills the shared one.
  package func privateStore(experiment: String, run: String) -> Store {
    Store(path: path + "/.store/private/" + experiment + "-" + run)
  }

  /// Reserves the next numbers of an experiment; no two processes get the same, and no number is used twice.
  package func reserveNumbers(_ count: Int, experiment: String) throws(Failure) -> [Int] {
    let ids = path + "/" + experiment + "/.ids"
    try FileSystem.makeDirectory(ids)
    var number = FileSystem.names(in: ids).compactMap { Int($0) }.max() ?? 0
    var numbers: [Int] = []
    while numbers.count < count {
      number += 1
      if try FileSystem.makeExclusiveDirectory(ids + "/" + Self.digits(number)) {
        numbers.append(number)
      }
    }
    return numbers
  }

  package static func digits(_ number: Int) -> String {
    let text = String(number)
    return String(repeating: "0", count: max(0, 4 - text.count)) + text
  }

  /// Points `latest` at the newest run, also where several appear at once.
  ///
  /// Where the file system has no links, there is none: runs are found without it.
  package func setLatest(of experiment: String) {
    let link = path + "/" + experiment + "/latest"
    for _ in 0..<16 {
      guard let newest = runs(of: experiment).last?.name, FileSystem.link(at: link) != newest else {
        return
      }
      do throws(Failure) { try FileSystem.setLink(link, to: newest) } catch { return }
    }
  }

  // MARK: - Finding runs

  /// The runs of an experiment, oldest first.
  package func runs(of experiment: String) -> [RunDirectory] {
    let parent = path + "/" + experiment
    let names = FileSystem.names(in: parent).filter { name in
      Self.number(name) != nil && FileSystem.exists(parent + "/" + name + "/run.json")
    }
    return names.sorted { (Self.number($0) ?? 0, $0) < (Self.number($1) ?? 0, $1) }.map {
      RunDirectory(path: parent + "/" + $0)
    }
  }

  /// The number with which a run's name begins.
  private static func number(_ name: String) -> Int? {
    name.split(separator: "-", maxSplits: 1).first.flatMap { Int($0) }
  }

  package var experiments: [String] {
    FileSystem.names(in: path).filter {
      !$0.hasPrefix(".") && FileSystem.isDirectory(path + "/" + $0 + "/.ids")
    }
  }

  package var runs: [RunDirectory] { experiments.flatMap(runs(of:)) }

  /// The run that a selector names: a path, `NAME/7`, `NAME` (its latest), or `@latest`.
  package func run(_ selector: String) throws(Failure) -> RunDirectory {
    if selector == "@latest" {
      var latest: (started: String, run: RunDirectory)?
      for run in runs {
        // One run whose record is damaged does not hide the others.
        guard let started = try? run.record().started else { continue }
        if latest.map({ $0.started <= started }) ?? true { latest = (started, run) }
      }
      if let latest { return latest.run }
      throw missing(selector, "there are no runs in '\(path)'")
    }
    let trimmed = selector.hasSuffix("/") ? String(selector.dropLast()) : selector
    guard !trimmed.isEmpty else { throw missing(selector, "a run has no empty name") }
    if FileSystem.exists(trimmed + "/run.json") { return RunDirectory(path: resolved(trimmed)) }
    let parts = trimmed.split(separator: "/").map(String.init)
    if parts.count == 2, let number = Int(parts[1]) {
      if let run = runs(of: parts[0]).first(where: { Self.number($0.name) == number }) {
        return run
      }
      throw missing(selector, "'\(parts[0])' has no run \(number) in '\(path)'")
    }
    if parts.count == 2, let run = runs(of: parts[0]).first(where: { $0.name == parts[1] }) {
      return run
    }
    if parts.count <= 2, parts.count == 1 || parts[1] == "latest", let run = runs(of: parts[0]).last
    {
      return run
    }
    throw missing(selector, "no run is called '\(selector)' in '\(path)'")
  }

  /// `latest` links are followed and short paths (`.`) made whole, so that the directory's own name and those above
  /// it are known.
  private func resolved(_ path: String) -> String {
    let parts = path.split(separator: "/")
    if parts.count < 3 || parts.last == "." || parts.last == ".." {
      return FileSystem.absolute(path) ?? path
    }
    guard let target = FileSystem.link(at: path) else { return path }
    guard let slash = path.lastIndex(of: "/") else { return target }
    return String(path[...slash]) + target
  }

  private func missing(_ selector: String, _ what: String) -> Failure {
    let near = nearest(to: selector, among: experiments)
    return Failure(
      .noInput, what, path: path, reason: "",
      remedy: near.map { "did you mean '\($0)'?" } ?? "`scorewalk ls` lists the runs")
  }
}
