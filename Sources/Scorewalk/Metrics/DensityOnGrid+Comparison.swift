/// How far a density q on a grid is from the truth p.
public struct DensityComparison: Sendable, Hashable {
  /// ∫ |q - p|, the truth's mass outside the grid included.
  public let l1: Double
  /// ½ ∫ |q - p|.
  public var totalVariation: Double { 0.5 * l1 }
  /// KL(p ‖ q) = ∫ p log(p / q) over the grid, in nats; ∞ where q is 0 and p is not.
  public let kullbackLeibler: Double
  /// The probability that the truth has outside the grid; where it is not tiny, the other numbers
  /// speak of the grid more than of q.
  public let truthOutside: Double
  /// Where masses are cut: the truth's valleys, ascending.
  public let cuts: [Double]
  /// q's probability of each mode, `[cuts + 1]`.
  public let modeMasses: [Double]
  /// The truth's, `[cuts + 1]`.
  public let trueModeMasses: [Double]
}

extension DensityOnGrid {
  /// Compares with a law on the line that has a density.
  ///
  /// Integrals are trapezoid sums over the grid.
  ///
  /// - Complexity: O(points · components).
  public func compared(with truth: GaussianMixture) -> DensityComparison {
    let line = truth.onLine
    var differences: [Double] = []
    var divergences: [Double] = []
    for (x, logDensity) in zip(positions, logDensities) {
      let trueLogDensity = line.logDensity(x)
      let density = Double.exp(trueLogDensity)
      differences.append(abs(Double.exp(logDensity) - density))
      divergences.append(density > 0 ? density * (trueLogDensity - logDensity) : 0)
    }
    let outside = line.cdf(from) + line.survival(to)
    let cuts = truth.valleys
    return DensityComparison(
      l1: spacing * Self.trapezoid(differences) + outside,
      kullbackLeibler: divergences.contains(.infinity)
        ? .infinity : spacing * Self.trapezoid(divergences),
      truthOutside: outside, cuts: cuts, modeMasses: masses(cutAt: cuts),
      trueModeMasses: line.masses(cutAt: cuts))
  }
}
