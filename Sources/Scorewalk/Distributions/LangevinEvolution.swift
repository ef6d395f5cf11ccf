/// The law of an unadjusted Langevin chain on the line after any number of steps, computed and not
/// sampled.
///
/// x' = x + δ s(x) + √(2δ) z has a Gaussian kernel. On a grid it is a banded matrix P, and the trapezoid
/// rule makes sums with it spectrally accurate. The grid is equispaced but for the places where a step
/// tears neighbouring points apart, or folds them over: there it is denser (``LineGrid``). After m steps the kernel is √m times as
/// wide, so that P^m needs fewer grid points: here P⁴, P¹⁶, … are kept on every second, fourth, …
/// point, and a chain of a hundred thousand steps costs little more than one of a hundred. Between the
/// times that are reached so, laws are interpolated in time by polynomials of degree 7. Masses are
/// right to about 1e-7.
///
/// The initial law may be a point: the first step is taken exactly.
public struct LangevinEvolution: Sendable {
  /// The law whose score drives the chain.
  public let target: GaussianMixture
  /// δ, in squared units of the positions.
  public let stepSize: Double
  /// Where the chain starts.
  public let start: LineStart

  /// P^(4^l) on a grid.
  private struct Level {
    let rows: TransitionRows
    /// Steps of the chain in one of the matrix.
    let steps: Int
    /// Whether every second point of the grid before was left out.
    let isThinned: Bool
  }

  private let levels: [Level]
  /// The finest grid.
  private let grid: LineGrid
  /// x + δ s(x) on the finest grid.
  private let centers: [Double]
  /// The grid points at which the target and its chain live, on the finest grid.
  private let core: ClosedRange<Double>
  private let line: LineMixture
  private let noise: Double
  /// How much a step stretches the line at most where the grid is not denser than elsewhere.
  private let stretch: Double

  private var positions: [Double] { grid.positions }

  /// Steps that each level takes before the next takes over; at its beginning a law is
  /// `handover` / 4 of its own steps old, and smooth in space and time at its scale.
  private static let handover = 128
  /// Nodes of the interpolation in time.
  private static let stencil = 8
  /// How many points the finest grid may have.
  private static let largestGrid = 149_999
  /// What the first matrix may hold.
  private static let largestFirstMatrix = 30_000_000.0
  /// What a matrix may hold, and what the work on one may cost.
  private static let largestMatrix = 12_000_000
  private static let largestWork = 1_500_000_000.0
  /// What the work on one law may cost.
  private static let largestEffort = 1e10

