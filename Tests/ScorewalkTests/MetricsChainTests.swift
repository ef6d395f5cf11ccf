import Scorewalk
import Testing

@Suite struct MetricsChainTests {
  @Test func effectiveSampleSizesAreArviZs() throws {
    for entry in try MetricsFixture.read().chains {
      let samples = SampleSet(
        values: entry.values, chains: entry.chains, draws: entry.draws, dimension: 1)
      let whole = ChainDiagnostics(samples, splitsChains: false)
      let split = ChainDiagnostics(samples)
      #expect(close(whole.effectiveSampleSize, entry.identity, 1e-10 * entry.identity))
      #expect(close(split.effectiveSampleSize, entry.mean, 1e-10 * entry.mean))
      #expect(close(split.standardError, entry.mcse, 1e-10 * entry.mcse))
      let count = Double(entry.chains * entry.draws)
      #expect(close(split.autocorrelationTime, count / entry.mean, 1e-9))
    }
  }

  /// Autoregressions of φ = 1 - δ/s²: the time is (1 + φ) / (1 - φ) (METHODS 8, no. 3). Its
  /// estimate has a relative standard deviation of about 5 % here; 20 % is four of them, 6e-5.
  @Test func autoregressionTime() {
    let stream = RandomStream(key: 7)
    let (chains, draws) = (8, 10_000)
    for phi in [0.9, 0.5, 0.0, -0.5] {
      let noise = Matrix<Double>(features: chains, rows: draws)
      stream.normals(
        .evaluation, step: UInt64(bitPattern: Int64(100 * (phi + 1))), rows: 0..<draws,
        columns: 0..<chains, into: noise)
      var values: [Double] = []
      for chain in 0..<chains {
        var x = noise[chain, 0] / (1 - phi * phi).squareRoot()
        for draw in 0..<draws {
          if draw > 0 { x = phi * x + noise[chain, draw] }
          values.append(x)
        }
      }
      let samples = SampleSet(values: values, chains: chains, draws: draws, dimension: 1)
      let time = ChainDiagnostics(samples).autocorrelationTime
      let expected = (1 + phi) / (1 - phi)
      #expect(abs(time - expected) < 0.2 * expected)
    }
  }

  @Test func invariants() throws {
    let entry = try MetricsFixture.read().chains[0]
    let (chains, draws) = (entry.chains, entry.draws)
    func size(_ values: [Double]) -> Double {
      ChainDiagnostics(SampleSet(values: values, chains: chains, draws: draws, dimension: 1))
        .effectiveSampleSize
    }
    let expected = entry.mean
    #expect(close(size(entry.values.map { 3 - 40 * $0 }), expected, 1e-9 * expected))
    // The order of the chains does not matter; the order of draws does.
    let turned = Array(entry.values.suffix(draws) + entry.values.prefix((chains - 1) * draws))
    #expect(close(size(turned), expected, 1e-9 * expected))
    #expect(!close(size(entry.values.sorted()), expected, 0.1 * expected))
    // Coordinates are read from their places.
    let pairs = entry.values.flatMap { [1e3 * $0 * $0, $0] }
    let plane = SampleSet(values: pairs, chains: chains, draws: draws, dimension: 2)
    #expect(ChainDiagnostics(plane, coordinate: 1).effectiveSampleSize == size(entry.values))
    #expect(plane.row(3) == [pairs[6], pairs[7]])
  }

  @Test func nothingToSayOfConstantShortOrBrokenChains() {
    func size(_ values: [Double], chains: Int) -> Double {
      ChainDiagnostics(
        SampleSet(
          values: values, chains: chains, draws: values.count / chains, dimension: 1)
      ).effectiveSampleSize
    }
    #expect(size([Double](repeating: 0.1, count: 300), chains: 3).isNaN)
    #expect(size([1, 2, 3], chains: 1).isNaN)
    #expect(size([1, 2, .nan, 3, 2, 1], chains: 1).isNaN)
    // Chains stuck at different places are worth about one draw each at most.
    let stuck = [Double](repeating: 0.1, count: 100) + [Double](repeating: 0.7, count: 100)
    #expect(size(stuck, chains: 2) < 4)
  }

  @Test func autocovarianceIsTheDirectSum() throws {
    let entry = try MetricsFixture.read().chains[1]
    let (chains, draws) = (entry.chains, entry.draws)
    let fast = FourierTransform.meanAutocovariance(
      ChainSeries(entry.values, chains: chains, draws: draws))
    for lag in 0..<draws {
      var sum = 0.0
      for chain in 0..<chains {
        let values = Array(entry.values[chain * draws..<(chain + 1) * draws])
        let mean = values.reduce(0, +) / Double(draws)
        for index in 0..<(draws - lag) {
          sum += (values[index] - mean) * (values[index + lag] - mean)
        }
      }
      #expect(close(fast[lag], sum / Double(draws * chains), 1e-14 * fast[0] * 100))
    }
  }
}
