import Foundation
import Testing

/// Why nodes are taken from the store, and why not.
@Suite struct WhyTests {
  private func why(_ workspace: Workspace, _ run: String, _ node: String) throws -> [String: Any] {
    try workspace.json("why", run, node, "--json")
  }

  private func nearest(_ answer: [String: Any]) -> [String] {
    let nearest = answer["nearest"] as? [String: Any] ?? [:]
    return [nearest["path"], nearest["old"], nearest["new"]].map { $0 as? String ?? "-" }
  }

  @Test func theFirstValueThatDiffersIsNamed() throws {
    let workspace = try Workspace()
    try workspace.write(Specs.small, to: "small.yaml")
    for overrides in [
      [], ["training.fit.optimizer.learning_rate=2e-3"], ["seed=1"],
      ["models.energy.hidden=[6,5]"], ["training.fit.ema.decay=0.9", "training.fit.log_every=10"],
      ["noise_levels.half=0.25"],
    ] {
      #expect(try workspace.run(["run", "small.yaml"] + overrides).code == 0)
    }
    let first = try why(workspace, "small/1", "walk")
    #expect(first["outcome"] as? String == "computed")
    #expect(first["nearest"] is NSNull, "there was nothing before")
    let rate = try why(workspace, "small/2", "fit")
    #expect(rate["outcome"] as? String == "computed")
    #expect(nearest(rate) == ["training.fit.optimizer.learning_rate", "0.001", "0.002"])
    // Through the nodes that it refers to, to the root of it.
    for node in ["walk", "sampling.jump", "quality"] {
      #expect(
        nearest(try why(workspace, "small/2", node))
          == ["training.fit.optimizer.learning_rate", "0.001", "0.002"], "\(node)")
    }
    #expect(try why(workspace, "small/2", "fit-energy")["outcome"] as? String == "stored")
    #expect(nearest(try why(workspace, "small/3", "score")) == ["models.score.seed", "0", "1"])
    #expect(
      nearest(try why(workspace, "small/4", "density"))
        == ["models.energy.hidden", "[6]", "[6, 5]"])
    let several = try why(workspace, "small/5", "fit")
    #expect(nearest(several).first?.hasPrefix("training.fit.") == true)
    #expect((several["nearest"] as? [String: Any])?["differences"] as? Int == 2)
    #expect(
      nearest(try why(workspace, "small/6", "noisy")) == ["data.noisy.noise_level", "0.5", "0.25"])

    let text = try workspace.run("why", "small/2", "walk")
    #expect(text.code == 0)
    #expect(text.output.contains("walk: computed, since the store did not have its key\n"))
    #expect(
      text.output.contains("differs in training.fit.optimizer.learning_rate 0.001 -> 0.002\n"),
      "\(text.output)")
    #expect(
      try workspace.run("why", "small/2", "signs").output.contains("taken from the store"))
    let missing = try workspace.run("why", "small/2", "wlak")
    #expect(missing.code == 64 && missing.errors.contains("did you mean 'walk'?"))
  }

  @Test func thePlanSaysWhatChanged() throws {
    let workspace = try Workspace()
    try workspace.write(Specs.small, to: "small.yaml")
    let before = try workspace.run("plan", "small.yaml").output
    #expect(!before.contains("changed"), "nothing is stored: \(before)")
    #expect(try workspace.run("run", "small.yaml").code == 0)
    let rate = "training.fit.optimizer.learning_rate"
    let plan = try workspace.run("plan", "small.yaml", rate + "=2e-3").output
    for node in ["training.fit ", "sampling.walk ", "evaluation.quality "] {
      let line = plan.split(separator: "\n").first { $0.hasPrefix(node) }
      #expect(line?.contains("changed: \(rate) 0.001 -> 0.002") == true, "\(plan)")
    }
    #expect(!plan.contains(/fit-energy .*changed/))
    let json = try workspace.json("plan", "small.yaml", rate + "=2e-3", "--json")
    let nodes = json["nodes"] as? [[String: Any]] ?? []
    #expect(
      nodes.first { $0["name"] as? String == "jump" }?["changed"] as? String
        == "\(rate) 0.001 -> 0.002")
    #expect(nodes.first { $0["name"] as? String == "rows" }?["changed"] == nil)
  }

  @Test func longerOnesAndPrivateOnes() throws {
    let workspace = try Workspace()
    try workspace.write(Specs.small, to: "small.yaml")
    #expect(try workspace.run("run", "small.yaml").code == 0)
    #expect(try workspace.run("run", "small.yaml", "training.fit.steps=250").code == 0)
    #expect(try workspace.run("run", "small.yaml", "--no-store", "seed=4").code == 0)
    let longer = try why(workspace, "small/2", "fit")
    #expect(longer["outcome"] as? String == "continued")
    #expect(nearest(longer) == ["training.fit.steps", "200", "250"])
    #expect(try workspace.run("why", "small/2", "fit").output.contains("computed from step 200"))
    #expect(
      try why(workspace, "small/3", "fit")["outcome"] as? String == "computed without the store")
  }

  /// A store of an earlier version does not say what its keys are made of.
  @Test func olderEntriesAreSaid() throws {
    let workspace = try Workspace()
    try workspace.write(Specs.tiny(name: "tiny"), to: "tiny.yaml")
    #expect(try workspace.run("run", "tiny.yaml").code == 0)
    try FileManager.default.removeItem(atPath: workspace.path + "/results/.store/keys")
    #expect(try workspace.run("run", "tiny.yaml", "sampling.chains.steps=9").code == 0)
    let answer = try why(workspace, "tiny", "chains")
    // The law was used again, and with that it was written down.
    #expect(answer["unexplained"] as? Int == 1)
    #expect(answer["nearest"] is NSNull)
    #expect(
      try workspace.run("why", "tiny", "chains").output.contains("an earlier version stored them"))
    #expect(try workspace.run("run", "tiny.yaml").code == 0)
    #expect(try why(workspace, "tiny/2", "chains")["unexplained"] as? Int == 0)
  }
}
