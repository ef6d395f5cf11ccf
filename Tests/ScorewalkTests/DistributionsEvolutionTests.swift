import Scorewalk
import Testing

/// METHODS section 8, nos. 2 and 8: the law of a Langevin chain at finite times.
@Suite struct DistributionsEvolutionTests {
  private func kept(_ from: Int, _ to: Int, every: Int = 1, of steps: Int) throws -> KeptStates {
    try KeepRule(from: from, to: to, every: every).states(steps: steps)
  }

  /// On N(m, s²): x_k = m + φ^k (x_0 - m) + noise, Var = V (1 - φ^2k) + φ^2k Var x_0.
  @Test(arguments: [0.001, 0.02, 0.3, 0.9, 1.15])
  func aGaussianChainIsAnAutoregression(delta: Double) throws {
    let (mean, deviation) = (0.3, 0.8)
    let target = try GaussianMixture(components: [
      .init(mean: [mean], standardDeviation: deviation)
    ])
    let square = deviation * deviation
    let factor = 1 - delta / square
    let limit = square / (1 - delta / (2 * square))
    let starts: [(LineStart, Double, Double)] = [
      (.point(2.5), 2.5, 0), (.uniform(from: -1, to: 3), 1, 4.0 / 3),
      (
        .mixture(try GaussianMixture(components: [.init(mean: [-4], standardDeviation: 0.01)])),
        -4, 1e-4
      ),
      (
        .mixture(try GaussianMixture(components: [.init(mean: [0], standardDeviation: 3)])), 0, 9
      ),
      (.atoms(values: [-1, 2], weights: [0.25, 0.75]), 1.25, 27.0 / 16),
    ]
    for (start, startMean, startVariance) in starts {
      let chain = try LangevinEvolution(
        target: target, stepSize: delta, start: start, steps: 20_000)
      func exact(_ step: Int) -> (mean: Double, variance: Double) {
        let power = Double.pow(factor, step)
        return (
          mean + power * (startMean - mean),
          limit * (1 - power * power) + power * power * startVariance
        )
      }
      for step in [0, 1, 2, 127, 128, 129, 511, 512, 513, 3000, 20_000] {
        let law = try chain.law(after: step)
        #expect(close(law.mean, exact(step).mean, 1e-6), "\(delta) \(step)")
        #expect(close(law.variance, exact(step).variance, 2e-6), "\(delta) \(step)")
      }
      let states = try kept(0, -3, every: 7, of: 4000)
      let pooled = try chain.law(over: states)
      var first = 0.0
      var second = 0.0
      for state in states {
        let (mean, variance) = exact(state)
        first += mean / Double(states.count)
        second += (variance + mean * mean) / Double(states.count)
      }
      #expect(close(pooled.mean, first, 1e-6))
      #expect(close(pooled.variance, second - first * first, 2e-6))
    }
    let (law, relaxation) = try LangevinEvolution(
      target: target, stepSize: delta, start: .point(0), steps: 1
    ).limit()
    #expect(close(law.variance, limit, 1e-6) && close(law.mean, mean, 1e-8))
    #expect(close(relaxation, -1 / Double.log(abs(factor)), 1e-6 * relaxation))
  }

