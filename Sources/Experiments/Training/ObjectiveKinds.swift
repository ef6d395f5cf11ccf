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
    ImplicitScoreMatchingDefinition.kind,
    SlicedScoreMatchingDefinition.kind,
  ]
}

extension ObjectiveDefinition {
  /// Reports a model that does not give the score of the data itself.
  ///
  /// - Parameter name: the objective in words.
  func requireScore(
    of network: Network, for name: String, range: SourceRange?, session: ReadingSession
  ) {
    switch network.output {
    case .score: break
    case .energy:
      session.error(
        "\(name) needs a score: with an energy it would take third derivatives", at: range,
        help: "give the model `output: score`, or choose contrastive-divergence or "
          + "denoising-score-matching")
    case .denoiser, .noise:
      session.error(
        "\(name) needs the score of the data; the model's output is '\(network.output.rawValue)'",
        at: range,
        help: "give the model `output: score`, or choose denoising-score-matching")
    }
  }
}
