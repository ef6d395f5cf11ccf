import Scorewalk
import Testing

/// What was made fast gives the bits of the plain form, which stands here.
@Suite struct MetricsOrderTests {
  private static let stream = RandomStream(key: 5)

  private static func normals(_ count: Int, step: Int = 0) -> [Double] {
    (0..<count).map { stream.normal(.evaluation, step: UInt64(step), row: $0, column: 0) }
  }

  /// Numbers with ties, both zeros, all sizes and signs; in a float32's precision where asked.
  private static func numbers(_ count: Int, single: Bool) -> [Double] {
    let nasty: [Double] = [
      0, -0.0, .leastNonzeroMagnitude, -.leastNonzeroMagnitude, 1e308, -1e308, 1, 1.0.nextUp, -1,
      1e-30, 3, 3, 0.0, -0.0,
    ]
    let values = normals(count).enumerated().map { index, value in
      switch index % 5 {
      case 0: nasty[index / 5 % nasty.count]
      case 1: (value * 4).rounded()
      case 2: value * 1e200
      default: value
      }
    }
    return single ? values.map { Double(Float($0)) }.filter(\.isFinite) : values
  }

  @Test(arguments: [0, 1, 2, 511, 512, 513, 5000, 70_000], [false, true])
  func sorting(count: Int, single: Bool) {
    let values = Self.numbers(count, single: single)
    let sorted = Sorting.sorted(values)
    // Stable: the zeros stay as they came.
    let plain = values.indices.sorted { (values[$0], $0) < (values[$1], $1) }
    #expect(sorted.map(\.bitPattern) == plain.map { values[$0].bitPattern })
    #expect(Sorting.order(values.count) { values[$0] }.map(Int.init) == plain)
  }

  /// One pair of series after the other, radix 2.
  private static func plainAutocovariance(
    _ series: [Double], chains: Int, draws: Int
  ) -> [Double] {
    var size = 1
    while size < 2 * draws { size *= 2 }
    let half = size / 2
    let cosines = (0..<half).map { Double.cos(2 * .pi * Double($0) / Double(size)) }
    let sines = (0..<half).map { -Double.sin(2 * .pi * Double($0) / Double(size)) }
    func transform(_ real: inout [Double], _ imaginary: inout [Double]) {
      var mirror = 0
      for index in 1..<size {
        var bit = size >> 1
        while mirror & bit != 0 {
          mirror ^= bit
          bit >>= 1
        }
        mirror |= bit
        if index < mirror {
          real.swapAt(index, mirror)
          imaginary.swapAt(index, mirror)
        }
      }
      var half = 1
      while half < size {
        let step = size / (2 * half)
        for start in stride(from: 0, to: size, by: 2 * half) {
          for offset in 0..<half {
            let (upper, lower) = (start + offset, start + offset + half)
            let (cosine, sine) = (cosines[offset * step], sines[offset * step])
            let x = real[lower] * cosine - imaginary[lower] * sine
            let y = real[lower] * sine + imaginary[lower] * cosine
            (real[lower], imaginary[lower]) = (real[upper] - x, imaginary[upper] - y)
            real[upper] += x
            imaginary[upper] += y
          }
        }
        half *= 2
      }
    }
    func centred(_ chain: Int) -> [Double] {
      var result = [Double](repeating: 0, count: size)
      guard chain < chains else { return result }
      let values = Array(series[chain * draws..<(chain + 1) * draws])
      guard values.contains(where: { $0 != values[0] }) else { return result }
      let mean = values.reduce(0, +) / Double(draws)
      for (index, value) in values.enumerated() { result[index] = value - mean }
      return result
    }
    var power = [Double](repeating: 0, count: size)
    for chain in stride(from: 0, to: chains, by: 2) {
      var (real, imaginary) = (centred(chain), centred(chain + 1))
      transform(&real, &imaginary)
      for index in 0..<size {
        power[index] += real[index] * real[index] + imaginary[index] * imaginary[index]
      }
    }
    var imaginary = [Double](repeating: 0, count: size)
    transform(&power, &imaginary)
    let scale = 1 / (Double(size) * Double(draws) * Double(chains))
    return (0..<draws).map { power[$0] * scale }
  }