  /// Prepares the powers of the chain's transition matrix.
  ///
  /// - Parameters:
  ///   - target: a mixture on the line.
  ///   - stepSize: δ > 0; for the `half` convention δ = h / 2.
  ///   - start: the initial law.
  ///   - steps: the longest chain that will be asked for; longer ones cost more.
  /// - Throws: ``DistributionError`` `.noStationaryLaw` where the chain is unstable (δ ≥ 2 s² for the
  ///   widest component), `.gridTooLarge` where the matrix would have more than 3 · 10⁷ entries: components
  ///   hundreds of times narrower than the noise or than others.
  /// - Complexity: about O(points · 60²) for the finest grid, twice that for all; 50 ms for 5,000 points.
  public init(
    target: GaussianMixture, stepSize: Double, start: LineStart, steps: Int
  ) throws(DistributionError) {
    precondition(stepSize > 0 && stepSize.isFinite, "step size \(stepSize) is not > 0")
    let line = target.onLine
    let limit = target.largestStableStep ?? .infinity
    guard stepSize < limit else {
      throw DistributionError(
        code: .noStationaryLaw,
        message:
          "step size \(stepSize) is not below \(limit), twice the largest variance: the chain "
          + "flies off")
    }
    self.target = target
    self.stepSize = stepSize
    self.start = start
    self.line = line
    let noise = (2 * stepSize).squareRoot()
    self.noise = noise
    var low = Double.infinity
    var high = -Double.infinity
    var narrowest = Double.infinity
    for index in 0..<line.count {
      let variance = line.deviations[index] * line.deviations[index]
      let ratio = stepSize / (2 * variance)
      let spread = ratio < 1 ? line.deviations[index] / (1 - ratio).squareRoot() : noise
      low = min(low, line.means[index] - 9 * spread - 2 * noise)
      high = max(high, line.means[index] + 9 * spread + 2 * noise)
      narrowest = min(narrowest, line.deviations[index])
    }
    let drift = DriftScale(line, stepSize, noise: noise, narrowest: narrowest)
    low = min(low, drift.images.lowerBound - 9 * noise)
    high = max(high, drift.images.upperBound + 9 * noise)
    core = low...high
    low = min(low, start.range.lowerBound - 9 * noise)
    high = max(high, start.range.upperBound + 9 * noise)
    stretch = drift.stretch
    let points = LineGrid.count(
      from: low, to: high, spacing: drift.spacing, knots: drift.knots)
    guard points <= Double(Self.largestGrid) else {
      throw DistributionError(
        code: .gridTooLarge,
        message: DistributionError.gridIsTooLarge(
          stepSize: stepSize, points: points, most: Self.largestGrid))
    }
    grid = LineGrid(from: low, to: high, spacing: drift.spacing, knots: drift.knots)
    centers = grid.positions.map { $0 + stepSize * line.score($0) }
    let entries = Double(grid.reach(of: centers, within: TransitionRows.reach * noise))
    guard entries < Self.largestFirstMatrix,
      drift.isMonotone || Double(steps) * entries < Self.largestEffort
    else {
      throw DistributionError(
        code: .gridTooLarge,
        message: "step size \(stepSize) needs \(Int(entries)) transitions between "
          + "\(grid.positions.count) grid points")
    }
    if !grid.isEquispaced || drift.isTorn, let place = drift.firstUnresolved(on: grid, line) {
      throw DistributionError(
        code: .gridTooLarge,
        message: "a step of size \(stepSize) is too steep for the grid at \(place)")
    }
    levels = Self.levels(
      TransitionRows(centers: centers, grid: grid, noise: noise),
      spacing: 1, largestSpacing: drift.largestThinning(of: grid, line),
      steps: drift.isMonotone ? steps : 0)
  }

  /// - Parameter steps: the longest chain; 0 where only the first level may be used.
  private static func levels(
    _ rows: TransitionRows, spacing: Double, largestSpacing: Double, steps: Int
  ) -> [Level] {
    var levels = [Level(rows: rows, steps: 1, isThinned: false)]
    var spacing = spacing
    // Where the drift folds the line over, laws may alternate from step to step: no level but the first.
    while steps > 0, let last = levels.last, last.steps < 1 << 40 {
      let isThinned = 2 * spacing <= largestSpacing
      guard isThinned || handover * last.steps < steps else { break }
      let width = Double(last.rows.values.count) / Double(last.rows.count)
      guard 6 * width * Double(last.rows.values.count) < largestWork,
        2 * last.rows.values.count < largestMatrix
      else { break }
      var next = last.rows.squared().squared()
      if isThinned {
        next = next.thinned()
        spacing *= 2
      }
      levels.append(Level(rows: next, steps: 4 * last.steps, isThinned: isThinned))
    }
    return levels
  }

  // MARK: - Laws

  /// The law after some steps; 0 gives the initial law.
  ///
  /// - Throws: as ``law(over:)``.
  public func law(after steps: Int) throws(DistributionError) -> ChainLaw {
    try law(over: KeptStates(first: steps, limit: steps, every: 1))
  }

