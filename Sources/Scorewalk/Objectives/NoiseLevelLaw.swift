/// How a training draws its noise levels, one for each pair of a row and a draw.
///
/// | law | σ |
/// |---|---|
/// | ``ladder`` | one of the ladder's levels, all equally likely |
/// | ``logUniform`` | log σ is uniform between the logarithms of the ladder's ends |
/// | ``logNormal(mean:deviation:)`` | log σ ~ N(m, s²), as EDM (Karras et al. 2022, arXiv:2206.00364), whose images have σ_d = 0.5, m = −1.2 and s = 1.2 |
public enum NoiseLevelLaw: Sendable, Hashable {
  /// The levels of the ladder.
  case ladder
  /// Every σ between the ladder's ends.
  case logUniform
  /// m and s > 0; every σ is possible.
  case logNormal(mean: Double, deviation: Double)

  /// The log-normal law whose mean lies in the middle of a ladder's ends, on the logarithmic scale, and each of
  /// these two standard deviations from it.
  public static func logNormal(over ladder: NoiseLadder) -> NoiseLevelLaw {
    let first = Double.log(ladder.levels[0])
    let last = Double.log(ladder.levels[ladder.levels.count - 1])
    return .logNormal(mean: 0.5 * (first + last), deviation: 0.25 * (first - last))
  }

  /// The level at which this much of the law has been passed, from the largest down for a ladder, from the smallest
  /// up else.
  ///
  /// - Parameter probability: in [0, 1).
  @inline(__always)
  func level(at probability: Double, of ladder: NoiseLadder) -> Double {
    let levels = ladder.levels
    switch self {
    case .ladder: return levels[Self.index(at: probability, of: levels.count)]
    case .logUniform:
      let last = Double.log(levels[levels.count - 1])
      return Double.exp(last + probability * (Double.log(levels[0]) - last))
    case .logNormal(let mean, let deviation):
      // A uniform number may be 0, once in 2⁵³.
      return Double.exp(mean + deviation * Double.normalQuantile(max(probability, 0x1p-54)))
    }
  }

  /// Which of so many levels it is.
  @inline(__always)
  static func index(at probability: Double, of count: Int) -> Int {
    min(Int(probability * Double(count)), count - 1)
  }

  /// Levels of equal weight that stand for the law: those of a ladder, else so many quantiles.
  package func representatives(of ladder: NoiseLadder, count: Int) -> [Double] {
    guard self != .ladder else { return ladder.levels }
    return (0..<count).map { level(at: (Double($0) + 0.5) / Double(count), of: ladder) }
  }

  /// How many standard deviations log σ is from its mean at most, by the uniform numbers that there are.
  private static let reach = 8.3

  /// E f(σ): for a ladder the mean over its levels, else by Gauss and Legendre in log σ.
  ///
  /// To about six digits where f changes smoothly over a factor of e in σ, as the least loss of a law does, and as
  /// powers do. Where f falls so steeply that the rarest levels decide, it is the mean over those that are ever drawn.
  ///
  /// - Complexity: one value a level, or five for each unit of log σ over its range, at least sixty of a log-normal law.
  package func expectation(
    over ladder: NoiseLadder, _ function: (Double) -> Double
  ) -> Double {
    let levels = ladder.levels
    switch self {
    case .ladder: return levels.reduce(0) { $0 + function($1) } / Double(levels.count)
    case .logUniform:
      let (first, last) = (Double.log(levels[levels.count - 1]), Double.log(levels[0]))
      guard first < last else { return function(levels[0]) }
      return Self.rule(from: first, to: last, panel: 2).integral {
        function(Double.exp($0)) / (last - first)
      }
    case .logNormal(let mean, let deviation):
      let scale = 1 / (deviation * (2 * Double.pi).squareRoot())
      return Self.rule(
        from: mean - Self.reach * deviation, to: mean + Self.reach * deviation,
        panel: min(2, 3 * deviation)
      ).integral {
        let z = ($0 - mean) / deviation
        return scale * Double.exp(-0.5 * z * z) * function(Double.exp($0))
      }
    }
  }

  /// Ten nodes on each of equal panels.
  private static func rule(from first: Double, to last: Double, panel: Double) -> Quadrature {
    let count = Int(((last - first) / panel).rounded(.up))
    let cuts = (0...count).map { first + Double($0) / Double(count) * (last - first) }
    return Quadrature(cuts: cuts, nodesPerPanel: 10)
  }

  /// The probability of the levels from the least to the largest of another ladder.
  package func probability(over ladder: NoiseLadder, within other: NoiseLadder) -> Double {
    let (least, largest) = (other.levels[other.levels.count - 1], other.levels[0])
    let levels = ladder.levels
    switch self {
    case .ladder:
      let count = levels.count { (least...largest).contains($0) }
      return Double(count) / Double(levels.count)
    case .logUniform:
      let (first, last) = (levels[levels.count - 1], levels[0])
      guard first < last else { return (least...largest).contains(first) ? 1 : 0 }
      let common = Double.log(min(last, largest)) - Double.log(max(first, least))
      return max(0, common) / (Double.log(last) - Double.log(first))
    case .logNormal(let mean, let deviation):
      return Double.normalCDF((Double.log(largest) - mean) / deviation)
        - Double.normalCDF((Double.log(least) - mean) / deviation)
    }
  }
}
