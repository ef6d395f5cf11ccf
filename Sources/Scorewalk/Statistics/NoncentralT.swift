/// The law of (Z + δ)/S, with Z standard normal, S² = χ²_ν/ν independent of it: of a t statistic where there is an effect.
///
/// P(T ≤ t) = ∫ Φ(t s - δ) f_S(s) ds, here over u = log s, where the integrand is smooth for every ν:
/// f(u) = √(2ν/π)/√2 e^(-μ(ν/2)) e^(-ν/2 (e^2u - 1 - 2u)) with μ the remainder of Stirling's formula. Neither tail is a difference.
///
/// Source: Johnson, Kotz and Balakrishnan, Continuous Univariate Distributions, volume 2, 2nd edition, chapter 31.
package struct NoncentralT: Sendable {
  /// ν ≥ ½.
  package let degreesOfFreedom: Double
  /// δ, the effect in standard errors.
  package let noncentrality: Double

  /// The distribution with ν ≥ ½ degrees of freedom around δ.
  package init(degreesOfFreedom: Double, noncentrality: Double) {
    precondition(
      degreesOfFreedom >= 0.5 && degreesOfFreedom.isFinite && noncentrality.isFinite,
      "noncentral t with \(degreesOfFreedom) degrees of freedom at \(noncentrality)")
    self.degreesOfFreedom = degreesOfFreedom
    self.noncentrality = noncentrality
  }

  /// P(T ≤ t), within 1e-12.
  ///
  /// - Complexity: about 1,000 values of Φ.
  package func cdf(_ t: Double) -> Double {
    integral(t) { Double.normalCDF(t * $0 - noncentrality) }
  }

  /// P(T > t), within 1e-12.
  ///
  /// - Complexity: about 1,000 values of Φ.
  package func upperTail(_ t: Double) -> Double {
    integral(t) { Double.normalCDF(noncentrality - t * $0) }
  }

  /// E g(S), where g passes from 0 to 1 about S = δ/t.
  private func integral(_ t: Double, _ function: (Double) -> Double) -> Double {
    let nu = degreesOfFreedom
    // Where f(u) has fallen by e^-45: to the left like e^(νu) at the slowest, to the right faster than a normal law.
    let right = min(3, (45 / nu).squareRoot()) + 0.1 / nu.squareRoot()
    let left = -((45 / nu).squareRoot() + 45 / nu)
    let panels = 48
    var cuts = (0...panels).map { left + (right - left) * Double($0) / Double(panels) }
    // Where Φ rises, whose width may be far less than a panel's.
    for step in -9...9 {
      let place = (noncentrality + Double(step)) / t
      guard place > 0, place.isFinite else { continue }
      let cut = Double.log(place)
      if cut > left, cut < right { cuts.append(cut) }
    }
    cuts.sort()
    let scale =
      (nu / .pi).squareRoot() * Double.exp(-BetaFunction.stirlingRemainder(0.5 * nu))
    let sum = Quadrature(cuts: cuts).integral { u in
      Double.exp(-0.5 * nu * (Double.expm1(2 * u) - 2 * u)) * function(Double.exp(u))
    }
    return min(1, scale * sum)
  }
}
