import Scorewalk
import Testing

@testable import Experiments

/// A line, a plane, chains on both, and a training.
private func spec(_ figures: String) -> String {
  """
  name: truths
  precision: float64
  data:
    two-modes: {kind: gaussian-mixture, components: [{mean: [-5], std: 0.5}, {mean: [5], std: 0.5}]}
    plane: {kind: gaussian-mixture, components: [{mean: [0, 0], std: 0.5}]}
    rows: {kind: draws, from: two-modes, count: 64}
  models:
    net: {kind: mlp, output: score, hidden: [8]}
  training:
    fit: {model: net, data: rows, objective: {kind: denoising-score-matching, noise_level: 0.5}, optimizer: {kind: sgd, learning_rate: 1e-3}, batch_size: 8, steps: 100}
  sampling:
    walk: {kind: langevin, target: two-modes, initial: {kind: zeros}, step_size: 0.1, steps: 50}
    wander: {kind: langevin, target: plane, initial: {kind: zeros}, step_size: 0.1, steps: 50}
  figures:
  \(figures.split(separator: "\n").map { "  " + $0 }.joined(separator: "\n"))

  """
}

/// Numbers that seem random: sums of twelve uniform ones, with mean 0 and variance 1.
private struct Noise {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> Double {
    (0..<12).reduce(-6.0) { sum, _ in
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return sum + Double(state >> 11) / Double(1 << 53)
    }
  }
}

@Suite("Figures show what is true")
struct FigureTruthTests {
  // MARK: - Autocorrelation

  /// x_t = φ x_{t−1} + √(1 − φ²) ε has ρ_k = φᵏ. Each estimate has a standard error of about 0.016.
  @Test func anAutoregressionForgetsAsItDoes() throws {
    let bench = try FigureBench(spec("memory: {kind: autocorrelation, of: walk, lags: 40}"))
    var noise = Noise(seed: 1)
    let chains = (0..<4000).map { _ in
      var x = noise.next()
      return (0..<60).map { _ in
        x = 0.95 * x + (1 - 0.95 * 0.95).squareRoot() * noise.next()
        return x
      }
    }
    try bench.write(chains, of: "walk")
    let line = try #require(try bench.plot("memory").lines(.series(0)).first)
    #expect(line.map(\.x) == (0...40).map(Double.init))
    var expected = 1.0
    for point in line {
      #expect(abs(point.y - expected) < 0.08, "at \(point.x): \(point.y), not \(expected)")
      expected *= 0.95
    }
  }

  /// cos(ωt + θ) over all phases θ has ρ_k = cos(ωk), for any number of draws.
  @Test func wavesAreRememberedExactly() {
    var waves: [Double] = []
    for phase in 0..<8 {
      let start: Double = 2 * Double.pi * Double(phase) / 8
      for draw in 0..<50 { waves.append(Double.cos(0.1 * Double(draw) + start)) }
    }
    let values = AutocorrelationFigure.correlations(waves, chains: 8, lags: 45)
    for (lag, value) in values.enumerated() {
      let truth = Double.cos(0.1 * Double(lag))
      #expect(abs(value - truth) < 1e-12)
    }
  }

  // MARK: - Laws

  @Test(arguments: ["histogram", "ecdf"])
  func aModeThatNoSampleHasFoundIsShown(kind: String) throws {
    let bench = try FigureBench(spec("f: {kind: \(kind), of: walk, against: two-modes}"))
    try bench.write([(0..<50).map { 4 + Double($0) / 25 }], of: "walk")
    let plot = try bench.plot("f")
    let range = try #require(plot.x.range)
    #expect(range.contains(-6.5) && range.contains(6.5))
    let truth = try #require(plot.lines(.truth).first)
    let other = truth.filter { $0.x < 0 }.map(\.y).max() ?? 0
    // The height of half a Gaussian with deviation 0.5, and half of the mass.
    #expect(abs(other - (kind == "ecdf" ? 0.5 : 0.398942)) < 0.01)
    #expect(plot.shown == Plot.Tally(shown: 50, total: 50))
  }

  /// Of a Gaussian of the plane, 1 − exp(−r²/2σ²) lies within r: χ² with two degrees of freedom.
  @Test func contoursHoldTheirMassWhateverIsShown() throws {
    let bench = try FigureBench(
      spec("f: {kind: scatter, of: wander, against: plane, from: -1.6, to: 1.6}"))
    try bench.write([0, 0, 0.1, 0.1], shape: [1, 2, 2], of: "wander")
    let lines = try bench.plot("f").lines(.truth)
    #expect(lines.count == 3)
    for (line, part) in zip(lines, [0.5, 0.9, 0.99]) {
      let radius = 0.5 * (-2 * Double.log(1 - part)).squareRoot()
      for point in line {
        let own = (point.x * point.x + point.y * point.y).squareRoot()
        #expect(abs(own - radius) < 0.01 * radius, "\(own), not \(radius), at \(part)")
      }
    }
  }

  // MARK: - Losses

