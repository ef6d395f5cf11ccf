import Scorewalk
import Testing

@Suite struct ContrastiveDivergenceTests {
  static let data = [[0.3, -1.2], [1.1, 0.4], [-0.7, 0.9]]

  /// The kept states of the chains once more, from the formulas and single elements of the stream.
  static func referenceNegatives(
    _ negatives: ContrastiveDivergence.Negatives, keeping kept: [Int], _ network: Network,
    _ parameters: [Double], stream: RandomStream, step: UInt64
  ) -> [[Double]] {
    let reference = ReferenceNetwork(network)
    let dimension = network.dimension
    var result: [[Double]] = []
    for chain in 0..<negatives.chains {
      var x = (0..<dimension).map { (j: Int) -> Double in
        switch negatives.initial {
        case .zeros: 0
        case .point(let point): point[j]
        case .normal(let deviation):
          deviation * stream.normal(.negativesInitial, step: step, row: chain, column: j)
        case .uniform(let from, let to):
          from[0] + (to[0] - from[0])
            * stream.uniform(.negativesInitial, step: step, row: chain, column: j)
        case .samples: Double.nan
        }
      }
      if kept.contains(0) { result.append(x) }
      for k in 1...max(1, negatives.steps) {
        let score = reference.energyScore(parameters, at: x)
        for j in 0..<dimension {
          let noise = stream.normal(
            .negativesNoise, step: step, row: chain, column: (k - 1) * dimension + j)
          x[j] += negatives.stepSize * score[j] + (2 * negatives.stepSize).squareRoot() * noise
        }
        if kept.contains(k) { result.append(x) }
      }
    }
    return result
  }

  private func check(
    _ negatives: ContrastiveDivergence.Negatives, keeping kept: [Int],
    regularization: Double = 0, sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let network = Network(dimension: 2, hidden: [4, 3], activation: .softplus, output: .energy)
    let parameters = try network.testParameters(key: 9)
    let stream = RandomStream(key: 31)
    let harness = try EvaluatorHarness(
      ContrastiveDivergence(negatives: negatives, regularization: regularization),
      network: network, data: Self.data, stream: stream, largestBatch: 4)
    let (loss, gradient) = try harness.evaluate(parameters, step: 6)
    // The negatives are fixed at the parameters: no gradient goes through the chains.
    let fixed = Self.referenceNegatives(
      negatives, keeping: kept, network, parameters, stream: stream, step: 6)
    #expect(fixed.count == kept.count * negatives.chains, sourceLocation: sourceLocation)
    let reference = ReferenceNetwork(network)
    let expected = { (parameters: [Double]) -> Double in
      func mean(_ points: [[Double]], _ power: (Double) -> Double) -> Double {
        points.reduce(0) { $0 + power(reference.output(parameters, at: $1)[0]) }
          / Double(points.count)
      }
      let squares = mean(Self.data) { $0 * $0 } + mean(fixed) { $0 * $0 }
      return mean(Self.data) { $0 } - mean(fixed) { $0 } + regularization * squares
    }
    #expect(abs(loss - expected(parameters)) < 1e-11, sourceLocation: sourceLocation)
    let slopes = centralDifferences(of: expected, at: parameters)
    for index in slopes.indices {
      #expect(
        abs(gradient[index] - slopes[index]) < 1e-9, "parameter \(index)",
        sourceLocation: sourceLocation)
    }
  }

  @Test func everySecondOfTenStatesAndOnlyThose() throws {
    try check(
      .init(stepSize: 0.1, steps: 10, keep: KeepRule(from: 2, every: 2)),
      keeping: [2, 4, 6, 8, 10])
  }

  @Test func lastStatesOfSeveralChains() throws {
    try check(
      .init(chains: 3, initial: .zeros, stepSize: 0.05, steps: 4, keep: .last), keeping: [4])
  }

  @Test func initialStatesToo() throws {
    try check(
      .init(
        chains: 9, initial: .uniform(from: [-2], to: [1]), stepSize: 0.05, steps: 3,
        keep: KeepRule(from: 0, to: -2)), keeping: [0, 1, 2])
  }

  @Test func pointsAndWideNormals() throws {
    try check(.init(initial: .point([1, 2]), stepSize: 0.2, steps: 2), keeping: [1, 2])
    try check(
      .init(chains: 2, initial: .normal(standardDeviation: 3), stepSize: 0.2, steps: 1),
      keeping: [1])
  }

  @Test func energiesAreKeptSmallOnRequest() throws {
    try check(
      .init(chains: 3, stepSize: 0.05, steps: 4, keep: KeepRule(from: 2)), keeping: [2, 3, 4],
      regularization: 0.3)
  }

  @Test func initialStatesAloneNeedNoSteps() throws {
    try check(.init(stepSize: 0.2, steps: 0, keep: KeepRule(from: 0)), keeping: [0])
  }

  /// Where the positives pass on another thread while the chain walks, and the noise of the step after is drawn with them,
  /// every bit is that of one thread, whatever is asked next.
  @Test(arguments: [0.0, 0.3], [40, 32, 17])
  func positivesThatGoAheadChangeNoBit(regularization: Double, rows: Int) throws {
    let network = Network(dimension: 2, hidden: [10, 7], activation: .softplus, output: .energy)
    let parameters = try network.testParameters(key: 12)
    let others = try network.testParameters(key: 13)
    let data = (0..<rows).map { [0.1 * Double($0) - 1, 0.7 - 0.05 * Double($0)] }
    let objective = ContrastiveDivergence(
      negatives: .init(stepSize: 0.1, steps: 10, keep: KeepRule(from: 2, every: 2)),
      regularization: regularization)
    let harnesses = try [1, 2].map {
      try EvaluatorHarness(
        objective, network: network, data: data, stream: RandomStream(key: 5), largestBatch: 48,
        pool: WorkerPool(threads: $0))
    }
    var all: [[Double]] = []
    for harness in harnesses {
      var found: [Double] = []
      for (step, chosen) in [
        (1, parameters), (2, parameters), (2, others), (3, others), (7, others),
      ] {
        let (loss, gradient) = try harness.evaluate(chosen, step: step)
        found += [loss] + gradient
        found.append(try harness.loss(parameters, step: step + 1))
      }
      all.append(found)
    }
    #expect(all[0].map(\.bitPattern) == all[1].map(\.bitPattern))
  }

  @Test func anEnergyIsNeeded() throws {
    let objective = ContrastiveDivergence(negatives: .init(stepSize: 0.1, steps: 1))
    let score = Network(dimension: 1, hidden: [2], activation: .tanh, output: .score)
    #expect(throws: RunError.self) { try objective.validate(for: score) }
  }

  @Test func aNegativeThatFliesAwayIsNamed() throws {
    // E(x) = −10³⁰⁰ x: the chain leaves the finite numbers at once.
    let network = Network(dimension: 1, hidden: [], activation: .tanh, output: .energy)
    let objective = ContrastiveDivergence(
      negatives: .init(chains: 2, initial: .zeros, stepSize: 1e10, steps: 3, keep: .last))
    let harness = try EvaluatorHarness(
      objective, network: network, data: [[0]], stream: RandomStream(key: 0))
    let error = try #require(throws: RunError.self) {
      try harness.evaluate([-1e300, 0], step: 12)
    }
    #expect(error.code == .diverged)
    #expect(error.step == 12)
    #expect(error.chain == 0)
  }
}
