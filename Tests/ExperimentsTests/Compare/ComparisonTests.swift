import Experiments
import Foundation
import Scorewalk
import Testing

/// Runs grouped over their seeds.
@Suite struct ComparisonTests {
  @Test(arguments: ComparisonFormat.allCases)
  func aSweepBesideABaseline(_ format: ComparisonFormat) throws {
    let fixture = try CompareFixture.sweep()
    let comparison = try fixture.compare(
      metrics: ["quality.ks", "quality.mean"], baseline: ["delta=0.1"])
    try expectGolden(comparison.rendered(format), "sweep.\(format.rawValue)")
  }

  @Test func numbersAreThoseOfTheStatistics() throws {
    let fixture = try CompareFixture.sweep()
    let comparison = try fixture.compare(metrics: ["quality.ks"], baseline: ["delta=0.1"])
    #expect(comparison.columns == ["delta"] && comparison.baseline == 0)
    #expect(comparison.groups.map(\.label) == ["delta=0.1", "delta=0.05", "delta=0.5"])
    #expect(comparison.differing == ["sampling.walk.step_size"] && comparison.seedCount == 5)
    let results = comparison.groups.map { $0.results[0] }
    #expect(results.map(\.values.count) == [5, 5, 3] && results.map(\.count) == [5, 5, 5])
    let logs = results[0].values.map(Double.log)
    let interval = try #require(MeanEstimate(logs).interval())
    #expect(results[0].isLogarithmic)
    #expect(results[0].mean == Double.exp(MeanEstimate(logs).mean))
    #expect(results[0].interval?.lowerBound == Double.exp(interval.lowerBound))
    // The mean of the noise is .01, the geometric mean of ks .08 e^.01.
    #expect(abs((results[0].mean ?? 0) - 0.08 * exp(0.01)) < 1e-15)
    // Floors .02 to .024: √[5](.02 · .021 · .022 · .023 · .024).
    #expect(abs((results[0].floor ?? 0) - 0.0219544) < 1e-7)

    let contrast = try #require(results[1].contrast)
    guard case .paired(let correlation) = contrast.test?.method else {
      Issue.record("\(String(describing: contrast.test))")
      return
    }
    #expect(correlation > 0.95 && contrast.verdict == .better)
    // Mean difference -.5 - .004, so the ratio is its exponential.
    #expect(abs((contrast.estimate ?? 0) - exp(-0.504)) < 1e-12)
    // Two tests: the smaller p counts twice.
    let p = try #require(contrast.test?.probability)
    #expect(contrast.adjusted == 2 * p)
  }

