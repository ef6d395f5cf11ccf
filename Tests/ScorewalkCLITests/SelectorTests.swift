import Foundation
import Testing

/// The one grammar in which runs are named.
@Suite struct SelectorTests {
  /// Three runs of one experiment and one of another; the second has other steps, the third failed.
  private func runs() throws -> Workspace {
    let workspace = try Workspace()
    try workspace.write(Specs.tiny(name: "walk-jump"), to: "walk.yaml")
    try workspace.write(Specs.tiny(name: "metropolis"), to: "other.yaml")
    for arguments in [
      ["run", "walk.yaml", "--tag", "baseline", "--reason", "the first"],
      ["run", "walk.yaml", "sampling.chains.steps=7"],
      ["run", "other.yaml", "sampling.chains.step_size=1e-3", "--tag", "baseline"],
    ] {
      let result = try workspace.run(arguments)
      #expect(result.code == 0, "\(result.text)")
    }
    // Diverges: the step is far beyond the curvature.
    let failed = try workspace.run("run", "walk.yaml", "sampling.chains.step_size=1e200")
    #expect(failed.code == 1, "\(failed.text)")
    return workspace
  }

  private func listed(_ workspace: Workspace, _ selectors: String...) throws -> [String] {
    let runs =
      try Workspace.object(workspace.run(["ls", "--json"] + selectors).output)["runs"]
      as? [[String: Any]] ?? []
    return runs.compactMap { $0["run"] as? String }.map { name in
      let parts = name.split(separator: "/")
      return parts[0] + "/" + String(Int(parts[1].prefix(4)) ?? 0)
    }
  }

  @Test func namesAndConditions() throws {
    let workspace = try runs()
    let all = ["metropolis/1", "walk-jump/1", "walk-jump/2", "walk-jump/3"]
    #expect(try listed(workspace) == all)
    #expect(try listed(workspace, "walk-jump") == Array(all[1...]))
    #expect(try listed(workspace, "walk") == Array(all[1...]), "the beginning of one name")
    #expect(try listed(workspace, "walk-jump@-2") == ["walk-jump/2"])
    #expect(try listed(workspace, "walk-jump@latest") == ["walk-jump/3"])
    #expect(try listed(workspace, "@-2") == ["metropolis/1"], "by the time when they began")
    #expect(try listed(workspace, "*-jump") == Array(all[1...]))
    #expect(try listed(workspace, "*/000[12]-*") == Array(all[..<3]))
    #expect(try listed(workspace, "results/walk-jump/0002-*") == ["walk-jump/2"])
    #expect(try listed(workspace, "status:failed") == ["walk-jump/3"])
    #expect(try listed(workspace, "tag:baseline") == ["metropolis/1", "walk-jump/1"])
    #expect(try listed(workspace, "tag:baseline", "walk-jump") == ["walk-jump/1"])
    #expect(try listed(workspace, "sampling.chains.steps=7") == ["walk-jump/2"])
    #expect(try listed(workspace, "sampling.chains.steps=7.0") == ["walk-jump/2"], "by value")
    #expect(try listed(workspace, "sampling.chains.step_size=0.001") == ["metropolis/1"])
    #expect(try listed(workspace, "data.law.components.0.mean=[-1]") == all, "lists and defaults")
    #expect(try listed(workspace, "precision=float32", "status:done") == Array(all[..<3]))
    #expect(try listed(workspace, "tag:nothing") == [])
    #expect(try listed(workspace, "sweep:nothing") == [])
  }

  @Test func oneRun() throws {
    let workspace = try runs()
    func shown(_ selector: String) throws -> String? {
      try workspace.json("show", selector, "--json")["directory"] as? String
    }
    let second = try workspace.directory("walk-jump", 2)
    let words = second.split(separator: "-").suffix(2).joined(separator: "-")
    for selector in [
      words, "walk-jump/" + words, "walk-jump/0002", "sampling.chains.steps=7",
      "walk-jump@-2", "walk-jump/0002-*",
    ] {
      #expect(try shown(selector) == second, "\(selector)")
    }
    #expect(try shown("status:failed") == workspace.directory("walk-jump", 3))
    #expect(try shown("metr") == workspace.directory("metropolis"))
  }

  @Test func whatIsAmbiguousListsTheCandidates() throws {
    let workspace = try runs()
    for selector in ["tag:baseline", "walk-jump/*", "*", "walk-jump/000"] {
      let result = try workspace.run("show", selector)
      #expect(result.code == 64, "\(selector): \(result.text)")
      #expect(result.errors.contains("'\(selector)' means "), "\(result.errors)")
      #expect(result.errors.contains("walk-jump/0001-"), "\(result.errors)")
    }
    try workspace.write(Specs.tiny(name: "walk-more"), to: "more.yaml")
    #expect(try workspace.run("run", "more.yaml").code == 0)
    let result = try workspace.run("show", "walk")
    #expect(result.code == 64)
    #expect(result.errors.contains("'walk' means 2 things: walk-jump, walk-more"))
  }

  @Test(arguments: [
    ("walk-jmp", 66, "did you mean 'walk-jump'?"),
    ("status:faild", 64, "did you mean 'status:failed'?"),
    ("statu:failed", 64, "did you mean 'status:failed'?"),
    ("tag:", 64, "what follows 'tag:' is missing"),
    ("sampling.chains.step=7", 64, "did you mean 'sampling.chains.steps'?"),
    ("sampling..steps=7", 64, "a name is missing in its key"),
    ("sampling.chains.steps=[", 64, "is no value in YAML"),
    ("walk-jump@3", 64, "neither latest nor a number that counts from the end"),
    ("walk-jump@-9", 66, "there are only 3 of 'walk-jump'"),
    ("walk-jump/9", 66, "has no run 9"), ("zzz*", 66, "no run fits 'zzz*'"),
    ("tag:nothing", 66, "no run meets 'tag:nothing'"),
  ])
  func mistakes(selector: String, code: Int32, message: String) throws {
    let result = try runs().run("verify", selector)
    #expect(result.code == code, "\(result.text)")
    #expect(result.errors.contains(message), "\(result.errors)")
  }

  /// Conditions narrow what names choose from: the latest run of those that meet them.
  @Test func verifyTakesWhatMeetsTheConditions() throws {
    let workspace = try runs()
    let done = try workspace.json("verify", "walk-jump", "status:done", "--json")
    let runs = done["runs"] as? [[String: Any]] ?? []
    #expect(
      try runs.map { $0["directory"] as? String } == [workspace.directory("walk-jump", 2)])
    let both = try workspace.json("verify", "status:done", "walk-jump/*", "--json")
    #expect((both["runs"] as? [Any])?.count == 2)
  }
}
