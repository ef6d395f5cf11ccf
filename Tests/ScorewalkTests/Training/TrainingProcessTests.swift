import Scorewalk
import Testing

@Suite struct TrainingProcessTests {
  static let points = (0..<22).map { Double(($0 * 7) % 11) / 5 - 1 }

  static func batches() throws -> [Batches] {
    let law = Law.mixture(
      try GaussianMixture(components: [
        .init(mean: [-1, 0], standardDeviation: 0.5), .init(mean: [1, 0], standardDeviation: 0.5),
      ]))
    return [
      .law(law, size: 6),
      .points(.init(values: points, dimension: 2, batchSize: 4)),
      .points(.init(values: points, dimension: 2, batchSize: 4, lastBatch: .drop)),
      .points(.init(values: points, dimension: 2, batchSize: nil)),
    ]
  }

  /// Every registered optimizer and objective with every output, each kind of batch, clipping and
  /// average, in both precisions.
  static func configurations() throws -> [TrainingConfiguration] {
    let batches = try batches()
    var configurations: [TrainingConfiguration] = []
    func add(
      _ objective: any Objective, _ optimizer: any Optimizer, _ output: NetworkOutput,
      _ precision: Precision, clipping: GradientClipping? = nil,
      average: ExponentialMovingAverage? = nil
    ) {
      configurations.append(
        TrainingConfiguration(
          network: Network(dimension: 2, hidden: [4, 3], activation: .softplus, output: output),
          objective: objective, optimizer: optimizer,
          batches: batches[configurations.count % batches.count],
          stream: RandomStream(key: UInt64(configurations.count)), precision: precision,
          clipping: clipping, average: average))
    }
    for precision in Precision.allCases {
      for kind in Objectives.kinds {
        for (objective, outputs) in kind.examples {
          for output in outputs { add(objective, Adam(learningRate: 1e-2), output, precision) }
        }
      }
      let objective = DenoisingScoreMatching(noiseLevel: 0.5, draws: 2)
      for kind in Optimizers.kinds {
        for optimizer in kind.examples {
          for _ in batches { add(objective, optimizer, .score, precision) }
          add(objective, optimizer, .score, precision, clipping: .globalNorm(0.1))
          add(objective, optimizer, .score, precision, clipping: .value(0.1))
          for (isWarmedUp, isDebiased) in [(false, false), (true, false), (false, true)] {
            add(
              objective, optimizer, .score, precision,
              average: ExponentialMovingAverage(
                decay: 0.9, isWarmedUp: isWarmedUp, isDebiased: isDebiased))
          }
        }
      }
      for schedule: Schedule in [
        .cosine(initial: 1e-2, steps: 7), .exponential(initial: 1e-2, rate: 0.5, steps: 3),
        .piecewise(initial: 1e-2, scales: [.init(step: 6, factor: 0.1)]),
      ] {
        let rate = LearningRate(schedule, warmUp: .init(steps: 3, from: 1e-3))
        add(objective, Adam(learningRate: rate), .score, precision)
      }
    }
    return configurations
  }

  static func begin(
    _ configuration: TrainingConfiguration, pool: WorkerPool = .serial
  ) throws -> TrainingProcess {
    try TrainingProcess(
      configuration,
      initial: configuration.network.initialParameters(
        precision: configuration.precision, stream: RandomStream(key: 40)), pool: pool)
  }

  @Test func nStepsAreKStepsRestoredAndTheRest() throws {
    let configurations = try Self.configurations()
    #expect(configurations.count > 300)
    for configuration in configurations {
      let whole = try Self.begin(configuration)
      let records = try (0..<13).map { _ in try whole.advance() }
      #expect(records.map(\.step) == Array(1...13))
      var parts = try Self.begin(configuration)
      var partRecords: [StepRecord] = []
      for steps in [5, 1, 7] {
        for _ in 0..<steps { partRecords.append(try parts.advance()) }
        let state = parts.state()
        parts = try TrainingProcess(configuration, restoring: state)
        #expect(parts.state().hasSameBits(as: state))
      }
      #expect(records == partRecords, "\(configuration)")
      #expect(whole.state().hasSameBits(as: parts.state()), "\(configuration)")
      #expect(whole.averagedParameters() == parts.averagedParameters())
      #expect(parts.step == 13)
      let initial = try Self.begin(configuration).parameters()
      #expect(initial != whole.parameters())
    }
  }

