import Scorewalk
import YAML

/// `contrastive-divergence`: mean energy of the data minus mean energy of short-run chains.
package struct ContrastiveDivergenceDefinition: ObjectiveDefinition {
  package let chains: Int
  package let initial: InitialDefinition
  package let stepSize: Double
  package let steps: Int
  package let keep: KeepRule
  package let persistent: ContrastiveDivergence.Persistence?
  package let regularization: Double
  private let bufferRange: SourceRange?

  package static let kind = Kind<any ObjectiveDefinition>(
    "contrastive-divergence", version: 2,
    "mean E(data) − mean E(negatives); the negatives are states of Langevin chains on the energy (Hinton 2002)."
  ) { reader in
    let regularization = reader.number(
      "regularization", "α in α (mean E(data)² + mean E(negatives)²), which is added to the loss.",
      in: .nonnegative, default: 0)
    return reader.map(
      "negatives", "The short-run chains, anew in every step unless they are persistent.",
      isRequired: true
    ) { reader in
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
      let persistent = reader.optionalMap(
        "persistent",
        "Chains go on from a buffer of earlier ends, to which they return (Tieleman 2008; Du and Mordatch 2019)."
      ) { readPersistence($0, chains: chains) }
      return ContrastiveDivergenceDefinition(
        chains: chains, initial: initial, stepSize: stepSize, steps: steps ?? 1, keep: keep,
        persistent: persistent?.persistence, regularization: regularization,
        bufferRange: persistent?.bufferRange)
    }
  }

  private static func readPersistence(
    _ reader: FieldReader, chains: Int
  ) -> (persistence: ContrastiveDivergence.Persistence, bufferRange: SourceRange?) {
    let buffer = reader.sound {
      reader.count(
        "buffer", "How many states it holds, at least one for each chain; at first from `initial`.",
        atLeast: 1, atMost: 100_000_000, smoke: 256)
    }
    let fresh = reader.number(
      "fresh", "The probability with which a chain starts from `initial` all the same.",
      in: NumberRange(lower: 0, upper: 1), default: 0.05)
    if let buffer, buffer < chains, !reader.session.isListing {
      reader.session.error(
        "'\(reader.fullPath("buffer"))' has \(buffer) places for \(chains) chains",
        at: reader.range(of: "buffer"), help: "write at least \(chains): each chain takes a place")
    }
    return (
      ContrastiveDivergence.Persistence(buffer: max(buffer ?? chains, chains), fresh: fresh),
      reader.range(of: "buffer")
    )
  }

  /// How many numbers a buffer may hold.
  private static let largestBuffer = 100_000_000

  package func objective(dimension: Int) -> any Objective {
    ContrastiveDivergence(
      negatives: ContrastiveDivergence.Negatives(
        chains: chains, initial: initial.positions, stepSize: stepSize, steps: steps, keep: keep,
        persistent: persistent), regularization: regularization)
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
    if let persistent, persistent.buffer > Self.largestBuffer / network.dimension {
      session.error(
        "a buffer of \(persistent.buffer) states in \(network.dimension) dimensions is too large",
        at: bufferRange,
        help: "it is part of every checkpoint: keep buffer × dimension within \(Self.largestBuffer)"
      )
    }
  }
}
