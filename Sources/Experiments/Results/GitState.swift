import Synchronization

/// What git knows of a directory: the commit that is checked out, and what was changed since.
package struct GitState: Codable, Sendable, Equatable {
  /// 40 hexadecimal digits; nil before the first commit.
  package var commit: String?
  /// Nil where no branch is checked out.
  package var branch: String?
  /// How many files differ from the commit, those that git does not track included.
  package var changed: Int
  /// The name of the file that holds the changes of tracked files, in the run's directory; nil where there are none.
  package var patch: String?
  /// Why there is no patch though files differ, or may differ.
  package var omitted: String?

  package var isDirty: Bool { changed > 0 }

  /// The patch is no longer than this, so that a forgotten data file does not fill every run's directory.
  static let longestPatch = 16 << 20

  /// How long git may take for everything together: beside a file system that hangs, runs go on.
  static let seconds = 5.0
  /// Why something is not known that git was asked.
  private static let late = "git did not answer within \(Int(seconds)) s"

  /// What git says, with the text of the patch.
  package struct Answer: Sendable {
    package let state: GitState
    package let patch: [UInt8]
  }

  /// What was asked before: the points of a sweep begin with one state of the tree.
  private static let answers = Mutex<[String: Answer?]>([:])

  /// Asks git about a directory, once a process.
  ///
  /// - Returns: nil where there is no git, or no repository: that is no mistake.
  package static func of(_ directory: String) -> Answer? {
    answers.withLock { answers in
      if let known = answers[directory] { return known }
      let answer = ask(directory)
      answers[directory] = .some(answer)
      return answer
    }
  }

  private static func ask(_ directory: String) -> Answer? {
    func git(_ words: String...) -> [String] {
      ["git", "-C", directory, "--no-optional-locks", "-c", "core.fsmonitor=false"] + words
    }
    // No question, no pager, no language but English.
    let quiet: [String: String?] = [
      "GIT_TERMINAL_PROMPT": "0", "GIT_PAGER": "cat", "GIT_OPTIONAL_LOCKS": "0", "LC_ALL": "C",
      // A hook of git runs with these, and they name its own repository.
      "GIT_DIR": nil, "GIT_WORK_TREE": nil, "GIT_INDEX_FILE": nil, "GIT_OBJECT_DIRECTORY": nil,
      "GIT_COMMON_DIR": nil, "GIT_PREFIX": nil,
    ]
    let program = TimedProgram(environment: quiet, seconds: seconds)
    let inside = program.run(git("rev-parse", "--is-inside-work-tree"))
    if case .late = inside {
      return Answer(state: GitState(changed: 0, omitted: late), patch: [])
    }
    guard inside.line == "true" else { return nil }
    let commit = program.run(git("rev-parse", "--verify", "HEAD")).line
    let branch = program.run(git("symbolic-ref", "--short", "-q", "HEAD")).line
    var state = GitState(commit: commit, branch: branch, changed: 0)
    switch program.run(git("status", "--porcelain", "-z")) {
    case .output(let bytes, _): state.changed = entries(of: bytes)
    case .failed, .nothing: break
    case .late, .stopped: state.omitted = late
    }
    guard state.isDirty else { return Answer(state: state, patch: []) }
    guard commit != nil else {
      state.omitted = "there is no commit to compare with"
      return Answer(state: state, patch: [])
    }
    let difference = program.run(
      git(
        "diff", "--binary", "--no-ext-diff", "--no-textconv", "--no-color", "--no-relative",
        "--src-prefix=a/", "--dst-prefix=b/", "HEAD", "--"),
      atMost: longestPatch)
    switch difference {
    case .output(let bytes, isWhole: true):
      if !bytes.isEmpty { state.patch = "git.patch" }
      return Answer(state: state, patch: bytes)
    case .output, .failed, .nothing:
      state.omitted = "it is longer than \(longestPatch >> 20) MiB, or git could not make it"
    case .late, .stopped: state.omitted = late
    }
    return Answer(state: state, patch: [])
  }

  /// How many files `git status --porcelain -z` lists: a renamed one has its old name as an entry of its own behind it.
  private static func entries(of listing: [UInt8]) -> Int {
    var count = 0
    var isOldName = false
    for entry in listing.split(separator: 0) {
      if isOldName {
        isOldName = false
        continue
      }
      count += 1
      isOldName = entry.prefix(2).contains { $0 == UInt8(ascii: "R") || $0 == UInt8(ascii: "C") }
    }
    return count
  }
}
