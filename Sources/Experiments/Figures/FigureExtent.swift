import Scorewalk

/// Where numbers lie: gathered piece by piece; those that are not finite, or as good as that, do not count.
struct FigureExtent {
  private(set) var low = Double.infinity
  private(set) var high = -Double.infinity

  init() {}

  /// Adds where others lie.
  mutating func add(_ other: FigureExtent) {
    low = min(low, other.low)
    high = max(high, other.high)
  }

  /// Beyond, differences and squares would overflow.
  static let limit = 1e150

  mutating func add(_ values: [Double]) {
    for value in values where abs(value) < Self.limit {
      low = min(low, value)
      high = max(high, value)
    }
  }

  /// Whether the numbers are as good as one, though not the same.
  var isNarrow: Bool { low < high && Self.isNarrow(low, high) }

  private static func isNarrow(_ low: Double, _ high: Double) -> Bool {
    high - low < max(1e-300, 1e-12 * max(abs(low), abs(high)))
  }

  /// What an axis shows: the ends that are said, else those of the numbers. Never empty, and wide enough to be cut into
  /// parts: neighbouring doubles are as good as one.
  func range(_ ends: (from: Double?, to: Double?) = (nil, nil)) -> ClosedRange<Double> {
    func within(_ value: Double) -> Double { min(max(value, -Self.limit), Self.limit) }
    var from = within(ends.from ?? (low <= high ? low : 0))
    var to = within(ends.to ?? (low <= high ? high : 1))
    // From about 1e16 on, adding a half changes nothing.
    func half(_ value: Double) -> Double { max(0.5, abs(value) * 1e-6) }
    if from >= to {
      // All numbers are one, or lie beyond the end that is said.
      if ends.from != nil {
        to = from + 2 * half(from)
      } else if ends.to != nil {
        from = to - 2 * half(to)
      }
    }
    if Self.isNarrow(from, to) {
      (from, to) = (min(from, to) - half(from), max(from, to) + half(to))
    }
    return from...to
  }
}

extension FigureExtent {
  /// Where nearly all of a law's mass lies on one of its axes, or its atoms.
  init(of law: Law, coordinate: Int = 0) {
    switch law {
    case .mixture(let mixture): self.init(of: mixture, coordinate: coordinate)
    case .categorical(let atoms):
      self.init()
      add(atoms.values.map { $0[coordinate] })
    }
  }

  /// Where nearly all of a mixture's mass lies on one of its axes.
  init(of law: GaussianMixture, coordinate: Int = 0, deviations: Double = 3) {
    for component in law.components {
      let reach = deviations * component.covariance[coordinate, coordinate].squareRoot()
      add([component.mean[coordinate] - reach, component.mean[coordinate] + reach])
    }
  }

  /// Where the marks of layers lie on either axis.
  private init(of layers: [Plot.Layer], _ place: (Plot.Point) -> Double) {
    var values: [Double] = []
    func add(_ points: [Plot.Point]) { values += points.map(place) }
    defer { self.add(values) }
    for layer in layers {
      switch layer.mark {
      case .lines(let lines, _, _): for line in lines { add(line) }
      case .points(let points, _), .coloredPoints(let points, _, _, _): add(points)
      case .bars(let edges, let heights):
        add(zip(edges, heights).map { Plot.Point($0, $1) })
        add(
          zip(edges.dropFirst(), heights).map { Plot.Point($0, $1) }
            + edges.prefix(1).map { Plot.Point($0, 0) })
      case .band(let intervals), .intervals(let intervals):
        for interval in intervals {
          add([Plot.Point(interval.x, interval.low), Plot.Point(interval.x, interval.high)])
        }
      case .arrows(let arrows): for arrow in arrows { add([arrow.from, arrow.to]) }
      case .cells(let cells), .cellTexts(let cells):
        for cell in cells {
          add([
            Plot.Point(cell.x.lowerBound, cell.y.lowerBound),
            Plot.Point(cell.x.upperBound, cell.y.upperBound),
          ])
        }
      }
    }
  }

  static func range(of values: [Double]) -> ClosedRange<Double> {
    var extent = FigureExtent()
    extent.add(values)
    return extent.range()
  }

  static func x(of layers: [Plot.Layer]) -> FigureExtent { FigureExtent(of: layers, \.x) }
  static func y(of layers: [Plot.Layer]) -> FigureExtent { FigureExtent(of: layers, \.y) }
}

extension ClosedRange<Double> {
  /// With a margin of so large a part of it at both ends.
  func widened(by part: Double) -> ClosedRange<Double> {
    let margin = part * (upperBound - lowerBound)
    return (lowerBound - margin)...(upperBound + margin)
  }
}

/// How many numbers lie in each of equal parts of a range.
struct LineCounts {
  let range: ClosedRange<Double>
  private(set) var counts: [Int]

  init(_ range: ClosedRange<Double>, _ count: Int) {
    self.range = range
    counts = [Int](repeating: 0, count: count)
  }

  /// The part in which a number lies; the last holds its upper end too.
  func index(of value: Double) -> Int? {
    guard value >= range.lowerBound, value <= range.upperBound else { return nil }
    let part = (value - range.lowerBound) / (range.upperBound - range.lowerBound)
    // An empty range has no parts.
    guard part >= 0, part <= 1, !counts.isEmpty else { return nil }
    return min(counts.count - 1, Int(part * Double(counts.count)))
  }

  mutating func add(_ values: [Double]) {
    for value in values {
      if let index = index(of: value) { counts[index] += 1 }
    }
  }

  /// How many there are in all parts.
  var total: Int { counts.reduce(0, +) }
}
