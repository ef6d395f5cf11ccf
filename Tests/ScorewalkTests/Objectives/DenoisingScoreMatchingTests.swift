import Scorewalk
import Testing

@Suite struct DenoisingScoreMatchingTests {
  static let data = [[0.3, -1.2], [1.1, 0.4], [-0.7, 0.9]]

  /// The loss once more, from the formulas of the type's documentation and single elements of the
  /// stream.
  static func referenceLoss(
    _ objective: DenoisingScoreMatching, _ network: Network, _ parameters: [Double],
    data: [[Double]], stream: RandomStream, step: UInt64
  ) -> Double {
    let reference = ReferenceNetwork(network)
    let dimension = network.dimension
    let sigma = objective.noiseLevel
    var losses: [Double] = []
    for (row, x) in data.enumerated() {
      for draw in 0..<objective.draws {
        let n = (0..<dimension).map { coordinate in
          stream.normal(
            .objectiveNoise, step: step,
            row: objective.sharedOver.contains(.rows) ? 0 : row,
            column: draw * dimension
              + (objective.sharedOver.contains(.coordinates) ? 0 : coordinate))
        }
        let y = (0..<dimension).map { x[$0] + sigma * n[$0] }
        let score: [Double] =
          switch network.output {
          case .energy: reference.energyScore(parameters, at: y)
          case .score: reference.output(parameters, at: y)
          case .denoiser:
            zip(reference.output(parameters, at: y), y).map { ($0 - $1) / (sigma * sigma) }
          case .noise: reference.output(parameters, at: y).map { -$0 / sigma }
          }
        let residual = (0..<dimension).map { (j: Int) -> Double in
          switch objective.residual {
          case .denoised: x[j] - (y[j] + sigma * sigma * score[j])
          case .score: score[j] + (y[j] - x[j]) / (sigma * sigma)
          case .noise: sigma * score[j] + n[j]
          }
        }
        let square = residual.reduce(0) { $0 + $1 * $1 }
        losses.append(objective.loss == .squared ? square : square.squareRoot())
      }
    }
    let sum = losses.reduce(0, +)
    return objective.reduction == .sum ? sum : sum / Double(losses.count)
  }