  /// The average of the laws of kept states: what pooled samples are drawn from.
  ///
  /// - Throws: ``DistributionError`` `.gridTooLarge` where it would take minutes: many million steps near
  ///   the stability limit, or a million on a law whose narrowest component is a thousand times
  ///   narrower than its widest.
  /// - Complexity: O(points · 60) a level and step of it, hundreds of steps in all; and 8 additions for
  ///   each kept state.
  public func law(over states: KeptStates) throws(DistributionError) -> ChainLaw {
    if let last = levels.last {
      let strides = Double(states.last / last.steps)
      guard strides < 2e7, strides * Double(last.rows.values.count) < Self.largestEffort else {
        throw DistributionError(
          code: .gridTooLarge,
          message:
            "\(states.last) steps of size \(stepSize) on \(last.rows.count) grid points would "
            + "take minutes to follow")
      }
    }
    let nodes = start.nodes(noise: noise / stretch, grid: grid).map {
      (place: $0.place + stepSize * line.score($0.place), weight: $0.weight)
    }
    var sums = levels.map { [Double](repeating: 0, count: $0.rows.count) }
    let last = states.last - 1
    if last >= 1 { accumulate(states, last: last, from: firstLaw(nodes), into: &sums) }
    // From the coarsest grid down to the finest.
    var density = sums[levels.count - 1]
    for level in stride(from: levels.count - 1, to: 0, by: -1) {
      if levels[level].isThinned {
        density = Self.refined(density, count: levels[level - 1].rows.count)
      }
      for index in density.indices { density[index] += sums[level - 1][index] }
    }
    let total = Double(states.count)
    let hasStart = states.contains(0)
    let hasFirst = states.contains(1)
    let rest = total - (hasStart ? 1 : 0) - (hasFirst ? 1 : 0)
    var mass = 0.0
    for value in density { mass += value }
    var kernels: [(center: Double, weight: Double)] = []
    if rest > 0 {
      for index in density.indices where density[index] > 1e-18 * mass {
        kernels.append((centers[index], density[index] * rest / (mass * total)))
      }
    }
    if hasFirst { kernels += nodes.map { ($0.place, $0.weight / total) } }
    return ChainLaw(
      kernels: kernels, noise: noise, start: hasStart ? (start, 1 / total) : nil,
      positions: positions)
  }

  /// The law after one step, in probabilities of grid points.
  private func firstLaw(_ nodes: [(place: Double, weight: Double)]) -> [Double] {
    var law = [Double](repeating: 0, count: positions.count)
    let scale = LineMixture.inverseRootTwoPi / noise
    for node in nodes {
      for index in grid.indices(within: 9 * noise, of: node.place) {
        let u = (positions[index] - node.place) / noise
        law[index] += node.weight * grid.widths[index] * scale * Double.exp(-0.5 * u * u)
      }
    }
    return law
  }

  /// Adds the laws at the times t = k - 1 ≥ 1 of kept states k, each on the grid of its level.
  private func accumulate(
    _ states: KeptStates, last: Int, from law: [Double], into sums: inout [[Double]]
  ) {
    var law = law
    var time = 1
    for (index, level) in levels.enumerated() {
      let isLast = index == levels.count - 1
      // A level ends where the next has law enough to begin with.
      let end = isLast ? Int.max : Self.handover * level.steps
      let weights = Self.weights(
        states, from: time, to: min(end, last + 1), stride: level.steps)
      var converged = false
      for (number, weight) in weights.enumerated() {
        if weight != 0 {
          for point in law.indices { sums[index][point] += weight * law[point] }
        }
        guard number + 1 < weights.count, !converged else { continue }
        let next = level.rows.advanced(law)
        if isLast, number.isMultiple(of: 16) {
          var change = 0.0
          for point in law.indices { change = max(change, abs(next[point] - law[point])) }
          converged = change < 1e-17
        }
        law = next
      }
      guard end <= last else { return }
      time = end
      if levels[index + 1].isThinned {
        law = stride(from: 0, to: law.count, by: 2).map { 2 * law[$0] }
      }
    }
  }

  /// How much the laws at the times `from`, `from` + `stride`, … count, so that their sum is that of the
  /// laws of kept states k with `from` ≤ k - 1 < `to`: by interpolation in time.
  private static func weights(
    _ states: KeptStates, from: Int, to: Int, stride: Int
  ) -> [Double] {
    let strides = (to - from + stride - 1) / stride
    guard stride > 1 else {
      return (0...strides).map { $0 < strides && states.contains(from + $0 + 1) ? 1 : 0 }
    }
    let count = max(strides + 1, stencil)
    var weights = [Double](repeating: 0, count: count)
    for state in states.states(in: (from + 1)...to) {
      let place = Double(state - 1 - from) / Double(stride)
      let first = max(0, min(count - stencil, Int(place) - stencil / 2 + 1))
      for node in 0..<stencil {
        var product = 1.0
        for other in 0..<stencil where other != node {
          product *= (place - Double(first + other)) / Double(node - other)
        }
        weights[first + node] += product
      }
    }
    return weights
  }

