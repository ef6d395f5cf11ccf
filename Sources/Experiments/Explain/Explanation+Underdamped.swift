import Scorewalk

extension NodeExplanation {
  /// Chains with velocities.
  mutating func explain(
    _ sampler: UnderdampedLangevin, _ chains: ChainDefinition, _ precision: Precision,
    in graph: ExperimentGraph
  ) {
    add("step_size", "step size h", sampler.stepSize, remark: sampler.scheme.rawValue)
    add(
      "velocity_kept", "kept of a velocity after a step", Double.exp(-sampler.damping),
      remark: sampler.frictionUnit == .time ? "exp(−γh)" : "exp(−γ), whatever the step size")
    if sampler.inverseTemperature != 1 {
      note(
        "tempered",
        "scores are multiplied by β = \(JSONText.number(sampler.inverseTemperature)): the chains' law is the target to that power"
      )
    }
    guard case .known(let learned) = graph.learnedLaw(chains.target, noiseLevel: chains.noiseLevel)
    else { return }
    explainStep(sampler, learned.law.principalVariances)
    explainRounding(
      of: sampler.stepSize / sampler.mass.squareRoot(), "a step of a typical velocity, h √u,",
      farthest: Law.mixture(learned.law).farthest, precision)
  }

  /// What the step size does in the narrowest component, by the variances of each along its principal axes.
  private mutating func explainStep(_ sampler: UnderdampedLangevin, _ variances: [[Double]]) {
    guard let directions = NarrowDirections(variances),
      let component = variances.first(where: { $0.min() == directions.narrowest })
    else { return }
    let h = sampler.stepSize
    // Where q = h² u β/(4 s²) is 1.
    func limit(_ variance: Double) -> Double {
      h / sampler.instability(variance: variance).squareRoot()
    }
    let least = limit(directions.narrowest)
    add(
      "stability_limit", "stable below h", least,
      remark: variances.count == 1 ? nil : "in the narrowest component")
    guard let temperature = sampler.stationaryTemperature(variances: component) else {
      let widest = limit(directions.widest)
      warn(
        h >= widest ? "unstable" : "unstable_component",
        h >= widest
          ? "the chains fly off: h = \(TextTable.short(h)) is not below \(TextTable.short(widest))"
          : "chains cannot stay in the component of variance \(TextTable.short(directions.narrowest)): h = \(TextTable.short(h)) is not below \(TextTable.short(least))"
      )
      return
    }
    let remark = variances.count == 1 ? "in the long run" : "of a chain in the narrowest component"
    add(
      "stationary_variance", "variance of positions",
      component.map { variance in
        let exact = variance / sampler.inverseTemperature
        return sampler.scheme == .obabo
          ? exact / (1 - sampler.instability(variance: variance)) : exact
      }, remark: component.count == 1 ? remark : remark + ", along each principal axis")
    add(
      "stationary_temperature", "kinetic temperature", temperature,
      remark: remark + "; 1 would be right")
  }
}
