/// Points on the line at which the law of a chain is written down: equispaced in u, where x(u) may be
/// dense around some places.
///
/// u(x) = ρ₀ x + Σ a_k b_k z_k / √(1 + z_k²), z_k = (x − x_k) / b_k, so that the points have the density
/// ρ₀ + Σ a_k / (1 + z_k²)^(3/2). In u the trapezoid rule is as accurate as on equispaced points,
/// while a few dozen points more resolve a step of the chain that tears the line apart at one place.
struct LineGrid: Sendable {
  /// A place around which points are denser.
  struct Knot: Sendable, Hashable {
    /// x_k.
    let place: Double
    /// a_k > 0: how many points more a unit of length holds there.
    let density: Double
    /// b_k > 0.
    let width: Double
  }

  /// Ascending.
  let positions: [Double]
  /// Of the trapezoid rule: spacing · dx/du at each point, `[points]`.
  let widths: [Double]
  let isEquispaced: Bool

  /// The number of points that ``init(from:to:spacing:knots:)`` makes.
  static func count(
    from low: Double, to high: Double, spacing: Double, knots: [Knot]
  ) -> Double {
    var length = (high - low) / spacing
    for knot in knots { length += knot.points(below: high) - knot.points(below: low) }
    return length.rounded(.up) + 1
  }

  /// - Parameters:
  ///   - spacing: 1 / ρ₀; a little less, so that a whole number fits.
  ///   - knots: none for equispaced points.
  init(from low: Double, to high: Double, spacing: Double, knots: [Knot]) {
    let count = Int(Self.count(from: low, to: high, spacing: spacing, knots: knots))
    isEquispaced = knots.isEmpty
    guard !knots.isEmpty else {
      let exact = (high - low) / Double(count - 1)
      positions = (0..<count).map { low + Double($0) * exact }
      widths = [Double](repeating: exact, count: count)
      return
    }
    func u(_ x: Double) -> Double {
      knots.reduce((x - low) / spacing) {
        $0 + $1.points(below: x) - $1.points(below: low)
      }
    }
    func density(_ x: Double) -> Double {
      knots.reduce(1 / spacing) { sum, knot in
        let z = (x - knot.place) / knot.width
        let square = 1 + z * z
        return sum + knot.density / (square * square.squareRoot())
      }
    }
    let step = u(high) / Double(count - 1)
    var positions = [low]
    while positions.count < count - 1 {
      // Newton's method inside a bracket: u rises.
      let goal = step * Double(positions.count)
      var (left, right) = (positions[positions.count - 1], high)
      var x = left + step / density(left)
      for _ in 0..<100 {
        if !(x > left && x < right) { x = 0.5 * (left + right) }
        let excess = u(x) - goal
        if excess > 0 { right = x } else { left = x }
        let move = excess / density(x)
        x -= move
        if abs(move) < 1e-13 * max(abs(x), high - low) { break }
      }
      positions.append(x)
    }
    self.positions = positions + [high]
    widths = self.positions.map { step / density($0) }
  }

  /// The indices of the points within a distance of a place, at least one.
  func indices(within distance: Double, of place: Double) -> ClosedRange<Int> {
    let end = positions.count - 1
    guard isEquispaced else {
      let low = min(end, firstIndex { $0 >= place - distance })
      return low...max(low, firstIndex { $0 > place + distance } - 1)
    }
    let center = (place - positions[0]) / widths[0]
    let reach = distance / widths[0]
    let low = Int(max(0, min(Double(end), (center - reach).rounded(.up))))
    return low...Int(max(Double(low), min(Double(end), (center + reach).rounded(.down))))
  }

  /// How many points lie within a distance of each place together.
  func reach(of places: [Double], within distance: Double) -> Int {
    places.reduce(0) { $0 + indices(within: distance, of: $1).count }
  }

  private func firstIndex(where isBeyond: (Double) -> Bool) -> Int {
    var (low, high) = (0, positions.count)
    while low < high {
      let middle = (low + high) / 2
      if isBeyond(positions[middle]) { high = middle } else { low = middle + 1 }
    }
    return low
  }
}

extension LineGrid.Knot {
  /// How many of its points lie below x, but for a constant.
  fileprivate func points(below x: Double) -> Double {
    let z = (x - place) / width
    return density * width * z / (1 + z * z).squareRoot()
  }
}
