/// A composite Gauss-Legendre rule: ∫ f ≈ Σ weight_i f(node_i).
///
/// Source: Davis and Rabinowitz, Methods of Numerical Integration, 2nd edition, section 2.7.
package struct Quadrature: Sendable {
  /// Where f is evaluated, ascending.
  package let nodes: [Double]
  /// Lengths, all positive.
  package let weights: [Double]

  /// The rule with `count` nodes on each panel between neighbouring cuts.
  ///
  /// - Parameters:
  ///   - cuts: ascending, at least two.
  ///   - count: nodes on a panel; exact for polynomials of degree 2 · count - 1.
  package init(cuts: [Double], nodesPerPanel count: Int = 16) {
    let rule = Self.gaussLegendre(count)
    var nodes: [Double] = []
    var weights: [Double] = []
    nodes.reserveCapacity(count * cuts.count)
    weights.reserveCapacity(count * cuts.count)
    for (left, right) in zip(cuts, cuts.dropFirst()) where right > left {
      let half = 0.5 * (right - left)
      let middle = left + half
      for index in 0..<count {
        nodes.append(middle + half * rule.nodes[index])
        weights.append(half * rule.weights[index])
      }
    }
    self.nodes = nodes
    self.weights = weights
  }

  /// ∫ f.
  package func integral(_ function: (Double) -> Double) -> Double {
    var sum = 0.0
    for index in nodes.indices { sum += weights[index] * function(nodes[index]) }
    return sum
  }

  /// Nodes and weights on [-1, 1]: roots of Legendre's polynomial by Newton's method.
  package static func gaussLegendre(_ count: Int) -> (nodes: [Double], weights: [Double]) {
    var nodes = [Double](repeating: 0, count: count)
    var weights = nodes
    for index in 0..<(count + 1) / 2 {
      var x = Double.cos(.pi * (Double(index) + 0.75) / (Double(count) + 0.5))
      var slope = 1.0
      for _ in 0..<100 {
        var previous = 1.0
        var value = x
        for degree in 2..<max(count + 1, 2) {
          let next =
            (Double(2 * degree - 1) * x * value - Double(degree - 1) * previous) / Double(degree)
          previous = value
          value = next
        }
        slope = Double(count) * (x * value - previous) / (x * x - 1)
        let step = value / slope
        x -= step
        if abs(step) < 1e-15 { break }
      }
      if 2 * index + 1 == count { x = 0 }
      nodes[index] = -x
      nodes[count - 1 - index] = x
      let weight = 2 / ((1 - x * x) * slope * slope)
      weights[index] = weight
      weights[count - 1 - index] = weight
    }
    return (nodes, weights)
  }
}

extension LineMixture {
  /// Panels fine enough for smooth functions of this mixture: cuts at every component's mean ± half
  /// deviations up to `reach` deviations, without those nearer together than an eighth of the
  /// smallest deviation.
  package func panelCuts(reach: Double = 10) -> [Double] {
    var cuts: [Double] = []
    let steps = Int((2 * reach).rounded(.up))
    var smallest = Double.infinity
    for component in weights.indices {
      smallest = min(smallest, deviations[component])
      for step in -steps...steps {
        cuts.append(means[component] + 0.5 * Double(step) * deviations[component])
      }
    }
    cuts.sort()
    var kept = [cuts[0]]
    for cut in cuts.dropFirst() where cut - kept[kept.count - 1] > 0.125 * smallest {
      kept.append(cut)
    }
    if let last = cuts.last, last > kept[kept.count - 1] { kept.append(last) }
    return kept
  }

  /// The rule for integrals over the line of functions that decay like the density.
  package var quadrature: Quadrature { Quadrature(cuts: panelCuts()) }
}
