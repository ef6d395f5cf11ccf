import Experiments
import Foundation
import Scorewalk
import Testing

/// What counts as one replicate, and what can be concluded from replicates.
@Suite struct ReplicateTests {
  private static let noise = [0.3, -0.2, 0.1, -0.4, 0.25]

  /// A key of everything that is told apart.
  private func chain(
    _ fixture: CompareFixture, delta: Double, chains: Int = 10, seed: Int, _ metric: String,
    _ value: Double, floor: Double? = nil, isSmoke: Bool = false,
    status: RunStatus = .done
  ) throws {
    let key = "\(delta) \(chains) \(seed) \(isSmoke)"
    var metrics = [(name: metric, value: value)]
    if let floor { metrics.append((name: metric + ".floor_at_ess", value: floor)) }
    try fixture.add(
      resolved: CompareFixture.chain(delta: delta, chains: chains, seed: seed),
      [
        .init(name: "walk", key: "w" + key),
        .init(
          name: "quality", key: "q" + key, metrics: status == .done ? metrics : [], status: status),
      ], isSmoke: isSmoke)
  }

  private func contrast(
    _ fixture: CompareFixture, by: [String] = [], baseline: String = "sampling.walk.step_size=0.1"
  ) throws -> Contrast {
    let comparison = try fixture.compare(by: by, baseline: [baseline])
    #expect(comparison.groups.count == 2, "\(comparison.groups.map(\.label))")
    return try #require(comparison.groups[1].results[0].contrast)
  }

  /// Six points of an axis that changes nothing are six looks at the same two seeds, and no twelve replicates.
  @Test func pooledPointsAreNoReplicates() throws {
    let fixture = try CompareFixture()
    for delta in [0.1, 0.2] {
      for chains in 1...6 {
        for seed in 0..<2 {
          let value = exp(Self.noise[seed] * (delta == 0.1 ? 1 : 0.5) + 0.001 * Double(chains))
          try chain(fixture, delta: delta, chains: chains, seed: seed, "ks", value)
        }
      }
    }
    let contrast = try contrast(fixture, by: ["sampling.walk.step_size"])
    #expect(contrast.test?.degreesOfFreedom == 1)
    #expect(contrast.verdict == .undecided)
  }

  @Test func aSeedWithoutAllPointsIsLost() throws {
    let fixture = try CompareFixture()
    for seed in 0..<3 {
      for chains in [10, 20] where (seed, chains) != (1, 20) {
        try chain(fixture, delta: 0.1, chains: chains, seed: seed, "ks", 0.1 * Double(seed + 1))
      }
    }
    let comparison = try fixture.compare(by: ["name"])
    let result = comparison.groups[0].results[0]
    #expect(result.values.count == 2 && result.count == 3)
    #expect(result.losses.map(\.reason) == ["has only 1 of 2 points"])
    #expect(comparison.rendered(.table).contains("2/3 seeds × 2 points"))
  }

  /// Three evaluations of one walk measure one walk.
  @Test func evaluationsOfOneWalkCountOnce() throws {
    let fixture = try CompareFixture()
    for delta in [0.1, 0.2] {
      for seed in 0..<3 {
        let resolved = CompareFixture.chain(delta: delta, seed: 0)
          .replacingOccurrences(
            of: "\"seed\": 0", with: "\"seed\": {\"default\": 0, \"evaluation\": \(seed)}")
        try fixture.add(
          resolved: resolved,
          [
            .init(name: "walk", key: "w\(delta)"),
            .init(
              name: "quality", key: "q\(delta) \(seed)",
              metrics: [("mean", delta + 0.001 * Double(seed * seed))]),
          ])
      }
    }
    let comparison = try fixture.compare(baseline: ["sampling.walk.step_size=0.1"])
    #expect(comparison.groups.map { $0.results[0].values.count } == [1, 1])
    let contrast = try #require(comparison.groups[1].results[0].contrast)
    #expect(contrast.test == nil && contrast.text == "undecided: one seed")
  }

