import Scorewalk
import Testing

@testable import Experiments

@Suite("Parts of figures")
struct FigurePartTests {
  // MARK: - Contours

  @Test func aContourOfACircleIsClosedAndRound() {
    let places = (0...40).map { Double($0) / 20 - 1 }
    let values = places.flatMap { x in places.map { 1 - x * x - $0 * $0 } }
    let lines = Contours(x: places, y: places, values: values).lines(at: 0.75)
    #expect(lines.count == 1)
    #expect(lines[0].first == lines[0].last)
    for point in lines[0] {
      #expect(abs((point.x * point.x + point.y * point.y).squareRoot() - 0.5) < 2e-3)
    }
    #expect(lines[0].count > 40)
  }

  @Test func aContourThatLeavesThePlaneIsOpen() {
    let slope = Contours(x: [0, 1, 2], y: [0, 1, 2], values: [0, 0, 0, 1, 1, 1, 2, 2, 2])
    let lines = slope.lines(at: 0.5)
    #expect(lines.count == 1)
    #expect(lines[0].map(\.x) == [0.5, 0.5, 0.5])
    #expect(lines[0].map(\.y).sorted() == [0, 1, 2] && lines[0][1].y == 1)
  }

  @Test func aSaddleIsCutAsItsMiddleSays() {
    let saddle = Contours(x: [0, 1], y: [0, 1], values: [1, 0, 0, 1])
    // The middle is 0.5. Below it the high corners belong together, and the lines go around the low ones: from one side of
    // the diagonal x + y = 1 to the other. Above it they go around the high corners.
    for line in saddle.lines(at: 0.4) {
      let sums = line.map { $0.x + $0.y }.sorted()
      #expect(abs(sums[0] - 0.6) < 1e-12 && abs(sums[1] - 1.4) < 1e-12)
    }
    for line in saddle.lines(at: 0.6) {
      let sums = line.map { $0.x + $0.y }
      #expect(abs(sums[0] - sums[1]) < 1e-12)
    }
    #expect(saddle.lines(at: 0.4).count == 2 && saddle.lines(at: 0.6).count == 2)
  }

  @Test func levelsHoldTheirMass() throws {
    let law = try GaussianMixture(components: [.init(mean: [0, 0], standardDeviation: 1)])
    // Of a Gaussian of the plane, 1 − exp(−r²/2) lies within r.
    for part in [0.5, 0.9, 0.99] {
      let expected = (1 - part) / (2 * Double.pi)
      #expect(abs(Contours.levels(of: law, holding: [part])[0] - expected) < 0.03 * expected)
    }
    // The same of a narrow and oblique one beside a wide one that is far away: half of the mass is all of the narrow one's.
    let far = try GaussianMixture(components: [
      .init(weight: 1, mean: [1e3, 0], covariance: .full([[1e-4, 5e-5], [5e-5, 1e-4]])),
      .init(weight: 1, mean: [-1e3, 0], covariance: .isotropic(1)),
    ])
    let level = Contours.levels(of: far, holding: [0.25])[0]
    let highest = 0.5 / (2 * Double.pi * 0.75e-8.squareRoot())
    #expect(abs(level - highest / 2) < 0.03 * highest)
  }

  // MARK: - Lines

  @Test func manyLinesOfMetricsBecomeMeans() {
    var curve = MetricCurve()
    for step in 0..<10_000 { curve.add(step: Double(step), value: Double(step % 8)) }
    let points = curve.points
    #expect(points.count <= MetricCurve.limit && points.count > MetricCurve.limit / 2)
    // Every full point is the mean of 8 lines, in which all values stand.
    #expect(points.dropLast().allSatisfy { $0.y == 3.5 })
    #expect(points[0].x == 3.5)
    #expect(points.map(\.x) == points.map(\.x).sorted())
  }

  @Test func smoothingKeepsStraightLines() {
    let line = (0..<50).map { Plot.Point(Double($0), 2 * Double($0) + 1) }
    let smooth = LossFigure.smoothed(line, 9)
    for (one, other) in zip(smooth, line).dropFirst(4).dropLast(4) {
      #expect(one.x == other.x && abs(one.y - other.y) < 1e-12)
    }
    // At the ends the part of the window that is there: the last five points.
    #expect(smooth[49] == Plot.Point(49, (91.0 + 93 + 95 + 97 + 99) / 5))
    var broken = line
    broken[20].y = .nan
    // Beside a gap the mean is of what is there; in it there is none.
    let gap = LossFigure.smoothed(broken, 9)
    #expect(gap.indices.allSatisfy { gap[$0].isFinite == ($0 != 20) })
  }

