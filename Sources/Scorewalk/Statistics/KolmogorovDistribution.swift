/// The limiting law of √n · sup |F_n - F|: how far apart empirical distributions lie by chance.
package enum KolmogorovDistribution {
  /// P(K > λ) = 2 Σ (-1)^(k-1) e^(-2k²λ²).
  ///
  /// Below 1.18 by the series 1 - √(2π)/λ Σ e^(-(2k-1)²π²/8λ²), which converges there.
  ///
  /// Source: Marsaglia, Tsang and Wang 2003 (doi:10.18637/jss.v008.i18), who give both series.
  package static func upperTail(_ lambda: Double) -> Double {
    if lambda.isNaN { return .nan }
    guard lambda > 0.04 else { return 1 }
    if lambda < 1.18 {
      let exponent = -Double.pi * Double.pi / (8 * lambda * lambda)
      var sum = 0.0
      for k in stride(from: 1.0, through: 15, by: 2) { sum += Double.exp(exponent * k * k) }
      return max(0, 1 - (2 * Double.pi).squareRoot() / lambda * sum)
    }
    var sum = 0.0
    for k in stride(from: 1.0, through: 15, by: 1) {
      let term = Double.exp(-2 * k * k * lambda * lambda)
      sum += k.truncatingRemainder(dividingBy: 2) == 1 ? term : -term
    }
    return min(1, 2 * sum)
  }

  /// The p value of a distance between two empirical distributions, with Stephens' correction for their sizes.
  ///
  /// λ = (√n + 0.12 + 0.11/√n) D with n = n₁ n₂ / (n₁ + n₂). Sizes need not be whole: chains are worth their effective size.
  ///
  /// Source: Stephens 1970 (doi:10.1111/j.2517-6161.1970.tb00821.x).
  ///
  /// - Parameters:
  ///   - distance: D in [0, 1].
  ///   - sizes: both positive.
  package static func probability(
    distance: Double, sizes: (Double, Double)
  ) -> Double {
    precondition(sizes.0 > 0 && sizes.1 > 0, "samples of sizes \(sizes)")
    let root = (sizes.0 * sizes.1 / (sizes.0 + sizes.1)).squareRoot()
    return upperTail((root + 0.12 + 0.11 / root) * distance)
  }
}
