import Scorewalk
import YAML

/// `draws`: rows drawn once from a law.
package struct DrawsDefinition: DataDefinition {
  package let from: Reference
  package let count: Int

  package static let kind = Kind<any DataDefinition>(
    "draws",
    "Rows drawn once from a law; the same rows whenever the seed and the stream are the same."
  ) { reader in
    let from = reader.reference("from", to: [.law], "The law.")
    let count = reader.count(
      "count", "How many rows, components and atoms at random.", atLeast: 1,
      atMost: 1_000_000_000, smoke: 1000)
    return DrawsDefinition(from: from, count: count)
  }

  package var rows: Int? { count }

  package func law(in graph: ExperimentGraph) -> Law? { nil }
  package func dimension(in graph: ExperimentGraph) -> Int? { graph.dimension(ofData: from) }

  package func run(_ node: ExperimentNode, _ context: NodeContext) throws {
    guard let law = context.graph.law(from) else { return }
    try context.writeSamples(
      law.sample(count: count, stream: context.stream), chains: 1, draws: count,
      dimension: law.dimension, precision: node.precision)
  }
}
