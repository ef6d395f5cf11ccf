import Scorewalk
import Testing

@Suite struct SlicedScoreMatchingTests {
  static let data = [[0.3, -1.2], [1.1, 0.4], [-0.7, 0.9]]
  static let network = Network(
    dimension: 2, hidden: [4, 3], activation: .softplus, output: .score)

  /// Direction k of a row, from single elements of the stream.
  static func direction(
    _ distribution: SlicedScoreMatching.Distribution, dimension: Int, number: Int, row: Int,
    stream: RandomStream, step: UInt64
  ) -> [Double] {
    let columns = (number * dimension)..<((number + 1) * dimension)
    switch distribution {
    case .rademacher:
      return columns.map {
        stream.uniform(.objectiveNoise, step: step, row: row, column: $0) < 0.5 ? -1 : 1
      }
    case .gaussian:
      return columns.map { stream.normal(.objectiveNoise, step: step, row: row, column: $0) }
    case .sphere:
      let normals = columns.map {
        stream.normal(.objectiveNoise, step: step, row: row, column: $0)
      }
      let length = normals.reduce(0) { $0 + $1 * $1 }.squareRoot()
      return normals.map { $0 * Double(dimension).squareRoot() / length }
    }
  }

  /// The loss once more, from the formulas of the type's documentation.
  static func referenceLoss(
    _ objective: SlicedScoreMatching, _ network: Network, _ parameters: [Double],
    data: [[Double]], stream: RandomStream, step: UInt64
  ) -> Double {
    let reference = ReferenceNetwork(network)
    var sum = 0.0
    for (row, x) in data.enumerated() {
      for number in 0..<objective.projections {
        let v = direction(
          objective.distribution, dimension: network.dimension, number: number, row: row,
          stream: stream, step: step)
        let (s, derivative) = reference.evaluate(parameters, at: x, along: v)
        var loss = zip(v, derivative).reduce(0) { $0 + $1.0 * $1.1 }
        if objective.reducesVariance {
          loss += 0.5 * s.reduce(0) { $0 + $1 * $1 }
        } else {
          let product = zip(v, s).reduce(0) { $0 + $1.0 * $1.1 }
          loss += 0.5 * product * product
        }
        sum += loss / Double(objective.projections)
      }
    }
    return objective.reduction == .sum ? sum : sum / Double(data.count)
  }

