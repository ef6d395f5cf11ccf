import Scorewalk
import Testing

@Suite struct ChainProcessTests {
  static let modes: ChainTarget = {
    let components = [-1.0, 1].map {
      GaussianMixture.Component(mean: [$0, 0.3 * $0], standardDeviation: 0.5)
    }
    guard let mixture = try? GaussianMixture(components: components) else {
      preconditionFailure("two isotropic components")
    }
    return .law(mixture)
  }()

  /// Targets at every level of a ladder, in two dimensions.
  static func targets(_ ladder: NoiseLadder) -> [ChainTarget] {
    guard case .law(let mixture) = modes,
      let atoms = try? Categorical(values: [[-1, 2], [1, 0], [0, 0]], weights: [1, 2, 3])
    else { preconditionFailure("a law") }
    return [Law.mixture(mixture), .categorical(atoms)].map { .smoothed($0, ladder: ladder) }
  }

  /// A target of every kind, in two dimensions.
  static func targets(_ precision: Precision, for sampler: any Sampler) -> [ChainTarget] {
    if let ladder = sampler.ladder {
      let network = Network(
        dimension: 2, hidden: [5, 4], activation: .silu, output: .denoiser,
        conditioning: NoiseConditioning(
          ladder: ladder, preconditioning: .edm(dataDeviation: 1)))
      let parameters = network.initialParameters(
        precision: precision, stream: RandomStream(key: 3))
      return targets(ladder) + [
        .conditional(network, parameters: parameters, ladder: ladder)
      ]
    }
    let targets = targets(precision)
    return targets.filter { $0.hasDensity || !sampler.needsDensity }
  }

  private static func targets(_ precision: Precision) -> [ChainTarget] {
    [modes]
      + NetworkOutput.allCases.map { output in
        let network = Network(
          dimension: 2, hidden: [5, 4], activation: .softplus, output: output)
        return .network(
          network,
          parameters: network.initialParameters(
            precision: precision, stream: RandomStream(key: 3)), noiseLevel: 0.5)
      }
  }

  static let starts: [InitialPositions] = [
    .zeros, .point([1, -2]), .normal(standardDeviation: 2), .uniform(from: [-1, 0], to: [1, 3]),
    .samples([0.1, 0.2, 0.3, 0.4, 0.5, 0.6]),
  ]

  /// All states of a run that stops at the given places, by a fresh process each time if wanted.
  static func draws(
    _ configuration: ChainConfiguration, stops: [Int], steps: Int? = nil, restoring: Bool = false,
    pool: WorkerPool = .serial
  ) throws -> (draws: Draws, state: ChainState) {
    let last = try #require(stops.last)
    let kept = try KeepRule(from: 0).states(steps: steps ?? last)
    var process = try ChainProcess(configuration, keeping: kept, pool: pool)
    var draws = Draws(for: configuration)
    for stop in stops {
      try process.advance(to: stop, recording: &draws)
      if restoring {
        process = try ChainProcess(
          configuration, keeping: kept, restoring: process.state(), pool: pool)
        #expect(process.step == stop)
      }
    }
    return (draws, process.state())
  }

  /// Every registered sampler, each precision, target and start.
  static func configurations(chains: Int) -> [ChainConfiguration] {
    var configurations: [ChainConfiguration] = []
    for kind in Samplers.kinds {
      for sampler in kind.examples {
        for precision in Precision.allCases {
          let targets = targets(precision, for: sampler)
          for (index, target) in targets.enumerated() {
            configurations.append(
              ChainConfiguration(
                sampler: sampler, target: target, chains: chains,
                initial: starts[index % starts.count], stream: RandomStream(key: 17),
                precision: precision))
          }
          for start in starts {
            configurations.append(
              ChainConfiguration(
                sampler: sampler, target: targets[0], chains: chains, initial: start,
                stream: RandomStream(key: 18), precision: precision))
          }
        }
      }
    }
    return configurations
  }

