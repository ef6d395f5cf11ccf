import Foundation
import Glibc
import Testing

/// What commands end with, and what they say when the world is not as they need it.
@Suite struct ExitCodeTests {
  @Test func aGoodSpecEndsWithZero() throws {
    let workspace = try Workspace()
    try workspace.write(Specs.small, to: "experiments/small.yaml")
    let result = try workspace.run("run", "small")
    #expect(result.code == 0, "\(result.text)")
    let run = try workspace.directory("small")
    #expect(result.output.hasSuffix("\(run): done\n"))
    #expect(result.errors.hasSuffix("all metrics: `scorewalk show \(run)`\n"))
    let expected = [
      "checkpoints", "logs", "manifest.json", "metrics", "metrics.jsonl", "plan.json",
      "provenance.json", "resolved.json", "run.json", "samples", "spec.yaml", "summary.json",
    ]
    #expect(Set(workspace.names(run)).isSuperset(of: expected))
    #expect(try workspace.read(run + "/spec.yaml") == Data(Specs.small.utf8))
    #expect(workspace.names("results/small").last == "latest")
    #expect(workspace.names("results/.store/partial").isEmpty)
  }

  @Test func aBadSpecEndsWith65AndNothingIsWritten() throws {
    let workspace = try Workspace()
    let text = Specs.small.replacingOccurrences(of: "steps: 60", with: "stepz: 60")
    try workspace.write(text, to: "bad.yaml")
    for command in ["run", "check", "plan"] {
      let result = try workspace.run(command, "bad.yaml")
      #expect(result.code == 65, "\(command): \(result.text)")
      #expect(result.output.isEmpty)
      let line = (text.split(separator: "\n").firstIndex { $0.contains("stepz") } ?? 0) + 1
      #expect(result.errors.contains("bad.yaml:\(line):"), "\(result.errors)")
      #expect(result.errors.contains("error: "))
      #expect(result.errors.contains("^"))
      #expect(result.errors.contains("steps"), "the nearest key is named")
      #expect(workspace.names("") == ["bad.yaml"])
    }
  }

  @Test func aWrongOverrideEndsWith65AndPointsIntoItsText() throws {
    let workspace = try Workspace()
    try workspace.write(Specs.small, to: "small.yaml")
    let override = "training.fit.optimizer.learning_rat=1e-3"
    let result = try workspace.run("run", "small.yaml", override)
    #expect(result.code == 65, "\(result.text)")
    let lines = result.errors.split(separator: "\n", omittingEmptySubsequences: false)
    let place = try #require(lines.firstIndex { $0.contains(override) && $0.contains("|") })
    let column = lines[place].range(of: "learning_rat")?.lowerBound.utf16Offset(in: lines[place])
    let caret = lines[place + 1].firstIndex(of: "^")?.utf16Offset(in: lines[place + 1])
    #expect(column != nil && column == caret, "\(result.errors)")
    #expect(result.errors.contains("learning_rate"))
    #expect(!workspace.exists("results"))
  }

  @Test func aSpecThatIsNotThereEndsWith66() throws {
    let workspace = try Workspace()
    let nothing = try workspace.run("run", "walk")
    #expect(nothing.code == 66)
    #expect(nothing.errors.contains("'walk'"))
    #expect(nothing.errors.contains("scorewalk init"))
    try workspace.write(Specs.small, to: "experiments/small.yaml")
    let near = try workspace.run("run", "smal")
    #expect(near.code == 66)
    #expect(near.errors.contains("did you mean 'small'?"), "\(near.errors)")
    let path = try workspace.run("check", "experiments/smal.yaml")
    #expect(path.code == 66)
    #expect(path.errors.contains("did you mean 'experiments/small.yaml'?"), "\(path.errors)")
    let directory = try workspace.run("check", "experiments/")
    #expect(directory.code == 66)
    #expect(directory.errors.contains("it is a directory"))
    #expect(try workspace.run("check", "small").code == 0)
    #expect(!workspace.exists("results"))
  }

