/// What lies in a results directory and is of no more use: stored results that no run refers to, and what processes that are
/// gone left behind.
///
/// Nothing is judged by a lock alone: what a run refers to by its plan stays, whoever works on it and wherever. Runs that
/// begin while this goes on are safe: a stored result is first moved aside, then the runs are looked at once more, and what
/// one of them refers to is moved back; a run that looked for it in between computes it.
package struct Garbage: Sendable {
  /// Why something is of no more use.
  package enum Reason: String, Sendable, CaseIterable {
    /// A stored result that no run refers to.
    case unreferenced
    /// A started node that no run refers to, or whose result is there.
    case partial
    /// The private store of a run that is done or gone.
    case privateStore = "private store"
    /// A damaged result that was set aside.
    case damaged
    /// A run's directory whose process was killed before it was whole.
    case unbegun = "never begun"
    /// The lock of a process that was killed.
    case claim
    /// What explains or finds results that are not there.
    case index

    /// What is meant, for people.
    package var summary: String {
      switch self {
      case .unreferenced: "stored results that no run refers to"
      case .partial: "work begun that no run refers to"
      case .privateStore: "private stores of runs that are done or gone"
      case .damaged: "damaged results that were set aside"
      case .unbegun: "directories of runs that were killed before they began"
      case .claim: "locks of processes that were killed"
      case .index: "what explains or finds results that are gone"
      }
    }
  }

  /// One thing to remove.
  package struct Item: Sendable {
    package let reason: Reason
    package let path: String
    /// Bytes that become free: files that runs share are not counted.
    package let size: Int
  }

  private let results: ResultsDirectory
  package let items: [Item]

  package var size: Int { items.reduce(0) { $0 + $1.size } }

  /// Looks, and changes nothing.
  ///
  /// - Throws: ``Failure`` `.inputOutput` where the plan of a run cannot be read, so that it is not known what it refers to.
  package init(in results: ResultsDirectory) throws(Failure) {
    self.results = results
    let now = FileSystem.now
    let store = results.store.path
    // The store first: what a run stores from now on is not judged, and what was stored before has its run.
    let stored = FileSystem.names(in: store + "/nodes")
    let begun = FileSystem.names(in: store + "/partial")
    let references = try References(of: results)
    let kept = stored.filter { references.keys.contains($0) }
    var items: [Item] = []
    func add(_ reason: Reason, _ path: String) {
      items.append(Item(reason: reason, path: path, size: FileSystem.exclusiveSize(path)))
    }
    for key in stored where !references.keys.contains(key) {
      add(.unreferenced, store + "/nodes/" + key)
    }
    for key in begun where !references.unfinished.contains(key) {
      for name in FileSystem.names(in: store + "/partial/" + key) {
        let place = store + "/partial/" + key + "/" + name
        if Store.isAbandoned(place, now: now) { add(.partial, place) }
      }
    }
    for name in FileSystem.names(in: store + "/private") where !references.open.contains(name) {
      add(.privateStore, store + "/private/" + name)
    }
    for name in FileSystem.names(in: store + "/claims")
    where !FileLock.isHeld(store + "/claims/" + name) { add(.claim, store + "/claims/" + name) }
    for name in FileSystem.names(in: store + "/damaged") {
      add(.damaged, store + "/damaged/" + name)
    }
    // What was moved aside by a process that was killed before it could remove it.
    for name in FileSystem.names(in: store + "/gone") {
      add(.unreferenced, store + "/gone/" + name)
    }
    for experiment in results.experiments {
      let parent = results.path + "/" + experiment
      for name in FileSystem.names(in: parent) where name.hasPrefix(".new-") {
        let number = name.dropFirst(".new-".count).prefix { $0 != "-" }
        if !FileLock.isHeld(parent + "/.ids/\(number)/lock") { add(.unbegun, parent + "/" + name) }
      }
    }
    let known = Set(kept).union(references.keys)
    for kind in ["keys", "series"] {
      for inner in FileSystem.names(in: store + "/" + kind) {
        for file in FileSystem.names(in: store + "/\(kind)/" + inner) {
          let key = kind == "keys" ? file.prefix { $0 != "." } : file.drop { $0 != "-" }.dropFirst()
          if !known.contains(String(key)) { add(.index, store + "/\(kind)/\(inner)/\(file)") }
        }
      }
    }
    self.items = items
  }

  /// Removes what was found, except what a run has come to refer to since.
  ///
  /// - Returns: what was removed.
  package func remove() throws(Failure) -> [Item] {
    let store = results.store.path
    let aside = store + "/gone"
    try FileSystem.makeDirectory(aside)
    defer { FileSystem.removeIfEmpty(aside) }
    var moved: [(item: Item, key: String)] = []
    for item in items where item.reason == .unreferenced && !item.path.hasPrefix(aside) {
      let key = item.path.split(separator: "/").last.map(String.init) ?? ""
      do throws(Failure) {
        try FileSystem.rename(item.path, to: aside + "/" + key)
        moved.append((item, key))
      } catch {
        guard FileSystem.isAbsence(error) else { throw error }
      }
    }
    let references = try References(of: results)
    var removed: [Item] = []
    for (item, key) in moved {
      if references.keys.contains(key), !FileSystem.exists(item.path) {
        try FileSystem.rename(aside + "/" + key, to: item.path)
      } else {
        FileSystem.remove(aside + "/" + key)
        removed.append(item)
      }
    }
    for item in items where item.reason != .unreferenced || item.path.hasPrefix(aside) {
      if remove(item, references) { removed.append(item) }
    }
    return removed
  }

  /// - Returns: whether it was removed.
  private func remove(_ item: Item, _ references: References) -> Bool {
    let parts = item.path.split(separator: "/").map(String.init)
    switch item.reason {
    case .partial:
      let key = parts[parts.count - 2]
      // Held until the directory is gone, so that nobody takes it up meanwhile.
      guard !references.unfinished.contains(key),
        let lock = try? FileLock(path: item.path + "/lock")
      else { return false }
      withExtendedLifetime(lock) { FileSystem.remove(item.path) }
      FileSystem.removeIfEmpty(String(item.path.dropLast(parts[parts.count - 1].count + 1)))
    case .privateStore:
      guard !references.open.contains(parts[parts.count - 1]) else { return false }
      FileSystem.remove(item.path)
    case .index:
      let name = parts[parts.count - 1]
      let key =
        name.hasSuffix(".json") ? name.prefix { $0 != "." } : name.drop { $0 != "-" }.dropFirst()
      guard !references.keys.contains(String(key)), !results.store.has(String(key)) else {
        return false
      }
      FileSystem.remove(item.path)
      FileSystem.removeIfEmpty(String(item.path.dropLast(name.count + 1)))
    case .claim:
      guard let lock = try? FileLock(path: item.path, creating: false) else { return false }
      withExtendedLifetime(lock) { FileSystem.remove(item.path) }
    case .damaged, .unbegun, .unreferenced:
      FileSystem.remove(item.path)
    }
    return true
  }

  /// What the runs of a results directory refer to.
  private struct References {
    /// The keys of all plans.
    var keys: Set<String> = []
    /// The keys that a run may still go on with.
    var unfinished: Set<String> = []
    /// The private stores that a run may still go on with.
    var open: Set<String> = []

    init(of results: ResultsDirectory) throws(Failure) {
      // Every directory counts, also one that was copied here without its reserved numbers.
      let parents = FileSystem.names(in: results.path).filter { !$0.hasPrefix(".") }
      for parent in parents {
        let path = results.path + "/" + parent
        guard !FileSystem.canList(path),
          FileSystem.isDirectory(path)
            || (FileSystem.link(at: path) != nil && FileSystem.absolute(path) == nil)
        else { continue }
        throw Failure(
          .inputOutput, "cannot look into '\(path)'", path: path,
          reason: "it is not known what the runs in it refer to, so nothing is removed",
          remedy: "make it readable, or remove it")
      }
      for run in parents.flatMap(results.runs(of:)) {
        let plan: Plan
        do throws(Failure) {
          plan = try run.plan()
        } catch {
          // It may have been removed while this looked.
          guard FileSystem.exists(run.path) else { continue }
          throw Failure(
            error.code, error.what, path: run.path,
            reason:
              "it is not known what the run \(run.displayName) refers to, so nothing is removed",
            remedy: "mend its plan.json, or remove the run with `scorewalk rm`")
        }
        let planned = plan.nodes.map(\.key)
        keys.formUnion(planned)
        let head = try? run.head()
        guard head.map({ run.status($0) }) != .done else { continue }
        unfinished.formUnion(planned)
        open.insert(
          ResultsDirectory.privateStoreName(
            experiment: run.experiment, run: run.name, sweep: head?.sweep))
      }
    }
  }
}

extension FileSystem {
  /// The bytes that become free where a file, or a directory with all that is in it, is removed: files that have other
  /// names beside these are not counted.
  package static func exclusiveSize(_ path: String) -> Int {
    guard isDirectory(path), link(at: path) == nil else {
      return linkCount(path) == 1 ? size(path) ?? 0 : 0
    }
    return names(in: path).reduce(0) { $0 + exclusiveSize(path + "/" + $1) }
  }

  /// The bytes of a file, or of all files in a directory.
  package static func totalSize(_ path: String) -> Int {
    guard isDirectory(path), link(at: path) == nil else { return size(path) ?? 0 }
    return names(in: path).reduce(0) { $0 + totalSize(path + "/" + $1) }
  }
}
