import Scorewalk
import Testing

/// Log densities by the probability flow against those of the law.
@Suite struct FlowLikelihoodTests {
  private static let processes: [DiffusionProcess] = [
    .variancePreserving(), .subVariancePreserving(), .varianceExploding(), .edm(),
  ]

  /// Oracle 35: on N(m, v) that is log N(x; s m, s² (v + σ²)); with the flow's end in its law for any law.
  @Test(arguments: processes)
  func exactScoresGiveTheLawsDensity(process: DiffusionProcess) throws {
    for law in try NoisedMixtureTests.laws + [DiffusionSchemeTests.gaussian] {
      // Atoms want some noise.
      let first = process.time(ofNoiseLevel: law.hasDensity ? 0.05 : 0.5)
      let truth = process.law(of: law, at: first)
      let points = Law.mixture(truth).sample(count: 20, stream: RandomStream(key: 3))
      for (tolerance, bound) in [(1e-5, 1e-2), (1e-9, 1e-6)] {
        let likelihood = FlowLikelihood(
          process: process, from: first,
          tolerance: .init(relative: tolerance, absolute: tolerance), prior: .law)
        let values = try likelihood.values(of: law, at: points, stream: RandomStream(key: 1))
        for row in 0..<20 {
          let point = Array(points[(row * law.dimension)..<((row + 1) * law.dimension)])
          let error = abs(values.logDensities[row] - truth.logDensity(point))
          #expect(error < bound, "\(process) \(law.dimension) \(tolerance): \(error)")
        }
        #expect(values.evaluations > 20 && values.evaluations < 3000)
      }
    }
  }

  /// Oracle 35: densities integrate to one, on a line and in the plane, whatever the flow ends in.
  @Test(arguments: FlowLikelihood.Prior.allCases)
  func densitiesIntegrateToOne(prior: FlowLikelihood.Prior) throws {
    // Noise of 1.5 beside means of 5: what starts from noise alone is another law.
    for process in [DiffusionProcess.edm(to: 1.5), .variancePreserving()] {
      let likelihood = FlowLikelihood(
        process: process, from: 0.05, tolerance: .init(relative: 1e-7, absolute: 1e-7),
        prior: prior)
      let line = stride(from: -8.0, through: 8, by: 0.02).map { $0 }
      let one = try likelihood.values(
        of: try DiffusionSamplerTests.line, at: line, stream: RandomStream(key: 1))
      let mass = one.logDensities.reduce(0) { $0 + 0.02 * Double.exp($1) }
      #expect(abs(mass - 1) < 1e-4, "\(process) \(prior): \(mass)")
    }
    let likelihood = FlowLikelihood(
      process: .edm(to: 1.5), from: 0.5, tolerance: .init(relative: 1e-5, absolute: 1e-5),
      prior: prior)
    let law = Law.categorical(try Categorical(values: [[2, 1], [-1, -1]], weights: [0.8, 0.2]))
    let axis = stride(from: -5.0, through: 5.5, by: 0.1).map { $0 }
    let values = try likelihood.values(
      of: law, at: axis.flatMap { x in axis.flatMap { [x, $0] } }, stream: RandomStream(key: 1))
    let mass = values.logDensities.reduce(0) { $0 + 0.01 * Double.exp($1) }
    #expect(abs(mass - 1) < 1e-3, "\(prior): \(mass)")
  }

  /// What starts from noise has another density than the law, by as much as the start is off.
  @Test func thePriorIsSeen() throws {
    let law = try DiffusionSchemeTests.gaussian
    let likelihood = FlowLikelihood(
      process: .varianceExploding(from: 0.1, to: 2), from: 0.5,
      tolerance: .init(relative: 1e-9, absolute: 1e-9))
    let level = likelihood.process.noiseLevel(at: 0.5)
    // The flow is x ← m + (x − m) √((v + σ²)/(v + σ_T²)), so that N(0, σ_T²) becomes
    let ratio =
      ((DiffusionSchemeTests.variance + level * level) / (DiffusionSchemeTests.variance + 4))
      .squareRoot()
    let model = try GaussianMixture(components: [
      .init(mean: [DiffusionSchemeTests.mean * (1 - ratio)], standardDeviation: 2 * ratio)
    ])
    let points = [-1, 0, 0.7, 2.5]
    let values = try likelihood.values(of: law, at: points, stream: RandomStream(key: 1))
    for (point, value) in zip(points, values.logDensities) {
      #expect(abs(value - model.logDensity(point)) < 1e-6)
    }
  }

