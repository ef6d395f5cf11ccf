import Scorewalk
import Testing

/// Chains of diffusions against closed forms.
///
/// Seeds are fixed, so no test fails by chance once it passes; bounds are five standard errors unless
/// something else is said.
@Suite struct DiffusionSamplerTests {
  /// The positions of chains at their end.
  static func run(
    _ sampler: DiffusionSampler, _ law: Law, from initial: InitialPositions? = nil, chains: Int,
    precision: Precision = .float64, key: UInt64 = 77
  ) throws -> [Double] {
    let length = try #require(sampler.length)
    let ladder = try #require(sampler.ladder)
    let configuration = ChainConfiguration(
      sampler: sampler, target: .smoothed(law, ladder: ladder), chains: chains,
      initial: initial ?? sampler.prior ?? .zeros, stream: RandomStream(key: key),
      precision: precision)
    let process = try ChainProcess(configuration, keeping: KeepRule.last.states(steps: length))
    var draws = Draws(for: configuration)
    try process.advance(to: length, recording: &draws)
    return draws.values.doubles
  }

  static var line: Law {
    get throws {
      .mixture(
        try GaussianMixture(components: [
          .init(weight: 3, mean: [-2], standardDeviation: 0.5),
          .init(weight: 1, mean: [1.5], standardDeviation: 1),
        ]))
    }
  }

  /// The law of the process where the grid begins, at evenly spaced probabilities.
  private static func quantiles(_ sampler: DiffusionSampler, _ law: Law, _ count: Int) -> (
    places: [Double], probabilities: [Double]
  ) {
    let start = sampler.grid.process.law(of: law, at: sampler.grid.times[0])
    let probabilities = (1...count).map { Double($0) / Double(count + 1) }
    return (probabilities.map { start.quantile($0) }, probabilities)
  }

  private static let processes: [DiffusionProcess] = [
    .variancePreserving(), .subVariancePreserving(), .varianceExploding(), .edm(),
  ]

  /// Means and variances on N(m, v) are those of the rules, in both precisions and for every scheme.
  @Test(arguments: Precision.allCases)
  func gaussiansFollowTheirRecursion(precision: Precision) throws {
    for (index, sampler) in try Self.everyScheme().enumerated() {
      let start = sampler.grid.process.law(
        of: try DiffusionSchemeTests.gaussian, at: sampler.grid.times[0])
      let deviation = start.covariance[0][0].squareRoot()
      let chains = 20_000
      // Where the scheme is without noise, its map; else its moments.
      let ends = try Self.run(
        sampler, try DiffusionSchemeTests.gaussian,
        from: .normal(standardDeviation: deviation), chains: chains, precision: precision,
        key: UInt64(index))
      let expected = DiffusionSchemeTests.end(
        sampler, mean: 0, variance: deviation * deviation)
      LangevinStatisticsTests.expect(ends, mean: expected.mean, variance: expected.variance)
    }
  }

  static func everyScheme() throws -> [DiffusionSampler] {
    try processes.flatMap { process -> [DiffusionSampler] in
      let grid = try DiffusionGrid.uniform(process, steps: 12, to: 0.05 * process.end)
      return try [
        DiffusionScheme.eulerMaruyama, .reverseDiffusion, .ancestral, .ddim(eta: 0.4), .euler,
        .heun, .edm(.init(amount: 4, from: 0.1)),
      ].flatMap { scheme in
        try [nil, DiffusionSampler.Corrector(steps: 2)].map {
          try DiffusionSampler(
            grid: grid, scheme: scheme, corrector: $0, denoisesAtEnd: $0 == nil)
        }
      }
    }
  }

  /// Schemes without noise are the linear maps of their rules, to rounding.
  @Test(arguments: Precision.allCases)
  func flowsOfGaussiansAreTheirMaps(precision: Precision) throws {
    let tolerance = precision == .float64 ? 1e-12 : 1e-4
    for sampler in try Self.everyScheme()
    where !sampler.scheme.isRandom && sampler.corrector == nil {
      let start = sampler.grid.process.law(
        of: try DiffusionSchemeTests.gaussian, at: sampler.grid.times[0])
      let places = [-1.5, 0, 2].map { $0 * start.covariance[0][0].squareRoot() }
      let ends = try Self.run(
        sampler, try DiffusionSchemeTests.gaussian, from: .samples(places), chains: 3,
        precision: precision)
      for (place, end) in zip(places, ends) {
        let expected = DiffusionSchemeTests.end(sampler, mean: place, variance: 0).mean
        #expect(abs(end - expected) < tolerance * (1 + abs(expected)))
      }
    }
  }

