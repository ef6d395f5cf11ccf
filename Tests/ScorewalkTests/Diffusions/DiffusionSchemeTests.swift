import Scorewalk
import Testing

/// Schemes on N(m, v), where every one of them is linear: the law of its states follows from its rules
/// exactly, and so does how far that is from the law of the process.
@Suite struct DiffusionSchemeTests {
  static let (mean, variance) = (0.7, 0.25)

  static var gaussian: Law {
    get throws {
      .mixture(
        try GaussianMixture(components: [.init(mean: [mean], covariance: .isotropic(variance))]))
    }
  }

  /// Mean and variance of the state after all steps, by the rules, on N(m, v) of that or another variance.
  ///
  /// S(y, σ) = (m − y)/(v + σ²), so that each rule is x ← p x + q + c ξ.
  static func end(
    _ sampler: DiffusionSampler, mean: Double, variance: Double, steps: Int? = nil,
    on target: Double = DiffusionSchemeTests.variance
  ) -> (mean: Double, variance: Double) {
    var (mean, variance) = (mean, variance)
    func slope(_ level: Double?, _ scale: Double) -> (Double, Double) {
      guard let level else { return (0, 0) }
      let total = target + level * level
      return (-1 / (scale * total), Self.mean / total)
    }
    for step in 1...(steps ?? sampler.length ?? 0) {
      for rule in sampler.rules(step: step) {
        let first = slope(rule.noiseLevel, rule.scale)
        var p = rule.position + rule.score * first.0
        var q = rule.score * first.1
        if let correction = rule.correction {
          let next = slope(correction.noiseLevel, correction.scale)
          let (p1, q1) = (p, q)
          p =
            correction.position + correction.score * first.0 + correction.nextPosition * p1
            + correction.nextScore * next.0 * p1
          q =
            correction.score * first.1 + correction.nextPosition * q1 + correction.nextScore
            * (next.0 * q1 + next.1)
        }
        mean = p * mean + q
        variance = p * p * variance + rule.noise * rule.noise
      }
    }
    return (mean, variance)
  }

  /// How far mean and deviation are from those of the process at the last time, from its law at the first.
  static func error(
    _ scheme: DiffusionScheme, _ process: DiffusionProcess, steps: Int, to last: Double
  ) throws -> Double {
    let grid = try DiffusionGrid.uniform(process, steps: steps, to: last)
    let sampler = try DiffusionSampler(grid: grid, scheme: scheme)
    let start = process.law(of: try gaussian, at: grid.times[0])
    let truth = process.law(of: try gaussian, at: grid.times[steps])
    let end = end(sampler, mean: start.mean[0], variance: start.covariance[0][0])
    return max(
      abs(end.mean - truth.mean[0]),
      abs(end.variance.squareRoot() - truth.covariance[0][0].squareRoot()))
  }

  /// Orders of convergence: halving the steps halves the error of the first order in law, and quarters
  /// that of the second.
  @Test(arguments: [
    DiffusionProcess.variancePreserving(), .subVariancePreserving(),
    .varianceExploding(from: 0.1, to: 5), .edm(to: 3),
  ])
  func orders(process: DiffusionProcess) throws {
    let schemes: [(DiffusionScheme, Double)] = [
      (.eulerMaruyama, 1), (.reverseDiffusion, 1), (.ancestral, 1), (.ddim(eta: 0), 1),
      (.ddim(eta: 0.5), 1), (.euler, 1), (.heun, 2), (.edm(), 2),
    ]
    for (scheme, order) in schemes {
      let errors = try [800, 1600, 3200].map {
        try Self.error(scheme, process, steps: $0, to: 0.1 * process.end)
      }
      for (coarse, fine) in zip(errors, errors.dropFirst()) {
        let found = Double.log(coarse / fine) / Double.log(2)
        #expect(abs(found - order) < 0.06, "\(scheme) \(process): \(found) \(errors)")
      }
      #expect(errors[2] < (order == 2 ? 1e-4 : 0.02))
    }
  }

