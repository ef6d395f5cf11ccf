import Scorewalk

/// The pieces of which benchmarks are made.
enum Workloads {
  static let stream = RandomStream(key: 0x5c0_7e3a_1b)

  /// Two modes at ±1 of standard deviation 1/2, on a line.
  static func twoModes() throws -> GaussianMixture {
    try GaussianMixture(components: [
      .init(mean: [-1], standardDeviation: 0.5), .init(mean: [1], standardDeviation: 0.5),
    ])
  }

  /// Seed 001's mixture.
  static func wideAndNarrow() throws -> GaussianMixture {
    try GaussianMixture(components: [
      .init(weight: 2, mean: [-5], standardDeviation: 3),
      .init(weight: 1, mean: [6], standardDeviation: 1),
    ])
  }

  /// Seed 002's mixture.
  static func inThePlane() throws -> GaussianMixture {
    try GaussianMixture(components: [
      .init(weight: 1, mean: [-10, 1], standardDeviation: 1),
      .init(weight: 2, mean: [10, 0], standardDeviation: 1),
    ])
  }

  /// Draws from a law, `[count, dimension]`.
  static func draws(from law: GaussianMixture, count: Int) -> [Double] {
    let matrix = Matrix<Double>(features: law.dimension, rows: count)
    Law.mixture(law).sample(rows: 0..<count, step: 0, stream: stream, into: matrix)
    return (0..<count).flatMap { row in (0..<law.dimension).map { matrix[$0, row] } }
  }

  /// A training of some steps, from the start.
  static func training(_ configuration: TrainingConfiguration, steps: Int)
    -> (WorkerPool) throws -> () throws -> Void
  {
    { pool in
      let initial = configuration.network.initialParameters(
        precision: configuration.precision, stream: stream)
      let process = try TrainingProcess(configuration, initial: initial, pool: pool)
      return {
        while process.step < steps {
          // As often as a run logs unless told otherwise.
          try process.advance(measuresGradient: (process.step + 1).isMultiple(of: 100))
        }
      }
    }
  }

  /// Langevin chains of some steps of which the last state is kept.
  static func chains(
    _ target: @autoclosure @escaping () throws -> ChainTarget, count: Int, steps: Int,
    stepSize: Double,
    precision: Precision,
    keep: KeepRule = .last
  ) -> (WorkerPool) throws -> () throws -> Void {
    chains(
      LangevinSampler(stepSize: stepSize), try target(), count: count, steps: steps,
      precision: precision, keep: keep)
  }

  /// Chains of some steps of which the last state is kept.
  static func chains(
    _ sampler: any Sampler, _ target: @autoclosure @escaping () throws -> ChainTarget, count: Int,
    steps: Int, precision: Precision, keep: KeepRule = .last
  ) -> (WorkerPool) throws -> () throws -> Void {
    { pool in
      let configuration = ChainConfiguration(
        sampler: sampler, target: try target(), chains: count,
        initial: .normal(), stream: stream, precision: precision)
      let process = try ChainProcess(
        configuration, keeping: try keep.states(steps: steps), pool: pool)
      return {
        var draws = Draws(for: configuration)
        while process.step < steps {
          try process.advance(to: min(process.step + 1000, steps), recording: &draws)
          draws.removeAll()
        }
      }
    }
  }

  /// Chains of a diffusion on an exact mixture, from noise to its end.
  static func diffusion(
    _ sampler: DiffusionSampler, on law: GaussianMixture, count: Int
  ) -> (WorkerPool) throws -> () throws -> Void {
    diffusion(sampler, count: count) { .smoothed(.mixture(law), ladder: $0) }
  }

  /// Chains of a diffusion from noise to its end, on what has a score at its noise levels.
  static func diffusion(
    _ sampler: DiffusionSampler, count: Int, target: @escaping (NoiseLadder) -> ChainTarget
  ) -> (WorkerPool) throws -> () throws -> Void {
    { pool in
      guard let ladder = sampler.ladder, let steps = sampler.length, let prior = sampler.prior
      else { return {} }
      let configuration = ChainConfiguration(
        sampler: sampler, target: target(ladder), chains: count, initial: prior, stream: stream,
        precision: .float32)
      let process = try ChainProcess(
        configuration, keeping: try KeepRule.last.states(steps: steps), pool: pool)
      return {
        var draws = Draws(for: configuration)
        try process.advance(to: steps, recording: &draws)
      }
    }
  }

  /// A network that takes the noise level, with its initial parameters.
  static func conditional(_ network: Network, _ ladder: NoiseLadder) -> ChainTarget {
    .conditional(
      network, parameters: network.initialParameters(precision: .float32, stream: stream),
      ladder: ladder)
  }

  /// A network with its initial parameters.
  static func network(
    _ dimension: Int, _ hidden: [Int], _ activation: Activation, _ output: NetworkOutput,
    _ precision: Precision = .float32
  ) -> ChainTarget {
    let network = Network(
      dimension: dimension, hidden: hidden, activation: activation, output: output)
    return .network(
      network, parameters: network.initialParameters(precision: precision, stream: stream))
  }

  /// Operations of a forward pass of one row: two a weight.
  static func operations(_ widths: [Int]) -> Double {
    zip(widths, widths.dropFirst()).reduce(0.0) { $0 + 2 * Double($1.0 * $1.1) }
  }
}
