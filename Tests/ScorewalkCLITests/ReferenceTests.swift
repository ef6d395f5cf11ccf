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
    #expect(result.output.contains("the specs differ: sampling.walk.seed 1, not there"))
    #expect(try workspace.run("run", "small.yaml", "--until", "fit").code == 0)
    let part = try workspace.run("verify", "small", "--against", "results/reference")
    #expect(part.code == 1 && part.output.contains("not in the plan of small/"), "\(part.text)")
  }

  /// The points of a sweep that the reference is not of are named with what they have otherwise, and no failure.
  @Test func theOtherPointsOfASweep() throws {
    let workspace = try Workspace()
    try workspace.write(Specs.tiny(name: "tiny"), to: "tiny.yaml")
    #expect(try workspace.run("run", "tiny.yaml", "-m", "sampling.chains.chains=4,5,6").code == 0)
    #expect(try workspace.run("export", "tiny/1", "--to", "reference").code == 0)
    let all = try workspace.run("verify", "tiny/*", "--against", "results/reference")
    #expect(all.code == 0, "\(all.text)")
    #expect(all.output.contains("not compared: sampling.chains.chains 5, not 4"))
    #expect(
      all.output.hasSuffix(
        "3 runs: 3 as written, 1 with every bit of the reference, 2 other points of the sweep, not compared\n"
      ), "\(all.output)")
    // Alone, such a point is not what was asked for.
    #expect(try workspace.run("verify", "tiny/2", "--against", "results/reference").code == 1)
  }

  /// A run that is not complete does not keep the others from being verified.
  @Test func someRunsOfMany() throws {
    let workspace = try Workspace()
    try workspace.write(Specs.tiny(name: "tiny"), to: "tiny.yaml")
    for seed in 1...3 { #expect(try workspace.run("run", "tiny.yaml", "seed=\(seed)").code == 0) }
    let first = try workspace.directory("tiny", 1)
    try FileManager.default.removeItem(atPath: "\(workspace.path)/\(first)/manifest.json")
    let result = try workspace.run("verify", "tiny/*")
    #expect(result.code == 66, "\(result.text)")
    #expect(result.errors.contains("has no manifest.json"))
    #expect(result.output.hasSuffix("3 runs: 2 as written, 1 not verified\n"), "\(result.output)")
    let third = try workspace.directory("tiny", 3)
    try workspace.write("{}", to: third + "/summary.json")
    let changed = try workspace.run("verify", "tiny/*")
    #expect(changed.code == 1)
    #expect(changed.output.hasSuffix("3 runs: 1 as written, 1 changed, 1 not verified\n"))
    let json = try workspace.json("verify", "tiny/*", "--json", code: 1)
    let runs = try #require(json["runs"] as? [[String: Any]])
    #expect(runs.count == 3 && runs[0]["error"] != nil && runs[1]["error"] == nil)
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
