import Scorewalk
import YAML

/// One training of a model on data.
package struct TrainingDefinition: Sendable {
  /// How the rows of a batch are chosen.
  package enum BatchSize: Sendable, Equatable {
    case rows(Int)
    case all
  }
  package enum LastBatch: String, Sendable, CaseIterable {
    case keep
    case drop
  }
  /// Which states of the training are kept as results.
  package struct Snapshots: Sendable, Equatable {
    package let from: Int
    package let every: Int
  }

  package let model: Reference
  package let data: Reference
  package let objective: Chosen<any ObjectiveDefinition>?
  package let optimizer: OptimizerDefinition
  package let batchSize: BatchSize
  package let lastBatch: LastBatch
  package let steps: Int?
  package let epochs: Int?
  package let snapshots: Snapshots?
  package let average: AverageDefinition?
  /// Whether an average is asked for, rightly or not.
  package let hasAverage: Bool
  package let logEvery: Int
  /// Whether `snapshots` could be read.
  package let areSnapshotsSound: Bool
  package let ranges: Ranges

  /// Where some values are written, for what only the whole graph can show.
  package struct Ranges: Sendable {
    package let epochs: SourceRange?
    package let batchSize: SourceRange?
    package let data: SourceRange?
    package let objective: SourceRange?
    package let snapshots: SourceRange?
  }

  package static let version = 3

  package static func read(_ reader: FieldReader) -> TrainingDefinition {
    let model = reader.reference(
      "model", to: [.model], "The model whose initial parameters it starts from.")
    let data = reader.reference("data", to: [.law, .dataset], "What it is trained on.")
    let objective = reader.map("objective", "The loss.", isRequired: true) {
      $0.kind("objective", among: ObjectiveKinds.all)
    }
    let optimizer = reader.map("optimizer", "How the parameters are updated.", isRequired: true) {
      OptimizerDefinition.read($0)
    }
    let batchSize = readBatchSize(reader)
    let lastBatch = reader.choice(
      "last_batch", "What happens to the rows left over at the end of an epoch.",
      default: LastBatch.drop)
    let steps = reader.optionalCount(
      "steps", "How many updates.", atLeast: 1, smoke: 60)
    let epochs = reader.optionalCount(
      "epochs", "How many passes over the data, in place of steps.", atLeast: 1, smoke: 2)
    let hasSteps = reader.isWritten("steps")
    let hasEpochs = reader.isWritten("epochs")
    let help = "write steps (updates) or epochs (passes over the data)"
    if !hasSteps, !hasEpochs { reader.isMissing("steps", help: help) }
    if hasSteps, hasEpochs {
      reader.session.error(
        "'\(reader.path)' has both 'steps' and 'epochs'", at: reader.range(of: "epochs"),
        help: help)
    }
    let snapshots = reader.sound {
      reader.optionalMap(
        "snapshots", "Which states are kept as results: steps from, from + every, …"
      ) {
        Snapshots(
          from: $0.count("from", "The first step kept; 0 is the initial state.", default: 0),
          every: $0.count("every", "The distance between kept steps.", atLeast: 1))
      }
    }
    let average = reader.optionalMap("ema", "An exponential moving average of the parameters.") {
      AverageDefinition.read($0)
    }
    let logEvery = reader.count(
      "log_every",
      "Every how many steps the loss is written to the metrics: that before the update, and with a line search that after it, `loss_after`.",
      atLeast: 1,
      default: 100)
    return TrainingDefinition(
      model: model, data: data, objective: objective, optimizer: optimizer, batchSize: batchSize,
      lastBatch: lastBatch, steps: steps, epochs: epochs, snapshots: snapshots ?? nil,
      average: average, hasAverage: reader.isWritten("ema"), logEvery: logEvery,
      areSnapshotsSound: snapshots != nil,
      ranges: Ranges(
        epochs: reader.range(of: "epochs"), batchSize: reader.range(of: "batch_size"),
        data: reader.range(of: "data"), objective: reader.range(of: "objective"),
        snapshots: reader.range(of: "snapshots")))
  }

  private static func readBatchSize(_ reader: FieldReader) -> BatchSize {
    guard
      let node = reader.field(
        "batch_size", type: "whole number ≥ 1, or all",
        form: .either([.count(CountRange(1, 1_000_000_000)), .choice(["all"])]),
        "How many rows each update sees.",
        default: nil,
        isRequired: true)
    else { return .rows(1) }
    if case .scalar(let scalar) = node.content, scalar.text == "all" {
      reader.record("batch_size", .text("all"), isDefault: false)
      return .all
    }
    let rows = reader.count(
      from: node, name: reader.fullPath("batch_size"), in: CountRange(1, 1_000_000_000))
    guard var rows else { return .rows(1) }
    if reader.session.isSmoke { rows = min(rows, 256) }
    reader.record("batch_size", .count(rows), isDefault: false)
    return .rows(rows)
  }

  // MARK: - Steps

  /// How many updates there are in all; nil where the data are wrong.
  package func totalSteps(in graph: ExperimentGraph) -> Int? {
    if let steps { return steps }
    guard let epochs, let perEpoch = stepsPerEpoch(in: graph) else { return nil }
    let (total, overflow) = epochs.multipliedReportingOverflow(by: perEpoch)
    return overflow || total > CountRange.largest ? nil : total
  }

  private func stepsPerEpoch(in graph: ExperimentGraph) -> Int? {
    guard case .data(let data)? = graph[self.data.node]?.definition, let rows = data.rows(in: graph)
    else {
      return nil
    }
    guard case .rows(let size) = batchSize else { return 1 }
    return lastBatch == .keep ? (rows + size - 1) / size : max(rows / size, 1)
  }

  /// The steps whose states are kept as results, ascending, without the final state unless it is one of them.
  package func snapshotSteps(in graph: ExperimentGraph) -> [Int] {
    guard let snapshots, let total = totalSteps(in: graph), snapshots.from <= total else {
      return []
    }
    return Array(
      stride(from: snapshots.from, through: total, by: snapshots.every).prefix(
        Self.largestSnapshotCount))
  }

  /// How many snapshots a training may have.
  package static let largestSnapshotCount = 100_000

  /// How many snapshots are asked for.
  package func snapshotCount(in graph: ExperimentGraph) -> Int {
    guard let snapshots, let total = totalSteps(in: graph), snapshots.from <= total else {
      return 0
    }
    return (total - snapshots.from) / snapshots.every + 1
  }
}
