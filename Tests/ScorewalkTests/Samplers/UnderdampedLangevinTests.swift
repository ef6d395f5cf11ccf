import Scorewalk
import Testing

/// Underdamped Langevin dynamics against closed forms.
@Suite struct UnderdampedLangevinTests {
  private static let key: UInt64 = 5

  private static func configuration(
    _ sampler: UnderdampedLangevin, _ law: GaussianMixture, chains: Int
  ) -> ChainConfiguration {
    ChainConfiguration(
      sampler: sampler, target: .law(law), chains: chains, initial: .normal(),
      stream: RandomStream(key: key), precision: .float64)
  }

  private static func gaussian(_ variance: Double) throws -> GaussianMixture {
    try GaussianMixture(components: [.init(mean: [0], covariance: .isotropic(variance))])
  }

  /// A state with given positions and velocities, `[chains * dimension]`.
  private static func state(
    step: Int, _ positions: [Double], _ velocities: [Double], dimension: Int
  ) -> ChainState {
    let chains = positions.count / dimension
    return ChainState(
      step: step,
      tensors: [
        NamedTensor(
          name: "positions", shape: [chains, dimension], values: .float64(positions)),
        NamedTensor(
          name: "velocities", shape: [chains, dimension], values: .float64(velocities)),
        NamedTensor(
          name: "temperature", shape: [chains, 1],
          values: .float64([Double](repeating: 0, count: chains))),
      ])
  }

  /// Three steps in the plane beside the parts written out, for every scheme and convention.
  @Test func stepsAreTheirPartsInOrder() throws {
    let law = try GaussianMixture(components: [
      .init(weight: 2, mean: [1, -1], standardDeviation: 0.8),
      .init(weight: 1, mean: [-1, 0.5], standardDeviation: 1.3),
    ])
    for case let sampler as UnderdampedLangevin in UnderdampedLangevin.examples {
      let process = try ChainProcess(
        Self.configuration(sampler, law, chains: 3), keeping: KeepRule.default.states(steps: 3))
      let start = process.positions().values.doubles
      var draws = Draws(for: Self.configuration(sampler, law, chains: 3))
      try process.advance(to: 3, recording: &draws)
      let end = process.state()
      for chain in 0..<3 {
        let (x, v, temperature) = Self.reference(
          sampler, law, from: Array(start[(2 * chain)..<(2 * chain + 2)]), chain: chain, steps: 3)
        for coordinate in 0..<2 {
          let place = 2 * chain + coordinate
          #expect(abs(end.tensors[0].values.doubles[place] - x[coordinate]) < 1e-13)
          #expect(abs(end.tensors[1].values.doubles[place] - v[coordinate]) < 1e-13)
        }
        #expect(abs(end.tensors[2].values.doubles[chain] - temperature) < 1e-12)
      }
    }
  }

  private static func reference(
    _ sampler: UnderdampedLangevin, _ law: GaussianMixture, from start: [Double], chain: Int,
    steps: Int
  ) -> (x: [Double], v: [Double], temperature: Double) {
    let stream = RandomStream(key: key)
    let (u, h) = (1 / sampler.mass, sampler.stepSize)
    let gamma = sampler.frictionUnit == .time ? sampler.friction : sampler.friction / h
    var x = start
    var v = (0..<2).map { coordinate in
      sampler.initialVelocities == .zeros
        ? 0
        : u.squareRoot()
          * stream.normal(.initialVelocity, step: 0, row: chain, column: coordinate)
    }
    func drift(_ t: Double) { for i in 0..<2 { x[i] += t * v[i] } }
    func kick(_ t: Double) {
      let s = law.score(x)
      for i in 0..<2 { v[i] += t * u * sampler.inverseTemperature * s[i] }
    }
    func damp(_ t: Double, _ step: Int, _ column: Int) {
      let c = Double.exp(-gamma * t)
      for i in 0..<2 {
        let noise = stream.normal(.chainNoise, step: UInt64(step), row: chain, column: column + i)
        v[i] = c * v[i] + (u * (1 - c * c)).squareRoot() * noise
      }
    }
    var temperature = 0.0
    for step in 1...steps {
      switch sampler.scheme {
      case .aboba:
        drift(h / 2)
        kick(h / 2)
        damp(h, step, 0)
        kick(h / 2)
        drift(h / 2)
      case .baoab:
        kick(h / 2)
        drift(h / 2)
        damp(h, step, 0)
        drift(h / 2)
        kick(h / 2)
      case .obabo:
        damp(h / 2, step, 0)
        kick(h / 2)
        drift(h)
        kick(h / 2)
        damp(h / 2, step, 2)
      }
      temperature += (v[0] * v[0] + v[1] * v[1]) / (2 * u)
    }
    return (x, v, temperature)
  }

