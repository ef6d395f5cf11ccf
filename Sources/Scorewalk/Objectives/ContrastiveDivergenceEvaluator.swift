/// Computes ``ContrastiveDivergence``.
///
/// Positives and negatives pass through the network as one batch: the positives first, then the kept
/// states in order, each with all its chains.
final class ContrastiveDivergenceEvaluator<Scalar: Real>: ObjectiveEvaluator {
  private let negatives: ContrastiveDivergence.Negatives
  private let regularization: Double
  private let network: Network
  private let stream: RandomStream
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
  private let noise: Matrix<Scalar>
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
    try drawNegatives(parameters: parameters, after: rows, step: step)
    if gradient != nil { replay?.end(positions) }
    let negativeCount = keptCount * negatives.chains
    let all = rows + negativeCount
    network.mlp.forward(
      parameters: parameters, inputs: inputs, outputs: energies, rows: all, workspace: workspace)
    let (energy, cotangent) = (energies.pointer, cotangents.pointer)
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
    guard let gradient else { return loss }
    cotangent.update(repeating: 1 / Scalar(rows), count: rows)
    (cotangent + rows).update(repeating: -1 / Scalar(negativeCount), count: negativeCount)
    if regularization > 0 {
      let factor = Scalar(2 * regularization)
      let (positiveFactor, negativeFactor) = (factor / Scalar(rows), factor / Scalar(negativeCount))
      for row in 0..<rows { cotangent[row] += positiveFactor * energy[row] }
      for row in rows..<all { cotangent[row] += negativeFactor * energy[row] }
    }
    network.mlp.vjp(
      parameters: parameters, inputs: inputs, cotangents: cotangents, rows: all,
      parameterGradient: gradient, isAccumulated: false, inputGradient: nil, workspace: workspace)
    return loss
  }

  /// Runs the chains and writes their kept states behind the positives.
  private func drawNegatives(
    parameters: UnsafePointer<Scalar>, after rows: Int, step: Int
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
      stream.normals(
        .negativesNoise, step: UInt64(step), rows: 0..<chains,
        columns: (first * dimension)..<((first + count) * dimension), into: noise)
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
