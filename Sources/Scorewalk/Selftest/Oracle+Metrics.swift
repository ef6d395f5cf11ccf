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
      .exact(.metrics, "Wasserstein distance of a translation by 0.7", 0.7, within: 1e-12) {
        let stream = RandomStream(key: 6)
        let values = (0..<500).map { stream.normal(.evaluation, step: 0, row: $0, column: 0) }
        return EmpiricalDistribution(values).wasserstein1(
          against: EmpiricalDistribution(values.map { $0 + 0.7 }))
      },
    ]
  }
}
