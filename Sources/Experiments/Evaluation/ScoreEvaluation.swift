import Scorewalk
import YAML

/// `score`: a network's score beside the exact score of a law.
package struct ScoreEvaluation: EvaluationDefinition {
  package let of: Reference
  package let against: Reference
  package let noiseLevel: Double?
  /// Where scores are written out.
  package let grid: EvaluationGrid?
  /// The points at which scores are written out.
  package let points: Reference?
  /// Whether the curl is measured as well.
  package let measuresCurl: Bool
  package let noiseLevelRange: SourceRange?
  package let curlRange: SourceRange?

  /// How many numbers the scores on a grid may have, over all steps.
  package static let largestCount = 100_000_000

  package static let kind = Kind<any EvaluationDefinition>(
    "score", version: 2,
    "A network's score beside ∇ log p: E|s − s*|², absolute and over E|s*|², in all and in modes, valley and tails."
  ) { reader in
    let of = reader.reference(
      "of", to: [.training, .model], "The network; with `step: all`, at every snapshot.",
      hasNoiseLevel: true)
    let against = reader.reference("against", to: [.law], "The law whose score is the truth.")
    let noiseLevel = reader.noiseLevel(
      "noise_level", or: of,
      "σ: the truth is the score of the law smoothed by it, p_σ; without it that of the law itself."
    )
    let grid = reader.optionalMap(
      "grid", "Where both scores are written out as arrays; in one or two dimensions."
    ) { $0.grid(smoke: 100) }
    let points = reader.optionalReference(
      "at", to: [.dataset, .samples],
      "Data or samples at which both scores are written out, those of the last step.")
    let measuresCurl = reader.flag(
      "curl",
      "Whether `curl`, √E (∂₁s₂ − ∂₂s₁)², and `relative_curl` are metrics as well, in two dimensions: 0 for a gradient.",
      default: false)
    return ScoreEvaluation(
      of: of, against: against, noiseLevel: noiseLevel, grid: grid, points: points,
      measuresCurl: measuresCurl, noiseLevelRange: reader.range(of: "noise_level"),
      curlRange: reader.range(of: "curl"))
  }

  package var isRandom: Bool { false }

  /// The law whose score is the truth.
  package func truth(in graph: ExperimentGraph) -> GaussianMixture? {
    guard let law = graph.law(against) else { return nil }
    return noiseLevel.map { law.smoothed(noiseLevel: $0) } ?? law.mixture
  }

  package func check(_ node: ExperimentNode, in graph: ExperimentGraph, session: ReadingSession) {
    if let law = graph.law(against), !law.hasDensity, noiseLevel == nil {
      session.error(
        "'\(against.node)' has atoms and no score", at: against.range,
        help: "say at which noise: add `noise_level:`")
    }
    guard let network = graph.network(of) else { return }
    for reference in [against, points].compactMap({ $0 }) {
      guard let dimension = graph.dimension(reference), dimension != network.dimension else {
        continue
      }
      session.error(
        "'\(reference.node)' has \(dimension) coordinates where '\(of.node)' has \(network.dimension)",
        at: reference.range)
    }
    if network.needsNoiseLevel, noiseLevel == nil {
      session.error(
        "missing key 'noise_level' in 'evaluation.\(node.name)'", at: node.range,
        help: network.noiseLevelHelp)
    }
    checkTraining(node, in: graph, session: session)
    checkGrid(node, dimension: network.dimension, in: graph, session: session)
    if measuresCurl, network.dimension != 2 {
      session.error(
        "the curl is of a score in two dimensions; '\(of.node)' has \(network.dimension)",
        at: curlRange, help: "leave `curl` out")
    }
    if network.output == .energy {
      graph.warnOfKinks(of, by: "evaluation.\(node.name)", session: session)
    }
  }

  /// A network that was trained with noise has learned the score at that noise.
  private func checkTraining(
    _ node: ExperimentNode, in graph: ExperimentGraph, session: ReadingSession
  ) {
    guard
      let matching = graph.training(of)?.objective?.definition
        as? DenoisingScoreMatchingDefinition
    else { return }
    if let ladder = matching.matching.ladder {
      guard let noiseLevel, ladder.firstBeyond([noiseLevel]) != nil else { return }
      session.warning(
        "'\(of.node)' learns nothing at σ = \(JSONText.number(noiseLevel)), which lies beyond its ladder",
        at: noiseLevelRange)
      return
    }
    let learned = matching.matching.noiseLevel
    guard noiseLevel != learned else { return }
    let compared = noiseLevel.map { "at σ = \(JSONText.number($0))" } ?? "without noise"
    session.warning(
      "'\(of.node)' learns the score at σ = \(JSONText.number(learned)), and is compared with the one \(compared)",
      at: noiseLevel == nil ? of.range : noiseLevelRange,
      help: "write `noise_level: \(JSONText.number(learned))`")
  }

  private func checkGrid(
    _ node: ExperimentNode, dimension: Int, in graph: ExperimentGraph, session: ReadingSession
  ) {
    guard let grid else { return }
    if dimension > 2 {
      session.error(
        "scores on a grid are for one or two dimensions; '\(of.node)' has \(dimension)",
        at: grid.range, help: "leave `grid` out")
      return
    }
    let steps = of.step == .all ? graph.training(of)?.snapshotCount(in: graph) ?? 1 : 1
    let points = Double(grid.points) * (dimension == 2 ? 2 * Double(grid.points) : 1)
    if Double(steps) * points > Double(Self.largestCount) {
      session.error(
        "'evaluation.\(node.name)' has \(JSONText.number(points)) numbers at each of \(steps) steps; "
          + "\(Self.largestCount) in all are the most", at: grid.range)
    }
  }
}
