import Scorewalk

/// The benchmarks, in the order of the table in the README.
enum Benchmarks {
  static func all() throws -> [Benchmark] {
    try seed000() + seed001() + seed002() + throughput() + methods() + learned() + diffusions()
      + growth()
  }

  private static func seed000() throws -> [Benchmark] {
    let steps = 30_000
    let energy = Network(dimension: 1, hidden: [10, 10], activation: .softplus, output: .energy)
    let score = Network(dimension: 1, hidden: [10, 10], activation: .softplus, output: .score)
    let divergence = ContrastiveDivergence(
      negatives: .init(stepSize: 0.1, steps: 10, keep: KeepRule(from: 2, every: 2)))
    let denoising = DenoisingScoreMatching(
      noiseLevel: 0.5, draws: 10, sharedOver: [.rows], loss: .norm)
    return [
      Benchmark(
        name: "seed-000/energy-training",
        what: "contrastive divergence, 1-10-10-1, batch 32, Adam, float64",
        unit: .steps, work: Double(steps),
        prepare: Workloads.training(
          TrainingConfiguration(
            network: energy, objective: divergence, optimizer: Adam(learningRate: 5e-4),
            batches: .law(.mixture(try Workloads.twoModes()), size: 32), stream: Workloads.stream,
            precision: .float64), steps: steps)),
      Benchmark(
        name: "seed-000/score-training",
        what: "denoising score matching, 1-10-10-1, 32 rows of 10 noises, Adam, float64",
        unit: .steps, work: Double(steps),
        prepare: Workloads.training(
          TrainingConfiguration(
            network: score, objective: denoising, optimizer: Adam(learningRate: 5e-4),
            batches: .law(.categorical(try Categorical(values: [[0], [1]])), size: 32),
            stream: Workloads.stream, precision: .float64), steps: steps)),
    ]
  }

  private static func seed001() throws -> [Benchmark] {
    let mixture = try Workloads.wideAndNarrow()
    let network = Network(dimension: 1, hidden: [1024], activation: .relu, output: .score)
    let iterations = 1200
    return [
      Benchmark(
        name: "seed-001/training",
        what: "implicit score matching, 1-1024-1, 15,000 rows, FISTA with line search",
        unit: .steps, work: Double(iterations),
        prepare: Workloads.training(
          TrainingConfiguration(
            network: network, objective: ImplicitScoreMatching(), optimizer: GradientDescent(),
            batches: .points(
              .init(
                values: Workloads.draws(from: mixture, count: 15_000), dimension: 1, batchSize: nil)
            ), stream: Workloads.stream, precision: .float32), steps: iterations)),
      Benchmark(
        name: "seed-001/chains", what: "1,000 chains of 2,000 steps, 1-1024-1, every state kept",
        unit: .chainSteps, work: 2e6, operations: 2e6 * Workloads.operations([1, 1024, 1]),
        prepare: Workloads.chains(
          Workloads.network(1, [1024], .relu, .score), count: 1000, steps: 2000, stepSize: 5e-3,
          precision: .float32, keep: .default)),
    ]
  }

  private static func seed002() throws -> [Benchmark] {
    let mixture = try Workloads.inThePlane()
    let network = Network(dimension: 2, hidden: [256, 256], activation: .relu, output: .score)
    let widths = [2, 256, 256, 2]
    let objective = DenoisingScoreMatching(
      noiseLevel: 3, sharedOver: [.rows, .coordinates], residual: .score, reduction: .sum)
    let steps = 38_000
    return [
      Benchmark(
        name: "seed-002/training", what: "denoising score matching, 2-256-256-2, batch 8, SGD",
        unit: .steps, work: Double(steps),
        operations: Double(steps) * 300 / 38 * 3 * Workloads.operations(widths),
        prepare: Workloads.training(
          TrainingConfiguration(
            network: network, objective: objective, optimizer: SGD(learningRate: 1e-5),
            batches: .points(
              .init(
                values: Workloads.draws(from: mixture, count: 300), dimension: 2, batchSize: 8)),
            stream: Workloads.stream, precision: .float32), steps: steps)),
      Benchmark(
        name: "seed-002/chains", what: "100 chains of 10,000 steps, 2-256-256-2",
        unit: .chainSteps, work: 1e6, operations: 1e6 * Workloads.operations(widths),
        prepare: Workloads.chains(
          Workloads.network(2, [256, 256], .relu, .score), count: 100, steps: 10_000,
          stepSize: 0.005, precision: .float32)),
      Benchmark(
        name: "seed-002/one-chain", what: "one chain of 100,000 steps, 2-256-256-2",
        unit: .chainSteps, work: 1e5, operations: 1e5 * Workloads.operations(widths),
        prepare: Workloads.chains(
          Workloads.network(2, [256, 256], .relu, .score), count: 1, steps: 100_000,
          stepSize: 0.0005, precision: .float32)),
    ]
  }