  /// N(x_0 + δ s(x_0), 2δ) after one step, and its distances in closed form: those of two Gaussians of
  /// equal mean and unequal deviations, and of a point and its average with the first step.
  @Test func distancesInClosedForm() throws {
    let target = try GaussianMixture(components: [.init(mean: [0], standardDeviation: 1)])
    let chain = try LangevinEvolution(target: target, stepSize: 0.5, start: .point(0), steps: 10)
    // Two steps: x_2 = z_1 / 2 + z_2 with variance 5/4; W1 of scalings is |s - 1| √(2/π).
    let two = try chain.law(after: 2).distances(to: target)
    let deviation = 1.25.squareRoot()
    #expect(close(two.wasserstein1, (deviation - 1) * (2 / Double.pi).squareRoot(), 1e-9))
    // The densities cross where x² (1 - 1/s²) / 2 = log s.
    let crossing = (2 * Double.log(deviation) / (1 - 1 / 1.25)).squareRoot()
    let gap = Double.normalCDF(crossing) - Double.normalCDF(crossing / deviation)
    #expect(close(two.kolmogorovSmirnov, gap, 1e-9) && close(two.totalVariation, 2 * gap, 1e-9))
    // A point at the middle: KS ½ on both sides of the jump, W1 = E|Z|, TV 1.
    let none = try chain.law(after: 0).distances(to: target)
    #expect(close(none.kolmogorovSmirnov, 0.5, 1e-15) && close(none.totalVariation, 1, 1e-12))
    #expect(close(none.wasserstein1, (2 / Double.pi).squareRoot(), 1e-12))
    // Half a point, half N(0, 1): KS ¼, TV ½.
    let half = try chain.law(over: kept(0, 1, of: 1)).distances(to: target)
    #expect(close(half.kolmogorovSmirnov, 0.25, 1e-9) && close(half.totalVariation, 0.5, 1e-9))
    #expect(close(half.wasserstein1, 0.5 * (2 / Double.pi).squareRoot(), 1e-9))
    #expect(close(try chain.law(after: 1).distances(to: target).kolmogorovSmirnov, 0, 1e-9))
  }

  @Test func seed001() throws {
    let target = try Seeds.seed001()
    let valley = try #require(target.valley)
    let normal = try GaussianMixture(components: [.init(mean: [0], standardDeviation: 1)])
    let chain = try LangevinEvolution(
      target: target, stepSize: 5e-3, start: .mixture(normal), steps: 2000)
    let (law, relaxation) = try chain.limit()
    #expect(close(relaxation, 29_243, 1))
    let pooled = try chain.law(over: kept(0, -2, of: 2000))
    #expect(close(pooled.masses(cutAt: [valley])[1], 0.0904, 5e-4))
    let distances = pooled.distances(to: target)
    #expect(close(distances.kolmogorovSmirnov, 0.2489, 5e-5))
    #expect(close(distances.wasserstein1, 2.66, 5e-3))
    #expect(close(try chain.law(after: 1999).masses(cutAt: [valley])[1], 0.133, 5e-4))
    // The stationary law is that of the other, finer and slower, computation.
    let transition = try LangevinTransition(target: target, stepSize: 5e-3)
    #expect(close(relaxation, transition.relaxationSteps, 1e-4 * relaxation))
    let limit = law.distances(to: target)
    #expect(close(limit.totalVariation, transition.distances.totalVariation, 1e-6))
    #expect(close(limit.kolmogorovSmirnov, transition.distances.kolmogorovSmirnov, 1e-6))
    #expect(close(limit.wasserstein1, transition.distances.wasserstein1, 1e-5))
    #expect(close(law.variance, transition.variance, 1e-4))
    // And so are laws on the way, step by step.
    var slow = transition.positions.map { normal.density($0) }
    let total = slow.reduce(0, +)
    slow = slow.map { $0 / total }
    for (step, tolerance) in [(100, 1e-8), (200, 1e-8), (700, 1e-7), (1500, 1e-7)] {
      let exact = transition.evolved(slow, steps: step)
      let fast = try chain.law(after: step + 1)
      for index in stride(from: 0, to: exact.count, by: 29) {
        let noise = (2 * 5e-3).squareRoot()
        let x = transition.positions[index]
        let value = zip(exact, transition.positions).reduce(0) {
          $0 + $1.0 * Double.normalCDF((x - ($1.1 + 5e-3 * target.score($1.1))) / noise)
        }
        #expect(close(fast.cdf(x), value, tolerance), "\(step) \(x)")
      }
    }
  }

