/// The checkpoints from which one node can be resumed: `checkpoint-<step>.json` in its working directory.
///
/// Each file is one line of JSON, `{"sha256": …, "state": {…}}`; the digest is over the text of the state. The last two
/// are kept, so that one that was damaged has another before it.
package struct CheckpointSeries {
  package let directory: String

  package init(directory: String) { self.directory = directory }

  static let prefix = "checkpoint-"
  private static let head = "{\"sha256\":\""
  private static let middle = "\",\"state\":"

  /// Writes a checkpoint, whole and on disk, and removes all but the one before it.
  package func write(_ state: StateFile) throws(Failure) {
    var payload = try state.encoded()
    payload.removeLast()
    let text =
      Array((Self.head + Digest.hex(payload) + Self.middle).utf8) + payload + Array("}\n".utf8)
    let digits = String(state.step)
    let zeros = String(repeating: "0", count: max(0, 12 - digits.count))
    try FileSystem.write(text, to: directory + "/" + Self.prefix + zeros + digits + ".json")
    for old in names.dropLast(2) { FileSystem.remove(directory + "/" + old) }
  }

  /// The newest checkpoint that is whole. Damaged ones are set aside and told.
  package func newest(tell: (String) -> Void) -> StateFile? {
    let names = names
    for (index, name) in names.enumerated().reversed() {
      let path = directory + "/" + name
      do throws(Failure) {
        let state = try Self.read(path)
        try requireFiles(of: state, path: path)
        return state
      } catch {
        let next = index > 0 ? "the one before it is used" : "the work begins anew"
        tell("\(error.what): \(error.reason); it is set aside, and \(next)")
        do throws(Failure) {
          try FileSystem.rename(path, to: path + ".damaged")
        } catch {
          FileSystem.remove(path)
        }
      }
    }
    return nil
  }

  /// A checkpoint is worth what lies beside it: what it cuts back must be as long and begin as it did, what was finished
  /// must be as it was.
  fileprivate func requireFiles(of state: StateFile, path: String) throws(Failure) {
    func useless(_ reason: String) -> Failure {
      Failure(.inputOutput, "the checkpoint '\(path)' cannot be used", path: path, reason: reason)
    }
    for (file, length) in (state.lengths ?? [:]).sorted(by: { $0.key < $1.key }) {
      let size = FileSystem.size(directory + "/" + file) ?? 0
      if size < length { throw useless("\(file) has \(size) bytes of \(length)") }
      if length > 0,
        try Digest.hex(file: directory + "/" + file, atMost: length) != state.prefixes?[file]
      {
        throw useless(
          state.prefixes == nil
            ? "an earlier version wrote it, without the digest of \(file)" : "\(file) has changed")
      }
    }
    for (file, digest) in (state.files ?? [:]).sorted(by: { $0.key < $1.key }) {
      guard FileSystem.exists(directory + "/" + file) else { throw useless("\(file) is missing") }
      if try Digest.hex(file: directory + "/" + file) != digest {
        throw useless("\(file) has changed")
      }
    }
  }

  /// One of the series.
  struct Checkpoint: Sendable {
    fileprivate let directory: String
    fileprivate let name: String
    /// By its name alone.
    let step: Int

    /// Copies the checkpoint with the files that it needs into an empty directory.
    ///
    /// - Returns: whether the copy is whole; where it is not, it is said why, and nothing of it is left.
    func copy(to target: String, tell: (String) -> Void) -> Bool {
      var copied: [String] = []
      do throws(Failure) {
        let state = try CheckpointSeries.read(directory + "/" + name)
        var limits = (state.files ?? [:]).mapValues { _ in Int.max }
        limits.merge(state.lengths ?? [:]) { $1 }
        for (file, limit) in limits.sorted(by: { $0.key < $1.key }) where limit > 0 {
          if let slash = file.lastIndex(of: "/") {
            try FileSystem.makeDirectory(target + "/" + file[..<slash])
          }
          copied.append(file)
          try FileSystem.copy(directory + "/" + file, to: target + "/" + file, atMost: limit)
        }
        let copy = CheckpointSeries(directory: target)
        try copy.requireFiles(of: state, path: directory + "/" + name)
        copied.append(name)
        try FileSystem.copy(directory + "/" + name, to: target + "/" + name)
        return true
      } catch {
        for file in copied { FileSystem.remove(target + "/" + file) }
        tell("\(error.what): \(error.reason); it is not gone on from")
        return false
      }
    }
  }

  /// What there is, by the names alone, oldest first.
  var checkpoints: [Checkpoint] {
    names.compactMap { name in
      Self.step(name).map { Checkpoint(directory: directory, name: name, step: $0) }
    }
  }

  private static func step(_ name: String) -> Int? {
    Int(name.dropFirst(prefix.count).dropLast(".json".count))
  }

  /// The step of the newest checkpoint, by its name alone.
  package var newestStep: Int? {
    names.last.flatMap(Self.step)
  }

  /// Oldest first.
  private var names: [String] {
    FileSystem.names(in: directory).filter { $0.hasPrefix(Self.prefix) && $0.hasSuffix(".json") }
  }

  fileprivate static func read(_ path: String) throws(Failure) -> StateFile {
    let bytes = try FileSystem.read(path)
    let front = head.utf8.count + 64 + middle.utf8.count
    func damaged(_ reason: String) -> Failure {
      Failure(
        .inputOutput, "the checkpoint '\(path)' is damaged", path: path, reason: reason)
    }
    guard bytes.count > front + 2, bytes.starts(with: head.utf8),
      bytes.suffix(2) == Array("}\n".utf8)[...]
    else { throw damaged("it is cut short") }
    let digest = String(decoding: bytes[head.utf8.count..<(head.utf8.count + 64)], as: UTF8.self)
    let payload = Array(bytes[front..<(bytes.count - 2)])
    guard Digest.hex(payload) == digest else {
      throw damaged("its digest does not fit its content")
    }
    return try StateFile.decoded(payload, path: path)
  }
}
