import Foundation
import Testing

/// `--only` and `--until`, and `export`, through the executable.
@Suite struct SelectionTests {
  private func workspace() throws -> Workspace {
    let workspace = try Workspace()
    try workspace.write(Specs.small, to: "small.yaml")
    return workspace
  }

  private func names(_ nodes: Any?) -> [String] {
    (nodes as? [[String: Any]] ?? []).map { $0["name"] as? String ?? "" }
  }

  @Test func untilAndThenOnly() throws {
    let workspace = try workspace()
    let none = try workspace.run("run", "small.yaml", "--only", "walk")
    #expect(none.code == 66, "\(none.text)")
    #expect(none.errors.contains("error: --only walk: the store does not have 'fit'"))
    #expect(none.errors.contains("help: compute 'fit' as well, with --until walk"))
    #expect(none.output.isEmpty && !workspace.exists("results"))
    let chosen = ["signs", "score", "fit"]
    let plan = try workspace.json("plan", "small.yaml", "--until", "fit", "--json")
    #expect(names(plan["nodes"]) == chosen)
    #expect(try workspace.run("run", "small.yaml", "--until", "training.fit").code == 0)
    let shown = try workspace.json("show", "small", "--json")
    #expect(shown["status"] as? String == "done")
    #expect(names(shown["nodes"]) == chosen)
    let list = try workspace.json("ls", "--json")["runs"] as? [[String: Any]]
    #expect(list?.first?["nodes"] as? Int == 3 && list?.first?["done"] as? Int == 3)
    let only = try workspace.json("plan", "small.yaml", "--only", "walk", "--json")
    let rows = try #require(only["nodes"] as? [[String: Any]])
    #expect(names(rows) == ["fit", "walk"])
    #expect(rows.map { $0["action"] as? String } == ["stored", "new"])
    let dry = try workspace.json("run", "-n", "small.yaml", "--only", "walk", "--json")
    #expect(names(dry["nodes"]) == ["fit", "walk"])
    let run = try workspace.json("run", "small.yaml", "--only", "walk", "--json")
    let runs = try #require(run["runs"] as? [[String: Any]])
    #expect(runs.first?["executed"] as? [String] == ["walk"])
    #expect(try workspace.run("verify", "small").code == 0)
    let again = try workspace.run("resume", "small")
    #expect(again.code == 0 && again.errors.contains("there was nothing left to compute"))
    // Both at once, each more than once.
    let both = try workspace.json(
      "plan", "small.yaml", "--only", "walk", "--only", "jump", "--until", "rows", "--json")
    #expect(names(both["nodes"]) == ["signs", "noisy", "rows", "fit", "walk", "jump"])
  }

  /// Runs that take a result from the store are no further draw of it.
  @Test func mediansTakeEachResultOnce() throws {
    let workspace = try workspace()
    func value(_ line: Substring?) throws -> Double {
      try #require(line?.split(separator: " ").last.flatMap { Double($0) })
    }
    for arguments in [
      ["seed=0"], ["seed=1"], ["seed=1"], ["seed=1", "--until", "fit"], ["seed=2"],
    ] {
      #expect(try workspace.run(["run", "small.yaml"] + arguments).code == 0)
    }
    let text = try workspace.run("ls", "--metric", "fit.mean_loss").output
    let lines = text.split(separator: "\n")
    #expect(lines.count == 7 && lines[6].hasPrefix("median of 3 results "), "\(text)")
    let values = try [1, 2, 5].map { try value(lines[$0]) }
    #expect(try value(lines[6]) == values.sorted()[1])
    #expect(try value(lines[2]) == value(lines[3]))
    // A metric that the seed says nothing to beside one that it does.
    #expect(try workspace.run("run", "small.yaml", "seed={default: 2, sampling: 9}").code == 0)
    let both = try workspace.run(
      "ls", "--metric", "fit.mean_loss", "--metric", "quality.mean"
    ).output
    #expect(both.contains("median of 3 to 4 results "), "\(both)")
  }

