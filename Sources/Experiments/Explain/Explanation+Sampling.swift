import Scorewalk

extension NodeExplanation {
  mutating func explain(
    _ sampling: any SamplingDefinition, _ node: ExperimentNode, in graph: ExperimentGraph
  ) {
    if let shape = sampling.shape(in: graph) {
      add("chains", "chains", shape.chains)
      add("draws", "states kept of each", shape.draws)
    }
    if let chains = LangevinChains(sampling) {
      explain(chains, node.precision, in: graph)
    } else if let denoise = sampling as? DenoiseDefinition {
      explain(denoise, in: graph)
    } else if let chains = sampling as? ChainDefinition {
      explain(chains, node.precision, in: graph)
    }
  }

  // MARK: - Chains

  private mutating func explain(
    _ chains: LangevinChains, _ precision: Precision, in graph: ExperimentGraph
  ) {
    let delta = chains.sampler.delta
    add("steps", "steps", chains.steps)
    if let measured = chains.measured { explain(measured) }
    add(
      "step_size", chains.measured == nil ? "step size δ" : "step size of the mean", delta,
      remark: chains.measured == nil
        ? "h = \(TextTable.short(2 * delta)) where the noise is √h"
        : "δ/M")
    let unit = chains.sampler.stepSize
    add(
      "total_time", "time in all", unit * Double(chains.steps),
      remark: chains.sampler.convention == .delta ? "δ × steps" : "h × steps")
    let learned = graph.learnedLaw(of: chains)
    guard case .known(let target) = learned else {
      if case .unknown(let reason) = learned {
        add("law", "law of the chains", "not known: " + reason)
      }
      return
    }
    add(
      "target", "follows the score of", target.words,
      remark: target.isExact ? "exactly" : "if it was learned; what follows is for the exact score")
    explainStability(delta, target.law)
    // Positions that are added up step by step are those of the measurements.
    explainRounding(chains.measured?.delta ?? delta, target.law, precision)
    let known = graph.prediction(of: chains)
    guard case .known(let prediction) = known else {
      if case .unknown(let reason) = known {
        add("law", "law of the chains", "not known: " + reason)
      }
      return
    }
    if prediction.frame != nil {
      note(
        "line",
        "the law splits into one on the line through its means and a Gaussian across it; what follows is on that line"
      )
    }
    if let rows = graph.startingRows(of: chains) {
      note(
        "rows",
        "the chains start from the rows of '\(rows.node)': what follows is the mean over such data sets, and a run writes what its own rows give"
      )
    }
    let relaxation = explainLongRun(prediction, unit: unit)
    explainKept(prediction, graph, chains)
    if let relaxation { judge(relaxation, chains, prediction) }
  }

  /// Chains of any other sampler: their law at a finite time is not computed.
  private mutating func explain(
    _ chains: ChainDefinition, _ precision: Precision, in graph: ExperimentGraph
  ) {
    add("steps", "steps", chains.steps)
    if let annealed = chains.sampler as? AnnealedLangevin {
      explain(annealed, target: chains.target, precision, in: graph)
      return
    }
    if let diffusion = chains.sampler as? DiffusionSampler {
      explain(diffusion, chains, in: graph)
      return
    }
    if let sequential = chains.sampler as? SequentialMeasurement {
      explain(sequential, chains, precision, in: graph)
      return
    }
    switch graph.learnedLaw(chains.target, noiseLevel: chains.noiseLevel) {
    case .known(let target):
      add(
        "target", "follows", target.words,
        remark: target.isExact ? "exactly" : "if it was learned")
    case .unknown(let reason): add("target", "follows", "not known: " + reason)
    }
    if let adjusted = chains.sampler as? MetropolisAdjustedLangevin {
      add("step_size", "step size δ", adjusted.delta)
      if case .known(let target) = graph.learnedLaw(chains.target) {
        explainRounding(adjusted.delta, target.law, precision)
      }
      note(
        "no_bias",
        "proposals are accepted or rejected, so that the stationary law is the target at every step size; how fast it is reached is not known before the run"
      )
    } else if let walker = chains.sampler as? UnderdampedLangevin {
      explain(walker, chains, precision, in: graph)
    } else {
      add("law", "law of the chains", "not computed for chains of kind \(kind)")
    }
  }

  /// Whether positions hold steps of variance 2δ.
  private mutating func explainRounding(
    _ delta: Double, _ law: GaussianMixture, _ precision: Precision
  ) {
    explainRounding(
      of: (2 * delta).squareRoot(), "the noise of a step, √(2δ),",
      farthest: Law.mixture(law).farthest,
      precision)
  }

