import Scorewalk
import YAML

/// `implicit-score-matching`: the score without noise, by the exact trace of its derivative.
package struct ImplicitScoreMatchingDefinition: ObjectiveDefinition {
  package let matching: ImplicitScoreMatching

  package static let kind = Kind<any ObjectiveDefinition>(
    "implicit-score-matching",
    "The score of the data without noise: tr(∂s/∂x) + ½|s|², with the exact trace (Hyvärinen 2005)."
  ) { reader in
    let reduction = reader.choice(
      "reduction", "Over rows: the mean or the sum.", default: LossReduction.mean)
    return ImplicitScoreMatchingDefinition(matching: ImplicitScoreMatching(reduction: reduction))
  }

  package func objective(dimension: Int) -> any Objective { matching }

  /// From how many coordinates on slices are recommended.
  private static let manyCoordinates = 64

  package func check(
    _ node: ExperimentNode, network: Network, range: SourceRange?, session: ReadingSession
  ) {
    requireScore(of: network, for: "implicit score matching", range: range, session: session)
    if network.output == .score, network.dimension >= Self.manyCoordinates {
      session.warning(
        "implicit score matching passes through the network \(network.dimension) times a step, once "
          + "for each coordinate", at: range, help: "choose sliced-score-matching")
    }
  }
}
