#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Where nodes are being made: `partial/<key>/<host>-<machine>-<process>-<count>/`.
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
  ///
  /// Names of hosts are not always their own: `localhost` is many. What the system calls the machine goes with them.
  package static let workplacePrefix: String = {
    let name = String(Provenance.host.map { $0.isLetter || $0.isNumber || $0 == "." ? $0 : "_" })
    let machine = (try? FileSystem.read("/etc/machine-id")) ?? []
    return name + "-" + Digest.hex(machine + Array(name.utf8)).prefix(8) + "-"
  }()

  /// Takes up the work that another process left behind, or begins anew: from the furthest checkpoint that is whole.
  ///
  /// - Parameter tell: says which checkpoints of others cannot be used, and why.
  package func workplace(
    for key: String, tell: (String) -> Void
  ) throws(Failure) -> Workplace {
    let parent = parent(of: key)
    var count = 0
    while true {
      do throws(Failure) {
        try FileSystem.makeDirectory(parent)
        let found = try abandoned(in: parent)
        let step = found.flatMap { CheckpointSeries(directory: $0.directory).newestStep } ?? -1
        let others = checkpoints(in: parent, besides: found?.directory).filter { $0.step > step }
        if let found, others.isEmpty { return found }
        let directory = parent + "/\(Self.workplacePrefix)\(FileLock.process)-\(count)"
        if try FileSystem.makeExclusiveDirectory(directory),
          let lock = try FileLock(path: directory + "/lock")
        {
          let new = Workplace(directory: directory, lock: lock)
          let isCopied = others.contains { $0.copy(to: directory, tell: tell) }
          guard let found else { return new }
          remove(isCopied ? found : new)
          return isCopied ? new : found
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

  /// The furthest workplace of this host whose process is gone, without the halves of files that it was writing.
  private func abandoned(in parent: String) throws(Failure) -> Workplace? {
    let directories = FileSystem.names(in: parent).map { parent + "/" + $0 }
    let steps = directories.map { CheckpointSeries(directory: $0).newestStep ?? -1 }
    for (directory, _) in zip(directories, steps).sorted(by: { $0.1 > $1.1 }) {
      guard let lock = try Self.lock(directory, creating: false) else { continue }
      for file in FileSystem.files(below: directory) {
        if file.hasSuffix(FileSystem.temporarySuffix) {
          FileSystem.remove(directory + "/" + file)
        } else {
          // It may have been about to be published.
          FileSystem.makeWritable(directory + "/" + file)
        }
      }
      return Workplace(directory: directory, lock: lock)
    }
    return nil
  }

  /// The checkpoints of a key in other workplaces, the furthest first.
  private func checkpoints(
    in parent: String, besides own: String?
  ) -> [CheckpointSeries.Checkpoint] {
    FileSystem.names(in: parent).map { parent + "/" + $0 }.filter { $0 != own }
      .flatMap { CheckpointSeries(directory: $0).checkpoints }
      .sorted { $0.step > $1.step }
  }

  /// The lock of a workplace whose process is known to be gone; nil where it may be alive.
  private static func lock(_ directory: String, creating: Bool) throws(Failure) -> FileLock? {
    let name = directory.split(separator: "/").last ?? ""
    guard name.hasPrefix(workplacePrefix),
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
