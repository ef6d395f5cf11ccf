import Experiments
import Scorewalk
import Testing

/// The curl of scores, where it is asked for.
@Suite struct CurlTests {
  private static func spec(_ fields: String) -> String {
    """
    name: curl
    seed: 4
    precision: float64
    data:
      law: {kind: gaussian-mixture, components: [{mean: [1, 0], std: 1}, {mean: [-1, 0], std: 1}]}
    models:
      free: {kind: mlp, output: score, hidden: [6, 6], activation: tanh, dimension: 2}
      energy: {kind: mlp, output: energy, hidden: [6, 6], activation: tanh, dimension: 2}
    evaluation:
      of-free: {kind: score, of: free, against: law\(fields)}
      of-energy: {kind: score, of: energy, against: law\(fields)}

    """
  }

  private func metrics(_ outcome: RunOutcome, _ node: String) -> [String: Double] {
    let summary = outcome.record[node: node]?.summary ?? []
    return Dictionary(summary.map { ($0.name, $0.value.number) }) { first, _ in first }
  }

  /// A score has some, an energy none; and whoever does not ask has the same metrics as ever.
  @Test func curlsAreMeasuredWhereAskedFor() throws {
    let runner = try TestRunner()
    let asked = try runner.start(Self.spec(", curl: true"))
    let plain = try runner.start(Self.spec(""))
    for outcome in [asked, plain] {
      #expect(outcome.record.status == .done, "\(String(describing: outcome.failure))")
    }
    let names = ["curl", "curl.se", "relative_curl", "relative_curl.se"]
    for node in ["of-free", "of-energy"] {
      let (with, without) = (metrics(asked, node), metrics(plain, node))
      #expect(without["error"] != nil && names.allSatisfy { without[$0] == nil })
      #expect(with.filter { !names.contains($0.key) } == without)
    }
    let (free, energy) = (metrics(asked, "of-free"), metrics(asked, "of-energy"))
    #expect(try #require(free["curl"]) > 1e-2)
    let share = try #require(free["relative_curl"])
    #expect(share > 1e-2 && share <= 1)
    #expect(try #require(energy["curl"]) < 1e-14)
    #expect(try #require(energy["relative_curl"]) < 1e-14)
    for name in ["curl", "relative_curl"] {
      #expect(MetricName(name).goal == .small && MetricName(name + ".se").owner == name)
    }
  }

  @Test func onlyInThePlane() {
    MarkedSpec(
      "a line",
      """
      name: bad
      data:
        line: {kind: gaussian-mixture, components: [{mean: [0], std: 1}]}
      models:
        net: {kind: mlp, output: score, hidden: [4], dimension: 1}
      evaluation:
        error: {kind: score, of: net, against: line, curl: 1️⃣true}
        plain: {kind: score, of: net, against: line, curl: false}
      """,
      Expected(
        "1️⃣", "the curl is of a score in two dimensions; 'net' has 1", help: "leave `curl` out")
    ).check()
  }
}
