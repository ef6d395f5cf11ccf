import Scorewalk

extension TrainingDefinition {
  /// Over how many steps at the end the final loss is averaged.
  package static let tailLength = 1000

  /// The stored state nearest to a step from below, or else the first.
  package func nearestState(to step: Int, in graph: ExperimentGraph) -> Int? {
    let total = totalSteps(in: graph)
    let states = snapshotSteps(in: graph) + (total.map { [$0] } ?? [])
    return states.last { $0 <= step } ?? states.first
  }

  package func run(_ node: ExperimentNode, _ context: NodeContext) throws {
    let total = totalSteps(in: context.graph) ?? 0
    let configuration = try configuration(node, context)
    let snapshots = Set(snapshotSteps(in: context.graph))
    var tail = (sum: 0.0, count: 0.0)
    let process: TrainingProcess
    if let state = try context.restore() {
      process = try TrainingProcess(
        configuration, restoring: TrainingState(state), pool: context.pool)
      tail = (state.accumulators?["tail-sum"] ?? 0, state.accumulators?["tail-count"] ?? 0)
    } else {
      let initial = try context.parameters(of: model, step: 0).converted(to: node.precision)
      process = try TrainingProcess(configuration, initial: initial, pool: context.pool)
      if snapshots.contains(0) {
        try context.writeSnapshot(
          step: 0, parameters: process.parameters(), ema: process.averagedParameters())
      }
    }
    var last: StepRecord?
    while process.step < total {
      let record = try process.advance()
      last = record
      if record.step > total - Self.tailLength { tail = (tail.sum + record.loss, tail.count + 1) }
      if record.step.isMultiple(of: logEvery) || record.step == total {
        try context.metric(step: record.step, "loss", record.loss)
        try context.metric(step: record.step, "gradient_norm", record.gradientNorm)
        if let stepSize = record.stepSize {
          try context.metric(step: record.step, "step_size", stepSize)
        }
        if let halvings = record.halvings {
          try context.metric(step: record.step, "halvings", Double(halvings))
        }
      }
      if snapshots.contains(record.step), record.step != total {
        try context.writeSnapshot(
          step: record.step, parameters: process.parameters(), ema: process.averagedParameters())
      }
      try context.tick(step: record.step, loss: record.loss) {
        var state = StateFile(process.state())
        state.accumulators = ["tail-sum": tail.sum, "tail-count": tail.count]
        return state
      }
    }
    var final = StateFile(process.state())
    final.ema = process.averagedParameters().map { [TensorRecord]($0) }
    try context.writeState(final)
    try context.summarize(step: total, "mean_loss", tail.sum / tail.count)
    if let last {
      try context.summarize(step: total, "final_loss", last.loss)
      context.log(
        "step \(total): loss \(last.loss), mean over the last \(Int(tail.count)): \(tail.sum / tail.count)"
      )
    }
    context.log(
      ParameterTable(network: configuration.network, parameters: process.parameters()).text)
  }

  private func configuration(
    _ node: ExperimentNode, _ context: NodeContext
  ) throws -> TrainingConfiguration {
    guard let network = context.graph.network(model), let objective,
      let optimizer = optimizer.chosen
    else {
      throw Failure(.failed, "training.\(node.name) is not complete")
    }
    return TrainingConfiguration(
      network: network, objective: objective.definition.objective(dimension: network.dimension),
      optimizer: optimizer.definition, batches: try batches(context), stream: context.stream,
      precision: node.precision, clipping: self.optimizer.clipping, average: average?.average)
  }

  private func batches(_ context: NodeContext) throws -> Batches {
    if let law = context.graph.law(data) {
      guard case .rows(let size) = batchSize else { throw Failure(.failed, "a law has no end") }
      return .law(law, size: size)
    }
    let rows = try context.samples(of: data)
    let size: Int? = if case .rows(let size) = batchSize { size } else { nil }
    return .points(
      Batches.PointSet(
        values: rows.values.doubles, dimension: rows.shape.last ?? 1, batchSize: size,
        lastBatch: lastBatch == .keep ? .keep : .drop))
  }
}

extension TrainingState {
  init(_ file: StateFile) {
    self.init(
      step: file.step, parameters: file.parameters?.tensors ?? [],
      optimizer: file.optimizer?.tensors ?? [],
      ema: file.ema?.tensors ?? [], objective: file.objective?.tensors ?? [])
  }
}

extension StateFile {
  init(_ state: TrainingState) {
    self.init(step: state.step)
    parameters = [TensorRecord](state.parameters)
    optimizer = [TensorRecord](state.optimizer)
    if !state.ema.isEmpty { ema = [TensorRecord](state.ema) }
    if !state.objective.isEmpty { objective = [TensorRecord](state.objective) }
  }
}

extension [NamedTensor] {
  /// The tensors in a precision; rounded where it is the narrower.
  package func converted(to precision: Precision) -> [NamedTensor] {
    map { tensor in
      NamedTensor(
        name: tensor.name, shape: tensor.shape, values: tensor.values.converted(to: precision))
    }
  }
}

extension TensorValues {
  /// The numbers in a precision; rounded where it is the narrower.
  package func converted(to precision: Precision) -> TensorValues {
    switch (self, precision) {
    case (.float32, .float32), (.float64, .float64): self
    case (.float32(let values), .float64): .float64(values.map { Double($0) })
    case (.float64(let values), .float32): .float32(values.map { Float($0) })
    }
  }
}
