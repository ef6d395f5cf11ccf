import Scorewalk
import YAML

/// `sliced-score-matching`: the score without noise, by random projections of its derivative.
package struct SlicedScoreMatchingDefinition: ObjectiveDefinition {
  package let matching: SlicedScoreMatching
  private let projectionsRange: SourceRange?

  package static let kind = Kind<any ObjectiveDefinition>(
    "sliced-score-matching",
    "The score of the data without noise: vᵀ ∂s/∂x v + ½|s|² for random v (Song et al. 2019, arXiv:1905.07088)."
  ) { reader in
    let projections = reader.count(
      "projections", "How many directions v each row gets, anew in every step.", atLeast: 1,
      atMost: 1_000_000, default: 1)
    let distribution = reader.choice(
      "distribution",
      "The law of v: rademacher, ±1 in each coordinate; gaussian, N(0, I); sphere, of radius √dimension.",
      default: SlicedScoreMatching.Distribution.rademacher)
    let reducesVariance = reader.flag(
      "variance_reduction", "Whether ½|s|² stands in place of ½(vᵀ s)².", default: true)
    let reduction = reader.choice(
      "reduction", "Over rows: the mean or the sum; over directions it is always the mean.",
      default: LossReduction.mean)
    return SlicedScoreMatchingDefinition(
      matching: SlicedScoreMatching(
        projections: projections, distribution: distribution, reducesVariance: reducesVariance,
        reduction: reduction),
      projectionsRange: reader.range(of: "projections"))
  }

  package func objective(dimension: Int) -> any Objective { matching }

  package func check(
    _ node: ExperimentNode, network: Network, range: SourceRange?, session: ReadingSession
  ) {
    requireScore(of: network, for: "sliced score matching", range: range, session: session)
    if matching.projections > Int(UInt32.max) / network.dimension {
      session.error(
        "\(matching.projections) projections in \(network.dimension) dimensions are too many",
        at: projectionsRange, help: "projections × dimension must stay below 2^32")
    }
  }
}