  private mutating func explainStability(_ delta: Double, _ law: GaussianMixture) {
    explainFolds(delta, law)
    var limit: Double?
    if law.dimension == 1 {
      limit = law.largestStableStep
    } else if let frame = law.lineFrame {
      limit = 2 * frame.variance
    } else if law.components.count == 1 {
      limit = NarrowDirections(law.principalVariances).map { 2 * $0.narrowest }
    }
    guard let limit else { return }
    add("stability_limit", "stable below δ", limit)
    if delta >= limit {
      warn(
        "unstable",
        "the chains fly off: δ = \(TextTable.short(delta)) is not below \(TextTable.short(limit))"
      )
    }
  }

  /// Components that are stable by themselves only below the step size, where the whole chain does not fly off.
  private mutating func explainFolds(_ delta: Double, _ law: GaussianMixture) {
    guard let directions = NarrowDirections(law.principalVariances) else { return }
    let least = directions.narrowest
    guard delta >= 2 * least, delta < 2 * directions.widest else { return }
    warn(
      "unstable_component",
      "chains cannot stay in the component of variance \(TextTable.short(least)): δ = \(TextTable.short(delta)) is not below \(TextTable.short(2 * least)), and a step in it leads farther from its mean"
    )
  }

  /// The stationary law and how slowly it is reached; returns the relaxation time in steps.
  private mutating func explainLongRun(
    _ prediction: ChainPrediction, unit: Double
  ) -> Double? {
    do {
      let (law, relaxation) = try prediction.evolution.limit()
      add(
        "relaxation_steps", "relaxation", relaxation,
        remark: relaxation.isFinite
          ? "steps in which the slowest deviation falls by e"
          : "steps: it does not mix in double precision")
      if relaxation.isFinite {
        add("relaxation_time", "relaxation time", relaxation * unit)
      }
      guard relaxation.isFinite else { return relaxation }
      let exact = prediction.line.covariance[0][0]
      add(
        "stationary_variance", "variance in the long run", law.variance,
        remark: "of the target \(TextTable.short(exact))")
      let distances = law.distances(to: prediction.line)
      add(
        "stationary_total_variation", "TV to the target in the long run", distances.totalVariation)
      add("stationary_ks", "KS to the target in the long run", distances.kolmogorovSmirnov)
      add("stationary_wasserstein", "W1 to the target in the long run", distances.wasserstein1)
      if distances.totalVariation > 0.02 {
        warn(
          "bias",
          "even an endless chain has variance \(TextTable.short(law.variance)) where the target has \(TextTable.short(exact)), and is \(TextTable.short(distances.totalVariation, digits: 2)) away in total variation: the bias falls in proportion to the step size"
        )
      }
      return relaxation
    } catch {
      add("relaxation_steps", "relaxation", "not known: " + error.message)
      return nil
    }
  }

  private mutating func explainKept(
    _ prediction: ChainPrediction, _ graph: ExperimentGraph, _ chains: LangevinChains
  ) {
    let cuts = prediction.line.valleys
    let truth = prediction.line.modeMasses
    if truth.count > 1 {
      add("mode_masses_truth", "masses of the modes: truth", truth)
      add(
        "mode_masses_kept", "of the states that are kept", prediction.pooled.masses(cutAt: cuts))
      do {
        let last = try prediction.evolution.law(after: chains.steps)
        add("mode_masses_last", "of the last states", last.masses(cutAt: cuts))
      } catch {
        // What stands in the way was said of the kept states.
      }
    }
    let distances = prediction.pooled.distances(to: prediction.line)
    add("kept_ks", "KS of the kept states to the target", distances.kolmogorovSmirnov)
    add("kept_wasserstein", "W1 of the kept states to the target", distances.wasserstein1)
    add("kept_variance", "variance of the kept states", prediction.pooled.variance)
  }

