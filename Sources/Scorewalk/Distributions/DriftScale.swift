/// How fine a grid must be for a step x + δ s(x) of a chain on the line.
///
/// The kernel seen from where it starts, x ↦ N(y; x + δ s(x), 2δ), is as wide as the noise divided by
/// |1 + δ s'|. That is large in two kinds of places: where one component hands over to another, however
/// far from both (s' ≈ ¼ Δg²), and in components with s² < δ / 2, which a step folds over.
struct DriftScale: Sendable {
  /// The largest |1 + δ s'| that the spacing is made for.
  let stretch: Double
  /// Between points far from the knots.
  let spacing: Double
  /// Where points must be denser.
  let knots: [LineGrid.Knot]
  /// Where steps lead to from where the components are and hand over.
  let images: ClosedRange<Double>
  /// Whether a step keeps the order of points.
  let isMonotone: Bool
  /// Whether the spacing is that of the noise, and all that is narrower is left to the knots.
  let isTorn: Bool
  private let stepSize: Double
  private let noise: Double
  private let narrowest: Double
  /// What a thinned grid may not exceed far from the knots.
  private let widest: Double

  /// Beyond it the places alone get a denser grid, and not all of the line.
  private static let largestStretch = 3.0
  /// How much too wide points may be.
  private static let slack = 1.25

  init(_ line: LineMixture, _ stepSize: Double, noise: Double, narrowest: Double) {
    self.stepSize = stepSize
    self.noise = noise
    self.narrowest = narrowest
    var steepest = 0.0
    var largest = 1.0
    var isMonotone = true
    var (low, high) = (Double.infinity, -Double.infinity)
    func look(_ place: Double) -> Double {
      let (score, slope) = line.scoreAndSlope(place)
      low = min(low, place + stepSize * score)
      high = max(high, place + stepSize * score)
      return slope
    }
    for cut in line.panelCuts(reach: 6) {
      let slope = look(cut)
      steepest = max(steepest, slope)
      largest = max(largest, abs(1 + stepSize * slope))
      if 1 + stepSize * slope < 0.25 { isMonotone = false }
    }
    self.isMonotone = isMonotone
    let isTorn = largest > Self.largestStretch
    let stretch = isTorn ? 1 : largest
    self.stretch = stretch
    self.isTorn = isTorn
    let spacing = isTorn ? noise / 3 : min(noise / (3 * stretch), narrowest / 5)
    self.spacing = spacing
    let widest = Self.widest(narrowest, isTorn ? 0 : steepest)
    self.widest = widest
    var knots: [LineGrid.Knot] = []
    func add(_ place: Double, width: Double, least: Double = 0) {
      let slope = line.scoreAndSlope(place).slope
      let needed = max(
        least, 3 * abs(1 + stepSize * slope) / noise,
        // As often as the rest of the grid can be thinned.
        widest / (Self.widest(narrowest, slope) * spacing))
      guard needed * spacing > Self.slack else { return }
      // A third more, since the points thin out on both sides.
      knots.append(
        LineGrid.Knot(place: place, density: 4 / 3 * needed - 1 / spacing, width: width))
    }
    for handover in line.handovers {
      for step in -16...16 { _ = look(handover.place + 0.5 * Double(step) / handover.gap) }
      add(handover.place, width: 4 / handover.gap)
    }
    images = low...high
    if isTorn {
      // Elsewhere another component rules, and hands over to this one.
      for index in line.weights.indices
      where line.logTerm(index, line.means[index]) >= line.largestTerm(line.means[index]) {
        let deviation = line.deviations[index]
        add(line.means[index], width: 4 * deviation, least: 5 / deviation)
      }
    }
    self.knots = knots
  }

  /// Where the drift pushes apart, kernels of many steps seen from their start are no wider than 1 / √s'.
  private static func widest(_ narrowest: Double, _ slope: Double) -> Double {
    min(narrowest / 5, slope > 0 ? 0.25 / slope.squareRoot() : .infinity)
  }

  /// The first point around which a grid is not fine enough; nil where it is everywhere.
  func firstUnresolved(on grid: LineGrid, _ line: LineMixture) -> Double? {
    for (place, width) in zip(grid.positions, grid.widths) {
      let slope = line.scoreAndSlope(place).slope
      if 3 * abs(1 + stepSize * slope) * width > 1.5 * noise { return place }
    }
    return nil
  }

  /// How much coarser a grid may become for laws that are many steps old.
  func largestThinning(of grid: LineGrid, _ line: LineMixture) -> Double {
    guard !grid.isEquispaced else { return widest / grid.widths[0] }
    var largest = Double.infinity
    for (place, width) in zip(grid.positions, grid.widths) {
      let slope = line.scoreAndSlope(place).slope
      largest = min(largest, Self.widest(narrowest, slope) / width)
    }
    return Self.slack * largest
  }
}
