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
  package func representatives(of ladder: NoiseLadder, count: Int = 64) -> [Double] {
    guard self != .ladder else { return ladder.levels }
    return (0..<count).map { level(at: (Double($0) + 0.5) / Double(count), of: ladder) }
  }
}
