import Scorewalk
import Testing

/// A loss that is a function of the parameters and the step, in place of a network's.
final class FunctionEvaluator<Scalar: Real>: ObjectiveEvaluator {
  private let count: Int
  private let function: ([Double], Int) -> (value: Double, gradient: [Double])
  /// Where the loss was asked for, with and without its gradient.
  private(set) var evaluations: [(parameters: [Double], hasGradient: Bool)] = []

  init(count: Int, _ function: @escaping ([Double], Int) -> (value: Double, gradient: [Double])) {
    self.count = count
    self.function = function
  }

  func evaluate(
    parameters: UnsafePointer<Scalar>, batch: Matrix<Scalar>, rows: Int, step: Int,
    gradient: UnsafeMutablePointer<Scalar>?
  ) throws(RunError) -> Double {
    let point = (0..<count).map { Double(parameters[$0]) }
    let (value, slope) = function(point, step)
    for index in 0..<count { gradient?[index] = Scalar(slope[index]) }
    evaluations.append((point, gradient != nil))
    return value
  }
}

/// An optimizer at work on a function.
final class FunctionDescent<Scalar: Real> {
  let evaluator: FunctionEvaluator<Scalar>
  private let optimizer: any Optimizer
  private let clipping: GradientClipping?
  private let arrays: OptimizerArrays<Scalar>
  private var update = 0

  init(
    _ optimizer: any Optimizer, from start: [Double], clipping: GradientClipping? = nil,
    _ function: @escaping ([Double], Int) -> (value: Double, gradient: [Double])
  ) throws {
    try optimizer.validate()
    func allocate(_ values: [Double]) -> UnsafeMutablePointer<Scalar> {
      let pointer = UnsafeMutablePointer<Scalar>.allocate(capacity: values.count)
      pointer.initialize(from: values.map { Scalar($0) }, count: values.count)
      return pointer
    }
    let zeros = [Double](repeating: 0, count: start.count)
    arrays = OptimizerArrays(
      count: start.count, parameters: allocate(start), gradient: allocate(zeros),
      scratch: (0..<optimizer.scratchCount).map { _ in allocate(zeros) },
      memory: optimizer.memory.map {
        switch $0 {
        case .zeros: allocate(zeros)
        case .parameters: allocate(start)
        case .number(_, let value): allocate([value])
        }
      })
    self.optimizer = optimizer
    self.clipping = clipping
    evaluator = FunctionEvaluator(count: start.count, function)
  }

  deinit {
    for array in [arrays.parameters, arrays.gradient] + arrays.scratch + arrays.memory {
      array.deallocate()
    }
  }

  func advance() throws -> StepRecord {
    update += 1
    let loss = StepLoss(
      evaluator: evaluator, batch: Matrix(features: 1, rows: 1), rows: 1, step: update,
      count: arrays.count, clipping: clipping, remedy: optimizer.remedy)
    return try optimizer.step(loss, arrays, update: update)
  }

  var parameters: [Double] { (0..<arrays.count).map { Double(arrays.parameters[$0]) } }

  /// The numbers among what is remembered.
  var numbers: [String: Double] {
    var numbers: [String: Double] = [:]
    for (memory, pointer) in zip(optimizer.memory, arrays.memory) {
      if case .number(let name, _) = memory { numbers[name] = Double(pointer[0]) }
    }
    return numbers
  }
}

@Suite struct GradientDescentTests {
  private typealias Search = GradientDescent.Backtracking

  /// The function of `make_optimizers.py`.
  private static func problem(_ x: [Double], step: Int) -> (value: Double, gradient: [Double]) {
    let tilt = 0.125 * Double((step - 1) % 3 - 1)
    let gradient = OptimizerTests.gradient(x, step: step - 1)
    let value = x.indices.reduce(0.0) { sum, index in
      let away = x[index] - OptimizerTests.centre[index]
      return sum + 0.5 * OptimizerTests.curvature[index] * away * away + tilt * x[index]
    }
    return (value, gradient)
  }

