import Scorewalk

/// How much there is to do for a node: something that its time is about proportional to, among nodes of one sort.
package struct NodeWork: Sendable, Equatable {
  /// What nodes are compared: section, kind and what else decides about the time of one unit.
  package let sort: String
  package let amount: Double

  package init(sort: String, amount: Double) {
    self.sort = sort
    self.amount = amount
  }
}

extension ExperimentNode {
  /// Steps times rows or chains times parameters, or the like.
  package func work(in graph: ExperimentGraph) -> NodeWork {
    let head = section.rawValue + "/" + kind
    switch definition {
    case .data(let data):
      return NodeWork(sort: head, amount: Double(data.isLaw ? 1 : data.rows(in: graph) ?? 1))
    case .model:
      return NodeWork(sort: head, amount: Self.parameters(Reference(node: name), in: graph))
    case .training(let training):
      let rows: Int
      switch training.batchSize {
      case .rows(let count): rows = count
      case .all:
        if case .data(let data)? = graph[training.data.node]?.definition {
          rows = data.rows(in: graph) ?? 1
        } else {
          rows = 1
        }
      }
      return NodeWork(
        sort: "\(head)/\(training.objective?.kind ?? "")/\(training.optimizer.chosen?.kind ?? "")",
        amount: Double(training.totalSteps(in: graph) ?? 1) * Double(rows)
          * Self.parameters(training.model, in: graph))
    case .sampling(let sampling):
      if let chains = sampling as? ChainDefinition {
        return NodeWork(
          sort: head + "/" + Self.section(chains.target, in: graph),
          amount: Double(chains.steps) * Double(chains.chains)
            * Self.parameters(chains.target, in: graph))
      }
      let shape = sampling.shape(in: graph) ?? (1, 1)
      let using = (sampling as? DenoiseDefinition)?.using
      return NodeWork(
        sort: head + "/" + (using.map { Self.section($0, in: graph) } ?? ""),
        amount: Double(shape.chains) * Double(shape.draws)
          * (using.map { Self.parameters($0, in: graph) } ?? 1))
    case .evaluation(let evaluation):
      guard let samples = evaluation as? SamplesEvaluation else {
        return NodeWork(sort: head, amount: 1)
      }
      var points = 1
      switch graph[samples.of.node]?.definition {
      case .sampling(let sampling)?:
        points = sampling.shape(in: graph).map { $0.chains * $0.draws } ?? 1
      case .data(let data)?: points = data.rows(in: graph) ?? 1
      case .model?, .training?, .evaluation?, nil: break
      }
      let metrics = samples.metrics.map(\.rawValue).joined(separator: "+")
      return NodeWork(sort: "\(head)/\(metrics)", amount: Double(points))
    }
  }

  private static func section(_ reference: Reference, in graph: ExperimentGraph) -> String {
    graph[reference.node]?.section.rawValue ?? ""
  }

  /// The parameters of a network, or the coordinates of a law.
  private static func parameters(_ reference: Reference, in graph: ExperimentGraph) -> Double {
    if let network = graph.network(reference) { return Double(network.mlp.parameterCount) }
    return Double(graph.dimension(reference) ?? 1)
  }
}