  /// The table of METHODS 3.3: both components have variance 10, the means are √401 apart, and the start
  /// is N(0, 1) about the middle. The table was made by counting points of a grid, so that its masses
  /// miss half a cell where the density is not small.
  @Test func seed002OnItsAxis() throws {
    let smoothed = try Seeds.seed002().smoothed(noiseLevel: 3)
    let frame = try #require(smoothed.lineFrame)
    #expect(frame.variance == 10)
    let center = frame.project([0, 0.5])
    let normal = try GaussianMixture(components: [.init(mean: [center], standardDeviation: 1)])
    let chain = try LangevinEvolution(
      target: frame.law, stepSize: 0.005, start: .mixture(normal), steps: 10_000)
    let valley = try #require(frame.law.valley)
    #expect(frame.project([10, 0]) > center && close(valley - center, -0.3845, 1e-4))
    let table: [(Int, Double, Double, Double, Double)] = [
      (100, 0.6103, 0.937, 0.643, 6e-3), (1000, 0.5916, 0.261, 0.464, 3e-3),
      (5000, 0.5939, 0.0223, 0.103, 4e-4), (10_000, 0.5958, 0.01375, 0.0710, 4e-4),
    ]
    for (steps, mass, middle, distance, tolerance) in table {
      let law = try chain.law(after: steps)
      #expect(close(law.masses(cutAt: [valley])[1], mass, tolerance))
      #expect(close(law.masses(cutAt: [center - 3, center + 3])[1], middle, tolerance))
      let found = law.distances(to: frame.law).kolmogorovSmirnov
      #expect(close(found, distance, tolerance))
    }
    #expect(close(try chain.limit().relaxationSteps * 0.01, 2073, 1))
    // A hundred thousand steps of a tenth, every thousandth kept: the same law in time, but for O(δ).
    let path = try LangevinEvolution(
      target: frame.law, stepSize: 0.0005, start: .mixture(normal), steps: 100_000)
    #expect(close(try path.law(after: 100_000).masses(cutAt: [valley])[1], 0.5958, 5e-4))
    #expect(close(try path.limit().relaxationSteps * 0.001, 2073, 1))
    let states = try kept(0, -1, every: 1000, of: 100_000)
    let pooled = try path.law(over: states)
    var average = 0.0
    for state in states {
      average += try path.law(after: state).masses(cutAt: [valley])[1] / Double(states.count)
    }
    #expect(close(pooled.masses(cutAt: [valley])[1], average, 1e-9))
  }

  @Test func cleanSeed002DoesNotMix() throws {
    let frame = try #require(try Seeds.seed002().lineFrame)
    let barrier = frame.law.barriers[0]
    #expect(close(min(barrier.fromLeft, barrier.fromRight), 49.09, 5e-3))
    #expect(close(max(barrier.fromLeft, barrier.fromRight), 49.78, 5e-3))
    let center = frame.project([0, 0.5])
    let normal = try GaussianMixture(components: [.init(mean: [center], standardDeviation: 1)])
    let chain = try LangevinEvolution(
      target: frame.law, stepSize: 0.005, start: .mixture(normal), steps: 10_000)
    #expect(try chain.limit().relaxationSteps == .infinity)
    let valley = try #require(frame.law.valley)
    #expect(close(try chain.law(after: 10_000).masses(cutAt: [valley])[1], 0.5140, 5e-4))
  }