  // MARK: - The linear map on a Gaussian

  /// A step on N(0, s²): (x, v) ← A (x, v) + noise of covariance Q.
  private struct LinearMap {
    var a: Matrix2
    var q: Matrix2
  }

  /// The map of the sampler itself, from steps that have the same noise and different starts.
  private static func map(of sampler: UnderdampedLangevin, variance: Double) throws -> LinearMap {
    let configuration = configuration(sampler, try gaussian(variance), chains: 2)
    func step(_ x: Double, _ v: Double) throws -> [[Double]] {
      let process = try ChainProcess(
        configuration, keeping: KeepRule.last.states(steps: 2),
        restoring: state(step: 1, [x, x], [v, v], dimension: 1))
      var draws = Draws(for: configuration)
      try process.advance(to: 2, recording: &draws)
      let state = process.state()
      return (0..<2).map { chain in
        [state.tensors[0].values.doubles[chain], state.tensors[1].values.doubles[chain]]
      }
    }
    let (zero, right, fast) = (try step(0, 0), try step(1, 0), try step(0, 1))
    let a = Matrix2(
      right[0][0] - zero[0][0], fast[0][0] - zero[0][0], right[0][1] - zero[0][1],
      fast[0][1] - zero[0][1])
    // What is left at zero is G ξ, with ξ of one or two numbers, of two chains.
    func noise(_ chain: Int, _ column: Int) -> Double {
      RandomStream(key: key).normal(.chainNoise, step: 2, row: chain, column: column)
    }
    let outputs = Matrix2(zero[0][0], zero[1][0], zero[0][1], zero[1][1])
    guard sampler.scheme == .obabo else {
      let g = (outputs.a / noise(0, 0), outputs.c / noise(0, 0))
      return LinearMap(a: a, q: Matrix2(g.0 * g.0, g.0 * g.1, g.0 * g.1, g.1 * g.1))
    }
    let g = outputs * Matrix2(noise(0, 0), noise(1, 0), noise(0, 1), noise(1, 1)).inverse
    return LinearMap(a: a, q: g * g.transposed)
  }

  /// Oracles 18 to 20: the stationary law of every scheme, from the discrete Lyapunov equation.
  @Test(arguments: UnderdampedLangevin.Scheme.allCases, [0.4, 1.1])
  func stationaryLawOfAGaussian(scheme: UnderdampedLangevin.Scheme, stepSize: Double) throws {
    let (variance, mass, beta) = (0.9, 1.4, 1.2)
    let sampler = UnderdampedLangevin(
      scheme: scheme, stepSize: stepSize, friction: 0.7, mass: mass, inverseTemperature: beta)
    let map = try Self.map(of: sampler, variance: variance)
    var covariance = Matrix2(0, 0, 0, 0)
    for _ in 0..<4000 { covariance = map.a * covariance * map.a.transposed + map.q }
    let (u, x) = (1 / mass, variance / beta)
    let q = stepSize * stepSize * u * beta / (4 * variance)
    let expected: (x: Double, v: Double) =
      switch scheme {
      case .aboba: (x, u / (1 - q))
      case .baoab: (x, u * (1 - q))
      case .obabo: (x / (1 - q), u)
      }
    #expect(abs(covariance.a - expected.x) < 1e-10 * expected.x)
    #expect(abs(covariance.d - expected.v) < 1e-10 * expected.v)
    #expect(abs(covariance.b) < 1e-10)
  }

  /// Weak convergence at time 1 on a Gaussian: mean and covariance of (x, v) against the matrix exponential. Twice
  /// as many steps have a quarter of the error.
  @Test(arguments: UnderdampedLangevin.Scheme.allCases)
  func weakOrderIsTwo(scheme: UnderdampedLangevin.Scheme) throws {
    let (variance, friction, mass, beta) = (0.6, 1.3, 0.8, 1.1)
    let u = 1 / mass
    let flow = Matrix2(0, 1, -u * beta / variance, -friction).exponential
    let stationary = Matrix2(variance / beta, 0, 0, u)
    let exact = (
      mean: (flow.a * 2 + flow.b * 0.5, flow.c * 2 + flow.d * 0.5),
      covariance: stationary - flow * stationary * flow.transposed
    )
    let errors = try [16, 32, 64, 128].map { steps -> Double in
      let map = try Self.map(
        of: UnderdampedLangevin(
          scheme: scheme, stepSize: 1 / Double(steps), friction: friction, mass: mass,
          inverseTemperature: beta), variance: variance)
      var mean = (2.0, 0.5)
      var covariance = Matrix2(0, 0, 0, 0)
      for _ in 0..<steps {
        mean = (map.a.a * mean.0 + map.a.b * mean.1, map.a.c * mean.0 + map.a.d * mean.1)
        covariance = map.a * covariance * map.a.transposed + map.q
      }
      let difference = covariance - exact.covariance
      return [
        mean.0 - exact.mean.0, mean.1 - exact.mean.1, difference.a, difference.b, difference.d,
      ].map(abs).reduce(0, max)
    }
    for (coarse, fine) in zip(errors, errors.dropFirst()) {
      let order = Double.log(coarse / fine) / Double.log(2)
      #expect(abs(order - 2) < 0.05, "\(errors)")
    }
  }

