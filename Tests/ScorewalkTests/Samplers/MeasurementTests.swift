import Scorewalk
import Testing

/// Chains on several measurements, at once and one after the other, against closed forms.
///
/// Seeds are fixed, so no test fails by chance once it passes; bounds are five standard errors, so
/// that a change of seed fails one check in 1.7 million.
@Suite struct MeasurementTests {
  private static let key: UInt64 = 31

  private static func configuration(
    _ sampler: any Sampler, _ target: ChainTarget, chains: Int, from initial: InitialPositions,
    precision: Precision = .float64
  ) -> ChainConfiguration {
    ChainConfiguration(
      sampler: sampler, target: target, chains: chains, initial: initial,
      stream: RandomStream(key: key), precision: precision)
  }

  /// The states of chains at some of their steps.
  private static func states(
    _ configuration: ChainConfiguration, at steps: [Int], restoring: Bool = false
  ) throws -> [ChainState] {
    let kept = try KeepRule.last.states(steps: try #require(steps.last))
    var process = try ChainProcess(configuration, keeping: kept)
    var draws = Draws(for: configuration)
    return try steps.map { step in
      try process.advance(to: step, recording: &draws)
      let state = process.state()
      if restoring {
        process = try ChainProcess(configuration, keeping: kept, restoring: state)
      }
      return state
    }
  }

  private static func smoothed(_ law: Law, for sampler: any Sampler) throws -> ChainTarget {
    .smoothed(law, ladder: try #require(sampler.ladder))
  }

  private static let plane: Law = {
    guard let atoms = try? Categorical(values: [[-1, 2], [1, 0], [0, 0]], weights: [1, 2, 3])
    else { preconditionFailure("three atoms") }
    return .categorical(atoms)
  }()

  private static let blobs: Law = {
    guard
      let mixture = try? GaussianMixture(components: [
        .init(weight: 1, mean: [-1, 2], standardDeviation: 0.7),
        .init(weight: 3, mean: [1, 0], standardDeviation: 0.2),
      ])
    else { preconditionFailure("two components") }
    return .mixture(mixture)
  }()

  /// log p(y₁ … y_M) of measurements of one point, without what is constant: given the component m, s² of X the
  /// coordinates of all have covariance s² 1 1ᵀ + σ² I.
  private static func logDensity(_ law: Law, _ y: [[Double]], noiseLevel: Double) -> Double {
    let parts: [(weight: Double, mean: [Double], variance: Double)] =
      switch law {
      case .categorical(let atoms): zip(atoms.weights, atoms.values).map { ($0, $1, 0) }
      case .mixture(let mixture):
        mixture.components.map { ($0.weight, $0.mean, $0.covariance[0, 0]) }
      }
    let noise = noiseLevel * noiseLevel
    let terms = parts.map { part in
      let total = noise + Double(y.count) * part.variance
      var term = Double.log(part.weight) - 0.5 * Double(part.mean.count) * Double.log(total)
      for coordinate in part.mean.indices {
        let offsets = y.map { $0[coordinate] - part.mean[coordinate] }
        let sum = offsets.reduce(0, +)
        let squares = offsets.reduce(0) { $0 + $1 * $1 }
        term -= 0.5 * (squares / noise - part.variance / (noise * total) * sum * sum)
      }
      return term
    }
    let largest = terms.max() ?? 0
    return largest + Double.log(terms.reduce(0) { $0 + Double.exp($1 - largest) })
  }

  /// ∂/∂y_m of it, by differences.
  private static func gradient(
    _ law: Law, _ y: [[Double]], of measurement: Int, noiseLevel: Double
  ) -> [Double] {
    y[measurement].indices.map { coordinate in
      let values = [-1e-5, 1e-5].map { offset in
        var moved = y
        moved[measurement][coordinate] += offset
        return logDensity(law, moved, noiseLevel: noiseLevel)
      }
      return (values[1] - values[0]) / 2e-5
    }
  }

  /// What a step has added to a number but for its noise, in units of δ: the score that it followed.
  private static func followed(
    from before: Double, to after: Double, delta: Double, step: Int, row: Int, column: Int
  ) -> Double {
    let noise = RandomStream(key: key).normal(
      .chainNoise, step: UInt64(step), row: row, column: column)
    return (after - before - (2 * delta).squareRoot() * noise) / delta
  }

  // MARK: - Scores

  /// Oracle 30: the chains follow the gradient of the joint log density in each measurement.
  @Test(
    arguments: [MeasurementTests.plane, MeasurementTests.blobs], LangevinSampler.Convention.allCases
  )
  func theJointScore(law: Law, convention: LangevinSampler.Convention) throws {
    let (count, level, chains) = (3, 0.8, 5)
    let sampler = MultiMeasurement(
      measurements: try Measurements(noiseLevel: level, count: count), stepSize: 0.1,
      convention: convention)
    let delta = convention == .delta ? 0.1 : 0.05
    let states = try Self.states(
      Self.configuration(
        sampler, Self.smoothed(law, for: sampler), chains: chains, from: .normal()), at: [4, 5])
    let values = states.map { $0.tensors[1].values.doubles }
    #expect(states[0].tensors.map(\.name) == ["positions", "measurements"])
    for chain in 0..<chains {
      let y = (0..<count).map { m in (0..<2).map { values[0][chain * 6 + m * 2 + $0] } }
      for measurement in 0..<count {
        let expected = Self.gradient(law, y, of: measurement, noiseLevel: level)
        for coordinate in 0..<2 {
          let feature = 2 * measurement + coordinate
          let found = Self.followed(
            from: values[0][chain * 6 + feature], to: values[1][chain * 6 + feature], delta: delta,
            step: 5, row: chain, column: feature)
          #expect(abs(found - expected[coordinate]) < 1e-6 * (1 + abs(found)))
        }
      }
      // A state is the mean.
      for coordinate in 0..<2 {
        let mean = y.reduce(0) { $0 + $1[coordinate] } / 3
        #expect(abs(states[0].tensors[0].values.doubles[chain * 2 + coordinate] - mean) < 1e-14)
      }
    }
  }

  /// The same of the first m in the last of them, wherever those before it are: their mean says it all.
  @Test(arguments: [MeasurementTests.plane, MeasurementTests.blobs], [1, 2, 3])
  func theScoreOfOneGivenThoseBeforeIt(law: Law, measurement: Int) throws {
    let (level, chains, steps) = (0.8, 5, 6)
    let sampler = SequentialMeasurement(
      measurements: try Measurements(noiseLevel: level, count: 3), stepsPerMeasurement: steps,
      stepSize: 0.1)
    let step = (measurement - 1) * steps + 3
    let states = try Self.states(
      Self.configuration(
        sampler, Self.smoothed(law, for: sampler), chains: chains, from: .normal()),
      at: [step, step + 1])
    #expect(states[0].tensors.map(\.name) == ["positions", "measurement", "earlier"])
    let (mean, values, earlier) = (
      states[0].tensors[0].values.doubles, states.map { $0.tensors[1].values.doubles },
      states[0].tensors[2].values.doubles
    )
    for chain in 0..<chains {
      let place = (2 * chain)..<(2 * chain + 2)
      let y =
        [[Double]](repeating: Array(earlier[place]), count: measurement - 1)
        + [Array(values[0][place])]
      let expected = Self.gradient(law, y, of: measurement - 1, noiseLevel: level)
      for coordinate in 0..<2 {
        let index = 2 * chain + coordinate
        let found = Self.followed(
          from: values[0][index], to: values[1][index], delta: 0.1, step: step + 1, row: chain,
          column: coordinate)
        #expect(abs(found - expected[coordinate]) < 1e-6 * (1 + abs(found)))
        let average = y.reduce(0) { $0 + $1[coordinate] } / Double(measurement)
        #expect(abs(mean[index] - average) < 1e-14)
      }
    }
  }

  /// (x̂(ȳ; σ/√M) − y_m)/σ² with the x̂ of a network that takes the noise level.
  @Test func aNetworkIsFollowed() throws {
    let measurements = try Measurements(noiseLevel: 1.5, count: 3)
    let sampler = MultiMeasurement(measurements: measurements, stepSize: 0.2)
    let network = Network(
      dimension: 2, hidden: [5, 4], activation: .silu, output: .denoiser,
      conditioning: NoiseConditioning(
        ladder: measurements.levels, preconditioning: .edm(dataDeviation: 1)))
    let parameters = network.initialParameters(
      precision: .float64, stream: RandomStream(key: 3))
    let level = measurements.meanNoiseLevel
    let states = try Self.states(
      Self.configuration(
        sampler,
        .conditional(network, parameters: parameters, ladder: try NoiseLadder([level])), chains: 4,
        from: .normal()), at: [3, 4])
    let clean = try Denoise(
      using: .network(network, parameters: parameters, noiseLevel: level), noiseLevel: level)(
        states[0].tensors[0].values
      ).doubles
    let values = states.map { $0.tensors[1].values.doubles }
    for chain in 0..<4 {
      for feature in 0..<6 {
        let y = values[0][chain * 6 + feature]
        let found = Self.followed(
          from: y, to: values[1][chain * 6 + feature], delta: 0.2, step: 4, row: chain,
          column: feature)
        #expect(abs(found - (clean[chain * 2 + feature % 2] - y) / 2.25) < 1e-12)
      }
    }
  }

  // MARK: - Beside plain chains

  /// The first measurement, and one alone, are plain chains on X + σ N, bit for bit.
  @Test(arguments: Precision.allCases)
  func oneMeasurementIsALangevinChain(precision: Precision) throws {
    let plain = Self.configuration(
      LangevinSampler(stepSize: 0.2), .law(Self.blobs.smoothed(noiseLevel: 1.3)), chains: 300,
      from: .normal(standardDeviation: 2), precision: precision)
    let expected = try Self.states(plain, at: [20])[0].tensors[0]
    let sequential = SequentialMeasurement(
      measurements: try Measurements(noiseLevel: 1.3, count: 4), stepsPerMeasurement: 20,
      stepSize: 0.2)
    #expect(sequential.length == 80)
    let first = try Self.states(
      Self.configuration(
        sequential, Self.smoothed(Self.blobs, for: sequential), chains: 300,
        from: .normal(standardDeviation: 2), precision: precision), at: [20])[0]
    #expect(first.tensors[0].hasSameBits(as: expected))
    let alone = MultiMeasurement(
      measurements: try Measurements(noiseLevel: 1.3, count: 1), stepSize: 0.2)
    let joint = try Self.states(
      Self.configuration(
        alone, Self.smoothed(Self.blobs, for: alone), chains: 300,
        from: .normal(standardDeviation: 2), precision: precision), at: [20])[0]
    // Its start is the given one, once the mean of one number is taken off it.
    #expect(joint.tensors[0].hasSameBits(as: expected))
  }

  /// The mean of all is a plain chain on X + (σ/√M) N with step δ/M, whose noise is the mean of theirs.
  @Test func theMeanOfAllIsALangevinChain() throws {
    let measurements = try Measurements(noiseLevel: 0.9, count: 4)
    let sampler = MultiMeasurement(measurements: measurements, stepSize: 0.3)
    #expect(sampler.ofMean == LangevinSampler(stepSize: 0.3 / 4))
    let states = try Self.states(
      Self.configuration(
        sampler, Self.smoothed(Self.blobs, for: sampler), chains: 6, from: .normal()),
      at: [0, 1, 2, 3])
    let bayes = BayesDenoiser(law: Self.blobs, noiseLevel: 0.45)
    for step in 1...3 {
      let (before, after) = (
        states[step - 1].tensors[0].values.doubles, states[step].tensors[0].values.doubles
      )
      for chain in 0..<6 {
        let y = Array(before[(2 * chain)..<(2 * chain + 2)])
        for (coordinate, estimate) in bayes.mean(at: y).enumerated() {
          let noise =
            (0..<4).reduce(0.0) {
              $0
                + RandomStream(key: Self.key).normal(
                  .chainNoise, step: UInt64(step), row: chain, column: 2 * $1 + coordinate)
            } / 4
          let score = (estimate - y[coordinate]) / (0.45 * 0.45)
          let expected = y[coordinate] + 0.3 / 4 * score + (2 * 0.3).squareRoot() * noise
          #expect(abs(after[2 * chain + coordinate] - expected) < 1e-12)
        }
      }
    }
  }

  /// At the start the mean is the given point, and the measurements are around it as their law has them: |y − ȳ|² is
  /// σ² times chi-squared with (M − 1) d degrees of freedom.
  @Test func whereMeasurementsStart() throws {
    let (count, chains, level) = (5, 4_000, 0.7)
    let sampler = MultiMeasurement(
      measurements: try Measurements(noiseLevel: level, count: count), stepSize: 1e-18)
    let state = try Self.states(
      Self.configuration(
        sampler, Self.smoothed(Self.plane, for: sampler), chains: chains, from: .point([3, -1])),
      at: [1])[0]
    let (mean, y) = (state.tensors[0].values.doubles, state.tensors[1].values.doubles)
    var squares = 0.0
    for chain in 0..<chains {
      #expect(abs(mean[2 * chain] - 3) < 1e-7 && abs(mean[2 * chain + 1] + 1) < 1e-7)
      for feature in 0..<(2 * count) {
        let offset = y[chain * 2 * count + feature] - mean[2 * chain + feature % 2]
        squares += offset * offset
      }
    }
    let freedom = Double(2 * (count - 1) * chains)
    let expected = level * level * freedom
    #expect(abs(squares - expected) < 5 * expected * (2 / freedom).squareRoot())
  }

  // MARK: - Laws

  /// On a Gaussian mean and variance of the last state are those of the joint law of ȳ_(m−1) and y_m, step by step.
  @Test(arguments: [0, 0.5], [0.3, 1.7])
  func theEndOnAGaussian(variance: Double, stepSize: Double) throws {
    let (level, count, steps, mean) = (0.9, 5, 7, 1.5)
    let sampler = SequentialMeasurement(
      measurements: try Measurements(noiseLevel: level, count: count), stepsPerMeasurement: steps,
      stepSize: stepSize, convention: .half)
    let (delta, noise) = (stepSize / 2, level * level)
    func gain(_ m: Double) -> Double { variance / (variance + noise / m) }
    // Of ȳ_(m−1): mean and variance; of y: mean, variance and covariance with it.
    var (before, spread) = (0.0, 0.0)
    var (offset, own, shared) = (4 - mean, 2.0, 0.0)
    for m in 1...count {
      let number = Double(m)
      if m > 1 {
        let g = gain(number - 1)
        (offset, own, shared) = (g * before, g * g * spread + noise, g * spread)
      }
      let g = gain(number)
      let a = 1 - delta * (1 - g / number) / noise
      let b = delta * g * (number - 1) / (number * noise)
      for _ in 0..<steps {
        offset = a * offset + b * before
        own = a * a * own + 2 * a * b * shared + b * b * spread + 2 * delta
        shared = a * shared + b * spread
      }
      let rest = number - 1
      before = (rest * before + offset) / number
      spread = (rest * rest * spread + 2 * rest * shared + own) / (number * number)
    }
    let end = sampler.end(ofMean: mean, variance: variance, from: (4, 2))
    #expect(abs(end.mean - mean - before) < 1e-12)
    #expect(abs(end.variance - spread) < 1e-12 * spread)
  }

  /// Many small steps leave every measurement as wide as its law is, wherever the first began.
  @Test func widthsAtTheEnd() throws {
    for variance in [0, 0.4, 9] {
      let patient = SequentialMeasurement(
        measurements: try Measurements(noiseLevel: 2, count: 9), stepsPerMeasurement: 400_000,
        stepSize: 1e-3)
      #expect(abs(patient.finalSpread(variance: variance) - 1) < 1e-3)
      let end = patient.end(ofMean: -1, variance: variance, from: (5, 0))
      #expect(abs(end.mean + 1) < 1e-9)
      #expect(abs(end.variance - (variance + 4.0 / 9)) < 1e-3 * (variance + 4.0 / 9))
    }
    // At δ = σ², on an atom, a step forgets all and adds twice the variance.
    let jumpy = SequentialMeasurement(
      measurements: try Measurements(noiseLevel: 2, count: 9), stepsPerMeasurement: 3, stepSize: 4)
    #expect(abs(jumpy.finalSpread() - 2.0.squareRoot()) < 1e-12)
  }

  /// Chains have the mean and the variance that are computed of them.
  @Test(arguments: Precision.allCases)
  func aGaussianFollowsItsRecursion(precision: Precision) throws {
    let law = Law.mixture(
      try GaussianMixture(components: [.init(mean: [0.5], covariance: .isotropic(0.6))]))
    let sampler = SequentialMeasurement(
      measurements: try Measurements(noiseLevel: 1.2, count: 4), stepsPerMeasurement: 3,
      stepSize: 0.4)
    let last = try Self.states(
      Self.configuration(
        sampler, Self.smoothed(law, for: sampler), chains: 40_000, from: .point([3]),
        precision: precision), at: [12])[0].tensors[0].values.doubles
    let end = sampler.end(ofMean: 0.5, variance: 0.6, from: (3, 0))
    LangevinStatisticsTests.expect(last, mean: end.mean, variance: end.variance)
  }

  /// Two points far apart beside σ/√M and near beside σ, all chains beginning on the lighter: the mean of all has the
  /// law with that noise, and the jump the points' weights.
  @Test func measurementsOneByOneFindTheWeights() throws {
    let chains = 1_500
    let law = Law.categorical(try Categorical(values: [[1], [-1]], weights: [0.8, 0.2]))
    let measurements = try Measurements(noiseLevel: 1.2, count: 9)
    let level = measurements.meanNoiseLevel
    #expect(abs(level - 0.4) < 1e-15)
    let sampler = SequentialMeasurement(
      measurements: measurements, stepsPerMeasurement: 150, stepSize: 0.1)
    let last = try Self.states(
      Self.configuration(
        sampler, Self.smoothed(law, for: sampler), chains: chains, from: .point([-1]),
        precision: .float32), at: [9 * 150])[0].tensors[0].values
    let truth = law.smoothed(noiseLevel: level)
    var distance = 0.0
    for (index, value) in last.doubles.sorted().enumerated() {
      let below = truth.cdf(value)
      distance = max(
        distance, abs(Double(index) / Double(chains) - below),
        abs(Double(index + 1) / Double(chains) - below))
    }
    // Of as many draws it exceeds 2/√n once in 1,500 times; the step size adds below 0.01.
    #expect(distance < 2 / Double(chains).squareRoot() + 0.01, "\(distance)")
    let clean = try Denoise(using: .law(truth), noiseLevel: level)(last).doubles
    let share = Double(clean.filter { $0 > 0 }.count) / Double(chains)
    #expect(abs(share - 0.8) < 5 * (0.16 / Double(chains)).squareRoot() + 0.01, "\(share)")
    #expect(clean.filter { abs(abs($0) - 1) < 0.05 }.count > chains * 9 / 10)
  }

  // MARK: - States

  /// Restored between measurements, and at the first and the last step of one.
  @Test(arguments: Precision.allCases)
  func restoringBetweenMeasurements(precision: Precision) throws {
    for sampler in SequentialMeasurement.examples + MultiMeasurement.examples {
      let configuration = Self.configuration(
        sampler, try Self.smoothed(Self.blobs, for: sampler), chains: 7, from: .normal(),
        precision: precision)
      let whole = try Self.states(configuration, at: [27])
      let parts = try Self.states(configuration, at: [0, 1, 8, 9, 10, 18, 27], restoring: true)
      #expect(whole[0].hasSameBits(as: parts[6]))
    }
  }

  @Test func whatHasNoMeaningIsRefused() throws {
    for level in [0, -1, .infinity, .nan] as [Double] {
      #expect(throws: RunError.self) { try Measurements(noiseLevel: level, count: 2) }
    }
    for count in [0, -1, Measurements.largestCount + 1] {
      #expect(throws: RunError.self) { try Measurements(noiseLevel: 1, count: count) }
    }
    let measurements = try Measurements(noiseLevel: 2, count: Measurements.largestCount)
    #expect(measurements.meanNoiseLevel == 0.02 && measurements.levels.levels[3] == 1)
    for step in [0, -1, .infinity, .nan] as [Double] {
      let joint = MultiMeasurement(measurements: measurements, stepSize: step)
      #expect(throws: RunError.self) { try joint.validate() }
      let sequential = SequentialMeasurement(
        measurements: measurements, stepsPerMeasurement: 1, stepSize: step)
      #expect(throws: RunError.self) { try sequential.validate() }
    }
    let idle = SequentialMeasurement(
      measurements: measurements, stepsPerMeasurement: 0, stepSize: 1)
    #expect(throws: RunError.self) { try idle.validate() }
    // Beyond Float: δ, σ², 1/σ² and σ²/M.
    for (level, step) in [(1, 1e-40), (1e20, 1), (1e-20, 1e-30), (2e-18, 1e-30)]
      as [(Double, Double)]
    {
      let sampler = MultiMeasurement(
        measurements: try Measurements(noiseLevel: level, count: 10_000), stepSize: step)
      #expect(throws: Never.self) { try sampler.validate(in: .float64) }
      let error = try #require(throws: RunError.self) { try sampler.validate(in: .float32) }
      #expect(error.hint?.contains("float64") == true)
    }
    // The levels of other measurements.
    let joint = MultiMeasurement(measurements: measurements, stepSize: 1)
    let configuration = Self.configuration(
      joint, .smoothed(Self.plane, ladder: measurements.levels), chains: 1, from: .zeros)
    #expect(throws: RunError.self) { try configuration.validate() }
  }
}

/// The largest variance that X may have given Y.
@Suite struct LargestPosteriorVarianceTests {
  private func largest(_ law: Law, _ level: Double) throws -> (value: Double, isBound: Bool) {
    try #require(BayesDenoiser(law: law, noiseLevel: level).largestPosteriorVariance)
  }

  private func atoms(_ values: [[Double]], _ weights: [Double]? = nil) throws -> Law {
    .categorical(
      try Categorical(
        values: values, weights: weights ?? [Double](repeating: 1, count: values.count)))
  }

  /// Where both are equally likely, of whatever weights and at whatever noise: the square of half their distance.
  @Test(arguments: [0.1, 1, 30], [0.5, 0.999])
  func twoAtoms(level: Double, weight: Double) throws {
    let found = try largest(atoms([[-1], [3]], [weight, 1 - weight]), level)
    #expect(abs(found.value - 4) < 1e-6 && !found.isBound)
    let plane = try largest(atoms([[0, 0], [6, 8]]), level)
    #expect(abs(plane.value - 25) < 1e-12 && !plane.isBound)
  }

  /// Three in a row: nearest neighbours alone where there is little noise, all of them where there is much.
  @Test func threeAtoms() throws {
    let law = try atoms([[-1], [0], [1]])
    #expect(abs(try largest(law, 0.05).value - 0.25) < 1e-6)
    // At y = 0, where the outer two have r/(1 + 2 r) each, r = exp(−1/(2τ²)): the variance is 2 r/(1 + 2 r).
    let r = Double.exp(-0.5 / 4)
    #expect(abs(try largest(law, 2).value - 2 * r / (1 + 2 * r)) < 1e-6)
    // In the plane by the two that are farthest apart, wherever the others are.
    let plane = try largest(atoms([[0, 0], [2, 0], [0, 2]]), 1)
    #expect(abs(plane.value - 2) < 1e-12 && plane.isBound)
    #expect(abs(try largest(atoms([[-1, 0], [1, 0], [0, 1.5]]), 1).value - 1) < 1e-12)
  }

  @Test func gaussians() throws {
    let one = Law.mixture(
      try GaussianMixture(components: [.init(mean: [1, 2], covariance: .diagonal([4, 1]))]))
    #expect(abs(try largest(one, 2).value - 2) < 1e-12)
    // Halfway between two of one width: what is left within, and between the shrunk means.
    func pair(_ means: [[Double]]) throws -> Law {
      .mixture(
        try GaussianMixture(
          components: means.map { .init(mean: $0, covariance: .isotropic(0.5)) }))
    }
    let shrinkage = 2 / 2.5
    let expected = 0.5 * shrinkage + 9 * shrinkage * shrinkage
    for means in [[[-3], [3]], [[0, 0], [3.6, 4.8]]] as [[[Double]]] {
      let found = try largest(pair(means), 2.0.squareRoot())
      #expect(abs(found.value - expected) < 1e-6 && !found.isBound)
    }
  }

  /// A narrow component in a wide one, whose exchange is beside both means: against a fine search.
  @Test func differentWidths() throws {
    let law = Law.mixture(
      try GaussianMixture(components: [
        .init(weight: 1, mean: [0], standardDeviation: 0.1),
        .init(weight: 2, mean: [0.5], standardDeviation: 3),
      ]))
    let bayes = BayesDenoiser(law: law, noiseLevel: 0.4)
    var most = 0.0
    for index in -40_000...40_000 {
      most = max(most, bayes.covariance(at: [Double(index) * 2e-4])[0][0])
    }
    #expect(abs(try largest(law, 0.4).value - most) < 1e-6)
    let plane = Law.mixture(
      try GaussianMixture(components: [
        .init(mean: [0, 0], covariance: .diagonal([1, 2])),
        .init(mean: [1, 0], covariance: .diagonal([2, 1])),
      ]))
    #expect(BayesDenoiser(law: plane, noiseLevel: 1).largestPosteriorVariance == nil)
  }

  /// No less than what is found anywhere.
  @Test func boundsHold() throws {
    let laws: [Law] = [
      try atoms([[0, 0], [2, 0], [0, 2], [3, 1]], [1, 5, 2, 1]),
      .mixture(
        try GaussianMixture(
          components: ([[0, 0], [2, 1], [-1, 2]] as [[Double]]).map {
            .init(mean: $0, covariance: .full([[1, 0.6], [0.6, 0.8]]))
          })),
    ]
    for law in laws {
      for level in [0.3, 1, 2] {
        let bayes = BayesDenoiser(law: law, noiseLevel: level)
        let found = try largest(law, level)
        for index in 0..<400 {
          let y = [0.3 * Double(index % 20) - 2.5, 0.3 * Double(index / 20) - 2.5]
          let covariance = bayes.covariance(at: y)
          let half = 0.5 * (covariance[0][0] + covariance[1][1])
          let difference = 0.5 * (covariance[0][0] - covariance[1][1])
          let most =
            half
            + (difference * difference + covariance[0][1] * covariance[1][0]).squareRoot()
          #expect(most <= found.value + 1e-12)
        }
      }
    }
  }
}
