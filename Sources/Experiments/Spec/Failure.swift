/// Something outside the program went wrong: a file, the disk, a damaged checkpoint, a run that does not exist.
package struct Failure: Error, Sendable, CustomStringConvertible {
  /// What kind of failure it is; decides the exit code.
  package enum Code: Sendable {
    /// A node failed, or runs differ (1).
    case failed
    /// The command line asks for what has no meaning (64).
    case usage
    /// Something to read is not there (66).
    case noInput
    /// A file cannot be written or read (74).
    case inputOutput
    /// Stopped after a checkpoint, or held by another process (75).
    case stopped
  }

  package let code: Code
  /// What failed, on what; a sentence without a full stop.
  package let what: String
  package let path: String?
  /// Why, as the system says it.
  package let reason: String
  /// What to do next.
  package let remedy: String?
  /// Whether it was told already, as a diagnostic with its place: only its exit code is left to give.
  package let isTold: Bool

  package init(
    _ code: Code, _ what: String, path: String? = nil, reason: String = "", remedy: String? = nil,
    isTold: Bool = false
  ) {
    self.isTold = isTold
    self.code = code
    self.what = what
    self.path = path
    self.reason = reason
    self.remedy = remedy
  }

  package var description: String {
    var text = what
    if !reason.isEmpty, !what.contains(reason) { text += ": " + reason }
    if let path, !what.contains(path) { text += " (\(path))" }
    if let remedy { text += "\n   help: " + remedy }
    return text
  }
}