  @Test func misuse() throws {
    let workspace = try workspace()
    for command in ["run", "plan"] {
      for option in ["--only", "--until"] {
        let result = try workspace.run(command, "small.yaml", option, "wlak")
        #expect(result.code == 64, "\(result.text)")
        #expect(result.errors.contains("\(option) names no node: 'wlak'"))
        #expect(result.errors.contains("did you mean 'walk'?"))
      }
    }
    let both = try workspace.run("run", "small.yaml", "--only", "walk", "--no-store")
    #expect(both.code == 64, "\(both.text)")
    #expect(both.errors.contains("write --until"))
    #expect(!workspace.exists("results"))
  }

  @Test func export() throws {
    let workspace = try workspace()
    #expect(try workspace.run("run", "small.yaml").code == 0)
    let name = try #require(try workspace.directory("small").split(separator: "/").last)
    let result = try workspace.run("export", "small", "walk", "--to", "npz")
    #expect(result.code == 0, "\(result.text)")
    #expect(result.output == "wrote \(name)-walk.npz: 1 array\n")
    let bytes = try workspace.read("\(name)-walk.npz")
    #expect(bytes.starts(with: Data("PK\u{3}\u{4}".utf8)))
    let again = try workspace.run("export", "small", "walk", "--to", "npz")
    #expect(again.code == 64, "\(again.text)")
    #expect(again.errors.contains("'\(name)-walk.npz' is there already"))
    #expect(again.errors.contains("--force"))
    try workspace.write("something", to: "\(name)-walk.npz")
    #expect(try workspace.run("export", "small", "walk", "--to", "npz", "--force").code == 0)
    #expect(try workspace.read("\(name)-walk.npz") == bytes)
    let all = try workspace.json("export", "small", "--to", "npz", "--output", "all.npz", "--json")
    #expect(all["file"] as? String == "all.npz")
    let arrays = try #require(all["arrays"] as? [[String: Any]])
    let walk = try #require(arrays.first { $0["name"] as? String == "walk/samples" })
    #expect(walk["shape"] as? [Int] == [5, 200, 1] && walk["dtype"] as? String == "float32")
    #expect(names(arrays).contains("fit/ema/dense-0.kernel"))
    let step = try workspace.json(
      "export", "small", "fit", "--to", "npz", "--step", "100", "--output", "fit.npz", "--json")
    #expect(names(step["arrays"]).first == "parameters/dense-0.kernel")
  }