  /// Oracle 32: EDM's Heun and, as `ddim` on the same process, Euler from 80 to 0.002 with ρ = 7, then to 0.
  @Test func theTableOfEDM() throws {
    func deviation(
      _ scheme: DiffusionScheme, _ count: Int, of variance: Double = DiffusionSchemeTests.variance
    ) throws -> Double {
      let grid = try DiffusionGrid.at(
        .edm(from: 80, to: 0.002, count: count), of: .edm())
      let sampler = try DiffusionSampler(grid: grid, scheme: scheme, denoisesAtEnd: true)
      #expect(sampler.length == count)
      // From N(0, 80²) on N(0, s²): the mean plays no part.
      return Self.end(sampler, mean: 0, variance: 6400, on: variance).variance.squareRoot()
    }
    for (count, expected) in [(9, 0.639060), (18, 0.527625), (36, 0.506097), (72, 0.501426)] {
      var found = try deviation(.edm(), count)
      #expect(abs(found - expected) < 5e-7)
      found = try deviation(.heun, count)
      #expect(abs(found - expected) < 5e-7)
    }
    for (count, expected) in [(18, 0.423031), (36, 0.460996), (72, 0.480369)] {
      var found = try deviation(.ddim(eta: 0), count)
      #expect(abs(found - expected) < 5e-7)
      found = try deviation(.euler, count)
      #expect(abs(found - expected) < 5e-7)
    }
    // On N(0, 1).
    for (count, heun, euler) in [
      (9, 1.231258, nil), (18, 1.044729, 0.859455), (36, 1.009886, 0.929030),
      (72, 1.002274, 0.964322),
    ] as [(Int, Double, Double?)] {
      var found = try deviation(.edm(), count, of: 1)
      #expect(abs(found - heun) < 5e-7)
      guard let euler else { continue }
      found = try deviation(.ddim(eta: 0), count, of: 1)
      // One of the table's last digits is not rounded to the nearest.
      #expect(abs(found - euler) < 6e-7)
    }
  }

  /// Oracle 33: on N(0, v) the variance goes v ← a² v + b², with a and b written out from the papers in ᾱ and β:
  /// Euler and Maruyama's step of the reverse SDE, the ancestral step, and DDIM's without noise.
  @Test func variancesFollowTheirRecursion() throws {
    let grid = try DiffusionGrid.uniform(.variancePreserving(), steps: 40, to: 0.02)
    let variance = 0.4
    // ᾱ = exp(−∫β), β = 0.1 + 19.9 t.
    func kept(_ time: Double) -> Double { Double.exp(-time * (0.1 + 9.95 * time)) }
    for scheme in [DiffusionScheme.eulerMaruyama, .ancestral, .ddim(eta: 0)] {
      let sampler = try DiffusionSampler(grid: grid, scheme: scheme)
      let found = try #require(sampler.end(ofMean: 0, variance: variance, from: (0, 1.3)))
      var expected = 1.3
      for (time, next) in zip(grid.times, grid.times.dropFirst()) {
        let (now, then) = (kept(time), kept(next))
        // Var x_t, and E[x₀ | x_t]/x_t.
        let total = now * variance + 1 - now
        let clean = now.squareRoot() * variance / total
        let a: Double
        let square: Double
        switch scheme {
        case .eulerMaruyama:
          let step = (0.1 + 19.9 * time) * (time - next)
          a = 1 + 0.5 * step - step / total
          square = step
        case .ancestral:
          // Ho, Jain and Abbeel 2020, equation 7.
          let beta = 1 - now / then
          a =
            (then.squareRoot() * beta * clean + (now / then).squareRoot() * (1 - then)) / (1 - now)
          square = (1 - then) / (1 - now) * beta
        default:
          // Song, Meng and Ermon 2021, equation 12.
          let noise = (1 - now.squareRoot() * clean) / (1 - now).squareRoot()
          a = then.squareRoot() * clean + (1 - then).squareRoot() * noise
          square = 0
        }
        expected = a * a * expected + square
      }
      #expect(found.mean == 0 && abs(found.variance - expected) < 1e-11 * expected, "\(scheme)")
    }
  }

