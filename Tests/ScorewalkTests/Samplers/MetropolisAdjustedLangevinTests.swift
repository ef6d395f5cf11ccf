import Scorewalk
import Testing

/// Seeds are fixed, so no test fails by chance once it passes; what a change of seed risks is said
/// at each bound.
@Suite struct MetropolisAdjustedLangevinTests {
  /// Two modes of different weights and widths on the line.
  static func asymmetric() throws -> GaussianMixture {
    try GaussianMixture(components: [
      .init(weight: 0.7, mean: [-1], standardDeviation: 0.5),
      .init(weight: 0.3, mean: [1.5], standardDeviation: 0.8),
    ])
  }

  /// The same in the plane, tilted.
  static func tilted() throws -> GaussianMixture {
    try GaussianMixture(components: [
      .init(weight: 0.7, mean: [-1, 0], covariance: .full([[0.4, 0.2], [0.2, 0.3]])),
      .init(weight: 0.3, mean: [1, 1], covariance: .full([[0.8, -0.3], [-0.3, 0.5]])),
    ])
  }

  static func normal(standardDeviation: Double = 1) throws -> GaussianMixture {
    try GaussianMixture(components: [.init(mean: [0], standardDeviation: standardDeviation)])
  }

  /// Chains after some steps from exact draws of a law.
  static func run(
    _ sampler: any Sampler, _ law: GaussianMixture, steps: Int, chains: Int,
    precision: Precision = .float64
  ) throws -> ChainState {
    let start = Law.mixture(law).sample(count: chains, stream: RandomStream(key: 77))
    let configuration = ChainConfiguration(
      sampler: sampler, target: .law(law), chains: chains, initial: .samples(start),
      stream: RandomStream(key: 78), precision: precision)
    let process = try ChainProcess(configuration, keeping: KeepRule.last.states(steps: steps))
    var draws = Draws(for: configuration)
    try process.advance(to: steps, recording: &draws)
    return process.state()
  }

  // MARK: - Acceptance

  /// Oracle 10: on N(0, s²) the log ratio is −(δ/4s⁴)(x'² − x²).
  @Test(arguments: [1.0, 2.5])
  func logRatioOnAGaussian(deviation: Double) throws {
    let law = try Self.normal(standardDeviation: deviation)
    let variance = deviation * deviation
    for delta in [0.1, 1, 4] {
      let sampler = MetropolisAdjustedLangevin(stepSize: delta)
      for (x, y) in [(0.3, -1.2), (2, 2.5), (-4, 0), (1, 1)] {
        let ratio = sampler.logAcceptanceRatio(
          from: [x], to: [y], logDensities: (law.logDensity(x), law.logDensity(y)),
          scores: ([law.score(x)], [law.score(y)]))
        let expected = -delta / (4 * variance * variance) * (y * y - x * x)
        #expect(abs(ratio - expected) < 1e-12 * max(1, abs(expected)))
      }
    }
  }

  /// Oracle 11: a stationary chain on N(0, s²) accepts (2/π) arctan((2s²/δ)^(3/2)). Each chain's
  /// first proposal is one Bernoulli trial: five standard errors, probability 6e-7 each.
  @Test(arguments: [(0.5, 0.92083), (0.1, 0.99288), (2, 0.5), (1, 0.78365)], Precision.allCases)
  func acceptanceOnAGaussian(oracle: (Double, Double), precision: Precision) throws {
    let (delta, expected) = oracle
    let chains = 200_000
    let error = 5 * (expected * (1 - expected) / Double(chains)).squareRoot()
    #expect(error < 0.006)
    for deviation in [1.0, 3] {
      let state = try Self.run(
        MetropolisAdjustedLangevin(stepSize: delta * deviation * deviation),
        Self.normal(standardDeviation: deviation), steps: 1, chains: chains,
        precision: precision)
      let acceptance = try #require(state.acceptance)
      #expect(abs(acceptance.mean - expected) < error + 5e-6, "\(acceptance)")
      #expect(acceptance.least == 0)
    }
  }

