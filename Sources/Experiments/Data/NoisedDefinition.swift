import Scorewalk
import YAML

/// `noised`: the rows of a data set, each plus noise of its own.
package struct NoisedDefinition: DataDefinition {
  package let from: Reference
  package let noiseLevel: Double

  package static let kind = Kind<any DataDefinition>(
    "noised", "The rows of another data set, each plus noise of its own: y = x + σ N(0, I)."
  ) { reader in
    let from = reader.reference("from", to: [.dataset], "The data set of the rows x.")
    let noiseLevel =
      reader.noiseLevel("noise_level", "σ, the standard deviation of the noise.") ?? 1
    return NoisedDefinition(from: from, noiseLevel: noiseLevel)
  }

  package var isLaw: Bool { false }
  package var isRandom: Bool { true }

  package func law(in graph: ExperimentGraph) -> Law? { nil }
  package func dimension(in graph: ExperimentGraph) -> Int? { graph.dimension(ofData: from) }
  package func rows(in graph: ExperimentGraph) -> Int? {
    guard case .data(let data)? = graph[from.node]?.definition else { return nil }
    return data.rows(in: graph)
  }

  package func run(_ node: ExperimentNode, _ context: NodeContext) throws {
    let clean = try context.samples(of: from)
    let dimension = clean.shape.last ?? 1
    var values = clean.values.doubles
    let rows = values.count / dimension
    let noise = Matrix<Double>(features: dimension, rows: rows)
    context.stream.normals(
      .dataNoise, step: 0, rows: 0..<rows, columns: 0..<dimension, into: noise)
    for row in 0..<rows {
      for coordinate in 0..<dimension {
        values[row * dimension + coordinate] += noiseLevel * noise[coordinate, row]
      }
    }
    try context.writeSamples(
      values, chains: 1, draws: rows, dimension: dimension, precision: node.precision)
  }
}
