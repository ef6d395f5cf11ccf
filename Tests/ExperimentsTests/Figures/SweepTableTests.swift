import Testing

@testable import Experiments

private let spec = """
  name: swept
  sweep:
    axes:
      delta: {set: sampling.walk.step_size, values: [0.1, 0.2]}
      chains: {set: sampling.walk.chains, values: [2, 4]}
    seeds: {count: 3}
  data:
    law: {kind: gaussian-mixture, components: [{mean: [0], std: 1}]}
  sampling:
    walk: {kind: langevin, target: law, initial: {kind: zeros}, step_size: 0.1, steps: 20}
  evaluation:
    quality: {kind: samples, of: walk, against: law, floors: false}
  figures:
    lines: {kind: lines, of: quality.ks, x: delta}
    log: {kind: lines, of: quality.ks, x: delta, scale: log}
    both: {kind: lines, of: quality.ks, x: delta, by: chains}
    map: {kind: heat-map, of: quality.ks, x: delta, y: chains}
    log-map: {kind: heat-map, of: quality.ks, x: delta, y: chains, scale: log}

  """

/// A point of a sweep with a value of the metric `quality.ks`; nil where it has failed.
private func point(
  _ axes: [(String, Double)], seed: Int, _ value: Double?, key: String? = nil, floor: Double? = nil
) -> RunRecord {
  let label = axes.map { "\($0.0)=\($0.1)" }.joined() + "/\(seed)"
  var node = RunRecord.Node(
    name: "quality", key: key ?? label, status: value == nil ? .failed : .done)
  node.summary = value.map { [RunRecord.Metric(name: "ks", value: MetricValue($0))] }
  if let floor {
    node.summary?.append(RunRecord.Metric(name: "ks.floor_at_ess", value: MetricValue(floor)))
  }
  var record = RunRecord(
    experiment: "swept", run: label, status: value == nil ? .failed : .done, started: "",
    heartbeat: "", host: "", process: 1, command: [], overrides: [], isSmoke: false,
    usesSharedStore: true, tool: "", resumed: [], nodes: [node])
  record.sweep = RunRecord.Sweep(
    id: "0001", point: 0, points: 1, label: label,
    axes: axes.map { .init(name: $0.0, set: [], value: "\($0.1)", number: $0.1) },
    seedIndex: seed, seed: seed)
  return record
}

@Suite("Figures of sweeps")
struct SweepTableTests {
  private let bench: FigureBench

  init() throws { bench = try FigureBench(spec) }

