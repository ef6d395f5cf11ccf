import Scorewalk

extension NodeExplanation {
  /// Chains with velocities.
  mutating func explain(
    _ sampler: UnderdampedLangevin, _ chains: ChainDefinition, in graph: ExperimentGraph
  ) {
    let inverseMass = 1 / sampler.mass
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
    let law = learned.law
    let variances = law.components.filter { $0.weight > 0 }.compactMap { component -> Double? in
      switch component.covariance {
      case .isotropic(let variance): variance
      case .diagonal(let variances): variances.min()
      case .full: nil
      }
    }
    guard let least = variances.min(), let widest = variances.max(),
      variances.count == law.components.filter({ $0.weight > 0 }).count
    else { return }
    // q = h² u β/(4 s²) is 1.
    func limit(_ variance: Double) -> Double {
      2 * (variance / (inverseMass * sampler.inverseTemperature)).squareRoot()
    }
    let ratio = sampler.stepSize / limit(least)
    let q = ratio * ratio
    add(
      "stability_limit", "stable below h", limit(least),
      remark: law.components.count == 1 ? nil : "in the narrowest component")
    guard q < 1 else {
      warn(
        sampler.stepSize >= limit(widest) ? "unstable" : "unstable_component",
        sampler.stepSize >= limit(widest)
          ? "the chains fly off: h = \(TextTable.short(sampler.stepSize)) is not below \(TextTable.short(limit(widest)))"
          : "chains cannot stay in the component of variance \(TextTable.short(least)): h = \(TextTable.short(sampler.stepSize)) is not below \(TextTable.short(limit(least)))"
      )
      return
    }
    let remark =
      law.components.count == 1 ? "in the long run" : "of a chain in the narrowest component"
    let exact = least / sampler.inverseTemperature
    add(
      "stationary_variance", "variance of positions",
      sampler.scheme == .obabo ? exact / (1 - q) : exact, remark: remark)
    let temperature =
      switch sampler.scheme {
      case .aboba: 1 / (1 - q)
      case .baoab: 1 - q
      case .obabo: 1.0
      }
    add(
      "stationary_temperature", "kinetic temperature", temperature,
      remark: remark + "; 1 would be right")
  }
}
