/// Computes ``ContrastiveDivergence``.
///
/// Positives and negatives pass through the network as one batch: the positives first, then the kept
/// states in order, each with all its chains. A single chain is one thread's work and waits for itself at every
/// step; the positives pass meanwhile on another.
final class ContrastiveDivergenceEvaluator<Scalar: Real>: ObjectiveEvaluator {
  private let negatives: ContrastiveDivergence.Negatives
  private let regularization: Double
  private let network: Network
  private let stream: RandomStream
  private let pool: WorkerPool
  private let kept: KeptStates
  private let keptCount: Int
  /// How many Langevin steps are made: none after the last kept state, unless chains go on.
  private let stepCount: Int
  /// How many Langevin steps have their noise drawn at once.
  private let stepsPerDraw: Int
  /// `[dimension, chains]`.
  private let positions: Matrix<Scalar>
  private let score: Matrix<Scalar>
  /// ξ, `[stepsPerDraw · dimension, chains]`.
  private var noise: Matrix<Scalar>
  /// The same of the training step after, where it was drawn ahead: of this one.
  private var noiseAhead: Matrix<Scalar>
  private var stepAhead: Int?
  private let pass: NetworkPass<Scalar>
  /// What moves a single chain; nil where there are more, or the network is large.
  private let single: EnergyChain<Scalar>?
  private let replay: ReplayBuffer<Scalar>?
  /// Positives and negatives, `[dimension, batchSize + kept · chains]`.
  private let inputs: Matrix<Scalar>
  private let energies: Matrix<Scalar>
  private let cotangents: Matrix<Scalar>
  private let workspace: MLPWorkspace<Scalar>

  init(
    objective: ContrastiveDivergence, network: Network, batchSize: Int, stream: RandomStream,
    pool: WorkerPool
  ) {
    let negatives = objective.negatives
    self.negatives = negatives
    regularization = objective.regularization
    self.network = network
    self.stream = stream
    self.pool = pool
    // A rule that does not fit the chain was refused by `validate`.
    guard let kept = try? negatives.keep.states(steps: negatives.steps) else {
      preconditionFailure("\(negatives.keep) does not fit \(negatives.steps) steps")
    }
    self.kept = kept
    keptCount = kept.count
    stepCount = negatives.persistent == nil ? kept.last : negatives.steps
    let (dimension, chains) = (network.dimension, negatives.chains)
    stepsPerDraw = max(1, min(stepCount, 65_536 / (dimension * chains)))
    positions = Matrix(features: dimension, rows: chains)
    score = Matrix(features: dimension, rows: chains)
    noise = Matrix(features: stepsPerDraw * dimension, rows: chains)
    noiseAhead = Matrix(features: stepsPerDraw * dimension, rows: chains)
    pass = NetworkPass(network, rows: chains, pool: pool)
    // Beyond some size, to pack the weights at every step costs more than it spares.
    single =
      chains == 1 && network.mlp.parameterCount <= 100_000 && !network.mlp.isResidual
      ? EnergyChain(network.mlp, steps: stepsPerDraw) : nil
    replay = negatives.persistent.map {
      ReplayBuffer(
        $0, chains: chains, initial: negatives.initial, dimension: dimension, stream: stream)
    }
    let rows = batchSize + keptCount * chains
    inputs = Matrix(features: dimension, rows: rows)
    energies = Matrix(features: 1, rows: rows)
    cotangents = Matrix(features: 1, rows: rows)
    workspace = network.mlp.makeWorkspace(Scalar.self, maximumRows: rows, pool: pool)
  }

  @_specialize(where Scalar == Float)
  @_specialize(where Scalar == Double)
  func evaluate(
    parameters: UnsafePointer<Scalar>, batch: Matrix<Scalar>, rows: Int, step: Int,
    gradient: UnsafeMutablePointer<Scalar>?
  ) throws(RunError) -> Double {
    for coordinate in 0..<network.dimension {
      (inputs.pointer + coordinate * inputs.stride).update(
        from: batch.pointer + coordinate * batch.stride, count: rows)
    }
    let negativeCount = keptCount * negatives.chains
    let all = rows + negativeCount
    let ahead = gradient == nil ? 0 : rowsAhead(rows, of: all)
    let isNoiseDrawn = stepAhead == step
    if isNoiseDrawn { swap(&noise, &noiseAhead) }
    stepAhead = nil
    if ahead > 0 {
      var failure: RunError?
      pool.run(parts: 2) { part in
        if part == 0 {
          do throws(RunError) {
            try drawNegatives(
              parameters: parameters, after: rows, step: step, isNoiseDrawn: isNoiseDrawn)
          } catch {
            failure = error
          }
        } else {
          passRows(0..<ahead, parameters: parameters, positives: rows, of: all)
          drawNoise(step: step + 1, into: noiseAhead)
        }
      }
      stepAhead = step + 1
      if let failure { throw failure }
    } else {
      try drawNegatives(
        parameters: parameters, after: rows, step: step, isNoiseDrawn: isNoiseDrawn)
    }
    if gradient != nil { replay?.end(positions) }
    if let gradient, ahead > 0 {
      passRows(ahead..<all, parameters: parameters, positives: rows, of: all)
      network.mlp.parameterGradient(
        inputs: inputs, cotangents: cotangents, rows: all, into: gradient, workspace: workspace)
      return loss(positives: rows, of: all)
    }
    network.mlp.forward(
      parameters: parameters, inputs: inputs, outputs: energies, rows: all, workspace: workspace)
    let loss = self.loss(positives: rows, of: all)
    guard let gradient else { return loss }
    makeCotangents(0..<all, positives: rows, of: all)
    network.mlp.vjp(
      parameters: parameters, inputs: inputs, cotangents: cotangents, rows: all,
      parameterGradient: gradient, isAccumulated: false, inputGradient: nil, workspace: workspace)
    return loss
  }