  /// On the line the probability flow keeps the order of points, so it carries quantiles to quantiles: an
  /// exact solution for any law.
  @Test(arguments: processes)
  func flowsOnTheLineCarryQuantiles(process: DiffusionProcess) throws {
    let law = try Self.line
    let last = process == .edm() ? 0.01 : 0.001
    func error(_ scheme: DiffusionScheme, _ grid: DiffusionGrid) throws -> Double {
      let sampler = try DiffusionSampler(grid: grid, scheme: scheme)
      let (places, probabilities) = Self.quantiles(sampler, law, 49)
      let ends = try Self.run(sampler, law, from: .samples(places), chains: 49)
      let end = process.law(of: law, at: grid.times[grid.steps])
      return zip(ends, probabilities).map { abs(end.cdf($0) - $1) }.max() ?? .infinity
    }
    let one = try DiffusionGrid.uniform(process, steps: 1, to: last)
    var previous = Double.infinity
    for exponent in [3, 5, 7, 9, 11] {
      let tolerance = Double.pow(10.0, -exponent)
      let found = try error(.dormandPrince(relative: tolerance, absolute: tolerance), one)
      #expect(found < 100 * tolerance, "\(process) \(tolerance): \(found)")
      #expect(found < 0.2 * previous)
      previous = found
    }
    // Times on the way change nothing beyond the tolerance.
    let many = try DiffusionGrid.uniform(process, steps: 9, to: last)
    #expect(try error(.dormandPrince(relative: 1e-8, absolute: 1e-8), many) < 1e-6)
    // Order 2 of Heun's steps, order 1 of Euler's.
    let ladder = { (count: Int) in
      try DiffusionGrid.at(
        .edm(
          from: process.noiseLevel(at: process.end), to: process.noiseLevel(at: last),
          count: count + 1), of: process)
    }
    for (scheme, order) in [(DiffusionScheme.edm(), 2.0), (.ddim(eta: 0), 1)] {
      let (coarse, fine) = (try error(scheme, ladder(200)), try error(scheme, ladder(400)))
      let found = Double.log(coarse / fine) / Double.log(2)
      #expect(abs(found - order) < 0.25, "\(process) \(scheme): \(found)")
    }
  }

