import Foundation
import Testing

/// What goes to stdout and stderr, and the shape of what is printed as JSON.
@Suite struct OutputTests {
  private func finished() throws -> (Workspace, run: String) {
    let workspace = try Workspace()
    try workspace.write(Specs.small, to: "experiments/small.yaml")
    let result = try workspace.run("run", "small")
    #expect(result.code == 0, "\(result.text)")
    return (workspace, try workspace.directory("small"))
  }

  private func list(_ value: Any?) throws -> [[String: Any]] {
    try #require(value as? [[String: Any]])
  }

  @Test func runPrintsItsRuns() throws {
    let workspace = try Workspace()
    try workspace.write(Specs.small, to: "small.yaml")
    let first = try workspace.json("run", "small.yaml", "--json")
    #expect(Set(first.keys) == ["runs"])
    let run = try #require(list(first["runs"]).first)
    #expect(Set(run.keys) == ["run", "directory", "status", "executed"])
    let directory = try workspace.directory("small")
    #expect(run["directory"] as? String == directory)
    #expect(run["run"] as? String == String(directory.dropFirst("results/".count)))
    #expect(run["status"] as? String == "done")
    let nodes = [
      "signs", "noisy", "rows", "energy", "score", "fit-energy", "fit", "walk", "jump", "density",
      "denoiser", "quality",
    ]
    #expect(Set(run["executed"] as? [String] ?? []) == Set(nodes))
    #expect((run["executed"] as? [String])?.count == nodes.count)
    let again = try list(workspace.json("run", "small.yaml", "--json")["runs"])
    #expect(again.first?["executed"] as? [String] == [], "all is in the store")
    let alone = try list(workspace.json("run", "small.yaml", "--json", "--no-store")["runs"])
    #expect((alone.first?["executed"] as? [String])?.count == nodes.count)
    #expect(workspace.names("results/.store/private").isEmpty)
  }

  @Test func summaryHoldsMetrics() throws {
    let (workspace, run) = try finished()
    let summary = try workspace.object(run + "/summary.json")
    #expect(Set(summary.keys) == ["metrics"])
    let metrics = try #require(summary["metrics"] as? [String: [String: Double]])
    #expect(Set(metrics.keys) == ["fit-energy", "fit", "density", "denoiser", "quality"])
    #expect(metrics["fit"]?["mean_loss"] != nil)
    #expect(metrics["density"]?["kl"] != nil)
    let lines = try String(decoding: workspace.read(run + "/metrics.jsonl"), as: UTF8.self).split(
      separator: "\n")
    for line in lines {
      #expect(try Set(Workspace.object(String(line)).keys) == ["node", "step", "name", "value"])
    }
  }