  @Test func threadsChangeNoBit() throws {
    // Large enough that the network's work is dealt out.
    let network = Network(dimension: 2, hidden: [64, 64], activation: .silu, output: .score)
    let energy = Network(dimension: 2, hidden: [64, 64], activation: .silu, output: .energy)
    let matching = DenoisingScoreMatching(noiseLevel: 0.5, draws: 64)
    let divergence = ContrastiveDivergence(
      negatives: .init(chains: 200, stepSize: 0.1, steps: 3))
    let cases: [(Network, any Objective)] = [
      (network, matching), (energy, matching), (energy, divergence),
    ]
    for precision in Precision.allCases {
      for (network, objective) in cases {
        let configuration = TrainingConfiguration(
          network: network, objective: objective, optimizer: Adam(learningRate: 1e-3),
          batches: try Self.batches()[0], stream: RandomStream(key: 6), precision: precision)
        let states = try [1, 2, 3].map { threads in
          let process = try Self.begin(configuration, pool: WorkerPool(threads: threads))
          for _ in 0..<4 { try process.advance() }
          return process.state()
        }
        #expect(states[0].hasSameBits(as: states[1]))
        #expect(states[0].hasSameBits(as: states[2]))
      }
    }
  }

  @Test func firstRecordIsTheLossOfTheInitialParameters() throws {
    let configuration = try Self.configurations()[0]
    let process = try Self.begin(configuration)
    #expect(process.step == 0)
    let record = try process.advance()
    #expect(record.step == 1 && process.step == 1)
    // The same loss again, from the batch and the noise of step 1.
    let precision = configuration.precision
    #expect(precision == .float32)
    let evaluator: any ObjectiveEvaluator<Float> = configuration.objective.makeEvaluator(
      network: configuration.network, batchSize: 6, stream: configuration.stream, pool: .serial)
    let parameters = configuration.network.initialParameters(
      precision: precision, stream: RandomStream(key: 40)
    ).flatMap(\.values.doubles).map { Float($0) }
    let batch = Matrix<Float>(features: 2, rows: 6)
    guard case .law(let law, _) = configuration.batches else { return }
    law.sample(rows: 0..<6, step: 1, stream: configuration.stream, into: batch)
    var gradient = parameters
    let loss = try parameters.withUnsafeBufferPointer { parameters in
      try gradient.withUnsafeMutableBufferPointer { gradient in
        try evaluator.evaluate(
          parameters: #require(parameters.baseAddress), batch: batch, rows: 6, step: 1,
          gradient: gradient.baseAddress)
      }
    }
    #expect(loss == record.loss)
    let square = gradient.reduce(0.0) { $0 + Double($1) * Double($1) }
    let norm = try #require(record.gradientNorm)
    #expect(abs(norm - square.squareRoot()) < 1e-12)
  }

  @Test func theGradientsNormChangesNoBit() throws {
    for configuration in try Self.configurations() {
      let states = try [true, false].map { isMeasured in
        let process = try Self.begin(configuration)
        for _ in 0..<4 {
          let record = try process.advance(measuresGradient: isMeasured)
          #expect(record.gradientNorm != nil || (!isMeasured && configuration.clipping == nil))
        }
        return process.state()
      }
      #expect(states[0].hasSameBits(as: states[1]))
    }
  }

