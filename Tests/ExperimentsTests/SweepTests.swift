import Experiments
import Scorewalk
import Testing

/// A small experiment with a sweep in front.
private func sweep(_ text: String) -> String {
  let lines = text.split(separator: "\n").map { "  " + $0 + "\n" }.joined()
  return "sweep:\n" + lines + """
    name: swept
    seed: 5
    data:
      law: {kind: gaussian-mixture, components: [{weight: 1, mean: [-1], std: 0.5}, {mean: [1], std: 0.5}]}
      rows: {kind: draws, from: law, count: 32}
    models:
      net: {kind: mlp, output: score, hidden: [4]}
    training:
      fit:
        model: net
        data: rows
        objective: {kind: denoising-score-matching, noise_level: 0.5}
        optimizer: {kind: adam, learning_rate: 1e-3}
        batch_size: 4
        steps: 20
    sampling:
      walk: {kind: langevin, target: fit, initial: {kind: zeros}, step_size: 0.1, steps: 10}
      other: {kind: langevin, target: law, initial: {kind: zeros}, step_size: 0.1, steps: 10, seed: 9}

    """
}

private func points(
  _ text: String, overrides: [String] = [], sweeps: [String] = []
) throws -> SpecPoints {
  let reading = Reading(text, overrides: overrides, sweeps: sweeps)
  return try #require(
    reading.points, Comment(rawValue: "\n" + reading.diagnostics.rendered()))
}

private func labels(_ text: String) throws -> [String] {
  try points(sweep(text)).points.map { $0.point?.label ?? "" }
}

/// What a sweep expands to.
@Suite("Sweeps")
struct SweepTests {
  private static let axes = """
    axes:
      delta: {set: sampling.walk.step_size, values: [0.1, 0.05]}
      chains: {set: sampling.walk.chains, values: [1, 2, 3]}
      rate: {set: training.fit.optimizer.learning_rate, values: [1e-3, 1e-4]}

    """

