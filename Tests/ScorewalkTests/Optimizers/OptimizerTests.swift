import Scorewalk
import Testing

@Suite struct OptimizerTests {
  /// The problem of `make_optimizers.py`.
  static let start = [1.5, -0.5, 0.25, 2.0, -3.0]
  static let curvature = [1.0, 4.0, 0.5, 2.5, 0.1]
  static let centre = [0.1, 0.2, -0.3, 0.4, -0.5]

  static func gradient(_ x: [Double], step: Int) -> [Double] {
    x.indices.map { curvature[$0] * (x[$0] - centre[$0]) + 0.125 * Double(step % 3 - 1) }
  }

  static func trajectory(
    _ optimizer: any GradientRule, clipping: GradientClipping? = nil
  ) throws -> [[Double]] {
    try optimizer.validate()
    var x = start
    let state = optimizer.stateNames.map { _ in
      UnsafeMutablePointer<Double>.allocate(capacity: start.count)
    }
    defer { state.forEach { $0.deallocate() } }
    for array in state { array.initialize(repeating: 0, count: start.count) }
    return try (0..<10).map { step in
      var g = gradient(x, step: step)
      try g.withUnsafeMutableBufferPointer { g in
        let g = try #require(g.baseAddress)
        let norm = gradientNorm(g, count: start.count)
        clipping?.clip(g, count: start.count, norm: norm)
        let isFinite = try x.withUnsafeMutableBufferPointer { x in
          optimizer.update(
            parameters: try #require(x.baseAddress), gradient: g, state: state,
            count: start.count, update: step + 1,
            learningRate: optimizer.learningRate.value(after: step))
        }
        #expect(isFinite)
      }
      return x
    }
  }

