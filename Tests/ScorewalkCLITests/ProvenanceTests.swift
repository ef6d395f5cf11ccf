import Foundation
import Glibc
import Testing

/// With what and why a run was made.
@Suite struct ProvenanceTests {
  private func shell(_ script: String, in workspace: Workspace) throws {
    let result = try RunningProcess(
      ["-ec", script], executable: "/bin/sh", in: workspace.path
    ).wait()
    #expect(result.code == 0, "\(result.text)")
  }

  private static let hasGit =
    (try? RunningProcess(["--version"], executable: "/usr/bin/git", in: "/tmp").wait().code) == 0

  private func keys(_ workspace: Workspace, _ run: String) throws -> [String?] {
    let nodes = try workspace.object(run + "/plan.json")["nodes"] as? [[String: Any]]
    return nodes?.map { $0["key"] as? String } ?? []
  }

  @Test(.enabled(if: hasGit, "there is no git"))
  func commitAndPatch() throws {
    let workspace = try Workspace()
    try workspace.write(Specs.tiny(name: "tiny"), to: "specs/tiny.yaml")
    try workspace.write("results\n.streams*\n", to: ".gitignore")
    try shell(
      """
      git init -q -b trunk . && git add -A
      git -c user.name=n -c user.email=e commit -qm first
      git rev-parse HEAD >.git/commit
      """, in: workspace)
    let commit = String(decoding: try workspace.read(".git/commit"), as: UTF8.self)
    #expect(try workspace.run("run", "specs/tiny.yaml").code == 0)
    let clean = try workspace.directory("tiny")
    var git = try #require(
      try workspace.object(clean + "/provenance.json")["git"] as? [String: Any])
    #expect(git["commit"] as? String == String(commit.dropLast()))
    #expect(git["branch"] as? String == "trunk")
    #expect(git["changed"] as? Int == 0 && git["patch"] == nil)
    #expect(!workspace.exists(clean + "/git.patch"))

