/// Computes ``DenoisingScoreMatching`` at the levels of a ladder, for a network that takes the noise
/// level.
///
/// Each pair of a row b and a draw k has a level of its own, which element (b, k) of the stream's `objectiveLevel`
/// draws from the ``NoiseLevelLaw``. With s = a y + b o (see ``NoiseConditioning``) every residual is a multiple of
///
///     r = σ s + n = σ a x + (1 + σ² a) n + σ b o
///
/// by 1/σ, 1 or −σ, so that its loss is w(σ) ‖r‖². Written so, nothing cancels where σ is large.
final class LadderScoreMatchingEvaluator<Scalar: Real>: ObjectiveEvaluator {
  private let objective: DenoisingScoreMatching
  private let pairs: NoisyPairs<Scalar>
  private let stream: RandomStream
  private let ladder: NoiseLadder
  private let conditioning: NoiseConditioning
  private let networkOutput: NetworkOutput
  private let isOnLadder: Bool
  /// σ, c, σ a, 1 + σ² a, σ b, w, then e(σ), of each level of the ladder, or of each pair where the law has levels
  /// without number; `[6 + features, levels or pairs]`.
  private let levels: Matrix<Scalar>
  /// The uniform numbers that choose levels, `[draws, rows]`.
  private let choices: Matrix<Double>
  /// σ b and w of each pair, `[1, draws · rows]`.
  private let scales: Matrix<Scalar>
  private let weights: Matrix<Scalar>

  init(
    objective: DenoisingScoreMatching, ladder: NoiseLadder, network: Network,
    conditioning: NoiseConditioning, batchSize: Int, stream: RandomStream, pool: WorkerPool
  ) {
    self.objective = objective
    self.stream = stream
    self.ladder = ladder
    self.conditioning = conditioning
    networkOutput = network.output
    isOnLadder = objective.levelLaw == .ladder
    pairs = NoisyPairs(objective, network, batchSize: batchSize, stream: stream, pool: pool)
    let count = batchSize * objective.draws
    levels = Matrix(
      features: 6 + conditioning.featureCount, rows: isOnLadder ? ladder.levels.count : count)
    choices = Matrix(features: objective.draws, rows: batchSize)
    scales = Matrix(features: 1, rows: count)
    weights = Matrix(features: 1, rows: count)
    guard isOnLadder else { return }
    for (row, level) in ladder.levels.enumerated() { describe(level, in: row) }
  }

  /// Fills one row of `levels`.
  @inline(__always)
  private func describe(_ level: Double, in row: Int) {
    let scales = NoiseScales(conditioning, output: networkOutput, noiseLevel: level)
    let place = levels.pointer + row
    let stride = levels.stride
    place[0] = Scalar(level)
    place[stride] = Scalar(scales.input)
    place[2 * stride] = Scalar(level * scales.score.skip)
    place[3 * stride] = Scalar(scales.clean.skip)
    place[4 * stride] = Scalar(level * scales.score.scale)
    place[5 * stride] = Scalar(objective.weight(at: level, conditioning))
    conditioning.forEachFeature(at: level) { feature, value in
      place[(6 + feature) * stride] = Scalar(value)
    }
  }

  @_specialize(where Scalar == Float)
  @_specialize(where Scalar == Double)
  func evaluate(
    parameters: UnsafePointer<Scalar>, batch: Matrix<Scalar>, rows: Int, step: Int,
    gradient: UnsafeMutablePointer<Scalar>?
  ) throws(RunError) -> Double {
    stream.uniforms(
      .objectiveLevel, step: UInt64(step), rows: 0..<rows, columns: 0..<objective.draws,
      into: choices)
    pairs.drawNoise(rows: rows, step: step)
    for draw in 0..<objective.draws { makeInputs(batch, draw: draw, rows: rows) }
    return pairs.evaluate(parameters: parameters, rows: rows, gradient: gradient) {
      makeCotangents(rows * objective.draws)
    }
  }

  /// The network's inputs (c y, e(σ)), what of the residual is known without its output, and the scales of each pair.
  @inline(__always)
  private func makeInputs(_ batch: Matrix<Scalar>, draw: Int, rows: Int) {
    let (dimension, noise, inputs) = (pairs.dimension, pairs.noise, pairs.inputs)
    let (levels, residual) = (self.levels, pairs.residual)
    func factor(_ index: Int, _ level: Int) -> Scalar {
      levels.pointer[index * levels.stride + level]
    }
    for row in 0..<rows {
      let choice = choices.pointer[draw * choices.stride + row]
      let pair = draw * rows + row
      let level = isOnLadder ? NoiseLevelLaw.index(at: choice, of: ladder.levels.count) : pair
      if !isOnLadder { describe(objective.levelLaw.level(at: choice, of: ladder), in: pair) }
      let (sigma, input) = (factor(0, level), factor(1, level))
      let (clean, noisy) = (factor(2, level), factor(3, level))
      for coordinate in 0..<dimension {
        let n = noise.pointer[(draw * dimension + coordinate) * noise.stride + row]
        let x = batch.pointer[coordinate * batch.stride + row]
        inputs.pointer[coordinate * inputs.stride + pair] = input * (x + sigma * n)
        residual.pointer[coordinate * residual.stride + pair] = clean * x + noisy * n
      }
      for feature in dimension..<inputs.features {
        inputs.pointer[feature * inputs.stride + pair] = factor(6 + feature - dimension, level)
      }
      scales.pointer[pair] = factor(4, level)
      weights.pointer[pair] = factor(5, level)
    }
  }

  /// Residuals, the loss, and the cotangents of the output in place of the residuals.
  @inline(__always)
  private func makeCotangents(_ count: Int) -> Double {
    let (dimension, output, residual) = (pairs.dimension, pairs.output, pairs.residual)
    let isMean = objective.reduction == .mean
    let share: Scalar = isMean ? 1 / Scalar(count) : 1
    var sum = 0.0
    for pair in 0..<count {
      let (scale, weight) = (scales.pointer[pair], weights.pointer[pair])
      let factor = 2 * share * weight * scale
      var square: Scalar = 0
      for coordinate in 0..<dimension {
        let place = residual.pointer + (coordinate * residual.stride + pair)
        let r = place.pointee + scale * output.pointer[coordinate * output.stride + pair]
        square += r * r
        place.pointee = factor * r
      }
      sum += Double(weight * square)
    }
    return isMean ? sum / Double(count) : sum
  }
}