  /// Hutchinson's estimate is exact on the line, and has no bias above.
  @Test func probes() throws {
    var likelihood = FlowLikelihood(
      process: .variancePreserving(), from: 0.02,
      tolerance: .init(relative: 1e-6, absolute: 1e-6), prior: .law)
    let line = try DiffusionSamplerTests.line
    let exact = try likelihood.values(of: line, at: [-2, 0.3], stream: RandomStream(key: 1))
    likelihood.probes = 2
    let probed = try likelihood.values(of: line, at: [-2, 0.3], stream: RandomStream(key: 1))
    for (one, other) in zip(exact.logDensities, probed.logDensities) {
      #expect(abs(one - other) < 1e-9)
    }
    // The same steps, each slope by two scores.
    #expect(probed.evaluations == 2 * exact.evaluations)
    #expect(probed.steps == exact.steps && probed.refusals == exact.refusals)
    #expect(exact.evaluations == 1 + 6 * exact.steps)
    // Three dimensions with correlations: the estimates scatter around the truth.
    let law = try NoisedMixtureTests.laws[1]
    let point = [0.5, 0, 0.4]
    let truth = likelihood.process.law(of: law, at: 0.02).logDensity(point)
    likelihood.probes = 1
    let rows = (0..<4000).flatMap { _ in point }
    let values = try likelihood.values(of: law, at: rows, stream: RandomStream(key: 4))
    let (mean, variance) = LangevinStatisticsTests.meanAndVariance(values.logDensities)
    #expect(variance > 1e-3)
    #expect(abs(mean - truth) < 5 * (variance / 4000).squareRoot() + 1e-4)
  }

  @Test func threadsChangeNoBit() throws {
    let likelihood = FlowLikelihood(process: .edm(), from: 0.1, probes: 1)
    let law = try NoisedMixtureTests.laws[2]
    let points = Law.mixture(law.smoothed(noiseLevel: 0.1)).sample(
      count: 150, stream: RandomStream(key: 3))
    let one = try likelihood.values(of: law, at: points, stream: RandomStream(key: 1))
    let many = try likelihood.values(
      of: law, at: points, stream: RandomStream(key: 1), pool: WorkerPool(threads: 3))
    #expect(one == many)
    // Nor do other rows.
    let few = try likelihood.values(
      of: law, at: Array(points.prefix(10)), stream: RandomStream(key: 1))
    #expect(few.logDensities == Array(one.logDensities.prefix(5)))
  }

  /// Steps that are far too long at first are refused, and counted.
  @Test func refusals() throws {
    // Between atoms that are as far apart as their noise is small the flow bends late.
    let law = Law.categorical(try Categorical(values: [[5], [-5]]))
    let likelihood = FlowLikelihood(
      process: .edm(), from: 0.01, tolerance: .init(relative: 1e-8, absolute: 1e-8))
    let values = try likelihood.values(of: law, at: [5.01, 4.98], stream: RandomStream(key: 1))
    #expect(values.refusals > 0 && values.refusals < 0.5 * values.steps)
    var both = FlowLikelihood.Values.empty
    for point in [5.01, 4.98] {
      both.append(try likelihood.values(of: law, at: [point], stream: RandomStream(key: 1)))
    }
    #expect(both == values)
  }

  @Test func whatHasNoMeaningIsRefused() throws {
    let law = try DiffusionSchemeTests.gaussian
    for likelihood in [
      FlowLikelihood(process: .edm(), from: 0), .init(process: .edm(), from: 80),
      .init(process: .edm(to: -1), from: 0.1),
      .init(process: .edm(), from: 1, tolerance: .init(relative: 0)),
      .init(process: .edm(), from: 1, probes: -1),
    ] {
      #expect(throws: RunError.self) {
        try likelihood.values(of: law, at: [0], stream: RandomStream(key: 1))
      }
    }
  }
}
