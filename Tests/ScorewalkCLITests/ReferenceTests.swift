import Foundation
import Testing

/// `export --to reference` and `verify --against`, through the executable.
@Suite struct ReferenceTests {
  private func finished() throws -> Workspace {
    let workspace = try Workspace()
    try workspace.write(Specs.small, to: "small.yaml")
    let result = try workspace.run("run", "small.yaml")
    #expect(result.code == 0, "\(result.text)")
    let export = try workspace.run("export", "small", "--to", "reference")
    #expect(export.code == 0, "\(export.text)")
    #expect(export.output.hasPrefix("wrote results/reference/small: "))
    return workspace
  }

  @Test func theSameResults() throws {
    let workspace = try finished()
    // It is no experiment: nothing lists it, and the latest run is what it was.
    let list = try workspace.json("ls", "--json")["runs"] as? [[String: Any]]
    #expect(list?.count == 1)
    #expect(try workspace.run("run", "small.yaml", "--no-store").code == 0)
    for against in [
      "results/reference/small", "results/reference", "results/reference/", "small/1",
    ] {
      let result = try workspace.run("verify", "small", "--against", against)
      #expect(result.code == 0, "\(result.text)")
      #expect(result.output.contains(" every bit as in "), "\(result.output)")
    }
    let report = try workspace.json("verify", "small/*", "--against", "results/reference", "--json")
    let runs = try #require(report["runs"] as? [[String: Any]])
    #expect(runs.count == 2)
    for run in runs {
      let agreement = try #require(run["against"] as? [String: Any])
      #expect(agreement["same"] as? Bool == true && agreement["nodes"] as? Int == 12)
      #expect(agreement["reference"] as? String == "results/reference/small")
      #expect(agreement["first"] is NSNull)
    }
    // It moves with its directory.
    try FileManager.default.moveItem(
      atPath: workspace.path + "/results/reference", toPath: workspace.path + "/elsewhere")
    #expect(try workspace.run("verify", "small", "--against", "elsewhere").code == 0)
  }

  @Test func otherResults() throws {
    let workspace = try finished()
    #expect(try workspace.run("run", "small.yaml", "sampling.walk.seed=1").code == 0)
    let result = try workspace.run("verify", "small", "--against", "results/reference")
    #expect(result.code == 1, "\(result.text)")
    #expect(
      result.output.contains(
        "other computations than in results/reference/small, by their keys: walk, jump, quality"))
    #expect(result.output.contains(" of 9 nodes have every bit as in results/reference/small"))
    #expect(try workspace.run("run", "small.yaml", "--until", "fit").code == 0)
    let part = try workspace.run("verify", "small", "--against", "results/reference")
    #expect(part.code == 1 && part.output.contains("not done in small/"), "\(part.text)")
  }

  @Test(arguments: [
    (["verify", "results/reference/small"], 64, "is a reference: it has the digests of files"),
    (["verify", "small", "--against", "results"], 66, "there is no reference for 'small'"),
    (["verify", "small", "--against", "smalk"], 66, "did you mean 'small'?"),
    (["export", "small", "--to", "reference"], 64, "write --force to replace a reference"),
    (["export", "small", "--to", "reference", "-o", "results", "--force"], 64, "is no reference"),
    (["export", "small", "walk", "--to", "reference"], 64, "a reference is made of one run"),
  ])
  func misuse(arguments: [String], code: Int32, text: String) throws {
    let workspace = try finished()
    let result = try workspace.run(arguments)
    #expect(result.code == code, "\(result.text)")
    #expect(result.errors.contains(text), "\(result.errors)")
    #expect(try workspace.run("export", "small", "--to", "reference", "--force").code == 0)
  }

  /// The word is taken.
  @Test func noExperimentIsCalledSo() throws {
    let workspace = try Workspace()
    try workspace.write(Specs.tiny(name: "reference"), to: "bad.yaml")
    let result = try workspace.run("run", "bad.yaml")
    #expect(
      result.code == 65 && result.errors.contains("'name' cannot be 'reference': the word is taken")
    )
    #expect(!workspace.exists("results"))
  }
}