  /// Dormand and Prince's steps are of order 5: with a tolerance that allows every step, chains make one from each time
  /// of the grid to the next, and twice as many have a thirty-second of the error.
  ///
  /// Oracle 32: the flow on N(m, v) is x/s ← m + (x/s − m) √((v + σ'²)/(v + σ²)).
  /// With EDM's own process what single steps are off by cancels on the way, so that no order is seen before rounding.
  @Test(arguments: [
    DiffusionProcess.variancePreserving(), .subVariancePreserving(), .varianceExploding(),
  ])
  func flowsAreOfOrderFive(process: DiffusionProcess) throws {
    let (mean, variance) = (DiffusionSchemeTests.mean, DiffusionSchemeTests.variance)
    let errors = try [24, 48, 96].map { steps -> Double in
      let levels = try NoiseLadder.edm(from: 6, to: 0.3, count: steps + 1)
      let grid = try DiffusionGrid.at(levels, of: process)
      let sampler = try DiffusionSampler(
        grid: grid, scheme: .dormandPrince(relative: 1e3, absolute: 1e3))
      let places = [-2.5, -0.5, 1.5, 3].map { mean + 6 * $0 }
      let configuration = ChainConfiguration(
        sampler: sampler,
        target: .smoothed(try DiffusionSchemeTests.gaussian, ladder: try #require(sampler.ladder)),
        chains: 4, initial: .samples(places.map { grid.scales[0] * $0 }),
        stream: RandomStream(key: 1), precision: .float64)
      let chains = try ChainProcess(configuration, keeping: KeepRule.last.states(steps: steps))
      var draws = Draws(for: configuration)
      try chains.advance(to: steps, recording: &draws)
      // Seven scores a step, but for a few short steps with which chains begin.
      let effort = try #require(chains.state().flowEffort)
      #expect(effort.refused == 0 && effort.mostEvaluations < Double(7 * steps + 30))
      let (first, last) = (grid.noiseLevels[0], grid.noiseLevels[steps])
      let ratio = ((variance + last * last) / (variance + first * first)).squareRoot()
      return zip(draws.values.doubles, places).map { end, place in
        abs(end / grid.scales[steps] - (mean + (place - mean) * ratio))
      }.max() ?? .infinity
    }
    for (coarse, fine) in zip(errors, errors.dropFirst()) {
      let found = Double.log(coarse / fine) / Double.log(2)
      #expect(abs(found - 5) < 0.2, "\(process): \(found) \(errors)")
    }
  }

  /// Oracle 32: on N(m, v) the flow of EDM is x ← m + (x − m) √((v + t²)/(v + T²)). The error falls with the tolerance,
  /// and at least with the fifth power of the number of steps.
  @Test func theOrderOfAdaptiveSteps() throws {
    let (mean, variance) = (DiffusionSchemeTests.mean, DiffusionSchemeTests.variance)
    let grid = try DiffusionGrid.uniform(.edm(to: 3), steps: 1, to: 0.05)
    let factor = ((variance + 0.05 * 0.05) / (variance + 9)).squareRoot()
    let places = [-7, -2, 0.4, 1.5, 5]
    var found: [(error: Double, steps: Double)] = []
    for tolerance in [1e-5, 1e-8, 1e-11] {
      let sampler = try DiffusionSampler(
        grid: grid, scheme: .dormandPrince(relative: tolerance, absolute: tolerance))
      let configuration = ChainConfiguration(
        sampler: sampler,
        target: .smoothed(
          try DiffusionSchemeTests.gaussian, ladder: try #require(sampler.ladder)),
        chains: places.count, initial: .samples(places), stream: RandomStream(key: 1),
        precision: .float64)
      let process = try ChainProcess(configuration, keeping: KeepRule.last.states(steps: 1))
      var draws = Draws(for: configuration)
      try process.advance(to: 1, recording: &draws)
      let errors = zip(places, draws.values.doubles).map {
        abs($1 - (mean + ($0 - mean) * factor))
      }
      let error = try #require(errors.max())
      #expect(error < 10 * tolerance, "\(tolerance): \(error)")
      let effort = try #require(process.state().flowEffort)
      found.append((error, (effort.evaluations - 1) / 6))
    }
    for (coarse, fine) in zip(found, found.dropFirst()) {
      let order = Double.log(coarse.error / fine.error) / Double.log(fine.steps / coarse.steps)
      #expect(order > 4.5, "\(order) \(found)")
    }
  }

  /// Single precision follows to its own accuracy.
  @Test func flowsInSinglePrecision() throws {
    let law = try Self.line
    let sampler = try DiffusionSampler(
      grid: .uniform(.variancePreserving(), steps: 1, to: 0.01), scheme: .dormandPrince())
    let (places, probabilities) = Self.quantiles(sampler, law, 19)
    let ends = try Self.run(
      sampler, law, from: .samples(places), chains: 19, precision: .float32)
    let end = DiffusionProcess.variancePreserving().law(of: law, at: 0.01)
    for (place, probability) in zip(ends, probabilities) {
      #expect(abs(end.cdf(place) - probability) < 2e-4)
    }
  }

  /// The SDE's schemes end at the law of a mixture in the plane: mass and moments of its modes.
  @Test func mixtures() throws {
    let law = Law.categorical(try Categorical(values: [[5, 5], [-5, -5]], weights: [0.8, 0.2]))
    let chains = 20_000
    for (index, scheme) in [
      DiffusionScheme.eulerMaruyama, .reverseDiffusion, .ancestral, .ddim(eta: 0.5),
    ].enumerated() {
      let process = DiffusionProcess.variancePreserving()
      let grid = try DiffusionGrid.uniform(process, steps: 400, to: 0.05)
      let sampler = try DiffusionSampler(grid: grid, scheme: scheme, denoisesAtEnd: false)
      let start = process.law(of: law, at: 1)
      let ends = try Self.run(
        sampler, law,
        from: .samples(Law.mixture(start).sample(count: chains, stream: RandomStream(key: 9))),
        chains: chains, precision: .float32, key: UInt64(index))
      let right = stride(from: 0, to: ends.count, by: 2).filter { ends[$0] > 0 }
      let share = Double(right.count) / Double(chains)
      // Five standard errors, and 0.002 for the steps.
      #expect(abs(share - 0.8) < 5 * (0.16 / Double(chains)).squareRoot() + 0.002, "\(scheme)")
      // What is left of the first steps, in which both modes are seen, is forgotten: within a mode the steps are
      // those on one atom.
      let scale = grid.scales[0]
      let deviation = scale * grid.noiseLevels[0]
      let expected = try #require(
        sampler.end(ofMean: 5, variance: 0, from: (5 * scale, deviation * deviation)))
      let (mean, variance) = LangevinStatisticsTests.meanAndVariance(right.map { ends[$0] })
      let count = Double(right.count)
      #expect(abs(mean - expected.mean) < 5 * (expected.variance / count).squareRoot() + 1e-3)
      #expect(
        abs(variance / expected.variance - 1) < 5 * (2 / count).squareRoot(),
        "\(scheme): \(variance) \(expected)")
    }
  }

