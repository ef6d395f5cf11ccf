import Scorewalk
import YAML

/// `samples`: samples beside a law or beside other samples.
package struct SamplesEvaluation: EvaluationDefinition {
  package enum Metric: String, Sendable, CaseIterable {
    case ks
    case wasserstein
    case ecdf
    case moments
    case modeWeights = "mode-weights"
    case ess
  }

  package let of: Reference
  package let against: Reference?
  package let metrics: [Metric]
  package let burnIn: Int
  package let floors: Bool
  package let metricsRange: SourceRange?
  package let burnInRange: SourceRange?

  package static let kind = Kind<any EvaluationDefinition>(
    "samples", version: 2,
    "Samples beside a law or data; every distance beside its floor, the distance of true samples, at n and at the effective n."
  ) { reader in
    let of = reader.reference(
      "of", to: [.samples, .dataset], "The samples; all chains and draws are pooled.")
    let against = reader.optionalReference(
      "against", to: [.law, .dataset, .samples], "The truth: a law, data, or other samples.")
    let metrics = reader.choices(
      "metrics", "What is measured.", of: Metric.self,
      default: [.ks, .wasserstein, .moments, .modeWeights, .ess])
    let burnIn = reader.count(
      "burn_in", "How many kept draws at the start of each chain are left out.", smoke: 0,
      default: 0)
    let floors = reader.flag(
      "floors",
      "Whether each distance is also measured on 20 true samples, at n and at the effective n.",
      default: true)
    return SamplesEvaluation(
      of: of, against: against, metrics: metrics, burnIn: burnIn,
      floors: floors, metricsRange: reader.range(of: "metrics"),
      burnInRange: reader.range(of: "burn_in"))
  }

  package var isRandom: Bool { floors }

  package func check(_ node: ExperimentNode, in graph: ExperimentGraph, session: ReadingSession) {
    guard let dimension = graph.dimension(of) else { return }
    if let against, let other = graph.dimension(against), other != dimension {
      session.error(
        "'\(against.node)' has \(other) coordinates where '\(of.node)' has \(dimension)",
        at: against.range)
    }
    if dimension != 1 {
      for metric in metrics where [.ks, .wasserstein, .ecdf].contains(metric) {
        session.error(
          "'\(metric.rawValue)' is for one dimension; '\(of.node)' has \(dimension)",
          at: metricsRange,
          help: "choose among moments, mode-weights and ess")
      }
    }
    if metrics.contains(.ks), let against, case .categorical? = graph.law(against) {
      session.warning(
        "'ks' says little against atoms: it jumps by a half wherever a sample misses an atom",
        at: metricsRange ?? of.range, help: "choose wasserstein and mode-weights")
    }
    for metric in metrics where [.ks, .wasserstein].contains(metric) && against == nil {
      session.error(
        "'\(metric.rawValue)' needs 'against' in 'evaluation.\(node.name)'", at: metricsRange,
        help: "say what the samples are compared with, or leave \(metric.rawValue) out")
    }
    let truth = against.map { graph[$0.node].map { graph.roles(of: $0) } ?? [.law] } ?? []
    if metrics.contains(.modeWeights), !truth.contains(.law) {
      session.error(
        "'mode-weights' needs a law in 'against'", at: metricsRange,
        help: "name a law, or leave mode-weights out")
    }
    if case .sampling(let sampling)? = graph[of.node]?.definition,
      let shape = sampling.shape(in: graph),
      burnIn >= shape.draws
    {
      session.error(
        "'burn_in' leaves nothing: '\(of.node)' keeps \(shape.draws) draws a chain",
        at: burnInRange, help: "write less than \(shape.draws)")
    }
  }
}
