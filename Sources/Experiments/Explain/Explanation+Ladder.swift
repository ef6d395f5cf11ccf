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
    let loss = matching.levelLaw.expectation(over: ladder) { level in
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
      return weight * scale * least
    }
    add(
      "least_loss", "least loss", loss,
      remark: (matching.levelLaw == .ladder
        ? "the mean over the levels" : "the mean over the law of the levels")
        + (matching.reduction == .sum ? "; of one pair, the loss is a sum over rows × draws" : ""))
  }

  /// Chains that go down a ladder of noise levels.
  mutating func explain(
    _ sampler: AnnealedLangevin, target: Reference, _ precision: Precision,
    in graph: ExperimentGraph
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
    add("noise_step", "step size beside the noise", unit, remark: "δ/σ², the same at every level")
    add(
      "level_time", "time at each level", Double(sampler.stepsPerLevel) * unit,
      remark: "steps × δ/σ²: in units in which the noise alone relaxes")
    let training = graph.training(target)
    let source = graph.sourceLaw(training?.data ?? target)
    let variances = source?.law.principalVariances ?? [[0]]
    let isStable = explainStability(sampler, variances)
    if isStable { explainLag(sampler, variances) }
    if unit > Self.largestNoiseStep {
      warn(
        "coarse",
        "steps are large beside the noise, δ/σ² = \(TextTable.short(unit)): they shift the weights of the modes at every level at which these are decided, however many steps are taken"
      )
    }
    guard let (law, name) = source else { return }
    add(
      "target", "comes near", "\(name) smoothed at σ = \(JSONText.number(last))",
      remark: (training == nil ? "" : "if it was learned, ")
        + "but for weights that freeze before they have relaxed, weights that the step size shifts, and the width within a mode"
        + (sampler.denoisesAtEnd ? "; then denoised" : ""))
    explainBeginning(law, name, levels[0])
    explainRounding(
      of: (2 * deltas[deltas.count - 1]).squareRoot(),
      "the noise of a step at the last level, √(2δ),",
      farthest: law.farthest + last, precision)
  }

  /// Between the δ/σ² of 0.1, which costs a narrow mode beside a wide one some hundredths of its weight, and that of
  /// 0.4, which costs a fifth: see the page of the method.
  private static let largestNoiseStep = 0.2

  /// Whether chains stay in the components at every level; returns whether they do.
  private mutating func explainStability(
    _ sampler: AnnealedLangevin, _ variances: [[Double]]
  ) -> Bool {
    guard let directions = NarrowDirections(variances) else { return true }
    let steps = zip(sampler.noiseLevels.levels, sampler.deltas)
    func first(_ variance: Double) -> (level: Double, delta: Double, limit: Double)? {
      for (level, delta) in steps {
        let limit = 2 * (variance + level * level)
        if delta >= limit { return (level, delta, limit) }
      }
      return nil
    }
    if let (level, delta, limit) = first(directions.widest) {
      warn(
        "unstable",
        "the chains fly off at σ = \(TextTable.short(level)): δ = \(TextTable.short(delta)) is not below \(TextTable.short(limit))"
      )
      return false
    }
    guard let (level, delta, limit) = first(directions.narrowest) else { return true }
    warn(
      "unstable_component",
      "at σ = \(TextTable.short(level)) chains cannot stay in the component of variance \(TextTable.short(0.5 * limit)), noise and all: δ = \(TextTable.short(delta)) is not below \(TextTable.short(limit)), and a step in it leads farther from its mean"
    )
    return false
  }

  /// Whether chains follow the falling noise in every direction of every component.
  private mutating func explainLag(_ sampler: AnnealedLangevin, _ variances: [[Double]]) {
    let ends = Set(variances.flatMap { [$0.min() ?? 0, $0.max() ?? 0] }).sorted()
    var (worst, spread) = (0.0, 0.0)
    for variance in ends {
      let found = sampler.finalSpread(variance: variance)
      if found > spread { (worst, spread) = (variance, found) }
    }
    add(
      "final_spread", "width of a component at the end", spread,
      remark: "of what it should be, on its way down from the first level; 1 would be right")
    guard spread > 1.1, spread > 1.01 * sampler.endlessSpread(variance: worst) else { return }
    warn(
      "hasty",
      "chains do not follow the falling noise: at the end a component is \(TextTable.short(spread, digits: 3)) times as wide as it should be; take more levels, or more steps at each"
    )
  }

  /// Whether chains can forget where they start.
  private mutating func explainBeginning(_ law: Law, _ name: String, _ first: Double) {
    guard let unimodal = law.unimodalNoiseLevel, unimodal > 0 else { return }
    add("unimodal_noise_level", "one mode from noise level", unimodal, remark: "on \(name)")
    if first < unimodal {
      warn(
        "starts_divided",
        "the ladder begins at σ = \(TextTable.short(first)), where the law has several modes already: chains may keep the weights with which they start"
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
