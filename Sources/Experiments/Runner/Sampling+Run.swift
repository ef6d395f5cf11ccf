import Scorewalk

extension NodeContext {
  /// What chains follow, or a jump uses: a law's exact score, or a network with its parameters.
  func target(_ reference: Reference, noiseLevel: Double?) throws -> ChainTarget {
    if case .mixture(let mixture)? = graph.law(reference) { return .law(mixture) }
    guard let network = graph.network(reference) else {
      throw Failure(
        .failed, "'\(reference.node)' has no score",
        remedy:
          "atoms have none: smooth them with {kind: smoothed, from: \(reference.node), noise_level: …}"
      )
    }
    let isModel = graph.training(reference) == nil
    let parameters = try parameters(of: reference, step: isModel ? 0 : nil)
    return .network(
      network, parameters: parameters.converted(to: node.precision), noiseLevel: noiseLevel)
  }
}

extension LangevinDefinition {
  package func run(_ node: ExperimentNode, _ context: NodeContext) throws {
    let kept = try keep.states(steps: steps)
    let target = try context.target(target, noiseLevel: noiseLevel)
    let configuration = ChainConfiguration(
      sampler: LangevinSampler(stepSize: stepSize, convention: convention), target: target,
      chains: chains,
      initial: try positions(target.dimension, context), stream: context.stream,
      precision: node.precision)
    let scalarBytes = node.precision == .float32 ? 4 : 8
    var draws = Draws(for: configuration)
    let process: ChainProcess
    var file: OutputFile
    if let state = try context.restore() {
      process = try ChainProcess(
        configuration, keeping: kept,
        restoring: ChainState(step: state.step, tensors: state.positions?.tensors ?? []),
        pool: context.pool)
      file = try OutputFile(
        continuing: context.path("work-draws"), at: state.lengths?["work-draws"] ?? 0)
    } else {
      process = try ChainProcess(configuration, keeping: kept, pool: context.pool)
      file = try OutputFile(creating: context.path("work-draws"))
      if kept.contains(0) { try process.advance(to: 0, recording: &draws) }
    }
    // Between two looks at the clock and at signals: some hundredths of a second, whatever a step costs, and no more
    // draws than fit in a few megabytes.
    let clock = RunClock()
    let longest = max(1, (1 << 18) / (chains * target.dimension))
    var piece = 1
    var began = clock.seconds()
    var failure: RunError?
    while process.step < steps, failure == nil {
      do throws(RunError) {
        try process.advance(to: min(process.step + piece, steps), recording: &draws)
      } catch {
        failure = error
      }
      try file.append(draws.values.littleEndianBytes)
      draws.removeAll()
      if failure != nil { break }
      try context.tick(step: process.step) {
        let state = process.state()
        try file.sync()
        var checkpoint = StateFile(step: state.step)
        checkpoint.positions = [TensorRecord](state.tensors)
        checkpoint.lengths = ["work-draws": file.count]
        return checkpoint
      }
      let now = clock.seconds()
      if now - began < 0.02 { piece = min(2 * piece, longest) }
      if now - began > 0.1 { piece = max(piece / 2, 1) }
      began = now
    }
    let count = file.count / (chains * target.dimension * scalarBytes)
    try file.close(syncing: false)
    if count > 0 {
      try NPYFile.transposeDraws(
        from: context.path("work-draws"), to: context.path("samples.npy"), chains: chains,
        draws: count,
        dimension: target.dimension, precision: node.precision)
    }
    if let failure { throw failure }
    context.log("\(chains) chains, \(steps) steps, \(count) draws kept a chain")
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

extension DenoiseDefinition {
  package func run(_ node: ExperimentNode, _ context: NodeContext) throws {
    let points = try context.samples(of: from)
    let values = points.values.converted(to: node.precision)
    let dimension = points.shape.last ?? 1
    let result: TensorValues
    if let law = context.graph.law(using) {
      result = try exact(law, values, dimension, context).converted(to: node.precision)
    } else {
      let jump = try Denoise(
        using: try context.target(using, noiseLevel: noiseLevel), noiseLevel: noiseLevel)
      result = try jump(values, pool: context.pool)
    }
    try context.tick(step: points.shape.dropLast().reduce(1, *))
    try context.writeSamples(NPYFile(shape: points.shape, values: result))
  }

  private func exact(
    _ law: Law, _ values: TensorValues, _ dimension: Int, _ context: NodeContext
  ) throws -> TensorValues {
    let denoiser = BayesDenoiser(law: law, noiseLevel: noiseLevel)
    let points = values.doubles
    var result: [Double] = []
    result.reserveCapacity(points.count)
    for start in stride(from: 0, to: points.count, by: dimension) {
      switch estimate {
      case .mean: result += denoiser.mean(at: Array(points[start..<(start + dimension)]))
      case .median: result.append(denoiser.median(at: points[start]))
      }
      if start.isMultiple(of: 4096 * dimension) { try context.tick(step: start / dimension) }
    }
    return .float64(result)
  }
}