  @Test func autocorrelations() {
    let alternating = [1.0, -1, 1, -1, 1, -1, 1, -1]
    let values = AutocorrelationFigure.correlations(alternating, chains: 1, lags: 2)
    #expect(zip(values, [1, -1, 1]).allSatisfy { abs($0 - $1) < 1e-12 })
    // Chains that stay apart do not forget, though each of them is constant in itself.
    let apart = AutocorrelationFigure.correlations(
      [Double](repeating: 1, count: 100) + [Double](repeating: -1, count: 100), chains: 2, lags: 99)
    #expect(apart.count == 100 && apart.allSatisfy { abs($0 - 1) < 1e-12 })
    #expect(
      AutocorrelationFigure.correlations([0.1, 0.1, 0.1], chains: 1, lags: 1).allSatisfy {
        $0.isNaN
      })
    #expect(AutocorrelationFigure.correlations([], chains: 0, lags: 1).isEmpty)
  }

  // MARK: - Ranges

  @Test func rangesAreNeverEmpty() {
    var extent = FigureExtent()
    #expect(extent.range() == 0...1)
    extent.add([.nan, .infinity, -.infinity, 1e300])
    #expect(extent.range() == 0...1)
    extent.add([3])
    #expect(extent.range() == 2.5...3.5)
    #expect(extent.range((from: 5, to: nil)) == 5...6)
    #expect(extent.range((from: nil, to: -1)) == -2 ... -1)
    extent.add([7])
    #expect(extent.range((from: nil, to: 5)) == 3...5)
  }

  @Test func countsOfALine() {
    var counts = LineCounts(0...1, 4)
    counts.add([0, 0.1, 0.25, 0.99, 1, 1.01, -0.1, .nan])
    #expect(counts.counts == [2, 1, 0, 2] && counts.total == 5)
  }

  @Test func indicesHaveBothEnds() {
    #expect(ArrayFile.indices(of: 5, atMost: 10) == [0, 1, 2, 3, 4])
    #expect(ArrayFile.indices(of: 101, atMost: 3) == [0, 50, 100])
    #expect(ArrayFile.indices(of: 101, atMost: 1) == [100])
    #expect(ArrayFile.indices(of: 0, atMost: 3).isEmpty)
  }

  // MARK: - Files

  @Test func farAndNearGroupsOfALongArray() throws {
    let directory = try TemporaryDirectory()
    let values = (0..<1_200_000).map { Float($0) }
    let path = directory.path + "/long.npy"
    try NPYFile(shape: [600_000, 2], values: .float32(values)).write(to: path)
    let file = try ArrayFile(path)
    let indices = [0, 1, 2, 5000, 5001, 599_999]
    #expect(
      try file.groups(indices, of: 2) == indices.flatMap { [2 * Double($0), 2 * Double($0) + 1] })
    let every = Array(stride(from: 0, to: 600_000, by: 3))
    let expected = every.flatMap { [2 * Double($0), 2 * Double($0) + 1] }
    #expect(try file.groups(every, of: 2) == expected)
  }

  @Test func arraysAreReadByPieces() throws {
    let directory = try TemporaryDirectory()
    let values = (0..<(3 * 5 * 2)).map(Double.init)
    let path = directory.path + "/samples.npy"
    try NPYFile(shape: [3, 5, 2], values: .float64(values)).write(to: path)
    let file = try SampleFile(path)
    #expect(file.chains == 3 && file.draws == 5 && file.dimension == 2 && file.count == 15)
    #expect(try file.points(chain: 1, draws: [0, 4]) == [10, 11, 18, 19])
    #expect(try file.thinned(atMost: 3) == [0, 1, 14, 15, 28, 29])
    #expect(try file.file.groups([0, 1, 29], of: 1) == [0, 1, 29])
    #expect(try file.file.groups([], of: 1).isEmpty)
    var all: [Double] = []
    try file.forEachPiece { all += $0 }
    #expect(all == values)
    // A file that was cut short says so, and not only where its end is read.
    try FileSystem.write(try FileSystem.read(path).dropLast(8), to: path)
    #expect(throws: Failure.self) { try SampleFile(path) }
  }
}
