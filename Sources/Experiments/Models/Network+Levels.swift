import Scorewalk

extension Network {
  /// Why its noise level must be said; nil where it has none.
  package var noiseLevelHelp: String? {
    if conditioning != nil { return "the network takes the noise level: say which σ" }
    switch output {
    case .energy, .score: return nil
    case .noise: return "the score of a noise network is −n̂/σ: say which σ"
    case .denoiser: return "the score of a denoiser is (x̂ − y)/σ²: say which σ"
    }
  }
}

extension NoiseLadder {
  /// The first level that does not lie between the ladder's own ends, but for the rounding of levels that come from the
  /// times of a process.
  package func firstBeyond(_ others: [Double]) -> Double? {
    let rounding = 1e-12
    let (largest, least) = (levels[0], levels[levels.count - 1])
    return others.first { $0 > largest * (1 + rounding) || $0 < least * (1 - rounding) }
  }
}
