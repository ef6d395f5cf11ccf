/// What nodes produced, by key.
///
/// `nodes/<key>/` holds a finished node: `node.json` and the files it names. It appears by a rename and never changes.
/// `partial/<key>/<process>/` is where a node is being made; its lock is held by the process that works there, so that
/// what a killed process left behind is taken up by the next.
package struct Store: Sendable {
  package let path: String

  /// `node.json`.
  package struct Entry: Codable, Sendable {
    package var format = 1
    package var key: String
    package var seconds: Double
    /// Relative paths and their digests, the log's included.
    package var files: [String: String]
    package var summary: [RunRecord.Metric]
  }

  package func directory(of key: String) -> String { path + "/nodes/" + key }

  /// A finished node, its files rehashed. One that is damaged is set aside and told.
  package func entry(_ key: String, tell: (String) -> Void) throws(Failure) -> Entry? {
    let directory = directory(of: key)
    guard FileSystem.exists(directory + "/node.json") else { return nil }
    if let problem = problem(of: directory, key: key) {
      let aside = path + "/damaged/" + key
      try FileSystem.makeDirectory(path + "/damaged")
      FileSystem.remove(aside)
      try FileSystem.rename(directory, to: aside)
      tell(
        "the stored result \(key.prefix(12)) is damaged (\(problem)); it was set aside in \(aside)")
      return nil
    }
    return try JSONFile.read(Entry.self, from: directory + "/node.json")
  }

  private func problem(of directory: String, key: String) -> String? {
    do throws(Failure) {
      let entry = try JSONFile.read(Entry.self, from: directory + "/node.json")
      if entry.key != key { return "its key is \(entry.key.prefix(12))" }
      for (file, digest) in entry.files.sorted(by: { $0.key < $1.key }) {
        if try Digest.hex(file: directory + "/" + file) != digest { return "\(file) has changed" }
      }
      return nil
    } catch {
      return error.what
    }
  }

  // MARK: - Work under way

  /// A directory in which one process makes one node.
  package struct Workplace {
    package let directory: String
    package let lock: FileLock
  }

  /// Takes up the work that another process left behind, or begins anew.
  package func workplace(for key: String, process: Int) throws(Failure) -> Workplace {
    let parent = path + "/partial/" + key
    try FileSystem.makeDirectory(parent)
    for name in FileSystem.names(in: parent) {
      let directory = parent + "/" + name
      if FileSystem.exists(directory + "/lock"), let lock = try FileLock(path: directory + "/lock")
      {
        return Workplace(directory: directory, lock: lock)
      }
    }
    var count = 0
    while !(try FileSystem.makeExclusiveDirectory(parent + "/\(process)-\(count)")) { count += 1 }
    let directory = parent + "/\(process)-\(count)"
    guard let lock = try FileLock(path: directory + "/lock") else {
      return try workplace(for: key, process: process)
    }
    return Workplace(directory: directory, lock: lock)
  }

  /// Makes a finished workplace the result of its key. Where another process was faster, its identical bytes stay.
  package func publish(_ workplace: Workplace, _ entry: Entry) throws(Failure) {
    let directory = workplace.directory
    try JSONFile.write(entry, to: directory + "/node.json")
    for file in entry.files.keys { FileSystem.sync(file: directory + "/" + file) }
    FileSystem.sync(directory: directory)
    FileSystem.remove(directory + "/lock")
    try FileSystem.makeDirectory(path + "/nodes")
    let target = self.directory(of: entry.key)
    if !FileSystem.exists(target) {
      do throws(Failure) {
        try FileSystem.rename(directory, to: target)
      } catch {
        guard FileSystem.exists(target + "/node.json") else { throw error }
      }
    }
    FileSystem.remove(directory)
    FileSystem.removeIfEmpty(path + "/partial/" + entry.key)
  }
}
