import Scorewalk

/// The law whose score a node follows, or learns where its training finds its optimum.
package struct LearnedLaw: Sendable {
  /// The law.
  package let law: GaussianMixture
  /// Whether the score is that law's own, and not one that is to be learned.
  package let isExact: Bool
  /// In words: `two-modes`, `signs smoothed at σ = 0.5`.
  package let words: String
}

/// Something that is known, or why it is not.
package enum Known<Value: Sendable>: Sendable {
  case known(Value)
  case unknown(String)
}

extension ExperimentGraph {
  /// The law of a node of data: its own, or the one its rows are drawn from.
  package func sourceLaw(_ reference: Reference) -> (law: Law, node: String)? {
    if let law = law(reference) { return (law, reference.node) }
    guard case .data(let data)? = self[reference.node]?.definition else { return nil }
    if let noised = data as? NoisedDefinition {
      guard let source = sourceLaw(noised.from) else { return nil }
      let level: String = JSONText.number(noised.noiseLevel)
      return (
        .mixture(source.law.smoothed(noiseLevel: noised.noiseLevel)),
        "\(source.node) smoothed at σ = \(level)"
      )
    }
    guard let draws = data as? DrawsDefinition, let law = law(draws.from) else { return nil }
    guard case .counts(let counts) = draws.size, !law.hasWeights(proportionalTo: counts) else {
      return (law, draws.from.node)
    }
    return law.reweighted(by: counts).map {
      ($0, draws.from.node + " with the weights of the counts")
    }
  }

  /// The law whose score a target has.
  ///
  /// - Parameter noiseLevel: σ, for a network that takes it.
  package func learnedLaw(
    _ target: Reference, noiseLevel: Double? = nil
  ) -> Known<LearnedLaw> {
    if let law = law(target) {
      guard let mixture = law.mixture else {
        return .unknown("'\(target.node)' has atoms and no score")
      }
      return .known(LearnedLaw(law: mixture, isExact: true, words: target.node))
    }
    guard let training = training(target) else {
      return .unknown("'\(target.node)' is an untrained network")
    }
    guard let source = sourceLaw(training.data) else {
      return .unknown("the law of '\(training.data.node)' is not known")
    }
    if let definition = training.objective?.definition as? DenoisingScoreMatchingDefinition {
      return learnedLaw(definition.matching, source.law, source.node, noiseLevel: noiseLevel)
    }
    let kind = training.objective?.kind ?? "?"
    let learnsTheLaw = [
      "contrastive-divergence", "implicit-score-matching", "sliced-score-matching",
    ]
    guard learnsTheLaw.contains(kind) else { return .unknown("what '\(kind)' learns is not known") }
    guard let mixture = source.law.mixture else {
      return .unknown("'\(source.node)' has atoms and no score")
    }
    return .known(LearnedLaw(law: mixture, isExact: false, words: source.node))
  }

  /// The law whose score chains follow; of chains that go through several that near which their kept states are to come.
  package func learnedLaw(of chains: ChainDefinition) -> Known<LearnedLaw> {
    guard chains.sampler.ladder != nil else {
      return learnedLaw(chains.target, noiseLevel: chains.noiseLevel)
    }
    guard let noise = chains.keptNoise, noise.isOne else {
      return .unknown("its kept states carry more than one noise")
    }
    guard noise.last.level > 0 else { return .unknown("its states are denoised") }
    // By so much scales may differ from 1 where nothing is said of it.
    guard abs(noise.last.scale - 1) <= 1e-3 else { return .unknown("its states are scaled") }
    return learnedLaw(chains.target, at: noise.last.level)
  }

  /// The law with noise whose score a target has at one of its levels.
  package func learnedLaw(_ target: Reference, at level: Double) -> Known<LearnedLaw> {
    guard let law = law(target) else { return learnedLaw(target, noiseLevel: level) }
    return .known(
      LearnedLaw(
        law: law.smoothed(noiseLevel: level), isExact: true,
        words: "\(target.node) smoothed at σ = \(JSONText.number(level) as String)"))
  }

  private func learnedLaw(
    _ matching: DenoisingScoreMatching, _ law: Law, _ source: String, noiseLevel: Double?
  ) -> Known<LearnedLaw> {
    let level = matching.ladder == nil ? matching.noiseLevel : noiseLevel
    guard let level else {
      return .unknown("it learns at several noise levels, and which one is meant is not said")
    }
    if let reason = matching.whyNoScore(dimension: law.dimension) { return .unknown(reason) }
    return .known(
      LearnedLaw(
        law: law.smoothed(noiseLevel: level), isExact: false,
        words: "\(source) smoothed at σ = \(JSONText.number(level))"))
  }
}

extension DenoisingScoreMatching {
  /// Whether a noise level is one that is learned, or lies between such.
  package func learns(at level: Double) -> Bool {
    ladder.map { $0.firstBeyond([level]) == nil } ?? (level == noiseLevel)
  }

  /// Why the optimum is no law's score; nil where it is that of the smoothed law.
  package func whyNoScore(dimension: Int) -> String? {
    if loss == .norm {
      return "the optimum of `loss: norm` is the posterior median, which is no law's score"
    }
    if sharedOver.contains(.coordinates), dimension > 1 {
      return
        "with noise shared over coordinates the optimum is no law's score: it has no force across (1, …, 1)"
    }
    return nil
  }
}

extension Law {
  /// Whether each component or atom has the share of the counts that is its weight.
  fileprivate func hasWeights(proportionalTo counts: [Int]) -> Bool {
    let total = Double(counts.reduce(0, +))
    return counts.count == weights.count
      && zip(counts, weights).allSatisfy { abs(Double($0) / total - $1) < 1e-12 }
  }

  /// The same components or atoms with other weights; nil where the counts do not fit.
  fileprivate func reweighted(by counts: [Int]) -> Law? {
    guard counts.count == componentCount else { return nil }
    do throws(DistributionError) {
      switch self {
      case .mixture(let mixture):
        return .mixture(
          try GaussianMixture(
            components: zip(mixture.components, counts).map {
              .init(weight: Double($1), mean: $0.mean, covariance: $0.covariance)
            }))
      case .categorical(let atoms):
        return .categorical(
          try Categorical(values: atoms.values, weights: counts.map { Double($0) }))
      }
    } catch {
      return nil
    }
  }
}
