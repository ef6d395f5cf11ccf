import Scorewalk

extension Benchmarks {
  /// The network of the spec `denoising-2d-annealed`: three residual layers, for noise levels from 27 to 0.1.
  private static func conditional() throws -> Network {
    Network(
      dimension: 2, hidden: [64, 64, 64], activation: .silu, isResidual: true, output: .denoiser,
      conditioning: NoiseConditioning(
        ladder: try .geometric(from: 27, to: 0.1, count: 10), embedding: .log,
        preconditioning: .edm(dataDeviation: 6.7)))
  }

  /// What learns at many noise levels, by slices, or with chains that go on, and what follows it.
  static func learned() throws -> [Benchmark] {
    let mixture = try Workloads.inThePlane()
    let network = try conditional()
    let ladder = try NoiseLadder.geometric(from: 27, to: 0.1, count: 10)
    return [
      Benchmark(
        name: "methods/noise-conditional",
        what: "denoising at all noise levels, 3 residual layers of 64, 600 pairs",
        unit: .steps, work: 2000,
        prepare: Workloads.training(
          TrainingConfiguration(
            network: network,
            objective: DenoisingScoreMatching(
              ladder: ladder, levelLaw: .logNormal(over: ladder), draws: 2, residual: .denoised,
              weighting: .edm),
            optimizer: Adam(learningRate: 5e-3),
            batches: .points(
              .init(
                values: Workloads.draws(from: mixture, count: 300), dimension: 2, batchSize: 300)),
            stream: Workloads.stream, precision: .float32,
            average: ExponentialMovingAverage(decay: 0.999)), steps: 2000)),
      Benchmark(
        name: "methods/network-annealed",
        what: "2,000 chains down that network, 10 noise levels of 100 steps",
        unit: .chainSteps, work: 2e6,
        prepare: Workloads.chains(
          AnnealedLangevin(noiseLevels: ladder, stepsPerLevel: 100, stepSize: 5e-4),
          Workloads.conditional(network, ladder), count: 2000, steps: 1000, precision: .float32)),
      Benchmark(
        name: "methods/network-heun", what: "50,000 chains of EDM's 18 steps down that network",
        unit: .chainSteps, work: 9e5,
        prepare: Workloads.diffusion(
          try DiffusionSampler(
            grid: .at(.edm(from: 27, to: 0.1, count: 18), of: .edm()), scheme: .edm(),
            denoisesAtEnd: true), count: 50_000
        ) { Workloads.conditional(network, $0) }),
      Benchmark(
        name: "methods/likelihood",
        what: "log densities of 10,000 points by the flow to 1e-5, VP, float64",
        unit: .samples, work: 1e4,
        prepare: { pool in
          let points = Workloads.draws(from: mixture, count: 10_000)
          let likelihood = FlowLikelihood(process: .variancePreserving(), from: 1e-3)
          return {
            _ = try likelihood.values(
              of: .mixture(mixture), at: points, stream: Workloads.stream, pool: pool)
          }
        }),
      Benchmark(
        name: "methods/sliced", what: "sliced score matching, 2-64-64-2, softplus, batch 256, Adam",
        unit: .steps, work: 2000,
        prepare: Workloads.training(
          TrainingConfiguration(
            network: Network(
              dimension: 2, hidden: [64, 64], activation: .softplus, output: .score),
            objective: SlicedScoreMatching(), optimizer: Adam(learningRate: 2e-3),
            batches: .points(
              .init(
                values: Workloads.draws(from: mixture, count: 10_000), dimension: 2,
                batchSize: 256)),
            stream: Workloads.stream, precision: .float32), steps: 2000)),
      Benchmark(
        name: "methods/replay",
        what: "contrastive divergence, 1-32-32-1, 256 chains of 10 steps from a buffer of 1,024",
        unit: .steps, work: 2000,
        prepare: Workloads.training(
          TrainingConfiguration(
            network: Network(
              dimension: 1, hidden: [32, 32], activation: .silu, output: .energy),
            objective: ContrastiveDivergence(
              negatives: .init(
                chains: 256, initial: .normal(standardDeviation: 2), stepSize: 0.05, steps: 10,
                keep: .last, persistent: .init(buffer: 1024)), regularization: 1e-3),
            optimizer: Adam(learningRate: 1e-3),
            batches: .law(.mixture(try Workloads.twoModes()), size: 256),
            stream: Workloads.stream, precision: .float32,
            average: ExponentialMovingAverage(decay: 0.999)), steps: 2000)),
    ]
  }
}