  private static func throughput() throws -> [Benchmark] {
    var all: [Benchmark] = [
      Benchmark(
        name: "chains/tiny", what: "1,000 chains of 2,000 steps, energy 1-10-10-1, softplus",
        unit: .chainSteps, work: 2e6,
        prepare: Workloads.chains(
          Workloads.network(1, [10, 10], .softplus, .energy), count: 1000, steps: 2000,
          stepSize: 0.1, precision: .float32)),
      Benchmark(
        name: "chains/mixture", what: "100,000 chains of 1,000 steps on an exact mixture",
        unit: .chainSteps, work: 1e8,
        prepare: Workloads.chains(
          .law(try Workloads.twoModes()), count: 100_000, steps: 1000, stepSize: 0.1,
          precision: .float32)),
      Benchmark(
        name: "random/normals", what: "standard normal numbers, float32, one thread",
        unit: .numbers,
        work: 64 * 65_536, threads: 1,
        prepare: { _ in
          let matrix = Matrix<Float>(features: 1, rows: 65_536)
          return {
            for step in 0..<64 {
              Workloads.stream.normals(
                .chainNoise, step: UInt64(step), rows: 0..<65_536, columns: 0..<1, into: matrix)
            }
          }
        }),
    ]
    for (count, steps) in [(128, 2000), (1000, 400), (100_000, 10)] {
      all.append(
        Benchmark(
          name: "chains/256x256/\(count)", what: "\(count) chains of \(steps) steps, 2-256-256-2",
          unit: .chainSteps, work: Double(count * steps),
          operations: Double(count * steps) * Workloads.operations([2, 256, 256, 2]),
          prepare: Workloads.chains(
            Workloads.network(2, [256, 256], .relu, .score), count: count, steps: steps,
            stepSize: 0.01, precision: .float32)))
    }
    for (width, rows, steps) in [
      (256, 128, 400), (256, 1024, 100), (1024, 1024, 10), (1024, 8, 200),
    ] {
      all.append(try training(width: width, rows: rows, steps: steps))
    }
    return all
  }

  /// Diffusions run backwards on the exact scores of seed 002's mixture.
  private static func diffusions() throws -> [Benchmark] {
    let mixture = try Workloads.inThePlane()
    let uniform = try DiffusionGrid.uniform(.variancePreserving(), steps: 1000, to: 1e-3)
    let ladder = try DiffusionGrid.at(.edm(from: 80, to: 0.002, count: 18), of: .edm())
    let whole = try DiffusionGrid.uniform(.variancePreserving(), steps: 1, to: 1e-3)
    return [
      Benchmark(
        name: "diffusions/euler-maruyama", what: "10,000 chains of 1,000 steps, VP",
        unit: .chainSteps, work: 1e7,
        prepare: Workloads.diffusion(
          try DiffusionSampler(grid: uniform, scheme: .eulerMaruyama), on: mixture, count: 10_000)),
      Benchmark(
        name: "diffusions/heun", what: "100,000 chains of EDM's 18 steps", unit: .chainSteps,
        work: 1.8e6,
        prepare: Workloads.diffusion(
          try DiffusionSampler(grid: ladder, scheme: .edm(), denoisesAtEnd: true), on: mixture,
          count: 100_000)),
      Benchmark(
        name: "diffusions/dormand-prince", what: "10,000 chains to a tolerance of 1e-5, VP",
        unit: .chainSteps, work: 1e4,
        prepare: Workloads.diffusion(
          try DiffusionSampler(grid: whole, scheme: .dormandPrince()), on: mixture, count: 10_000)),
    ]
  }

  /// Denoising score matching with fresh draws, and Adam.
  private static func training(width: Int, rows: Int, steps: Int) throws -> Benchmark {
    let network = Network(
      dimension: 2, hidden: [width, width], activation: .relu, output: .score)
    return Benchmark(
      name: "training/\(width)x\(width)/\(rows)",
      what: "denoising score matching, 2-\(width)-\(width)-2, batch \(rows), Adam",
      unit: .samples, work: Double(rows * steps),
      operations: Double(rows * steps) * 3 * Workloads.operations([2, width, width, 2]),
      prepare: Workloads.training(
        TrainingConfiguration(
          network: network,
          objective: DenoisingScoreMatching(noiseLevel: 3, residual: .score),
          optimizer: Adam(learningRate: 1e-3),
          batches: .law(.mixture(try Workloads.inThePlane()), size: rows),
          stream: Workloads.stream, precision: .float32), steps: steps))
  }