  @Test func pointsThatFailedAreCounted() throws {
    let points = (0..<10).flatMap { seed in
      [
        point([("delta", 0.1)], seed: seed, Double(seed)),
        point([("delta", 0.2)], seed: seed, seed == 3 ? nil : 1),
      ]
    }
    let plot = try bench.plot("lines", points: points)
    let intervals = plot.intervals(.series(0))
    // 4.5 ± t s/√10 with t = 2.262157 of 9 degrees of freedom and s = 3.027650.
    #expect(intervals[0].middle == 4.5)
    #expect(abs(intervals[0].low - 2.334149) < 1e-5 && abs(intervals[0].high - 6.665851) < 1e-5)
    #expect(
      plot.counts
        == [
          Plot.Count(
            x: 0.2, tally: Plot.Tally(shown: 9, total: 10), ink: .series(0), row: 0)
        ])
    #expect(plot.shown.note == "1 of 20 values not shown")
    let script = GnuplotScript([plot], format: .svg, size: .usual).text
    #expect(script.contains("set label '9/10' at first 0.2, graph 0.03 center"))
  }

  @Test func equalKeysAreOneValue() throws {
    let points = (0..<3).map { point([("delta", 0.1)], seed: $0, 2, key: "same") }
    let plot = try bench.plot("lines", points: points)
    #expect(plot.intervals(.series(0)) == [Plot.Interval(x: 0.1, middle: 2, low: 2, high: 2)])
    #expect(plot.shown == Plot.Tally(shown: 1, total: 1))
    // With one more of another key there are two, not four.
    let more = try bench.plot(
      "lines", points: points + [point([("delta", 0.1)], seed: 3, 4, key: "other")])
    let interval = try #require(more.intervals(.series(0)).first)
    // 3 ± 12.706205 √2 / √2.
    #expect(interval.middle == 3 && abs(interval.high - 15.706205) < 1e-5)
  }

  @Test func axesThatAreNotNamedAreNoReplicates() throws {
    let values = [(2.0, 0, 1.0), (4, 0, 3), (2, 1, 5), (4, 1, 7)]
    let points = values.map { point([("delta", 0.1), ("chains", $0.0)], seed: $0.1, $0.2) }
    let interval = try #require(try bench.plot("lines", points: points).intervals(.series(0)).first)
    // Of the means of the two seeds, 2 and 6: 4 ± 12.706205 · 2.828427 / √2. Pooled, it would be ± 4.1.
    #expect(interval.middle == 4 && abs(interval.high - 29.412409) < 1e-4)
    // Without a whole set in each seed the spread of their means is not that of seeds.
    let uneven = try bench.plot(
      "lines", points: points.dropLast() + [point([("delta", 0.1), ("chains", 4)], seed: 1, nil)])
    #expect(
      uneven.intervals(.series(0)) == [Plot.Interval(x: 0.1, middle: 3.5, low: 3.5, high: 3.5)])
    #expect(uneven.counts.map(\.text) == ["3/4"])
  }

  @Test func aLogarithmicAxisRefusesWhatItCannotShow() throws {
    let points = [1.0, 2, -0.5].enumerated().map {
      point([("delta", 0.1), ("chains", 2)], seed: $0.offset, $0.element)
    }
    for name in ["log", "log-map"] {
      #expect {
        try bench.plot(name, points: points)
      } throws: { error in
        (error as? Failure)?.reason.hasSuffix("it is -0.5") == true
      }
    }
    // Geometric means: √(1 · 4).
    let good = [1.0, 4].enumerated().map {
      point([("delta", 0.1), ("chains", 2)], seed: $0.offset, $0.element)
    }
    let interval = try #require(try bench.plot("log", points: good).intervals(.series(0)).first)
    #expect(abs(interval.middle - 2) < 1e-12)
    #expect(try bench.plot("log-map", points: good).cells.map { $0.value.rounded() } == [2])
  }

  @Test func cellsSayWhatIsMissing() throws {
    let points = (0..<3).flatMap { seed in
      [
        point([("delta", 0.1), ("chains", 2)], seed: seed, seed == 0 ? nil : 1),
        point([("delta", 0.2), ("chains", 2)], seed: seed, nil),
        point([("delta", 0.2), ("chains", 4)], seed: seed, .nan),
        point([("delta", 0.1), ("chains", 4)], seed: seed, 0.25),
      ]
    }
    let plot = try bench.plot("map", points: points)
    #expect(plot.cells.map(\.note) == ["2/3", nil, "0/3", "0/3"])
    #expect(plot.cells.prefix(2).map(\.value) == [1, 0.25])
    #expect(plot.shown.note == "7 of 12 values not shown")
    let script = GnuplotScript([plot], format: .svg, size: .usual).text
    #expect(script.contains("\n0 0.15 1 0\n0 -0.2 2/3 0\n"))
    #expect(script.contains("\n1 0 0/3 1710618\n"))
  }

  /// Nothing lies on the edge of the picture, and intervals of several lines stand beside each other.
  @Test func linesStandApart() throws {
    let points = [2.0, 4].flatMap { chains in
      [0.1, 0.2].map { point([("delta", $0), ("chains", chains)], seed: 0, 1) }
    }
    let plot = try bench.plot("both", points: points)
    let range = try #require(plot.x.range)
    #expect(abs(range.lowerBound - 0.095) < 1e-12 && abs(range.upperBound - 0.205) < 1e-12)
    let first = plot.intervals(.series(0)).map(\.x)
    let second = plot.intervals(.series(1)).map(\.x)
    // 0.6 % of the range 0.11 to either side.
    for (found, expected) in zip(first + second, [0.09934, 0.19934, 0.10066, 0.20066]) {
      #expect(abs(found - expected) < 1e-12)
    }
    #expect(plot.shown.note == nil)
  }

  /// What true samples have is drawn below, where it is known.
  @Test func floorsOfLines() throws {
    let points = [(0.1, 0, 0.2), (0.1, 1, 0.4), (0.2, 0, 0.1), (0.2, 1, 0.1)].map {
      point([("delta", $0.0)], seed: $0.1, 1, floor: $0.2)
    }
    let plot = try bench.plot("lines", points: points)
    #expect(plot.y.label == "quality.ks, dashed: floor at ess")
    let floor = try #require(plot.layers.last)
    guard case .lines(let lines, _, let isDashed) = floor.mark else {
      Issue.record("no line")
      return
    }
    #expect(isDashed && floor.label == nil && floor.ink == .series(0) && lines.count == 1)
    #expect(lines[0].map(\.x) == [0.1, 0.2] && lines[0][1].y == 0.1)
    #expect(abs(lines[0][0].y - 0.3) < 1e-12)
    // Floors are no values that may be missing.
    #expect(plot.shown == Plot.Tally(shown: 4, total: 4))
  }

  @Test func linesBeyondThePaletteAreShades() throws {
    let points = (0..<8).flatMap { chains in
      [0.1, 0.2].map { point([("delta", $0), ("chains", Double(chains))], seed: 0, 1) }
    }
    let plot = try bench.plot("both", points: points).distinguished()
    #expect(plot.layers.first?.ink == .shade(0) && plot.layers.last?.ink == .shade(1))
    // A key of eight is read; of more, the first and the last shade say what lies between.
    #expect(FigureHead(plot, .usual).entries.count == 8)
    let more = points + [point([("delta", 0.1), ("chains", 9)], seed: 0, 1)]
    let long = try bench.plot("both", points: more).distinguished()
    #expect(
      FigureHead(long, .usual).entries.map(\.label) == ["chains 0.0", "chains 9.0"])
  }
}
