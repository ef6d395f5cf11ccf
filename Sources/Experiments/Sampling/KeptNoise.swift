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
  /// The noise that the states of a node carry, beyond what a denoiser is to find in them; nil where it is not known, as
  /// where they do not come from what the denoiser is for.
  package func noise(of reference: Reference, denoisedBy denoiser: Reference) -> KeptNoise? {
    guard let clean = noisedSource(denoiser) else { return nil }
    /// Noise added to a source that may have noise of its own.
    func noise(_ level: Double, on source: Reference) -> StateNoise? {
      guard let own = noisedSource(source), own.root == clean.root, own.variance >= clean.variance
      else { return nil }
      let before = own.variance - clean.variance
      return StateNoise(level: before == 0 ? level : (before + level * level).squareRoot())
    }
    func one(_ level: Double, on source: Reference) -> KeptNoise? {
      noise(level, on: source).map { KeptNoise(first: $0, last: $0) }
    }
    switch self[reference.node]?.definition {
    case .sampling(let chains as ChainDefinition)?:
      guard chains.sampler.ladder == nil else {
        guard let kept = chains.keptNoise, let source = noisedSource(chains.target),
          source == clean
        else { return nil }
        return kept
      }
      if let training = training(chains.target) {
        let matching = (training.objective?.definition as? DenoisingScoreMatchingDefinition)?
          .matching
        guard let matching else { return nil }
        let level = matching.ladder == nil ? matching.noiseLevel : chains.noiseLevel
        return level.flatMap { one($0, on: training.data) }
      }
      return one(0, on: chains.target).flatMap { $0.last.level > 0 ? $0 : nil }
    case .sampling(let jump as DenoiseDefinition)?:
      return noisedSource(jump.using) == clean
        ? KeptNoise(first: StateNoise(level: 0), last: StateNoise(level: 0)) : nil
    case .data(let noised as NoisedDefinition)?: return one(noised.noiseLevel, on: noised.from)
    case .data, .sampling, .model, .training, .evaluation, nil: return nil
    }
  }

  /// From which node a law, its rows or what learns them come, and the variance of the noise that was added since.
  private func noisedSource(_ reference: Reference) -> NoisedSource? {
    if let training = training(reference) { return noisedSource(training.data) }
    guard case .data(let data)? = self[reference.node]?.definition else { return nil }
    func added(_ level: Double, to source: Reference) -> NoisedSource? {
      noisedSource(source).map {
        NoisedSource(root: $0.root, variance: $0.variance + level * level)
      }
    }
    switch data {
    case let smoothed as SmoothedDefinition: return added(smoothed.noiseLevel, to: smoothed.from)
    case let noised as NoisedDefinition: return added(noised.noiseLevel, to: noised.from)
    case let draws as DrawsDefinition: return noisedSource(draws.from)
    default: return NoisedSource(root: reference.node, variance: 0)
    }
  }
}

/// What a law was made of by adding noise.
private struct NoisedSource: Equatable {
  let root: String
  let variance: Double
}
