/// Who computes a key: `claims/<key>` is locked by the process that does, so that on one host nothing is computed twice.
///
/// Nothing is wrong where the lock does not hold, as on some shared file systems: then work is done twice, and who
/// publishes second discards identical bytes.
extension Store {
  /// The right to compute a key; it ends with the process, however it ends.
  package struct Claim {
    fileprivate let path: String
    fileprivate let lock: FileLock
  }

  /// What came of asking for the right to compute a key.
  package enum ClaimOutcome {
    case granted(Claim)
    /// Another process has published the key meanwhile.
    case published
    /// Another process computes it, and it was not waited for.
    case taken(by: String)
  }

  /// Asks for the right to compute a key, and waits where another process has it.
  ///
  /// - Parameters:
  ///   - wait: called before each pause of a moment, with what is known of the other process; false ends the waiting.
  package func claim(
    _ key: String, waiting wait: (String) -> Bool
  ) throws(Failure) -> ClaimOutcome {
    let parent = path + "/claims"
    let file = parent + "/" + key
    while true {
      try FileSystem.makeDirectory(parent)
      if let lock = try FileLock(path: file) {
        // It may have been published between the look into the store and now.
        let claim = Claim(path: file, lock: lock)
        if has(key) {
          release(claim)
          return .published
        }
        lock.write("process \(FileLock.process) on \(Provenance.host)\n")
        return .granted(claim)
      }
      if has(key) { return .published }
      let holder = (try? FileSystem.read(file, atMost: 200)) ?? []
      let name = String(decoding: holder.prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
      guard wait(name.isEmpty ? "another process" : name) else {
        return .taken(by: name.isEmpty ? "another process" : name)
      }
      FileLock.pause()
    }
  }

  /// Gives the right back. The file goes while it is locked, so that nobody takes it for the lock of another.
  package func release(_ claim: Claim) {
    withExtendedLifetime(claim.lock) { FileSystem.remove(claim.path) }
  }
}