  // MARK: - Chains

  /// Chains in float32 on a Gaussian in three dimensions: variances of positions and velocities, five standard errors
  /// of 120,000 numbers, and the temperature of all steps.
  @Test(arguments: UnderdampedLangevin.Scheme.allCases)
  func chainsHaveTheirStationaryLaw(scheme: UnderdampedLangevin.Scheme) throws {
    let (variance, stepSize) = (1.5, 1.2)
    let law = try GaussianMixture(components: [
      .init(mean: [1, 0, -2], covariance: .isotropic(variance))
    ])
    let configuration = ChainConfiguration(
      sampler: UnderdampedLangevin(scheme: scheme, stepSize: stepSize, friction: 1),
      target: .law(law), chains: 40_000, initial: .normal(), stream: RandomStream(key: 12),
      precision: .float32)
    let process = try ChainProcess(configuration, keeping: KeepRule.last.states(steps: 60))
    var draws = Draws(for: configuration)
    try process.advance(to: 60, recording: &draws)
    let state = process.state()
    let q = stepSize * stepSize / (4 * variance)
    let expected: (x: Double, v: Double) =
      switch scheme {
      case .aboba: (variance, 1 / (1 - q))
      case .baoab: (variance, 1 - q)
      case .obabo: (variance / (1 - q), 1)
      }
    let positions = state.tensors[0].values.doubles.enumerated().map {
      $0.element - [1.0, 0, -2][$0.offset % 3]
    }
    LangevinStatisticsTests.expect(positions, mean: 0, variance: expected.x)
    LangevinStatisticsTests.expect(
      state.tensors[1].values.doubles, mean: 0, variance: expected.v)
    // Of the last state alone, which is the only one that is kept.
    let temperature = try #require(state.kineticTemperature(from: 60))
    let squares = state.tensors[1].values.doubles.map { $0 * $0 }
    #expect(abs(temperature - squares.reduce(0, +) / Double(squares.count)) < 1e-9)
  }

  /// The sum begins with the first state that is kept, however the steps are divided, and the chains are the same.
  @Test(arguments: UnderdampedLangevin.Scheme.allCases)
  func temperaturesAreOfKeptStates(scheme: UnderdampedLangevin.Scheme) throws {
    let configuration = Self.configuration(
      UnderdampedLangevin(scheme: scheme, stepSize: 0.3, friction: 1), try Self.gaussian(1),
      chains: 5)
    func states(_ keep: KeepRule, _ ends: [Int]) throws -> [ChainState] {
      let process = try ChainProcess(configuration, keeping: keep.states(steps: 40))
      var draws = Draws(for: configuration)
      return try ends.map { end in
        try process.advance(to: end, recording: &draws)
        return process.state()
      }
    }
    let whole = try states(.default, [30, 40])
    let late = try states(KeepRule(from: 31, every: 4), [40])[0]
    for ends in [[30, 40], [7, 29, 30, 31, 35, 40], [31, 40]] {
      let pieces = try states(KeepRule(from: 31, every: 4), ends)
      #expect(pieces.last?.hasSameBits(as: late) == true)
    }
    #expect(late.tensors[0].hasSameBits(as: whole[1].tensors[0]))
    let sums = whole.map { $0.tensors[2].values.doubles }
    for (sum, ends) in zip(late.tensors[2].values.doubles, zip(sums[0], sums[1])) {
      #expect(abs(sum - (ends.1 - ends.0)) < 1e-12)
    }
    let temperature = try #require(late.kineticTemperature(from: 31))
    let all = try #require(whole[1].kineticTemperature(from: 1))
    let before = try #require(whole[0].kineticTemperature(from: 1))
    #expect(abs(10 * temperature - (40 * all - 30 * before)) < 1e-12)
    #expect(try states(KeepRule(from: 31), [30])[0].kineticTemperature(from: 31) == nil)
    // Restored just before, and in the middle.
    for end in [30, 33] {
      let state = try states(KeepRule(from: 31, every: 4), [end])[0]
      let process = try ChainProcess(
        configuration, keeping: KeepRule(from: 31, every: 4).states(steps: 40), restoring: state)
      var draws = Draws(for: configuration)
      try process.advance(to: 40, recording: &draws)
      #expect(process.state().hasSameBits(as: late))
    }
  }

