import Foundation
import Glibc
import Testing

/// Data from files and warm starts, through the executable.
@Suite struct InputTests {
  private static let spec = """
    name: measured
    data:
      observed: {kind: file, path: observations.csv}
    models:
      score: {kind: mlp, output: score, hidden: [6]}
    training:
      fit:
        model: score
        data: observed
        objective: {kind: denoising-score-matching, noise_level: 0.5}
        optimizer: {kind: adam, learning_rate: 1e-3}
        batch_size: 2
        steps: 20000
        log_every: 1000

    """

  private func workspace(_ rows: String? = "x\n1\n2\n3\n4\n") throws -> Workspace {
    let workspace = try Workspace()
    try workspace.write(Self.spec, to: "specs/measured.yaml")
    if let rows { try workspace.write(rows, to: "specs/observations.csv") }
    return workspace
  }

  /// Every command that reads a spec says the same and ends with the same code; nothing is written.
  private func expect(
    _ code: Int32, _ texts: String..., in workspace: Workspace, overrides: [String] = []
  ) throws {
    for command in [["check"], ["plan"], ["run"], ["run", "-n"]] {
      if command == ["check"], !overrides.isEmpty { continue }
      let result = try workspace.run(command + ["specs/measured.yaml"] + overrides)
      #expect(result.code == code, "\(command): \(result.text)")
      #expect(result.output.isEmpty)
      for text in texts { #expect(result.errors.contains(text), "\(command): \(result.errors)") }
      #expect(result.errors.contains("   help: "))
      #expect(result.errors.components(separatedBy: "error: ").count == 2, "\(result.errors)")
      #expect(!workspace.exists("results"))
    }
  }

  @Test func aFileThatIsNotThereEndsWith66() throws {
    try expect(
      66, "specs/measured.yaml:3:32: error: 'data.observed.path': there is no file",
      "'specs/observations.csv'", "^", in: workspace(nil))
    let workspace = try workspace()
    try expect(
      66, "command line:1:20: error: ", "there is no file 'observations.csv'", in: workspace,
      overrides: ["data.observed.path=observations.csv"])
    let json = try self.workspace(nil).json("check", "specs/measured.yaml", "--json", code: 66)
    let specs = try #require(json["specs"] as? [[String: Any]])
    #expect(specs.first?["valid"] as? Bool == false)
    let diagnostics = try #require(specs.first?["diagnostics"] as? [[String: Any]])
    #expect(diagnostics.first?["line"] as? Int == 3)
  }

  @Test func anEmptyFileEndsWith65() throws {
    try expect(
      65, "'specs/observations.csv' is empty",
      "write a row of numbers a line, separated by commas", in: workspace(""))
    try expect(65, "'specs/observations.csv' is empty below its header", in: workspace("x,y\n"))
  }

  @Test func aRaggedFileEndsWith65() throws {
    try expect(
      65, "'specs/observations.csv', line 3 has 1 field where line 1 has 2",
      "every line needs as many numbers as the first", in: workspace("1,2\n3,4\n5\n"))
  }

  @Test(
    .enabled(if: Unprivileged.isPossible, "as root, and without setpriv, everything may be read"))
  func aFileThatMayNotBeReadEndsWith74() throws {
    let workspace = try workspace()
    chmod(workspace.path, 0o755)
    chmod(workspace.path + "/specs/observations.csv", 0o000)
    for command in ["check", "plan", "run"] {
      let result = try Unprivileged.run([command, "specs/measured.yaml"], in: workspace)
      #expect(result.code == 74, "\(result.text)")
      #expect(
        result.errors.contains("cannot read 'specs/observations.csv': Permission denied"),
        "\(result.errors)")
      #expect(result.errors.contains("look at its permissions"))
    }
  }

  /// A spec that is wrong is wrong, whatever the world is.
  @Test func aMissingFileAndAMistakeEndWith65() throws {
    let workspace = try workspace(nil)
    try workspace.write(
      Self.spec.replacingOccurrences(of: "hidden", with: "hiden"), to: "specs/measured.yaml")
    let result = try workspace.run("check", "specs/measured.yaml")
    #expect(result.code == 65)
    #expect(result.errors.contains("there is no file") && result.errors.contains("hiden"))
    // Of several specs too.
    try workspace.write("name: x\ndata: {a: {kind: file, path: a.csv}}\n", to: "missing.yaml")
    for specs in [
      ["missing.yaml", "specs/measured.yaml"], ["specs/measured.yaml", "missing.yaml"],
    ] {
      #expect(try workspace.run(["check"] + specs).code == 65)
    }
  }