  /// One table of several runs, to standard output and to a file; events in a directory for each run.
  @Test func exportOfMetrics() throws {
    let workspace = try workspace()
    let sweep = ["run", "small.yaml", "-m", "sampling.walk.step_size=0.1,0.05", "-m", "seed=1,2"]
    #expect(try workspace.run(sweep).code == 0)
    let table = try workspace.run("export", "small/*", "--to", "csv")
    #expect(table.code == 0 && table.errors.isEmpty, "\(table.text)")
    let lines = table.output.split(separator: "\n")
    #expect(lines.first == "experiment,run,step_size,seed,status,node,step,metric,value")
    let names = try (1...4).map { try workspace.directory("small", $0) }
    var count = 0
    for name in names {
      let values = try workspace.read(name + "/metrics.jsonl").split(separator: UInt8(ascii: "\n"))
      let run = name.dropFirst("results/small/".count)
      #expect(lines.count { $0.hasPrefix("small,\(run),") } == values.count)
      count += values.count
    }
    #expect(lines.count == count + 1 && count > 100)
    #expect(lines.last?.hasPrefix("small,\(names[3].dropFirst(14)),0.05,2,done,quality,") == true)
    let file = try workspace.json("export", "small/*", "--to", "csv", "-o", "all.csv", "--json")
    #expect(file["rows"] as? Int == count && file["file"] as? String == "all.csv")
    #expect(try workspace.read("all.csv") == Data(table.output.utf8))
    #expect(try workspace.run("export", "small", "--to", "csv", "-o", "all.csv").code == 64)
    let final = try workspace.run("export", "small", "--to", "csv", "--final", "-o", "-").output
    let summary = try workspace.object(names[3] + "/summary.json")["metrics"] as? [String: Any]
    let expected = try #require(summary).values.reduce(0) {
      $0 + (($1 as? [String: Any])?.count ?? 0)
    }
    #expect(final.split(separator: "\n").count == expected + 1)
    let events = try workspace.run("export", "small/*", "--to", "tensorboard", "-o", "events")
    #expect(events.code == 0 && events.errors.contains("tensorboard --logdir events"))
    let files = names.map { $0.dropFirst(8) + "/events.out.tfevents.0000000000.scorewalk" }
    #expect(workspace.files("events") == Set(files.map(String.init)))
    #expect(try workspace.run("export", "small", "--to", "tensorboard", "-o", "events").code == 64)
    let again = try workspace.json(
      "export", "small", "--to", "tensorboard", "-o", "events", "--force", "--json")
    #expect(again["directory"] as? String == "events")
  }

  /// What is not done is told and left out.
  @Test func exportOfWhatIsNotDone() throws {
    let workspace = try workspace()
    #expect(
      try workspace.run(
        "run", "small.yaml",
        "+sampling.bad={kind: langevin, target: noisy, initial: {kind: point, at: [1e308]}, step_size: 10, steps: 3}"
      ).code == 1)
    let table = try workspace.run("export", "small", "--to", "csv")
    #expect(table.code == 0 && table.output.hasPrefix("experiment,run,seed,"))
    #expect(table.errors.contains("not done, and left out: small/"), "\(table.text)")
  }

  @Test(arguments: [
    (["small", "walk", "--to", "xlsx"], 64, "The value 'xlsx' is invalid for '--to <to>'"),
    (["small", "walk", "--to", "csv"], 66, "no run is called 'walk'"),
    (["small", "walk", "jump", "--to", "npz"], 64, "npz takes one run and one of its nodes"),
    (["small", "--to", "csv", "--step", "3"], 64, "--step is for --to npz"),
    (["small", "walk", "--to", "npz", "--final"], 64, "--final is for --to csv"),
    (["small", "--to", "csv", "--json"], 64, "name a file with --output"),
    (["small", "--to", "csv", "-o", "results"], 64, "is a directory"),
    (["small", "--to", "csv", "-o", "no/a.csv"], 74, "No such file or directory"),
    (["small", "--to", "tensorboard", "-o", "small.yaml"], 74, "'small.yaml"),
    (["small", "walk"], 64, "Missing expected argument '--to <to>'"),
    (["small", "--to", "npz", "--step", "3"], 64, "--step needs the name of a node"),
    (["small", "wlak", "--to", "npz"], 66, "did you mean 'walk'?"),
    (["smalk", "--to", "npz"], 66, "did you mean 'small'?"),
    (["small", "signs", "--to", "npz"], 66, "has no arrays"),
    (["small", "fit", "--to", "npz", "--step", "101"], 66, "the nearest is 100"),
    (["small", "walk", "--to", "npz", "--output", "no/a.npz"], 74, "No such file or directory"),
    (["small", "walk", "--to", "npz", "--output", "results"], 64, "is a directory"),
    (["small", "walk", "--to", "npz", "--output", "-"], 64, "only csv goes to standard output"),
    (["small", "--to", "tensorboard", "--output", "-"], 64, "only csv goes to standard output"),
  ])
  func misuseOfExport(arguments: [String], code: Int32, text: String) throws {
    let workspace = try workspace()
    #expect(try workspace.run("run", "small.yaml").code == 0)
    let result = try workspace.run(["export"] + arguments)
    #expect(result.code == code, "\(result.text)")
    #expect(result.errors.contains(text), "\(result.errors)")
    #expect(result.output.isEmpty)
    #expect(Set(workspace.names("")).isSubset(of: ["results", "small.yaml"]))
  }
}
