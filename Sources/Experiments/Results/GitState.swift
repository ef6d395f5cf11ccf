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
  /// Why there is no patch though files differ.
  package var omitted: String?

  package var isDirty: Bool { changed > 0 }

  /// The patch is no longer than this, so that a forgotten data file does not fill every run's directory.
  static let longestPatch = 16 << 20

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
      "GIT_TERMINAL_PROMPT": "0", "GIT_PAGER": "cat", "LC_ALL": "C",
      // A hook of git runs with these, and they name its own repository.
      "GIT_DIR": nil, "GIT_WORK_TREE": nil, "GIT_INDEX_FILE": nil, "GIT_OBJECT_DIRECTORY": nil,
      "GIT_COMMON_DIR": nil, "GIT_PREFIX": nil,
    ]
    guard Subprocess.line(git("rev-parse", "--is-inside-work-tree"), adding: quiet) == "true" else {
      return nil
    }
    let commit = Subprocess.line(git("rev-parse", "--verify", "HEAD"), adding: quiet)
    let branch = Subprocess.line(git("symbolic-ref", "--short", "-q", "HEAD"), adding: quiet)
    let listed = Subprocess.output(git("status", "--porcelain", "-z"), adding: quiet)
    var state = GitState(
      commit: commit, branch: branch, changed: entries(of: listed?.bytes ?? []))
    guard state.isDirty else { return Answer(state: state, patch: []) }
    guard commit != nil else {
      state.omitted = "there is no commit to compare with"
      return Answer(state: state, patch: [])
    }
    let difference = Subprocess.output(
      git(
        "diff", "--binary", "--no-ext-diff", "--no-textconv", "--no-color", "--no-relative",
        "--src-prefix=a/", "--dst-prefix=b/", "HEAD", "--"),
      adding: quiet, atMost: longestPatch)
    guard let difference, difference.isWhole else {
      state.omitted = "it is longer than \(longestPatch >> 20) MiB, or git could not make it"
      return Answer(state: state, patch: [])
    }
    if !difference.bytes.isEmpty { state.patch = "git.patch" }
    return Answer(state: state, patch: difference.bytes)
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