  @Test(arguments: [1, 2, 3, 4, 5, 6, 15, 16, 17, 32, 33, 40], [4, 5, 63, 64, 65, 200])
  func autocovariance(chains: Int, draws: Int) {
    var series = Self.normals(chains * draws)
    // A chain that stands still.
    if chains > 2 { for index in 0..<draws { series[draws + index] = 0.1 } }
    let fast = FourierTransform.meanAutocovariance(
      ChainSeries(series, chains: chains, draws: draws))
    let plain = Self.plainAutocovariance(series, chains: chains, draws: draws)
    #expect(fast.map(\.bitPattern) == plain.map(\.bitPattern))
  }

  /// The definitions, with every array written out.
  private static func plainRanks(_ values: [Double], chains: Int, draws: Int)
    -> (rHat: Double, bulk: Double, tail: Double)
  {
    func scores(_ values: [Double]) -> [Double] {
      let order = values.indices.sorted { values[$0] < values[$1] }
      var scores = [Double](repeating: 0, count: values.count)
      var start = 0
      while start < order.count {
        let end = order[start...].firstIndex { values[$0] != values[order[start]] } ?? order.count
        let rank = 0.5 * Double(start + 1 + end)
        let score = Double.normalQuantile((rank - 0.375) / (Double(values.count) + 0.25))
        for index in start..<end { scores[order[index]] = score }
        start = end
      }
      return scores
    }
    let half = draws / 2
    let halves = (0..<chains).flatMap { chain in
      let chain = values[chain * draws..<(chain + 1) * draws]
      return Array(chain.prefix(half) + chain.suffix(half))
    }
    let normal = scores(halves)
    let median = RankDiagnostics.quantile(0.5, ofSorted: halves.sorted())
    let folded = scores(halves.map { abs($0 - median) })
    let sizes = [0.05, 0.95].map { probability in
      let cut = RankDiagnostics.quantile(probability, ofSorted: values.sorted())
      return ChainDiagnostics.effectiveSampleSize(
        ChainSeries(values.map { $0 <= cut ? 1 : 0 }, chains: chains, draws: draws),
        splitsChains: true)
    }
    func series(_ values: [Double]) -> ChainSeries {
      ChainSeries(values, chains: 2 * chains, draws: half)
    }
    return (
      max(RankDiagnostics.rHat(series(normal)), RankDiagnostics.rHat(series(folded))),
      ChainDiagnostics.effectiveSampleSize(series(normal), splitsChains: false),
      min(sizes[0], sizes[1])
    )
  }

  @Test(arguments: [1, 2, 7, 20], [40, 41, 300])
  func ranks(chains: Int, draws: Int) {
    // Ties among them.
    let values = Self.normals(chains * draws).map { ($0 * 8).rounded() / 8 }
    let samples = SampleSet(values: values, chains: chains, draws: draws, dimension: 1)
    let fast = RankDiagnostics(samples)
    let plain = Self.plainRanks(values, chains: chains, draws: draws)
    #expect(fast.rHat.bitPattern == plain.rHat.bitPattern)
    #expect(fast.bulkEffectiveSampleSize.bitPattern == plain.bulk.bitPattern)
    #expect(fast.tailEffectiveSampleSize.bitPattern == plain.tail.bitPattern)
  }

  @Test func partsOfSamples() throws {
    let line = try GaussianMixture(
      components: [-2.0, 0, 2].map {
        GaussianMixture.Component(mean: [$0], standardDeviation: 0.4)
      })
    let plane = try GaussianMixture(
      components: [-2.0, 2].map {
        GaussianMixture.Component(mean: [$0, 1], standardDeviation: 0.4)
      })
    let laws: [Law] = [
      .mixture(line), .mixture(plane), .categorical(try Categorical(values: [[0], [1], [3]])),
    ]
    for law in laws {
      let partition = ModePartition(law: law)
      let cuts = partition.cuts ?? []
      let samples = SampleSet(
        rows: Self.normals(600).map { 2 * $0 } + cuts + cuts, dimension: law.dimension)
      let parts = partition.parts(of: samples)
      #expect(
        parts.map(Int.init) == (0..<samples.count).map { partition.part(of: samples.row($0)) })
    }
  }

  /// Repeats on several threads are the same repeats.
  @Test func floorsOnThreads() throws {
    let law = Law.mixture(
      try GaussianMixture(components: [.init(mean: [0], standardDeviation: 1)]))
    func floor(_ pool: WorkerPool) -> Floor {
      Floor.measured(law: law, 1000, .law, Self.stream, pool: pool) { rows, _ in
        EmpiricalDistribution(rows.values).kolmogorovSmirnov(against: law)
      }
    }
    #expect(floor(.serial) == floor(WorkerPool(threads: 3)))
  }
}
