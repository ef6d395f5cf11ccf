extension Oracle {
  /// Diffusions run backwards: published values, and the probability flow against closed forms.
  static var diffusions: [Oracle] {
    [
      Oracle(.chains, "EDM's Heun sampler on N(0, ½²), 18 steps from 80: deviation 0.527625") { _ in
        try edm(.edm(), expected: 0.527625)
      },
      Oracle(.chains, "Euler's steps of the same flow: deviation 0.423031") { _ in
        try edm(.ddim(eta: 0), expected: 0.423031)
      },
      Oracle(.chains, "the probability flow carries the 0.9 quantile of x_T to that of x_0") {
        pool in
        let process = DiffusionProcess.variancePreserving()
        let grid = try DiffusionGrid.uniform(process, steps: 1, to: 0.01)
        let sampler = try DiffusionSampler(
          grid: grid, scheme: .dormandPrince(relative: 1e-9, absolute: 1e-9))
        guard let ladder = sampler.ladder else {
          return Outcome(value: .nan, expected: 0.9, tolerance: 0)
        }
        let law = Law.mixture(unevenPair)
        let configuration = ChainConfiguration(
          sampler: sampler, target: .smoothed(law, ladder: ladder),
          initial: .point([process.law(of: law, at: 1).quantile(0.9)]),
          stream: RandomStream(key: 3), precision: .float64)
        let chain = try ChainProcess(
          configuration, keeping: KeepRule.last.states(steps: 1), pool: pool)
        var draws = Draws(for: configuration)
        try chain.advance(to: 1, recording: &draws)
        return Outcome(
          value: process.law(of: law, at: 0.01).cdf(draws.values.doubles[0]), expected: 0.9,
          tolerance: 1e-7)
      },
      Oracle(.chains, "log density by the probability flow, on N(−5, 3²) and N(6, 1) at 2") {
        pool in
        let likelihood = FlowLikelihood(
          process: .edm(), from: 0.1, tolerance: .init(relative: 1e-9, absolute: 1e-9),
          prior: .law)
        let law = Law.mixture(unevenPair)
        let values = try likelihood.values(
          of: law, at: [2], stream: RandomStream(key: 3), pool: pool)
        return Outcome(
          value: values.logDensities[0],
          expected: unevenPair.smoothed(noiseLevel: 0.1).logDensity(2), tolerance: 1e-6)
      },
    ]
  }

  /// The deviation at the end, from N(0, 80²).
  private static func edm(_ scheme: DiffusionScheme, expected: Double) throws -> Outcome {
    let grid = try DiffusionGrid.at(.edm(from: 80, to: 0.002, count: 18), of: .edm())
    let sampler = try DiffusionSampler(grid: grid, scheme: scheme, denoisesAtEnd: true)
    let end = sampler.end(ofMean: 0, variance: 0.25, from: (0, 6400))
    return Outcome(
      value: end?.variance.squareRoot() ?? .nan, expected: expected, tolerance: 5e-7)
  }
}
