import Scorewalk

extension ChainDefinition {
  /// The file to which kept states go, draw by draw, before they are transposed.
  private static let drawsFile = "work-draws"

  package func run(_ node: ExperimentNode, _ context: NodeContext) throws {
    let kept = try keep.states(steps: steps)
    let target = try context.target(target, noiseLevel: noiseLevel, ladder: sampler.ladder)
    let configuration = ChainConfiguration(
      sampler: sampler, target: target, chains: chains,
      initial: try positions(target.dimension, context), stream: context.stream,
      precision: node.precision)
    let pointBytes = target.dimension * (node.precision == .float32 ? 4 : 8)
    var draws = Draws(for: configuration)
    let process: ChainProcess
    var file: OutputFile
    let stored = try context.restore { shorter, state throws(Failure) in
      try takeDraws(of: shorter, &state, keeping: kept, pointBytes: pointBytes, context)
    }
    if let state = stored {
      process = try ChainProcess(
        configuration, keeping: kept,
        restoring: ChainState(step: state.step, tensors: state.positions?.tensors ?? []),
        pool: context.pool)
      file = try OutputFile(
        continuing: context.path(Self.drawsFile), at: state.lengths?[Self.drawsFile] ?? 0)
    } else {
      process = try ChainProcess(configuration, keeping: kept, pool: context.pool)
      file = try OutputFile(creating: context.path(Self.drawsFile))
      if kept.contains(0) { try process.advance(to: 0, recording: &draws) }
    }
    // Between two looks at the clock and at signals: some hundredths of a second, whatever a step costs, and no more
    // draws than fit in a few megabytes. A piece is so many steps, or of a step that may take long so many rounds.
    let clock = RunClock()
    let longest = max(1, (1 << 18) / (chains * target.dimension))
    var piece = 1
    var began = clock.seconds()
    var failure: RunError?
    while process.step < steps, failure == nil {
      do throws(RunError) {
        if sampler.stopsWithinSteps {
          _ = try process.advance(rounds: piece, recording: &draws)
        } else {
          try process.advance(to: min(process.step + piece, steps), recording: &draws)
        }
      } catch {
        failure = error
      }
      try file.append(draws.values)
      draws.removeAll()
      if failure != nil { break }
      try context.tick(step: process.step) {
        try file.sync()
        var checkpoint = StateFile(process.state())
        checkpoint.lengths = [Self.drawsFile: file.count]
        checkpoint.prefixes = [Self.drawsFile: try file.digest()]
        return checkpoint
      }
      let now = clock.seconds()
      if now - began < 0.02 { piece = min(2 * piece, longest) }
      if now - began > 0.1 { piece = max(piece / 2, 1) }
      began = now
    }
    let count = file.count / (chains * pointBytes)
    try file.close(syncing: false)
    if count > 0 {
      try NPYFile.transposeDraws(
        from: context.path(Self.drawsFile), to: context.output("samples.npy"), chains: chains,
        draws: count, dimension: target.dimension, precision: node.precision)
    }
    if let failure { throw failure }
    try finish(process.state(), kept, context)
    context.log("\(chains) chains, \(steps) steps, \(count) draws kept a chain")
  }

  /// Writes the final state, from which longer chains go on, and what can be said of the chains as a whole.
  private func finish(
    _ state: ChainState, _ kept: KeptStates, _ context: NodeContext
  ) throws(Failure) {
    var final = StateFile(state)
    final.kept = StateFile.Kept(kept)
    final.lengths = context.lengths
    try context.writeState(final)
    try summarizeVelocities(state, kept, context)
    try summarizeAcceptance(state, context)
    if let effort = state.flowEffort {
      try context.summarize(step: steps, "score_evaluations", effort.evaluations)
      try context.summarize(step: steps, "score_evaluations_most", effort.mostEvaluations)
      try context.summarize(step: steps, "refused_steps", effort.refused)
    }
    warnOfStrays(state, context)
  }

  /// Brings what shorter chains have kept of the states that these keep; `state` is told how much that is.
  private func takeDraws(
    of shorter: Store.Predecessor, _ state: inout StateFile, keeping kept: KeptStates,
    pointBytes: Int, _ context: NodeContext
  ) throws(Failure) {
    var file = try OutputFile(creating: context.path(Self.drawsFile))
    let needed = kept.states(in: 0...state.step)
    if let first = needed.first(where: { _ in true }),
      let there = state.kept?.states(steps: state.step)
    {
      // Where only one is needed, the distance to the next has no meaning in the other's count.
      let count = (min(kept.limit, state.step) - first) / kept.every + 1
      let chosen = NPYFile.Choice(
        first: (first - there.first) / there.every,
        every: count > 1 ? kept.every / there.every : 1, count: count)
      try NPYFile.appendDraws(
        chosen, of: try shorter.path(of: "samples.npy"), chains: chains, draws: there.count,
        pointBytes: pointBytes, to: &file)
    }
    let count = file.count
    try file.close(syncing: false)
    state.lengths = (state.lengths ?? [:]).merging([Self.drawsFile: count]) { $1 }
  }

  private func positions(_ dimension: Int, _ context: NodeContext) throws -> InitialPositions {
    guard let reference = initial.samples else { return initial.positions }
    if let law = context.graph.law(reference) {
      return .samples(law.sample(count: chains, stream: context.stream))
    }
    let file = try context.samples(of: reference)
    let values = file.values.doubles
    guard case .sampling? = context.graph[reference.node]?.definition else {
      return .samples(values)
    }
    // Of another sampling, the last state of each of its chains.
    let draws = file.shape[1]
    let last = (0..<file.shape[0]).flatMap { chain in
      let start = (chain * draws + draws - 1) * dimension
      return values[start..<(start + dimension)]
    }
    return .samples(Array(last))
  }
}

extension StateFile {
  init(_ state: ChainState) {
    self.init(step: state.step)
    positions = [TensorRecord](state.tensors)
  }
}