  /// Half the step in the half convention is the same chain, bit for bit.
  @Test func halfConvention() throws {
    let law = try Self.asymmetric()
    let half = try Self.run(
      MetropolisAdjustedLangevin(stepSize: 1.2, convention: .half), law, steps: 20, chains: 50)
    let delta = try Self.run(
      MetropolisAdjustedLangevin(stepSize: 0.6), law, steps: 20, chains: 50)
    #expect(half.hasSameBits(as: delta))
  }

  // MARK: - Invariance

  /// √n times the Kolmogorov-Smirnov distance of one coordinate to its exact law.
  private func distance(_ state: ChainState, _ law: GaussianMixture, coordinate: Int) -> Double {
    let samples = SampleSet(rows: state.tensors[0].values.doubles, dimension: law.dimension)
    return EmpiricalDistribution(samples.coordinate(coordinate)).kolmogorovSmirnov(
      against: .mixture(law).marginal(coordinate)) * Double(samples.count).squareRoot()
  }

  /// Oracle 15: exact draws stay exact draws under a step so large that .3 to .7 of the proposals
  /// are accepted. P(√n D > 2.5) = 7.5e-6 for each of 12 distances. The unadjusted algorithm is
  /// far off at the same steps. On the line, kernels without the proposals' ratio, with half of its
  /// drift or with the wrong sign come to 11 to 41.
  @Test(arguments: Precision.allCases)
  func largeStepsKeepAnAsymmetricLaw(precision: Precision) throws {
    let chains = 100_000
    for (law, delta) in [(try Self.asymmetric(), 0.6), (try Self.tilted(), 0.4)] {
      for steps in [1, 4] {
        let adjusted = try Self.run(
          MetropolisAdjustedLangevin(stepSize: delta), law, steps: steps, chains: chains,
          precision: precision)
        let unadjusted = try Self.run(
          LangevinSampler(stepSize: delta), law, steps: steps, chains: chains,
          precision: precision)
        let acceptance = try #require(adjusted.acceptance?.mean)
        #expect((0.3...0.7).contains(acceptance), "\(acceptance)")
        for coordinate in 0..<law.dimension {
          #expect(distance(adjusted, law, coordinate: coordinate) < 2.5)
          #expect(distance(unadjusted, law, coordinate: coordinate) > 10)
        }
      }
    }
  }

  /// log q(y|x) = log N(y; x + δ s(x), 2δ I), as it is defined.
  private func logProposal(
    _ law: GaussianMixture, from x: [Double], to y: [Double], delta: Double
  ) -> Double {
    let score = law.score(x)
    var squares = 0.0
    for i in x.indices {
      let difference = y[i] - (x[i] + delta * score[i])
      squares += difference * difference
    }
    return -squares / (4 * delta) - Double(x.count) / 2 * Double.log(4 * Double.pi * delta)
  }

  /// Oracle 16: p(x) q(y|x) a(x, y) = p(y) q(x|y) a(y, x) for every pair of points.
  @Test func detailedBalance() throws {
    let line = stride(from: -3.0, through: 3, by: 0.37).map { [$0] }
    let plane = line.indices.map { [line[$0][0], line[($0 * 7) % line.count][0]] }
    for (law, points) in [(try Self.asymmetric(), line), (try Self.tilted(), plane)] {
      for delta in [0.05, 0.6] {
        let sampler = MetropolisAdjustedLangevin(stepSize: delta)
        func logFlow(_ x: [Double], _ y: [Double]) -> (flow: Double, ratio: Double) {
          let ratio = sampler.logAcceptanceRatio(
            from: x, to: y, logDensities: (law.logDensity(x), law.logDensity(y)),
            scores: (law.score(x), law.score(y)))
          let proposal = logProposal(law, from: x, to: y, delta: delta)
          return (law.logDensity(x) + proposal + min(0, ratio), ratio)
        }
        var isBalanced = true
        var unequal = 0
        for x in points {
          for y in points {
            let (there, back) = (logFlow(x, y), logFlow(y, x))
            let scale = max(1, abs(there.flow))
            if !(abs(there.flow - back.flow) <= 1e-12 * scale) { isBalanced = false }
            if there.ratio != -back.ratio { isBalanced = false }
            if abs(there.ratio) > 0.1 { unequal += 1 }
          }
        }
        #expect(isBalanced)
        #expect(unequal > 100, "the pairs say something about the ratio")
      }
    }
  }