  @Test func aLogarithmicAxisDrawsNothingThatIsNotThere() throws {
    let bench = try FigureBench(spec("f: {kind: loss, of: fit, scale: log, smoothing: 0.1}"))
    try bench.write(losses: (0..<90).map { $0 % 3 == 2 ? -1 : 1 }, of: "fit")
    let plot = try bench.plot("f")
    let lines = plot.lines(.series(0))
    #expect(lines.count == 2)
    for line in lines {
      #expect(line.indices.allSatisfy { line[$0].y.isNaN == ($0 % 3 == 2) })
    }
    // Means over three periods, negative values among them.
    #expect(lines[1][10..<80].allSatisfy { $0.y.isNaN || abs($0.y - 1.0 / 3) < 1e-12 })
    #expect(plot.shown.note == "30 of 90 values not shown")
    try bench.write(losses: (0..<90).map { $0 % 3 == 2 ? 1 : -1 }, of: "fit")
    #expect {
      try bench.plot("f")
    } throws: { error in
      (error as? Failure)?.reason == "60 of 90 values are not above 0"
    }
  }

  @Test func aLossThatBecomesNothingIsShownAsFarAsItGoes() throws {
    let bench = try FigureBench(spec("f: {kind: loss, of: fit}"))
    try bench.write(losses: [1, 2, .nan], of: "fit")
    let plot = try bench.plot("f")
    #expect(plot.lines(.series(0))[0].prefix(2).map(\.y) == [1, 2])
    #expect(plot.shown.note == "1 of 3 values not shown")
    // A small loss behind a large one is not lost in sums.
    let fall = [1e15, 1e15] + [Double](repeating: 1e-3, count: 98)
    let smooth = LossFigure.smoothed(
      fall.enumerated().map { Plot.Point(Double($0.offset), $0.element) }, 5)
    #expect(abs(smooth[50].y - 1e-3) < 1e-15)
  }

  // MARK: - Values that cannot be seen

  @Test func aSingleDrawIsAPoint() throws {
    let bench = try FigureBench(spec("f: {kind: trace, of: walk}"))
    try bench.write([[1], [2]], of: "walk")
    let script = GnuplotScript([try bench.plot("f")], format: .svg, size: .usual).text
    #expect(script.contains("$data4 << END\n1 2\nEND\n"))
    #expect(script.components("with points").count == 3)
  }

  @Test func whatIsBesideTheAxisIsCounted() throws {
    let bench = try FigureBench(
      spec(
        """
        h: {kind: histogram, of: walk, from: 100, to: 101}
        s: {kind: scatter, of: wander, from: 1, to: 2}
        """))
    try bench.write([(0..<50).map(Double.init) + [.nan]], of: "walk")
    #expect(try bench.plot("h").shown.note == "51 of 51 values not shown")
    try bench.write([1.5, 1.5, 0, 1.5, .infinity, 1.5, 1e200, 1], shape: [4, 1, 2], of: "wander")
    let plot = try bench.plot("s")
    #expect(plot.shown == Plot.Tally(shown: 1, total: 4))
    // It stands in the picture.
    let script = GnuplotScript([plot], format: .svg, size: .usual).text
    #expect(script.contains("set label '3 of 4 values not shown' at screen 0.5,"))
  }

  @Test(arguments: [
    [1e17, 1e17 + 16], [1e140], [1e17], [-1e140, 1e140], [1e149, -1e149], [1e300, 1e200],
    [1, 1 + 0x1p-52], [.nan], [.infinity, -.infinity, 0], [0, 0x1p-1074],
  ])
  func noNumbersEndTheProcess(values: [Double]) throws {
    let bench = try FigureBench(
      spec(
        """
        histogram: {kind: histogram, of: walk, against: two-modes}
        bare: {kind: histogram, of: walk, bins: 1000}
        ecdf: {kind: ecdf, of: walk}
        trace: {kind: trace, of: walk}
        memory: {kind: autocorrelation, of: walk}
        film: {kind: animation, of: walk, over: draw}
        scatter: {kind: scatter, of: wander, against: plane}
        way: {kind: trajectory, of: wander, from: 1e17, to: 100000000000000016}
        loss: {kind: loss, of: fit}
        """))
    try bench.write([values, values.reversed()], of: "walk")
    try bench.write(values + values, shape: [1, values.count, 2], of: "wander")
    try bench.write(losses: values, of: "fit")
    for figure in bench.spec.figures {
      let plot = try bench.plot(figure.name)
      for range in [plot.x.range, plot.y.range].compactMap(\.self) {
        let width = range.upperBound - range.lowerBound
        #expect(width.isFinite && width > 0, "\(figure.name)")
      }
      _ = GnuplotScript([plot], format: .svg, size: .usual)
      guard TimedProgram.place(of: "gnuplot") != nil else { continue }
      #expect(throws: Never.self, "\(figure.name)") { try bench.drawn(figure.name) }
    }
  }

  @Test func neighbouringDoublesAreAsGoodAsOne() {
    var extent = FigureExtent()
    extent.add([1e17, 1e17 + 16])
    let range = extent.range()
    #expect(range.lowerBound < 1e17 - 1e10 && range.upperBound > 1e17 + 1e10)
    #expect(LineCounts(1e17...1e17, 4).index(of: 1e17) == nil)
    #expect(LineCounts(0...1, 0).index(of: 0.5) == nil)
    #expect(extent.range((from: 1e17, to: nil)).upperBound > 1e17 + 1e10)
    #expect(extent.range((from: -1e308, to: 1e308)) == -1e150...1e150)
  }

  /// Seven digits would make all of them one.
  @Test func axesFarFromZeroKeepTheirDigits() throws {
    let bench = try FigureBench(spec("f: {kind: histogram, of: walk, bins: 4}"))
    try bench.write([[999_999.96875, 1_000_000, 1_000_000.03125]], of: "walk")
    let script = GnuplotScript([try bench.plot("f")], format: .svg, size: .usual).text
    #expect(script.contains("\n999999.984375 "))
    #expect(script.contains("set format x '%.10g'\nset xrange [999999.96687"))
    if TimedProgram.place(of: "gnuplot") != nil {
      #expect(try bench.drawn("f") == FigureFiles.Drawn(files: ["figures/f.svg"]))
    }
  }
}

extension String {
  fileprivate func components(_ separator: String) -> [Substring] {
    split(separator: separator, omittingEmptySubsequences: false)
  }
}
