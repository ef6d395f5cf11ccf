/// ``TrainingProcess`` in one precision.
final class TrainingCore<Scalar: Real> {
  private let configuration: TrainingConfiguration
  private let network: Network
  private let count: Int
  private let evaluator: any ObjectiveEvaluator<Scalar>
  private var reader: BatchReader<Scalar>
  private let parameters: UnsafeMutablePointer<Scalar>
  private let gradient: UnsafeMutablePointer<Scalar>
  /// The optimizer's arrays.
  private let moments: [UnsafeMutablePointer<Scalar>]
  /// The average's accumulator, where there is one.
  private let accumulator: UnsafeMutablePointer<Scalar>?
  private(set) var step: Int

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
    self.init(
      configuration, step: 0, parameters: parameters,
      moments: configuration.optimizer.stateNames.map { _ in zeros }, average: average,
      pool: pool)
  }

  /// Goes on from a state.
  convenience init(
    _ configuration: TrainingConfiguration, restoring state: TrainingState, pool: WorkerPool
  ) throws(RunError) {
    let network = configuration.network
    guard state.step >= 0 else { throw .incompatible("step \(state.step)") }
    let names = configuration.optimizer.stateNames
    let tensors = network.mlp.tensors.count
    guard state.optimizer.count == names.count * tensors else {
      throw .incompatible(
        "\(state.optimizer.count) tensors of the optimizer where it has \(names.count * tensors)")
    }
    guard state.ema.isEmpty == (configuration.average == nil) else {
      throw .incompatible("an average where there is none, or none where there is one")
    }
    var moments: [[Scalar]] = []
    for (index, name) in names.enumerated() {
      let group = Array(state.optimizer[(index * tensors)..<((index + 1) * tensors)])
      moments.append(try network.flatten(group, prefix: name + "/"))
    }
    let average: [Scalar]? = state.ema.isEmpty ? nil : try network.flatten(state.ema)
    self.init(
      configuration, step: state.step, parameters: try network.flatten(state.parameters),
      moments: moments, average: average, pool: pool)
    try evaluator.restore(state.objective)
  }

  private init(
    _ configuration: TrainingConfiguration, step: Int, parameters: [Scalar],
    moments: [[Scalar]], average: [Scalar]?, pool: WorkerPool
  ) {
    self.configuration = configuration
    self.step = step
    network = configuration.network
    count = parameters.count
    evaluator = configuration.objective.makeEvaluator(
      network: configuration.network, batchSize: configuration.batches.largestBatch,
      stream: configuration.stream, pool: pool)
    reader = BatchReader(configuration.batches, stream: configuration.stream)
    self.parameters = Self.allocate(parameters)
    gradient = Self.allocate([Scalar](repeating: 0, count: parameters.count))
    self.moments = moments.map(Self.allocate)
    accumulator = average.map(Self.allocate)
  }

  deinit {
    parameters.deallocate()
    gradient.deallocate()
    for moment in moments { moment.deallocate() }
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
  func advance() throws(RunError) -> StepRecord {
    let next = step + 1
    let rows = reader.read(step: next)
    let loss = try evaluator.evaluate(
      parameters: parameters, batch: reader.batch, rows: rows, step: next, gradient: gradient)
    let norm = gradientNorm(gradient, count: count)
    guard loss.isFinite else { throw diverged("the loss is \(loss)", at: next) }
    guard norm.isFinite else { throw diverged("the gradient's norm is \(norm)", at: next) }
    configuration.clipping?.clip(gradient, count: count, norm: norm)
    let optimizer = configuration.optimizer
    let learningRate = optimizer.learningRate.value(after: step)
    optimizer.update(
      parameters: parameters, gradient: gradient, state: moments, count: count, update: next,
      learningRate: learningRate)
    if let accumulator {
      configuration.average?.update(
        average: accumulator, parameters: parameters, count: count, update: next)
    }
    guard areFinite(parameters, count: count) else {
      throw diverged("a parameter is not finite", at: next)
    }
    evaluator.commit()
    step = next
    return StepRecord(step: next, loss: loss, gradientNorm: norm, learningRate: learningRate)
  }

  private func diverged(_ what: String, at step: Int) -> RunError {
    RunError(
      code: .diverged, what: what, step: step,
      hint: configuration.clipping == nil
        ? "lower the learning rate, or clip the gradient" : "lower the learning rate")
  }

  func parameterTensors() -> [NamedTensor] { network.tensors(of: array(parameters)) }

  func averageTensors() -> [NamedTensor]? {
    guard let accumulator, let average = configuration.average else { return nil }
    guard step > 0 else { return parameterTensors() }
    return network.tensors(of: average.read(array(accumulator), after: step))
  }

  func state() -> TrainingState {
    let names = configuration.optimizer.stateNames
    return TrainingState(
      step: step, parameters: parameterTensors(),
      optimizer: zip(names, moments).flatMap { name, moment in
        network.tensors(of: array(moment), prefix: name + "/")
      },
      ema: accumulator.map { network.tensors(of: array($0)) } ?? [],
      objective: evaluator.state)
  }
}

/// Whether all of an array is finite.
@_specialize(where Scalar == Float)
@_specialize(where Scalar == Double)
func areFinite<Scalar: Real>(_ values: UnsafePointer<Scalar>, count: Int) -> Bool {
  // x · 0 is 0 for finite x alone.
  var sums = SIMD8<Scalar>(repeating: 0)
  var index = 0
  while index + 8 <= count {
    let block = UnsafeRawPointer(values + index).loadUnaligned(as: SIMD8<Scalar>.self)
    sums += block * 0
    index += 8
  }
  while index < count {
    sums[index & 7] += values[index] * 0
    index += 1
  }
  return sums == SIMD8<Scalar>(repeating: 0)
}
