import Foundation
import Testing

/// `compare`, `diff` and `confirm` through the command line, on real runs.
@Suite struct CompareCommandTests {
  /// A law, a few chains on it at two step sizes and three seeds, and how far they are from it.
  private static let spec = """
    name: steps
    sweep:
      axes:
        delta: {set: sampling.chains.step_size, values: [0.5, 0.01]}
      seeds: {count: 3, of: [sampling]}
    data:
      law: {kind: gaussian-mixture, components: [{mean: [-1], std: 0.5}, {mean: [1], std: 0.5}]}
    sampling:
      chains:
        {kind: langevin, target: law, initial: {kind: point, at: [3]}, step_size: 0.1, steps: 40, chains: 20}
    evaluation:
      quality: {kind: samples, of: chains, against: law, metrics: [ks, moments]}

    """

  private func workspace() throws -> Workspace {
    let workspace = try Workspace()
    try workspace.write(Self.spec, to: "steps.yaml")
    let result = try workspace.run("run", "steps.yaml", "--quiet")
    #expect(result.code == 0, "\(result.text)")
    return workspace
  }

  private func groups(_ object: [String: Any]) throws -> [[String: Any]] {
    try #require(object["groups"] as? [[String: Any]])
  }

  // MARK: - compare

  @Test func groupsOfASweep() throws {
    let workspace = try workspace()
    let result = try workspace.run("compare", "steps", "--baseline", "delta=0.5")
    #expect(result.code == 0, "\(result.text)")
    #expect(result.errors.isEmpty, "\(result.errors)")
    #expect(
      result.output.hasPrefix("6 runs of steps in 2 groups over 3 seeds\n"), "\(result.output)")
    #expect(result.output.contains("quality.ks: geometric means, small is good\n"))
    // Of three pairs the correlation says nothing.
    #expect(result.output.contains("paired") && !result.output.contains("paired, r "))
    let object = try workspace.json(
      "compare", "steps", "--metric", "quality.*", "--baseline", "delta=0.5", "--json")
    let groups = try groups(object)
    #expect(groups.compactMap { ($0["by"] as? [String: Any])?["delta"] as? Double } == [0.5, 0.01])
    let metrics = try #require(groups[1]["metrics"] as? [String: [String: Any]])
    let ks = try #require(metrics["quality.ks"])
    #expect(ks["n"] as? Int == 3 && (ks["values"] as? [Double])?.count == 3)
    let (low, mean, high) = (ks["low"] as? Double, ks["mean"] as? Double, ks["high"] as? Double)
    #expect(try #require(low) < #require(mean) && #require(mean) < #require(high))
    #expect(ks["scale"] as? String == "log" && ks["floor_at_ess"] is Double)
    let contrast = try #require(ks["contrast"] as? [String: Any])
    #expect(contrast["test"] as? String == "paired" && contrast["ratio"] is Double)
    // A globs leaves out what stands beside another metric.
    #expect(metrics["quality.ks.floor"] == nil && metrics["quality.mean"] != nil)
    let plain = try workspace.run("compare", "steps")
    #expect(plain.errors.contains("--baseline delta=0.5"), "\(plain.errors)")
    for format in ["csv", "md"] {
      let text = try workspace.run("compare", "steps", "--format", format).output
      #expect(
        text.contains(format == "csv" ? "\nquality.ks,0.5,3,3,1,log," : "| delta | n |"), "\(text)")
    }
  }

  @Test func aRunElsewhereAndARunAlone() throws {
    let workspace = try workspace()
    let run = try workspace.directory("steps", 1)
    #expect(
      try workspace.run("ls", "-q", "--results", "nowhere").code == 0)
    let one = try workspace.run("compare", run, "--results", "nowhere")
    #expect(one.code == 0 && one.output.contains("one run: there is nothing to compare it with"))
    let narrowed = try workspace.json("compare", "sampling.chains.step_size=0.01", "--json")
    #expect(try groups(narrowed).count == 1)
    #expect(narrowed["seeds"] as? Int == 3)
  }

  @Test(arguments: [
    (["compare"], 64, "Missing expected argument"),
    (["compare", "nothing"], 66, "no run is called 'nothing'"),
    (["compare", "steps", "--metric", "ks"], 64, "did you mean 'quality.ks'?"),
    (["compare", "steps", "--by", "sampling.chains.step"], 64, "did you mean"),
    (["compare", "steps", "--baseline", "delta=7"], 64, "is none of the groups"),
    (["compare", "steps", "--baseline", "steps"], 64, "means 2 groups"),
    (["compare", "status:failed"], 66, "no run in 'results' meets status:failed"),
    (["compare", "steps", "--format", "xml"], 64, "xml"),
    (["diff", "steps/1"], 64, "Missing expected argument"),
    (["diff", "steps/1", "steps/9"], 66, "has no run 9"),
    (["confirm", "steps/1", "--seeds", "1"], 64, "one says nothing of chance"),
    (["confirm", "steps/1", "--metric", "quality.mean"], 64, "--minimize or --maximize"),
    (["confirm", "steps/1", "--metric", "quality.*"], 64, "metrics"),
  ])
  func mistakes(arguments: [String], code: Int32, message: String) throws {
    let result = try workspace().run(arguments)
    #expect(result.code == code, "\(result.text)")
    #expect(result.errors.contains(message), "\(result.errors)")
    #expect(result.output.isEmpty)
  }

  @Test func failedSeedsAreCounted() throws {
    let workspace = try Workspace()
    try workspace.write(
      Self.spec.replacingOccurrences(of: "values: [0.5, 0.01]", with: "values: [0.5, 1e200]"),
      to: "steps.yaml")
    #expect(try workspace.run("run", "steps.yaml", "--quiet", "-k").code == 1)
    let result = try workspace.run(
      "compare", "steps", "--metric", "quality.ks", "--baseline", "delta=0.5")
    #expect(result.code == 0 && result.output.contains("0/3"), "\(result.text)")
    #expect(result.output.contains("not done: 3 failed"), "\(result.output)")
    #expect(result.output.contains("results that were lost:"), "\(result.output)")
  }

  // MARK: - diff

  @Test func aRunBesideItsRepetition() throws {
    let workspace = try workspace()
    let repeated = try workspace.run("rerun", "steps/1", "--quiet")
    #expect(repeated.code == 0, "\(repeated.text)")
    let same = try workspace.run("diff", "steps/1", "steps/7")
    #expect(same.code == 0, "\(same.text)")
    #expect(same.output.hasSuffix("metrics agree\n") && same.output.contains("the same: "))
  }

  @Test func otherSeedsAndOtherSteps() throws {
    let workspace = try workspace()
    let seeds = try workspace.json("diff", "steps/1", "steps/2", "--json", code: 1)
    let keys = (seeds["spec"] as? [[String: Any]] ?? []).compactMap { $0["path"] as? String }
    #expect(keys == ["seed.sampling"], "\(keys)")
    let samples = try #require((seeds["samples"] as? [[String: Any]])?.first)
    #expect(samples["node"] as? String == "chains", "\(samples)")
    let steps = try workspace.run("diff", "steps/1", "steps/4")
    #expect(steps.code == 1, "\(steps.text)")
    #expect(steps.output.contains("sampling.chains.step_size"), "\(steps.output)")
    #expect(steps.output.contains("quality.ks"), "\(steps.output)")
    // Both are of seed 0.
    #expect(!steps.output.contains("different laws"), "\(steps.output)")
  }

  // MARK: - confirm

  @Test func theBestPointOnFreshSeeds() throws {
    let workspace = try workspace()
    let dry = try workspace.run("confirm", "steps", "-n")
    #expect(dry.code == 0, "\(dry.text)")
    #expect(dry.output.contains("smallest quality.ks of 2 groups: delta=0.5"), "\(dry.output)")
    #expect(dry.output.contains("fresh seeds: seed.sampling=3 to seed.sampling=7"), "\(dry.output)")
    #expect(!workspace.exists("results/steps/.ids/0007"))
    let object = try workspace.json("confirm", "steps/4", "--seeds", "4", "--quiet", "--json")
    #expect((object["runs"] as? [String])?.count == 4)
    let fresh = try #require(object["fresh"] as? [String: Any])
    let sweep = try #require(object["sweep"] as? [String: Any])
    #expect(fresh["n"] as? Int == 4 && sweep["n"] as? Int == 3)
    let contrast = try #require(fresh["contrast"] as? [String: Any])
    #expect(contrast["test"] as? String == "welch" && contrast["ratio"] is Double)
    // The new runs are of the best point, on seeds that the sweep did not have, and say what they are for.
    let record = try workspace.object(try workspace.directory("steps", 7) + "/run.json")
    #expect(record["tags"] as? [String] == ["confirm"])
    #expect((record["sweep"] as? [String: Any])?["label"] as? String == "delta=0.5 seed=3")
    let all = try workspace.json("compare", "steps", "--metric", "quality.ks", "--json")
    #expect(try groups(all).count == 2)
    let numbers = try groups(all).map {
      ($0["metrics"] as? [String: [String: Any]])?["quality.ks"]?["n"] as? Int
    }
    #expect(numbers == [7, 3])
    // The seeds that both have are still pairs.
    let paired = try workspace.run(
      "compare", "steps", "--metric", "quality.ks", "--baseline", "delta=0.01")
    #expect(paired.output.contains("paired, 3 of 7 seeds"), "\(paired.output)")
    // The latest run is a point of the confirmation now: there is nothing to choose from.
    let again = try workspace.run("confirm", "steps/1", "--quiet", "--seeds", "4")
    #expect(again.code == 0, "\(again.text)")
    for line in ["in the sweep", "on fresh seeds", "second best: delta=0.01"] {
      #expect(again.output.contains(line), "\(again.output)")
    }
  }

  @Test func aRunWithoutASweepHasNothingToConfirm() throws {
    let workspace = try Workspace()
    try workspace.write(Specs.tiny(name: "alone"), to: "alone.yaml")
    #expect(try workspace.run("run", "alone.yaml", "-q").code == 0)
    let result = try workspace.run("confirm", "alone")
    #expect(result.code == 64 && result.errors.contains("is no point of a sweep"), "\(result.text)")
  }
}
