import Scorewalk

extension SamplesEvaluation {
  /// Writes what the samples would show with the exact score and without number, burn-in and all: what is left between
  /// `.expected` and the value is the score's error and chance, what is left between `.expected` and `.truth` the
  /// sampler's.
  func writeExpected(_ comparison: SampleComparison, _ context: NodeContext) throws {
    guard let against, let law = context.graph.law(against), let truth = comparison.truth
    else { return }
    // Where there is no classifier there is none that could do as well.
    let isClassified =
      metrics.contains(.classifier)
      && comparison.samples.count >= Self.smallestClassifiedCount
    if isClassified, let one = drawnLaw(context.graph)?.mixture,
      one.dimension == 1,
      let other = truth.mixture
    {
      try writeBayes(one.onLine.totalVariation(to: other.onLine), context)
    }
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
    let wanted: Set<Metric> = [.ks, .wasserstein, .classifier]
    guard metrics.contains(where: wanted.contains), let distances = line.distances else { return }
    if isClassified { try writeBayes(distances.totalVariation, context) }
    if metrics.contains(.ks) {
      try context.summarize(step: 0, "ks.expected", distances.kolmogorovSmirnov)
    }
    if metrics.contains(.wasserstein) {
      try context.summarize(step: 0, "wasserstein.expected", distances.wasserstein1)
    }
  }

  /// Writes what no classifier can exceed.
  private func writeBayes(_ totalVariation: Double, _ context: NodeContext) throws {
    let accuracy = ClassifierTwoSampleTest.bayesAccuracy(totalVariation: totalVariation)
    try context.summarize(step: 0, "c2st.bayes", accuracy)
  }

  /// The law that the samples were drawn from, where they are draws, on the evaluation's line.
  private func drawnLaw(_ graph: ExperimentGraph) -> Law? {
    guard case .data(let data)? = graph[of.node]?.definition,
      let draws = data as? DrawsDefinition, case .count = draws.size,
      let law = graph.law(draws.from)
    else { return nil }
    return along.map { law.projected(onto: $0.direction, from: $0.start) } ?? law
  }
}
