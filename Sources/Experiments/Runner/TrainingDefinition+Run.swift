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
    var losses = LossTrace(length: Self.tailLength)
    /// What is logged of the last step beside its loss: of that of a checkpoint, until there is one of our own.
    var stored: [String: Double] = [:]
    var last: StepRecord?
    func details() -> [String: Double] { last.map(Self.details) ?? stored }
    let process: TrainingProcess
    let state = try context.restore { shorter, state throws(Failure) in
      try takeSnapshots(of: shorter, state, in: context)
    }
    if let state {
      process = try TrainingProcess(
        configuration, restoring: TrainingState(state), pool: context.pool)
      losses.append(contentsOf: state.losses?.tensor.values.doubles ?? [])
      stored = state.accumulators ?? [:]
    } else {
      let initial = try context.parameters(of: model, step: 0).converted(to: node.precision)
      process = try TrainingProcess(configuration, initial: initial, pool: context.pool)
      if snapshots.contains(0) {
        try context.writeSnapshot(
          step: 0, parameters: process.parameters(), ema: process.averagedParameters())
      }
    }
    while process.step < total {
      let next = process.step + 1
      let isLogged = next.isMultiple(of: logEvery) || next == total
      let record = try process.advance(measuresGradient: isLogged)
      losses.append(record.loss)
      last = record
      if next.isMultiple(of: logEvery) {
        try log(step: record.step, record.loss, details(), context)
      }
      if snapshots.contains(record.step), record.step != total {
        try context.writeSnapshot(
          step: record.step, parameters: process.parameters(), ema: process.averagedParameters())
      }
      try context.tick(step: record.step, loss: record.loss) {
        var state = StateFile(process.state())
        state.losses = losses.record
        state.accumulators = details()
        return state
      }
    }
    try finish(process, configuration, losses, context)
    // From here on, metrics of this length alone.
    if !total.isMultiple(of: logEvery) {
      try log(step: total, losses.last, details(), context)
    }
    try context.summarize(step: total, "mean_loss", losses.mean)
    try context.summarize(step: total, "final_loss", losses.last)
    context.log(
      "step \(total): loss \(losses.last), mean over the last \(losses.count): \(losses.mean)")
    context.log(
      ParameterTable(network: configuration.network, parameters: process.parameters()).text)
  }

  /// The names of what is logged beside the loss, in order.
  private static let detailNames = ["loss_after", "gradient_norm", "step_size", "halvings"]

  private static func details(of record: StepRecord) -> [String: Double] {
    var details: [String: Double] = [:]
    details["gradient_norm"] = record.gradientNorm
    details["loss_after"] = record.lossAfter
    details["step_size"] = record.stepSize
    details["halvings"] = record.halvings.map(Double.init)
    return details
  }

  private func log(
    step: Int, _ loss: Double, _ details: [String: Double], _ context: NodeContext
  ) throws(Failure) {
    try context.metric(step: step, "loss", loss)
    for name in Self.detailNames {
      if let value = details[name] { try context.metric(step: step, name, value) }
    }
  }

  /// Writes the final state, from which a longer training goes on.
  private func finish(
    _ process: TrainingProcess, _ configuration: TrainingConfiguration, _ losses: LossTrace,
    _ context: NodeContext
  ) throws(Failure) {
    let state = process.state()
    var final = StateFile(state)
    final.ema = process.averagedParameters().map { [TensorRecord]($0) }
    if configuration.average?.isDebiased == true {
      final.emaAccumulator = [TensorRecord](state.ema)
    }
    final.losses = losses.record
    final.lengths = context.lengths
    try context.writeState(final)
  }

  /// Brings the snapshots of a shorter training, of whose final state a snapshot is a part.
  private func takeSnapshots(
    of shorter: Store.Predecessor, _ state: StateFile, in context: NodeContext
  ) throws(Failure) {
    for step in snapshotSteps(in: context.graph) where step <= state.step {
      if step < state.step {
        try context.takeOver(RunDirectory.stateFile(step: step), from: shorter)
      } else {
        try context.writeSnapshot(
          step: step, parameters: state.parameters?.tensors ?? [], ema: state.ema?.tensors)
      }
    }
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
      ema: (file.emaAccumulator ?? file.ema)?.tensors ?? [],
      objective: file.objective?.tensors ?? [])
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