  /// 1, 1 beside 1.001, 1.001: no test can say how sure that is.
  @Test func whatDoesNotVaryIsNotTested() throws {
    for values in [(1.0, 1.001), (1, 1)] {
      let fixture = try CompareFixture()
      for (delta, value) in [(0.1, values.0), (0.2, values.1)] {
        for seed in 0..<2 { try chain(fixture, delta: delta, seed: seed, "rhat", value) }
      }
      let contrast = try contrast(fixture)
      #expect(contrast.test == nil && contrast.text == "undecided: the values do not vary")
    }
  }

  /// Values that are finite and whose squares and differences are not.
  @Test(arguments: [1e200, 1e284, 1e308]) func hugeValues(_ scale: Double) throws {
    let fixture = try CompareFixture()
    for delta in [0.1, 0.2] {
      for (seed, value) in [1, -1, 0.5].enumerated() {
        try chain(
          fixture, delta: delta, seed: seed, "mean", scale * value * (delta == 0.1 ? 1 : -1.5 / 2))
      }
    }
    let comparison = try fixture.compare(baseline: ["sampling.walk.step_size=0.1"])
    for format in ComparisonFormat.allCases {
      let text = comparison.rendered(format)
      #expect(!text.contains("inf") && !text.contains("nan"), "\(text)")
    }
  }

  // MARK: - Pairs

  /// The rate follows from the step size: nothing is pooled, and seeds are pairs.
  @Test func zippedKeysAreNotPooled() throws {
    let fixture = try CompareFixture()
    for (delta, chains) in [(0.1, 10), (0.2, 20)] {
      for seed in 0..<4 {
        try chain(
          fixture, delta: delta, chains: chains, seed: seed, "ks",
          exp(Self.noise[seed] + delta * Self.noise[(seed + 1) % 4]))
      }
    }
    let comparison = try fixture.compare(
      by: ["sampling.walk.step_size"], baseline: ["sampling.walk.step_size=0.1"])
    #expect(comparison.pooled.isEmpty)
    let test = comparison.groups[1].results[0].contrast?.test
    guard case .paired = test?.method else {
      Issue.record("\(String(describing: test))")
      return
    }
  }

  /// What `confirm` leaves: the best point has seeds that the others do not have.
  @Test func commonSeedsArePaired() throws {
    let fixture = try CompareFixture()
    for (delta, seeds) in [(0.1, 0..<5), (0.2, 0..<3)] {
      for seed in seeds {
        try chain(
          fixture, delta: delta, seed: seed, "ks",
          exp(Self.noise[seed] + delta * Self.noise[(seed + 1) % 5]))
      }
    }
    let contrast = try contrast(fixture)
    #expect(contrast.test?.degreesOfFreedom == 2 && contrast.seedsOfPairs == 5)
    // Of three pairs the correlation says nothing.
    #expect(contrast.testText == "paired, 3 of 5 seeds")
  }

  // MARK: - Verdicts

  @Test func bothAtTheFloor() throws {
    let fixture = try CompareFixture()
    for delta in [0.1, 0.2] {
      for seed in 0..<4 {
        let value =
          0.01 * exp(0.01 * Self.noise[seed] + (delta == 0.1 ? 0 : 0.5))
          * (delta == 0.1 ? 1 : 1 + 0.001 * Double(seed))
        try chain(fixture, delta: delta, seed: seed, "ks", value, floor: 0.02)
      }
    }
    let found = try contrast(fixture)
    #expect(found.verdict == .atTheFloor && found.text == "both at the floor")
    #expect(try #require(found.adjusted) < 0.05)
  }