  /// Samplers beside plain chains.
  private static func methods() throws -> [Benchmark] {
    let points = try Categorical(values: [[5, 5], [-5, -5]], weights: [0.8, 0.2])
    let ladder = try NoiseLadder.geometric(from: 20, to: 1, count: 10)
    let four = try Measurements(noiseLevel: 8, count: 4)
    return [
      Benchmark(
        name: "methods/annealed", what: "20,000 chains, 10 noise levels of 100 steps, two points",
        unit: .chainSteps, work: 2e7,
        prepare: Workloads.chains(
          AnnealedLangevin(
            noiseLevels: ladder, stepsPerLevel: 100, stepSize: 0.1, convention: .half),
          .smoothed(.categorical(points), ladder: ladder), count: 20_000, steps: 1000,
          precision: .float32)),
      Benchmark(
        name: "methods/underdamped", what: "100,000 chains of 1,000 BAOAB steps on two modes",
        unit: .chainSteps, work: 1e8,
        prepare: Workloads.chains(
          UnderdampedLangevin(stepSize: 0.4, friction: 1),
          .law(try Workloads.twoModes()), count: 100_000, steps: 1000, precision: .float32)),
      Benchmark(
        name: "methods/metropolis-adjusted",
        what: "100,000 chains of 1,000 steps with Metropolis' adjustment on two modes",
        unit: .chainSteps, work: 1e8,
        prepare: Workloads.chains(
          MetropolisAdjustedLangevin(stepSize: 0.3),
          .law(try Workloads.twoModes()), count: 100_000, steps: 1000, precision: .float32)),
      Benchmark(
        name: "methods/multi-measurement",
        what: "20,000 chains of 1,000 steps on four measurements of two points",
        unit: .chainSteps, work: 2e7,
        prepare: Workloads.chains(
          MultiMeasurement(measurements: four, stepSize: 6.4),
          .smoothed(.categorical(points), ladder: try NoiseLadder([four.meanNoiseLevel])),
          count: 20_000, steps: 1000, precision: .float32)),
      Benchmark(
        name: "methods/sequential-measurement",
        what: "20,000 chains of 250 steps on each of four measurements of two points",
        unit: .chainSteps, work: 2e7,
        prepare: Workloads.chains(
          SequentialMeasurement(measurements: four, stepsPerMeasurement: 250, stepSize: 6.4),
          .smoothed(.categorical(points), ladder: four.levels), count: 20_000, steps: 1000,
          precision: .float32)),
    ]
  }

  /// How the time grows with each size.
  private static func growth() throws -> [Benchmark] {
    var all: [Benchmark] = []
    for exponent in 0...6 {
      let count = [1, 10, 100, 1000, 10_000, 100_000, 1_000_000][exponent]
      let steps = max(10, 1_000_000 / count)
      all.append(
        Benchmark(
          name: "growth/chains/\(count)", what: "\(count) chains on an exact mixture",
          unit: .chainSteps, work: Double(count * steps),
          prepare: Workloads.chains(
            .law(try Workloads.twoModes()), count: count, steps: steps, stepSize: 0.1,
            precision: .float32)))
    }
    for rows in [1, 8, 32, 128, 512, 2048, 8192] {
      all.append(
        growing("batch/\(rows)", try training(width: 64, rows: rows, steps: max(20, 65_536 / rows)))
      )
    }
    for width in [8, 32, 128, 512, 2048] {
      all.append(
        growing(
          "width/\(width)", try training(width: width, rows: 128, steps: max(2, 2000 / width))))
    }
    for dimension in [1, 10, 100, 1000] {
      let mixture = try GaussianMixture(components: [
        .init(mean: Array(repeating: -1, count: dimension), standardDeviation: 0.5),
        .init(mean: Array(repeating: 1, count: dimension), standardDeviation: 0.5),
      ])
      let steps = max(20, 2000 / dimension)
      all.append(
        Benchmark(
          name: "growth/dimension/\(dimension)",
          what: "1,000 chains on an exact mixture in \(dimension) dimensions", unit: .chainSteps,
          work: Double(1000 * steps),
          prepare: Workloads.chains(
            .law(mixture), count: 1000, steps: steps, stepSize: 0.1, precision: .float32)))
    }
    for steps in [1000, 10_000, 100_000] {
      all.append(
        Benchmark(
          name: "growth/steps/\(steps)", what: "100 chains on an exact mixture, \(steps) steps",
          unit: .chainSteps, work: Double(100 * steps),
          prepare: Workloads.chains(
            .law(try Workloads.twoModes()), count: 100, steps: steps, stepSize: 0.1,
            precision: .float32)))
    }
    return all
  }

  private static func growing(_ name: String, _ benchmark: Benchmark) -> Benchmark {
    Benchmark(
      name: "growth/" + name, what: benchmark.what, unit: benchmark.unit, work: benchmark.work,
      operations: benchmark.operations, prepare: benchmark.prepare)
  }
}
