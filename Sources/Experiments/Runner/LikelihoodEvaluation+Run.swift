import Scorewalk

extension LikelihoodEvaluation {
  /// How many points are followed between two looks at signals.
  private static let piece = 512

  package func run(_ node: ExperimentNode, _ context: NodeContext) throws {
    guard let law = context.graph.law(of) else { return }
    let truth = likelihood.process.law(of: law, at: likelihood.first)
    let places = try places(context)
    let found = try values(of: law, at: places, context)
    let exact = Self.logDensities(of: truth, at: places)
    try summarize(found, exact, dimension: law.dimension, context)
    try context.writeArray("log_density", shape: [found.logDensities.count], found.logDensities)
    try context.writeArray("exact_log_density", shape: [exact.count], exact)
    guard let grid else { return }
    let axis = DensityOnGrid.places(from: grid.from, to: grid.to, points: grid.points)
    let points = law.dimension == 1 ? axis : axis.flatMap { x in axis.flatMap { [x, $0] } }
    let densities = try values(of: law, at: points, context).logDensities.map { Double.exp($0) }
    // [points], or [points, points], the second coordinate running faster.
    let shape = [Int](repeating: grid.points, count: law.dimension)
    try context.writeArray("grid", shape: [grid.points], axis)
    try context.writeArray("density", shape: shape, densities)
    try context.writeArray(
      "truth", shape: shape, Self.logDensities(of: truth, at: points).map { Double.exp($0) })
    try context.summarize(step: 0, "mass", Self.mass(densities, grid, law.dimension))
  }

  /// The points, as x at the first time.
  private func places(_ context: NodeContext) throws -> [Double] {
    guard let law = context.graph.law(points) else {
      return try context.samples(of: points).values.doubles
    }
    let present = likelihood.process.law(of: law, at: likelihood.first)
    return Law.mixture(present).sample(count: draws, stream: context.stream)
  }

  private func values(
    of law: Law, at points: [Double], _ context: NodeContext
  ) throws -> FlowLikelihood.Values {
    let count = points.count / law.dimension
    var values = FlowLikelihood.Values(logDensities: [], evaluations: 0)
    for start in stride(from: 0, to: count, by: Self.piece) {
      let end = min(start + Self.piece, count)
      let piece = try likelihood.values(
        of: law, at: Array(points[(start * law.dimension)..<(end * law.dimension)]),
        stream: context.stream, firstRow: start, pool: context.pool)
      values.logDensities += piece.logDensities
      values.evaluations += piece.evaluations * Double(end - start) / Double(count)
      try context.tick(step: end)
    }
    return values
  }

  private static func logDensities(of law: GaussianMixture, at points: [Double]) -> [Double] {
    stride(from: 0, to: points.count, by: law.dimension).map {
      law.logDensity(Array(points[$0..<($0 + law.dimension)]))
    }
  }

  private func summarize(
    _ found: FlowLikelihood.Values, _ exact: [Double], dimension: Int, _ context: NodeContext
  ) throws {
    let count = Double(exact.count)
    let mean = found.logDensities.reduce(0, +) / count
    let square = found.logDensities.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    let errors = zip(found.logDensities, exact).map { abs($0 - $1) }
    for (name, value) in [
      ("nll", -mean), ("nll.se", (square / (count * max(1, count - 1))).squareRoot()),
      ("nll.exact", -exact.reduce(0, +) / count),
      ("nll_per_dimension", -mean / Double(dimension)),
      ("log_density_error", errors.reduce(0, +) / count),
      ("log_density_error.most", errors.max() ?? 0),
      ("score_evaluations", found.evaluations),
    ] { try context.summarize(step: 0, name, value) }
  }

  /// The sum by the trapezoid rule.
  private static func mass(_ densities: [Double], _ grid: Grid, _ dimension: Int) -> Double {
    let cell = (grid.to - grid.from) / Double(grid.points - 1)
    func weight(_ index: Int) -> Double { index == 0 || index == grid.points - 1 ? 0.5 : 1 }
    var sum = 0.0
    for (index, density) in densities.enumerated() {
      let (row, column) = (index / grid.points, index % grid.points)
      sum += density * cell * weight(column) * (dimension == 2 ? cell * weight(row) : 1)
    }
    return sum
  }
}
