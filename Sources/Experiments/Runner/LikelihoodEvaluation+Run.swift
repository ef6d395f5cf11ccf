import Scorewalk

extension LikelihoodEvaluation {
  /// How many points are followed between two looks at signals.
  private static let piece = 512

  package func run(_ node: ExperimentNode, _ context: NodeContext) throws {
    let flow = try Flow(of, context)
    let truth = truth(in: context.graph).map {
      likelihood.process.law(of: $0, at: likelihood.first)
    }
    let places = try places(context)
    let found = try values(likelihood, flow, at: places.values, context)
    let exact = truth.map { Self.logDensities(of: $0, at: places.values) }
    try summarize(found, exact, at: places, context)
    try context.writeArray("log_density", shape: [found.logDensities.count], found.logDensities)
    if let exact { try context.writeArray("exact_log_density", shape: [exact.count], exact) }
    guard let grid else { return }
    let dimension = places.dimension
    let axis = DensityOnGrid.places(from: grid.from, to: grid.to, points: grid.points)
    let points = dimension == 1 ? axis : axis.flatMap { x in axis.flatMap { [x, $0] } }
    // Estimated log densities have the right mean, their exponentials too large a one.
    var exactly = likelihood
    exactly.probes = 0
    let densities = try values(exactly, flow, at: points, context).logDensities.map {
      Double.exp($0)
    }
    // [points], or [points, points], the second coordinate running faster.
    let shape = [Int](repeating: grid.points, count: dimension)
    try context.writeArray("grid", shape: [grid.points], axis)
    try context.writeArray("density", shape: shape, densities)
    if let truth {
      try context.writeArray(
        "truth", shape: shape, Self.logDensities(of: truth, at: points).map { Double.exp($0) })
    }
    try context.summarize(step: 0, "mass", Self.mass(densities, grid, dimension))
  }

  /// What is followed.
  private enum Flow {
    case law(Law)
    case network(Network, [NamedTensor])

    init(_ reference: Reference, _ context: NodeContext) throws {
      if let law = context.graph.law(reference) {
        self = .law(law)
        return
      }
      let found = try context.network(reference, step: context.step(of: reference))
      self = .network(found.network, found.parameters.converted(to: .float64))
    }

    var dimension: Int {
      switch self {
      case .law(let law): law.dimension
      case .network(let network, _): network.dimension
      }
    }
  }

  /// The points, as x at the first time.
  private func places(_ context: NodeContext) throws -> SampleSet {
    guard let law = context.graph.law(points) else {
      let file = try context.samples(of: points)
      return SampleSet(
        values: file.values.doubles, chains: file.shape[0], draws: file.shape[1],
        dimension: file.shape[2])
    }
    let present = likelihood.process.law(of: law, at: likelihood.first)
    return SampleSet(
      rows: Law.mixture(present).sample(count: draws, stream: context.stream),
      dimension: law.dimension)
  }

  private func values(
    _ likelihood: FlowLikelihood, _ flow: Flow, at points: [Double], _ context: NodeContext
  ) throws -> FlowLikelihood.Values {
    let count = points.count / flow.dimension
    var values = FlowLikelihood.Values.empty
    for start in stride(from: 0, to: count, by: Self.piece) {
      let end = min(start + Self.piece, count)
      let piece = Array(points[(start * flow.dimension)..<(end * flow.dimension)])
      let found =
        switch flow {
        case .law(let law):
          try likelihood.values(
            of: law, at: piece, stream: context.stream, firstRow: start, pool: context.pool)
        case .network(let network, let parameters):
          try likelihood.values(
            of: network, parameters: parameters, at: piece, stream: context.stream,
            firstRow: start, pool: context.pool)
        }
      values.append(found)
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
    _ found: FlowLikelihood.Values, _ exact: [Double]?, at places: SampleSet,
    _ context: NodeContext
  ) throws {
    let terms = SampleSet(
      values: found.logDensities.map { -$0 }, chains: places.chains, draws: places.draws,
      dimension: 1)
    let moments = terms.moments(coordinate: 0)
    try context.summarize(step: 0, "nll", moments.mean)
    if terms.count > 1 {
      let worth = SampleWorth(
        terms, areIndependent: context.graph.rowsAreIndependent(self.points))
      if let doubt = worth.doubt { context.warn(doubt) }
      let error = (moments.variance / worth.effectiveSize).squareRoot()
      if error.isFinite { try context.summarize(step: 0, "nll.se", error) }
    }
    let count = Double(terms.count)
    if let exact {
      try context.summarize(step: 0, "nll.exact", -exact.reduce(0, +) / count)
    }
    try context.summarize(
      step: 0, "nll_per_dimension", moments.mean / Double(places.dimension))
    if let exact {
      let errors = zip(found.logDensities, exact).map { abs($0 - $1) }
      try context.summarize(step: 0, "log_density_error", errors.reduce(0, +) / count)
      try context.summarize(step: 0, "log_density_error.most", errors.max() ?? 0)
    }
    try context.summarize(step: 0, "score_evaluations", found.evaluations)
    try context.summarize(step: 0, "refused_steps", found.refusals / found.steps)
  }

  /// The sum by the trapezoid rule.
  private static func mass(
    _ densities: [Double], _ grid: EvaluationGrid, _ dimension: Int
  ) -> Double {
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