  /// Oracle 33: DDIM without noise is Euler's step from σ to σ' of d(x/s)/dσ = −σ S, whatever the process.
  @Test(arguments: [
    DiffusionProcess.variancePreserving(), .subVariancePreserving(), .varianceExploding(), .edm(),
  ])
  func ddimIsEulerInTheNoiseLevel(process: DiffusionProcess) throws {
    let grid = try DiffusionGrid.uniform(process, steps: 30, to: 0.01 * process.end)
    let sampler = try DiffusionSampler(grid: grid, scheme: .ddim(eta: 0))
    for step in 1...30 {
      let rules = sampler.rules(step: step)
      let rule = try #require(rules.first)
      let (level, next) = (grid.noiseLevels[step - 1], grid.noiseLevels[step])
      let (scale, nextScale) = (grid.scales[step - 1], grid.scales[step])
      #expect(rules.count == 1 && rule.noise == 0 && rule.correction == nil)
      #expect(rule.noiseLevel == level && rule.scale == scale)
      #expect(abs(rule.position * scale / nextScale - 1) < 1e-14)
      let slope = level * (level - next)
      #expect(abs(rule.score / nextScale - slope) < 1e-13 * slope)
    }
  }

  /// What the library says of a Gaussian's end is what the rules give.
  @Test func theEndOfAGaussian() throws {
    let grid = try DiffusionGrid.uniform(.subVariancePreserving(), steps: 9, to: 0.05)
    for scheme in [DiffusionScheme.heun, .eulerMaruyama, .edm(.init(amount: 2))] {
      let sampler = try DiffusionSampler(
        grid: grid, scheme: scheme, corrector: .init(steps: 2), denoisesAtEnd: true)
      let expected = Self.end(sampler, mean: 2, variance: 3)
      let found = try #require(
        sampler.end(ofMean: Self.mean, variance: Self.variance, from: (2, 3)))
      #expect(abs(found.mean - expected.mean) < 1e-14)
      #expect(abs(found.variance - expected.variance) < 1e-14)
    }
    let adaptive = try DiffusionSampler(grid: grid, scheme: .dormandPrince())
    #expect(adaptive.end(ofMean: 0, variance: 1, from: (0, 1)) == nil)
  }

  /// Oracle 33: DDIM with η = 1 is the ancestral step, whose mean and variance are those of x_t' given x_t
  /// and x̂ (Ho, Jain and Abbeel 2020, equation 7).
  @Test func ancestralStepsAreThePosterior() throws {
    let process = DiffusionProcess.variancePreserving()
    let grid = try DiffusionGrid.uniform(process, steps: 20, to: 0.01)
    let ancestral = try DiffusionSampler(grid: grid, scheme: .ancestral)
    let ddim = try DiffusionSampler(grid: grid, scheme: .ddim(eta: 1))
    for step in 1...20 {
      let rule = try #require(ancestral.rules(step: step).first)
      #expect(ddim.rules(step: step) == [rule])
      // ᾱ = s², α = ᾱ/ᾱ', β = 1 − α; here s for x_t, s' for x_t'.
      let (scale, next) = (grid.scales[step - 1], grid.scales[step])
      let alpha = (scale / next) * (scale / next)
      let beta = 1 - alpha
      let clean = next * beta / (1 - scale * scale)
      let kept = alpha.squareRoot() * (1 - next * next) / (1 - scale * scale)
      // x̂ = (x + (1 − ᾱ) s)/s_t, and s = S/s_t.
      #expect(abs(rule.position - (kept + clean / scale)) < 1e-12)
      #expect(
        abs(rule.score - clean * (1 - scale * scale) / (scale * scale)) < 1e-12 * rule.score)
      let variance = (1 - next * next) / (1 - scale * scale) * beta
      #expect(abs(rule.noise * rule.noise - variance) < 1e-12)
    }
  }

  /// In the scale of X all processes with the same noise levels make the same posterior steps and the same
  /// steps of EDM.
  @Test func processesDifferInScaleAlone() throws {
    let ladder = try NoiseLadder.edm(from: 20, to: 0.05, count: 15)
    for scheme in [DiffusionScheme.ancestral, .ddim(eta: 0), .edm(.init(amount: 5))] {
      let ends = try [
        DiffusionProcess.edm(), .varianceExploding(), .variancePreserving(),
        .subVariancePreserving(),
      ].map { process in
        let grid = try DiffusionGrid.at(ladder, of: process)
        let sampler = try DiffusionSampler(grid: grid, scheme: scheme)
        let (first, last) = (grid.scales[0], grid.scales[14])
        let end = Self.end(
          sampler, mean: 3 * first, variance: 400 * first * first)
        return (end.mean / last, end.variance / (last * last))
      }
      for end in ends {
        #expect(abs(end.0 - ends[0].0) < 1e-10 && abs(end.1 - ends[0].1) < 1e-10)
      }
    }
  }

  /// A corrector leaves N(0, s² σ²) nearly where it is, and brings other variances nearer.
  @Test func correctors() throws {
    let grid = try DiffusionGrid.uniform(.varianceExploding(), steps: 500, to: 0.01)
    let plain = try DiffusionSampler(grid: grid, scheme: .reverseDiffusion)
    let corrected = try DiffusionSampler(
      grid: grid, scheme: .reverseDiffusion,
      corrector: .init(steps: 2, signalToNoise: 0.1))
    let truth = Self.variance + grid.noiseLevels[500] * grid.noiseLevels[500]
    // From half the right deviation and the wrong mean.
    let ends = [plain, corrected].map { Self.end($0, mean: 10, variance: 625) }
    #expect(abs(ends[1].variance - truth) < 0.03 * truth)
    #expect(abs(ends[1].mean - Self.mean) < abs(ends[0].mean - Self.mean))
    let rules = corrected.rules(step: 1)
    #expect(rules.count == 3 && rules[0] == rules[1])
    // ε = 2 (r σ)² times a² = 1, the noise √(2ε).
    let step = 2 * 0.01 * grid.noiseLevels[0] * grid.noiseLevels[0]
    #expect(abs(rules[0].score - step) < 1e-12 * step)
    #expect(abs(rules[0].noise * rules[0].noise - 2 * step) < 1e-12 * step)
    #expect(corrected.scoreEvaluations == 1500)
  }

  /// Where the scale changes, ε has a² = (s/s')², as α does in algorithm 5 of Song et al.
  @Test(arguments: [DiffusionProcess.variancePreserving(), .subVariancePreserving()])
  func correctorsWhereTheScaleChanges(process: DiffusionProcess) throws {
    let grid = try DiffusionGrid.uniform(process, steps: 10, to: 0.1)
    let ratio = 0.3
    let sampler = try DiffusionSampler(
      grid: grid, scheme: .reverseDiffusion, corrector: .init(signalToNoise: ratio))
    for step in 1...10 {
      let rules = sampler.rules(step: step)
      try #require(rules.count == 2)
      let (time, next) = (grid.times[step - 1], grid.times[step])
      // a² = exp(−∫β) over the step, β the same in both.
      let squared = Double.exp(-(0.1 * (time - next) + 0.5 * 19.9 * (time * time - next * next)))
      let deviation = process.noiseDeviation(at: time)
      let expected = 2 * squared * ratio * ratio * deviation * deviation
      #expect(squared < 0.99)
      #expect(abs(rules[0].score * rules[0].scale - expected) < 1e-12 * expected)
      #expect(abs(rules[0].noise * rules[0].noise - 2 * expected) < 1e-12 * expected)
      #expect(rules[0].position == 1 && rules[0].scale == process.scale(at: time))
    }
  }

  /// Twice as many levels as a ladder may have.
  @Test func churnAtTooManyLevels() throws {
    let most = DiffusionGrid.largestSteps + 1
    let grid = try DiffusionGrid.at(
      .edm(from: 80, to: 0.002, count: most), of: .edm())
    #expect(throws: RunError.self) {
      try DiffusionSampler(grid: grid, scheme: .edm(.init(amount: 1)))
    }
    let some = try DiffusionSampler(grid: grid, scheme: .edm(.init(amount: 1, from: 0.003)))
    #expect((some.ladder?.levels.count ?? 0) <= NoiseLadder.largestCount)
  }

  /// What cannot be held in float32 can in float64; what is coarse in one of the two ways can in both.
  @Test func tolerancesOfThePrecision() throws {
    let grid = try DiffusionGrid.uniform(.varianceExploding(to: 100), steps: 1, to: 0.1)
    for (relative, absolute, isHeld) in [
      (1e-5, 1e-5, true), (1e-9, 2e-4, true), (1e-5, 1e-12, true), (1e-9, 5e-5, false),
    ] {
      let sampler = try DiffusionSampler(
        grid: grid, scheme: .dormandPrince(relative: relative, absolute: absolute))
      try sampler.validate(in: .float64)
      if isHeld {
        try sampler.validate(in: .float32)
      } else {
        #expect(throws: RunError.self) { try sampler.validate(in: .float32) }
      }
    }
  }

  @Test func churn() throws {
    let churn = DiffusionScheme.Churn(amount: 3, from: 0.1, to: 10, noise: 1.5)
    let grid = try DiffusionGrid.at(.edm(from: 80, to: 0.002, count: 18), of: .edm())
    let sampler = try DiffusionSampler(grid: grid, scheme: .edm(churn), denoisesAtEnd: true)
    for (index, level) in grid.noiseLevels.enumerated() {
      let rules = sampler.rules(step: index + 1)
      guard (0.1...10).contains(level) else {
        #expect(rules.count == 1 && rules[0].noiseLevel == level)
        continue
      }
      #expect(rules.count == 2 && rules[0].noiseLevel == nil)
      let raised = try #require(rules[1].noiseLevel)
      #expect(abs(raised - level * (1 + 3.0 / 18)) < 1e-14 * raised)
      let added = (raised * raised - level * level) * 1.5 * 1.5
      #expect(abs(rules[0].noise * rules[0].noise - added) < 1e-12 * added)
    }
    #expect(
      DiffusionScheme.Churn(amount: 40).growth(at: 1, of: 18) == 2.0.squareRoot() - 1)
    // Levels of the grid and those above them, falling.
    #expect(sampler.ladder?.levels.count == 18 + grid.noiseLevels.count { (0.1...10) ~= $0 })
  }

  @Test func whatHasNoMeaningIsRefused() throws {
    let grid = try DiffusionGrid.uniform(.variancePreserving(), steps: 4, to: 0.2)
    for scheme: DiffusionScheme in [
      .ddim(eta: -0.1), .ddim(eta: 1.1), .ddim(eta: .nan), .edm(.init(amount: -1)),
      .edm(.init(amount: .infinity)), .edm(.init(amount: 1, from: 2, to: 1)),
      .edm(.init(noise: -1)), .dormandPrince(relative: 0), .dormandPrince(absolute: .nan),
    ] {
      #expect(throws: RunError.self) { try DiffusionSampler(grid: grid, scheme: scheme) }
    }
    for corrector in [
      DiffusionSampler.Corrector(steps: 0), .init(signalToNoise: 0), .init(signalToNoise: .nan),
    ] {
      #expect(throws: RunError.self) {
        try DiffusionSampler(grid: grid, scheme: .euler, corrector: corrector)
      }
    }
    #expect(throws: RunError.self) {
      try DiffusionSampler(grid: grid, scheme: .dormandPrince(), corrector: .init())
    }
  }
}
