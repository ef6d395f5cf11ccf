import Foundation
import Testing

/// `explain`: what is printed, its shape as JSON, and how it ends.
@Suite struct ExplainCommandTests {
  /// Seed 001's chains on its law.
  private static let spec = """
    name: short
    data:
      mixture:
        kind: gaussian-mixture
        components: [{weight: 2, mean: [-5], std: 3}, {weight: 1, mean: [6], std: 1}]
    sampling:
      chains:
        kind: langevin
        target: mixture
        initial: {kind: normal}
        step_size: 5e-3
        steps: 2000
        chains: 1000
        keep: {from: 0, to: -2}

    """

  private static let root = #filePath.split(separator: "/").dropLast(3).reduce("") { $0 + "/" + $1 }

  /// Of a spec that sweeps, one point, and it is said which.
  @Test func aPointOfASweep() throws {
    let workspace = try Workspace()
    try workspace.write(
      Self.spec + "sweep: {axes: {n: {set: sampling.chains.chains, values: [7, 8, 9]}}}\n",
      to: "spec.yaml")
    let first = try workspace.run("explain", "spec.yaml")
    #expect(
      first.output.hasPrefix(
        "point 1 of 3: n=7\nthe others: --point 2 and so on, as `scorewalk plan spec.yaml` numbers them\n\n"
      ), "\(first.text)")
    #expect(first.output.contains(/chains +7\n/), "\(first.text)")
    let last = try workspace.run("explain", "spec.yaml", "--point", "3")
    #expect(last.output.hasPrefix("point 3 of 3: n=9\n\n"), "\(last.text)")
    #expect(last.output.contains(/chains +9\n/), "\(last.text)")
    let json = try workspace.json("explain", "spec.yaml", "--point", "2", "--json")
    #expect(json["point"] as? Int == 2 && json["points"] as? Int == 3)
    #expect(json["label"] as? String == "n=8")
    for wrong in ["0", "4"] {
      let result = try workspace.run("explain", "spec.yaml", "--point", wrong)
      #expect(result.code == 64 && result.errors.contains("from 1 to 3"), "\(result.text)")
    }
    #expect(try workspace.run("explain", "spec.yaml", "~sweep", "--point", "1").code == 64)
  }

  /// Numbers that are left to the data stand in front, with their reasons.
  @Test func numbersFromTheData() throws {
    let workspace = try Workspace()
    try workspace.write(
      Self.spec + """
        noise_levels: {down: {kind: geometric, from: auto, to: 0.5, count: auto, data: mixture}}
        models: {net: {kind: mlp, output: denoiser, hidden: [4], noise_levels: down, dimension: 1}}

        """, to: "spec.yaml")
    let result = try workspace.run("explain", "spec.yaml")
    // 11 + (3 + 1) times the root of the 99 % quantile of χ² of one degree, 2.5758.
    let head = """
      chosen by the data

          noise_levels.down.from   21.3  (the largest distance within the balls that hold 99 % of each component of 'mixture')
          noise_levels.down.count  11  (a ratio of 1.5 or less in the 1 dimension of 'mixture': NCSNv2's technique 2 has no solution below five dimensions)

      data
      """
    #expect(result.output.hasPrefix(head), "\(result.text)")
    let json = try workspace.json("explain", "spec.yaml", "--json")
    let numbers = try #require(json["automatic"] as? [[String: Any]])
    #expect(numbers.map { $0["field"] as? String }.first == "noise_levels.down.from")
    #expect(numbers.count == 2 && numbers[1]["value"] as? Double == 11)
  }

  /// The committed texts, whole. Where words change on purpose: `scorewalk explain SPEC`, into the file.
  @Test(arguments: ["short", "walk-jump"])
  func theWholeText(name: String) throws {
    let workspace = try Workspace()
    let spec =
      name == "short"
      ? Self.spec
      : try String(contentsOfFile: Self.root + "/experiments/\(name).yaml", encoding: .utf8)
    try workspace.write(spec, to: "spec.yaml")
    let result = try workspace.run("explain", "spec.yaml")
    #expect(result.code == 0 && result.errors.isEmpty, "\(result.text)")
    let golden = try String(
      contentsOfFile: Self.root + "/Tests/Fixtures/explain-\(name).txt", encoding: .utf8)
    #expect(result.output == golden)
    #expect(workspace.names("") == ["spec.yaml"])
    let colored = try workspace.run("explain", "spec.yaml", "--color", "always").output
    #expect(colored.replacing(/\u{1B}\[[0-9;]*m/, with: "") == golden && colored != golden)
  }

  /// What the golden text must say, from METHODS 3.1 and 8.
  @Test func theShippedWalkJump() throws {
    let text = try String(
      contentsOfFile: Self.root + "/Tests/Fixtures/explain-walk-jump.txt", encoding: .utf8)
    let lines = text.split(separator: "\n").map { $0.split(separator: " ").joined(separator: " ") }
    for line in [
      "two-modes (gaussian-mixture)", "variance 1.25", "Fisher information I 2.9024",
      "least loss 0.15866 (by the posterior median)",
      "variance in the long run 1.2785 (of the target 1.25)",
      "TV to the target in the long run 0.064585", "KS to the target in the long run 0.02116",
      "law of the chains not known: 'energy' is an untrained network",
    ] { #expect(lines.contains { $0.hasPrefix(line) }, "\(line)") }
    #expect(lines.contains { $0.hasPrefix("! what is denoised is not what the denoiser is for") })
  }

  @Test func theShapeOfItsJSON() throws {
    let workspace = try Workspace()
    try workspace.write(Self.spec, to: "short.yaml")
    let object = try workspace.json("explain", "short.yaml", "--json")
    #expect(Set(object.keys) == ["experiment", "nodes"])
    #expect(object["experiment"] as? String == "short")
    let nodes = try #require(object["nodes"] as? [[String: Any]])
    #expect(nodes.map { $0["name"] as? String } == ["mixture", "chains"])
    for node in nodes {
      #expect(Set(node.keys) == ["name", "section", "kind", "facts", "verdicts"])
      for fact in try #require(node["facts"] as? [[String: Any]]) {
        #expect(Set(fact.keys) == ["name", "label", "value", "standard_error", "remark"])
      }
      for verdict in try #require(node["verdicts"] as? [[String: Any]]) {
        #expect(Set(verdict.keys) == ["name", "severity", "text"])
      }
    }
    let facts = try #require(nodes[1]["facts"] as? [[String: Any]])
    let kept = try #require(facts.first { $0["name"] as? String == "mode_masses_kept" })
    let masses = try #require(kept["value"] as? [Double])
    #expect(abs(masses[1] - 0.0904) < 5e-4 && abs(masses[0] + masses[1] - 1) < 1e-9)
    let verdicts = try #require(nodes[1]["verdicts"] as? [[String: Any]])
    #expect(verdicts.map { $0["name"] as? String } == ["too_short", "wrong_masses"])
    // Shorter by an override, and by far.
    let shorter = try workspace.json(
      "explain", "short.yaml", "sampling.chains.steps=200", "--json")
    let node = try #require((shorter["nodes"] as? [[String: Any]])?.last)
    let first = try #require((node["verdicts"] as? [[String: Any]])?.first)
    #expect((first["text"] as? String)?.hasPrefix("this chain is 146 times too short") == true)
  }

  @Test func badInputEndsAsInCheck() throws {
    let workspace = try Workspace()
    try workspace.write(Self.spec.replacing("langevin", with: "langevine"), to: "bad.yaml")
    let bad = try workspace.run("explain", "bad.yaml")
    #expect(bad.code == 65 && bad.output.isEmpty)
    #expect(bad.errors.contains("unknown kind of sampling 'langevine'"))
    #expect(bad.errors.contains("did you mean 'langevin'?"))
    #expect(try workspace.run("explain", "none.yaml").code == 66)
    #expect(try workspace.run("explain").code == 64)
    try workspace.write(Self.spec, to: "short.yaml")
    #expect(try workspace.run("explain", "short.yaml", "sampling.chains.stepz=3").code == 65)
  }
}
