import Scorewalk
import Testing

/// The trainings of the walk-jump notebook, shortened where that suffices. Outcomes of one fixed
/// seed; the bounds leave room for any other.
@Suite struct SeedTrainingTests {
  static let score = Network(
    dimension: 1, hidden: [10, 10], activation: .softplus, output: .score)

  static func train(
    values: [[Double]], _ objective: DenoisingScoreMatching, steps: Int
  ) throws -> (evaluation: NetworkEvaluation, tail: Double) {
    let configuration = TrainingConfiguration(
      network: score, objective: objective, optimizer: Adam(learningRate: 2e-3),
      batches: .law(.categorical(try Categorical(values: values)), size: 32),
      stream: RandomStream(key: 1), precision: .float64)
    let process = try TrainingProcess(
      configuration,
      initial: score.initialParameters(precision: .float64, stream: RandomStream(key: 2)))
    var tail = 0.0
    for step in 1...steps {
      let loss = try process.advance().loss
      if step > steps - 1000 { tail += loss / 1000 }
    }
    return (try NetworkEvaluation(score, parameters: process.parameters()), tail)
  }

  /// Squares, atoms ±1: the posterior mean tanh(4 y), and the least mean square error 0.0686.
  @Test func squaresFindThePosteriorMean() throws {
    let (evaluation, tail) = try Self.train(
      values: [[-1], [1]], DenoisingScoreMatching(noiseLevel: 0.5, draws: 10), steps: 6000)
    let grid = stride(from: -2.0, through: 2, by: 0.05).map { $0 }
    let clean = try evaluation.denoised(at: grid, noiseLevel: 0.5)
    let error = zip(grid, clean).reduce(0) { worst, pair in
      max(worst, abs(pair.1 - Double.tanh(4 * pair.0)))
    }
    #expect(error < 0.15)
    #expect(abs(tail - 0.0686) < 0.004)
  }

  /// The notebook's quirks, atoms {0, 1} and the norm not squared: the posterior median, a step at
  /// 1/2, and a loss between those of the median, Φ(−1) = 0.1587, and of the mean, 0.2248.
  @Test func normsFindThePosteriorMedian() throws {
    let (evaluation, tail) = try Self.train(
      values: [[0], [1]],
      DenoisingScoreMatching(noiseLevel: 0.5, draws: 10, sharedOver: [.rows], loss: .norm),
      steps: 6000)
    let clean = try evaluation.denoised(at: [-0.5, 0, 1, 1.5], noiseLevel: 0.5)
    // The posterior mean is 0.119 at 0 and 0.881 at 1.
    #expect(abs(clean[0]) < 0.05 && abs(clean[1]) < 0.05)
    #expect(abs(clean[2] - 1) < 0.05 && abs(clean[3] - 1) < 0.05)
    #expect(tail > 0.15 && tail < 0.205)
  }
}