  /// Whether the chain is long enough, in words.
  private mutating func judge(
    _ relaxation: Double, _ chains: LangevinChains, _ prediction: ChainPrediction
  ) {
    guard relaxation.isFinite else {
      warn(
        "does_not_mix",
        "the chains do not mix: crossings between the modes are rarer than double precision can tell, and the weights of the modes are decided by where the chains start"
      )
      return
    }
    let steps = Double(chains.steps)
    let lengths = steps / relaxation
    if lengths < 1 {
      let factor = TextTable.short(1 / lengths, digits: 2)
      warn(
        "too_short",
        "this chain is \(factor) times too short: it relaxes in \(TextTable.short(relaxation.rounded())) steps and takes \(chains.steps)"
      )
    } else if lengths < 10 {
      warn(
        "short",
        "this chain is only \(TextTable.short(lengths, digits: 2)) relaxation times long: the start shows in its states, and a single chain is worth a few independent draws"
      )
    } else {
      note(
        "long_enough", "this chain is \(TextTable.short(lengths, digits: 2)) relaxation times long"
      )
    }
    let truth = prediction.line.modeMasses
    let kept = prediction.pooled.masses(cutAt: prediction.line.valleys)
    let worst = zip(truth, kept).map { abs($0 - $1) }.max() ?? 0
    if truth.count > 1, worst > 0.02 {
      func text(_ masses: [Double]) -> String {
        masses.map { TextTable.short($0, digits: 3) }.joined(separator: ", ")
      }
      warn("wrong_masses", "expect masses \(text(kept)) in the modes; the truth is \(text(truth))")
    }
  }

  // MARK: - Jumps

  private mutating func explain(_ denoise: DenoiseDefinition, in graph: ExperimentGraph) {
    var source = graph.sourceLaw(denoise.using)
    if let training = graph.training(denoise.using) { source = graph.sourceLaw(training.data) }
    guard let (law, name) = source else {
      add("noise_level", "noise level σ", denoise.noiseLevel)
      return
    }
    explainNoise(law, of: name, at: denoise.noiseLevel)
    let estimate =
      denoise.estimate == .median || usesNorm(denoise.using, in: graph) ? "median" : "mean"
    add(
      "estimate", "each point becomes", "the posterior \(estimate) of \(name)",
      remark: graph.training(denoise.using) == nil
        ? "exactly" : "where the training finds its optimum")
    if estimate == "mean", law.dimension == 1 {
      let error = BayesDenoiser(law: law, noiseLevel: denoise.noiseLevel).minimumMeanSquaredError
      add(
        "estimate_variance", "variance of the estimates", law.covariance[0][0] - error.value,
        remark:
          "of the law \(TextTable.short(law.covariance[0][0])): posterior means are no draws of X")
    }
    if let training = graph.training(denoise.using),
      let matching = (training.objective?.definition as? DenoisingScoreMatchingDefinition)?
        .matching,
      !matching.learns(at: denoise.noiseLevel)
    {
      warn(
        "other_noise",
        "'\(denoise.using.node)' learned at σ = \(matching.levelText) and is used at \(JSONText.number(denoise.noiseLevel))"
      )
    }
    compare(denoise, law, name, in: graph)
  }

  private func usesNorm(_ reference: Reference, in graph: ExperimentGraph) -> Bool {
    let definition = graph.training(reference)?.objective?.definition
    return (definition as? DenoisingScoreMatchingDefinition)?.matching.loss == .norm
  }

  /// A jump is right where what is denoised has the law of X plus noise.
  private mutating func compare(
    _ denoise: DenoiseDefinition, _ law: Law, _ name: String, in graph: ExperimentGraph
  ) {
    let expected = law.smoothed(noiseLevel: denoise.noiseLevel)
    let walked: (law: GaussianMixture, words: String)
    if case .sampling(let sampling)? = graph[denoise.from.node]?.definition,
      let chains = sampling as? ChainDefinition,
      case .known(let target) = graph.learnedLaw(of: chains)
    {
      walked = (target.law, target.words)
    } else if let (law, node) = graph.sourceLaw(denoise.from), let mixture = law.mixture {
      walked = (mixture, node)
    } else {
      return
    }
    guard walked.law.dimension == 1, expected.dimension == 1 else { return }
    let distances = LineStart.mixture(walked.law).distances(to: expected)
    add(
      "input_ks", "KS of \(walked.words) to \(name) plus noise", distances.kolmogorovSmirnov)
    if distances.kolmogorovSmirnov > 0.01 {
      warn(
        "other_law",
        "what is denoised is not what the denoiser is for: \(denoise.from.node) is of \(walked.words), mean \(TextTable.short(walked.law.mean[0])) and variance \(TextTable.short(walked.law.covariance[0][0])); \(name) plus noise has \(TextTable.short(expected.mean[0])) and \(TextTable.short(expected.covariance[0][0]))"
      )
    }
  }
}
