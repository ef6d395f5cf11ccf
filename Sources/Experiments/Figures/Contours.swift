import Scorewalk

/// The lines on which a density of the plane takes some values, by marching squares.
///
/// Source: W. E. Lorensen and H. E. Cline (1987), doi:10.1145/37402.37422, in two dimensions.
struct Contours {
  let x: [Double]
  let y: [Double]
  /// `[x, y]`, the second coordinate running faster.
  let values: [Double]

  /// The density of a law on a grid.
  init(
    of mixture: GaussianMixture, x: ClosedRange<Double>, y: ClosedRange<Double>, points: Int = 121
  ) {
    self.x = DensityOnGrid.places(from: x.lowerBound, to: x.upperBound, points: points)
    self.y = DensityOnGrid.places(from: y.lowerBound, to: y.upperBound, points: points)
    var values: [Double] = []
    for x in self.x { for y in self.y { values.append(mixture.density([x, y])) } }
    self.values = values
  }

  init(x: [Double], y: [Double], values: [Double]) {
    precondition(
      values.count == x.count * y.count, "\(values.count) values on \(x.count) x \(y.count) places")
    (self.x, self.y, self.values) = (x, y, values)
  }

  /// The densities above which the smallest regions lie that hold these parts of a law's mass, wherever it lies.
  ///
  /// A part p lies where the density is above the quantile 1 − p of f(X), X of the law f: places around each component on
  /// rings up to five deviations, each with the mass of its piece of the ring, stand for X.
  ///
  /// Source: R. J. Hyndman (1996), "Computing and graphing highest density regions", doi:10.1080/00031305.1996.10474359.
  static func levels(of mixture: GaussianMixture, holding parts: [Double]) -> [Double] {
    let count = mixture.components.count
    // Coarser where there are many: each place costs a sum over all of them.
    let places = max(40, min(6400, 20_000_000 / (count * count)))
    let rays = places >= 1600 ? 32 : 8
    let rings = places / rays
    func outside(_ radius: Double) -> Double { Double.exp(-radius * radius / 2) }
    var pieces: [(density: Double, mass: Double)] = []
    for component in mixture.components {
      // C = L Lᵀ.
      let deviation = component.covariance[0, 0].squareRoot()
      let slope = component.covariance[1, 0] / deviation
      let rest = max(0, component.covariance[1, 1] - slope * slope).squareRoot()
      for ring in 0..<rings {
        let (inner, outer) = (
          5 * Double(ring) / Double(rings), 5 * Double(ring + 1) / Double(rings)
        )
        let mass = component.weight * (outside(inner) - outside(outer)) / Double(rays)
        let radius = (inner + outer) / 2
        for ray in 0..<rays {
          let angle = 2 * Double.pi * (Double(ray) + 0.5) / Double(rays)
          let (u, v) = (radius * Double.cos(angle), radius * Double.sin(angle))
          let place = [
            component.mean[0] + deviation * u, component.mean[1] + slope * u + rest * v,
          ]
          pieces.append((mixture.density(place), mass))
        }
      }
    }
    pieces.sort { $0.density > $1.density }
    let total = pieces.reduce(0) { $0 + $1.mass }
    return parts.map { part in
      var sum = 0.0
      for piece in pieces {
        sum += piece.mass
        if sum >= part * total { return piece.density }
      }
      return 0
    }
  }

  /// The lines at a level, each as long as it goes.
  func lines(at level: Double) -> [[Plot.Point]] {
    var joints: [Edge: [Edge]] = [:]
    var order: [Edge] = []
    func join(_ one: Edge, _ other: Edge) {
      for edge in [one, other] where joints[edge] == nil { order.append(edge) }
      joints[one, default: []].append(other)
      joints[other, default: []].append(one)
    }
    for column in 0..<(x.count - 1) {
      for row in 0..<(y.count - 1) { cross(column, row, level, join) }
    }
    // Lines with ends first, then those that are closed.
    var lines: [[Plot.Point]] = []
    for isClosed in [false, true] {
      for start in order where joints[start].map({ $0.count == (isClosed ? 2 : 1) }) ?? false {
        var line = [start]
        while let last = line.last, let next = joints[last]?.first {
          joints[last]?.removeFirst()
          if let back = joints[next]?.firstIndex(of: last) { joints[next]?.remove(at: back) }
          line.append(next)
        }
        if line.count > 1 { lines.append(line.map { place($0, level) }) }
      }
    }
    return lines
  }

  /// A side of a square: from a place of the grid to the next in x, or in y.
  private struct Edge: Hashable {
    let column: Int
    let row: Int
    let isAlongX: Bool
  }

  private func value(_ column: Int, _ row: Int) -> Double { values[column * y.count + row] }

  /// Joins the sides of a square that a level crosses.
  private func cross(_ column: Int, _ row: Int, _ level: Double, _ join: (Edge, Edge) -> Void) {
    let corners = [
      value(column, row), value(column + 1, row), value(column + 1, row + 1),
      value(column, row + 1),
    ]
    let isAbove = corners.map { $0 > level }
    // Side i lies between corners i and i + 1.
    let sides = [
      Edge(column: column, row: row, isAlongX: true),
      Edge(column: column + 1, row: row, isAlongX: false),
      Edge(column: column, row: row + 1, isAlongX: true),
      Edge(column: column, row: row, isAlongX: false),
    ]
    let crossed = (0..<4).filter { isAbove[$0] != isAbove[($0 + 1) % 4] }
    if crossed.count == 2 { return join(sides[crossed[0]], sides[crossed[1]]) }
    guard crossed.count == 4 else { return }
    // Of a saddle's two ways, the one that its middle says.
    let isHigh = corners.reduce(0, +) / 4 > level
    if isHigh == isAbove[0] {
      join(sides[0], sides[1])
      join(sides[2], sides[3])
    } else {
      join(sides[3], sides[0])
      join(sides[1], sides[2])
    }
  }

  private func place(_ edge: Edge, _ level: Double) -> Plot.Point {
    let first = value(edge.column, edge.row)
    let second =
      edge.isAlongX ? value(edge.column + 1, edge.row) : value(edge.column, edge.row + 1)
    let part = (level - first) / (second - first)
    return edge.isAlongX
      ? Plot.Point(x[edge.column] + part * (x[edge.column + 1] - x[edge.column]), y[edge.row])
      : Plot.Point(x[edge.column], y[edge.row] + part * (y[edge.row + 1] - y[edge.row]))
  }
}

extension Plot {
  /// Puts a law of the plane below everything: lines around half, 90 % and 99 % of its mass, or its atoms.
  mutating func add(_ law: Law, _ name: String, x: ClosedRange<Double>, y: ClosedRange<Double>) {
    switch law {
    case .mixture(let mixture):
      let contours = Contours(of: mixture, x: x, y: y)
      let levels = Contours.levels(of: mixture, holding: [0.5, 0.9, 0.99])
      let lines = levels.flatMap { contours.lines(at: $0) }
      layers.insert(
        Layer("\(name): 50, 90, 99 %", .truth, .lines(lines, width: 1), opacity: 0.8), at: 0)
    case .categorical(let atoms):
      layers.append(
        Layer(name, .truth, .points(atoms.values.map { Point($0[0], $0[1]) }, size: 8)))
    }
  }
}