  @Test func everyCommandPrintsJSON() throws {
    let (workspace, directory) = try finished()
    try workspace.write("name: bad\nsede: 1\n", to: "bad.yaml")
    let bad = try #require(
      list(workspace.json("check", "bad.yaml", "--json", code: 65)["specs"]).first)
    #expect(Set(bad.keys) == ["spec", "name", "valid", "diagnostics"])
    #expect(bad["valid"] as? Bool == false)
    let diagnostic = try #require(list(bad["diagnostics"]).first)
    #expect(
      Set(diagnostic.keys).isSuperset(
        of: ["severity", "message", "file", "line", "column", "help", "notes"]))
    #expect(diagnostic["line"] as? Int == 2)
    let good = try #require(list(workspace.json("check", "small", "--json")["specs"]).first)
    #expect(good["valid"] as? Bool == true && good["name"] as? String == "small")

    let plan = try workspace.json("plan", "small", "--json")
    #expect(Set(plan.keys) == ["experiment", "figures", "nodes", "seconds", "unknown"])
    let node = try #require(list(plan["nodes"]).first { $0["name"] as? String == "fit" })
    #expect(
      Set(node.keys)
        == ["name", "section", "kind", "key", "references", "steps", "action", "step", "seconds"])
    #expect(node["action"] as? String == "stored" && node["steps"] as? Int == 200)

    let listed = try #require(list(workspace.json("ls", "--json")["runs"]).first)
    #expect(
      Set(listed.keys)
        == [
          "run", "directory", "status", "smoke", "nodes", "done", "started", "finished",
          "overrides", "tags",
        ])
    #expect(listed["done"] as? Int == listed["nodes"] as? Int)

    let shown = try workspace.json("show", "small", "--json")
    #expect(
      Set(shown.keys)
        == [
          "run", "directory", "status", "started", "finished", "resumed", "nodes", "metrics",
          "reason",
          "tags", "parent", "command", "provenance",
        ])
    #expect(
      try Set(#require(list(shown["nodes"]).first).keys)
        == ["name", "status", "key", "executed", "seconds", "failure"])

    let verified = try #require(list(workspace.json("verify", "small", "--json")["runs"]).first)
    #expect(Set(verified.keys) == ["run", "directory", "files", "differences"])
    #expect(verified["directory"] as? String == directory)
    #expect(try list(verified["differences"]).isEmpty)

    let made = try workspace.json("init", "mine.yaml", "--json")
    #expect(made["spec"] as? String == "mine.yaml" && made.count == 1)
  }

  @Test func stdoutIsDataAndStderrTheRest() throws {
    let (workspace, _) = try finished()
    let result = try workspace.run("run", "small", "training.fit.steps=300")
    #expect(result.code == 0)
    #expect(result.output.hasPrefix("node "))
    #expect(result.errors.contains("fit "))
    #expect(!result.errors.contains("\r") && !result.errors.contains("\u{1B}"))
    #expect(!result.errors.contains("left"), "no bar without a terminal")
    let plan = try workspace.run("plan", "small")
    #expect(plan.errors.isEmpty && plan.output.hasPrefix("node "))
    let empty = try workspace.run("ls", "--results", "none")
    #expect(empty.code == 0 && empty.output.isEmpty && empty.errors.contains("no runs"))
  }

  @Test func theTableOfARunIsShortAndThatOfShowWhole() throws {
    let (workspace, run) = try finished()
    let short = try workspace.run("run", "small").output
    let whole = try workspace.run("show", run).output
    func line(_ node: String, _ metric: String, in text: String) -> [Substring]? {
      text.split(separator: "\n").map { $0.split(separator: " ") }.first {
        $0.count > 2 && $0[0] == node && $0[1] == metric
      }
    }
    for (node, metric, columns) in [
      ("fit", "mean_loss", 3), ("density", "kl", 3), ("density", "tv", 3),
      ("density", "mode_mass.0", 4), ("denoiser", "rmse_to_bayes", 3), ("denoiser", "mse", 4),
      ("quality", "ks", 6), ("quality", "wasserstein", 6), ("quality", "mean", 5),
      ("quality", "variance", 4), ("quality", "ess", 3), ("quality", "mode_weights_tv", 5),
    ] {
      let found = line(node, metric, in: short)
      #expect(found?.count == columns, "\(node) \(metric) in\n\(short)")
      #expect(found == line(node, metric, in: whole))
    }
    for (node, metric) in [("fit", "final_loss"), ("density", "l1"), ("quality", "skewness")] {
      #expect(line(node, metric, in: short) == nil)
      #expect(line(node, metric, in: whole) != nil)
    }
    // What stands in the line of its metric has none of its own.
    for metric in ["mean.mcse", "mean.truth", "ks.expected", "ks.floor"] {
      #expect(
        line("quality", metric, in: short) == nil && line("quality", metric, in: whole) == nil)
    }
  }

  @Test func aTerminalSeesStepLossRateAndTimeLeft() throws {
    let workspace = try Workspace()
    try workspace.write(Specs.long, to: "long.yaml")
    let terminal = try Terminal()
    // Several times as long as the pause between two drawings.
    let process = try workspace.start(
      [
        "run", "long.yaml", "--no-store", "training.fit.steps=200000",
        "sampling.walk.steps=3000000",
      ], errors: terminal.slave)
    let (text, result) = try terminal.text(until: process)
    #expect(result.code == 0)
    let bar =
      /fit {2,}\[=* *\]  \d+\/200000  loss [0-9.e-]+  [0-9.e]+\/s  [0-9.:]+ s, [0-9.:]+ (s|min|h) left/
    #expect(text.contains(bar), "\(text)")
    #expect(text.contains(/walk {2,}\[=* *\]  \d+\/3000000  [0-9.e]+\/s/))
    #expect(result.output.contains("mean_loss") && !result.output.contains("\u{1B}"))
    let dumb = try Terminal()
    let plain = try workspace.start(
      ["run", "long.yaml", "training.fit.steps=2000", "--smoke"], environment: ["TERM": "dumb"],
      errors: dumb.slave)
    #expect(try !dumb.text(until: plain).text.contains("\u{1B}[2K"))
  }
}
