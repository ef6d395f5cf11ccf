extension Oracle {
  /// Chains with velocities, down a ladder of noise levels and on measurements: their exact laws.
  static var walkers: [Oracle] {
    let normal = GaussianMixture(validated: [.init(mean: [0], standardDeviation: 1)])
    let chains = 20_000
    @Sendable func variance(
      _ sampler: any Sampler, steps: Int, expected: Double, _ pool: WorkerPool
    ) throws -> Outcome {
      let states = try lastStates(sampler, on: normal, chains: chains, steps: steps, pool: pool)
      return Outcome(
        value: SampleSet(rows: states).moments(coordinate: 0).variance, expected: expected,
        tolerance: 5 * expected * (2 / Double(chains)).squareRoot())
    }
    return [
      Oracle(.chains, "variance of underdamped chains, baoab, on N(0, 1), h = 1.2: 1") { pool in
        try variance(
          UnderdampedLangevin(scheme: .baoab, stepSize: 1.2, friction: 1), steps: 50, expected: 1,
          pool)
      },
      Oracle(.chains, "variance of underdamped chains, obabo, on N(0, 1), h = 1.2: 1/(1 − h²/4)") {
        pool in
        try variance(
          UnderdampedLangevin(scheme: .obabo, stepSize: 1.2, friction: 1), steps: 50,
          expected: 1 / (1 - 0.36), pool)
      },
      Oracle(.chains, "variance of annealed chains on N(0, 1) from σ = 8 to 1: their recursion") {
        pool in
        let ladder = try NoiseLadder([8, 4, 2, 1])
        let sampler = AnnealedLangevin(noiseLevels: ladder, stepsPerLevel: 5, stepSize: 0.1)
        var expected = 1.0
        for (level, delta) in zip(ladder.levels, sampler.deltas) {
          let phi = 1 - delta / (1 + level * level)
          for _ in 0..<5 { expected = phi * phi * expected + 2 * delta }
        }
        return try variance(sampler, steps: 20, expected: expected, pool)
      },
      Oracle(.chains, "variance of the mean of five measurements, one by one, of N(0, 1)") { pool in
        let sampler = SequentialMeasurement(
          measurements: try Measurements(noiseLevel: 2, count: 5), stepsPerMeasurement: 6,
          stepSize: 0.8)
        let end = sampler.end(ofMean: 0, variance: 1, from: (0, 1))
        return try variance(sampler, steps: 30, expected: end.variance, pool)
      },
    ]
  }
}
