/// Where in space a point lies, seen from a mixture: at a mode, in a valley between two, or outside.
public enum ScoreRegion: String, Sendable, Hashable, CaseIterable {
  /// Within the ellipsoid that holds 95 % of some component.
  case modes
  /// In no mode, and between the means of two neighbouring components.
  case valley
  /// Everything else.
  case tails
}

/// The space divided into modes, valleys and tails of a mixture.
///
/// - A point is at a *mode* where (x - m_k)ᵀ C_k⁻¹ (x - m_k) ≤ q for a component of positive weight, q
///   being the 95 % quantile of χ² in that dimension.
/// - Else it is in a *valley* where, for two neighbouring components, its foot on the line through
///   their means lies between the two, and the ellipsoid of radius √q and of their mean covariance
///   C̄ = (C_i + C_j) / 2 about the foot reaches it; foot and distance are those of the metric C̄⁻¹.
///   Components are neighbours where no other mean lies inside the sphere whose diameter is the
///   segment between theirs (Gabriel's graph): what has a mode in between is not a valley.
/// - Else it is in the *tails*. One component has no valley.
///
/// Source of the graph: Gabriel and Sokal, "A new statistical approach to geographic variation
/// analysis", Systematic Zoology 18 (1969), doi:10.2307/2412323.
public struct ScoreRegions: Sendable {
  /// The mixture.
  public let law: GaussianMixture
  /// q.
  public let squaredRadius: Double
  private let components: [GaussianFactor]
  private let channels: [Channel]

  /// The way from one mean to a neighbouring one.
  private struct Channel: Sendable {
    let from: [Double]
    let direction: [Double]
    /// N(0, C̄).
    let metric: GaussianFactor
    /// C̄⁻¹ direction, and its product with the direction.
    let dual: [Double]
    let squaredLength: Double
  }

  /// Finds the parts of a mixture.
  ///
  /// - Complexity: O(components³) for the neighbours.
  public init(law: GaussianMixture) {
    self.law = law
    squaredRadius = ChiSquared.quantile(0.95, dimension: law.dimension)
    let weighty = law.components.indices.filter { law.components[$0].weight > 0 }
    components = weighty.map { law.factors[$0] }
    var channels: [Channel] = []
    for (place, first) in weighty.enumerated() {
      for second in weighty[(place + 1)...] {
        let others = weighty.filter { $0 != first && $0 != second }
        if let channel = Self.channel(
          law.components[first], law.components[second], others.map { law.components[$0].mean })
        {
          channels.append(channel)
        }
      }
    }
    self.channels = channels
  }

  private static func channel(
    _ first: GaussianMixture.Component, _ second: GaussianMixture.Component, _ others: [[Double]]
  ) -> Channel? {
    let dimension = first.mean.count
    let direction = (0..<dimension).map { second.mean[$0] - first.mean[$0] }
    guard direction.contains(where: { $0 != 0 }) else { return nil }
    for other in others where other != first.mean && other != second.mean {
      // Inside the sphere, the two ends are seen at an obtuse angle.
      var product = 0.0
      for index in 0..<dimension {
        product += (other[index] - first.mean[index]) * (other[index] - second.mean[index])
      }
      if product < 0 { return nil }
    }
    let rows = (0..<dimension).map { row in
      (0..<dimension).map { 0.5 * (first.covariance[row, $0] + second.covariance[row, $0]) }
    }
    let metric = GaussianFactor(
      weight: 1, mean: [Double](repeating: 0, count: dimension), covariance: .full(rows))
    let dual = (0..<dimension).map { row in
      var sum = 0.0
      for column in 0..<dimension { sum += metric.precision(row, column) * direction[column] }
      return sum
    }
    var square = 0.0
    for index in 0..<dimension { square += dual[index] * direction[index] }
    return Channel(
      from: first.mean, direction: direction, metric: metric, dual: dual, squaredLength: square)
  }

  /// The part that a point belongs to.
  ///
  /// - Parameter x: `[dimension]`.
  public func region(of x: [Double]) -> ScoreRegion {
    if components.contains(where: { $0.squaredDistance(to: x) <= squaredRadius }) {
      return .modes
    }
    return channels.contains { isInside($0, x) } ? .valley : .tails
  }

  private func isInside(_ channel: Channel, _ x: [Double]) -> Bool {
    var product = 0.0
    for index in x.indices { product += (x[index] - channel.from[index]) * channel.dual[index] }
    let place = product / channel.squaredLength
    guard place >= 0, place <= 1 else { return false }
    let across = x.indices.map { x[$0] - channel.from[$0] - place * channel.direction[$0] }
    return channel.metric.squaredDistance(to: across) <= squaredRadius
  }

  /// On the line: where one part may meet another, ascending.
  package var cuts: [Double] {
    let radius = squaredRadius.squareRoot()
    let line = law.onLine
    var cuts: [Double] = []
    for index in 0..<line.count where line.weights[index] > 0 {
      for step in [-radius, 0, radius] {
        cuts.append(line.means[index] + step * line.deviations[index])
      }
    }
    return cuts.sorted()
  }
}

extension GaussianFactor {
  /// (x - m)ᵀ C⁻¹ (x - m).
  fileprivate func squaredDistance(to x: [Double]) -> Double {
    2 * (logWeight + logNormalizer - logTerm(x))
  }
}