  @Test func theProductOfAllAxes() throws {
    #expect(
      try labels(Self.axes) == [
        "delta=0.1 chains=1 rate=1e-3", "delta=0.1 chains=1 rate=1e-4",
        "delta=0.1 chains=2 rate=1e-3", "delta=0.1 chains=2 rate=1e-4",
        "delta=0.1 chains=3 rate=1e-3", "delta=0.1 chains=3 rate=1e-4",
        "delta=0.05 chains=1 rate=1e-3", "delta=0.05 chains=1 rate=1e-4",
        "delta=0.05 chains=2 rate=1e-3", "delta=0.05 chains=2 rate=1e-4",
        "delta=0.05 chains=3 rate=1e-3", "delta=0.05 chains=3 rate=1e-4",
      ])
  }

  /// An axis that sets a map, and another that sets a shallow key and one within that map.
  @Test func whatLiesDeeperIsSetLater() throws {
    let found = try points(
      sweep(
        """
        axes:
          rate: {set: [seed, training.fit.optimizer.learning_rate], values: [1, 2]}
          kind: {set: training.fit.optimizer, values: {a: {kind: adam, learning_rate: 0.5}, s: {kind: sgd, learning_rate: 0.25}}}
        seeds: {count: 2, of: all}
        """))
    #expect(found.points.count == 8)
    for point in found.points {
      let place = try #require(point.point)
      let rate = try #require(place.settings.first { $0.axis == "rate" }?.number)
      let json = ResolvedValue.map(point.spec.resolved).json.compactText
      #expect(json.contains("\"learning_rate\": \(Int(rate)),"), "\(place.label): \(json)")
      #expect(place.seed == Int(rate) + (place.seedIndex ?? -9))
    }
  }

  @Test func conditionsKnowLongValuesWhole() throws {
    let text = "this text is longer than the forty characters that a label may have"
    let found = try points(
      sweep(
        """
        axes:
          a: {set: sampling.walk.description, values: ["\(text) A", "\(text) B"]}
        when: "a == '\(text) B'"
        """))
    let labels = found.points.compactMap { $0.point?.label }
    #expect(labels.count == 1)
    #expect(labels.allSatisfy { $0.hasPrefix("a=this text is") && $0.hasSuffix("may have B") })
  }

  @Test func combinations() throws {
    #expect(
      try labels(Self.axes + "combine: {product: [chains, {zip: [delta, rate]}]}") == [
        "delta=0.1 chains=1 rate=1e-3", "delta=0.05 chains=1 rate=1e-4",
        "delta=0.1 chains=2 rate=1e-3", "delta=0.05 chains=2 rate=1e-4",
        "delta=0.1 chains=3 rate=1e-3", "delta=0.05 chains=3 rate=1e-4",
      ])
    #expect(
      try labels(
        """
        axes:
          a: {set: sampling.walk.step_size, values: [0.1, 0.2]}
          b: {set: sampling.walk.chains, values: [1, 2]}
          c: {set: sampling.walk.steps, values: [10, 20, 30, 40]}
        combine: {zip: [c, {product: [b, a]}]}
        """) == ["a=0.1 b=1 c=10", "a=0.2 b=1 c=20", "a=0.1 b=2 c=30", "a=0.2 b=2 c=40"])
    #expect(
      try labels("axes: {a: {set: sampling.walk.chains, values: [3]}}\ncombine: a") == ["a=3"])
  }

  @Test(arguments: [
    ("chains == 1", 4), ("chains != 1", 8), ("chains >= 2 and delta < 0.1", 4),
    ("chains == 1 or delta < 0.1", 8), ("not chains == 1", 8),
    ("not (chains == 1 or chains == 2)", 4),
    ("1 < chains <= 3", 8), ("0.05 == delta", 6), ("rate == 1e-3 or rate == 0.0001", 12),
    ("chains == 1 or chains == 2 and delta == 0.1", 6), ("((chains<2))", 4),
    ("not not chains > 2", 4),
    ("chains > -1.5", 12), ("chains != delta", 12),
  ])
  func conditions(text: String, count: Int) throws {
    #expect(try labels(Self.axes + "when: \"\(text)\"").count == count)
    #expect(try labels(Self.axes + "when: \(text)").count == count)
  }

  @Test func texts() throws {
    let text = """
      axes:
        optimizer:
          set: training.fit.optimizer
          values: {adam: {kind: adam, learning_rate: 1e-3}, plain: {kind: sgd, learning_rate: 1e-2}}
        from: {set: training.fit.data, values: [rows, law]}

      """
    #expect(
      try labels(text) == [
        "optimizer=adam from=rows", "optimizer=adam from=law", "optimizer=plain from=rows",
        "optimizer=plain from=law",
      ])
    #expect(
      try labels(text + "when: optimizer == 'adam' and from != \"rows\"")
        == ["optimizer=adam from=law"])
    let last = try points(sweep(text)).points[3].spec
    guard case .training(let fit)? = last.graph["fit"]?.definition else {
      Issue.record("no training")
      return
    }
    #expect(fit.data.node == "law")
    #expect(fit.optimizer.chosen?.kind == "sgd")
  }

  @Test func listItemsReferencesAndSeveralKeys() throws {
    let found = try points(
      sweep(
        """
        axes:
          weight: {set: data.law.components.0.weight, values: [1, 3]}
          step: {set: [sampling.walk.step_size, sampling.other.step_size], values: [0.2]}
          target: {set: sampling.walk.target, values: [law, {node: fit, step: last}]}
          hidden: {set: models.net.hidden, values: [[4, 4]]}
        """))
    #expect(
      found.points.map { $0.point?.label } == [
        "weight=1 step=0.2 target=law hidden=[4, 4]",
        "weight=1 step=0.2 target={node: fit, step: last} hidden=[4, 4]",
        "weight=3 step=0.2 target=law hidden=[4, 4]",
        "weight=3 step=0.2 target={node: fit, step: last} hidden=[4, 4]",
      ])
    let json = ResolvedValue.map(found.points[2].spec.resolved).json.compactText
    #expect(json.contains("{\"weight\": 3, \"mean\": [-1]"))
    #expect(json.components(of: "\"step_size\": 0.2") == 2)
    #expect(!json.contains("sweep"))
  }

  @Test func axesOfTheCommandLine() throws {
    let plain = sweep("seeds: {count: 1}").replacing("sweep:\n  seeds: {count: 1}\n", "")
    let found = try points(
      plain,
      sweeps: ["sampling.walk.chains=1,2", "models.net.hidden=[4],[4,4]", "sampling.other.steps=5"])
    #expect(
      found.points.map { $0.point?.label } == [
        "chains=1 hidden=[4] steps=5", "chains=1 hidden=[4, 4] steps=5",
        "chains=2 hidden=[4] steps=5", "chains=2 hidden=[4, 4] steps=5",
      ])
    // What would be called the same has more of its key.
    let steps = try points(plain, sweeps: ["sampling.walk.steps=5", "sampling.other.steps=6"])
    #expect(steps.points.map { $0.point?.label } == ["walk.steps=5 other.steps=6"])
    // Beside a sweep of the spec they are further factors.
    let both = try points(
      sweep(Self.axes + "combine: {zip: [delta, rate]}").replacing(
        "    chains: {set: sampling.walk.chains, values: [1, 2, 3]}\n", ""),
      sweeps: ["sampling.walk.chains=7,8"])
    #expect(
      both.points.map { $0.point?.label } == [
        "delta=0.1 rate=1e-3 chains=7", "delta=0.1 rate=1e-3 chains=8",
        "delta=0.05 rate=1e-4 chains=7", "delta=0.05 rate=1e-4 chains=8",
      ])
  }

  /// As in YAML, a quotation mark opens a text only where a value begins.
  @Test(arguments: [
    ("'a,b',c", ["a,b", "c"]), ("it's,that's", ["it's", "that's"]),
    ("'it''s, so',x", ["it's, so", "x"]),
    (#""a\",b",c"#, [#"a",b"#, "c"]), ("x]y,'z,1'", ["x]y", "z,1"]),
    (#"5" wide,6" wide"#, [#"5" wide"#, #"6" wide"#]),
  ])
  func quotedValuesOfTheCommandLine(values: String, streams: [String]) throws {
    let plain = sweep("seeds: {count: 1}").replacing("sweep:\n  seeds: {count: 1}\n", "")
    let found = try points(plain, sweeps: ["sampling.walk.stream=" + values])
    #expect(found.points.map { $0.spec.graph["walk"]?.stream } == streams)
  }

  /// Names of the spec's own axes and of its seeds are not taken.
  @Test func axesOfTheCommandLineHaveNamesOfTheirOwn() throws {
    func labels(_ text: String, _ sweeps: String...) throws -> [String?] {
      try points(sweep(text), sweeps: sweeps).points.map { $0.point?.label }
    }
    let chains = "axes: {chains: {set: sampling.walk.chains, values: [1]}}"
    #expect(
      try labels(chains, "sampling.other.chains=2,3") == [
        "chains=1 other.chains=2", "chains=1 other.chains=3",
      ])
    #expect(
      try labels("seeds: {count: 2, of: [training]}", "sampling.other.seed=7") == [
        "other.seed=7 seed=5", "other.seed=7 seed=6",
      ])
    #expect(try labels(chains, "seed=3,4") == ["chains=1 seed=3", "chains=1 seed=4"])
    #expect(
      try labels(chains, "seed=3", "sampling.walk.seed=4") == ["chains=1 seed=3 walk.seed=4"])
  }

  @Test func longValuesWithEqualEndsAreToldApart() throws {
    let (head, tail) = (String(repeating: "a", count: 30), String(repeating: "z", count: 30))
    let found = try labels(
      """
      axes: {a: {set: sampling.walk.stream, values: [\(head)1\(tail), x, \(head)2\(tail)]}}
      """)
    #expect(Set(found).count == 3)
    #expect(found[0].hasSuffix("z (1)") && found[1] == "a=x" && found[2].hasSuffix("z (3)"))
  }

  @Test func anAxisOrTheWholeSweepCanBeOverridden() throws {
    let text = sweep(Self.axes)
    let fewer = try points(text, overrides: ["sweep.axes.chains.values=[9]"])
    #expect(fewer.points.count == 4)
    let none = try points(text, overrides: ["~sweep"])
    #expect(none.points.count == 1 && !none.isSweep)
    // What is not swept can be overridden as ever.
    #expect(try points(text, overrides: ["sampling.walk.steps=11"]).points.count == 12)
  }

  // MARK: - Seeds

  private func seeds(_ text: String, overrides: [String] = []) throws -> [[UInt64]] {
    try points(sweep(text), overrides: overrides).points.map { point in
      ["rows", "net", "fit", "walk", "other"].map { point.spec.graph[$0]?.seed ?? 0 }
    }
  }

  @Test func seedsOfEverything() throws {
    #expect(
      try seeds("seeds: {count: 3}") == [[5, 5, 5, 5, 9], [6, 6, 6, 6, 10], [7, 7, 7, 7, 11]])
    #expect(
      try points(sweep("seeds: {count: 2}")).points.map { $0.point?.label } == ["seed=5", "seed=6"])
  }

  @Test func seedsOfSectionsAndNodes() throws {
    #expect(
      try seeds("seeds: {count: 2, of: [training, models]}") == [
        [5, 5, 5, 5, 9], [5, 6, 6, 5, 9],
      ])
    #expect(try seeds("seeds: {count: 2, of: [walk]}") == [[5, 5, 5, 5, 9], [5, 5, 5, 6, 9]])
    #expect(
      try seeds("seeds: {count: 2, of: [sampling.other, data]}")
        == [[5, 5, 5, 5, 9], [6, 5, 5, 5, 10]])
    #expect(
      try seeds("seeds: {count: 2, of: [sampling]}", overrides: ["seed={default: 1, sampling: 3}"])
        == [[1, 1, 1, 3, 9], [1, 1, 1, 4, 10]])
    #expect(
      try seeds("seeds: {count: 2}", overrides: ["seed={default: 1, sampling: 3}"])
        == [[1, 1, 1, 3, 9], [2, 2, 2, 4, 10]])
  }

  /// The seeds vary fastest, and the other axes are the same for each.
  @Test func seedsBesideAxes() throws {
    let text = """
      axes: {delta: {set: sampling.walk.step_size, uniform: [0.1, 0.2], count: 2}}
      seeds: {count: 2}
      """
    let found = try points(sweep(text)).points.compactMap(\.point)
    #expect(found.map(\.seedIndex) == [0, 1, 0, 1])
    #expect(found[0].settings[0].value == found[1].settings[0].value)
    #expect(found[0].settings[0].value != found[2].settings[0].value)
  }

  // MARK: - Random axes

  private func numbers(_ axis: String, seed: Int = 5) throws -> [Double] {
    let text = sweep("axes: {a: {set: sampling.walk.step_size, \(axis)}}")
    return try points(text, overrides: ["seed=\(seed)"]).points.compactMap {
      $0.point?.settings[0].number
    }
  }

  @Test(arguments: [
    "uniform: [0.001, 10], count: 50", "log_uniform: [0.001, 10], count: 50",
    "latin_hypercube: [0.001, 10], count: 50",
    "latin_hypercube: [0.001, 10], count: 50, scale: log",
    "sobol: [0.001, 10], count: 50", "sobol: [0.001, 10], count: 50, scale: log",
  ])
  func randomAxes(text: String) throws {
    let found = try numbers(text)
    #expect(found.count == 50 && Set(found).count == 50)
    #expect(found.allSatisfy { (0.001...10).contains($0) })
    #expect(try numbers(text) == found)
    #expect(try numbers(text, seed: 6) != found)
    // Six significant digits are all that there is.
    for number in found {
      let digits = JSONText.number(number).split(separator: "e")[0].filter(\.isNumber)
      #expect(digits.drop { $0 == "0" }.count <= 6, "\(number)")
    }
    let low = found.count { $0 < 0.1 }
    let isLogarithmic = text.contains("log")
    #expect(isLogarithmic ? (15...35).contains(low) : low <= 4, "\(low) of 50 below 0.1")
  }

  /// A stream and a purpose that are never to change: the values stand in people's papers.
  @Test func theValuesAreTheSameForever() throws {
    #expect(
      try numbers("log_uniform: [1e-4, 1e-2], count: 3") == [0.00151633, 0.00402535, 0.000974675])
    #expect(
      try numbers("sobol: [0, 1], count: 4") == [0.916365, 0.416365, 0.166365, 0.666365])
  }

  @Test func eachPartOfALatinHypercubeHasOneValue() throws {
    let text = """
      axes:
        a: {set: sampling.walk.step_size, latin_hypercube: [0, 1], count: 20}
        b: {set: sampling.other.step_size, latin_hypercube: [0, 1], count: 20}
        c: {set: sampling.walk.chains, values: [1, 2]}
      """
    let found = try points(sweep(text)).points.compactMap(\.point)
    // Both axes go together, and are multiplied by what is no part of the design.
    #expect(found.count == 40)
    var parts: [[Int]] = []
    for axis in 0..<2 {
      let numbers = found.compactMap { $0.settings[axis].number }
      let own = stride(from: 0, to: 40, by: 2).map { Int(numbers[$0] * 20) }
      #expect(own.sorted() == Array(0..<20))
      #expect(own != own.sorted())
      parts.append(own)
    }
    #expect(parts[0] != parts[1])
  }

  /// A shifted Sobol sequence has one point in each of 16 equal parts, in each coordinate, and one in each of 4 x 4.
  @Test func sobolAxesAreANet() throws {
    let text = """
      axes:
        a: {set: sampling.walk.step_size, sobol: [0, 1], count: 16}
        b: {set: sampling.other.step_size, sobol: [0, 1], count: 16}
      """
    let found = try points(sweep(text)).points.compactMap(\.point).map { point in
      point.settings.compactMap(\.number)
    }
    #expect(found.count == 16)
    #expect(Set(found.map { Int($0[0] * 16) }).count == 16)
    #expect(Set(found.map { Int($0[1] * 16) }).count == 16)
    #expect(Set(found.map { Int($0[0] * 4) * 4 + Int($0[1] * 4) }).count == 16)
  }

  @Test func wholeNumbers() throws {
    let text = sweep(
      "axes: {a: {set: sampling.walk.chains, uniform: [1, 4], count: 400, whole: true}}")
    let found = try points(text).points.compactMap { $0.point?.settings[0].number }
    for value in 1...4 {
      // Binomial with n = 400, p = 1/4: 60 to 140 but for a chance below 1e-5.
      #expect((60...140).contains(found.count { $0 == Double(value) }))
    }
    #expect(found.allSatisfy { (1...4).contains($0) })
  }

  /// Values do not depend on what other axes there are.
  @Test func axesAreIndependentOfEachOther() throws {
    let alone = try numbers("uniform: [0, 1], count: 4")
    let text = """
      axes:
        b: {set: sampling.other.step_size, uniform: [0, 1], count: 4}
        a: {set: sampling.walk.step_size, uniform: [0, 1], count: 4}
      combine: {zip: [b, a]}
      """
    let found = try points(sweep(text)).points.compactMap(\.point)
    #expect(found.compactMap { $0.settings[1].number } == alone)
    #expect(found.compactMap { $0.settings[0].number } != alone)
  }

  // MARK: - Keys

  @Test func theShippedSweepIsGood() throws {
    for isSmoke in [false, true] {
      let reading = Reading(
        try SpecLoader.load(path: repository + "/experiments/step-size-sweep.yaml"),
        isSmoke: isSmoke)
      #expect(reading.diagnostics.isEmpty, "\(reading.diagnostics.rendered())")
      #expect(reading.points?.points.count == 36)
    }
  }

  @Test func whatPointsShareHasOneKey() throws {
    let found = try points(sweep(Self.axes))
    let plans = found.points.map { Plan($0.spec) }
    #expect(Set(plans.compactMap { $0["rows"]?.key }).count == 1)
    #expect(Set(plans.compactMap { $0["fit"]?.key }).count == 2)
    #expect(Set(plans.compactMap { $0["walk"]?.key }).count == 12)
    #expect(Set(plans.compactMap { $0["other"]?.key }).count == 1)
    // A point has the keys of the spec that says the same.
    let alone = try points(
      sweep(Self.axes),
      overrides: [
        "~sweep", "sampling.walk.step_size=0.05", "sampling.walk.chains=3",
        "training.fit.optimizer.learning_rate=1e-4",
      ])
    #expect(Plan(alone.first).nodes.map(\.key) == plans[11].nodes.map(\.key))
  }
}

extension String {
  /// How often a text occurs.
  fileprivate func components(of part: String) -> Int { ranges(of: part).count }
}