  /// A smooth law on twice as many points: in the middle by the 8 neighbours.
  ///
  /// - Parameter count: of the finer grid.
  private static func refined(_ law: [Double], count: Int) -> [Double] {
    let factors = [1225.0, -245, 49, -5]
    return (0..<count).map { index in
      let left = index / 2
      guard index & 1 == 1 else { return 0.5 * law[left] }
      var sum = 0.0
      for (distance, factor) in factors.enumerated() {
        let pair = [left - distance, left + 1 + distance]
        for place in pair where law.indices.contains(place) { sum += factor * law[place] }
      }
      return max(0, sum / 4096)
    }
  }

  // MARK: - In the long run

  /// What the chain comes to, and how slowly: its stationary law, and -1 / log λ₂, the number of steps
  /// in which the slowest deviation falls by a factor e (∞ where the chain does not mix in double
  /// precision).
  ///
  /// - Throws: ``DistributionError`` `.noStationaryLaw` where crossings between the modes are rarer than
  ///   double precision can tell, `.gridTooLarge` where the matrix is too large to be solved.
  public func limit() throws(DistributionError) -> (law: ChainLaw, relaxationSteps: Double) {
    let index = longRunLevel
    let level = levels[index]
    var factor = 1
    for number in 0...index where levels[number].isThinned { factor *= 2 }
    let inside = (0..<level.rows.count).filter { core.contains(positions[$0 * factor]) }
    guard let first = inside.first, let last = inside.last, first < last else {
      preconditionFailure("no grid point from \(core.lowerBound) to \(core.upperBound)")
    }
    let range = first..<(last + 1)
    let (left, right) = level.rows.reach(in: range)
    guard Double(range.count) * Double(left) * Double(right) < Self.largestWork else {
      throw DistributionError(
        code: .gridTooLarge, message: "\(range.count) grid points are too many to be solved for")
    }
    let chain = level.rows.restricted(to: range)
    let stationary = chain.stationary()
    guard stationary.allSatisfy(\.isFinite) else {
      throw DistributionError(
        code: .noStationaryLaw,
        message: "crossings between the modes are rarer than double precision can tell")
    }
    let eigenvalue = abs(
      chain.secondEigenvalue(
        stationary: stationary, start: range.map { positions[$0 * factor] }))
    let steps = 1 - eigenvalue > 1e-13 ? -Double(level.steps) / Double.log(eigenvalue) : .infinity
    var law = [Double](repeating: 0, count: level.rows.count)
    for index in range { law[index] = stationary[index - first] }
    for number in Swift.stride(from: index, to: 0, by: -1) where levels[number].isThinned {
      law = Self.refined(law, count: levels[number - 1].rows.count)
    }
    var mass = 0.0
    for value in law { mass += value }
    let kernels = law.indices.filter { law[$0] > 1e-18 * mass }.map {
      (center: centers[$0], weight: law[$0] / mass)
    }
    return (
      ChainLaw(kernels: kernels, noise: noise, start: nil, positions: positions), steps
    )
  }

  /// The level at which the long run is computed: the coarsest grid, the fewest steps.
  private var longRunLevel: Int { levels.lastIndex { $0.isThinned } ?? 0 }
}

extension GaussianMixture {
  /// The δ at which a Langevin chain on the line flies off: twice the variance of the widest component,
  /// which rules the tails; nil where no component has weight.
  public var largestStableStep: Double? {
    let line = onLine
    var widest: Double?
    for index in 0..<line.count where line.weights[index] > 0 {
      widest = max(widest ?? 0, line.deviations[index])
    }
    return widest.map { 2 * $0 * $0 }
  }
}
