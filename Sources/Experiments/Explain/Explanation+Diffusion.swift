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
    explainCorrector(sampler)
    let training = graph.training(chains.target)
    if let conditioning = graph.network(chains.target)?.conditioning {
      explainLearned(sampler, training?.ladder ?? conditioning.ladder, chains.target.node)
    }
    // What a network is to learn is the score of its data's law.
    guard let (law, name) = graph.sourceLaw(training?.data ?? chains.target) else { return }
    let scale = grid.scales[last]
    let level = TextTable.short(grid.noiseLevels[last])
    add(
      "target", "goes down to",
      (scale > 0.999_999 ? "" : "\(TextTable.short(scale)) × ")
        + "\(name) with noise of σ = \(level)",
      remark: (training == nil ? "" : "if it was learned, ")
        + "but for the error of the steps and of the start"
        + (sampler.denoisesAtEnd ? "; then denoised" : ""))
    explainStart(grid, chains, law, name)
    if training == nil { explainSteps(sampler, chains, law) }
  }

  /// Beyond the levels that it learned a network says what it pleases.
  private mutating func explainLearned(
    _ sampler: DiffusionSampler, _ learned: NoiseLadder, _ target: String
  ) {
    let levels = sampler.ladder?.levels ?? []
    let beyond = levels.filter { learned.firstBeyond([$0]) != nil }
    guard !beyond.isEmpty else { return }
    let (largest, least) = (learned.levels[0], learned.levels[learned.levels.count - 1])
    let parts = [
      (beyond.count { $0 > largest }, "above σ = \(TextTable.short(largest))"),
      (beyond.count { $0 < least }, "below σ = \(TextTable.short(least))"),
    ].filter { $0.0 > 0 }.map { "\($0.0) \($0.1)" }.joined(separator: " and ")
    warn(
      "beyond",
      "scores are taken at \(levels.count) noise levels, and '\(target)' is not meant for \(parts): begin and end within its levels, or let it learn at more"
    )
  }

  /// Noise alone is not the law of x_t at the first time.
  private mutating func explainStart(
    _ grid: DiffusionGrid, _ chains: ChainDefinition, _ law: Law, _ name: String
  ) {
    guard chains.initial.samples == nil,
      case .normal(let deviation) = chains.initial.positions
    else { return }
    compareNoise(
      deviation, with: grid.process.law(of: law, at: grid.times[0]),
      ("start_ks", "KS of the start to the law there"),
      (
        "start",
        "chains start from N(0, \(TextTable.short(deviation))²), and x there still shows \(name): what is wrong at the start stays; begin at a larger noise level"
      ))
  }

  /// How far N(0, deviation²) is from a law for which it stands, in the coordinate where it is farthest.
  private mutating func compareNoise(
    _ deviation: Double, with present: GaussianMixture, _ fact: (name: String, title: String),
    _ warning: (name: String, text: String)
  ) {
    guard present.dimension <= 64, let farthest = Self.distance(ofNoise: deviation, to: present)
    else { return }
    add(
      fact.name, fact.title, farthest,
      remark: present.dimension == 1 ? nil : "of the coordinate where it is largest")
    if farthest > Self.farthestNoise { warn(warning.name, warning.text) }
  }

  /// How far noise may be from a law for which it stands: beyond it weights of modes are off by a hundredth and more.
  private static let farthestNoise = 0.01

  /// The Kolmogorov–Smirnov distance of N(0, deviation²) to a law's coordinate, where it is largest.
  private static func distance(
    ofNoise deviation: Double, to present: GaussianMixture
  ) -> Double? {
    guard
      let noise = try? GaussianMixture(components: [
        .init(mean: [0], standardDeviation: deviation)
      ])
    else { return nil }
    return (0..<present.dimension).map {
      LineStart.mixture(noise).distances(to: present.marginal($0)).kolmogorovSmirnov
    }.max()
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
    let width = truth.covariance[0][0]
    guard
      abs(end.variance / width - 1) > Self.largestEndError
        || abs(end.mean - truth.mean[0]) > Self.largestEndError * width.squareRoot()
    else { return }
    warn(
      "end",
      "chains end with mean \(TextTable.short(end.mean)) and variance \(TextTable.short(end.variance)), where the law has \(TextTable.short(truth.mean[0])) and \(TextTable.short(width)): take more steps, a scheme of a higher order, or a start nearer to the law at the first time"
    )
  }

  /// Of the variance, and in standard deviations of the mean.
  private static let largestEndError = 0.1

  /// A corrector's step multiplies what is noise alone by 1 − 2 (a r)², and a is nearly 1.
  private mutating func explainCorrector(_ sampler: DiffusionSampler) {
    guard let ratio = sampler.corrector?.signalToNoise, ratio >= 1 else { return }
    warn(
      "unstable",
      "the corrector's steps lead away from where chains should stay: signal_to_noise is \(TextTable.short(ratio)), and must lie below 1 (0.16 unless said)"
    )
  }
}