  // MARK: - The kernel

  /// One step, written down as it is defined, with the numbers of the stream.
  private func referenceSteps(
    _ steps: Int, from start: [[Double]], delta: Double, stream: RandomStream,
    logDensity: ([Double]) throws -> Double, score: ([Double]) throws -> [Double]
  ) rethrows -> (positions: [[Double]], accepted: [Double]) {
    var positions = start
    var accepted = [Double](repeating: 0, count: start.count)
    for step in 1...steps {
      for chain in start.indices {
        let x = positions[chain]
        let s = try score(x)
        let y = x.indices.map { i in
          x[i] + delta * s[i] + (2 * delta).squareRoot()
            * stream.normal(.chainNoise, step: UInt64(step), row: chain, column: i)
        }
        let t = try score(y)
        var ratio = try logDensity(y) - logDensity(x)
        for i in x.indices {
          let (there, back) = (y[i] - x[i] - delta * s[i], x[i] - y[i] - delta * t[i])
          ratio += (there * there - back * back) / (4 * delta)
        }
        let u = 1 - stream.uniform(.acceptance, step: UInt64(step), row: chain, column: 0)
        if Double.log(u) <= ratio {
          positions[chain] = y
          accepted[chain] += 1
        }
      }
    }
    return (positions, accepted)
  }

  /// Laws of every layout and an energy network; some proposals accepted, some not.
  @Test func stepsAreThoseOfTheDefinition() throws {
    let stream = RandomStream(key: 5)
    let network = Network(dimension: 2, hidden: [6, 5], activation: .softplus, output: .energy)
    let parameters = network.initialParameters(
      precision: .float64, stream: RandomStream(key: 6))
    let evaluation = try NetworkEvaluation(network, parameters: parameters)
    let laws = [try Self.asymmetric(), try Self.tilted(), try Mixtures.diagonal(3)]
    struct Case {
      var target: ChainTarget
      var logDensity: ([Double]) throws -> Double
      var score: ([Double]) throws -> [Double]
    }
    var cases = laws.map { law in
      Case(
        target: .law(law), logDensity: { law.logDensity($0) }, score: { law.score($0) })
    }
    cases.append(
      Case(
        target: .network(network, parameters: parameters),
        logDensity: { -(try evaluation.energies(at: $0)[0]) },
        score: { try evaluation.scores(at: $0) }))
    let (chains, steps, delta) = (30, 12, 1.0)
    for item in cases {
      let dimension = item.target.dimension
      let start = (0..<(chains * dimension)).map { Double(($0 * 11) % 17) / 6 - 1.3 }
      let configuration = ChainConfiguration(
        sampler: MetropolisAdjustedLangevin(stepSize: delta), target: item.target, chains: chains,
        initial: .samples(start), stream: stream, precision: .float64)
      let process = try ChainProcess(configuration, keeping: KeepRule.last.states(steps: steps))
      var draws = Draws(for: configuration)
      try process.advance(to: steps, recording: &draws)
      let expected = try referenceSteps(
        steps, from: (0..<chains).map { Array(start[($0 * dimension)..<(($0 + 1) * dimension)]) },
        delta: delta, stream: stream, logDensity: item.logDensity, score: item.score)
      let state = process.state()
      let positions = state.tensors[0].values.doubles
      let errors = zip(positions, expected.positions.joined()).map { abs($0 - $1) }
      #expect(errors.allSatisfy { $0 < 1e-9 })
      #expect(state.tensors.map(\.name) == ["positions", "accepted"])
      #expect(state.tensors[1].shape == [chains, 1])
      #expect(state.tensors[1].values == .float64(expected.accepted))
      let count = expected.accepted.reduce(0, +)
      #expect(count > 0 && count < Double(chains * steps))
      let acceptance = try #require(state.acceptance)
      #expect(acceptance.mean == count / Double(chains * steps))
      #expect(acceptance.least == (expected.accepted.min() ?? -1) / Double(steps))
    }
  }

