import Foundation
import Testing

/// What shells complete.
@Suite struct CompletionTests {
  private func workspace() throws -> Workspace {
    let workspace = try Workspace()
    try workspace.write(Specs.tiny(name: "walk-jump"), to: "experiments/walk-jump.yaml")
    #expect(try workspace.run("run", "walk-jump").code == 0)
    return workspace
  }

  /// What the scripts of the shells ask this program.
  private func completions(
    _ workspace: Workspace, _ command: String, _ argument: String, _ words: String...
  ) throws -> [String] {
    let line = ["scorewalk", command] + words
    let result = try workspace.run(
      ["---completion", command, "--", "positional@\(argument)"] + [
        String(line.count - 1), String(line.last?.count ?? 0),
      ] + line, environment: ["SAP_SHELL": "bash", "SAP_SHELL_VERSION": "5.2"])
    #expect(result.code == 0, "\(result.text)")
    return result.output.split(separator: "\n").map(String.init)
  }

  @Test func runsAndKeys() throws {
    let workspace = try workspace()
    let run = try workspace.directory("walk-jump").dropFirst("results/".count)
    let words = run.split(separator: "-").suffix(2).joined(separator: "-")
    let runs = try completions(workspace, "show", "0", "")
    #expect(Set(runs) == ["@latest", "walk-jump", String(run), words])
    #expect(try completions(workspace, "verify", "0", "walk-jump/").contains(String(run)))
    #expect(try completions(workspace, "ls", "0", "status:f") == ["status:failed"])
    #expect(
      try completions(workspace, "ls", "0", "sampling.chains.st") == [
        "sampling.chains.step_size=", "sampling.chains.steps=",
      ])
    #expect(try completions(workspace, "run", "0", "wa") == ["walk-jump"])
    #expect(
      try completions(workspace, "run", "1", "walk-jump", "sampling.chains.step_") == [
        "sampling.chains.step_size="
      ])
    #expect(
      try completions(workspace, "rerun", "1", "walk-jump/1", "sampling.chains.co") == [
        "sampling.chains.convention="
      ], "defaults too")
    #expect(try completions(workspace, "why", "1", "walk-jump", "") == ["chains", "law"])
  }

  @Test(arguments: ["bash", "zsh", "fish"])
  func theScripts(shell: String) throws {
    let workspace = try Workspace()
    let result = try workspace.run("completions", shell)
    #expect(result.code == 0)
    for command in ["rerun", "why", "completions"] { #expect(result.output.contains(command)) }
    #expect(result.output.contains("---completion"), "runs are asked for")
    try workspace.write(result.output, to: "script")
    guard
      let path = ["/bin/", "/usr/bin/"].map({ $0 + shell }).first(where: { access($0, X_OK) == 0 })
    else { return }
    let checked = try RunningProcess(["-n", "script"], executable: path, in: workspace.path).wait()
    #expect(checked.code == 0, "\(checked.text)")
  }

  /// What bash cuts at `=`, `:` and `@` is one word for the program, and bash replaces the last piece of it alone.
  @Test(arguments: [
    ("show walk-jump @ -", "show walk-jump@-", ["@-1"]),
    ("show walk-jump @l", "show walk-jump@l", ["@latest"]),
    ("ls status : f", "ls status:f", ["failed"]),
    (
      "ls status :", "ls status:",
      ["done", "failed", "interrupted", "pending", "running", "skipped"]
    ),
    ("run walk-jump sampling.chains.steps =", "run walk-jump sampling.chains.steps=", [""]),
    (
      "run walk-jump seed = 3 sampling.chains.step_", "run walk-jump seed=3 sampling.chains.step_",
      ["sampling.chains.step_size="]
    ),
    ("ls --color al", "ls --color al", ["always"]), ("ls --color = ne", "ls --color=ne", ["never"]),
    ("ls --results exp", "ls --results exp", ["experiments"]),
    ("ls -C exp", "ls -C exp", ["experiments"]),
    ("export walk-jump --to n", "export walk-jump --to n", ["npz"]),
    (
      "run walk-jump -m sampling.chains.k", "run walk-jump -m sampling.chains.k",
      ["sampling.chains.keep."]
    ),
  ])
  func bashJoinsWhatItCuts(words: String, line: String, expected: [String]) throws {
    let (replies, text) = try replies(try workspace(), words: words, line: line)
    if expected.first?.hasSuffix(".") == true {
      #expect(replies.contains { $0.hasPrefix(expected[0]) }, "\(text)")
    } else {
      #expect(Set(replies) == Set(expected), "\(text)")
    }
  }

  @Test func bashListsRuns() throws {
    let (replies, text) = try replies(try workspace(), words: "show walk", line: "show walk")
    #expect(replies.contains("walk-jump"), "\(text)")
    #expect(replies.contains { $0.hasPrefix("walk-jump/0001-") }, "\(text)")
  }

  /// The whole way in a shell: the script is read, and asked to complete a line, cut into words as bash cuts it.
  private func replies(
    _ workspace: Workspace, words: String, line: String
  ) throws -> (replies: [String], text: String) {
    let script = try workspace.run("completions", "bash").output
    try workspace.write(script, to: "script")
    let executable = URL(fileURLWithPath: try Executable.path()).deletingLastPathComponent().path
    let result = try RunningProcess(
      [
        "-c",
        """
        PATH="\(executable):$PATH"; source ./script
        COMP_WORDS=(scorewalk \(words)); COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
        COMP_LINE="scorewalk \(line)"; COMP_POINT=${#COMP_LINE}
        _scorewalk_joined scorewalk "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
        printf '<%s>\\n' "${COMPREPLY[@]}"
        """,
      ], executable: "/bin/bash", in: workspace.path
    ).wait()
    let replies = result.output.split(separator: "\n").map {
      $0.dropFirst().dropLast().trimmingCharacters(in: .whitespaces)
    }
    return (replies, result.text)
  }
}
