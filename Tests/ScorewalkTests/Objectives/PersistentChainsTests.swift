import Scorewalk
import Testing

@Suite struct PersistentChainsTests {
  typealias Negatives = ContrastiveDivergence.Negatives
  static let network = Network(
    dimension: 2, hidden: [4, 3], activation: .softplus, output: .energy)
  static let data = [[0.3, -1.2], [1.1, 0.4], [-0.7, 0.9]]
  static let stream = RandomStream(key: 31)

  /// A buffer of chains once more, from the documentation and single elements of the stream; chains
  /// start from N(0, I).
  struct Reference {
    let negatives: Negatives
    let persistent: ContrastiveDivergence.Persistence
    var buffer: [[Double]]

    init(_ negatives: Negatives) throws {
      self.negatives = negatives
      persistent = try #require(negatives.persistent)
      buffer = (0..<persistent.buffer).map { Self.fresh(step: 0, row: $0) }
    }

    static func fresh(step: UInt64, row: Int) -> [Double] {
      (0..<2).map { stream.normal(.negativesInitial, step: step, row: row, column: $0) }
    }

    /// Moves the chains of one training step; gives all of their states.
    mutating func advance(_ parameters: [Double], step: UInt64) -> [[[Double]]] {
      var numbers = Array(0..<persistent.buffer)
      var chains: [[[Double]]] = []
      for chain in 0..<negatives.chains {
        let other =
          chain
          + stream.index(
            below: persistent.buffer - chain, .replay, step: step, row: chain, column: 0)
        numbers.swapAt(chain, other)
        let isFresh =
          stream.uniform(.replay, step: step, row: chain, column: 1) < persistent.fresh
        var x = isFresh ? Self.fresh(step: step, row: chain) : buffer[numbers[chain]]
        var states = [x]
        for k in 0..<negatives.steps {
          let score = ReferenceNetwork(network).energyScore(parameters, at: x)
          for j in 0..<2 {
            let noise = stream.normal(
              .negativesNoise, step: step, row: chain, column: k * 2 + j)
            x[j] += negatives.stepSize * score[j] + (2 * negatives.stepSize).squareRoot() * noise
          }
          states.append(x)
        }
        chains.append(states)
      }
      for chain in 0..<negatives.chains { buffer[numbers[chain]] = chains[chain][negatives.steps] }
      return chains
    }
  }

  static func buffer(_ harness: EvaluatorHarness) throws -> [[Double]] {
    let tensor = try #require(harness.evaluator.state.first)
    #expect(harness.evaluator.state.count == 1)
    let values = tensor.values.doubles
    return (0..<tensor.shape[0]).map { Array(values[(2 * $0)..<(2 * $0 + 2)]) }
  }

  /// Starts, places, fresh starts and ends are those of the documentation, step after step; an
  /// evaluation alone changes nothing.
  @Test(arguments: [
    ContrastiveDivergence.Persistence(buffer: 5, fresh: 0), .init(buffer: 9, fresh: 0.4),
    .init(buffer: 6, fresh: 1),
  ])
  func endsGoBackToTheirPlaces(persistent: ContrastiveDivergence.Persistence) throws {
    // The last state kept is not the last one: chains go on from that all the same.
    let negatives = Negatives(
      chains: 5, stepSize: 0.1, steps: 3, keep: KeepRule(from: 0, to: -2), persistent: persistent)
    let parameters = try Self.network.testParameters(key: 9)
    let harness = try EvaluatorHarness(
      ContrastiveDivergence(negatives: negatives), network: Self.network, data: Self.data,
      stream: Self.stream, largestBatch: 4)
    var reference = try Reference(negatives)
    let network = ReferenceNetwork(Self.network)
    func mean(_ points: [[Double]]) -> Double {
      points.reduce(0) { $0 + network.output(parameters, at: $1)[0] } / Double(points.count)
    }
    for step in 1...6 {
      let before = try Self.buffer(harness)
      #expect(isClose(before, reference.buffer))
      _ = try harness.loss(parameters, step: step)
      let (loss, _) = try harness.evaluate(parameters, step: step)
      // A line search looks at losses elsewhere, between the gradient and the end of the step.
      #expect(try harness.loss(parameters.map { 1.1 * $0 }, step: step) != loss)
      #expect(try Self.buffer(harness) == before)
      let chains = reference.advance(parameters, step: UInt64(step))
      let expected = mean(Self.data) - mean(chains.flatMap { $0.dropLast() })
      #expect(abs(loss - expected) < 1e-11)
      harness.evaluator.commit()
      #expect(isClose(try Self.buffer(harness), reference.buffer))
      let changed = zip(before, try Self.buffer(harness)).count { $0 != $1 }
      #expect(changed == 5)
      // Nothing is left to write.
      let after = try Self.buffer(harness)
      harness.evaluator.commit()
      #expect(try Self.buffer(harness) == after)
    }
  }

