import Scorewalk
import YAML

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
