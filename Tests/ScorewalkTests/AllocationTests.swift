import CAllocations
import Scorewalk
import Testing

/// Nothing is allocated a step: what a training or a chain needs it has from its beginning.
///
/// Blocks that the thread asks for are counted, those for nothing but the call itself among them.
@Suite(.enabled(if: allocations_are_counted() != 0, "the C library's malloc cannot be replaced"))
struct AllocationTests {
  private static let stream = RandomStream(key: 11)

  /// How many blocks this thread asks for.
  private static func allocations(_ body: () throws -> Void) rethrows -> Int {
    let before = allocations_of_this_thread()
    try body()
    return allocations_of_this_thread() - before
  }

  private static func mixture() throws -> GaussianMixture {
    let components = [-1.0, 1].map {
      GaussianMixture.Component(mean: [$0, 0.3 * $0], standardDeviation: 0.5)
    }
    return try GaussianMixture(components: components)
  }

  private static func points() -> Batches {
    let values = (0..<60).map { stream.normal(.dataNoise, step: 0, row: $0, column: 0) }
    return .points(.init(values: values, dimension: 2, batchSize: 8))
  }

  /// What twenty steps ask for after five: epochs begin and end within.
  private static func ofTraining(
    _ objective: any Objective, _ optimizer: any Optimizer, output: NetworkOutput,
    batches: Batches, precision: Precision = .float32, threads: Int = 1,
    clipping: GradientClipping? = nil, average: ExponentialMovingAverage? = nil,
    conditioning: NoiseConditioning? = nil
  ) throws -> Int {
    let network = Network(
      dimension: 2, hidden: [8, 8], activation: .softplus, output: output,
      conditioning: conditioning)
    let configuration = TrainingConfiguration(
      network: network, objective: objective, optimizer: optimizer, batches: batches,
      stream: stream, precision: precision, clipping: clipping, average: average)
    let process = try TrainingProcess(
      configuration,
      initial: network.initialParameters(precision: precision, stream: stream),
      pool: threads == 1 ? .serial : WorkerPool(threads: threads))
    for _ in 0..<5 { try process.advance() }
    return try allocations { for _ in 0..<20 { try process.advance() } }
  }

  @Test func allocationsAreSeen() {
    var kept: [[Int]] = []
    kept.reserveCapacity(8)
    #expect(Self.allocations { for size in 1...8 { kept.append(Array(0..<(40 * size))) } } == 8)
    #expect(Self.allocations {} == 0)
  }

  @Test(arguments: [1, 2])
  func objectives(threads: Int) throws {
    for kind in Objectives.kinds {
      for (objective, outputs) in kind.examples {
        for output in outputs {
          for precision in [Precision.float32, .float64] {
            let count = try Self.ofTraining(
              objective, Adam(learningRate: 1e-3), output: output, batches: Self.points(),
              precision: precision, threads: threads)
            // What is dealt to threads is one small block each time: at most four times a step.
            let most = threads == 1 ? 0 : 20 * 4
            #expect(count <= most, "\(objective) \(output) \(precision) \(threads)")
          }
        }
      }
    }
  }

  @Test func severalNoiseLevels() throws {
    let ladder = try NoiseLadder([3, 2, 1])
    for embedding in NoiseConditioning.Embedding.allCases {
      let count = try Self.ofTraining(
        DenoisingScoreMatching(ladder: ladder, draws: 2), Adam(learningRate: 1e-3),
        output: .denoiser, batches: Self.points(),
        conditioning: NoiseConditioning(
          ladder: ladder, embedding: embedding, preconditioning: .edm(dataDeviation: 1)))
      #expect(count == 0, "\(embedding)")
    }
  }

  @Test func optimizers() throws {
    for kind in Optimizers.kinds {
      for optimizer in kind.examples {
        for precision in [Precision.float32, .float64] {
          let count = try Self.ofTraining(
            ImplicitScoreMatching(), optimizer, output: .score, batches: Self.points(),
            precision: precision, clipping: nil, average: nil)
          #expect(count == 0, "\(optimizer) \(precision)")
        }
      }
    }
  }

  @Test func clippingAverageAndLaws() throws {
    let objective = DenoisingScoreMatching(noiseLevel: 0.5)
    #expect(
      try Self.ofTraining(
        objective, SGD(learningRate: 1e-3), output: .score, batches: Self.points(),
        clipping: .globalNorm(0.1),
        average: ExponentialMovingAverage(decay: 0.9)) == 0)
    let laws: [Law] = [
      .mixture(try Self.mixture()),
      .categorical(try Categorical(values: [[0, 1], [1, 0]])),
    ]
    for law in laws {
      // What drawing a batch takes; nothing that grows with the batch.
      let counts = try [16, 1600].map { size in
        try Self.ofTraining(
          objective, Adam(learningRate: 1e-3), output: .score, batches: .law(law, size: size))
      }
      #expect(counts[0] == counts[1] && counts[0] <= 20 * 12, "\(counts)")
    }
  }

  /// A call that moves the chains ten times as far, or to their end, asks for no more.
  @Test(arguments: [1, 2], [Precision.float32, .float64])
  func samplers(threads: Int, precision: Precision) throws {
    let pool = threads == 1 ? WorkerPool.serial : WorkerPool(threads: threads)
    for kind in Samplers.kinds {
      for sampler in kind.examples {
        let end = min(115, sampler.length ?? 115)
        for target in ChainProcessTests.targets(precision, for: sampler) {
          for chains in [1, 3, 600] {
            let configuration = ChainConfiguration(
              sampler: sampler, target: target, chains: chains, initial: .normal(),
              stream: Self.stream, precision: precision)
            let process = try ChainProcess(
              configuration, keeping: try KeepRule.last.states(steps: 10_000), pool: pool)
            var draws = Draws(for: configuration)
            try process.advance(to: 5, recording: &draws)
            let few = try Self.allocations { try process.advance(to: 15, recording: &draws) }
            let many = try Self.allocations { try process.advance(to: end, recording: &draws) }
            #expect(few == many, "\(sampler) \(target.dimension) \(chains) chains")
          }
        }
      }
    }
  }
}
