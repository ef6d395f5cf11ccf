import Scorewalk

extension NodeExplanation {
  /// A diffusion that runs backwards in time.
  mutating func explain(
    _ sampler: DiffusionSampler, _ chains: ChainDefinition, in graph: ExperimentGraph
  ) {
    let grid = sampler.grid
    let last = grid.steps
    add("times", "time, first and last", [grid.times[0], grid.times[last]])
    add("noise_levels", "noise level σ there", [grid.noiseLevels[0], grid.noiseLevels[last]])
    if grid.scales[0] != 1 {
      add("scales", "scale s there", [grid.scales[0], grid.scales[last]])
    }
    if let count = sampler.scoreEvaluations {
      add("score_evaluations", "scores of each chain", count)
    } else {
      note(
        "adaptive",
        "each chain takes as many scores as its tolerance asks for; a run writes how many that were"
      )
    }
    guard let (law, name) = graph.sourceLaw(chains.target) else { return }
    let scale = grid.scales[last]
    let level = TextTable.short(grid.noiseLevels[last])
    add(
      "target", "goes down to",
      (scale > 0.999_999 ? "" : "\(TextTable.short(scale)) × ")
        + "\(name) with noise of σ = \(level)",
      remark: "but for the error of the steps and of the start"
        + (sampler.denoisesAtEnd ? "; then denoised" : ""))
    explainStart(grid, chains, law, name)
    explainSteps(sampler, chains, law)
  }

  /// Noise alone is not the law of x_t at the first time.
  private mutating func explainStart(
    _ grid: DiffusionGrid, _ chains: ChainDefinition, _ law: Law, _ name: String
  ) {
    guard chains.initial.samples == nil, law.dimension <= 64,
      case .normal(let deviation) = chains.initial.positions,
      let start = try? GaussianMixture(components: [
        .init(mean: [0], standardDeviation: deviation)
      ])
    else { return }
    let present = grid.process.law(of: law, at: grid.times[0])
    var farthest = 0.0
    for coordinate in 0..<law.dimension {
      let distances = LineStart.mixture(start).distances(
        to: present.marginal(coordinate))
      farthest = max(farthest, distances.kolmogorovSmirnov)
    }
    add(
      "start_ks", "KS of the start to the law there", farthest,
      remark: law.dimension == 1 ? nil : "of the coordinate where it is largest")
    if farthest > 0.01 {
      warn(
        "start",
        "chains start from N(0, \(TextTable.short(deviation))²), and x there still shows \(name): what is wrong at the start stays; begin at a larger noise level"
      )
    }
  }

  /// On one Gaussian every scheme with fixed steps is linear, and the law of its chains known.
  private mutating func explainSteps(
    _ sampler: DiffusionSampler, _ chains: ChainDefinition, _ law: Law
  ) {
    guard !sampler.denoisesAtEnd, law.componentCount == 1, law.dimension == 1,
      let variance = law.mixture?.components[0].covariance[0, 0],
      case .normal(let deviation) = chains.initial.positions, chains.initial.samples == nil,
      let end = sampler.end(
        ofMean: law.mean[0], variance: variance, from: (0, deviation * deviation))
    else { return }
    let grid = sampler.grid
    let truth = grid.process.law(of: law, at: grid.times[grid.steps])
    add(
      "end_mean", "mean at the end", end.mean,
      remark: "of the law there \(TextTable.short(truth.mean[0]))")
    add(
      "end_variance", "variance at the end", end.variance,
      remark: "of the law there \(TextTable.short(truth.covariance[0][0]))")
  }
}
