import Scorewalk
import Testing

@Suite struct NoiseOutputTests {
  static let level = 0.6

  /// The last layer times a factor.
  static func scaled(_ parameters: [NamedTensor], by factor: Double) -> [NamedTensor] {
    let last = parameters.count - 2
    return parameters.enumerated().map { index, tensor in
      let values = tensor.values.doubles.map { index >= last ? factor * $0 : $0 }
      return NamedTensor(name: tensor.name, shape: tensor.shape, values: .float64(values))
    }
  }

  /// A chain on a noise network is the chain on the score network −n̂/σ, to rounding.
  @Test func chainsFollowTheNoiseOverItsLevel() throws {
    func network(_ output: NetworkOutput) -> Network {
      Network(dimension: 2, hidden: [6, 5], activation: .silu, output: output)
    }
    let parameters = network(.noise).initialParameters(
      precision: .float64, stream: RandomStream(key: 3))
    func draws(_ target: ChainTarget) throws -> [Double] {
      let configuration = ChainConfiguration(
        sampler: LangevinSampler(stepSize: 0.05), target: target, chains: 7, initial: .normal(),
        stream: RandomStream(key: 8), precision: .float64)
      var draws = Draws(for: configuration)
      let process = try ChainProcess(
        configuration, keeping: KeepRule(from: 0).states(steps: 100))
      try process.advance(to: 100, recording: &draws)
      return draws.values.doubles
    }
    let noise = try draws(
      .network(network(.noise), parameters: parameters, noiseLevel: Self.level))
    let score = try draws(
      .network(network(.score), parameters: Self.scaled(parameters, by: -1 / Self.level)))
    #expect(noise.count == 101 * 7 * 2)
    for (one, two) in zip(noise, score) { #expect(abs(one - two) < 1e-10) }
    let other = try draws(
      .network(network(.noise), parameters: parameters, noiseLevel: 2 * Self.level))
    #expect(zip(noise, other).contains { abs($0 - $1) > 1e-2 })
  }

  /// METHODS' oracle 27: for x ~ N(0, s²) the best noise network is σ y/(s² + σ²); its score is that of
  /// the noisy law, its jump the posterior mean.
  @Test func theBestNoiseOfAGaussianGivesScoreAndMean() throws {
    let (deviation, level) = (1.3, Self.level)
    let total = deviation * deviation + level * level
    let network = Network(dimension: 1, hidden: [], activation: .silu, output: .noise)
    let parameters = [
      NamedTensor(name: "dense-0.kernel", shape: [1, 1], values: .float64([level / total])),
      NamedTensor(name: "dense-0.bias", shape: [1], values: .float64([0])),
    ]
    let evaluation = try NetworkEvaluation(network, parameters: parameters)
    let points = stride(from: -3.0, through: 3, by: 0.25).map { $0 }
    let scores = try evaluation.scores(at: points, noiseLevel: level)
    let clean = try evaluation.denoised(at: points, noiseLevel: level)
    for (index, y) in points.enumerated() {
      #expect(abs(scores[index] + y / total) < 1e-14)
      #expect(abs(clean[index] - y * deviation * deviation / total) < 1e-14)
    }
    // The loss of the noise residual there is 1 − σ²/(s² + σ²); of a row at most χ² with variance 2.
    let (rows, stream) = (100_000, RandomStream(key: 5))
    let data = (0..<rows).map {
      [deviation * stream.normal(.dataNoise, step: 1, row: $0, column: 0)]
    }
    let (loss, gradient) = try EvaluatorHarness(
      DenoisingScoreMatching(noiseLevel: level, residual: .noise), network: network, data: data,
      stream: stream
    ).evaluate([level / total, 0], step: 1)
    // Six standard errors: each fails by chance less than once in 10⁸.
    let bound = 6 / Double(rows).squareRoot()
    #expect(abs(loss - (1 - level * level / total)) < bound * 2.0.squareRoot())
    #expect(abs(gradient[0]) < bound * 2 * total.squareRoot())
    #expect(abs(gradient[1]) < bound * 2)
  }

  /// The corrected second notebook's parametrisation, on atoms ±1: the posterior mean tanh(y/σ²).
  @Test func trainingFindsThePosteriorMean() throws {
    let network = Network(dimension: 1, hidden: [16, 16], activation: .silu, output: .noise)
    let configuration = TrainingConfiguration(
      network: network,
      objective: DenoisingScoreMatching(noiseLevel: 0.5, draws: 10, residual: .noise),
      optimizer: Adam(learningRate: 2e-3),
      batches: .law(.categorical(try Categorical(values: [[-1], [1]])), size: 32),
      stream: RandomStream(key: 1), precision: .float64)
    let process = try TrainingProcess(
      configuration,
      initial: network.initialParameters(precision: .float64, stream: RandomStream(key: 2)))
    for _ in 0..<5000 { try process.advance() }
    let evaluation = try NetworkEvaluation(network, parameters: process.parameters())
    let grid = stride(from: -2.0, through: 2, by: 0.05).map { $0 }
    let clean = try evaluation.denoised(at: grid, noiseLevel: 0.5)
    for (y, x) in zip(grid, clean) { #expect(abs(x - Double.tanh(4 * y)) < 0.15, "\(y)") }
  }

  @Test func aNoiseLevelIsNeeded() throws {
    #expect(NetworkOutput.allCases.filter(\.needsNoiseLevel) == [.denoiser, .noise])
    for output in NetworkOutput.allCases {
      let network = Network(dimension: 1, hidden: [], activation: .silu, output: output)
      let target = ChainTarget.network(network, parameters: [])
      guard output.needsNoiseLevel else {
        #expect(throws: Never.self) { try target.validate() }
        continue
      }
      let error = try #require(throws: RunError.self) { try target.validate() }
      #expect(error.what.contains("noise level") && error.hint?.contains("noise_level") == true)
    }
  }
}
