extension Oracle {
  /// Objectives at their known optima, and an optimizer whose steps are known.
  static var training: [Oracle] {
    [
      Oracle(.training, "implicit score matching at the score of N(0, 2²): −1/8") { pool in
        let count = 200_000
        let loss = try losses(
          ImplicitScoreMatching(), slopes: [-0.25], deviation: 2, rows: count, pool)[0]
        // ½ x²/16 − ¼ for x ~ N(0, 4) has variance 1/32.
        return Outcome(
          value: loss, expected: -0.125, tolerance: 5 * (1 / (32 * Double(count))).squareRoot())
      },
      Oracle(.training, "denoising score matching: the best slope for N(0, 2²) at σ = 1: −1/5") {
        pool in
        // The loss is a parabola in the slope: three values give its lowest point.
        let objective = DenoisingScoreMatching(noiseLevel: 1, residual: .score)
        let (low, high) = (-0.4, 0.0)
        let values = try losses(
          objective, slopes: [low, 0.5 * (low + high), high], deviation: 2, rows: 200_000, pool)
        let bend = values[0] - 2 * values[1] + values[2]
        let best = 0.5 * (low + high) + 0.25 * (high - low) * (values[0] - values[2]) / bend
        return Outcome(value: best, expected: -0.2, tolerance: 0.0055)
      },
      Oracle(.training, "EDM's loss of the exact denoiser of N(0, ½²), σ log-normal: 1") { pool in
        let ladder = try NoiseLadder([8, 0.03])
        let network = Network(
          dimension: 1, hidden: [], activation: .tanh, output: .denoiser,
          conditioning: NoiseConditioning(
            ladder: ladder, embedding: .none, preconditioning: .edm(dataDeviation: 0.5)))
        let objective = DenoisingScoreMatching(
          ladder: ladder, levelLaw: .logNormal(over: ladder), residual: .denoised, weighting: .edm)
        let count = 200_000
        let loss = try losses(
          objective, slopes: [0], deviation: 0.5, rows: count, of: network, pool)[0]
        return Outcome(
          value: loss, expected: 1, tolerance: 5 * (2 / Double(count)).squareRoot())
      },
      Oracle(.training, "Adam's first step from any slope, over the learning rate") { pool in
        let network = linear
        let process = try TrainingProcess(
          TrainingConfiguration(
            network: network, objective: ImplicitScoreMatching(),
            optimizer: Adam(learningRate: 0.01),
            batches: .points(.init(values: [1, -2, 0.5], dimension: 1, batchSize: nil)),
            stream: RandomStream(key: 8), precision: .float64),
          initial: network.tensors(of: [0.5, 0.0]), pool: pool)
        try process.advance()
        let moved = process.parameters().flatMap(\.values.doubles)
        return Outcome(value: abs(moved[0] - 0.5) / 0.01, expected: 1, tolerance: 1e-7)
      },
    ]
  }

  /// s(x) = w x + b.
  private static let linear = Network(dimension: 1, hidden: [], activation: .tanh, output: .score)

  /// The loss of o(x) = w x for some slopes w, all on the same draws of N(0, deviation²).
  private static func losses(
    _ objective: any Objective, slopes: [Double], deviation: Double, rows: Int,
    of network: Network = Oracle.linear, _ pool: WorkerPool
  ) throws(RunError) -> [Double] {
    let stream = RandomStream(key: 9)
    let batch = Matrix<Double>(features: 1, rows: rows)
    stream.normals(.dataNoise, step: 0, rows: 0..<rows, columns: 0..<1, into: batch)
    for row in 0..<rows { batch.pointer[row] *= deviation }
    let evaluator: any ObjectiveEvaluator<Double> = objective.makeEvaluator(
      network: network, batchSize: rows, stream: stream, pool: pool)
    var losses: [Double] = []
    for slope in slopes {
      let parameters = UnsafeMutablePointer<Double>.allocate(capacity: 2)
      defer { parameters.deallocate() }
      parameters.initialize(to: slope)
      (parameters + 1).initialize(to: 0)
      losses.append(
        try evaluator.evaluate(
          parameters: parameters, batch: batch, rows: rows, step: 1, gradient: nil))
    }
    return losses
  }
}