extension NodeExplanation {
  /// Log densities by the probability flow.
  mutating func explain(_ evaluation: LikelihoodEvaluation, in graph: ExperimentGraph) {
    let likelihood = evaluation.likelihood
    let process = likelihood.process
    let ends = [likelihood.first, likelihood.last]
    add("times", "time of the points, and where the flow ends", ends)
    add("noise_levels", "noise level σ there", ends.map(process.noiseLevel(at:)))
    if process.scale(at: likelihood.last) != 1 {
      add("scales", "scale s there", ends.map(process.scale(at:)))
    }
    explainCost(evaluation, in: graph)
    guard let law = evaluation.truth(in: graph), law.dimension <= 64 else { return }
    let name = (evaluation.against ?? evaluation.of).node
    let present = process.law(of: law, at: likelihood.first)
    add(
      "entropy", "entropy of the law at the first time", present.entropy,
      remark:
        "\(name) with noise of σ = \(TextTable.short(process.noiseLevel(at: likelihood.first)))")
    if let points = points(of: evaluation, in: graph) {
      add(
        "expected_nll", "nll to expect", points.law.crossEntropy(with: present),
        remark: points.words
          + (evaluation.likelihood.prior == .law ? "" : ", but for the start from noise")
          + (graph.law(evaluation.of) == nil ? ", if it was learned" : ""))
    }
    guard likelihood.prior == .noise else { return }
    compareNoise(
      process.noiseDeviation(at: likelihood.last),
      with: process.law(of: law, at: likelihood.last),
      ("prior_ks", "KS of noise to the law where the flow ends"),
      (
        "prior",
        "the flow ends in noise, and x there still shows \(name): densities are those of samples that start from noise; take a process with more noise"
          + (graph.law(evaluation.of) == nil ? "" : ", or `prior: law`")
      ))
  }

  /// The law of the points, in words too.
  private func points(
    of evaluation: LikelihoodEvaluation, in graph: ExperimentGraph
  ) -> (law: GaussianMixture, words: String)? {
    let reference = evaluation.points
    if let law = graph.law(reference) {
      let likelihood = evaluation.likelihood
      return (
        likelihood.process.law(of: law, at: likelihood.first),
        "at points without number from \(reference.node) there"
      )
    }
    guard let (law, name) = graph.sourceLaw(reference), let mixture = law.mixture else {
      return nil
    }
    return (mixture, "at points without number from \(name)")
  }

  /// How many scores a point takes is known once some were followed.
  private mutating func explainCost(
    _ evaluation: LikelihoodEvaluation, in graph: ExperimentGraph
  ) {
    note(
      "adaptive",
      "each point takes as many scores as its tolerance asks for; a run writes how many that were")
    guard let law = graph.law(evaluation.of), law.dimension <= 64 else { return }
    let likelihood = evaluation.likelihood
    let draws = Law.mixture(likelihood.process.law(of: law, at: likelihood.first)).sample(
      count: Self.followed, stream: GaussianMixture.truthStream)
    guard
      let found = try? likelihood.values(
        of: law, at: draws, stream: GaussianMixture.truthStream)
    else { return }
    add(
      "score_evaluations", "scores of a point", found.evaluations,
      remark: "the mean over \(Self.followed) draws of x there")
  }

  /// How many points are followed before a run.
  private static let followed = 16
}

extension TrainingDefinition {
  /// The noise levels at which it learns, where there are several.
  fileprivate var ladder: NoiseLadder? {
    (objective?.definition as? DenoisingScoreMatchingDefinition)?.matching.ladder
  }
}
