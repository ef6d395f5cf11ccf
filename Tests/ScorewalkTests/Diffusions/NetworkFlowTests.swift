import Foundation
import Scorewalk
import Testing

/// The probability flow of networks that take the noise level, where it is known in closed form.
@Suite struct NetworkFlowTests {
  /// s(y, σ) = A y at every level, A = [[−a, −k], [k, −a]]: with dx/dσ = −σ A x the flow from σ to σ' turns points by
  /// k θ and stretches them by exp(a θ), θ = (σ'² − σ²)/2.
  private static let (decay, turn) = (0.3, 0.5)

  private static func linear(
    _ precision: Precision
  ) throws -> (network: Network, parameters: [NamedTensor]) {
    let network = Network(
      dimension: 2, hidden: [], activation: .silu, output: .score,
      conditioning: NoiseConditioning(ladder: try NoiseLadder([4, 0.1]), embedding: .none))
    // Kernels are [in, out].
    let kernel = [-decay, turn, -turn, -decay]
    let values: [TensorValues] =
      precision == .float64
      ? [.float64(kernel), .float64([0, 0])]
      : [.float32(kernel.map { Float($0) }), .float32([0, 0])]
    return (
      network,
      [
        NamedTensor(name: "dense-0.kernel", shape: [2, 2], values: values[0]),
        NamedTensor(name: "dense-0.bias", shape: [2], values: values[1]),
      ]
    )
  }

  /// Where the flow leads, from one noise level to another.
  private static func flow(_ x: [Double], from first: Double, to last: Double) -> [Double] {
    let theta = 0.5 * (last * last - first * first)
    let stretch = Foundation.exp(decay * theta)
    let (c, s) = (Foundation.cos(turn * theta), Foundation.sin(turn * theta))
    return [stretch * (c * x[0] + s * x[1]), stretch * (c * x[1] - s * x[0])]
  }

