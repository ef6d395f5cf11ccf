import Foundation
import Scorewalk
import Testing

/// Networks that take the noise level, and their training at several.
@Suite struct NoiseConditioningTests {
  /// Every output with every preconditioning and embedding that it can have.
  static let networks: [Network] = {
    guard let ladder = try? NoiseLadder([4, 1.5, 0.5]) else {
      preconditionFailure("falling levels")
    }
    let kinds: [(NetworkOutput, NoiseConditioning.Preconditioning)] = [
      (.score, .none), (.score, .division), (.noise, .none), (.denoiser, .none),
      (.denoiser, .edm(dataDeviation: 0.8)),
    ]
    return kinds.flatMap { output, preconditioning in
      NoiseConditioning.Embedding.allCases.map { embedding in
        let isResidual = embedding == .fourier
        return Network(
          dimension: 2, hidden: isResidual ? [4, 4, 4] : [4, 3], activation: .silu,
          isResidual: isResidual, output: output,
          conditioning: NoiseConditioning(
            ladder: ladder, embedding: embedding, frequencies: 2, preconditioning: preconditioning))
      }
    }
  }()

  /// s(y, σ) once more, from the formulas of the papers.
  static func score(
    _ network: Network, _ parameters: [Double], at y: [Double], _ sigma: Double
  ) -> [Double] {
    guard let conditioning = network.conditioning else { return [] }
    // The middle of log 4 and log 0.5 is log √2, and half their distance log √8.
    let t = Foundation.log(sigma / 2.0.squareRoot()) / Foundation.log(8.0.squareRoot())
    let features: [Double] =
      switch conditioning.embedding {
      case .none: []
      case .log: [t]
      case .fourier:
        [
          t, Foundation.sin(.pi * t), Foundation.cos(.pi * t), Foundation.sin(2 * .pi * t),
          Foundation.cos(2 * .pi * t),
        ]
      }
    let reference = ReferenceNetwork(network)
    let variance = sigma * sigma
    switch (network.output, conditioning.preconditioning) {
    case (.score, .division):
      return reference.output(parameters, at: y + features).map { $0 / sigma }
    case (.score, _): return reference.output(parameters, at: y + features)
    case (.noise, _): return reference.output(parameters, at: y + features).map { -$0 / sigma }
    case (.denoiser, .edm(let deviation)):
      let data = deviation * deviation
      let (skip, out) = (
        data / (variance + data), sigma * deviation / (variance + data).squareRoot()
      )
      let inputs = y.map { $0 / (variance + data).squareRoot() } + features
      return zip(reference.output(parameters, at: inputs), y).map {
        (skip * $1 + out * $0 - $1) / variance
      }
    case (.denoiser, _):
      return zip(reference.output(parameters, at: y + features), y).map { ($0 - $1) / variance }
    case (.energy, _): return []
    }
  }