  @Test func resultsBeneathAFileEndWith74() throws {
    let workspace = try Workspace()
    try workspace.write(Specs.small, to: "small.yaml")
    try workspace.write("", to: "file")
    let result = try workspace.run("run", "small.yaml", "--results", "file/results")
    #expect(result.code == 74, "\(result.text)")
    #expect(result.output.isEmpty)
    #expect(result.errors.contains("'file/results/small/.ids'"))
    #expect(result.errors.contains("Not a directory"))
    #expect(result.errors.contains("help: a part of the path is a file"))
    #expect(result.errors.contains("--results"))
  }

  @Test(
    .enabled(if: Unprivileged.isPossible, "as root, and without setpriv, everything may be written")
  )
  func resultsWithoutPermissionEndWith74() throws {
    let workspace = try Workspace()
    try workspace.write(Specs.small, to: "small.yaml")
    chmod(workspace.path, 0o755)
    mkdir(workspace.path + "/locked", 0o555)
    let result = try Unprivileged.run(
      ["run", "small.yaml", "--results", "locked/results"], in: workspace)
    #expect(result.code == 74, "\(result.text)")
    #expect(result.errors.contains("'locked/results"))
    #expect(result.errors.contains("Permission denied"))
    #expect(result.errors.contains("help: choose a results directory that you may write"))
  }

  @Test func anOutputThatCannotBeWrittenEndsWith74() throws {
    let workspace = try Workspace()
    try workspace.write(Specs.small, to: "small.yaml")
    let executable = try Executable.path()
    let result = try RunningProcess(
      ["-c", "\"$0\" plan small.yaml > /dev/full", executable], executable: "/bin/sh",
      in: workspace.path
    ).wait()
    #expect(result.code == 74, "\(result.text)")
    #expect(result.errors.contains("cannot write to standard output"))
  }

  @Test func aNodeThatDivergesEndsWith1AndKeepsWhatWasDone() throws {
    let workspace = try Workspace()
    try workspace.write(Specs.small, to: "small.yaml")
    let result = try workspace.run("run", "small.yaml", "sampling.walk.step_size=1e30")
    #expect(result.code == 1, "\(result.text)")
    #expect(result.errors.contains("sampling.walk"), "\(result.errors)")
    #expect(result.errors.contains("at step"))
    let run = try workspace.directory("small")
    #expect(result.output.hasSuffix("\(run): failed\n"))
    let shown = try workspace.json("show", "small", "--json")
    let nodes = try #require(shown["nodes"] as? [[String: Any]])
    let states = Dictionary(
      uniqueKeysWithValues: nodes.map { ($0["name"] as? String ?? "", $0["status"] as? String) })
    #expect(states["fit"] == "done")
    #expect(states["walk"] == "failed")
    #expect(states["jump"] == "skipped")
    #expect(workspace.exists(run + "/checkpoints/fit/step-00000200.json"))
    #expect(!workspace.exists(run + "/manifest.json"))
    #expect(try workspace.run("resume", "small").code == 1)
  }
}

/// A command without the powers of root.
enum Unprivileged {
  private static let setpriv = "/usr/bin/setpriv"
  private static let user = ["--reuid=65534", "--regid=65534", "--clear-groups"]

  static var isPossible: Bool {
    if geteuid() != 0 { return true }
    guard let path = try? Executable.path(),
      let result = try? RunningProcess(
        user + [path, "--version"], executable: setpriv, in: NSTemporaryDirectory()
      ).wait()
    else { return false }
    return result.code == 0
  }

  static func run(_ arguments: [String], in workspace: Workspace) throws -> ProcessResult {
    if geteuid() != 0 { return try workspace.run(arguments) }
    return try RunningProcess(
      user + [try Executable.path()] + arguments, executable: setpriv, in: workspace.path
    ).wait()
  }
}
