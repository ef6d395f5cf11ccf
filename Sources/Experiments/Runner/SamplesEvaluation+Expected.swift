import Scorewalk

extension SamplesEvaluation {
  /// Writes what the samples would show with the exact score and without number, burn-in and all: what is left between
  /// `.expected` and the value is the score's error and chance, what is left between `.expected` and `.truth` the
  /// sampler's.
  func writeExpected(_ comparison: SampleComparison, _ context: NodeContext) throws {
    guard let against, let law = context.graph.law(against), let truth = comparison.truth
    else { return }
    // Of chains that start from a data set: for these rows, and not for all that the law might have given.
    let rows = try context.graph.startingRows(of: of).map {
      try context.samples(of: $0).values.doubles
    }
    guard
      case .known(let prediction) = context.graph.prediction(
        of: of, burnIn: burnIn, startingFrom: rows)
    else { return }
    let line = PredictedLine(prediction, along: along, law: law)
    if metrics.contains(.modeWeights) {
      // On a projected line modes are cut at the valleys of the projection.
      let masses =
        along == nil
        ? prediction.masses(ofModesOf: law)
        : truth.mixture.flatMap { line?.masses(cutAt: $0.valleys) }
      for (mode, mass) in (masses ?? []).enumerated() {
        try context.summarize(step: 0, "mode_weight.\(mode).expected", mass)
      }
    }
    guard let line else { return }
    for interval in intervals {
      try context.summarize(
        step: 0, "interval.\(interval.name).expected", line.probability(of: interval.range))
    }
    guard metrics.contains(.ks) || metrics.contains(.wasserstein), let distances = line.distances
    else { return }
    if metrics.contains(.ks) {
      try context.summarize(step: 0, "ks.expected", distances.kolmogorovSmirnov)
    }
    if metrics.contains(.wasserstein) {
      try context.summarize(step: 0, "wasserstein.expected", distances.wasserstein1)
    }
  }
}
