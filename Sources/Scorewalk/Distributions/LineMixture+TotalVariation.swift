extension LineMixture {
  /// The total variation between two mixtures on the line, ½ ∫ |p − q|.
  ///
  /// Between the zeros of p − q the difference of the distribution functions is monotone, so that its values there are all
  /// it takes.
  ///
  /// - Complexity: some hundred densities of both for each component.
  package func totalVariation(to other: LineMixture) -> Double {
    let places = (quadrature.nodes + other.quadrature.nodes).sorted()
    let zeros = bracketedZeros(
      of: { self.density($0) - other.density($0) }, on: places, floor: 1e-14)
    var (sum, last) = (0.0, 0.0)
    for zero in zeros {
      let difference = cdf(zero) - other.cdf(zero)
      sum += abs(difference - last)
      last = difference
    }
    return min(1, 0.5 * (sum + abs(last)))
  }
}
