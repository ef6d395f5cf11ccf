/// Words as a shell reads them, for commands that a message proposes.
package enum ShellText {
  /// A word, in quotes where the shell would otherwise make something else of it.
  package static func quoted(_ word: String) -> String {
    let isPlain =
      !word.isEmpty
      && word.allSatisfy { $0.isLetter || $0.isNumber || "/.-_+=@".contains($0) }
    if isPlain { return word }
    let parts = word.split(separator: "'", omittingEmptySubsequences: false)
    return "'" + parts.joined(separator: "'\\''") + "'"
  }

  /// A command of several words.
  package static func line(_ words: [String]) -> String {
    words.map(quoted).joined(separator: " ")
  }
}
