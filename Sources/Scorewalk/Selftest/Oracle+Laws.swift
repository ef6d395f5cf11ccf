extension Oracle {
  /// 2/3 N(−5, 3²) + 1/3 N(6, 1): the line's example.
  static let unevenPair = mixture([(2, [-5], 3), (1, [6], 1)])
  /// ½ N(−1, ½²) + ½ N(1, ½²): two points smoothed by ½.
  static let evenPair = mixture([(1, [-1], 0.5), (1, [1], 0.5)])
  /// 1/3 N((−10, 1), I) + 2/3 N((10, 0), I): the plane's example.
  static let planePair = mixture([(1, [-10, 1], 1), (2, [10, 0], 1)])

  private static func mixture(_ parts: [(Double, [Double], Double)]) -> GaussianMixture {
    do throws(DistributionError) {
      return try GaussianMixture(
        components: parts.map { .init(weight: $0.0, mean: $0.1, standardDeviation: $0.2) })
    } catch {
      preconditionFailure("the oracles' mixtures are right: \(error.description)")
    }
  }

  private static let signs = Law.categorical(
    Categorical(validatedValues: [[-1], [1]], weights: [0.5, 0.5]))
  private static let bits = Law.categorical(
    Categorical(validatedValues: [[0], [1]], weights: [0.5, 0.5]))

  /// Laws known in closed form or by quadrature. Values: worked out once, to all digits shown, by independent means.
  static var laws: [Oracle] {
    [
      .exact(.laws, "valley between N(−5, 3²) and N(6, 1), 2 : 1", 2.80781, within: 5e-6) {
        unevenPair.valley ?? .nan
      },
      .exact(.laws, "mass right of that valley", 0.336182, within: 5e-7) {
        unevenPair.modeMasses.last ?? .nan
      },
      .exact(.laws, "barrier seen from the left, in nats", 3.146, within: 5e-4) {
        unevenPair.barriers[0].fromLeft
      },
      .exact(.laws, "Fisher information of that mixture", 0.3825333, within: 5e-8) {
        unevenPair.fisherInformation.value
      },
      .exact(.laws, "least error of a denoiser of ±1 at σ = ½", 0.0685974, within: 5e-8) {
        BayesDenoiser(law: signs, noiseLevel: 0.5).minimumMeanSquaredError.value
      },
      .exact(.laws, "least absolute error for {0, 1} at σ = ½: Φ(−1)", 0.1586553, within: 5e-8) {
        BayesDenoiser(law: bits, noiseLevel: 0.5).minimumMeanAbsoluteError
      },
      .exact(.laws, "least error of a denoiser in the plane at σ = 3", 1.981225, within: 5e-6) {
        BayesDenoiser(law: .mixture(planePair), noiseLevel: 3).minimumMeanSquaredError.value
      },
      .exact(.laws, "Tweedie's formula less Bayes', largest of 201 points", 0, within: 1e-12) {
        let denoiser = BayesDenoiser(law: .mixture(unevenPair), noiseLevel: 1.5)
        return (0...200).map { index in
          let y = -20 + 0.2 * Double(index)
          return abs(y + 2.25 * denoiser.smoothed.score(y) - denoiser.mean(at: y))
        }.max() ?? .nan
      },
    ]
  }
}