  /// On the command line a path counts from where the command was given.
  @Test func overridesCountFromTheWorkingDirectory() throws {
    let workspace = try workspace()
    try workspace.write("1,2\n3,4\n", to: "here.csv")
    let result = try workspace.run(
      "run", "specs/measured.yaml", "data.observed.path=here.csv", "training.fit.steps=10")
    #expect(result.code == 0, "\(result.text)")
    let run = try workspace.directory("measured")
    #expect(try workspace.read(run + "/inputs/observed.csv") == Data("1,2\n3,4\n".utf8))
    let shown = try workspace.run("show", "measured")
    #expect(
      shown.output.contains("observed reads inputs/observed.csv, a copy of here.csv\n"),
      "\(shown.output)")
    let json = try workspace.json("show", "measured", "--json")
    let inputs = try #require(json["inputs"] as? [[String: Any]])
    #expect(inputs.first?["file"] as? String == "inputs/observed.csv")
    #expect((inputs.first?["sha256"] as? String)?.count == 64)
  }

  /// The frozen spec knows the old file by its content: another file has another.
  @Test func aRerunMayReadAnotherFile() throws {
    let workspace = try workspace()
    #expect(
      try workspace.run("run", "specs/measured.yaml", "training.fit.steps=10").code == 0)
    try workspace.write("1,2\n3,4\n", to: "here.csv")
    let result = try workspace.run("rerun", "measured", "data.observed.path=here.csv")
    #expect(result.code == 0, "\(result.text)")
    let run = try workspace.directory("measured", 2)
    #expect(try workspace.read(run + "/inputs/observed.csv") == Data("1,2\n3,4\n".utf8))
    let record = try workspace.object(run + "/run.json")
    #expect(
      record["overrides"] as? [String] == ["training.fit.steps=10", "data.observed.path=here.csv"])
    let digest = String(repeating: "0", count: 64)
    let wrong = try workspace.run(
      "rerun", "measured", "data.observed.path=here.csv", "data.observed.sha256=" + digest)
    #expect(wrong.code == 65 && wrong.errors.contains("is not that of"), "\(wrong.text)")
  }

  /// Killed, then the file is changed, then it vanishes: what was begun goes on to the same bytes.
  @Test func resumingReadsTheCopy() throws {
    let undisturbed = try workspace()
    #expect(try undisturbed.run("run", "specs/measured.yaml").code == 0)
    let expected = try undisturbed.bytes(of: undisturbed.directory("measured"))
    let workspace = try workspace()
    let process = try workspace.start(
      ["run", "specs/measured.yaml", "--checkpoint-seconds", "0"])
    _ = process.wait { !workspace.files("results/.store/partial").isEmpty }
    process.send(SIGKILL)
    _ = try process.wait()
    try FileManager.default.removeItem(atPath: workspace.path + "/specs")
    let resumed = try workspace.run("resume", "measured")
    #expect(resumed.code == 0, "\(resumed.text)")
    #expect(
      try differences(expected, workspace.bytes(of: workspace.directory("measured"))).isEmpty)
    #expect(try workspace.run("verify", "measured").code == 0)
    try workspace.write("x\n9\n", to: try workspace.directory("measured") + "/inputs/observed.csv")
    let verified = try workspace.run("verify", "measured")
    #expect(verified.code == 1)
    #expect(verified.output.contains("inputs/observed.csv: changed\n"))
  }

  /// Ten steps and ten more from where they ended.
  @Test func warmStart() throws {
    let workspace = try workspace()
    #expect(try workspace.run("run", "specs/measured.yaml", "training.fit.steps=10").code == 0)
    let first = try workspace.directory("measured")
    let override = "models.score.warm_start={run: measured/1, node: fit}"
    let result = try workspace.run(
      "run", "specs/measured.yaml", "name=more", override, "training.fit.steps=10")
    #expect(result.code == 0, "\(result.text)")
    let second = try workspace.directory("more")
    func parameters(_ file: String) throws -> [[String: Any]] {
      let tensors = try #require(try workspace.object(file)["parameters"] as? [[String: Any]])
      #expect(tensors.count == 4)
      return tensors
    }
    let learned = try parameters(first + "/checkpoints/fit/step-00000010.json")
    let begun = try parameters(second + "/checkpoints/score/step-00000000.json")
    #expect(NSArray(array: learned) == NSArray(array: begun))
    let missing = try workspace.run(
      "plan", "specs/measured.yaml", "models.score.warm_start={run: measured/7, node: fit}")
    #expect(missing.code == 66, "\(missing.text)")
    #expect(missing.errors.contains("'measured' has no run 7 in 'results'"))
    // The results of the command line are meant.
    let elsewhere = try workspace.run(
      "plan", "specs/measured.yaml", override, "--results", "other")
    #expect(elsewhere.code == 66, "\(elsewhere.text)")
  }
}
