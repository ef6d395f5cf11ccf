import Scorewalk
import Testing

/// Diffusions that follow networks which take the noise level.
@Suite struct DiffusionNetworkTests {
  /// The positions of chains at their end.
  private static func run(
    _ sampler: DiffusionSampler, _ network: Network, _ parameters: [NamedTensor],
    from initial: InitialPositions, chains: Int, precision: Precision = .float64,
    stream: RandomStream
  ) throws -> [Double] {
    let configuration = ChainConfiguration(
      sampler: sampler,
      target: .conditional(
        network, parameters: parameters, ladder: try #require(sampler.ladder)),
      chains: chains, initial: initial, stream: stream, precision: precision)
    let length = try #require(sampler.length)
    let process = try ChainProcess(configuration, keeping: KeepRule.last.states(steps: length))
    var draws = Draws(for: configuration)
    try process.advance(to: length, recording: &draws)
    return draws.values.doubles
  }

  /// One chain by its rules and the formulas of the network, without anything of the sampler.
  private static func chain(
    _ index: Int, _ sampler: DiffusionSampler, _ network: Network, _ parameters: [Double],
    from start: [Double], _ stream: RandomStream
  ) -> [Double] {
    func score(_ x: [Double], _ level: Double, _ scale: Double) -> [Double] {
      NoiseConditioningTests.score(network, parameters, at: x.map { $0 / scale }, level)
    }
    var x = start
    for step in 1...(sampler.length ?? 0) {
      var block = 0
      for rule in sampler.rules(step: step) {
        let here = rule.noiseLevel.map { score(x, $0, rule.scale) } ?? x.map { _ in 0 }
        var next = zip(x, here).map { rule.position * $0 + rule.score * $1 }
        if rule.noise != 0 {
          for coordinate in x.indices {
            next[coordinate] +=
              rule.noise
              * stream.normal(
                .chainNoise, step: UInt64(step), row: index, column: block * x.count + coordinate)
          }
          block += 1
        }
        if let correction = rule.correction {
          let there = score(next, correction.noiseLevel, correction.scale)
          next = x.indices.map {
            correction.position * x[$0] + correction.score * here[$0]
              + correction.nextPosition * next[$0] + correction.nextScore * there[$0]
          }
        }
        x = next
      }
    }
    return x
  }

  /// Every scheme follows every kind of network as its rules and the network's formulas say, level by level.
  @Test(arguments: NoiseConditioningTests.networks.indices)
  func chainsAreThoseOfTheFormulas(index: Int) throws {
    let network = NoiseConditioningTests.networks[index]
    let parameters = try network.testParameters(key: 12).map { 0.3 * $0 }
    let tensors = network.mlp.tensors.map { tensor in
      NamedTensor(
        name: tensor.name, shape: tensor.shape,
        values: .float64(Array(parameters[tensor.offset..<(tensor.offset + tensor.count)])))
    }
    let stream = RandomStream(key: 31)
    let starts = [[0.5, -2], [-3, 1], [4, 2.5]]
    for process in [DiffusionProcess.variancePreserving(), .varianceExploding(), .edm()] {
      let grid = try DiffusionGrid.at(.edm(from: 4, to: 0.5, count: 5), of: process)
      let corrector = DiffusionSampler.Corrector(steps: 2)
      for sampler in try [
        DiffusionSampler(grid: grid, scheme: .eulerMaruyama),
        DiffusionSampler(grid: grid, scheme: .reverseDiffusion, corrector: corrector),
        DiffusionSampler(grid: grid, scheme: .ancestral, denoisesAtEnd: true),
        DiffusionSampler(grid: grid, scheme: .ddim(eta: 0.5)),
        DiffusionSampler(grid: grid, scheme: .heun),
        DiffusionSampler(grid: grid, scheme: .edm(.init(amount: 2)), denoisesAtEnd: true),
      ] {
        let ends = try Self.run(
          sampler, network, tensors, from: .samples(starts.flatMap { $0 }), chains: 3,
          stream: stream)
        for (row, start) in starts.enumerated() {
          let expected = Self.chain(row, sampler, network, parameters, from: start, stream)
          for coordinate in 0..<2 {
            let (found, right) = (ends[2 * row + coordinate], expected[coordinate])
            #expect(
              abs(found - right) <= 1e-9 * (1 + abs(right)), "\(process) \(sampler.scheme)")
          }
        }
      }
    }
  }

  /// With EDM's preconditioning, σ_d = s and an output of zero a network has the exact scores of N(0, s²): steps without
  /// noise are the maps of the rules, to rounding, and others have their means and variances, within five standard errors.
  @Test(arguments: Precision.allCases)
  func theExactScoreOfAGaussian(precision: Precision) throws {
    let deviation = 0.5
    let network = Network(
      dimension: 1, hidden: [], activation: .silu, output: .denoiser,
      conditioning: NoiseConditioning(
        ladder: try NoiseLadder([80, 0.01]), preconditioning: .edm(dataDeviation: deviation)))
    let zeros = network.initialParameters(precision: precision, stream: RandomStream(key: 1)).map {
      let count = $0.values.count
      return NamedTensor(
        name: $0.name, shape: $0.shape,
        values: precision == .float32
          ? .float32([Float](repeating: 0, count: count))
          : .float64([Double](repeating: 0, count: count)))
    }
    let variance = deviation * deviation
    for (index, sampler) in try DiffusionSamplerTests.everyScheme().enumerated() {
      let stream = RandomStream(key: 200 + UInt64(index))
      let spread = sampler.grid.process.noiseDeviation(at: sampler.grid.times[0])
      if !sampler.scheme.isRandom, sampler.corrector == nil {
        let places = [-1.5, 0, 2].map { $0 * spread }
        let ends = try Self.run(
          sampler, network, zeros, from: .samples(places), chains: 3, precision: precision,
          stream: stream)
        for (place, end) in zip(places, ends) {
          let expected = try #require(
            sampler.end(ofMean: 0, variance: variance, from: (place, 0)))
          let tolerance = precision == .float64 ? 1e-12 : 1e-4
          #expect(abs(end - expected.mean) < tolerance * (1 + abs(expected.mean)))
        }
      } else {
        let ends = try Self.run(
          sampler, network, zeros, from: .normal(standardDeviation: spread), chains: 2000,
          precision: precision, stream: stream)
        let expected = try #require(
          sampler.end(ofMean: 0, variance: variance, from: (0, spread * spread)))
        LangevinStatisticsTests.expect(ends, mean: 0, variance: expected.variance)
      }
    }
  }
}