  @Test func chainsThatFlyOffSaySo() throws {
    let narrow = try GaussianMixture(components: [.init(mean: [0], standardDeviation: 0.1)])
    #expect(throws: DistributionError.self) {
      try LangevinEvolution(target: narrow, stepSize: 0.02, start: .point(0), steps: 1)
    }
    #expect(throws: DistributionError.self) {
      try LangevinEvolution(target: narrow, stepSize: 1e-12, start: .point(0), steps: 1)
    }
    // A spike on a hill: it can be followed for a while, and says so where it would take too long.
    let spike = try GaussianMixture(components: [
      .init(mean: [-10], standardDeviation: 10), .init(mean: [3], standardDeviation: 0.02),
    ])
    let chain = try LangevinEvolution(
      target: spike, stepSize: 1e-4, start: .point(3), steps: 10_000_000)
    #expect(try chain.law(after: 3).variance < 1e-3)
    #expect(throws: DistributionError.self) { try chain.law(after: 10_000_000) }
  }

  @Test func theLineThroughTheMeans() throws {
    let seed = try Seeds.seed002()
    let frame = try #require(seed.lineFrame)
    #expect(close(frame.project([10, 0]), Double(401).squareRoot(), 1e-12))
    // log p splits into that along the line and that of N(0, v) across it.
    let along = frame.law
    for x in [[0.3, -2], [-9, 4], [11, 0.5]] {
      let place = frame.project(x)
      let across = (x[0] + 10) * (x[0] + 10) + (x[1] - 1) * (x[1] - 1) - place * place
      let expected = along.logDensity(place) - 0.5 * across - 0.5 * Double.log(2 * .pi)
      #expect(close(seed.logDensity(x), expected, 1e-12))
    }
    #expect(frame.contains(meansOf: seed.smoothed(noiseLevel: 2)))
    let elsewhere = try GaussianMixture(components: [.init(mean: [0, 1], standardDeviation: 1)])
    #expect(!frame.contains(meansOf: elsewhere))
    let bent = try GaussianMixture(components: [
      .init(mean: [0, 0], standardDeviation: 1), .init(mean: [1, 0], standardDeviation: 1),
      .init(mean: [0, 1], standardDeviation: 1),
    ])
    #expect(bent.lineFrame == nil)
    let unequal = try GaussianMixture(components: [
      .init(mean: [0, 0], standardDeviation: 1), .init(mean: [1, 0], standardDeviation: 2),
    ])
    #expect(unequal.lineFrame == nil)
  }

  /// Where the grid would have more points than can be counted, a message says so in few digits, and what to do.
  @Test(arguments: [(1e-300, "more than 10^12"), (1e-15, "")])
  func stepsThatAreTooSmall(stepSize: Double, points: String) throws {
    let mixture = try GaussianMixture(components: [
      .init(mean: [-5], standardDeviation: 3), .init(mean: [6], standardDeviation: 1),
    ])
    let errors = [
      try #require(throws: DistributionError.self) {
        try LangevinEvolution(target: mixture, stepSize: stepSize, start: .point(0), steps: 10)
      },
      try #require(throws: DistributionError.self) {
        try LangevinTransition(target: mixture, stepSize: stepSize)
      },
    ]
    for error in errors {
      #expect(error.code == .gridTooLarge)
      #expect(
        error.message.hasPrefix("step size \(stepSize) on this law needs a grid of \(points)"))
      #expect(error.message.contains("it becomes known with larger steps"))
      #expect(!error.message.contains(".0") && !error.message.contains("e+"), "\(error.message)")
    }
  }

  /// Stretches of the line against the largest responsibility, point by point; one component is too
  /// light to have one.
  @Test func componentsShareTheLine() throws {
    let mixture = try GaussianMixture(components: [
      .init(weight: 3, mean: [4, 4], standardDeviation: 1),
      .init(weight: 1e-6, mean: [1, 1], standardDeviation: 1),
      .init(weight: 1, mean: [0, 0], standardDeviation: 1),
      .init(weight: 2, mean: [-3, -3], standardDeviation: 1),
      .init(weight: 5, mean: [1.2, 1.2], standardDeviation: 1),
    ])
    let frame = try #require(mixture.lineFrame)
    let (components, cuts) = frame.partition
    #expect(components.count == cuts.count + 1 && !components.contains(1))
    let partition = ModePartition(law: .mixture(mixture))
    for step in -80...80 {
      let x = [0.1 * Double(step) + 0.037, 0.1 * Double(step) - 0.02]
      let place = frame.project(x)
      let stretch = cuts.filter { $0 < place }.count
      #expect(components[stretch] == partition.part(of: x))
    }
  }

  /// Components of a weight, a mean and a standard deviation.
  private func mixture(_ components: [(Double, Double, Double)]) throws -> GaussianMixture {
    try GaussianMixture(
      components: components.map { weight, mean, deviation in
        .init(weight: weight, mean: [mean], standardDeviation: deviation)
      })
  }

  private func normal(_ deviation: Double) throws -> LineStart {
    .mixture(try mixture([(1, 0, deviation)]))
  }

  /// Modes so far apart that a step tears the line in two between them. References: the kernel by composite
  /// Gauss-Legendre quadrature with panels of half the width of the handover. In the third row the first
  /// step throws every chain far into the mode on whose side of the crossing, -1/2, it starts: Φ(-1/2).
  @Test func distantModesTearTheLine() throws {
    let rows: [([(Double, Double, Double)], Double, Double, Int, Double)] = [
      ([(2, -10, 1), (1, 10, 1)], 0.1, 1, 50, 0.513_994_307_6),
      ([(9, -10, 1), (1, 10, 1)], 0.1, 1, 50, 0.544_278_734_5),
      ([(1, -5, 0.3), (1, 4, 0.3)], 0.05, 1, 50, 0.308_538_117_0),
      ([(1, -5, 0.25), (1, 5.07, 0.25)], 0.05, 0.3, 50, 0.546_437_650_3),
    ]
    for (components, delta, deviation, steps, exact) in rows {
      let chain = try LangevinEvolution(
        target: try mixture(components), stepSize: delta, start: try normal(deviation),
        steps: steps)
      let mass = try chain.law(after: steps).masses(cutAt: [0])[0]
      #expect(close(mass, exact, 1e-7), "\(components): \(mass)")
    }
    #expect(close(Double.normalCDF(-0.5), rows[2].4, 1e-6))
    // A uniform start, across the tear at -1/2: its part to the left of it.
    let chain = try LangevinEvolution(
      target: try mixture(rows[2].0), stepSize: 0.05, start: .uniform(from: -2, to: 3), steps: 20)
    #expect(close(try chain.law(after: 20).masses(cutAt: [0])[0], 0.3, 1e-5))
    // The slowest deviation, against the same quadrature.
    let slow = try LangevinEvolution(
      target: try mixture([(1, -2.05, 0.32), (1, 2.1, 0.32)]), stepSize: 0.05,
      start: try normal(1), steps: 50
    ).limit()
    #expect(close(slow.relaxationSteps, 56_035_012, 200), "\(slow.relaxationSteps)")
  }

  /// Of a mode that no chain has reached next to nothing is left, and not a rounding error of 1 - F.
  @Test func emptyModesAreEmpty() throws {
    let target = try mixture([(1, -10, 1), (1, 10, 1)])
    for start in [LineStart.point(-10), .uniform(from: -11, to: -9)] {
      let chain = try LangevinEvolution(target: target, stepSize: 0.05, start: start, steps: 5)
      let law = try chain.law(over: kept(0, -1, of: 5))
      let masses = law.masses(cutAt: [0])
      #expect(masses[1] >= 0 && masses[1] < 1e-25, "\(masses[1])")
      #expect(close(masses[0], 1, 1e-12))
      for x in [-11, -10, -9.3, -7] { #expect(close(law.cdf(x) + law.survival(x), 1, 1e-12)) }
    }
  }

  /// A needle in a hill, which a step folds over: a few hundred points where an equispaced grid would take
  /// gigabytes. References as above.
  @Test func needlesAreFoldedOver() throws {
    let rows: [(Double, Double, Double)] = [
      (0.01, 0.05, 0.658_994_457), (0.015, 0.05, 0.648_722_555), (0.02, 0.05, 0.640_717_826),
      (0.03, 0.05, 0.630_003_358), (0.03, 0.5, 0.631_559_793), (0.05, 0.5, 0.619_361_570),
    ]
    for (deviation, delta, exact) in rows {
      let chain = try LangevinEvolution(
        target: try mixture([(1, 0, deviation), (1, 0, 1)]), stepSize: delta,
        start: try normal(1), steps: 100)
      let mass = try chain.law(after: 3).masses(cutAt: [0.5])[0]
      #expect(close(mass, exact, 1e-8), "\(deviation), \(delta): \(mass)")
      let last = try chain.law(after: 100)
      #expect(close(last.cdf(0), 0.5, 1e-9))
    }
    // What would still fill the memory is refused.
    let needle = try mixture([(1, 0, 0.001), (1, 0, 1)])
    #expect(throws: DistributionError.self) {
      try LangevinEvolution(target: needle, stepSize: 0.5, start: .point(0), steps: 3)
    }
    #expect(throws: DistributionError.self) {
      try LangevinTransition(target: needle, stepSize: 0.5)
    }
  }
}
