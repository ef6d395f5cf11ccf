/// The directory of one run, `results/<experiment>/<run>/`.
package struct RunDirectory: Sendable, Hashable {
  package let path: String

  package init(path: String) { self.path = path }

  /// `0007-brisk-otter`.
  package var name: String { path.split(separator: "/").last.map(String.init) ?? path }

  /// The number with which the run's name begins: 7 of `0007-brisk-otter`.
  package var number: Int? { name.split(separator: "-", maxSplits: 1).first.flatMap { Int($0) } }

  /// What follows the number: `brisk-otter`.
  package var nickname: String {
    name.split(separator: "-", maxSplits: 1).dropFirst().first.map(String.init) ?? ""
  }

  /// `walk-jump`.
  package var experiment: String {
    path.split(separator: "/").dropLast().last.map(String.init) ?? ""
  }

  /// `walk-jump/0007-brisk-otter`.
  package var displayName: String {
    path.split(separator: "/").suffix(2).joined(separator: "/")
  }

  package func path(_ file: String) -> String { path + "/" + file }

  /// The results that the run belongs to; nil where it was moved away alone.
  package var results: ResultsDirectory? {
    let parts = path.split(separator: "/", omittingEmptySubsequences: false)
    guard lockPath != nil else { return nil }
    let parent = parts.dropLast(2).joined(separator: "/")
    return ResultsDirectory(path: parts.count == 2 ? "." : parent.isEmpty ? "/" : parent)
  }

  /// The lock of the run's process, beside the reserved number.
  package var lockPath: String? {
    let parts = path.split(separator: "/", omittingEmptySubsequences: false)
    guard let number = name.split(separator: "-").first, parts.count >= 2 else { return nil }
    let directory = parts.dropLast().joined(separator: "/") + "/.ids/" + number
    return FileSystem.isDirectory(directory) ? directory + "/lock" : nil
  }

  /// Whether a process on this machine works on the run now.
  package var isRunning: Bool { lockPath.map(FileLock.isHeld) ?? false }

  package func record() throws(Failure) -> RunRecord {
    try JSONFile.read(RunRecord.self, from: path("run.json"))
  }

  /// What the run executes, as it was when the run began.
  package func plan() throws(Failure) -> Plan {
    try JSONFile.read(Plan.self, from: path("plan.json"))
  }

  package func write(_ record: RunRecord) throws(Failure) {
    try JSONFile.write(record, to: path("run.json"))
  }

  /// The status as it is now: a run whose process is gone is interrupted, whatever it last wrote; and only with its
  /// manifest it is done.
  package func status(_ record: RunRecord) -> RunStatus {
    status(written: record.status) { isRunning || isAlive(on: record.host) }
  }

  /// Whether a process that no lock of this machine tells of seems to work on the run: one of another machine, or one on a
  /// disk without locks. It renews the lock's file, which all points of a sweep share, every ten seconds.
  ///
  /// - Parameter host: the machine that the record names.
  func isAlive(on host: String) -> Bool {
    guard let lockPath, let change = FileSystem.modificationTime(lockPath),
      host != Provenance.host || FileLock.isMissing(onDiskOf: lockPath)
    else { return false }
    return FileSystem.now - change < 60_000_000_000
  }

  /// The status as it is when it is known whether a process works on the run.
  package func status(_ record: RunRecord, isRunning: Bool) -> RunStatus {
    status(written: record.status) { isRunning }
  }

  /// - Parameter isRunning: asked only where it matters.
  func status(written: RunStatus, isRunning: () -> Bool) -> RunStatus {
    switch written {
    case .running: isRunning() ? .running : .interrupted
    // A point whose turn has not come.
    case .pending: isRunning() ? .pending : .interrupted
    case .done:
      FileSystem.exists(path("manifest.json"))
        ? .done : isRunning() ? .running : .interrupted
    case .failed, .interrupted, .skipped: written
    }
  }

  // MARK: - Files of nodes

  /// Where a node's file lies in a run: `samples.npy` of `walk` is `samples/walk.npy`.
  package static func place(of file: String, node: String) -> String {
    switch file {
    case "samples.npy": return "samples/\(node).npy"
    case "metrics.jsonl": return "metrics/\(node).jsonl"
    case "log.txt": return "logs/\(node).txt"
    default:
      guard let slash = file.firstIndex(of: "/") else { return "\(node)/\(file)" }
      return "\(file[..<slash])/\(node)/\(file[file.index(after: slash)...])"
    }
  }

  package func path(of file: String, node: String) -> String {
    path(Self.place(of: file, node: node))
  }

  /// The file of a state: a model's initial parameters, a snapshot, or a final state.
  package static func stateFile(step: Int) -> String {
    let digits = String(step)
    return "checkpoints/step-" + String(repeating: "0", count: max(0, 8 - digits.count)) + digits
      + ".json"
  }

  /// The step of a state, by the name of its file without its directory; nil where it is no state.
  package static func step(ofState name: String) -> Int? {
    guard name.hasPrefix("step-"), name.hasSuffix(".json") else { return nil }
    return Int(name.dropFirst("step-".count).dropLast(".json".count))
  }
}