  private func check(
    _ optimizer: any GradientRule, clipping: GradientClipping? = nil, _ fixture: [[Double]],
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let rows = try Self.trajectory(optimizer, clipping: clipping)
    #expect(fixture.count == 10, sourceLocation: sourceLocation)
    for (step, (row, expected)) in zip(rows, fixture).enumerated() {
      for (value, target) in zip(row, expected) {
        #expect(
          abs(value - target) <= 1e-11 * max(1, abs(target)), "step \(step)",
          sourceLocation: sourceLocation)
      }
    }
  }

  @Test func gradientDescentIsOptaxs() throws {
    try check(SGD(learningRate: 0.1), OptimizerFixtures.sgd)
    try check(SGD(learningRate: 0.05, momentum: 0.9), OptimizerFixtures.momentum)
    try check(
      SGD(learningRate: 0.05, momentum: 0.9, isNesterov: true), OptimizerFixtures.nesterov)
  }

  @Test func adamIsOptaxs() throws {
    try check(Adam(learningRate: 0.1), OptimizerFixtures.adam)
    try check(
      Adam(
        learningRate: 0.1,
        moments: AdamMoments(
          firstDecay: 0.5, secondDecay: 0.9, epsilon: 1e-3, rootEpsilon: 1e-4)),
      OptimizerFixtures.adamAllConstants)
    try check(AdamW(learningRate: 0.1), OptimizerFixtures.adamW)
    try check(AdamW(learningRate: 0.1, weightDecay: 0.3), OptimizerFixtures.adamWStrong)
  }

  @Test func clippingIsOptaxs() throws {
    try check(
      SGD(learningRate: 0.1), clipping: .globalNorm(2), OptimizerFixtures.sgdGlobalNorm)
    try check(SGD(learningRate: 0.1), clipping: .value(0.75), OptimizerFixtures.sgdValue)
  }

  @Test func schedulesAreOptaxs() throws {
    try check(
      Adam(learningRate: LearningRate(.cosine(initial: 0.1, final: 0.01, steps: 8))),
      OptimizerFixtures.adamCosine)
    try check(
      Adam(
        learningRate: LearningRate(
          .exponential(initial: 0.1, rate: 0.5, steps: 4, floor: 0.02))),
      OptimizerFixtures.adamExponential)
    try check(
      SGD(
        learningRate: LearningRate(
          .piecewise(
            initial: 0.2, scales: [.init(step: 3, factor: 0.5), .init(step: 7, factor: 0.1)]))),
      OptimizerFixtures.sgdPiecewise)
    try check(
      Adam(
        learningRate: LearningRate(
          .cosine(initial: 0.1, steps: 5), warmUp: .init(steps: 4, from: 0.02))),
      OptimizerFixtures.adamWarmUp)
  }

  @Test func firstStepOfAdamIsTheSignOfTheGradient() throws {
    let first = try Self.trajectory(Adam(learningRate: 0.1))[0]
    let gradient = Self.gradient(Self.start, step: 0)
    for index in first.indices {
      let sign: Double = gradient[index] > 0 ? 1 : -1
      #expect(abs(first[index] - (Self.start[index] - 0.1 * sign)) < 1e-7)
    }
  }

  @Test func momentumZeroIsPlainDescent() throws {
    let plain = try Self.trajectory(SGD(learningRate: 0.1))
    let zero = try Self.trajectory(SGD(learningRate: 0.1, momentum: 0))
    #expect(plain == zero)
    #expect(SGD(learningRate: 0.1, momentum: 0).stateNames.isEmpty)
  }

  @Test func schedulesEndWhereTheySay() {
    let cosine = Schedule.cosine(initial: 1, final: 0.25, steps: 100)
    #expect(cosine.value(after: 0) == 1)
    #expect(abs(cosine.value(after: 50) - 0.625) < 1e-15)
    #expect(cosine.value(after: 100) == 0.25)
    #expect(cosine.value(after: 1_000_000) == 0.25)
    let warm = LearningRate(.constant(2), warmUp: .init(steps: 4))
    #expect((0..<6).map { warm.value(after: $0) } == [0, 0.5, 1, 1.5, 2, 2])
  }

  @Test(arguments: [1, 7, 8, 9, 151])
  func normIsTheRootOfTheSumOfSquares(count: Int) {
    let values = (0..<count).map { Float($0 % 13) - 5.5 }
    let exact = values.reduce(0.0) { $0 + Double($1) * Double($1) }.squareRoot()
    values.withUnsafeBufferPointer { values in
      guard let base = values.baseAddress else { return }
      #expect(abs(gradientNorm(base, count: count) - exact) < 1e-12 * exact)
    }
  }

  @Test func clippingLeavesNaN() {
    for clipping in [GradientClipping.globalNorm(1), .value(1)] {
      var gradient: [Float] = [.nan, 3]
      gradient.withUnsafeMutableBufferPointer { gradient in
        guard let base = gradient.baseAddress else { return }
        clipping.clip(base, count: 2, norm: gradientNorm(base, count: 2))
      }
      #expect(gradient[0].isNaN)
    }
  }

  @Test func whatHasNoMeaningIsRefused() {
    let wrong: [any Optimizer] = [
      SGD(learningRate: -1.0), SGD(learningRate: 1.0, momentum: 1),
      SGD(learningRate: 1.0, isNesterov: true), Adam(learningRate: LearningRate(.constant(.nan))),
      Adam(learningRate: 1.0, moments: AdamMoments(firstDecay: 1)),
      Adam(learningRate: 1.0, moments: AdamMoments(secondDecay: -0.1)),
      Adam(learningRate: 1.0, moments: AdamMoments(epsilon: -1)),
      AdamW(learningRate: 1.0, weightDecay: -1),
      Adam(learningRate: LearningRate(.cosine(initial: 1, steps: 0))),
      Adam(learningRate: LearningRate(.exponential(initial: 1, rate: 0, steps: 1))),
      Adam(learningRate: LearningRate(.constant(1), warmUp: .init(steps: 0))),
    ]
    for optimizer in wrong {
      #expect(throws: RunError.self, "\(optimizer)") { try optimizer.validate() }
    }
    #expect(throws: RunError.self) { try GradientClipping.value(0).validate() }
    #expect(throws: RunError.self) { try ExponentialMovingAverage(decay: 1).validate() }
    #expect(throws: RunError.self) {
      try ExponentialMovingAverage(decay: 0.9, isWarmedUp: true, isDebiased: true).validate()
    }
  }

  @Test func everyExampleIsValid() {
    for kind in Optimizers.kinds {
      #expect(!kind.examples.isEmpty)
      for example in kind.examples {
        #expect(throws: Never.self) { try example.validate() }
        #expect(type(of: example) == kind)
      }
    }
    #expect(Set(Optimizers.kinds.map { $0.kind }).count == Optimizers.kinds.count)
  }
}
