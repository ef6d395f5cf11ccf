import Scorewalk
import YAML

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
      "What is brought to zero: denoised, x − (y + σ² s(y)); score, s(y) + (y − x)/σ²; noise, σ s(y) + n, with a noise network n − n̂(y).",
      default: DenoisingScoreMatching.Residual.denoised)
    let loss = reader.choice(
      "loss",
      "Of a residual: its squared norm (optimum: the posterior mean) or its norm (the median).",
      default: DenoisingScoreMatching.Loss.squared)
    let reduction = reader.choice(
      "reduction", "Over rows and draws: the mean or the sum; coordinates are summed.",
      default: LossReduction.mean)
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