  @Test func whatWasLostIsCountedAndLeavesItUndecided() throws {
    let fixture = try CompareFixture.sweep()
    let comparison = try fixture.compare(metrics: ["quality.ks"], baseline: ["delta=0.1"])
    let lost = comparison.groups[2].results[0]
    #expect(lost.losses.map(\.reason) == ["is nan", "run failed"])
    #expect(lost.losses.map(\.seed) == ["seed=1", "seed=3"])
    // The three pairs that both have, and no conclusion.
    #expect(lost.contrast?.test?.degreesOfFreedom == 2)
    #expect(lost.contrast?.verdict == .lost)
    #expect(lost.contrast?.text == "undecided: only 3/5 results")
    // Seen from the lossy group everything is undecided.
    let turned = try fixture.compare(metrics: ["quality.ks"], baseline: ["delta=0.5"])
    for group in [0, 1] {
      #expect(turned.groups[group].results[0].contrast?.verdict == .lost)
    }
    #expect(comparison.rendered(.table).contains("3/5"))
    let walk = try fixture.compare(metrics: ["walk.acceptance"])
    #expect(
      walk.groups[2].results[0].losses.map(\.reason)
        == ["failed: sampling.walk: chain 3 left every bound"])
  }

  @Test func equalKeysCountOnce() throws {
    let fixture = try CompareFixture()
    // A training that all seeds share, and the same runs twice.
    for _ in 0..<2 {
      for seed in 0..<3 {
        try fixture.add(
          resolved: CompareFixture.chain(delta: 0.1, seed: seed),
          [
            .init(name: "fit", key: "shared", metrics: [("mean_loss", 0.25)]),
            .init(name: "quality", key: "q\(seed)", metrics: [("ks", 0.1 + 0.01 * Double(seed))]),
          ])
      }
    }
    let comparison = try fixture.compare()
    #expect(comparison.groups.count == 1)
    #expect(comparison.groups[0].runs.count == 3 && comparison.groups[0].members.count == 6)
    #expect(comparison.metrics.map(\.text) == ["fit.mean_loss", "quality.ks"])
    let results = comparison.groups[0].results
    #expect(results[0].values == [0.25] && results[0].count == 1 && results[0].interval == nil)
    #expect(results[1].values == (0..<3).map { 0.1 + 0.01 * Double($0) })
    #expect(comparison.rendered(.table).contains("3 repeat another's spec and seed and count once"))
  }

  @Test func otherSeedsAreComparedByWelchs() throws {
    let fixture = try CompareFixture()
    let values = [[0.5, 0.52, 0.49, 0.55], [0.9, 0.7, 1.2]]
    for (group, delta) in [0.1, 0.2].enumerated() {
      for (seed, value) in values[group].enumerated() {
        try fixture.add(
          resolved: CompareFixture.chain(delta: delta, seed: seed + 10 * group),
          [.init(name: "quality", key: "q\(delta)\(seed)", metrics: [("mean", value)])])
      }
    }
    let comparison = try fixture.compare(
      metrics: ["quality.mean"], baseline: [fixture.runs[1].displayName])
    let contrast = try #require(comparison.groups[1].results[0].contrast)
    let expected = try #require(MeanDifference.welch(values[0], values[1]))
    #expect(contrast.test == expected && contrast.adjusted == expected.probability)
    // SciPy's ttest_ind(equal_var=False): p 0.089727...
    #expect(abs(expected.probability - 0.09) < 0.02)
    // Zero is anywhere for a mean: there is no part of it.
    #expect(contrast.verdict == .undecided && contrast.text == "undecided")
  }

  @Test func keysOfOneResultAreTheSame() throws {
    let fixture = try CompareFixture()
    for delta in [0.1, 0.2] {
      for seed in 0..<3 {
        try fixture.add(
          resolved: CompareFixture.chain(delta: delta, seed: seed),
          [.init(name: "fit", key: "f\(seed)", metrics: [("mean_loss", 1 + Double(seed))])])
      }
    }
    let comparison = try fixture.compare(baseline: ["sampling.walk.step_size=0.1"])
    #expect(comparison.columns == ["sampling.walk.step_size"])
    #expect(comparison.groups[1].results[0].contrast?.verdict == .sameResults)
  }

  @Test func differencesThatAreTooSmallToMatter() throws {
    let fixture = try CompareFixture()
    for delta in [0.1, 0.2] {
      for seed in 0..<6 {
        let value = 1 + 0.01 * Double((seed * 7 + (delta == 0.1 ? 0 : 3)) % 6)
        try fixture.add(
          resolved: CompareFixture.chain(delta: delta, seed: seed),
          [.init(name: "quality", key: "q\(delta)\(seed)", metrics: [("ks", value)])])
      }
    }
    let comparison = try fixture.compare(baseline: ["sampling.walk.step_size=0.1"])
    let contrast = try #require(comparison.groups[1].results[0].contrast)
    #expect(contrast.verdict == .within && contrast.text == "within 15 %")
  }

  @Test func groupingByOneKeyPoolsTheRest() throws {
    let fixture = try CompareFixture()
    for delta in [0.1, 0.2] {
      for chains in [10, 20] {
        for seed in 0..<2 {
          try fixture.add(
            resolved: CompareFixture.chain(delta: delta, chains: chains, seed: seed),
            [
              .init(
                name: "quality", key: "q\(delta)-\(chains)-\(seed)",
                metrics: [
                  ("mean", delta + Double(chains) + (delta > 0.1 ? 0.01 : 0.1) * Double(seed))
                ])
            ])
        }
      }
    }
    let all = try fixture.compare()
    #expect(all.columns == ["sampling.walk.step_size", "sampling.walk.chains"])
    #expect(all.groups.count == 4 && all.pooled.isEmpty)
    let pooled = try fixture.compare(
      by: ["sampling.walk.step_size"], baseline: ["sampling.walk.step_size=1e-1"])
    // A seed counts once, however many points there are: chains of 10 and of 20 share its streams.
    #expect(pooled.groups.map { $0.results[0].values.count } == [2, 2])
    #expect(pooled.groups.map { $0.results[0].points } == [2, 2])
    #expect(pooled.rendered(.table).contains("2 seeds × 2 points"))
    #expect(pooled.pooled == ["sampling.walk.chains"])
    // By seeds .1 and .1 - .09.
    let contrast = try #require(pooled.groups[1].results[0].contrast)
    guard case .paired = contrast.test?.method else {
      Issue.record("\(String(describing: contrast.test))")
      return
    }
    #expect(abs((contrast.estimate ?? 0) - 0.055) < 1e-12)
    #expect(contrast.test?.degreesOfFreedom == 1)
    let seeds = try fixture.compare(by: ["seed"])
    #expect(seeds.groups.map(\.label) == ["seed=0", "seed=1"])
    let mistake = #expect(throws: Failure.self) {
      try fixture.compare(by: ["sampling.walk.step_siz"])
    }
    #expect(mistake?.remedy == "did you mean 'sampling.walk.step_size'?")
  }

  @Test func otherVersionsOfAKindAreWarnedOf() throws {
    let fixture = try CompareFixture()
    for (index, version) in [1, 2].enumerated() {
      try fixture.add(
        resolved: CompareFixture.chain(delta: 0.1, seed: index),
        [
          .init(
            name: "quality", key: "q\(version)", metrics: [("ks", 0.1)],
            versions: ["kind": version, "inner.kind": 3])
        ])
    }
    let warnings = try fixture.compare().warnings
    #expect(
      warnings == [
        "versions of a kind differ, which compute otherwise: quality kind is "
          + "1 in mixture/0001-calm-otter, 2 in mixture/0002-calm-otter"
      ])
    // One spec and seed with two keys: the later run counts.
    let other = try CompareFixture()
    for (index, value) in [0.1, 0.2].enumerated() {
      try other.add(
        resolved: CompareFixture.chain(delta: 0.1, seed: 0),
        [.init(name: "quality", key: "k\(index)", metrics: [("ks", value)])],
        started: "2026-01-0\(2 - index)T00:00:00Z")
    }
    let comparison = try other.compare()
    #expect(comparison.groups[0].results[0].values == [0.1])
    #expect(comparison.warnings.count == 1)
  }

  @Test func whatIsTheCaseIsSaid() throws {
    let fixture = try CompareFixture()
    let one = try fixture.add(
      resolved: CompareFixture.chain(delta: 0.1, seed: 0),
      [.init(name: "quality", key: "a", metrics: [("ks", 0.1)])])
    let text = try fixture.compare().rendered(.table)
    #expect(text.contains("one run: there is nothing to compare it with"), "\(text)")
    try fixture.add(
      "other", resolved: CompareFixture.chain(delta: 0.2, seed: 0),
      [.init(name: "elsewhere", key: "b", metrics: [("tv", 0.2)])])
    let both = try fixture.compare()
    #expect(both.columns == ["name"] && both.experiments == ["mixture", "other"])
    // The metric of one of them has no results in the other.
    #expect(both.groups.map { $0.results.map(\.count) } == [[1, 0], [0, 1]])
    let mistake = #expect(throws: Failure.self) { try fixture.compare(metrics: ["ks"]) }
    #expect(mistake?.code == .usage && mistake?.remedy == "did you mean 'quality.ks'?")
    let baseline = #expect(throws: Failure.self) { try fixture.compare(baseline: ["name=third"]) }
    #expect(baseline?.code == .usage, "\(String(describing: baseline))")
    // One that cannot be read does not hide the others.
    try FileSystem.write(Array("{".utf8), to: one.path("resolved.json"))
    let rest = try fixture.compare()
    #expect(rest.groups.count == 1 && rest.failures.count == 1)
    #expect(rest.rendered(.table).contains("not read, and not counted below: 1 run\n"))
    #expect(rest.rendered(.json).contains("\"failures\": [\n"))
    #expect(throws: Failure.self) { try fixture.compare([one]) }
  }

  /// Text of specs is data: in no format does it become markup, a command of a terminal, or another column.
  @Test func hostileTexts() throws {
    let fixture = try CompareFixture()
    for (index, value) in ["<b>|`x`", "a,\"b\"\n", "\u{1B}[31mred"].enumerated() {
      try fixture.add(
        resolved: CompareFixture.chain(delta: 0.1 + Double(index), seed: 0),
        axes: [("axis", "sampling.walk.step_size", value)],
        [.init(name: "quality", key: "k\(index)", metrics: [("ks", 0.1)])])
    }
    let comparison = try fixture.compare()
    let table = comparison.rendered(.table)
    #expect(!table.contains("\u{1B}") && table.contains("\\u001b[31mred"), "\(table)")
    #expect(comparison.rendered(.md).contains("&lt;b&gt;\\|\\`x\\`"))
    #expect(comparison.rendered(.csv).contains("quality.ks,\"a,\"\"b\"\"\n\","))
    let json = try JSONSerialization.jsonObject(with: Data(comparison.rendered(.json).utf8))
    let groups = try #require((json as? [String: Any])?["groups"] as? [[String: Any]])
    #expect(
      groups.compactMap { ($0["by"] as? [String: Any])?["axis"] as? String }
        == ["<b>|`x`", "a,\"b\"\n", "\u{1B}[31mred"])
  }
}
