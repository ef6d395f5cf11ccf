import Scorewalk

extension ScoreEvaluation {
  package func run(_ node: ExperimentNode, _ context: NodeContext) throws {
    guard let truth = truth(in: context.graph) else { return }
    let judge = ScoreError(law: truth)
    let steps = context.steps(of: of)
    let floor = try floor(judge, context)
    var curves: [Double] = []
    let points = points(dimension: truth.dimension)
    for (index, step) in steps.enumerated() {
      let network = try context.network(of, step: step)
      let report = try judge.report { try network.scores(at: $0, noiseLevel: noiseLevel) }
      let isLast = index == steps.count - 1
      var metrics = Self.metrics(
        report, floor: isLast ? floor : nil, information: truth.fisherInformation)
      if measuresCurl {
        metrics += Self.metrics(
          judge.curl(
            jacobians: try network.jacobians(at: judge.inputs, noiseLevel: noiseLevel)))
      }
      try context.write(metrics, step: step, isLast: isLast)
      if !points.isEmpty { curves += try network.scores(at: points, noiseLevel: noiseLevel) }
      try context.tick(step: index)
    }
    if let points = self.points, let last = steps.last {
      try write(at: points, truth, step: last, context)
    }
    guard let grid else { return }
    let places = DensityOnGrid.places(from: grid.from, to: grid.to, points: grid.points)
    // [points] on the line; [points, points, 2] in the plane, the second coordinate running faster.
    let shape =
      truth.dimension == 1 ? [grid.points] : [grid.points, grid.points, 2]
    try context.writeArray("grid", shape: [grid.points], places)
    try context.writeArray("score", shape: [steps.count] + shape, curves)
    let exact = stride(from: 0, to: points.count, by: truth.dimension).flatMap {
      truth.score(Array(points[$0..<($0 + truth.dimension)]))
    }
    try context.writeArray("exact_score", shape: shape, exact)
  }

  /// Writes rows x, s(x), s*(x) for the points of data or samples, and the error over them alone.
  private func write(
    at reference: Reference, _ truth: GaussianMixture, step: Int, _ context: NodeContext
  ) throws {
    let dimension = truth.dimension
    let places = try context.samples(of: reference).values.doubles
    let scores = try context.network(of, step: step).scores(at: places, noiseLevel: noiseLevel)
    var table: [Double] = []
    table.reserveCapacity(3 * places.count)
    var (errors, squares) = (0.0, 0.0)
    for start in stride(from: 0, to: places.count, by: dimension) {
      let row = start..<(start + dimension)
      let exact = truth.score(Array(places[row]))
      table += places[row] + scores[row] + exact
      for (one, other) in zip(scores[row], exact) {
        errors += (one - other) * (one - other)
        squares += other * other
      }
    }
    let count = places.count / dimension
    try context.writeArray("at", shape: [count, 3 * dimension], table)
    try context.summarize(step: step, "at.error", errors / Double(count))
    try context.summarize(step: step, "at.relative_error", errors / squares)
  }

  /// The points of the grid, `[count, dimension]`.
  private func points(dimension: Int) -> [Double] {
    guard let grid else { return [] }
    let places = DensityOnGrid.places(from: grid.from, to: grid.to, points: grid.points)
    return dimension == 1 ? places : places.flatMap { x in places.flatMap { [x, $0] } }
  }

  /// Where the network was trained with this noise on a data set of so many rows, and its optimum is a score: what
  /// the best score of these rows is wrong by.
  private func floor(_ judge: ScoreError, _ context: NodeContext) throws -> ScoreError.Report? {
    guard let training = context.graph.training(of), let noiseLevel,
      let matching = training.objective?.definition as? DenoisingScoreMatchingDefinition,
      matching.matching.learns(at: noiseLevel),
      matching.matching.whyNoScore(dimension: judge.law.dimension) == nil,
      case .data(let data)? = context.graph[training.data.node]?.definition, !data.isLaw
    else { return nil }
    let rows = try context.samples(of: training.data).values.doubles
    return try judge.floor(rows: rows, noiseLevel: noiseLevel, pool: context.pool)
  }

  private static func metrics(_ curl: ScoreError.Curl) -> [(name: String, value: Double)] {
    [
      ("curl", curl.rootMeanSquare.value), ("curl.se", curl.rootMeanSquare.standardError),
      ("relative_curl", curl.relative.value), ("relative_curl.se", curl.relative.standardError),
    ]
  }

  private static func metrics(
    _ report: ScoreError.Report, floor: ScoreError.Report?, information: Expectation
  ) -> [(name: String, value: Double)] {
    var metrics: [(name: String, value: Double)] = []
    func write(_ name: String, _ expectation: Expectation, _ floor: Expectation? = nil) {
      metrics.append((name, expectation.value))
      if !expectation.isExact { metrics.append((name + ".se", expectation.standardError)) }
      if let floor { metrics.append((name + ".floor", floor.value)) }
    }
    write("error", report.total.error, floor?.total.error)
    metrics.append(("rmse", report.rootMeanSquare))
    write("relative_error", report.total.relativeError, floor?.total.relativeError)
    write("information", information)
    for part in report.parts {
      guard let region = part.region?.rawValue else { continue }
      let least = floor?.parts.first { $0.region == part.region }
      write("error." + region, part.error)
      write("relative_error." + region, part.relativeError, least?.relativeError)
      write("mass." + region, part.mass)
    }
    return metrics
  }
}
