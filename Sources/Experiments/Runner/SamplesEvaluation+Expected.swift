import Scorewalk

extension SamplesEvaluation {
  /// Writes what the samples would show with the exact score and without number, burn-in and all: what is left between
  /// `.expected` and the value is the score's error and chance, what is left between `.expected` and `.truth` the
  /// sampler's.
  func writeExpected(_ truth: Law, _ context: NodeContext) throws {
    guard case .known(let prediction) = context.graph.prediction(of: of, burnIn: burnIn) else {
      return
    }
    if metrics.contains(.modeWeights), let masses = prediction.masses(ofModesOf: truth) {
      for (mode, mass) in masses.enumerated() {
        try context.summarize(step: 0, "mode_weight.\(mode).expected", mass)
      }
    }
    guard truth.dimension == 1, let mixture = truth.mixture else { return }
    let distances = prediction.pooled.distances(to: mixture)
    if metrics.contains(.ks) {
      try context.summarize(step: 0, "ks.expected", distances.kolmogorovSmirnov)
    }
    if metrics.contains(.wasserstein) {
      try context.summarize(step: 0, "wasserstein.expected", distances.wasserstein1)
    }
  }
}
