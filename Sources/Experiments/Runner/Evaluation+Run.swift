import Scorewalk

extension NodeContext {
  /// Writes metrics that hold at one step; those of the last step also become the node's final ones.
  func write(
    _ metrics: [(name: String, value: Double)], step: Int, isLast: Bool
  ) throws(Failure) {
    for metric in metrics {
      if isLast {
        try summarize(step: step, metric.name, metric.value)
      } else {
        try self.metric(step: step, metric.name, metric.value)
      }
    }
  }
}

extension DensityEvaluation {
  package func run(_ node: ExperimentNode, _ context: NodeContext) throws {
    let truth = against.flatMap { context.graph.law($0)?.mixture }
    let (from, to) = (grid.from, grid.to)
    let places = DensityOnGrid.places(from: from, to: to, points: grid.points)
    let steps = context.steps(of: of)
    var curves: [Double] = []
    for (index, step) in steps.enumerated() {
      let energies = try context.network(of, step: step).energies(at: places)
      let density = DensityOnGrid(energies: energies, from: from, to: to)
      var metrics: [(name: String, value: Double)] = [
        ("log_normalizer", density.logNormalizer), ("boundary_mass", density.boundaryMass),
      ]
      if let truth {
        let comparison = density.compared(with: truth)
        metrics += [
          ("l1", comparison.l1), ("tv", comparison.totalVariation),
          ("kl", comparison.kullbackLeibler),
          ("truth_outside", comparison.truthOutside),
        ]
        for (mode, masses) in zip(comparison.modeMasses, comparison.trueModeMasses).enumerated() {
          metrics += [("mode_mass.\(mode)", masses.0), ("mode_mass.\(mode).truth", masses.1)]
        }
        if from < 0, to > 0 { metrics.append(("mass_above_zero", density.masses(cutAt: [0])[1])) }
      }
      try context.write(metrics, step: step, isLast: index == steps.count - 1)
      curves += density.densities
      try context.tick(step: index)
    }
    if density(isWorthAWarning: context) {
      context.warn("the grid cuts the density off: more than 1 % of its mass lies at the ends")
    }
    try context.writeArray("grid", shape: [grid.points], places)
    try context.writeArray("density", shape: [steps.count, grid.points], curves)
    if let truth {
      try context.writeArray("truth", shape: [grid.points], places.map { truth.density($0) })
    }
  }

  private func density(isWorthAWarning context: NodeContext) -> Bool {
    context.summary.contains { $0.name == "boundary_mass" && $0.value.number > 0.01 }
  }
}

extension DenoiserEvaluation {
  package func run(_ node: ExperimentNode, _ context: NodeContext) throws {
    guard let law = context.graph.law(against) else { return }
    let judge = DenoiserError(law: law, noiseLevel: noiseLevel)
    let steps = context.steps(of: of)
    for (index, step) in steps.enumerated() {
      let network = try context.network(of, step: step)
      let report = try judge.report { try network.denoised(at: $0, noiseLevel: noiseLevel) }
      var metrics: [(name: String, value: Double)] = [
        ("rmse_to_bayes", report.rootMeanSquareDistance), ("mse", report.meanSquaredError),
        ("mse.minimum", report.minimumMeanSquaredError.value), ("mse.excess", report.excess),
        ("mae", report.meanAbsoluteError),
      ]
      if !report.minimumMeanSquaredError.isExact {
        metrics.append(("mse.minimum_se", report.minimumMeanSquaredError.standardError))
      }
      if let minimum = report.minimumMeanAbsoluteError { metrics.append(("mae.minimum", minimum)) }
      if let distance = report.rootMeanSquareDistanceToMedian {
        metrics.append(("rmse_to_median", distance))
      }
      try context.write(metrics, step: step, isLast: index == steps.count - 1)
      try context.tick(step: index)
    }
    if let inputs, let last = steps.last { try show(inputs, law, step: last, context) }
  }

  /// Writes rows `x, y, x̂, E[X | Y = y]` for noisy atoms.
  private func show(_ inputs: Inputs, _ law: Law, step: Int, _ context: NodeContext) throws {
    guard case .categorical(let atoms)? = context.graph.law(inputs.from) else { return }
    let dimension = atoms.dimension
    var noisy: [Double] = []
    for (row, atom) in atoms.values.enumerated() {
      for draw in 0..<inputs.each {
        for coordinate in 0..<dimension {
          let noise = context.stream.normal(
            .evaluation, step: 0, row: inputs.sharedOver.contains(.rows) ? 0 : row,
            column: draw * dimension + (inputs.sharedOver.contains(.coordinates) ? 0 : coordinate))
          noisy.append(atom[coordinate] + noiseLevel * noise)
        }
      }
    }
    let network = try context.network(of, step: step)
    let estimates = try network.denoised(at: noisy, noiseLevel: noiseLevel)
    let bayes = BayesDenoiser(law: law, noiseLevel: noiseLevel)
    var table: [Double] = []
    var squares = 0.0
    for row in 0..<(atoms.values.count * inputs.each) {
      let range = (row * dimension)..<((row + 1) * dimension)
      let best = bayes.mean(at: Array(noisy[range]))
      table += atoms.values[row / inputs.each] + noisy[range] + estimates[range] + best
      for (one, other) in zip(estimates[range], best) { squares += (one - other) * (one - other) }
    }
    let rows = atoms.values.count * inputs.each
    try context.writeArray("inputs", shape: [rows, 4 * dimension], table)
    try context.summarize(step: step, "inputs.rmse_to_bayes", (squares / Double(rows)).squareRoot())
  }
}
