import Scorewalk
import Testing

@Suite struct DenoiseTests {
  static let signs: Law? = (try? Categorical(values: [[-1], [1]])).map { .categorical($0) }

  /// Oracle 29: for atoms at ±1 the posterior mean is tanh(y/σ²).
  @Test func exactScoreOfSmoothedAtomsGivesThePosteriorMean() throws {
    let law = try #require(Self.signs)
    let denoise = try Denoise(using: .law(law.smoothed(noiseLevel: 0.5)), noiseLevel: 0.5)
    let noisy = stride(from: -3.0, through: 3, by: 0.01).map { $0 }
    let clean = try denoise(.float64(noisy)).doubles
    #expect(clean.count == noisy.count)
    for (y, x) in zip(noisy, clean) { #expect(abs(x - Double.tanh(4 * y)) < 1e-12) }
  }

  /// Jumping from exact draws of the noisy law of atoms {0, 1}: the fraction that lands nearer to 1
  /// when the atoms are taken for the law of ±1 (METHODS 3.1: 0.42135 against 0.5).
  @Test func exactDrawsJumpToTheModesInTheRightProportions() throws {
    let noisy = try #require(Self.signs).smoothed(noiseLevel: 0.5)
    let draws = TensorValues.float64(
      Law.mixture(noisy).sample(count: 40_000, stream: RandomStream(key: 5)))
    let bits = Law.categorical(try Categorical(values: [[0], [1]]))
    let faithful = try Denoise(using: .law(bits.smoothed(noiseLevel: 0.5)), noiseLevel: 0.5)
    let corrected = try Denoise(using: .law(noisy), noiseLevel: 0.5)
    func fraction(_ values: [Double], above cut: Double) -> Double {
      Double(values.count { $0 > cut }) / Double(values.count)
    }
    // Six standard errors of 0.0025.
    #expect(abs(fraction(try faithful(draws).doubles, above: 0.5) - 0.42135) < 0.015)
    #expect(abs(fraction(try corrected(draws).doubles, above: 0) - 0.5) < 0.015)
  }

  @Test(arguments: NetworkOutput.allCases, Precision.allCases)
  func networksDenoiseByTheirFormula(output: NetworkOutput, precision: Precision) throws {
    let network = Network(dimension: 2, hidden: [6], activation: .silu, output: output)
    let parameters = network.initialParameters(precision: precision, stream: RandomStream(key: 4))
    let flat = parameters.flatMap(\.values.doubles)
    let reference = ReferenceNetwork(network)
    let noisy = (0..<1402).map { Double(($0 * 37) % 101) / 32 - 1.5 }
    let values: TensorValues =
      precision == .float64 ? .float64(noisy) : .float32(noisy.map { Float($0) })
    let denoise = try Denoise(using: .network(network, parameters: parameters), noiseLevel: 0.5)
    let clean = try denoise(values)
    #expect(clean.precision == precision)
    let evaluation = try NetworkEvaluation(network, parameters: parameters)
    let scores = try evaluation.scores(at: noisy, noiseLevel: 0.5)
    #expect(try evaluation.denoised(at: noisy, noiseLevel: 0.5) == clean.doubles)
    let tolerance = precision == .float64 ? 1e-12 : 1e-5
    for row in 0..<701 {
      let y = Array(noisy[(2 * row)..<(2 * row + 2)])
      let expected: [Double] =
        switch output {
        case .energy: zip(y, reference.energyScore(flat, at: y)).map { $0 + 0.25 * $1 }
        case .score: zip(y, reference.output(flat, at: y)).map { $0 + 0.25 * $1 }
        case .denoiser: reference.output(flat, at: y)
        case .noise: zip(y, reference.output(flat, at: y)).map { $0 - 0.5 * $1 }
        }
      for j in 0..<2 {
        #expect(abs(clean.doubles[2 * row + j] - expected[j]) < tolerance)
        #expect(abs(scores[2 * row + j] - (expected[j] - y[j]) / 0.25) < 8 * tolerance)
      }
    }
    // How the points are divided, and among how many threads, changes no bit.
    let threaded = try denoise(values, pool: WorkerPool(threads: 2))
    #expect(threaded.hasSameBits(as: clean))
    let first = try evaluation.denoised(at: Array(noisy.prefix(6)), noiseLevel: 0.5)
    #expect(first == Array(clean.doubles.prefix(6)))
  }

  @Test func energiesAreTheNetworksOutput() throws {
    let network = Network(dimension: 1, hidden: [10, 10], activation: .softplus, output: .energy)
    let parameters = network.initialParameters(precision: .float64, stream: RandomStream(key: 4))
    let flat = parameters.flatMap(\.values.doubles)
    let grid = (0..<1000).map { -5 + Double($0) / 100 }
    let energies = try NetworkEvaluation(network, parameters: parameters).energies(at: grid)
    let reference = ReferenceNetwork(network)
    #expect(energies.count == 1000)
    for (y, energy) in zip(grid, energies) {
      #expect(abs(energy - reference.output(flat, at: [y])[0]) < 1e-13)
    }
    #expect(try NetworkEvaluation(network, parameters: parameters).energies(at: []) == [])
  }

  @Test func whatHasNoMeaningIsRefused() throws {
    let network = Network(dimension: 2, hidden: [2], activation: .tanh, output: .score)
    let parameters = network.initialParameters(precision: .float32, stream: RandomStream(key: 0))
    let target = ChainTarget.network(network, parameters: parameters)
    #expect(throws: RunError.self) { try Denoise(using: target, noiseLevel: 0) }
    let denoise = try Denoise(using: target, noiseLevel: 1)
    #expect(throws: RunError.self) { try denoise(.float32([1, 2, 3])) }
    // The parameters are single precision.
    #expect(throws: RunError.self) { try denoise(.float64([1, 2])) }
    #expect(throws: RunError.self) {
      try NetworkEvaluation(network, parameters: parameters).energies(at: [0, 0])
    }
    #expect(throws: RunError.self) {
      try NetworkEvaluation(network, parameters: Array(parameters.dropLast()))
    }
    let infinite = try #require(throws: RunError.self) {
      try denoise(.float32([0, 0, 0, .infinity]))
    }
    #expect(infinite.code == .diverged)
    #expect(infinite.chain == 1)
  }
}