  @Test func stoppedAndRestoredChainsGiveTheSameBits() throws {
    let configurations = Self.configurations(chains: 5)
    #expect(configurations.count >= 36 * Samplers.kinds.count)
    for configuration in configurations {
      let whole = try Self.draws(configuration, stops: [20])
      let parts = try Self.draws(configuration, stops: [7, 8, 20], restoring: true)
      #expect(whole.draws.steps == Array(0...20))
      #expect(whole.draws.steps == parts.draws.steps)
      #expect(whole.draws.values.hasSameBits(as: parts.draws.values), "\(configuration)")
      #expect(whole.state.hasSameBits(as: parts.state))
      #expect(whole.draws.values.isFinite)
    }
  }

  @Test func longerChainsBeginWithShorterOnes() throws {
    for configuration in Self.configurations(chains: 3) {
      let short = try Self.draws(configuration, stops: [10]).draws
      let long = try Self.draws(configuration, stops: [25]).draws
      #expect(Array(long.values.doubles.prefix(short.values.count)) == short.values.doubles)
    }
  }

  @Test func moreChainsBeginWithFewer() throws {
    for var configuration in Self.configurations(chains: 3) {
      let few = try Self.draws(configuration, stops: [6]).state.tensors[0].values.doubles
      configuration.chains = 21
      let many = try Self.draws(configuration, stops: [6]).state.tensors[0].values.doubles
      #expect(Array(many.prefix(few.count)) == few)
    }
  }

  @Test func threadsChangeNoBit() throws {
    for configuration in Self.configurations(chains: 700) {
      let one = try Self.draws(configuration, stops: [3])
      for threads in [2, 5] {
        let more = try Self.draws(configuration, stops: [3], pool: WorkerPool(threads: threads))
        #expect(one.draws.values.hasSameBits(as: more.draws.values))
      }
    }
  }

  @Test func drawsAreLaidOutByDrawChainAndCoordinate() throws {
    var configuration = Self.configurations(chains: 3)[0]
    configuration.initial = .samples([1, 2, 3, 4])
    let draws = try Self.draws(configuration, stops: [2]).draws
    // Chains 0, 1, 2 start at rows 0, 1 and 0 again.
    #expect(Array(draws.values.doubles.prefix(6)) == [1, 2, 3, 4, 1, 2])
    #expect(draws.values.count == 3 * 3 * 2)
    #expect(draws.chains == 3 && draws.dimension == 2 && draws.count == 3)
  }

  /// One chain, whose weights lie in an order of their own, is the first of two, of eight rows and of tiles: layers
  /// wider than what is read together, and not a multiple of it.
  @Test(arguments: Precision.allCases, NetworkOutput.allCases)
  func oneChainIsTheFirstOfMany(precision: Precision, output: NetworkOutput) throws {
    for hidden in [[300, 140], [128], [260, 260]] {
      let network = Network(dimension: 2, hidden: hidden, activation: .silu, output: output)
      let parameters = network.initialParameters(
        precision: precision, stream: RandomStream(key: 3))
      var samplers: [any Sampler] = [LangevinSampler(stepSize: 0.01)]
      if output.hasDensity { samplers.append(MetropolisAdjustedLangevin(stepSize: 0.01)) }
      for sampler in samplers {
        let first = try [1, 2, 9, 40].map { chains in
          let configuration = ChainConfiguration(
            sampler: sampler,
            target: .network(network, parameters: parameters, noiseLevel: 0.5), chains: chains,
            initial: .normal(), stream: RandomStream(key: 8), precision: precision)
          let draws = try Self.draws(configuration, stops: [6]).draws.values.doubles
          return (0...6).flatMap { draws[($0 * chains * 2)..<($0 * chains * 2 + 2)] }
        }
        #expect(Set(first).count == 1, "\(output), \(hidden)")
      }
    }
  }

  @Test func onlyKeptStatesAreRecordedAndOnlyOnce() throws {
    let configuration = Self.configurations(chains: 2)[0]
    let all = try Self.draws(configuration, stops: [12]).draws
    let kept = try KeepRule(from: 2, to: -3, every: 4).states(steps: 12)
    let process = try ChainProcess(configuration, keeping: kept)
    var draws = Draws(for: configuration)
    for stop in [0, 2, 2, 5, 11, 12] { try process.advance(to: stop, recording: &draws) }
    #expect(draws.steps == [2, 6, 10])
    let rows = all.values.doubles
    var expected: [Double] = []
    for state in [2, 6, 10] { expected += rows[(state * 4)..<(state * 4 + 4)] }
    #expect(draws.values.doubles == expected)
  }

