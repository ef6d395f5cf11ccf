import Foundation
import Testing

/// `report` through the executable; what is in the pages is tested beside the module and in a browser.
@Suite struct ReportCommandTests {
  private func workspace() throws -> Workspace {
    let workspace = try Workspace()
    try workspace.write(Specs.small, to: "small.yaml")
    return workspace
  }

  private func text(_ workspace: Workspace, _ file: String) throws -> String {
    String(decoding: try workspace.read(file), as: UTF8.self)
  }

  @Test func aRun() throws {
    let workspace = try workspace()
    #expect(try workspace.run("run", "small.yaml").code == 0)
    let run = try workspace.directory("small")
    let result = try workspace.run("report", "small")
    #expect(result.code == 0 && result.output == "wrote \(run)/report.html\n", "\(result.text)")
    let page = try text(workspace, run + "/report.html")
    #expect(page.hasPrefix("<!doctype html>") && page.contains("id=\"node-walk\""))
    // It is in no manifest, and may be made anew.
    #expect(try workspace.run("verify", "small").code == 0)
    let again = try workspace.json("report", "small", "--json")
    #expect(again["file"] as? String == run + "/report.html")
    #expect(try text(workspace, run + "/report.html") == page)
    #expect(try workspace.run("report", "small", "-o", "elsewhere.html").code == 0)
    #expect(try text(workspace, "elsewhere.html") == page)
  }

  @Test func aSweep() throws {
    let workspace = try workspace()
    let sweep = ["-m", "sampling.walk.step_size=0.1,0.05", "-m", "seed=1,2"]
    #expect(try workspace.run(["run", "small.yaml"] + sweep).code == 0)
    let result = try workspace.run("report", "small/*")
    #expect(result.code == 0 && result.output == "wrote report.html\n", "\(result.text)")
    let page = try text(workspace, "report.html")
    #expect(page.contains("<h1>4 runs of small</h1>"))
    for name in try (1...4).map({ try workspace.directory("small", $0) }) {
      #expect(page.contains(">\(name.dropFirst("results/small/".count))<"))
    }
    #expect(page.contains("id=\"comparison\"") && page.contains("<h3>quality.ks</h3>"))
    #expect(page.contains("<code>sampling.walk.step_size</code>"))
    // What is asked of the comparison.
    let asked = try workspace.run(
      "report", "small/*", "--metric", "quality.ks", "--baseline", "step_size=0.1", "-o", "a.html")
    #expect(asked.code == 0, "\(asked.text)")
    let other = try text(workspace, "a.html")
    #expect(other.contains("Every group is compared with step_size=0.1"))
    #expect(!other.contains("<h3>quality.wasserstein</h3>"))
  }

  @Test(arguments: [
    (["smalk"], 66, "did you mean 'small'?"), (["small", "-o", "results"], 64, "is a directory"),
    (["small", "-o", "small.yaml"], 64, "is there already, and is no report"),
    (["small", "-o", "no/a.html"], 74, "No such file or directory"),
    (["small", "--metric", "quality.ks"], 64, "are for several runs"),
    (["small/1", "small/2", "--metric", "quality.kz"], 64, "did you mean 'quality.ks'?"),
  ])
  func misuse(arguments: [String], code: Int32, text: String) throws {
    let workspace = try workspace()
    #expect(try workspace.run("run", "small.yaml").code == 0)
    #expect(try workspace.run("run", "small.yaml", "seed=1").code == 0)
    let spec = try workspace.read("small.yaml")
    let result = try workspace.run(["report"] + arguments)
    #expect(result.code == code, "\(result.text)")
    #expect(result.errors.contains(text), "\(result.errors)")
    #expect(result.output.isEmpty)
    #expect(try workspace.read("small.yaml") == spec)
    #expect(try workspace.run("report", "small", "-o", "small.yaml", "--force").code == 0)
  }

  /// What failed and what is not to be believed is said, each once with its runs; failures are no warnings of metrics.
  @Test func whatIsWrongWithASweep() throws {
    let workspace = try workspace()
    let sweep = ["-m", "sampling.walk.step_size=0.1,1e300,1e200"]
    #expect(try workspace.run(["run", "small.yaml", "-k"] + sweep).code == 1)
    #expect(try workspace.run("report", "small/*").code == 0)
    let page = try text(workspace, "report.html")
    let names = try (1...3).map { try workspace.directory("small", $0).split(separator: "/")[2] }
    #expect(page.contains("2 of 3 runs failed:"))
    #expect(page.contains("walk: it failed: "))
    #expect(page.contains("in 2 runs, of which these are the first’s numbers:"))
    #expect(page.contains("<a href=\"#run-small/\(names[1])\">\(names[1])</a>"))
    #expect(page.contains("<span id=\"run-small/\(names[1])\">"))
    // Once, and not among the metrics that are not to be believed.
    #expect(page.ranges(of: "it failed: ").count == 1)
    let table = try workspace.run("export", "small/*", "--to", "csv", "--final").output
    let failed = table.split(separator: "\n").filter { $0.contains(",failed,") }
    #expect(Set(failed.map { $0.split(separator: ",")[1] }) == [names[1], names[2]])
  }

  /// Where the results are elsewhere, the commands of the page find them; `-` is standard output.
  @Test func elsewhere() throws {
    let workspace = try workspace()
    #expect(try workspace.run("run", "small.yaml", "--results", "mine").code == 0)
    let run = try workspace.directory("small", results: "mine")
    let name = run.dropFirst("mine/".count)
    let page = try workspace.run("report", "small", "--results", "mine", "-o", "-")
    #expect(page.code == 0 && page.output.hasPrefix("<!doctype html>"))
    #expect(page.output.contains("<code>scorewalk verify \(name) --results mine</code>"))
    #expect(try workspace.run("verify", String(name), "--results", "mine").code == 0)
    #expect(!workspace.exists("-"))
    let path = try workspace.run("report", run, "-o", "-")
    #expect(path.output.contains("<code>scorewalk verify \(run)</code>"))
    #expect(try workspace.run("verify", run).code == 0)
    #expect(try workspace.run("report", run, "-o", "-", "--json").code == 64)
  }

  /// Labels of axes are text of the spec.
  @Test func hostileLabels() throws {
    let workspace = try workspace()
    let value = "{<script>alert(1)</script>: 0.1, b: 0.05}"
    let sweep = """
      sweep:
        axes:
          delta: {set: sampling.walk.step_size, values: \(value)}

      """
    try workspace.write(Specs.small + sweep, to: "small.yaml")
    let run = try workspace.run("run", "small.yaml", "--tag", "<img>")
    #expect(run.code == 0, "\(run.text)")
    #expect(try workspace.run("report", "small/*").code == 0)
    #expect(try workspace.run("report", "small/1").code == 0)
    for file in ["report.html", try workspace.directory("small") + "/report.html"] {
      let page = try text(workspace, file)
      #expect(page.ranges(of: "<script").count == 1 && !page.contains("<img"))
      #expect(page.contains("&lt;script&gt;alert(1)&lt;/script&gt;"))
    }
  }
}