  @Test(arguments: NetworkOutput.allCases, [Activation.softplus, .silu, .tanh])
  func lossAndGradientAreThoseOfTheFormulas(
    output: NetworkOutput, activation: Activation
  ) throws {
    let network = Network(dimension: 2, hidden: [4, 3], activation: activation, output: output)
    let stream = RandomStream(key: 11)
    let parameters = try network.testParameters(key: 5)
    for case let (objective as DenoisingScoreMatching, _) in DenoisingScoreMatching.examples {
      let harness = try EvaluatorHarness(
        objective, network: network, data: Self.data, stream: stream, largestBatch: 5)
      let (loss, gradient) = try harness.evaluate(parameters, step: 7)
      let expected = { (parameters: [Double]) in
        Self.referenceLoss(
          objective, network, parameters, data: Self.data, stream: stream, step: 7)
      }
      #expect(abs(loss - expected(parameters)) <= 1e-12 * max(1, abs(loss)), "\(objective)")
      let slopes = centralDifferences(of: expected, at: parameters)
      let scale = slopes.map(abs).max() ?? 0
      for index in slopes.indices {
        #expect(
          abs(gradient[index] - slopes[index]) <= 1e-6 * max(scale, 1e-3),
          "\(objective) \(output) parameter \(index): \(gradient[index]) \(slopes[index])")
      }
    }
  }

  /// s(y) = w y + b without hidden layers, so that everything has a short formula.
  @Test func unsquaredNormOfALineHasTheGradientOfTheMedian() throws {
    let network = Network(dimension: 1, hidden: [], activation: .softplus, output: .score)
    let stream = RandomStream(key: 3)
    let (sigma, w, b) = (0.5, -1.3, 0.2)
    let objective = DenoisingScoreMatching(
      noiseLevel: sigma, draws: 10, sharedOver: [.rows], residual: .denoised, loss: .norm)
    let data = [[0.0], [1], [1], [0]]
    let harness = try EvaluatorHarness(objective, network: network, data: data, stream: stream)
    let (loss, gradient) = try harness.evaluate([w, b], step: 2)
    var (sum, byW, byB) = (0.0, 0.0, 0.0)
    for x in data {
      for draw in 0..<10 {
        let n = stream.normal(.objectiveNoise, step: 2, row: 0, column: draw)
        let y = x[0] + sigma * n
        let residual = x[0] - (y + sigma * sigma * (w * y + b))
        sum += abs(residual)
        // d|r| = sign(r) dr: above and below the median count alike, however far.
        byW -= (residual > 0 ? 1 : -1) * sigma * sigma * y
        byB -= (residual > 0 ? 1 : -1) * sigma * sigma
      }
    }
    #expect(abs(loss - sum / 40) < 1e-14)
    #expect(abs(gradient[0] - byW / 40) < 1e-14)
    #expect(abs(gradient[1] - byB / 40) < 1e-14)
  }

  @Test func gradientOfTheNormAtZeroIsZero() throws {
    // A denoiser with zero kernel and bias 1 gives exactly the datum 1.
    let network = Network(dimension: 1, hidden: [], activation: .softplus, output: .denoiser)
    let objective = DenoisingScoreMatching(noiseLevel: 0.5, residual: .denoised, loss: .norm)
    let harness = try EvaluatorHarness(
      objective, network: network, data: [[1]], stream: RandomStream(key: 0))
    let (loss, gradient) = try harness.evaluate([0, 1], step: 1)
    #expect(loss == 0)
    #expect(gradient == [0, 0])
  }

  /// One noise for all rows and coordinates: along (1, −1) the loss sees no noise at all, so that a
  /// linear score has a gradient there that independent noise would oppose.
  @Test func noiseSharedOverRowsAndCoordinatesIsOneNumber() throws {
    let network = Network(dimension: 2, hidden: [], activation: .relu, output: .score)
    let stream = RandomStream(key: 21)
    let objective = DenoisingScoreMatching(
      noiseLevel: 3, sharedOver: [.rows, .coordinates], residual: .score, loss: .squared,
      reduction: .sum)
    let data = [[-10.0, 1], [10, 0], [9, -1]]
    let parameters = [0.1, -0.2, 0.3, 0.05, 0.5, -0.4]
    let (_, gradient) = try EvaluatorHarness(
      objective, network: network, data: data, stream: stream
    ).evaluate(parameters, step: 4)
    let n = stream.normal(.objectiveNoise, step: 4, row: 0, column: 0)
    var expected = [Double](repeating: 0, count: 6)
    for x in data {
      let y = x.map { $0 + 3 * n }
      for o in 0..<2 {
        let s = parameters[o] * y[0] + parameters[2 + o] * y[1] + parameters[4 + o]
        let residual = s + n / 3
        expected[o] += 2 * residual * y[0]
        expected[2 + o] += 2 * residual * y[1]
        expected[4 + o] += 2 * residual
      }
    }
    for index in 0..<6 {
      #expect(abs(gradient[index] - expected[index]) <= 1e-12 * abs(expected[index]) + 1e-12)
    }
  }

  @Test func sumIsMeanTimesRowsAndDraws() throws {
    let network = Network(dimension: 2, hidden: [3], activation: .tanh, output: .score)
    let parameters = try network.testParameters(key: 8)
    var objective = DenoisingScoreMatching(noiseLevel: 0.7, draws: 4)
    let stream = RandomStream(key: 2)
    let mean = try EvaluatorHarness(objective, network: network, data: Self.data, stream: stream)
      .evaluate(parameters, step: 1)
    objective.reduction = .sum
    let sum = try EvaluatorHarness(objective, network: network, data: Self.data, stream: stream)
      .evaluate(parameters, step: 1)
    #expect(abs(sum.loss - 12 * mean.loss) < 1e-12 * sum.loss)
    for (one, two) in zip(sum.gradient, mean.gradient) {
      #expect(abs(one - 12 * two) <= 1e-12 * max(1, abs(one)))
    }
  }

  /// METHODS' oracle 28: in expectation the gradient is that of explicit score matching. For
  /// x ~ N(0, v) and s(y) = w y both are 2 (w (v + σ²) + 1), zero at w = −1/(v + σ²).
  @Test(arguments: [-0.8, -0.5, 0.3])
  func gradientIsThatOfExplicitScoreMatching(w: Double) throws {
    let (variance, sigma, rows) = (1.5, 0.6, 200_000)
    let network = Network(dimension: 1, hidden: [], activation: .softplus, output: .score)
    let stream = RandomStream(key: 77)
    let data = (0..<rows).map {
      [variance.squareRoot() * stream.normal(.dataNoise, step: 1, row: $0, column: 0)]
    }
    let objective = DenoisingScoreMatching(noiseLevel: sigma, residual: .score)
    let (_, gradient) = try EvaluatorHarness(
      objective, network: network, data: data, stream: stream
    ).evaluate([w, 0], step: 1)
    let total = variance + sigma * sigma
    // One row's gradient is 2 (w y + n/σ) y; its variance is 4 (2 (w·t + 1)² + …) < this bound.
    let deviation = 2 * (3 * w * w * total * total + total / (sigma * sigma) + 2).squareRoot()
    // Six standard errors: fails by chance less than once in 10⁸.
    #expect(abs(gradient[0] - 2 * (w * total + 1)) < 6 * deviation / Double(rows).squareRoot())
  }
}

extension Network {
  /// Parameters of order one, biases too.
  func testParameters(key: UInt64) throws -> [Double] {
    let stream = RandomStream(key: key)
    return (0..<mlp.parameterCount).map {
      0.7 * stream.normal(.evaluation, step: 0, row: $0, column: 0)
    }
  }
}
