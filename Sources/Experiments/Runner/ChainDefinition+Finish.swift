import Scorewalk

/// What can be said of chains as a whole once they have ended.
extension ChainDefinition {
  func summarizeAcceptance(_ state: ChainState, _ context: NodeContext) throws(Failure) {
    guard let acceptance = state.acceptance else { return }
    try context.summarize(step: steps, "acceptance", acceptance.mean)
    try context.summarize(step: steps, "acceptance_least", acceptance.least)
    let share = TextTable.number(acceptance.mean, digits: 3)
    let optimum = "0.574 is the best in high dimension"
    if acceptance.mean < 0.1 {
      context.warn("only \(share) of the proposals were accepted: lower step_size (\(optimum))")
    } else if acceptance.mean > 0.99 {
      context.warn(
        "\(share) of the proposals were accepted, so the steps are small: raise step_size (\(optimum))"
      )
    }
    if acceptance.mean >= 0.1, acceptance.least == 0 {
      context.warn(
        "a chain accepted nothing and stands where it began: look at where the chains start, and at the density there"
      )
    }
  }

  // MARK: - Velocities

  /// The kinetic temperature since the first kept state, beside the one that the step size gives where that is known.
  func summarizeVelocities(
    _ state: ChainState, _ kept: KeptStates, _ context: NodeContext
  ) throws(Failure) {
    guard let sampler = sampler as? UnderdampedLangevin,
      let temperature = state.kineticTemperature(from: kept.first)
    else { return }
    try context.summarize(step: steps, "kinetic_temperature", temperature)
    let value = TextTable.number(temperature, digits: 3)
    if temperature > Self.hottest {
      context.warn(
        "the kinetic temperature is \(value), and 1 would be right: chains fly off, or still fall from where they start; lower step_size, or let `keep` begin later"
      )
      return
    }
    context.log("velocities: kinetic temperature \(value)")
    guard let expected = stationaryTemperature(sampler, in: context.graph),
      isFarFrom(expected, temperature, sampler, state, kept)
    else { return }
    context.warn(
      "the kinetic temperature is \(value), and this step size would give \(TextTable.number(expected, digits: 3)) in the long run: the kept states are not yet those of a chain that has forgotten its start; take more steps, or let `keep` begin later"
    )
  }

  /// Beyond it something is wrong, whatever the target: only steps within a tenth of where chains fly off come near it.
  private static let hottest = 10.0

  /// What the scheme gives on the target; nil where that is not known, as it is on Gaussians alone.
  private func stationaryTemperature(
    _ sampler: UnderdampedLangevin, in graph: ExperimentGraph
  ) -> Double? {
    guard case .mixture(let mixture)? = graph.law(target) else { return nil }
    let variances = mixture.principalVariances
    return variances.count == 1 ? sampler.stationaryTemperature(variances: variances[0]) : nil
  }

  /// Whether a temperature is off by a fifth, and by more than chance makes it: v² forgets itself in a time 1/(2γ), and
  /// has a standard deviation of √2 of its mean.
  private func isFarFrom(
    _ expected: Double, _ temperature: Double, _ sampler: UnderdampedLangevin, _ state: ChainState,
    _ kept: KeptStates
  ) -> Bool {
    let counted = Double(steps - max(kept.first, 1) + 1)
    let time = sampler.damping * counted
    guard time >= Self.leastTime else { return false }
    let numbers = Double(state.tensors.first?.values.count ?? 1)
    let independent = numbers * min(time, counted)
    let error = expected * (2 / independent).squareRoot()
    return abs(temperature - expected) > max(0.2 * expected, 5 * error)
  }

  /// γ h × steps below which velocities may still be those of the start.
  private static let leastTime = 10.0

  // MARK: - Chains down a ladder

  /// Chains down a ladder are to end in the law with the noise of its last level, in the scale of the last time: where
  /// some are far from every component of it they were lost on the way, though all their numbers are finite.
  func warnOfStrays(_ state: ChainState, _ context: NodeContext) {
    guard let ladder = sampler.ladder, let law = context.graph.law(target),
      let positions = state.tensors.first?.values.doubles
    else { return }
    let level = ladder.levels[ladder.levels.count - 1]
    let scale = sampler.noise(ofState: steps)?.scale ?? 1
    let points = scale == 1 ? positions : positions.map { $0 / scale }
    let strays = Self.strays(points, of: law, noiseLevel: level)
    guard strays > 0 else { return }
    let cause =
      measurements == nil
      ? "the last level: they flew off, or do not follow the falling noise"
      : "the mean: they flew off, or have not come from where they start"
    context.warn(
      "\(strays) of \(chains) chains ended more than 10 standard deviations from every component of '\(target.node)' with the noise of \(cause); \(sampler.strayHint) (see `scorewalk explain`)"
    )
  }

  /// How many points are farther from every component of a law with noise than any of its draws: (10 + √d) standard
  /// deviations in the component's widest direction, which has a probability below e⁻⁵⁰.
  private static func strays(_ positions: [Double], of law: Law, noiseLevel: Double) -> Int {
    let centers: [(point: [Double], variance: Double)] =
      switch law {
      case .mixture(let mixture):
        mixture.components.filter { $0.weight > 0 }.map {
          ($0.mean, $0.covariance.principalVariances.max() ?? 0)
        }
      case .categorical(let atoms):
        atoms.values.indices.filter { atoms.weights[$0] > 0 }.map { (atoms.values[$0], 0) }
      }
    let dimension = law.dimension
    let reach = 10 + Double(dimension).squareRoot()
    var count = 0
    for start in stride(from: 0, to: positions.count, by: dimension) {
      let isNear = centers.contains { center in
        let limit = reach * reach * (center.variance + noiseLevel * noiseLevel)
        var square = 0.0
        for index in 0..<dimension {
          let distance = positions[start + index] - center.point[index]
          square += distance * distance
        }
        return square <= limit
      }
      if !isNear { count += 1 }
    }
    return count
  }
}