  /// What a state does not hold is computed again: counts and positions go on to the same bits.
  /// (That every example does so in either precision is tested with the other samplers.)
  @Test(arguments: Precision.allCases)
  func restoredInTheMiddleOfManyChains(precision: Precision) throws {
    let configuration = ChainConfiguration(
      sampler: MetropolisAdjustedLangevin(stepSize: 0.6), target: .law(try Self.tilted()),
      chains: 601, initial: .normal(), stream: RandomStream(key: 1), precision: precision)
    let kept = try KeepRule.default.states(steps: 60)
    let whole = try ChainProcess(configuration, keeping: kept)
    var draws = Draws(for: configuration)
    try whole.advance(to: 60, recording: &draws)
    // Another number of threads, and so other blocks, before and after.
    let first = try ChainProcess(configuration, keeping: kept, pool: WorkerPool(threads: 3))
    var parts = Draws(for: configuration)
    try first.advance(to: 23, recording: &parts)
    let second = try ChainProcess(
      configuration, keeping: kept, restoring: first.state(), pool: WorkerPool(threads: 2))
    try second.advance(to: 60, recording: &parts)
    #expect(whole.state().hasSameBits(as: second.state()))
    #expect(draws.values.hasSameBits(as: parts.values))
    var wrong = second.state()
    wrong.tensors[1] = NamedTensor(
      name: "accepted", shape: [601, 1], values: .float32([Float](repeating: 0, count: 601)))
    let error = try #require(throws: RunError.self) {
      try ChainProcess(configuration, keeping: kept, restoring: wrong)
    }
    #expect(error.code == .incompatibleState)
  }

  /// Where every proposal overflows, the chain stays, and nothing diverges.
  @Test(arguments: Precision.allCases)
  func proposalsThatAreNotFiniteAreRejected(precision: Precision) throws {
    let variance = precision == .float64 ? 1e-200 : 1e-30
    let law = try GaussianMixture(components: [
      .init(mean: [0], covariance: .isotropic(variance))
    ])
    let configuration = ChainConfiguration(
      sampler: MetropolisAdjustedLangevin(stepSize: 1), target: .law(law), chains: 3,
      initial: .point([1e-3]), stream: RandomStream(key: 1), precision: precision)
    let process = try ChainProcess(configuration, keeping: KeepRule.last.states(steps: 50))
    var draws = Draws(for: configuration)
    try process.advance(to: 50, recording: &draws)
    let expected = precision == .float64 ? 1e-3 : Double(Float(1e-3))
    #expect(process.positions().values.doubles == [expected, expected, expected])
    #expect(process.state().acceptance == Acceptance(mean: 0, least: 0))
  }

  @Test(arguments: [NetworkOutput.score, .denoiser])
  func whatHasNoDensityIsRefused(output: NetworkOutput) throws {
    let network = Network(dimension: 1, hidden: [2], activation: .tanh, output: output)
    let target = ChainTarget.network(
      network,
      parameters: network.initialParameters(precision: .float32, stream: RandomStream(key: 0)),
      noiseLevel: 0.5)
    let configuration = ChainConfiguration(
      sampler: MetropolisAdjustedLangevin(stepSize: 1), target: target, initial: .zeros,
      stream: RandomStream(key: 1), precision: .float32)
    let error = try #require(throws: RunError.self) { try configuration.validate() }
    #expect(error.code == .invalidConfiguration)
    #expect(error.what.contains("needs a density"))
    #expect(error.hint?.contains("langevin") == true)
    var other = configuration
    other.sampler = LangevinSampler(stepSize: 1)
    #expect(throws: Never.self) { try other.validate() }
  }
}