  /// q is h² u β/(4 s²); over several directions it is the mean.
  @Test func temperaturesOfGaussians() throws {
    func temperature(
      _ scheme: UnderdampedLangevin.Scheme, _ h: Double, _ variances: [Double]
    ) -> Double? {
      UnderdampedLangevin(
        scheme: scheme, stepSize: h, friction: 1, mass: 2, inverseTemperature: 0.5
      ).stationaryTemperature(variances: variances)
    }
    // q = 1/16 at s² = 1, 1/4 at s² = 1/4.
    #expect(temperature(.aboba, 1, [1]) == 16.0 / 15)
    #expect(temperature(.baoab, 1, [1]) == 15.0 / 16)
    #expect(temperature(.obabo, 1, [1]) == 1)
    #expect(temperature(.baoab, 1, [1, 0.25]) == 0.5 * (15.0 / 16 + 0.75))
    for scheme in UnderdampedLangevin.Scheme.allCases {
      #expect(temperature(scheme, 4, [1]) == nil && temperature(scheme, 1, [1, 0.06]) == nil)
    }
  }

  /// With half the friction per step of the time h it is the friction γ h.
  @Test func frictionCountsForTimeOrForAStep() throws {
    func end(_ friction: Double, _ unit: UnderdampedLangevin.FrictionUnit) throws -> [Double] {
      let configuration = Self.configuration(
        UnderdampedLangevin(
          scheme: .aboba, stepSize: 0.25, friction: friction, frictionUnit: unit),
        try Self.gaussian(1), chains: 4)
      let process = try ChainProcess(configuration, keeping: KeepRule.last.states(steps: 20))
      var draws = Draws(for: configuration)
      try process.advance(to: 20, recording: &draws)
      return draws.values.doubles
    }
    #expect(try end(2, .time) == end(0.5, .step))
    #expect(try end(2, .time) != end(2, .step))
  }

  @Test func chainsWithoutVelocitiesHaveNoTemperature() throws {
    let configuration = ChainConfiguration(
      sampler: LangevinSampler(stepSize: 0.1), target: .law(try Self.gaussian(1)), initial: .zeros,
      stream: RandomStream(key: 1), precision: .float64)
    let process = try ChainProcess(configuration, keeping: KeepRule.last.states(steps: 3))
    var draws = Draws(for: configuration)
    try process.advance(to: 3, recording: &draws)
    #expect(process.state().kineticTemperature(from: 3) == nil)
  }

  @Test func whatHasNoMeaningIsRefused() {
    let right = UnderdampedLangevin(stepSize: 0.1, friction: 1)
    #expect(throws: Never.self) { try right.validate() }
    for value in [0, -1, .infinity, .nan] as [Double] {
      for change: (inout UnderdampedLangevin) -> Void in [
        { $0.stepSize = value }, { $0.friction = value }, { $0.mass = value },
        { $0.inverseTemperature = value },
      ] {
        var sampler = right
        change(&sampler)
        #expect(throws: RunError.self) { try sampler.validate() }
      }
    }
  }
}

/// [[a, b], [c, d]].
private struct Matrix2 {
  var a, b, c, d: Double

  init(_ a: Double, _ b: Double, _ c: Double, _ d: Double) {
    self.a = a
    self.b = b
    self.c = c
    self.d = d
  }

  var transposed: Matrix2 { Matrix2(a, c, b, d) }

  var inverse: Matrix2 {
    let determinant = a * d - b * c
    return Matrix2(d / determinant, -b / determinant, -c / determinant, a / determinant)
  }

  /// e^M by its series, at a 1024th and squared ten times.
  var exponential: Matrix2 {
    let small = Matrix2(a / 1024, b / 1024, c / 1024, d / 1024)
    var (sum, term) = (Matrix2(1, 0, 0, 1), Matrix2(1, 0, 0, 1))
    for order in 1...12 {
      let next = term * small
      let n = Double(order)
      term = Matrix2(next.a / n, next.b / n, next.c / n, next.d / n)
      sum = sum + term
    }
    for _ in 0..<10 { sum = sum * sum }
    return sum
  }

  static func * (left: Matrix2, right: Matrix2) -> Matrix2 {
    Matrix2(
      left.a * right.a + left.b * right.c, left.a * right.b + left.b * right.d,
      left.c * right.a + left.d * right.c, left.c * right.b + left.d * right.d)
  }

  static func + (left: Matrix2, right: Matrix2) -> Matrix2 {
    Matrix2(left.a + right.a, left.b + right.b, left.c + right.c, left.d + right.d)
  }

  static func - (left: Matrix2, right: Matrix2) -> Matrix2 {
    Matrix2(left.a - right.a, left.b - right.b, left.c - right.c, left.d - right.d)
  }
}