  /// The last state is the posterior mean of X at the last time, in the scale of X.
  @Test(arguments: [DiffusionScheme.ancestral, .edm(), .dormandPrince()])
  func denoisingAtTheEnd(scheme: DiffusionScheme) throws {
    let law = try Self.line
    let grid = try DiffusionGrid.uniform(.variancePreserving(), steps: 6, to: 0.1)
    let ends = try [false, true].map {
      try Self.run(
        DiffusionSampler(grid: grid, scheme: scheme, denoisesAtEnd: $0), law,
        from: .normal(), chains: 30)
    }
    let bayes = BayesDenoiser(law: law, noiseLevel: grid.noiseLevels[6])
    for (noisy, clean) in zip(ends[0], ends[1]) {
      #expect(abs(bayes.mean(at: [noisy / grid.scales[6]])[0] - clean) < 1e-11)
    }
  }

  /// What an adaptive chain cost is counted, and does not depend on the others.
  @Test func effort() throws {
    let sampler = try DiffusionSampler(
      grid: .uniform(.variancePreserving(), steps: 3, to: 0.001),
      scheme: .dormandPrince(relative: 1e-6, absolute: 1e-6), denoisesAtEnd: true)
    let configuration = ChainConfiguration(
      sampler: sampler, target: .smoothed(try Self.line, ladder: try #require(sampler.ladder)),
      chains: 40, initial: .normal(), stream: RandomStream(key: 1), precision: .float64)
    let process = try ChainProcess(configuration, keeping: KeepRule.last.states(steps: 4))
    #expect(process.state().flowEffort == nil)
    var draws = Draws(for: configuration)
    try process.advance(to: 4, recording: &draws)
    let effort = try #require(process.state().flowEffort)
    #expect(effort.evaluations > 30 && effort.mostEvaluations < 2000)
    #expect(effort.mostEvaluations >= effort.evaluations && (0..<0.5).contains(effort.refused))
    #expect(sampler.scoreEvaluations == nil)
    // Each of three pieces begins with a score, each step that is tried takes six more, and the last state one.
    #expect((effort.mostEvaluations - 4).truncatingRemainder(dividingBy: 6) == 0)
    let total = (40 * effort.evaluations).rounded()
    #expect((total - 160).truncatingRemainder(dividingBy: 6) == 0)
    let refused = effort.refused * total / 6
    #expect(abs(refused - refused.rounded()) < 1e-9)
  }

  /// However a step is cut, and whatever is restored in between, the bits are those of one that is not.
  @Test(arguments: Precision.allCases)
  func stepsMayBeCut(precision: Precision) throws {
    let sampler = try DiffusionSampler(
      grid: .uniform(.variancePreserving(), steps: 2, to: 0.001), scheme: .dormandPrince(),
      denoisesAtEnd: true)
    // Two blocks of chains.
    let configuration = ChainConfiguration(
      sampler: sampler, target: .smoothed(try Self.line, ladder: try #require(sampler.ladder)),
      chains: 260, initial: .normal(), stream: RandomStream(key: 1), precision: precision)
    let kept = try KeepRule(from: 0).states(steps: 3)
    let whole = try ChainProcess(configuration, keeping: kept)
    var expected = Draws(for: configuration)
    try whole.advance(to: 3, recording: &expected)
    #expect(expected.steps == [0, 1, 2, 3] && sampler.stopsWithinSteps)
    for rounds in [1, 6] {
      var process = try ChainProcess(configuration, keeping: kept)
      var (draws, pieces) = (Draws(for: configuration), 0)
      while process.step < 3 {
        let step = process.step
        let isThere = try process.advance(rounds: rounds, recording: &draws)
        #expect(process.step == (isThere ? step + 1 : step))
        process = try ChainProcess(configuration, keeping: kept, restoring: process.state())
        pieces += 1
      }
      #expect(pieces > (rounds == 1 ? 10 : 3))
      #expect(draws == expected && process.state().hasSameBits(as: whole.state()))
      #expect(throws: RunError.self) { try process.advance(rounds: 1, recording: &draws) }
    }
    // What is left of a step is done before whole steps.
    let process = try ChainProcess(configuration, keeping: kept)
    var draws = Draws(for: configuration)
    let isThere = try process.advance(rounds: 2, recording: &draws)
    #expect(!isThere)
    try process.advance(to: 3, recording: &draws)
    #expect(draws == expected && process.state().hasSameBits(as: whole.state()))
  }

  /// Steps that are not cut are made at once.
  @Test func stepsOfOtherSamplersAreWhole() throws {
    let sampler = try DiffusionSampler(
      grid: .uniform(.variancePreserving(), steps: 2, to: 0.1), scheme: .heun)
    let configuration = ChainConfiguration(
      sampler: sampler, target: .smoothed(try Self.line, ladder: try #require(sampler.ladder)),
      chains: 3, initial: .normal(), stream: RandomStream(key: 1), precision: .float64)
    let kept = try KeepRule(from: 0).states(steps: 2)
    let processes = try (0..<2).map { _ in try ChainProcess(configuration, keeping: kept) }
    var draws = [Draws(for: configuration), Draws(for: configuration)]
    try processes[0].advance(to: 2, recording: &draws[0])
    for step in 1...2 {
      let isThere = try processes[1].advance(rounds: 1, recording: &draws[1])
      #expect(isThere && processes[1].step == step)
    }
    #expect(draws[0] == draws[1])
  }

  /// Whoever is told what to do has the keys for it.
  @Test func hints() throws {
    let grid = try DiffusionGrid.uniform(.variancePreserving(), steps: 3, to: 0.1)
    let far = ChainConfiguration(
      sampler: try DiffusionSampler(grid: grid, scheme: .eulerMaruyama),
      target: .smoothed(
        try Self.line, ladder: try NoiseLadder(grid.noiseLevels)),
      initial: .point([3e38]), stream: RandomStream(key: 1), precision: .float32)
    let process = try ChainProcess(far, keeping: KeepRule.last.states(steps: 3))
    var draws = Draws(for: far)
    let error = #expect(throws: RunError.self) {
      try process.advance(to: 3, recording: &draws)
    }
    #expect(error?.code == .diverged)
    #expect(error?.hint?.contains("time_grid") == true)
    let adaptive = try DiffusionSampler(grid: grid, scheme: .dormandPrince())
    let corrected = try DiffusionSampler(
      grid: grid, scheme: .reverseDiffusion, corrector: .init())
    for hint in [
      error?.hint, adaptive.divergenceHint, adaptive.strayHint, corrected.divergenceHint,
    ] {
      #expect(hint?.contains("step_size") == false)
    }
    #expect(adaptive.strayHint.contains("relative_tolerance"))
    // A flow keeps what is wrong at its start.
    #expect(adaptive.strayHint.contains("initial") && !corrected.strayHint.contains("initial"))
    #expect(corrected.divergenceHint.contains("signal_to_noise"))
    #expect(LangevinSampler(stepSize: 0.1).divergenceHint == "lower step_size")
  }

  @Test func targetsMustHaveTheLevels() throws {
    let sampler = try DiffusionSampler(
      grid: .uniform(.variancePreserving(), steps: 3, to: 0.1), scheme: .heun)
    let other = try NoiseLadder([2, 1])
    let configuration = ChainConfiguration(
      sampler: sampler, target: .smoothed(try Self.line, ladder: other),
      initial: .normal(), stream: RandomStream(key: 1), precision: .float64)
    #expect(throws: RunError.self) { try configuration.validate() }
  }
}
