import Foundation
import Testing

/// The options that every command takes, and the environment.
@Suite struct OptionTests {
  private func workspace() throws -> Workspace {
    let workspace = try Workspace()
    try workspace.write(Specs.small, to: "there/experiments/small.yaml")
    try workspace.write("name: bad\nsede: 1\n", to: "bad.yaml")
    return workspace
  }

  @Test func directory() throws {
    let workspace = try workspace()
    let result = try workspace.run("run", "-C", "there", "small", "--smoke")
    #expect(result.code == 0, "\(result.text)")
    #expect(workspace.exists("there/results/small/latest/manifest.json"))
    #expect(!workspace.exists("results"))
    let run = try workspace.directory("small", results: "there/results")
    #expect(result.errors.contains("`scorewalk show -C there \(run.dropFirst("there/".count))`"))
    let missing = try workspace.run("ls", "-C", "nowhere")
    #expect(missing.code == 66)
    #expect(missing.errors.contains("'nowhere'"))
    #expect(missing.errors.contains("help: "))
  }

  @Test func colour() throws {
    let workspace = try workspace()
    func isColoured(_ arguments: [String], _ environment: [String: String] = [:]) throws -> Bool {
      let result = try workspace.run(["check", "bad.yaml"] + arguments, environment: environment)
      #expect(result.code == 65)
      #expect(!result.output.contains("\u{1B}"))
      return result.errors.contains("\u{1B}[")
    }
    #expect(try !isColoured([]))
    #expect(try isColoured(["--color", "always"]))
    #expect(try isColoured(["--color", "always"], ["NO_COLOR": "1"]), "asked for by name")
    #expect(try !isColoured(["--color", "never"]))
    #expect(try workspace.run("check", "bad.yaml", "--color", "blue").code == 64)
  }

  @Test func colourOnATerminal() throws {
    let workspace = try workspace()
    func isColoured(_ arguments: [String], _ environment: [String: String]) throws -> Bool {
      let terminal = try Terminal()
      let process = try workspace.start(
        ["check", "bad.yaml"] + arguments, environment: environment, errors: terminal.slave)
      return try terminal.text(until: process).text.contains("\u{1B}[")
    }
    #expect(try isColoured([], [:]))
    #expect(try isColoured([], ["NO_COLOR": ""]), "an empty NO_COLOR says nothing")
    #expect(try !isColoured([], ["NO_COLOR": "1"]))
    #expect(try !isColoured(["--color", "never"], [:]))
  }

  @Test func quiet() throws {
    let workspace = try workspace()
    let result = try workspace.run("run", "-q", "-C", "there", "small")
    #expect(result.code == 0)
    let lines = result.errors.split(separator: "\n")
    #expect(lines.allSatisfy { $0.hasPrefix("warning: ") }, "\(result.errors)")
    #expect(result.output.contains("mean_loss"))
  }

  @Test func verbose() throws {
    let workspace = try workspace()
    let result = try workspace.run("run", "-v", "-C", "there", "small", "--smoke")
    #expect(result.code == 0)
    #expect(result.errors.contains("    dense-0.kernel"), "\(result.errors)")
  }

  @Test func kernelsAndThreadsThatAreNotThere() throws {
    let workspace = try workspace()
    for (name, value) in [("SCOREWALK_KERNELS", "sse9"), ("SCOREWALK_THREADS", "many")] {
      let result = try workspace.run("ls", environment: [name: value])
      #expect(result.code == 64)
      #expect(result.errors.contains("\(name) is '\(value)'"), "\(result.errors)")
      #expect(result.errors.contains("help: use "))
      #expect(try workspace.run("ls", environment: [name: ""]).code == 0)
    }
  }

  @Test func checkpointSeconds() throws {
    let workspace = try workspace()
    for text in ["-1", "nan", "inf", "soon"] {
      let result = try workspace.run(
        "run", "-C", "there", "small", "--checkpoint-seconds=\(text)")
      #expect(result.code == 64, "\(result.text)")
    }
    #expect(!workspace.exists("there/results"))
    let result = try workspace.run(
      "run", "-C", "there", "small", "--smoke", "--checkpoint-seconds", "0")
    #expect(result.code == 0, "\(result.text)")
  }
}