  @Test(arguments: [Activation.softplus, .silu, .tanh])
  func lossAndGradientAreThoseOfTheFormulas(activation: Activation) throws {
    let stream = RandomStream(key: 12)
    for dimension in [1, 2, 3] {
      let network = Network(
        dimension: dimension, hidden: [4, 3], activation: activation, output: .score)
      let parameters = try network.testParameters(key: 5)
      let data = ImplicitScoreMatchingTests.points(3, dimension: dimension)
      for case let (objective as SlicedScoreMatching, _) in SlicedScoreMatching.examples {
        let harness = try EvaluatorHarness(
          objective, network: network, data: data, stream: stream, largestBatch: 5)
        let (loss, gradient) = try harness.evaluate(parameters, step: 7)
        let expected = { (parameters: [Double]) in
          Self.referenceLoss(
            objective, network, parameters, data: data, stream: stream, step: 7)
        }
        #expect(abs(loss - expected(parameters)) <= 1e-12 * max(1, abs(loss)), "\(objective)")
        let slopes = centralDifferences(of: expected, at: parameters)
        let scale = slopes.map(abs).max() ?? 0
        for index in slopes.indices {
          #expect(
            abs(gradient[index] - slopes[index]) <= 1e-6 * scale,
            "\(objective) parameter \(index): \(gradient[index]) \(slopes[index])")
        }
      }
    }
  }

  /// In whichever block a row lies, its directions are its own.
  @Test func blocksHaveTheDirectionsOfTheirRows() throws {
    let stream = RandomStream(key: 6)
    let data = ImplicitScoreMatchingTests.points(300, dimension: 2)
    let parameters = try Self.network.testParameters(key: 2)
    for distribution in SlicedScoreMatching.Distribution.allCases {
      let objective = SlicedScoreMatching(projections: 2, distribution: distribution)
      let (loss, _) = try EvaluatorHarness(
        objective, network: Self.network, data: data, stream: stream
      ).evaluate(parameters, step: 9)
      let expected = Self.referenceLoss(
        objective, Self.network, parameters, data: data, stream: stream, step: 9)
      #expect(abs(loss - expected) < 1e-11 * max(1, abs(expected)), "\(distribution)")
    }
  }

  /// Over all sign vectors the mean is the exact trace: in two dimensions two of them, up to their
  /// sign, which changes nothing.
  @Test(arguments: [true, false])
  func theMeanOverAllSignsIsImplicitScoreMatching(reducesVariance: Bool) throws {
    let stream = RandomStream(key: 4)
    let parameters = try Self.network.testParameters(key: 1)
    let point = [[0.4, -0.9]]
    let sliced = try EvaluatorHarness(
      SlicedScoreMatching(reducesVariance: reducesVariance), network: Self.network, data: point,
      stream: stream)
    var (equal, opposite):
      ((loss: Double, gradient: [Double])?, (loss: Double, gradient: [Double])?)
    for step in 1...100 {
      let v = Self.direction(
        .rademacher, dimension: 2, number: 0, row: 0, stream: stream, step: UInt64(step))
      let result = try sliced.evaluate(parameters, step: step)
      if v[0] == v[1] { equal = result } else { opposite = result }
    }
    let (one, two) = (try #require(equal), try #require(opposite))
    #expect(abs(one.loss - two.loss) > 1e-3)
    let exact = try EvaluatorHarness(
      ImplicitScoreMatching(), network: Self.network, data: point, stream: stream
    ).evaluate(parameters, step: 1)
    #expect(abs((one.loss + two.loss) / 2 - exact.loss) < 1e-13)
    for index in exact.gradient.indices {
      let mean = (one.gradient[index] + two.gradient[index]) / 2
      #expect(abs(mean - exact.gradient[index]) < 1e-13)
    }
  }

  @Test(arguments: SlicedScoreMatching.Distribution.allCases, [true, false])
  func everyLawIsUnbiased(
    distribution: SlicedScoreMatching.Distribution, reducesVariance: Bool
  ) throws {
    let stream = RandomStream(key: 14)
    let parameters = try Self.network.testParameters(key: 1)
    let objective = SlicedScoreMatching(
      projections: 50, distribution: distribution, reducesVariance: reducesVariance)
    let harness = try EvaluatorHarness(
      objective, network: Self.network, data: Self.data, stream: stream)
    let losses = try (1...400).map { try harness.evaluate(parameters, step: $0).loss }
    let exact = try EvaluatorHarness(
      ImplicitScoreMatching(), network: Self.network, data: Self.data, stream: stream
    ).evaluate(parameters, step: 1).loss
    let mean = losses.reduce(0, +) / 400
    let variance = losses.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 399
    #expect(variance > 0)
    // Six standard errors: fails by chance less than once in 10⁸.
    #expect(abs(mean - exact) < 6 * (variance / 400).squareRoot(), "\(mean) \(exact)")
  }

  /// In one dimension a sign's square is 1: nothing is left of the chance.
  @Test func signsInOneDimensionAreExact() throws {
    let network = Network(dimension: 1, hidden: [6], activation: .tanh, output: .score)
    let parameters = try network.testParameters(key: 1)
    let data = ImplicitScoreMatchingTests.points(200, dimension: 1)
    let stream = RandomStream(key: 5)
    let sliced = try EvaluatorHarness(
      SlicedScoreMatching(), network: network, data: data, stream: stream
    ).evaluate(parameters, step: 2)
    let exact = try EvaluatorHarness(
      ImplicitScoreMatching(), network: network, data: data, stream: stream
    ).evaluate(parameters, step: 2)
    #expect(abs(sliced.loss - exact.loss) < 1e-13)
    for (one, two) in zip(sliced.gradient, exact.gradient) { #expect(abs(one - two) < 1e-13) }
  }

  @Test func whatHasNoMeaningIsRefused() {
    #expect(throws: Never.self) { try SlicedScoreMatching().validate(for: Self.network) }
    for projections in [0, -1, Int(UInt32.max) / 2 + 1] {
      #expect(throws: RunError.self) {
        try SlicedScoreMatching(projections: projections).validate(for: Self.network)
      }
    }
  }
}
