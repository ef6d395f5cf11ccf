/// What nodes produced, by key.
///
/// `nodes/<key>/` holds a finished node: `node.json` and the files it names. It appears by a rename and never changes.
/// `partial/<key>/<workplace>/` is where a process makes a node.
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
    /// The digest of all of the above as it is encoded: other runs take these numbers over.
    package var sha256: String?

    package init(key: String, seconds: Double, files: [String: String], summary: [RunRecord.Metric])
    {
      self.key = key
      self.seconds = seconds
      self.files = files
      self.summary = summary
    }

    fileprivate func sealed() throws(Failure) -> Entry {
      var entry = self
      entry.sha256 = nil
      entry.sha256 = Digest.hex(try JSONFile.encode(entry))
      return entry
    }
  }

  package func directory(of key: String) -> String { path + "/nodes/" + key }

  /// A finished node, its files rehashed. One that is damaged is set aside and told.
  package func entry(_ key: String, tell: (String) -> Void) throws(Failure) -> Entry? {
    let directory = directory(of: key)
    guard FileSystem.exists(directory) else { return nil }
    guard try !setAside(key, tell: tell) else { return nil }
    clearWork(on: key)
    return try JSONFile.read(Entry.self, from: directory + "/node.json")
  }

  /// Sets the stored result of a key aside where it is damaged, and tells so.
  ///
  /// - Returns: whether it is gone now.
  private func setAside(_ key: String, tell: (String) -> Void) throws(Failure) -> Bool {
    let directory = directory(of: key)
    if let problem = problem(of: directory, key: key) {
      let aside = path + "/damaged/" + key
      try FileSystem.makeDirectory(path + "/damaged")
      FileSystem.remove(aside)
      do throws(Failure) {
        try FileSystem.rename(directory, to: aside)
      } catch {
        // Another process has set it aside.
        guard FileSystem.exists(directory) else { return true }
        throw error
      }
      tell(
        "the stored result \(key.prefix(12)) is damaged (\(problem)); it was set aside in \(aside)")
      return true
    }
    return false
  }

  private func problem(of directory: String, key: String) -> String? {
    do throws(Failure) {
      let entry = try JSONFile.read(Entry.self, from: directory + "/node.json")
      if entry.key != key { return "its key is \(entry.key.prefix(12))" }
      if entry.sha256 != nil, try entry.sealed().sha256 != entry.sha256 {
        return "node.json has changed"
      }
      for (file, digest) in entry.files.sorted(by: { $0.key < $1.key }) {
        if try Digest.hex(file: directory + "/" + file) != digest { return "\(file) has changed" }
      }
      return nil
    } catch {
      return error.what
    }
  }

  // MARK: - Publishing

  /// Makes a finished workplace the result of its key. Where another process was faster, its identical bytes stay, unless
  /// they have been damaged since.
  package func publish(
    _ workplace: Workplace, _ entry: Entry, tell: (String) -> Void
  ) throws(Failure) {
    let directory = workplace.directory
    for file in entry.files.keys.sorted() {
      // Runs share these files: an edit in place would reach all of them.
      FileSystem.makeReadOnly(directory + "/" + file)
      try FileSystem.sync(file: directory + "/" + file)
    }
    for inner in FileSystem.names(in: directory)
    where FileSystem.isDirectory(directory + "/" + inner) {
      FileSystem.sync(directory: directory + "/" + inner)
    }
    try JSONFile.write(entry.sealed(), to: directory + "/node.json")
    // From here on the work is done: what only resuming needs can go.
    for name in FileSystem.names(in: directory) where Self.isOnlyForResuming(name) {
      FileSystem.remove(directory + "/" + name)
    }
    try FileSystem.makeDirectory(path + "/nodes")
    let target = self.directory(of: entry.key)
    if FileSystem.exists(target) { _ = try setAside(entry.key, tell: tell) }
    if !FileSystem.exists(target) {
      do throws(Failure) {
        try FileSystem.rename(directory, to: target)
      } catch {
        guard FileSystem.exists(target + "/node.json") else { throw error }
      }
    }
    remove(workplace)
    FileSystem.remove(target + "/lock")
    clearWork(on: entry.key)
  }

  /// Whether a file at the top of a workplace is no result of the node.
  package static func isOnlyForResuming(_ name: String) -> Bool {
    name.hasPrefix("work-") || name.hasPrefix(CheckpointSeries.prefix)
  }

  /// The entry of a workplace whose process was killed after its work was done and before it was published; nil
  /// where there is still something to do.
  package func finished(_ workplace: Workplace, key: String) throws(Failure) -> Entry? {
    let directory = workplace.directory
    guard FileSystem.exists(directory + "/node.json") else { return nil }
    if problem(of: directory, key: key) == nil {
      return try JSONFile.read(Entry.self, from: directory + "/node.json")
    }
    FileSystem.remove(directory + "/node.json")
    return nil
  }
}
