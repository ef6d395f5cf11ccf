#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Where nodes are being made: `partial/<key>/<host>-<process>-<count>/`.
///
/// What a process of this host left behind is taken up as it is, since its lock says that it is gone. Locks need not reach
/// other hosts, and on some disks there are none: then nothing is taken away from anybody. The newest checkpoint is copied
/// with what it needs, and its digests say whether the copy is whole.
extension Store {
  /// A directory in which one process makes one node.
  package struct Workplace {
    package let directory: String
    package let lock: FileLock
  }

  private func parent(of key: String) -> String { path + "/partial/" + key }

  /// How the names of this host's workplaces begin.
  private static var prefix: String {
    String(Provenance.host.map { $0.isLetter || $0.isNumber || $0 == "." ? $0 : "_" }) + "-"
  }

  /// Takes up the work that another process left behind, or begins anew.
  package func workplace(for key: String) throws(Failure) -> Workplace {
    let parent = parent(of: key)
    var count = 0
    while true {
      do throws(Failure) {
        try FileSystem.makeDirectory(parent)
        for name in FileSystem.names(in: parent) {
          if let found = try abandoned(parent + "/" + name) { return found }
        }
        let directory = parent + "/\(Self.prefix)\(FileLock.process)-\(count)"
        if try FileSystem.makeExclusiveDirectory(directory),
          let lock = try FileLock(path: directory + "/lock")
        {
          copyCheckpoint(for: key, to: directory)
          return Workplace(directory: directory, lock: lock)
        }
      } catch {
        // Who has just published this key removes what is empty above its workplace: a second try finds or makes it.
        guard count < 100, FileSystem.isDirectory(path), FileSystem.isAbsence(error) else {
          throw error
        }
      }
      count += 1
    }
  }

  /// A workplace of this host whose process is gone, without the halves of files that it was writing.
  private func abandoned(_ directory: String) throws(Failure) -> Workplace? {
    guard let lock = try Self.lock(directory, creating: false) else { return nil }
    for file in FileSystem.files(below: directory)
    where file.hasSuffix(FileSystem.temporarySuffix) {
      FileSystem.remove(directory + "/" + file)
    }
    return Workplace(directory: directory, lock: lock)
  }

  /// The lock of a workplace whose process is known to be gone; nil where it may be alive.
  private static func lock(_ directory: String, creating: Bool) throws(Failure) -> FileLock? {
    let name = directory.split(separator: "/").last ?? ""
    guard name.hasPrefix(prefix),
      let lock = try FileLock(path: directory + "/lock", creating: creating), lock.isGuarding
    else { return nil }
    return lock
  }

  /// Removes a workplace that is of no more use.
  package func remove(_ workplace: Workplace) {
    FileSystem.remove(workplace.directory)
    if let slash = workplace.directory.lastIndex(of: "/") {
      FileSystem.removeIfEmpty(String(workplace.directory[..<slash]))
    }
  }

  /// Removes what processes of this host that were killed left of work whose result is there.
  func clearWork(on key: String) {
    let parent = parent(of: key)
    for name in FileSystem.names(in: parent) {
      // Held until the directory is gone, so that nobody takes it up meanwhile. It is made where it is missing: a
      // process may have been killed before it had one, or while it removed the directory.
      guard let lock = try? Self.lock(parent + "/" + name, creating: true) else { continue }
      withExtendedLifetime(lock) { FileSystem.remove(parent + "/" + name) }
    }
    FileSystem.removeIfEmpty(parent)
  }

  /// Copies the furthest checkpoint that others have of a key, with the files that it needs.
  private func copyCheckpoint(for key: String, to directory: String) {
    let parent = parent(of: key)
    let others = FileSystem.names(in: parent).map { parent + "/" + $0 }.filter { $0 != directory }
    let furthest = others.compactMap { other in
      CheckpointSeries(directory: other).newestStep.map { (directory: other, step: $0) }
    }.max { $0.step < $1.step }
    guard let furthest else { return }
    // What could not be copied in full is found by its digests, as what was damaged is.
    try? CheckpointSeries(directory: furthest.directory).copyNewest(to: directory)
  }

  // MARK: - Garbage

  /// So long nothing has changed in a workplace before its process counts as gone where no lock says so: a day.
  private static let patience = 86_400 * 1_000_000_000

  /// Whether nobody works in a workplace any more.
  ///
  /// - Parameter now: the time, in nanoseconds since 1970.
  static func isAbandoned(_ workplace: String, now: Int) -> Bool {
    if FileLock.isHeld(workplace + "/lock") { return false }
    if let lock = try? lock(workplace, creating: false) {
      return withExtendedLifetime(lock) { true }
    }
    let files = FileSystem.files(below: workplace).map { workplace + "/" + $0 }
    let changes = (files + [workplace]).compactMap(FileSystem.modificationTime)
    return now - (changes.max() ?? now) > patience
  }
}
