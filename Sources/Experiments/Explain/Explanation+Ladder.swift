import Scorewalk

extension NodeExplanation {
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
    guard let (law, name) = graph.sourceLaw(target) else { return }
    add(
      "target", "goes down to", "\(name) smoothed at σ = \(JSONText.number(last))",
      remark: "exactly, but for the step size" + (sampler.denoisesAtEnd ? "; then denoised" : ""))
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