  private func isClose(_ one: [[Double]], _ two: [[Double]]) -> Bool {
    one.count == two.count
      && zip(one.joined(), two.joined()).allSatisfy { abs($0 - $1) < 1e-11 }
  }

  /// Where every start is fresh the buffer changes no bit.
  @Test func freshStartsAreShortRuns() throws {
    let parameters = try Self.network.testParameters(key: 2)
    var negatives = Negatives(chains: 4, stepSize: 0.1, steps: 5)
    let plain = try EvaluatorHarness(
      ContrastiveDivergence(negatives: negatives), network: Self.network, data: Self.data,
      stream: Self.stream)
    negatives.persistent = .init(buffer: 10, fresh: 1)
    let persistent = try EvaluatorHarness(
      ContrastiveDivergence(negatives: negatives), network: Self.network, data: Self.data,
      stream: Self.stream)
    for step in 1...4 {
      let (one, two) = (
        try plain.evaluate(parameters, step: step), try persistent.evaluate(parameters, step: step)
      )
      persistent.evaluator.commit()
      #expect(one.loss == two.loss)
      #expect(one.gradient == two.gradient)
    }
  }

  /// Chains without steps show where they started.
  @Test func placesAndFreshStartsComeWithTheirProbabilities() throws {
    let (places, chains, steps, fresh) = (10, 4, 3000, 0.25)
    let negatives = Negatives(
      chains: chains, stepSize: 0.1, steps: 0, keep: KeepRule(from: 0),
      persistent: .init(buffer: places, fresh: fresh))
    let parameters = try Self.network.testParameters(key: 2)
    let harness = try EvaluatorHarness(
      ContrastiveDivergence(negatives: negatives), network: Self.network, data: Self.data,
      stream: Self.stream)
    var counts = [Int](repeating: 0, count: places)
    for step in 1...steps {
      let before = try Self.buffer(harness)
      _ = try harness.evaluate(parameters, step: step)
      harness.evaluator.commit()
      for (place, pair) in zip(before, try Self.buffer(harness)).enumerated()
      where pair.0 != pair.1 { counts[place] += 1 }
    }
    // A place is taken with probability 4/10 and then filled anew with 1/4. Six standard errors, 11
    // comparisons: fails by chance less than once in 10⁷.
    let probability = Double(chains) / Double(places) * fresh
    let error = (probability * (1 - probability) / Double(steps)).squareRoot()
    for count in counts {
      #expect(abs(Double(count) / Double(steps) - probability) < 6 * error)
    }
    let all = Double(counts.reduce(0, +)) / Double(steps * chains)
    let allError = (fresh * (1 - fresh) / Double(steps * chains)).squareRoot()
    #expect(abs(all - fresh) < 6 * allError)
  }