  /// Real jaxopt gave these numbers; see the script.
  @Test func isJaxopts() throws {
    let cases: [(GradientDescent, [[Double]])] = [
      (GradientDescent(), OptimizerFixtures.descent),
      (GradientDescent(isAccelerated: false), OptimizerFixtures.descentPlain),
      (GradientDescent(stepSize: .fixed(0.1)), OptimizerFixtures.descentFixed),
      (
        GradientDescent(stepSize: .fixed(0.1), isAccelerated: false),
        OptimizerFixtures.descentFixedPlain
      ),
      (
        GradientDescent(stepSize: .backtracking(Search(decrease: 0.7, maximumHalvings: 2))),
        OptimizerFixtures.descentConstants
      ),
    ]
    for (optimizer, fixture) in cases {
      let descent = try FunctionDescent<Double>(
        optimizer, from: OptimizerTests.start, Self.problem)
      #expect(fixture.count == 10)
      for (step, row) in fixture.enumerated() {
        let record = try descent.advance()
        let size = try #require(record.stepSize)
        for (value, expected) in zip(descent.parameters + [size], row) {
          #expect(
            abs(value - expected) <= 1e-11 * max(1, abs(expected)), "\(optimizer), step \(step)")
        }
        #expect(record.learningRate == size)
        #expect((record.halvings == nil) == !optimizer.comparesLosses)
      }
    }
  }

  /// METHODS 8, no. 44: on a quadratic the step that is accepted is the first of 1, ½, ¼, … that is at most the
  /// inverse of the curvature along the gradient, gᵀg / gᵀHg.
  @Test func theStepIsTheFirstBelowTheInverseCurvature() throws {
    let curvature = [0.3, 7.0, 21.0, 1.0]
    for scale in [0.01, 0.3, 1.0, 2.9, 40.0] {
      let start = [1.0, -0.2, 0.05, 3.0]
      let descent = try FunctionDescent<Double>(
        GradientDescent(stepSize: .backtracking(Search(epsilon: 0))), from: start
      ) { x, _ in
        let gradient = zip(curvature, x).map { scale * $0 * $1 }
        return (zip(gradient, x).reduce(0.0) { $0 + $1.0 * $1.1 } / 2, gradient)
      }
      let gradient = zip(curvature, start).map { scale * $0 * $1 }
      let square = gradient.reduce(0) { $0 + $1 * $1 }
      let along = zip(gradient, curvature).reduce(0) { $0 + scale * $1.1 * $1.0 * $1.0 }
      var expected = 1.0
      var halvings = 0
      while expected > square / along {
        expected /= 2
        halvings += 1
      }
      let record = try descent.advance()
      #expect(record.stepSize == expected && record.halvings == halvings, "scale \(scale)")
      #expect(descent.numbers["step-size"] == 2 * expected)
      // One gradient, and one value for each step size that was tried.
      #expect(
        descent.evaluator.evaluations.map(\.hasGradient) == [true]
          + Array(
            repeating: false, count: halvings + 1))
    }
  }

  /// FISTA on a function that is no quadratic, beside the formulas as METHODS 1.3 has them.
  @Test func isTheWrittenAlgorithm() throws {
    func function(_ x: [Double], _ step: Int) -> (value: Double, gradient: [Double]) {
      // Softplus of linear forms, and a little curvature.
      let forms = [[1.0, -2, 0.5], [-3, 1, 1], [0.5, 0.5, -1], [0.1, 4, 2]]
      var value = 0.0
      var gradient = [0.0, 0, 0]
      for form in forms {
        let z = zip(form, x).reduce(0.3) { $0 + $1.0 * $1.1 }
        value += Double.softplus(z)
        for index in x.indices { gradient[index] += Double.sigmoid(z) * form[index] }
      }
      for index in x.indices {
        value += 0.05 * x[index] * x[index]
        gradient[index] += 0.1 * x[index]
      }
      return (value, gradient)
    }
    let start = [2.0, -1.0, 4.0]
    let descent = try FunctionDescent<Double>(GradientDescent(), from: start, function)
    var (x, y, t, step) = (start, start, 1.0, 1.0)
    var taken: [Int] = []
    for update in 1...60 {
      let record = try descent.advance()
      let (f, g) = function(y, update)
      var (next, halvings) = (zip(y, g).map { $0 - step * $1 }, 0)
      while halvings < 15 {
        let moved = zip(next, y).map { $0 - $1 }
        let right =
          step * zip(moved, g).reduce(0) { $0 + $1.0 * $1.1 }
          + 0.5 * moved.reduce(0) { $0 + $1 * $1 } + Double.ulpOfOne
        guard step * (function(next, update).value - f) > right else { break }
        step *= 0.5
        next = zip(y, g).map { $0 - step * $1 }
        halvings += 1
      }
      #expect(record.stepSize == step && record.halvings == halvings, "update \(update)")
      #expect(record.loss == f)
      #expect(record.lossAfter == function(next, update).value, "update \(update)")
      let nextT = 0.5 * (1 + (1 + 4 * t * t).squareRoot())
      y = zip(next, x).map { $0 + (t - 1) / nextT * ($0 - $1) }
      (x, t) = (next, nextT)
      step = step <= 1e-6 ? 1 : step / 0.5
      for (value, expected) in zip(descent.parameters, x) {
        #expect(abs(value - expected) < 1e-11 * max(1, abs(expected)), "update \(update)")
      }
      taken.append(halvings)
    }
    // The line search had something to do, and something to find in one go.
    #expect(Set(taken).count >= 3)
  }

  @Test func aStepThatIsTooSmallBeginsAnew() throws {
    // So steep that twenty halvings end below 1e-6.
    let search = Search(maximumHalvings: 30)
    let descent = try FunctionDescent<Double>(
      GradientDescent(stepSize: .backtracking(search)), from: [1]
    ) { x, _ in (1e7 * x[0] * x[0] / 2, [1e7 * x[0]]) }
    let record = try descent.advance()
    #expect(record.halvings == 24 && record.lossAfter != nil)
    #expect(descent.numbers["step-size"] == 1)
  }

  @Test func lossesThatAreNotFiniteAreNoDecrease() throws {
    for wrong in [Double.nan, .infinity] {
      let descent = try FunctionDescent<Double>(GradientDescent(), from: [1]) { x, _ in
        x[0] < 0.5 ? (wrong, [wrong]) : (x[0], [1])
      }
      let record = try descent.advance()
      #expect(record.halvings == 1 && descent.parameters == [0.5])
    }
  }

  /// The gradient is taken at the extrapolated point, and nothing is changed where it is not finite.
  @Test func aLossThatFailsChangesNothing() throws {
    let descent = try FunctionDescent<Double>(GradientDescent(), from: [4]) { x, step in
      step == 4 ? (.nan, [1]) : (x[0] * x[0] / 20, [x[0] / 10])
    }
    for _ in 1...3 { _ = try descent.advance() }
    let before = (descent.parameters, descent.numbers)
    let error = try #require(throws: RunError.self) { try descent.advance() }
    #expect(error.code == .diverged && error.step == 4)
    #expect(error.hint == "lower initial_step_size")
    #expect(descent.parameters == before.0 && descent.numbers == before.1)
    #expect(descent.evaluator.evaluations.last?.parameters != before.0)
  }

  /// Where the gradient is zero every step is long enough; the step size stays finite.
  @Test func restingOnFlatGround() throws {
    let descent = try FunctionDescent<Float>(GradientDescent(), from: [1, 2]) { _, _ in
      (3, [0, 0])
    }
    for _ in 1...300 { _ = try descent.advance() }
    #expect(descent.parameters == [1, 2])
    #expect(descent.numbers["step-size"]?.isFinite == true)
  }

  /// A clipped gradient stands for the gradient everywhere.
  @Test func clipping() throws {
    let descent = try FunctionDescent<Double>(
      GradientDescent(), from: [3, 4], clipping: .globalNorm(1)
    ) { x, _ in ((x[0] * x[0] + x[1] * x[1]) / 2, x) }
    let record = try descent.advance()
    #expect(record.gradientNorm == 5 && record.stepSize == 1)
    #expect(zip(descent.parameters, [2.4, 3.2]).allSatisfy { abs($0 - $1) < 1e-12 })
  }

  /// The machine epsilon of the precision, unless said: what a rise of 10⁻⁸ means.
  @Test func epsilonIsThePrecisions() throws {
    func halvings<Scalar: Real>(_: Scalar.Type, epsilon: Double?) throws -> Int? {
      // At the start (0, 0) the loss is 0; any other place is 10⁻⁸ higher.
      let descent = try FunctionDescent<Scalar>(
        GradientDescent(stepSize: .backtracking(Search(epsilon: epsilon))), from: [0]
      ) { x, _ in (x[0] == 0 ? 0 : 1e-8, [1e-10]) }
      return try descent.advance().halvings
    }
    #expect(try halvings(Float.self, epsilon: nil) == 0)
    #expect(try halvings(Double.self, epsilon: nil) == 15)
    #expect(try halvings(Double.self, epsilon: 1.1920929e-7) == 0)
    #expect(try halvings(Float.self, epsilon: 0) == 15)
  }

  @Test func float32IsNearFloat64() throws {
    let wide = try FunctionDescent<Double>(
      GradientDescent(), from: OptimizerTests.start, Self.problem)
    let narrow = try FunctionDescent<Float>(
      GradientDescent(), from: OptimizerTests.start, Self.problem)
    for _ in 1...10 {
      let (one, two) = (try wide.advance(), try narrow.advance())
      #expect(one.stepSize == two.stepSize)
      #expect(zip(wide.parameters, narrow.parameters).allSatisfy { abs($0 - $1) < 1e-5 })
    }
  }

  @Test func whatHasNoMeaningIsRefused() {
    let wrong = [
      GradientDescent(stepSize: .fixed(0)), GradientDescent(stepSize: .fixed(.infinity)),
      GradientDescent(stepSize: .backtracking(Search(initialStepSize: 0))),
      GradientDescent(stepSize: .backtracking(Search(decrease: 1))),
      GradientDescent(stepSize: .backtracking(Search(decrease: 0))),
      GradientDescent(stepSize: .backtracking(Search(maximumHalvings: -1))),
      GradientDescent(stepSize: .backtracking(Search(epsilon: -1e-9))),
    ]
    for optimizer in wrong {
      #expect(throws: RunError.self, "\(optimizer)") { try optimizer.validate() }
    }
    #expect(throws: Never.self) {
      try GradientDescent(stepSize: .backtracking(Search(maximumHalvings: 0, epsilon: 0)))
        .validate()
    }
  }

  /// The negatives of contrastive divergence move with the parameters: its losses cannot be compared.
  @Test func contrastiveDivergenceHasNoLineSearch() throws {
    var configuration = TrainingConfiguration(
      network: Network(dimension: 2, hidden: [3], activation: .tanh, output: .energy),
      objective: ContrastiveDivergence(negatives: .init(stepSize: 0.1, steps: 2)),
      optimizer: GradientDescent(), batches: try TrainingProcessTests.batches()[3],
      stream: RandomStream(key: 0), precision: .float64)
    let error = try #require(throws: RunError.self) { try configuration.validate() }
    #expect(error.code == .invalidConfiguration && error.hint?.contains("adam") == true)
    configuration.optimizer = GradientDescent(stepSize: .fixed(1e-2))
    #expect(throws: Never.self) { try configuration.validate() }
  }

  @Test func statesOfOtherRulesAreRefused() throws {
    let configuration = TrainingConfiguration(
      network: Network(dimension: 2, hidden: [3], activation: .tanh, output: .score),
      objective: DenoisingScoreMatching(noiseLevel: 0.5), optimizer: GradientDescent(),
      batches: try TrainingProcessTests.batches()[3], stream: RandomStream(key: 0),
      precision: .float64)
    let process = try TrainingProcessTests.begin(configuration)
    try process.advance()
    let state = process.state()
    #expect(
      state.optimizer.map(\.name) == [
        "extrapolated/dense-0.kernel", "extrapolated/dense-0.bias",
        "extrapolated/dense-1.kernel", "extrapolated/dense-1.bias", "fista-t", "step-size",
      ])
    #expect(state.optimizer[4].shape == [] && state.optimizer[5].shape == [])
    var wrong = [TrainingState](repeating: state, count: 5)
    wrong[0].optimizer.removeLast()
    wrong[1].optimizer.swapAt(4, 5)
    wrong[2].optimizer[4] = NamedTensor(name: "fista-t", shape: [1], values: .float64([1]))
    wrong[3].optimizer[5] = NamedTensor(name: "step-size", shape: [], values: .float32([1]))
    wrong[4].optimizer[0].name = "first-moment/dense-0.kernel"
    for state in wrong {
      let error = try #require(throws: RunError.self) {
        try TrainingProcess(configuration, restoring: state)
      }
      #expect(error.code == .incompatibleState)
    }
  }
}
