import Testing

/// The help of the tool and of every command, whole.
@Suite struct HelpTests {
  @Test(arguments: HelpTexts.all.map(\.command))
  func help(command: String) throws {
    let text = HelpTexts.all.first { $0.command == command }?.text
    let workspace = try Workspace()
    let words = command.isEmpty ? [] : [command]
    let result = try workspace.run(words + ["--help"])
    #expect(result.code == 0)
    #expect(result.output == text)
    #expect(result.errors.isEmpty)
    #expect(try workspace.run(["help"] + words).output == text)
  }

  @Test func version() throws {
    let result = try Workspace().run("--version")
    #expect(result.code == 0)
    #expect(result.output == "0.1.0\n")
  }

  @Test(arguments: [
    ["walk"], ["run"], ["resume"], ["show"], ["verify"], ["check"], ["plan"], ["export"],
    ["run", "--frobnicate"],
    ["ls", "--color"], ["init", "one", "two"],
  ])
  func usage(arguments: [String]) throws {
    let workspace = try Workspace()
    let result = try workspace.run(arguments)
    #expect(result.code == 64, "\(result.text)")
    #expect(result.output.isEmpty)
    #expect(result.errors.hasPrefix("Error: "))
    #expect(result.errors.contains("Usage: scorewalk"))
    #expect(workspace.names("").isEmpty)
  }
}