  @Test func statesThatDoNotFitAreRefused() throws {
    let negatives = Negatives(
      chains: 2, stepSize: 0.1, steps: 2, persistent: .init(buffer: 3))
    let harness = try EvaluatorHarness(
      ContrastiveDivergence(negatives: negatives), network: Self.network, data: Self.data,
      stream: Self.stream)
    let right = try #require(harness.evaluator.state.first)
    #expect(right.name == "replay-buffer" && right.shape == [3, 2])
    var named = right
    named.name = "positions"
    let zeros = [Double](repeating: 0, count: 6)
    let wrong: [[NamedTensor]] = [
      [], [right, right], [named],
      [NamedTensor(name: right.name, shape: [2, 3], values: .float64(zeros))],
      [NamedTensor(name: right.name, shape: [3, 2], values: .float32(zeros.map { Float($0) }))],
      [NamedTensor(name: right.name, shape: [3, 2], values: .float64(zeros.map { _ in .nan }))],
    ]
    for state in wrong {
      let error = try #require(throws: RunError.self) { try harness.evaluator.restore(state) }
      #expect(error.code == .incompatibleState)
    }
    #expect(harness.evaluator.state == [right])
    let other = NamedTensor(
      name: right.name, shape: [3, 2], values: .float64([1, 2, 3, 4, 5, 6]))
    try harness.evaluator.restore([other])
    #expect(harness.evaluator.state == [other])
    // Chains that begin anew have no state.
    var anew = negatives
    anew.persistent = nil
    let without = try EvaluatorHarness(
      ContrastiveDivergence(negatives: anew), network: Self.network, data: Self.data,
      stream: Self.stream)
    #expect(without.evaluator.state.isEmpty)
    #expect(throws: RunError.self) { try without.evaluator.restore([right]) }
  }

  /// A training moves the buffer with every step, and leaves it where a step fails.
  @Test(arguments: Precision.allCases)
  func aTrainingCommitsWholeStepsAlone(precision: Precision) throws {
    let objective = ContrastiveDivergence(
      negatives: Negatives(
        chains: 3, stepSize: 0.1, steps: 2, persistent: .init(buffer: 8, fresh: 0.2)))
    var configuration = TrainingConfiguration(
      network: Self.network, objective: objective, optimizer: Adam(learningRate: 1e-3),
      batches: .points(.init(values: Self.data.flatMap { $0 }, dimension: 2, batchSize: 3)),
      stream: Self.stream, precision: precision)
    let process = try TrainingProcessTests.begin(configuration)
    var states = [process.state()]
    for _ in 0..<5 {
      try process.advance()
      states.append(process.state())
    }
    for (one, two) in zip(states, states.dropFirst()) { #expect(one.objective != two.objective) }
    // The update overflows: loss and chains of the step are whole, and the step is not.
    let state = process.state()
    configuration.optimizer = SGD(learningRate: precision == .float32 ? 1e38 : 1e308)
    configuration.clipping = .value(1e3)
    let flying = try TrainingProcess(
      configuration,
      restoring: TrainingState(
        step: state.step,
        parameters: state.parameters.map { tensor in
          let values = tensor.values.doubles.map { 1e4 * $0 }
          return NamedTensor(
            name: tensor.name, shape: tensor.shape,
            values: precision == .float64 ? .float64(values) : .float32(values.map { Float($0) }))
        }, optimizer: [], ema: [], objective: state.objective))
    let error = try #require(throws: RunError.self) { try flying.advance() }
    #expect(error.code == .diverged)
    #expect(error.what.contains("parameter"), "\(error)")
    #expect(flying.step == state.step)
    #expect(flying.state().objective == state.objective)
  }

  @Test func whatHasNoMeaningIsRefused() {
    func check(_ persistent: ContrastiveDivergence.Persistence, regularization: Double = 0) -> Bool
    {
      let negatives = Negatives(chains: 3, stepSize: 0.1, steps: 2, persistent: persistent)
      do throws(RunError) {
        try ContrastiveDivergence(negatives: negatives, regularization: regularization)
          .validate(for: Self.network)
        return true
      } catch {
        return false
      }
    }
    #expect(check(.init(buffer: 3, fresh: 0)))
    #expect(check(.init(buffer: 10_000, fresh: 1), regularization: 1e-3))
    #expect(!check(.init(buffer: 2)))
    #expect(!check(.init(buffer: Int(UInt32.max) + 1)))
    for fresh in [-0.1, 1.1, .nan] { #expect(!check(.init(buffer: 3, fresh: fresh))) }
    for regularization in [-1, .infinity, .nan] {
      #expect(!check(.init(buffer: 3), regularization: regularization))
    }
  }
}