  @Test func aPartOfWhatHasNoZero() throws {
    for (metric, hasEffect) in [("ks", true), ("mean", false), ("rhat", false)] {
      let fixture = try CompareFixture()
      for delta in [0.1, 0.2] {
        for seed in 0..<4 {
          try chain(
            fixture, delta: delta, seed: seed, metric,
            exp(delta == 0.1 ? Self.noise[seed] : Self.noise[(seed + 2) % 4]))
        }
      }
      let contrast = try contrast(fixture)
      #expect(contrast.verdict == .undecided, "\(metric)")
      #expect((contrast.seedsNeeded != nil) == hasEffect, "\(metric)")
      #expect(
        contrast.text
          == (contrast.seedsNeeded.map { "undecided, about \($0) seeds for a 15 % effect" }
            ?? "undecided"))
    }
  }

  @Test func whatIsLostAltogetherAndWhatWasNeverThere() throws {
    let fixture = try CompareFixture()
    for delta in [0.1, 0.2] {
      for seed in 0..<3 {
        try chain(
          fixture, delta: delta, seed: seed, "ks", 0.1 + 0.01 * Double(seed),
          status: delta == 0.1 ? .done : .failed)
      }
    }
    #expect(try contrast(fixture).text == "undecided: only 0/3 results")
    let other = try CompareFixture()
    for (delta, metric) in [(0.1, "ks"), (0.2, "tv")] {
      for seed in 0..<2 { try chain(other, delta: delta, seed: seed, metric, 0.1 + Double(seed)) }
    }
    let comparison = try other.compare(
      metrics: ["quality.ks"], baseline: ["sampling.walk.step_size=0.1"])
    let result = comparison.groups[1].results[0]
    #expect(result.count == 0 && result.losses.isEmpty && result.contrast?.text == "no values")
    #expect(comparison.rendered(.table).contains("—"))
  }

  @Test func smokeIsNotTestedBesideFullRuns() throws {
    let fixture = try CompareFixture()
    for isSmoke in [false, true] {
      for seed in 0..<3 {
        try chain(
          fixture, delta: 0.1, seed: seed, "ks", 0.1 + 0.01 * Double(seed) + (isSmoke ? 1 : 0),
          isSmoke: isSmoke)
      }
    }
    let comparison = try fixture.compare(
      by: ["sampling.walk.step_size"], baseline: ["smoke=false"])
    #expect(comparison.columns == ["smoke", "sampling.walk.step_size"])
    #expect(comparison.groups.count == 2)
    #expect(comparison.groups.allSatisfy { $0.results[0].contrast == nil })
    #expect(comparison.rendered(.table).contains("not tested: smoke beside full runs"))
  }

  // MARK: - Text

  /// A mark with an accent over it is a character of its own, and ends a field all the same.
  @Test func scalarsAreEscaped() throws {
    let fixture = try CompareFixture()
    for (index, value) in [",\u{301}a", "|\u{301}b", "=1+1", "\"\u{301}"].enumerated() {
      try fixture.add(
        resolved: CompareFixture.chain(delta: 0.1 + Double(index), seed: 0),
        axes: [("axis", "sampling.walk.step_size", value)],
        [.init(name: "quality", key: "k\(index)", metrics: [("ks", 0.1)])])
    }
    let comparison = try fixture.compare()
    // By bytes: strings themselves compare by characters.
    func has(_ text: String, _ part: String) -> Bool {
      Data(text.utf8).range(of: Data(part.utf8)) != nil
    }
    let csv = comparison.rendered(.csv)
    #expect(has(csv, "quality.ks,\",\u{301}a\",") && has(csv, "quality.ks,'=1+1,"))
    #expect(has(csv, "quality.ks,\"\"\"\u{301}\","))
    #expect(has(comparison.rendered(.md), "\\|\u{301}b"))
  }

  @Test func aGlobOfWhatStandsBeside() throws {
    let fixture = try CompareFixture()
    try chain(fixture, delta: 0.1, seed: 0, "ks", 0.1, floor: 0.02)
    let comparison = try fixture.compare(metrics: ["*floor*"])
    #expect(comparison.metrics.map(\.text) == ["quality.ks.floor_at_ess"])
  }
}
