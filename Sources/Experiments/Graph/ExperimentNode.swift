import Scorewalk
import YAML

/// The sections of a spec that hold nodes, in the order in which they are read.
package enum Section: String, Sendable, CaseIterable {
  case data
  case models
  case training
  case sampling
  case evaluation
}

/// What a node does, by its section.
package enum NodeDefinition: Sendable {
  case data(any DataDefinition)
  case model(ModelDefinition)
  case training(TrainingDefinition)
  case sampling(any SamplingDefinition)
  case evaluation(any EvaluationDefinition)
}

/// One piece of work of a resolved spec.
package struct ExperimentNode: Sendable {
  package let name: String
  package let section: Section
  /// `gaussian-mixture`, `mlp`, `langevin`, …; `training` for every training.
  package let kind: String
  package let definition: NodeDefinition
  /// Every value as resolved, in reading order.
  package let values: ResolvedMap
  package let references: [ReferenceField]
  /// The name of the random stream; the node's own unless said.
  package let stream: String
  package let seed: UInt64
  package let precision: Precision
  /// Where the node's name is written.
  package let range: SourceRange?
}

extension ExperimentNode {
  /// The versions of all kinds in the node, by their places in it: `kind`, `objective.kind`.
  package var kindVersions: [String: Int] {
    var versions: [String: Int] = [:]
    for leaf in ResolvedValue.map(values).leaves() {
      guard case .count(let version) = leaf.value, leaf.path.hasSuffix("kind-version") else {
        continue
      }
      versions[String(leaf.path.dropLast("-version".count))] = version
    }
    return versions
  }
}

/// A distribution or data that are drawn or read once.
package protocol DataDefinition: Sendable {
  /// The law, where the node is one; nil for data in rows, or where something it needs is wrong.
  func law(in graph: ExperimentGraph) -> Law?
  /// How many coordinates a point has; nil where something it needs is wrong.
  func dimension(in graph: ExperimentGraph) -> Int?
  /// How many rows there are; nil for a law, which has no end, or where something it needs is wrong.
  func rows(in graph: ExperimentGraph) -> Int?
  /// Whether the node is a law, or else data in rows.
  var isLaw: Bool { get }
  /// The file that it reads.
  var input: InputFile? { get }
  /// Reports what only the whole graph can show.
  func check(_ node: ExperimentNode, in graph: ExperimentGraph, session: ReadingSession)
  /// Whether the node draws random numbers. A law draws none itself: who draws from it does.
  var isRandom: Bool { get }
  /// Writes the rows; nothing for a law.
  func run(_ node: ExperimentNode, _ context: NodeContext) throws
}

/// A way to make samples.
package protocol SamplingDefinition: Sendable {
  /// How many coordinates a state has.
  func dimension(in graph: ExperimentGraph) -> Int?
  /// `[chains, draws]` of what is kept.
  func shape(in graph: ExperimentGraph) -> (chains: Int, draws: Int)?
  /// Reports what only the whole graph can show.
  func check(_ node: ExperimentNode, in graph: ExperimentGraph, session: ReadingSession)
  /// Whether the node draws random numbers.
  var isRandom: Bool { get }
  /// How many steps there are to show as progress.
  func steps(in graph: ExperimentGraph) -> Int
  /// Makes the samples.
  func run(_ node: ExperimentNode, _ context: NodeContext) throws
}

/// A measurement.
package protocol EvaluationDefinition: Sendable {
  /// Reports what only the whole graph can show.
  func check(_ node: ExperimentNode, in graph: ExperimentGraph, session: ReadingSession)
  /// Whether the node draws random numbers.
  var isRandom: Bool { get }
  /// Measures, and writes metrics and arrays.
  func run(_ node: ExperimentNode, _ context: NodeContext) throws
}

extension NodeDefinition {
  /// Whether the node draws random numbers, so that its seed and its stream matter.
  package var isRandom: Bool {
    switch self {
    case .data(let data): data.isRandom
    case .model(let model): model.warmStart == nil && model.random == nil
    case .training: true
    case .sampling(let sampling): sampling.isRandom
    case .evaluation(let evaluation): evaluation.isRandom
    }
  }

  /// Whether the node's bytes depend on its precision: laws have no bytes, metrics are always float64.
  package var dependsOnPrecision: Bool {
    switch self {
    case .data(let data): !data.isLaw
    case .model, .training, .sampling: true
    case .evaluation: false
    }
  }
}
