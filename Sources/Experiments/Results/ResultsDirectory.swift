/// The directory of all results: experiments, their runs, and the store.
package struct ResultsDirectory: Sendable {
  package let path: String

  package init(path: String) {
    self.path = path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
  }

  package var store: Store { Store(path: path + "/.store") }

  /// The store of a run that neither reads nor fills the shared one, which the points of a sweep have together.
  package func privateStore(experiment: String, run: String, sweep: String?) -> Store {
    Store(
      path: path + "/.store/private/"
        + Self.privateStoreName(experiment: experiment, run: run, sweep: sweep))
  }

  static func privateStoreName(experiment: String, run: String, sweep: String?) -> String {
    experiment + "-" + (sweep.map { "sweep-" + $0 } ?? run)
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

  /// Points `latest` at the newest run, also where several appear at once; removes it where there is none.
  ///
  /// Where the file system has no links, there is none: runs are found without it.
  package func setLatest(of experiment: String) {
    let link = path + "/" + experiment + "/latest"
    // Of a process that was killed while it did this.
    FileSystem.remove(link + FileSystem.temporarySuffix)
    if runs(of: experiment).isEmpty, FileSystem.link(at: link) != nil {
      FileSystem.remove(link)
      return
    }
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
  private static func number(_ name: String) -> Int? { RunDirectory(path: name).number }

  package var experiments: [String] {
    FileSystem.names(in: path).filter {
      !$0.hasPrefix(".") && FileSystem.isDirectory(path + "/" + $0 + "/.ids")
    }
  }

  package var runs: [RunDirectory] { experiments.flatMap(runs(of:)) }

  /// The one run that a selector names.
  package func run(_ selector: String) throws(Failure) -> RunDirectory {
    try RunSelector([selector], in: self).one()
  }
}
