extension Oracle {
  private static let standardNormal = GaussianMixture(
    validated: [.init(mean: [0], standardDeviation: 1)])

  /// The last states of chains on a law, or on the laws smoothed at the levels of the sampler's ladder.
  static func lastStates(
    _ sampler: any Sampler, on target: GaussianMixture, chains: Int, steps: Int,
    initial: InitialPositions = .normal(), pool: WorkerPool, pause: Int? = nil
  ) throws(RunError) -> [Double] {
    let configuration = ChainConfiguration(
      sampler: sampler,
      target: sampler.ladder.map { .smoothed(.mixture(target), ladder: $0) } ?? .law(target),
      chains: chains, initial: initial,
      stream: RandomStream(key: 3), precision: .float64)
    let kept = try KeepRule.last.states(steps: steps)
    var draws = Draws(for: configuration)
    var process = try ChainProcess(configuration, keeping: kept, pool: pool)
    if let pause {
      try process.advance(to: pause, recording: &draws)
      process = try ChainProcess(
        configuration, keeping: kept, restoring: process.state(), pool: pool)
    }
    try process.advance(to: steps, recording: &draws)
    return draws.values.doubles
  }

  /// Unadjusted Langevin chains: their exact laws, and the promises about their bits.
  static var chains: [Oracle] {
    [
      Oracle(.chains, "variance of Langevin chains on N(0, 1), δ = 0.2: 1/(1 − δ/2)") { pool in
        let chains = 20_000
        let states = try lastStates(
          LangevinSampler(stepSize: 0.2), on: standardNormal, chains: chains, steps: 60, pool: pool)
        let expected = 1 / 0.9
        return Outcome(
          value: SampleSet(rows: states).moments(coordinate: 0).variance, expected: expected,
          tolerance: 5 * expected * (2 / Double(chains)).squareRoot())
      },
      Oracle(.chains, "mean after 10 steps from 3, δ = 0.1: 3 (1 − δ)¹⁰") { pool in
        let chains = 20_000
        let states = try lastStates(
          LangevinSampler(stepSize: 0.2, convention: .half), on: standardNormal, chains: chains,
          steps: 10, initial: .point([3]), pool: pool)
        let variance = (1 - Double.pow(0.9, 20)) / 0.95
        return Outcome(
          value: SampleSet(rows: states).moments(coordinate: 0).mean,
          expected: 3 * Double.pow(0.9, 10),
          tolerance: 5 * (variance / Double(chains)).squareRoot())
      },
      Oracle(.chains, "variance of the chain's own law on ½N(±1, ½²), δ = 0.1") { _ in
        try transition(evenPair, 0.1, expected: 1.27849, within: 5e-6) { $0.variance }
      },
      Oracle(.chains, "its distance to the target, total variation") { _ in
        try transition(evenPair, 0.1, expected: 0.0645848, within: 5e-7) {
          $0.distances.totalVariation
        }
      },
      Oracle(.chains, "its second eigenvalue") { _ in
        try transition(evenPair, 0.1, expected: 0.948988, within: 5e-7) { $0.secondEigenvalue }
      },
      Oracle(.chains, "relaxation, in steps, on N(−5, 3²) and N(6, 1), δ = 0.005") { _ in
        try transition(unevenPair, 0.005, expected: 29_243, within: 100) { $0.relaxationSteps }
      },
      Oracle(.chains, "states that differ between one thread and all") { pool in
        let sampler = LangevinSampler(stepSize: 0.05)
        let one = try lastStates(sampler, on: planePair, chains: 777, steps: 30, pool: .serial)
        let all = try lastStates(sampler, on: planePair, chains: 777, steps: 30, pool: pool)
        return Outcome(value: differing(one, all), expected: 0, tolerance: 0)
      },
      Oracle(.chains, "states that differ after a pause and a saved state") { pool in
        let sampler = LangevinSampler(stepSize: 0.05)
        let whole = try lastStates(sampler, on: planePair, chains: 77, steps: 30, pool: pool)
        let paused = try lastStates(
          sampler, on: planePair, chains: 77, steps: 30, pool: pool, pause: 13)
        return Outcome(value: differing(whole, paused), expected: 0, tolerance: 0)
      },
    ]
  }

  static func differing(_ one: [Double], _ other: [Double]) -> Double {
    Double(zip(one, other).count { $0.bitPattern != $1.bitPattern } + abs(one.count - other.count))
  }

  private static func transition(
    _ target: GaussianMixture, _ stepSize: Double, expected: Double, within tolerance: Double,
    _ value: (LangevinTransition) -> Double
  ) throws -> Outcome {
    let transition = try LangevinTransition(target: target, stepSize: stepSize)
    return Outcome(value: value(transition), expected: expected, tolerance: tolerance)
  }
}
