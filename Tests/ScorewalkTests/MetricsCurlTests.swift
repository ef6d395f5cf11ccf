import Scorewalk
import Testing

/// Jacobians of scores, and how far scores in the plane are from gradients.
@Suite struct MetricsCurlTests {
  private static func tensors(_ network: Network, _ parameters: [Double]) -> [NamedTensor] {
    network.mlp.tensors.map { tensor in
      NamedTensor(
        name: tensor.name, shape: tensor.shape,
        values: .float64(Array(parameters[tensor.offset..<(tensor.offset + tensor.count)])))
    }
  }

  private static var law: GaussianMixture {
    get throws {
      try GaussianMixture(components: [
        .init(weight: 2, mean: [1, -1], standardDeviation: 0.8),
        .init(weight: 1, mean: [-1, 0.5], standardDeviation: 1.3),
      ])
    }
  }

  /// s = A y + b: the curl is a₂₁ − a₁₂ everywhere, and its share (a₂₁ − a₁₂)²/(2 ‖A‖²).
  @Test(arguments: [[-1.0, 0.25, 0.75, -2], [0, -3, 3, 0], [-1, 0.5, 0.5, -2], [0, 0, 0, 0]])
  func linearScores(a: [Double]) throws {
    let network = Network(dimension: 2, hidden: [], activation: .tanh, output: .score)
    // The kernel is [in, out], Aᵀ.
    let evaluation = try NetworkEvaluation(
      network, parameters: Self.tensors(network, [a[0], a[2], a[1], a[3], 0.3, -0.7]))
    let judge = ScoreError(law: try Self.law)
    let jacobians = try evaluation.jacobians(at: Array(judge.inputs.prefix(2000)))
    #expect(jacobians.count == 4000)
    #expect((0..<1000).allSatisfy { Array(jacobians[(4 * $0)..<(4 * $0 + 4)]) == a })
    let curl = judge.curl(jacobians: jacobians)
    let norm = a.reduce(0) { $0 + $1 * $1 }
    let expected = abs(a[2] - a[1])
    #expect(abs(curl.rootMeanSquare.value - expected) < 1e-12)
    #expect(curl.rootMeanSquare.standardError < 1e-12)
    let relative = norm > 0 ? expected / (2 * norm).squareRoot() : 0
    #expect(abs(curl.relative.value - relative) < 1e-12)
    #expect(curl.relative.standardError < 1e-12)
  }

  /// Under N(0, I) a curl of x₁, that of s = (0, x₁²/2), has the mean square 1, and ‖∂s‖² = x₁² too, of which half is
  /// antisymmetric. The standard error of E x₁² is √(2/n); within five of them.
  @Test func curlsThatVary() throws {
    let law = try GaussianMixture(components: [.init(mean: [0, 0], standardDeviation: 1)])
    let judge = ScoreError(law: law)
    let jacobians = (0..<judge.count).flatMap { (row: Int) -> [Double] in
      [0, 0, judge.inputs[2 * row], 0]
    }
    let curl = judge.curl(jacobians: jacobians)
    let error = 0.5 * (2 / Double(judge.count)).squareRoot()
    #expect(abs(curl.rootMeanSquare.value - 1) < 5 * error)
    #expect(abs(curl.rootMeanSquare.standardError / error - 1) < 0.03)
    #expect(abs(curl.relative.value - 0.5.squareRoot()) < 1e-12)
    #expect(curl.relative.standardError < 1e-12)
  }

  /// An energy's score is a gradient whatever its parameters are, the same network as a score is not.
  @Test(arguments: [false, true], Precision.allCases)
  func energiesHaveNoCurl(isResidual: Bool, precision: Precision) throws {
    let judge = ScoreError(law: try Self.law)
    func curl(_ output: NetworkOutput) throws -> ScoreError.Curl {
      let network = Network(
        dimension: 2, hidden: [9, 9, 9], activation: .silu, isResidual: isResidual, output: output)
      let parameters = network.initialParameters(
        precision: precision, stream: RandomStream(key: 6))
      return judge.curl(
        jacobians: try NetworkEvaluation(network, parameters: parameters).jacobians(
          at: Array(judge.inputs.prefix(2000)), noiseLevel: 0.7))
    }
    let rounding = precision == .float64 ? 1e-14 : 1e-5
    let energy = try curl(.energy)
    #expect(energy.rootMeanSquare.value < rounding && energy.relative.value < rounding)
    for output in [NetworkOutput.score, .noise, .denoiser] {
      let free = try curl(output)
      #expect(free.rootMeanSquare.value > 1e-2, "\(output)")
      #expect(free.relative.value > 1e-3 && free.relative.value <= 1, "\(output)")
    }
  }

  /// ∂s/∂y is what differences of the scores say, for every output, and for networks that take the noise level.
  @Test func jacobiansAreTheDerivativesOfScores() throws {
    let plain = NetworkOutput.allCases.flatMap { output in
      [[], [5, 4]].map {
        Network(dimension: 2, hidden: $0, activation: .softplus, output: output)
      }
    }
    let points = [0.3, -1.2, 2.5, 0.4, -0.7, 0.1]
    for network in plain + NoiseConditioningTests.networks {
      let evaluation = try NetworkEvaluation(
        network, parameters: Self.tensors(network, try network.testParameters(key: 8)))
      for level in [3, 0.6] {
        let jacobians = try evaluation.jacobians(at: points, noiseLevel: level)
        for row in 0..<3 {
          let point = Array(points[(2 * row)..<(2 * row + 2)])
          for output in 0..<2 {
            // The scores at these points are finite, and a level is given.
            let slopes = centralDifferences(
              of: { (try? evaluation.scores(at: $0, noiseLevel: level)[output]) ?? .nan }, at: point
            )
            for (input, slope) in slopes.enumerated() {
              let found = jacobians[4 * row + 2 * output + input]
              #expect(abs(found - slope) < 1e-8 * max(1, abs(slope)), "\(network) \(level)")
            }
          }
        }
      }
    }
  }

  @Test func blocksAndThreadsChangeNoBit() throws {
    let network = NoiseConditioningTests.networks[1]
    let parameters = network.initialParameters(precision: .float32, stream: RandomStream(key: 2))
    let points = Law.mixture(try Self.law).sample(count: 700, stream: RandomStream(key: 3))
    let one = try NetworkEvaluation(network, parameters: parameters).jacobians(
      at: points, noiseLevel: 1)
    let many = try NetworkEvaluation(
      network, parameters: parameters, pool: WorkerPool(threads: 3)
    ).jacobians(at: points, noiseLevel: 1)
    #expect(one == many)
    let first = try NetworkEvaluation(network, parameters: parameters).jacobians(
      at: Array(points.prefix(10)), noiseLevel: 1)
    #expect(first == Array(one.prefix(20)))
  }

  @Test func whatHasNoMeaningIsRefused() throws {
    for output in [NetworkOutput.denoiser, .noise] {
      let network = Network(dimension: 2, hidden: [3], activation: .tanh, output: output)
      let evaluation = try NetworkEvaluation(
        network,
        parameters: network.initialParameters(precision: .float64, stream: RandomStream(key: 2)))
      #expect(throws: RunError.self) { try evaluation.jacobians(at: [0, 0]) }
      #expect(throws: RunError.self) { try evaluation.jacobians(at: [0, 0, 1], noiseLevel: 1) }
    }
  }
}