    let old = Specs.tiny(name: "tiny")
    try workspace.write(old + "description: changed\n", to: "specs/tiny.yaml")
    try workspace.write("notes\n", to: "notes.txt")
    #expect(try workspace.run("run", "specs/tiny.yaml").code == 0)
    let dirty = try workspace.directory("tiny", 2)
    git = try #require(try workspace.object(dirty + "/provenance.json")["git"] as? [String: Any])
    #expect(git["changed"] as? Int == 2 && git["patch"] as? String == "git.patch")
    let patch = String(decoding: try workspace.read(dirty + "/git.patch"), as: UTF8.self)
    #expect(patch.contains("+description: changed\n"))
    let shown = try workspace.run("show", "tiny").output
    #expect(
      shown.contains(commit.prefix(12) + " (trunk), 2 files changed: git.patch\n"), "\(shown)")
    #expect(try keys(workspace, clean) == keys(workspace, dirty), "nothing of it is in a key")
    // The patch belongs to the run and not to its results.
    try workspace.write("another", to: dirty + "/git.patch")
    #expect(try workspace.run("verify", "tiny").code == 0)
    // Also where the ends of children are ignored, as by some who start programs.
    let ignoring = try RunningProcess(
      ["--ignore-signal=CHLD", Executable.path(), "run", "specs/tiny.yaml"],
      executable: "/usr/bin/env", in: workspace.path
    ).wait()
    #expect(ignoring.code == 0, "\(ignoring.text)")
    let third = try workspace.object(workspace.directory("tiny", 3) + "/provenance.json")
    #expect((third["git"] as? [String: Any])?["commit"] as? String == git["commit"] as? String)
    // Laid over the commit, the patch gives the tree of the run.
    try workspace.write(patch, to: ".git/kept.patch")
    try shell("git checkout -q . && git apply .git/kept.patch", in: workspace)
    let text = String(decoding: try workspace.read("specs/tiny.yaml"), as: UTF8.self)
    #expect(text == old + "description: changed\n")
  }

  @Test func reasonTagsAndVariables() throws {
    let workspace = try Workspace()
    try workspace.write(Specs.tiny(name: "tiny") + "tags: [small, quick]\n", to: "tiny.yaml")
    let result = try workspace.run(
      [
        "run", "tiny.yaml", "--reason", "to see it's \"so\"", "--tag", "first", "--tag", "small",
      ],
      environment: [
        "SCOREWALK_THREADS": "1", "SCOREWALK_KERNELS": "plain", "SCOREWALK_NOTE": "a=b",
        "SCOREWALK_api_Token": "hunter2", "SCOREWALK_PASSWORD": "hunter2",
        "SCOREWALK_MY_SECRET_X": "hunter2", "SCOREWALK_KEY": "hunter2",
        "SCOREWALK_CREDENTIALS": "hunter2",
      ])
    #expect(result.code == 0, "\(result.text)")
    let run = try workspace.directory("tiny")
    let record = try workspace.object(run + "/run.json")
    #expect(record["reason"] as? String == "to see it's \"so\"")
    #expect(record["tags"] as? [String] == ["small", "quick", "first"])
    let provenance = try workspace.object(run + "/provenance.json")
    #expect(provenance["kernels"] as? String == "plain")
    #expect(provenance["threads"] as? Int == 1)
    #expect(
      provenance["environment"] as? [String: String] == [
        "SCOREWALK_THREADS": "1", "SCOREWALK_KERNELS": "plain", "SCOREWALK_NOTE": "a=b",
        "SCOREWALK_api_Token": "(hidden)", "SCOREWALK_PASSWORD": "(hidden)",
        "SCOREWALK_MY_SECRET_X": "(hidden)", "SCOREWALK_KEY": "(hidden)",
        "SCOREWALK_CREDENTIALS": "(hidden)",
      ])
    for file in workspace.files(run) {
      let text = String(decoding: try workspace.read(run + "/" + file), as: UTF8.self)
      #expect(!text.contains("hunter2"), "\(file)")
    }
    #expect((provenance["binary"] as? String)?.count == 64)
    #expect((provenance["command"] as? [String])?.dropFirst().first == "run")
    for name in ["tool", "system", "host", "directory"] {
      #expect((provenance[name] as? String)?.isEmpty == false, "\(name)")
    }
    // No repository is no mistake.
    #expect(provenance["git"] == nil)
    let shown = try workspace.run("show", "tiny").output
    for text in [
      "reason     to see it's \"so\"\n", "tags       small quick first\n",
      "kernels plain; 1 threads",
      "SCOREWALK_NOTE=a=b",
    ] {
      #expect(shown.contains(text), "\(text) in \(shown)")
    }
    let json = try workspace.json("show", "tiny", "--json")
    #expect(json["tags"] as? [String] == ["small", "quick", "first"])
    #expect((json["provenance"] as? [String: Any])?["kernels"] as? String == "plain")
    // Another reason on other threads: the same keys.
    #expect(try workspace.run("run", "tiny.yaml", "--reason", "again").code == 0)
    #expect(try keys(workspace, run) == keys(workspace, workspace.directory("tiny", 2)))
    #expect(try workspace.run("run", "tiny.yaml", "--tag", "two words").code == 64)
  }

  /// A git that hangs, as on a file system that does, is ended with what it began, and the run goes on.
  @Test func aGitThatDoesNotAnswer() throws {
    let workspace = try Workspace()
    try workspace.write(Specs.tiny(name: "tiny"), to: "tiny.yaml")
    try workspace.write(
      "#!/bin/sh\necho $$ $GIT_TERMINAL_PROMPT $GIT_OPTIONAL_LOCKS > \(workspace.path)/asked\nsleep 61\n",
      to: "bin/git")
    chmod(workspace.path + "/bin/git", 0o755)
    let began = Date.now
    let result = try workspace.run(
      ["run", "tiny.yaml"], environment: ["PATH": workspace.path + "/bin:/usr/bin:/bin"])
    #expect(result.code == 0, "\(result.text)")
    #expect(Date.now.timeIntervalSince(began) < 20)
    let run = try workspace.directory("tiny")
    let git = try workspace.object(run + "/provenance.json")["git"] as? [String: Any]
    #expect(git?["omitted"] as? String == "git did not answer within 5 s", "\(git ?? [:])")
    let shown = try workspace.run("show", "tiny").output
    #expect(shown.contains(/git +git did not answer within 5 s\n/), "\(shown)")
    let asked = String(decoding: try workspace.read("asked"), as: UTF8.self).split(separator: " ")
    #expect(asked.dropFirst() == ["0", "0\n"])
    let process = try #require(asked.first.flatMap { pid_t($0) })
    #expect(try living(inGroup: process).isEmpty, "nothing of it is left")
  }

  /// The processes of a group that have not ended; those that nobody has waited for yet have.
  private func living(inGroup group: pid_t) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: "/proc").filter { name in
      guard pid_t(name) != nil,
        let text = try? String(contentsOfFile: "/proc/\(name)/stat", encoding: .utf8),
        let end = text.lastIndex(of: ")")
      else { return false }
      // After the name: the state, the parent, the group.
      let fields = text[text.index(after: end)...].split(separator: " ")
      return fields.count > 2 && pid_t(fields[2]) == group && fields[0] != "Z"
    }
  }

  @Test func withoutGit() throws {
    let workspace = try Workspace()
    try workspace.write(Specs.tiny(name: "tiny"), to: "tiny.yaml")
    #expect(try workspace.run(["run", "tiny.yaml"], environment: ["PATH": "/nowhere"]).code == 0)
    let run = try workspace.directory("tiny")
    #expect(try workspace.object(run + "/provenance.json")["git"] == nil)
  }
}
