import Scorewalk
import YAML

/// A loss as a spec says it.
package protocol ObjectiveDefinition: Sendable {
  /// The loss for a network; sizes are known by then.
  func objective(dimension: Int) -> any Objective
  /// Reports what does not fit the network.
  func check(
    _ node: ExperimentNode, network: Network, range: SourceRange?, session: ReadingSession)
}

/// The kinds of `objective`.
package enum ObjectiveKinds {
  package static let all: [Kind<any ObjectiveDefinition>] = [
    ContrastiveDivergenceDefinition.kind,
    DenoisingScoreMatchingDefinition.kind,
  ]
}

/// `contrastive-divergence`: mean energy of the data minus mean energy of short-run chains.
package struct ContrastiveDivergenceDefinition: ObjectiveDefinition {
  package let chains: Int
  package let initial: InitialDefinition
  package let stepSize: Double
  package let steps: Int
  package let keep: KeepRule

  package static let kind = Kind<any ObjectiveDefinition>(
    "contrastive-divergence",
    "mean E(data) − mean E(negatives); the negatives are states of Langevin chains on the energy (Hinton 2002)."
  ) { reader in
    reader.map("negatives", "The short-run chains, anew in every step.", isRequired: true) {
      reader in
      let chains = reader.count(
        "chains", "How many chains.", atLeast: 1, atMost: 1_000_000, smoke: 64, default: 1)
      let initial = InitialDefinition.read(reader, allowsSamples: false)
      let stepSize = reader.number(
        "step_size", "δ in y ← y − δ ∇E + √(2δ) ξ.", unit: "of the data, squared", in: .positive)
      let steps = reader.sound {
        reader.count(
          "steps", "How many steps each chain takes.", atLeast: 1, atMost: 1_000_000, smoke: 100)
      }
      let keep = reader.keep(steps: steps)
      return ContrastiveDivergenceDefinition(
        chains: chains, initial: initial, stepSize: stepSize, steps: steps ?? 1, keep: keep)
    }
  }

  package func objective(dimension: Int) -> any Objective {
    ContrastiveDivergence(
      negatives: ContrastiveDivergence.Negatives(
        chains: chains, initial: initial.positions, stepSize: stepSize, steps: steps, keep: keep))
  }

  package func check(
    _ node: ExperimentNode, network: Network, range: SourceRange?, session: ReadingSession
  ) {
    if network.output != .energy {
      session.error(
        "contrastive divergence needs an energy; the model's output is '\(network.output.rawValue)'",
        at: range, help: "give the model `output: energy`, or choose denoising-score-matching")
    }
    initial.check(dimension: network.dimension, session: session)
    if steps > Int(UInt32.max) / network.dimension {
      session.error(
        "\(steps) steps of negatives in \(network.dimension) dimensions are too many", at: range,
        help: "steps × dimension must stay below 2^32")
    }
  }
}

/// `denoising-score-matching`: the network learns to undo added noise.
package struct DenoisingScoreMatchingDefinition: ObjectiveDefinition {
  package let matching: DenoisingScoreMatching

  package static let kind = Kind<any ObjectiveDefinition>(
    "denoising-score-matching",
    "The network learns to undo noise that was added to the data, y = x + σn (Vincent 2011)."
  ) { reader in
    let noiseLevel =
      reader.noiseLevel("noise_level", "σ, the standard deviation of the noise.") ?? 1
    let noise = reader.map("noise", "How the noise is drawn.") {
      (
        draws: $0.count(
          "draws", "How many noises each row gets.", atLeast: 1, atMost: 1_000_000, default: 1),
        sharedOver: $0.choices(
          "shared_over",
          "What shares one noise: all rows, all coordinates, or both; nothing unless said.",
          of: DenoisingScoreMatching.Sharing.self, default: [])
      )
    }
    let residual = reader.choice(
      "residual",
      "What is brought to zero: denoised, x − (y + σ² s(y)); score, s(y) + (y − x)/σ²; noise, σ s(y) + n.",
      default: DenoisingScoreMatching.Residual.denoised)
    let loss = reader.choice(
      "loss",
      "Of a residual: its squared norm (optimum: the posterior mean) or its norm (the median).",
      default: DenoisingScoreMatching.Loss.squared)
    let reduction = reader.choice(
      "reduction", "Over rows and draws: the mean or the sum; coordinates are summed.",
      default: DenoisingScoreMatching.Reduction.mean)
    return DenoisingScoreMatchingDefinition(
      matching: DenoisingScoreMatching(
        noiseLevel: noiseLevel, draws: noise.draws, sharedOver: Set(noise.sharedOver),
        residual: residual, loss: loss, reduction: reduction))
  }

  package func objective(dimension: Int) -> any Objective { matching }

  package func check(
    _ node: ExperimentNode, network: Network, range: SourceRange?, session: ReadingSession
  ) {}
}