  /// How many positives may pass while the negatives are on their way.
  private func rowsAhead(_ rows: Int, of all: Int) -> Int {
    guard pool.threads > 1, single != nil, stepCount <= stepsPerDraw else { return 0 }
    return network.mlp.rowsAhead(rows, of: all, workspace: workspace)
  }

  /// Passes some rows forward and back.
  private func passRows(
    _ part: Range<Int>, parameters: UnsafePointer<Scalar>, positives: Int, of all: Int
  ) {
    network.mlp.forward(
      part, parameters: parameters, inputs: inputs, outputs: energies, rows: all,
      workspace: workspace)
    makeCotangents(part, positives: positives, of: all)
    network.mlp.backward(
      part, parameters: parameters, cotangents: cotangents, rows: all, workspace: workspace)
  }

  private func loss(positives rows: Int, of all: Int) -> Double {
    let (energy, negativeCount) = (energies.pointer, all - rows)
    var (positive, negative) = (0.0, 0.0)
    for row in 0..<rows { positive += Double(energy[row]) }
    for row in rows..<all { negative += Double(energy[row]) }
    var loss = positive / Double(rows) - negative / Double(negativeCount)
    if regularization > 0 {
      (positive, negative) = (0, 0)
      for row in 0..<rows { positive += Double(energy[row]) * Double(energy[row]) }
      for row in rows..<all { negative += Double(energy[row]) * Double(energy[row]) }
      loss += regularization * (positive / Double(rows) + negative / Double(negativeCount))
    }
    return loss
  }

  /// Writes the derivatives of the loss by the energies of some rows.
  private func makeCotangents(_ part: Range<Int>, positives rows: Int, of all: Int) {
    let (energy, cotangent) = (energies.pointer, cotangents.pointer)
    let factor = Scalar(2 * regularization)
    func write(_ range: Range<Int>, weight: Scalar, factor: Scalar) {
      guard !range.isEmpty else { return }
      (cotangent + range.lowerBound).update(repeating: weight, count: range.count)
      guard regularization > 0 else { return }
      for row in range { cotangent[row] += factor * energy[row] }
    }
    let (positiveCount, negativeCount) = (Scalar(rows), Scalar(all - rows))
    write(part.clamped(to: 0..<rows), weight: 1 / positiveCount, factor: factor / positiveCount)
    write(part.clamped(to: rows..<all), weight: -1 / negativeCount, factor: factor / negativeCount)
  }

  /// Draws the noise of a whole walk.
  private func drawNoise(step: Int, into noise: Matrix<Scalar>) {
    stream.normals(
      .negativesNoise, step: UInt64(step), rows: 0..<negatives.chains,
      columns: 0..<(stepCount * network.dimension), into: noise)
  }

  /// Runs the chains and writes their kept states behind the positives.
  private func drawNegatives(
    parameters: UnsafePointer<Scalar>, after rows: Int, step: Int, isNoiseDrawn: Bool
  ) throws(RunError) {
    let (dimension, chains) = (network.dimension, negatives.chains)
    let update = LangevinUpdate<Scalar>(stepSize: negatives.stepSize)
    negatives.initial.fill(
      positions, chains: 0..<chains, dimension: dimension, stream: stream,
      purpose: .negativesInitial, step: UInt64(step))
    replay?.start(positions, step: step)
    var nextKept = kept.makeIterator()
    var next = nextKept.next()
    var target = rows
    func keep(_ state: Int) {
      guard state == next else { return }
      for coordinate in 0..<dimension {
        (inputs.pointer + coordinate * inputs.stride + target).update(
          from: positions.pointer + coordinate * positions.stride, count: chains)
      }
      target += chains
      next = nextKept.next()
    }
    keep(0)
    single?.load(parameters)
    for first in stride(from: 0, to: stepCount, by: stepsPerDraw) {
      let count = min(stepsPerDraw, stepCount - first)
      if !isNoiseDrawn {
        stream.normals(
          .negativesNoise, step: UInt64(step), rows: 0..<chains,
          columns: (first * dimension)..<((first + count) * dimension), into: noise)
      }
      single?.walk(from: positions, steps: count, update: update, noise: noise)
      for place in 0..<count {
        if let single {
          single.read(step: place, into: positions)
        } else {
          pass.evaluate(parameters: parameters, points: positions, rows: chains, into: score)
          update.apply(
            positions: positions, score: score, noise: noise, noiseFeature: place * dimension,
            dimension: dimension, rows: chains)
        }
        keep(first + place + 1)
      }
    }
    if let chain = firstRowNotFinite(positions, dimension: dimension, rows: chains) {
      throw RunError(
        code: .diverged, what: "a negative chain left the finite numbers", step: step,
        chain: chain, hint: "lower negatives.step_size, or the learning rate")
    }
  }

  var state: [NamedTensor] { replay.map { [$0.tensor] } ?? [] }

  func commit() { replay?.commit() }

  func restore(_ state: [NamedTensor]) throws(RunError) {
    if let replay {
      try replay.restore(state)
    } else if !state.isEmpty {
      throw .incompatible("\(state.count) tensors for an objective that has none")
    }
  }
}
