extension Oracle {
  /// Distances and diagnostics with closed forms.
  static var metrics: [Oracle] {
    [
      .exact(
        .metrics, "effective size of an autoregression, φ = 0.9, against N (1 − φ)/(1 + φ)", 1,
        within: 0.1
      ) {
        let (chains, draws) = (40, 5000)
        let stream = RandomStream(key: 5)
        let values = (0..<chains).flatMap { chain in
          var state = stream.normal(.initialState, step: 0, row: chain, column: 0)
          return (0..<draws).map { draw in
            let noise = stream.normal(.chainNoise, step: UInt64(draw), row: chain, column: 0)
            state = 0.9 * state + 0.19.squareRoot() * noise
            return state
          }
        }
        let samples = SampleSet(values: values, chains: chains, draws: draws, dimension: 1)
        let expected = Double(samples.count) * 0.1 / 1.9
        return ChainDiagnostics(samples).effectiveSampleSize / expected
      },
      .exact(
        .metrics, "squared discrepancy of N(0, 1) and N(½, 1.5²), ℓ = 1.3", 0.0587005, within: 5e-8
      ) {
        MaximumMeanDiscrepancy(bandwidth: 1.3).squared(normal(0, 1), normal(0.5, 1.5))
      },
      .exact(.metrics, "squared energy distance of the same", 0.1658086, within: 5e-8) {
        let distance = normal(0, 1).energyDistance(to: normal(0.5, 1.5))
        return distance * distance
      },
      .exact(.metrics, "R̂ of four chains of independent draws", 1, within: 0.01) {
        let stream = RandomStream(key: 7)
        let values = (0..<4000).map { stream.normal(.evaluation, step: 0, row: $0, column: 0) }
        return RankDiagnostics(
          SampleSet(values: values, chains: 4, draws: 1000, dimension: 1)
        ).rHat
      },
      .exact(.metrics, "Wasserstein distance of a translation by 0.7", 0.7, within: 1e-12) {
        let stream = RandomStream(key: 6)
        let values = (0..<500).map { stream.normal(.evaluation, step: 0, row: $0, column: 0) }
        return EmpiricalDistribution(values).wasserstein1(
          against: EmpiricalDistribution(values.map { $0 + 0.7 }))
      },
    ]
  }

  private static func normal(_ mean: Double, _ deviation: Double) -> Law {
    .mixture(GaussianMixture(validated: [.init(mean: [mean], standardDeviation: deviation)]))
  }
}
