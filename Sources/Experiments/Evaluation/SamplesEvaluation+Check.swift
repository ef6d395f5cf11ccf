import Scorewalk
import YAML

extension SamplesEvaluation {
  package func check(_ node: ExperimentNode, in graph: ExperimentGraph, session: ReadingSession) {
    checkUnused(session)
    guard let dimension = graph.dimension(of) else { return }
    if let against, let other = graph.dimension(against), other != dimension {
      session.error(
        "'\(against.node)' has \(other) coordinates where '\(of.node)' has \(dimension)",
        at: against.range)
    }
    checkLine(dimension, session)
    checkComparison(node, in: graph, session: session)
    if metrics.contains(.rhat), graph.rowsAreIndependent(of) {
      session.error(
        "'rhat' needs chains; the rows of '\(of.node)' are independent", at: ranges.metrics,
        help: "leave rhat out")
    }
    if case .sampling(let sampling)? = graph[of.node]?.definition,
      let shape = sampling.shape(in: graph),
      burnIn >= shape.draws
    {
      session.error(
        "'burn_in' leaves nothing: '\(of.node)' keeps \(shape.draws) draws a chain",
        at: ranges.burnIn, help: "write less than \(shape.draws)")
    }
  }

  /// What is on the line only, and the line itself.
  private func checkLine(_ dimension: Int, _ session: ReadingSession) {
    if let along {
      if along.direction.count != dimension {
        session.error(
          "a direction of \(along.direction.count) coordinates where '\(of.node)' has \(dimension)",
          at: along.directionRange)
      }
      if let origin = along.origin, origin.count != dimension {
        session.error(
          "an origin of \(origin.count) coordinates where '\(of.node)' has \(dimension)",
          at: along.originRange)
      }
    }
    guard dimension != 1, !ranges.isProjected else { return }
    let zeros = [String](repeating: "0", count: min(dimension, 4) - 1)
    let example =
      "project them, such as with `along: {direction: [\((["1"] + zeros).joined(separator: ", "))\(dimension > 4 ? ", …" : "")]}`"
    for metric in metrics where metric.isForTheLine {
      session.error(
        "'\(metric.rawValue)' is for one dimension; '\(of.node)' has \(dimension)",
        at: ranges.metrics, help: example + ", or choose among the other metrics")
    }
    if !intervals.isEmpty {
      session.error(
        "'intervals' are for one dimension; '\(of.node)' has \(dimension)", at: ranges.intervals,
        help: example)
    }
  }

  private func checkComparison(
    _ node: ExperimentNode, in graph: ExperimentGraph, session: ReadingSession
  ) {
    if metrics.contains(.ks), let against, case .categorical? = graph.law(against) {
      session.warning(
        "'ks' says little against atoms: it jumps by a half wherever a sample misses an atom",
        at: ranges.metrics ?? of.range, help: "choose wasserstein and mode-weights")
    }
    if metrics.contains(.negativeLogLikelihood), let against,
      case .categorical? = graph.law(against)
    {
      session.error(
        "'negative-log-likelihood' needs a density, and '\(against.node)' has atoms",
        at: ranges.metrics ?? against.range,
        help: "name a smoothed law in 'against', or leave negative-log-likelihood out")
    }
    for metric in metrics where metric.needsComparison && against == nil {
      session.error(
        "'\(metric.rawValue)' needs 'against' in 'evaluation.\(node.name)'", at: ranges.metrics,
        help: "say what the samples are compared with, or leave \(metric.rawValue) out")
    }
    let truth = against.map { graph[$0.node].map { graph.roles(of: $0) } ?? [.law] } ?? []
    for metric in metrics where metric.needsLaw && !truth.contains(.law) {
      session.error(
        "'\(metric.rawValue)' needs a law in 'against'", at: ranges.metrics,
        help: "name a law, or leave \(metric.rawValue) out")
    }
  }

  /// Fields of metrics that are not measured; a resolved spec has the defaults of all.
  private func checkUnused(_ session: ReadingSession) {
    if let range = ranges.bandwidth, !metrics.contains(.mmd) {
      session.warning("'bandwidth' is not used: 'mmd' is not among the metrics", at: range)
    }
    if let range = ranges.projections, projections != SlicedWasserstein.usualCount,
      !metrics.contains(.slicedWasserstein)
    {
      session.warning(
        "'projections' is not used: 'sliced-wasserstein' is not among the metrics", at: range)
    }
  }
}
