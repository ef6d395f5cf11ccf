extension ModeWeights {
  /// The number of modes: parts to which the law gives some probability.
  public var modeCount: Int { truth.count { $0 > 0 } }

  /// How many of the modes hold at least one sample; nil where a sample is not finite.
  public var modesHit: Int? {
    guard weights.allSatisfy(\.isFinite) else { return nil }
    return zip(weights, truth).count { $0 > 0 && $1 > 0 }
  }

  /// modesHit / modeCount; NaN where a sample is not finite.
  public var coverage: Double { modesHit.map { Double($0) / Double(modeCount) } ?? .nan }

  /// EMC = -Σ w_k log_K w_k of the samples, K the number of modes: 0 where all are in one mode, 1 where all modes
  /// weigh the same (and for a single mode). To be read beside ``trueEntropicCoverage``.
  ///
  /// Source: Blessing, Jia, Esslinger, Vargas and Neumann, "Beyond ELBOs: a large-scale evaluation of
  /// variational methods for sampling" (2024), arXiv:2406.07423.
  public var entropicCoverage: Double { entropicCoverage(of: weights) }

  /// The entropic coverage of the law itself.
  public var trueEntropicCoverage: Double { entropicCoverage(of: truth) }

  private func entropicCoverage(of weights: [Double]) -> Double {
    guard weights.allSatisfy(\.isFinite) else { return .nan }
    guard modeCount > 1 else { return 1 }
    var entropy = 0.0
    for weight in weights where weight > 0 { entropy -= weight * Double.log(weight) }
    return entropy / Double.log(Double(modeCount))
  }
}