  /// Adam's second moment overflows, after which no parameter would move again.
  @Test func aMomentThatOverflowsIsFoundAtItsStep() throws {
    var configuration = try #require(Self.configurations().first { $0.precision == .float64 })
    configuration.objective = DenoisingScoreMatching(noiseLevel: 1e-80, residual: .score)
    configuration.network = Network(
      dimension: 2, hidden: [4], activation: .tanh, output: .noise)
    configuration.optimizer = Adam(learningRate: 1e-3)
    configuration.clipping = nil
    let process = try Self.begin(configuration)
    let error = try #require(throws: RunError.self) {
      try process.advance(measuresGradient: false)
    }
    #expect(error.code == .diverged && error.step == 1)
  }

  @Test(arguments: Precision.allCases)
  func aTrainingThatDivergesSaysWhereAndKeepsItsState(precision: Precision) throws {
    var configuration = try #require(
      Self.configurations().first { $0.precision == precision })
    configuration.objective = DenoisingScoreMatching(noiseLevel: 0.5)
    configuration.network = Network(
      dimension: 2, hidden: [4], activation: .relu, output: .score)
    configuration.optimizer = SGD(learningRate: 1e6)
    let process = try Self.begin(configuration)
    var last = process.state()
    var steps = 0
    let error = try #require(throws: RunError.self) {
      for _ in 0..<1000 {
        try process.advance()
        steps += 1
        last = process.state()
      }
    }
    #expect(error.code == .diverged)
    #expect(error.step == steps + 1)
    #expect(error.message.contains("step \(steps + 1)"))
    #expect(error.hint?.contains("learning rate") == true)
    #expect(last.parameters.allSatisfy { $0.values.isFinite })
    #expect(last.step == steps)
    // The failure is met again from the state before it.
    let again = try TrainingProcess(configuration, restoring: last)
    #expect(throws: error) { try again.advance() }
  }

  @Test func statesOfOtherTrainingsAreRefused() throws {
    let objective = DenoisingScoreMatching(noiseLevel: 0.5)
    let configuration = TrainingConfiguration(
      network: Network(dimension: 2, hidden: [3], activation: .tanh, output: .score),
      objective: objective, optimizer: Adam(learningRate: 1e-2), batches: try Self.batches()[0],
      stream: RandomStream(key: 0), precision: .float64)
    let state = try Self.begin(configuration).state()
    var wrong = Array(repeating: state, count: 7)
    wrong[0].parameters.removeLast()
    wrong[1].parameters[0].name = "dense-9.kernel"
    wrong[2].optimizer.removeAll()
    wrong[3].ema = state.parameters
    wrong[4].objective = [state.parameters[0]]
    wrong[5].parameters[1] = NamedTensor(
      name: "dense-0.bias", shape: [3], values: .float32([0, 0, 0]))
    wrong[6].step = -1
    for state in wrong {
      let error = try #require(throws: RunError.self) {
        try TrainingProcess(configuration, restoring: state)
      }
      #expect(error.code == .incompatibleState)
    }
  }

  @Test func whatHasNoMeaningIsRefused() throws {
    let right = try Self.configurations()[0]
    #expect(throws: Never.self) { try right.validate() }
    let changes: [(inout TrainingConfiguration) -> Void] = [
      { $0.network = Network(dimension: 3, hidden: [2], activation: .relu, output: .energy) },
      { $0.objective = DenoisingScoreMatching(noiseLevel: 0) },
      { $0.objective = DenoisingScoreMatching(noiseLevel: 1, draws: 0) },
      { $0.optimizer = SGD(learningRate: -1.0) },
      { $0.clipping = .globalNorm(0) },
      { $0.average = ExponentialMovingAverage(decay: 1.5) },
      { $0.batches = .points(.init(values: [1, 2, 3], dimension: 2, batchSize: 1)) },
      { $0.batches = .points(.init(values: [1, 2], dimension: 2, batchSize: 0)) },
      {
        $0.batches = .points(
          .init(values: [1, 2], dimension: 2, batchSize: 2, lastBatch: .drop))
      },
    ]
    for change in changes {
      var configuration = right
      change(&configuration)
      #expect(throws: RunError.self, "\(configuration)") { try configuration.validate() }
    }
  }
}
