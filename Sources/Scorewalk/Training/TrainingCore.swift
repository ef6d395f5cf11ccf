/// ``TrainingProcess`` in one precision.
final class TrainingCore<Scalar: Real> {
  private let configuration: TrainingConfiguration
  private let network: Network
  private let count: Int
  private let evaluator: any ObjectiveEvaluator<Scalar>
  private var reader: BatchReader<Scalar>
  private let parameters: UnsafeMutablePointer<Scalar>
  /// What the optimizer works in; owned here.
  private let arrays: OptimizerArrays<Scalar>
  /// What to do where the training diverges.
  private let remedy: String
  /// The average's accumulator, where there is one.
  private let accumulator: UnsafeMutablePointer<Scalar>?
  private(set) var step: Int
  private let pool: WorkerPool
  private var trial = ThreadTrial()

  /// Begins with given parameters and everything else at its start.
  convenience init(
    _ configuration: TrainingConfiguration, initial: [NamedTensor], pool: WorkerPool
  ) throws(RunError) {
    let network = configuration.network
    let parameters: [Scalar] = try network.flatten(initial)
    guard parameters.allSatisfy(\.isFinite) else {
      throw .incompatible("an initial parameter is not finite")
    }
    let zeros = [Scalar](repeating: 0, count: parameters.count)
    let average = configuration.average.map { $0.isDebiased ? zeros : parameters }
    let memory: [[Scalar]] = configuration.optimizer.memory.map {
      switch $0 {
      case .zeros: zeros
      case .parameters: parameters
      case .number(_, let value): [Scalar(value)]
      }
    }
    self.init(
      configuration, step: 0, parameters: parameters, memory: memory, average: average, pool: pool)
  }

  /// Goes on from a state.
  convenience init(
    _ configuration: TrainingConfiguration, restoring state: TrainingState, pool: WorkerPool
  ) throws(RunError) {
    let network = configuration.network
    guard state.step >= 0 else { throw .incompatible("step \(state.step)") }
    let memory: [[Scalar]] = try Self.memory(
      of: configuration.optimizer, network, in: state.optimizer)
    guard state.ema.isEmpty == (configuration.average == nil) else {
      throw .incompatible("an average where there is none, or none where there is one")
    }
    let average: [Scalar]? = state.ema.isEmpty ? nil : try network.flatten(state.ema)
    self.init(
      configuration, step: state.step, parameters: try network.flatten(state.parameters),
      memory: memory, average: average, pool: pool)
    try evaluator.restore(state.objective)
  }

  /// What an optimizer remembers, out of a saved state.
  private static func memory(
    of optimizer: any Optimizer, _ network: Network, in tensors: [NamedTensor]
  ) throws(RunError) -> [[Scalar]] {
    let groupSize = network.mlp.tensors.count
    let counts = optimizer.memory.map { if case .number = $0 { 1 } else { groupSize } }
    let expected = counts.reduce(0, +)
    guard tensors.count == expected else {
      throw .incompatible("\(tensors.count) tensors of the optimizer where it has \(expected)")
    }
    var values: [[Scalar]] = []
    var start = 0
    for (memory, count) in zip(optimizer.memory, counts) {
      let group = Array(tensors[start..<(start + count)])
      start += count
      guard case .number(let name, _) = memory else {
        values.append(try network.flatten(group, prefix: memory.name + "/"))
        continue
      }
      guard group[0].name == name, group[0].shape.isEmpty,
        group[0].values.precision == Scalar.precision
      else {
        throw .incompatible(
          "tensor \(group[0].name) \(group[0].shape) where the optimizer has the number \(name)")
      }
      values.append(group[0].values.scalars())
    }
    return values
  }

  private init(
    _ configuration: TrainingConfiguration, step: Int, parameters: [Scalar], memory: [[Scalar]],
    average: [Scalar]?, pool: WorkerPool
  ) {
    self.configuration = configuration
    self.step = step
    self.pool = pool
    network = configuration.network
    count = parameters.count
    evaluator = configuration.objective.makeEvaluator(
      network: configuration.network, batchSize: configuration.batches.largestBatch,
      stream: configuration.stream, pool: pool)
    reader = BatchReader(configuration.batches, stream: configuration.stream)
    self.parameters = Self.allocate(parameters)
    let zeros = [Scalar](repeating: 0, count: parameters.count)
    arrays = OptimizerArrays(
      count: parameters.count, parameters: self.parameters, gradient: Self.allocate(zeros),
      scratch: (0..<configuration.optimizer.scratchCount).map { _ in Self.allocate(zeros) },
      memory: memory.map(Self.allocate), pool: pool)
    accumulator = average.map(Self.allocate)
    remedy =
      configuration.optimizer.remedy
      + (configuration.clipping == nil ? ", or clip the gradient" : "")
  }

  deinit {
    parameters.deallocate()
    arrays.gradient.deallocate()
    for array in arrays.scratch + arrays.memory { array.deallocate() }
    accumulator?.deallocate()
  }

  private static func allocate(_ values: [Scalar]) -> UnsafeMutablePointer<Scalar> {
    let pointer = UnsafeMutablePointer<Scalar>.allocate(capacity: values.count)
    pointer.initialize(from: values, count: values.count)
    return pointer
  }

  private func array(_ pointer: UnsafeMutablePointer<Scalar>) -> [Scalar] {
    Array(UnsafeBufferPointer(start: pointer, count: count))
  }

  @_specialize(where Scalar == Float)
  @_specialize(where Scalar == Double)
  func advance(measuresGradient: Bool) throws(RunError) -> StepRecord {
    let next = step + 1
    if pool.threads > 1 {
      trial.stepBegins(clock: ThreadTrial.now)
      pool.isResting = !trial.usesThreads
    }
    defer {
      if pool.threads > 1 {
        pool.isResting = false
        trial.stepEnds(clock: ThreadTrial.now)
      }
    }
    let rows = reader.read(step: next)
    let loss = StepLoss(
      evaluator: evaluator, batch: reader.batch, rows: rows, step: next, count: count,
      clipping: configuration.clipping, remedy: remedy, passes: arrays.passes,
      measuresGradient: measuresGradient)
    let record = try configuration.optimizer.step(loss, arrays, update: next)
    if let accumulator {
      let passes = arrays.passes
      passes.run { part in
        let range = passes.parts[part]
        configuration.average?.update(
          average: accumulator + range.lowerBound, parameters: parameters + range.lowerBound,
          count: range.count, update: next)
      }
    }
    evaluator.commit()
    step = next
    return record
  }

  func parameterTensors() -> [NamedTensor] { network.tensors(of: array(parameters)) }

  func averageTensors() -> [NamedTensor]? {
    guard let accumulator, let average = configuration.average else { return nil }
    guard step > 0 else { return parameterTensors() }
    return network.tensors(of: average.read(array(accumulator), after: step))
  }

  func state() -> TrainingState {
    TrainingState(
      step: step, parameters: parameterTensors(),
      optimizer: zip(configuration.optimizer.memory, arrays.memory).flatMap { memory, values in
        if case .number(let name, _) = memory {
          return [NamedTensor(name: name, shape: [], values: TensorValues([values[0]]))]
        }
        return network.tensors(of: array(values), prefix: memory.name + "/")
      },
      ema: accumulator.map { network.tensors(of: array($0)) } ?? [],
      objective: evaluator.state)
  }
}
