import Scorewalk

/// The noise that the kept states of a node carry, from the first of them to the last.
package struct KeptNoise: Sendable, Equatable {
  package let first: StateNoise
  package let last: StateNoise

  /// Whether all states carry the same; scales and levels only fall, or only rise.
  package var isOne: Bool { first == last }
}

extension ChainDefinition {
  /// What the kept states carry where the sampler says so; nil where it does not, or `keep` or the sampler could not be
  /// read.
  package var keptNoise: KeptNoise? {
    guard isSamplerSound, areStepsSound, let kept = try? keep.states(steps: steps),
      let last = sampler.noise(ofState: kept.last)
    else { return nil }
    // Chains start from what is no state of theirs.
    let first = kept.lazy.compactMap { sampler.noise(ofState: $0) }.first { _ in true }
    return KeptNoise(first: first ?? last, last: last)
  }
}

extension ExperimentGraph {
  /// The noise that the states of a node carry, beyond what a denoiser is to find in them; nil where it is not known.
  package func noise(of reference: Reference, denoisedBy denoiser: Reference) -> KeptNoise? {
    func one(_ level: Double?) -> KeptNoise? {
      level.map { KeptNoise(first: StateNoise(level: $0), last: StateNoise(level: $0)) }
    }
    switch self[reference.node]?.definition {
    case .sampling(let sampling as ChainDefinition)?:
      if sampling.sampler.ladder != nil || !sampling.isSamplerSound { return sampling.keptNoise }
      return one(sampling.noiseLevel ?? noise(of: sampling.target, cleanedTo: denoiser))
    case .sampling(is DenoiseDefinition)?: return one(0)
    case .data(let noised as NoisedDefinition)?: return one(noised.noiseLevel)
    case .data, .sampling, .model, .training, .evaluation, nil: return nil
    }
  }

  /// The noise of the law whose score a target has.
  private func noise(of target: Reference, cleanedTo denoiser: Reference) -> Double? {
    if let matching =
      (training(target)?.objective?.definition as? DenoisingScoreMatchingDefinition)?
      .matching
    {
      return matching.ladder == nil ? matching.noiseLevel : nil
    }
    guard case .data(let smoothed as SmoothedDefinition)? = self[target.node]?.definition,
      smoothed.from.node == denoiser.node
    else { return nil }
    return smoothed.noiseLevel
  }
}