  @Test(arguments: Precision.allCases)
  func adaptiveStepsFollowALinearNetwork(precision: Precision) throws {
    let (network, parameters) = try Self.linear(precision)
    let tolerance = precision == .float64 ? 1e-9 : 1e-5
    for steps in [1, 4] {
      let sampler = try DiffusionSampler(
        grid: .uniform(.edm(to: 2), steps: steps, to: 0.1),
        scheme: .dormandPrince(relative: tolerance, absolute: tolerance))
      let starts = [0.5, 1, -2, 0.3, 4, -1]
      let configuration = ChainConfiguration(
        sampler: sampler,
        target: .conditional(
          network, parameters: parameters, ladder: try #require(sampler.ladder)),
        chains: 3, initial: .samples(starts), stream: RandomStream(key: 1), precision: precision)
      let process = try ChainProcess(
        configuration, keeping: KeepRule.last.states(steps: steps))
      var draws = Draws(for: configuration)
      try process.advance(to: steps, recording: &draws)
      let ends = draws.values.doubles
      for row in 0..<3 {
        let expected = Self.flow(
          Array(starts[(2 * row)..<(2 * row + 2)]), from: 2, to: 0.1)
        for i in 0..<2 {
          #expect(abs(ends[2 * row + i] - expected[i]) < 50 * tolerance, "\(precision) \(steps)")
        }
      }
      #expect(try #require(process.state().flowEffort).evaluations > 7)
    }
  }

  /// log p(x) = log N(x_T; 0, σ_T² I) + 2 a θ. Signs see the trace of A alone: it has nothing symmetric beside it.
  @Test(arguments: [0, 1, 3])
  func likelihoodsOfALinearNetwork(probes: Int) throws {
    let (network, parameters) = try Self.linear(.float64)
    let likelihood = FlowLikelihood(
      process: .edm(to: 2), from: 0.1, tolerance: .init(relative: 1e-10, absolute: 1e-10),
      probes: probes)
    let points = [0.5, 1, -2, 0.3, 0, 0]
    let found = try likelihood.values(
      of: network, parameters: parameters, at: points, stream: RandomStream(key: 2))
    let theta = 0.5 * (4 - 0.01)
    for row in 0..<3 {
      let end = Self.flow(Array(points[(2 * row)..<(2 * row + 2)]), from: 0.1, to: 2)
      let square = (end[0] * end[0] + end[1] * end[1]) / 4
      let expected =
        -0.5 * square - Foundation.log(2 * .pi * 4) + 2 * Self.decay * theta
      #expect(abs(found.logDensities[row] - expected) < 1e-7)
    }
    #expect(found.evaluations == Double(max(1, probes)) * (1 + 6 * found.steps))
  }

  /// EDM's scales around an output of 0 are the score of N(0, σ_d² I), in the scale of every process.
  @Test(arguments: [
    DiffusionProcess.variancePreserving(), .subVariancePreserving(), .varianceExploding(), .edm(),
  ])
  func scalesAlone(process: DiffusionProcess) throws {
    let deviation = 0.8
    let network = Network(
      dimension: 2, hidden: [3], activation: .silu, output: .denoiser,
      conditioning: NoiseConditioning(
        ladder: try NoiseLadder([80, 0.1]), embedding: .fourier,
        preconditioning: .edm(dataDeviation: deviation)))
    let parameters = network.initialParameters(
      precision: .float64, stream: RandomStream(key: 1)
    ).map {
      NamedTensor(
        name: $0.name, shape: $0.shape,
        values: .float64([Double](repeating: 0, count: $0.values.count)))
    }
    let first = process.time(ofNoiseLevel: 0.2)
    let points = [0.3, -0.5, 1.5, 0]
    for probes in [0, 2] {
      let likelihood = FlowLikelihood(
        process: process, from: first, tolerance: .init(relative: 1e-10, absolute: 1e-10),
        probes: probes)
      let found = try likelihood.values(
        of: network, parameters: parameters, at: points, stream: RandomStream(key: 1))
      // y_T ~ N(0, σ_T²), and y = y_T √((σ_d² + σ²)/(σ_d² + σ_T²)).
      let last = process.noiseLevel(at: process.end)
      let width =
        process.scale(at: first) * last
        * ((deviation * deviation + 0.04) / (deviation * deviation + last * last)).squareRoot()
      let model = try GaussianMixture(components: [
        .init(mean: [0, 0], standardDeviation: width)
      ])
      for row in 0..<2 {
        let expected = model.logDensity(Array(points[(2 * row)..<(2 * row + 2)]))
        #expect(abs(found.logDensities[row] - expected) < 1e-6, "\(process) \(probes)")
      }
    }
  }

  /// Any network's densities integrate to one: the divergence is that of the score that is followed.
  @Test(arguments: NoiseConditioning.Embedding.allCases)
  func densitiesIntegrateToOne(embedding: NoiseConditioning.Embedding) throws {
    let network = Network(
      dimension: 1, hidden: [6, 6], activation: .silu, output: .denoiser,
      conditioning: NoiseConditioning(
        ladder: try NoiseLadder([3, 0.3]), embedding: embedding,
        preconditioning: .edm(dataDeviation: 1)))
    let parameters = network.initialParameters(
      precision: .float64, stream: RandomStream(key: 5))
    let likelihood = FlowLikelihood(
      process: .edm(to: 3), from: 0.3, tolerance: .init(relative: 1e-7, absolute: 1e-7))
    let line = stride(from: -9.0, through: 9, by: 0.1).map { $0 }
    let found = try likelihood.values(
      of: network, parameters: parameters, at: line, stream: RandomStream(key: 1))
    let mass = found.logDensities.reduce(0) { $0 + 0.1 * Double.exp($1) }
    #expect(abs(mass - 1) < 1e-4, "\(embedding): \(mass)")
    // On the line signs are exact, and threads change no bit.
    var estimated = likelihood
    estimated.probes = 1
    let probed = try estimated.values(
      of: network, parameters: parameters, at: line, stream: RandomStream(key: 1),
      pool: WorkerPool(threads: 2))
    for (one, other) in zip(found.logDensities, probed.logDensities) {
      #expect(abs(one - other) < 1e-9)
    }
    let few = try likelihood.values(
      of: network, parameters: parameters, at: Array(line.prefix(7)), stream: RandomStream(key: 1))
    #expect(few.logDensities == Array(found.logDensities.prefix(7)))
  }

  @Test func whatHasNoMeaningIsRefused() throws {
    let (network, parameters) = try Self.linear(.float64)
    func values(_ network: Network, _ prior: FlowLikelihood.Prior) throws {
      _ = try FlowLikelihood(process: .edm(to: 2), from: 0.1, prior: prior).values(
        of: network, parameters: parameters, at: [0, 0], stream: RandomStream(key: 1))
    }
    try values(network, .noise)
    #expect(throws: RunError.self) { try values(network, .law) }
    let plain = Network(dimension: 2, hidden: [], activation: .silu, output: .score)
    #expect(throws: RunError.self) { try values(plain, .noise) }
  }
}
