import Scorewalk

extension NodeExplanation {
  /// Denoising score matching at the levels of a ladder.
  mutating func explain(
    _ matching: DenoisingScoreMatching, at ladder: NoiseLadder, _ source: (law: Law, node: String)?,
    _ model: NoiseConditioning?
  ) {
    add("noise_levels", "noise levels σ", ladder.levels)
    if matching.levelLaw != .ladder {
      let drawn = matching.levelLaw.representatives(of: ladder, count: 40)
      let (low, high) = (TextTable.short(drawn[0]), TextTable.short(drawn[39]))
      add(
        "level_law", "drawn as", matching.levelLaw.words,
        remark: "39 of 40 between σ = \(low) and \(high)")
    }
    guard let (law, _) = source else { return }
    // E‖σ s + n‖² of the exact score is d − σ² I(σ), the least mean squared error over σ².
    var sum = 0.0
    let levels = matching.levelLaw.representatives(of: ladder)
    for level in levels {
      let least = BayesDenoiser(law: law, noiseLevel: level).minimumMeanSquaredError.value
      let scale =
        switch matching.residual {
        case .denoised: 1.0
        case .score: 1 / (level * level * level * level)
        case .noise: 1 / (level * level)
        }
      var weight = 1.0
      if matching.weighting == .edm, case .edm(let deviation)? = model?.preconditioning {
        let (variance, data) = (level * level, deviation * deviation)
        weight = (variance + data) / (variance * data)
      }
      sum += weight * scale * least
    }
    add(
      "least_loss", "least loss", sum / Double(levels.count),
      remark: (matching.levelLaw == .ladder
        ? "the mean over the levels" : "the mean over \(levels.count) quantiles of the levels")
        + (matching.reduction == .sum ? "; of one pair, the loss is a sum over rows × draws" : ""))
  }

  /// Chains that go down a ladder of noise levels.
  mutating func explain(
    _ sampler: AnnealedLangevin, target: Reference, in graph: ExperimentGraph
  ) {
    let levels = sampler.noiseLevels.levels
    let deltas = sampler.deltas
    let last = levels[levels.count - 1]
    add("noise_levels", "noise levels σ", levels)
    add("steps_per_level", "steps at each level", sampler.stepsPerLevel)
    add(
      "step_sizes", "step size δ at each level", deltas,
      remark: "ε (σᵢ/σ_L)²" + (sampler.convention == .half ? " / 2" : ""))
    let unit = deltas[deltas.count - 1] / (last * last)
    add(
      "level_time", "time at each level", Double(sampler.stepsPerLevel) * unit,
      remark: "steps × δ/σ²: in units in which the noise alone relaxes")
    let training = graph.training(target)
    guard let (law, name) = graph.sourceLaw(training?.data ?? target) else { return }
    add(
      "target", "goes down to", "\(name) smoothed at σ = \(JSONText.number(last))",
      remark: (training == nil ? "exactly, but for the step size" : "if it was learned")
        + (sampler.denoisesAtEnd ? "; then denoised" : ""))
    explainLadder(law, name, levels, deltas)
    if Double(sampler.stepsPerLevel) * unit < 1 {
      warn(
        "hasty",
        "chains do not follow the falling noise: at each level they take \(TextTable.short(Double(sampler.stepsPerLevel) * unit, digits: 2)) of the time in which the noise relaxes"
      )
    }
  }

  /// Whether chains can forget where they start, and stay at every level.
  private mutating func explainLadder(
    _ law: Law, _ name: String, _ levels: [Double], _ deltas: [Double]
  ) {
    for (level, delta) in zip(levels, deltas) {
      let smoothed = law.smoothed(noiseLevel: level)
      let line = smoothed.dimension == 1 ? smoothed : smoothed.lineFrame?.law
      guard let limit = line?.largestStableStep, delta >= limit else { continue }
      warn(
        "unstable",
        "the chains fly off at σ = \(TextTable.short(level)): δ = \(TextTable.short(delta)) is not below \(TextTable.short(limit))"
      )
      break
    }
    guard let unimodal = law.unimodalNoiseLevel, unimodal > 0 else { return }
    add("unimodal_noise_level", "one mode from noise level", unimodal, remark: "on \(name)")
    if levels[0] < unimodal {
      warn(
        "starts_divided",
        "the ladder begins at σ = \(TextTable.short(levels[0])), where the law has several modes already: chains may keep the weights with which they start"
      )
    }
  }
}

extension DenoisingScoreMatching {
  /// `0.5`, or `30 to 0.5`.
  var levelText: String {
    guard let levels = ladder?.levels else { return JSONText.number(noiseLevel) }
    return "\(JSONText.number(levels[0])) to \(JSONText.number(levels[levels.count - 1]))"
  }
}

extension NoiseLevelLaw {
  /// In words.
  fileprivate var words: String {
    switch self {
    case .ladder: "the levels of the ladder, equally often"
    case .logUniform: "log σ uniform"
    case .logNormal(let mean, let deviation):
      "log σ ~ N(\(TextTable.short(mean)), \(TextTable.short(deviation))²)"
    }
  }
}