  @Test func scoresAndDenoisedPointsAreThoseOfTheFormulas() throws {
    let points = [0.3, -1.2, 2.5, 0.4]
    for network in Self.networks {
      let parameters = try network.testParameters(key: 8)
      let tensors = network.mlp.tensors.map { tensor in
        NamedTensor(
          name: tensor.name, shape: tensor.shape,
          values: .float64(Array(parameters[tensor.offset..<(tensor.offset + tensor.count)])))
      }
      let evaluation = try NetworkEvaluation(network, parameters: tensors)
      for sigma in [4, 2.2, 0.5] {
        let scores = try evaluation.scores(at: points, noiseLevel: sigma)
        let clean = try evaluation.denoised(at: points, noiseLevel: sigma)
        for row in 0..<2 {
          let y = Array(points[(2 * row)..<(2 * row + 2)])
          let expected = Self.score(network, parameters, at: y, sigma)
          for coordinate in 0..<2 {
            let place = 2 * row + coordinate
            #expect(abs(scores[place] - expected[coordinate]) < 1e-12, "\(network)")
            #expect(
              abs(clean[place] - (y[coordinate] + sigma * sigma * expected[coordinate])) < 1e-12)
          }
        }
      }
      #expect(throws: RunError.self) { try evaluation.scores(at: points) }
    }
  }

  /// A ladder of one level has no width to divide by: t is 0, and everything a number.
  @Test func aLadderOfOneLevel() throws {
    let ladder = try NoiseLadder([2])
    let cases: [(NoiseConditioning.Embedding, [Double])] = [
      (.none, []), (.log, [0]), (.fourier, [0, 0, 1, 0, 1]),
    ]
    for (embedding, expected) in cases {
      let conditioning = NoiseConditioning(
        ladder: ladder, embedding: embedding, frequencies: 2,
        preconditioning: .edm(dataDeviation: 1))
      for level in [2.0, 3] { #expect(conditioning.features(at: level) == expected) }
      let network = Network(
        dimension: 2, hidden: [3], activation: .silu, output: .denoiser,
        conditioning: conditioning)
      let harness = try EvaluatorHarness(
        DenoisingScoreMatching(ladder: ladder), network: network, data: Self.data,
        stream: RandomStream(key: 21))
      let (loss, gradient) = try harness.evaluate(network.testParameters(key: 6), step: 1)
      #expect(loss.isFinite && gradient.allSatisfy(\.isFinite), "\(embedding)")
    }
  }

  /// What annealed chains follow is the network at each level.
  @Test(arguments: Precision.allCases)
  func annealedChainsFollowTheNetwork(precision: Precision) throws {
    for network in Self.networks {
      let parameters = network.initialParameters(
        precision: precision, stream: RandomStream(key: 4))
      let ladder = try NoiseLadder([3, 1])
      func last(_ sampler: any Sampler, _ target: ChainTarget) throws -> [Double] {
        let configuration = ChainConfiguration(
          sampler: sampler, target: target, chains: 20, initial: .normal(),
          stream: RandomStream(key: 9), precision: precision)
        let process = try ChainProcess(configuration, keeping: KeepRule.last.states(steps: 6))
        var draws = Draws(for: configuration)
        try process.advance(to: 6, recording: &draws)
        return draws.values.doubles
      }
      let sampler = AnnealedLangevin(noiseLevels: ladder, stepsPerLevel: 6, stepSize: 0.01)
      let annealed = try last(
        sampler, .conditional(network, parameters: parameters, ladder: ladder))
      let plain = try last(
        LangevinSampler(stepSize: sampler.deltas[0]),
        .network(network, parameters: parameters, noiseLevel: 3))
      #expect(annealed == plain)
    }
  }

  // MARK: - Training

  private static let data = [[0.3, -1.2], [1.1, 0.4], [-0.7, 0.9]]

  private static func loss(
    _ objective: DenoisingScoreMatching, _ network: Network, _ parameters: [Double],
    stream: RandomStream, step: UInt64
  ) -> Double {
    guard let levels = objective.ladder?.levels else { return .nan }
    var losses: [Double] = []
    for (row, x) in data.enumerated() {
      for draw in 0..<objective.draws {
        let choice = stream.uniform(.objectiveLevel, step: step, row: row, column: draw)
        let (top, bottom) = (Foundation.log(levels[0]), Foundation.log(levels[levels.count - 1]))
        let sigma =
          switch objective.levelLaw {
          case .ladder: levels[Int(choice * Double(levels.count))]
          case .logUniform: Foundation.exp(bottom + choice * (top - bottom))
          case .logNormal(let mean, let deviation):
            Foundation.exp(mean + deviation * Double.normalQuantile(choice))
          }
        let n = (0..<2).map {
          stream.normal(.objectiveNoise, step: step, row: row, column: draw * 2 + $0)
        }
        let y = (0..<2).map { x[$0] + sigma * n[$0] }
        let s = score(network, parameters, at: y, sigma)
        var square = 0.0
        for j in 0..<2 {
          let r =
            switch objective.residual {
            case .denoised: x[j] - (y[j] + sigma * sigma * s[j])
            case .score: s[j] + (y[j] - x[j]) / (sigma * sigma)
            case .noise: sigma * s[j] + n[j]
            }
          square += r * r
        }
        if objective.weighting == .edm {
          square *= (sigma * sigma + 0.64) / (sigma * 0.8 * sigma * 0.8)
        }
        losses.append(square)
      }
    }
    let sum = losses.reduce(0, +)
    return objective.reduction == .sum ? sum : sum / Double(losses.count)
  }

  @Test(arguments: networks.indices)
  func lossAndGradientAreThoseOfTheFormulas(index: Int) throws {
    let network = Self.networks[index]
    let stream = RandomStream(key: 21)
    let parameters = try network.testParameters(key: 6)
    let ladder = try NoiseLadder([4, 2, 1, 0.5])
    for residual in DenoisingScoreMatching.Residual.allCases {
      for weighting in DenoisingScoreMatching.Weighting.allCases {
        for reduction in LossReduction.allCases {
          let objective = DenoisingScoreMatching(
            ladder: ladder, draws: 2, residual: residual, weighting: weighting,
            reduction: reduction)
          if weighting == .edm {
            guard case .edm? = network.conditioning?.preconditioning else {
              #expect(throws: RunError.self) { try objective.validate(for: network) }
              continue
            }
          }
          try objective.validate(for: network)
          let harness = try EvaluatorHarness(
            objective, network: network, data: Self.data, stream: stream, largestBatch: 5)
          let (loss, gradient) = try harness.evaluate(parameters, step: 7)
          let expected = { (parameters: [Double]) in
            Self.loss(objective, network, parameters, stream: stream, step: 7)
          }
          #expect(abs(loss - expected(parameters)) <= 1e-12 * max(1, abs(loss)), "\(objective)")
          let slopes = centralDifferences(of: expected, at: parameters)
          let scale = slopes.map(abs).max() ?? 0
          for index in slopes.indices {
            #expect(
              abs(gradient[index] - slopes[index]) <= 1e-6 * max(scale, 1e-3),
              "\(objective) \(network) parameter \(index)")
          }
        }
      }
    }
  }

  /// Levels that are on no ladder, of every network and residual.
  @Test(
    arguments: networks.indices,
    [
      NoiseLevelLaw.logUniform, .logNormal(mean: 0.2, deviation: 0.7),
    ])
  func levelsWithoutNumber(index: Int, law: NoiseLevelLaw) throws {
    let network = Self.networks[index]
    let stream = RandomStream(key: 22)
    let parameters = try network.testParameters(key: 7)
    let ladder = try NoiseLadder([4, 0.5])
    for residual in DenoisingScoreMatching.Residual.allCases {
      let objective = DenoisingScoreMatching(
        ladder: ladder, levelLaw: law, draws: 3, residual: residual)
      try objective.validate(for: network)
      let harness = try EvaluatorHarness(
        objective, network: network, data: Self.data, stream: stream, largestBatch: 5)
      let (loss, gradient) = try harness.evaluate(parameters, step: 2)
      let expected = { (parameters: [Double]) in
        Self.loss(objective, network, parameters, stream: stream, step: 2)
      }
      #expect(abs(loss - expected(parameters)) <= 1e-11 * max(1, abs(loss)), "\(objective)")
      let slopes = centralDifferences(of: expected, at: parameters)
      let scale = slopes.map(abs).max() ?? 0
      for index in slopes.indices {
        #expect(abs(gradient[index] - slopes[index]) <= 1e-6 * max(scale, 1e-3), "\(objective)")
      }
    }
  }

  /// The moments of log σ over the quantiles, and that all lies where it must.
  @Test func lawsOfLevels() throws {
    let ladder = try NoiseLadder([8, 1, 0.125])
    #expect(NoiseLevelLaw.ladder.representatives(of: ladder, count: 7) == [8, 1, 0.125])
    let even = NoiseLevelLaw.logUniform.representatives(of: ladder, count: 1000).map {
      Foundation.log2($0)
    }
    #expect(even.allSatisfy { abs($0) < 3 })
    #expect(abs(even.reduce(0, +)) < 1e-9)
    #expect(abs(even.map { $0 * $0 }.reduce(0, +) / 1000 - 3) < 1e-4)
    let normal = NoiseLevelLaw.logNormal(over: ladder)
    guard case .logNormal(let mean, let deviation) = normal else {
      Issue.record("\(normal)")
      return
    }
    #expect(abs(mean) < 1e-15)
    #expect(abs(deviation - 1.5 * Foundation.log(2)) < 1e-15)
    let logs = normal.representatives(of: ladder, count: 1000).map { Foundation.log($0) }
    #expect(abs(logs.map { $0 * $0 }.reduce(0, +) / 1000 / (deviation * deviation) - 1) < 5e-3)
    #expect(normal.representatives(of: ladder, count: 1).allSatisfy { abs($0 - 1) < 1e-12 })
    for broken: NoiseLevelLaw in [
      .logNormal(mean: 0, deviation: 0), .logNormal(mean: .nan, deviation: 1),
      .logNormal(mean: 0, deviation: 50),
    ] {
      let objective = DenoisingScoreMatching(ladder: ladder, levelLaw: broken)
      #expect(throws: RunError.self) { try objective.validate(for: Self.networks[0]) }
    }
  }

  /// Powers of σ, down to those that the rarest levels decide, against their closed forms.
  @Test func expectationsOverLawsOfLevels() throws {
    let ladder = try NoiseLadder([8, 1, 0.125])
    for power in [-2.0, -1, 0, 1, 2] {
      func moment(_ law: NoiseLevelLaw) -> Double {
        law.expectation(over: ladder) { Foundation.pow($0, power) }
      }
      let powers = ladder.levels.map { Foundation.pow($0, power) }
      #expect(moment(.ladder) == powers.reduce(0, +) / 3)
      let width = Foundation.log(64.0)
      let even = power == 0 ? 1 : (powers[0] - powers[2]) / (power * width)
      #expect(abs(moment(.logUniform) / even - 1) < 1e-10)
      for (mean, deviation) in [(0.3, 1e-3), (-1.2, 0.3), (-1.2, 1.2), (1, 2)] {
        let found = moment(.logNormal(mean: mean, deviation: deviation))
        let exponent = power * (mean + 0.5 * power * deviation * deviation)
        // Levels beyond 8.3 deviations are never drawn; with the power they are so much nearer.
        let missing = Double.normalCDF(abs(power) * deviation - 8.3)
        #expect(
          abs(found / Foundation.exp(exponent) - 1) < 1e-9 + 2 * missing, "\(power) \(deviation)")
      }
    }
    let one = try NoiseLadder([3])
    #expect(NoiseLevelLaw.logUniform.expectation(over: one) { $0 } == 3)
  }

  /// How much of a law lies within a ladder.
  @Test func probabilitiesOfLevels() throws {
    let (wide, narrow) = (try NoiseLadder([8, 1, 0.125]), try NoiseLadder([2, 0.5]))
    #expect(NoiseLevelLaw.ladder.probability(over: wide, within: narrow) == 1.0 / 3)
    #expect(NoiseLevelLaw.ladder.probability(over: narrow, within: wide) == 1)
    #expect(
      abs(NoiseLevelLaw.logUniform.probability(over: wide, within: narrow) - 1.0 / 3) < 1e-15)
    #expect(NoiseLevelLaw.logUniform.probability(over: narrow, within: wide) == 1)
    let far = try NoiseLadder([100, 50])
    #expect(NoiseLevelLaw.logUniform.probability(over: wide, within: far) == 0)
    let normal = NoiseLevelLaw.logNormal(over: wide)
    // The ends lie two standard deviations from the mean.
    #expect(abs(normal.probability(over: wide, within: wide) - 0.954499736103642) < 1e-12)
    #expect(normal.probability(over: wide, within: far) < 0.01)
  }

  /// Oracle 27: with EDM's preconditioning, σ_d = s and an output of zero the denoiser of N(0, s²) is exact, and
  /// its weighted loss is 1 a coordinate at every noise level. Five standard errors of 60,000 pairs: the loss of
  /// one is a χ² of two degrees.
  @Test(arguments: [[80, 40], [1, 0.5], [0.01, 0.002]], Precision.allCases)
  func edmLossOfTheExactDenoiserIsOne(levels: [Double], precision: Precision) throws {
    let deviation = 0.5
    let ladder = try NoiseLadder(levels)
    let network = Network(
      dimension: 2, hidden: [3], activation: .silu, output: .denoiser,
      conditioning: NoiseConditioning(
        ladder: ladder, preconditioning: .edm(dataDeviation: deviation)))
    let objective = DenoisingScoreMatching(
      ladder: ladder, residual: .denoised, weighting: .edm)
    let law = try GaussianMixture(components: [
      .init(mean: [0, 0], standardDeviation: deviation)
    ])
    let zeros = network.initialParameters(precision: precision, stream: RandomStream(key: 1)).map {
      tensor in
      let count = tensor.values.count
      return NamedTensor(
        name: tensor.name, shape: tensor.shape,
        values: precision == .float32
          ? .float32([Float](repeating: 0, count: count))
          : .float64([Double](repeating: 0, count: count)))
    }
    let process = try TrainingProcess(
      TrainingConfiguration(
        network: network, objective: objective, optimizer: SGD(learningRate: 1e-9),
        batches: .law(.mixture(law), size: 60_000), stream: RandomStream(key: 77),
        precision: precision), initial: zeros)
    let loss = try process.advance().loss
    #expect(abs(loss - 2) < 5 * 2 / 60_000.0.squareRoot())
  }

  /// Half of the pairs are at each of two levels, where the exact score has the losses d − σ² I = s²/(s² + σ²).
  @Test func levelsAreChosenEvenly() throws {
    let ladder = try NoiseLadder([3, 1])
    let network = Network(
      dimension: 1, hidden: [], activation: .silu, output: .denoiser,
      conditioning: NoiseConditioning(
        ladder: ladder, embedding: .none, preconditioning: .edm(dataDeviation: 1)))
    let objective = DenoisingScoreMatching(ladder: ladder, residual: .noise)
    let law = try GaussianMixture(components: [.init(mean: [0], standardDeviation: 1)])
    let zeros = network.initialParameters(precision: .float64, stream: RandomStream(key: 1)).map {
      NamedTensor(
        name: $0.name, shape: $0.shape,
        values: .float64([Double](repeating: 0, count: $0.values.count)))
    }
    let process = try TrainingProcess(
      TrainingConfiguration(
        network: network, objective: objective, optimizer: SGD(learningRate: 1e-9),
        batches: .law(.mixture(law), size: 100_000), stream: RandomStream(key: 3),
        precision: .float64), initial: zeros)
    // (1/10 + 1/2)/2, with a standard deviation of a pair below 0.63.
    #expect(abs(try process.advance().loss - 0.3) < 5 * 0.63 / 100_000.0.squareRoot())
  }

  @Test func whatHasNoMeaningIsRefused() throws {
    let ladder = try NoiseLadder([2, 1])
    func network(
      _ output: NetworkOutput, _ preconditioning: NoiseConditioning.Preconditioning = .none,
      frequencies: Int = 4
    ) -> Network {
      Network(
        dimension: 1, hidden: [2], activation: .tanh, output: output,
        conditioning: NoiseConditioning(
          ladder: ladder, frequencies: frequencies, preconditioning: preconditioning))
    }
    let objective = DenoisingScoreMatching(ladder: ladder)
    for good in [network(.score), network(.denoiser, .edm(dataDeviation: 1))] {
      #expect(throws: Never.self) { try objective.validate(for: good) }
    }
    for bad in [
      network(.energy), network(.score, .edm(dataDeviation: 1)), network(.noise, .division),
      network(.denoiser, .edm(dataDeviation: 0)), network(.score, frequencies: 0),
      Network(dimension: 1, hidden: [2], activation: .tanh, output: .score),
    ] {
      #expect(throws: RunError.self, "\(bad)") { try objective.validate(for: bad) }
    }
    var shared = objective
    shared.sharedOver = [.rows]
    #expect(throws: RunError.self) { try shared.validate(for: network(.score)) }
    // A network that takes the noise level learns at one alone, or none, as little as it is walked on without.
    for wrong: any Objective in [
      DenoisingScoreMatching(noiseLevel: 1), ImplicitScoreMatching(),
    ] {
      let configuration = TrainingConfiguration(
        network: network(.score), objective: wrong, optimizer: SGD(learningRate: 1.0),
        batches: .points(.init(values: [1, 2], dimension: 1, batchSize: 1)),
        stream: RandomStream(key: 1), precision: .float64)
      #expect(throws: RunError.self) { try configuration.validate() }
    }
    let target = ChainTarget.network(network(.score), parameters: [])
    #expect(throws: RunError.self) { try target.validate() }
    let plain = Network(dimension: 1, hidden: [2], activation: .tanh, output: .score)
    #expect(throws: RunError.self) {
      try ChainTarget.conditional(plain, parameters: [], ladder: ladder).validate()
    }
  }
}