  @Test(arguments: Precision.allCases, [1, 2])
  func aChainThatDivergesIsNamedAndWhatCameBeforeIsKept(
    precision: Precision, threads: Int
  ) throws {
    // Above δ = 2 s² chains grow by |1 − δ/s²| = 10⁹⁹ (10²⁹) a step; only chain 300 is off the mean.
    let variance = precision == .float64 ? 1e-99 : 1e-29
    let law = try GaussianMixture(components: [
      .init(mean: [0], covariance: .isotropic(variance))
    ])
    let start = (0..<600).map { $0 == 300 ? 1.0 : 0.0 }
    let configuration = ChainConfiguration(
      sampler: LangevinSampler(stepSize: 1), target: .law(law), chains: 600,
      initial: .samples(start), stream: RandomStream(key: 1), precision: precision)
    let process = try ChainProcess(
      configuration, keeping: KeepRule.default.states(steps: 100),
      pool: WorkerPool(threads: threads))
    var draws = Draws(for: configuration)
    let error = try #require(throws: RunError.self) {
      try process.advance(to: 100, recording: &draws)
    }
    #expect(error.code == .diverged)
    let step = try #require(error.step)
    #expect((2...6).contains(step))
    #expect(error.chain == 300)
    #expect(error.hint?.contains("step_size") == true)
    #expect(draws.steps == Array(1..<step))
    #expect(draws.values.isFinite)
    #expect(draws.values.count == (step - 1) * 600)
    #expect(throws: error) { try process.advance(to: 100, recording: &draws) }
    // The same step and chain where many steps are made in one go.
    let hasty = try ChainProcess(
      configuration, keeping: KeepRule.last.states(steps: 100),
      pool: WorkerPool(threads: threads))
    var none = Draws(for: configuration)
    #expect(throws: error) { try hasty.advance(to: 100, recording: &none) }
    #expect(none.steps.isEmpty)
  }

  @Test func statesOfOtherChainsAreRefused() throws {
    let configuration = Self.configurations(chains: 2)[0]
    let kept = try KeepRule.default.states(steps: 5)
    let state = try ChainProcess(configuration, keeping: kept).state()
    var wrong = [state, state, state, state]
    wrong[0].tensors[0].name = "velocities"
    wrong[1].tensors = []
    wrong[2].step = -1
    wrong[3].tensors[0] = NamedTensor(
      name: "positions", shape: [2, 2], values: .float64([0, 0, 0, 0]))
    #expect(configuration.precision == .float32)
    for state in wrong {
      let error = try #require(throws: RunError.self) {
        try ChainProcess(configuration, keeping: kept, restoring: state)
      }
      #expect(error.code == .incompatibleState)
    }
  }

  @Test func whatHasNoMeaningIsRefused() {
    let network = Network(dimension: 2, hidden: [2], activation: .tanh, output: .denoiser)
    let parameters = network.initialParameters(precision: .float32, stream: RandomStream(key: 0))
    let right = Self.configurations(chains: 1)[0]
    #expect(throws: Never.self) { try right.validate() }
    let changes: [(inout ChainConfiguration) -> Void] = [
      { $0.chains = 0 }, { $0.sampler = LangevinSampler(stepSize: 0) },
      { $0.sampler = LangevinSampler(stepSize: .infinity) }, { $0.initial = .point([1]) },
      { $0.initial = .normal(standardDeviation: -1) }, { $0.initial = .samples([]) },
      { $0.initial = .samples([1, 2, 3]) }, { $0.initial = .uniform(from: [1], to: [0]) },
      { $0.initial = .uniform(from: [0, 0, 0], to: [1]) },
      { $0.target = .network(network, parameters: parameters) },
      { $0.target = .network(network, parameters: parameters, noiseLevel: 0) },
      { $0.sampler = AnnealedLangevin.examples[0] },
      { $0.target = Self.targets($0.precision, for: AnnealedLangevin.examples[0])[0] },
    ]
    for change in changes {
      var configuration = right
      change(&configuration)
      #expect(throws: RunError.self, "\(configuration)") { try configuration.validate() }
    }
  }
}
