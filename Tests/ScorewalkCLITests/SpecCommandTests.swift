import Foundation
import Testing

/// `init`, `check` and `plan`.
@Suite struct SpecCommandTests {
  @Test func whatInitWritesIsAcceptedAndRuns() throws {
    let workspace = try Workspace()
    let made = try workspace.run("init")
    #expect(made.code == 0, "\(made.text)")
    #expect(made.output.contains("scorewalk run experiments/my-experiment.yaml"))
    let checked = try workspace.run("check", "my-experiment")
    #expect(checked.code == 0, "\(checked.text)")
    #expect(checked.errors.isEmpty, "no warnings either: \(checked.errors)")
    #expect(try workspace.run("run", "my-experiment", "--smoke").code == 0)
    #expect(try workspace.run("verify", "my-experiment").code == 0)
    #expect(try workspace.run("resume", "my-experiment").code == 0)
  }

  @Test func initOverwritesNothing() throws {
    let workspace = try Workspace()
    try workspace.write("mine", to: "deep/er/two-words.yaml")
    let refused = try workspace.run("init", "deep/er/two-words.yaml")
    #expect(refused.code == 64, "\(refused.text)")
    #expect(refused.errors.contains("is there already"))
    #expect(refused.errors.contains("help: name another file"))
    #expect(try workspace.read("deep/er/two-words.yaml") == Data("mine".utf8))
    #expect(try workspace.run("init", "new/er/three.yaml").code == 0)
    let text = String(decoding: try workspace.read("new/er/three.yaml"), as: UTF8.self)
    #expect(text.contains("name: three\n"))
  }

  @Test func initPrintsTheReference() throws {
    let workspace = try Workspace()
    let markdown = try workspace.run("init", "--reference")
    #expect(markdown.code == 0 && markdown.output.hasPrefix("#"))
    #expect(try !workspace.json("init", "--reference", "--json").isEmpty)
    #expect(workspace.names("").isEmpty)
  }

  @Test func checkTakesOverrides() throws {
    let workspace = try Workspace()
    try workspace.write(Specs.small, to: "experiments/small.yaml")
    try workspace.write(Specs.wide, to: "wide.yaml")
    let good = try workspace.run("check", "small", "sampling.walk.chains=3", "~evaluation.quality")
    #expect(good.code == 0, "\(good.text)")
    #expect(good.output == "experiments/small.yaml: small, 11 nodes, no mistakes\n")
    let bad = try workspace.run("check", "small", "sampling.walk.chains=0")
    #expect(bad.code == 65 && bad.errors.contains("'sampling.walk.chains' must be"), "\(bad.text)")
    // Of every spec that is named.
    let both = try workspace.run("check", "small", "wide.yaml", "+data.more={kind: nothing}")
    #expect(both.code == 65)
    #expect(both.errors.split(separator: "unknown kind of data 'nothing'").count == 3)
    let none = try workspace.run("check", "a.b=c")
    #expect(none.code == 64, "\(none.text)")
    #expect(none.errors.contains("there are overrides and no spec"))
    // A file is a spec whatever it is called.
    try workspace.write(Specs.wide, to: "a=b.yaml")
    #expect(try workspace.run("check", "a=b.yaml").code == 0)
  }

  @Test func planSaysWhatWillHappenAndWritesNothing() throws {
    let workspace = try Workspace()
    try workspace.write(Specs.small, to: "experiments/small.yaml")
    func actions(_ overrides: String...) throws -> [String: String] {
      let result = try workspace.run(["plan", "small", "--json"] + overrides)
      let nodes = try Workspace.object(result.output)["nodes"] as? [[String: Any]] ?? []
      return Dictionary(
        uniqueKeysWithValues: nodes.map {
          ($0["name"] as? String ?? "", $0["action"] as? String ?? "")
        })
    }
    #expect(try Set(actions().values) == ["new"])
    #expect(workspace.names("") == ["experiments"])
    let table = try workspace.run("run", "-n", "small")
    #expect(table.output == (try workspace.run("plan", "small").output))
    #expect(workspace.names("") == ["experiments"])
    #expect(try workspace.run("run", "small").code == 0)
    #expect(try Set(actions().values) == ["stored"])
    let changed = try actions("sampling.walk.chains=3")
    #expect(
      changed.filter { $0.value == "new" }.map(\.key).sorted() == ["jump", "quality", "walk"])
    let longer = try actions("sampling.walk.steps=300").filter { $0.value != "stored" }
    #expect(longer == ["walk": "continues", "jump": "new", "quality": "new"])
    let shorter = try actions("sampling.walk.steps=100").filter { $0.value != "stored" }
    #expect(shorter == ["walk": "new", "jump": "new", "quality": "new"])
    let renamed = try actions("description=other")
    #expect(Set(renamed.values) == ["stored"], "what changes no number is in no key")
  }

  @Test func overridesChangeWhatTheySay() throws {
    let workspace = try Workspace()
    try workspace.write(Specs.small, to: "small.yaml")
    let result = try workspace.run(
      "run", "small.yaml", "training.fit.steps=120", "~training.fit.ema",
      "+noise_levels.wide=2", "sampling.walk.chains=3")
    #expect(result.code == 0, "\(result.text)")
    let run = try workspace.directory("small")
    let resolved = try workspace.object(run + "/resolved.json")
    let fit = (resolved["training"] as? [String: Any])?["fit"] as? [String: Any]
    #expect(fit?["steps"] as? Int == 120)
    #expect(fit?["ema"] == nil || fit?["ema"] is NSNull)
    let walk = (resolved["sampling"] as? [String: Any])?["walk"] as? [String: Any]
    #expect(walk?["chains"] as? Int == 3)
    #expect((resolved["noise_levels"] as? [String: Any])?["wide"] as? Double == 2)
    #expect(workspace.exists(run + "/checkpoints/fit/step-00000120.json"))
    let record = try workspace.object(run + "/run.json")
    #expect((record["overrides"] as? [String])?.count == 4)
    #expect(try workspace.read(run + "/spec.yaml") == Data(Specs.small.utf8))
    // What was resolved is what is resumed, whatever becomes of the spec.
    try workspace.write("name: small\n", to: "small.yaml")
    #expect(try workspace.run("resume", "small").code == 0)
  }

  @Test func everyWrongOverrideIsTold() throws {
    let workspace = try Workspace()
    try workspace.write(Specs.small, to: "small.yaml")
    for (override, part) in [
      ("training.fit.steps=many", "many"), ("training.fit.steps", "no '='"),
      ("training.fitt.steps=1", "fit"), ("~training.nothing", "nothing"), ("a..b=1", "missing"),
      ("sampling.walk.keep={from: 900}", "keep"), ("seed=[", "seed=["),
    ] {
      let result = try workspace.run("run", "small.yaml", override)
      #expect(result.code == 65, "\(override): \(result.text)")
      #expect(result.errors.contains(part), "\(override): \(result.errors)")
      #expect(result.errors.contains("command line:1:"), "\(override): \(result.errors)")
      #expect(result.errors.contains("^"))
    }
    #expect(!workspace.exists("results"))
  }
}
