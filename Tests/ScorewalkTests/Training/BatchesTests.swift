import Scorewalk
import Testing

@Suite struct BatchesTests {
  static func batch(_ reader: inout BatchReader<Double>, step: Int) -> [Double] {
    let rows = reader.read(step: step)
    return (0..<rows).map { reader.batch[0, $0] }
  }

  @Test(arguments: [Batches.LastBatch.keep, .drop])
  func anEpochTakesEveryPointOnce(lastBatch: Batches.LastBatch) throws {
    let values = (0..<11).map { Double($0) }
    let set = Batches.PointSet(
      values: values, dimension: 1, batchSize: 4, lastBatch: lastBatch)
    let batches = Batches.points(set)
    let sizes = lastBatch == .keep ? [4, 4, 3] : [4, 4]
    #expect(set.batchesPerEpoch == sizes.count)
    #expect(batches.steps(epochs: 10) == 10 * sizes.count)
    var reader = BatchReader<Double>(batches, stream: RandomStream(key: 12))
    var orders: [[Double]] = []
    for epoch in 0..<20 {
      let parts = sizes.indices.map {
        Self.batch(&reader, step: epoch * sizes.count + $0 + 1)
      }
      #expect(parts.map(\.count) == sizes)
      let order = parts.flatMap { $0 }
      #expect(Set(order).count == order.count)
      #expect(Set(order).isSubset(of: values))
      orders.append(order)
    }
    #expect(Set(orders).count == 20)
    #expect(!orders.contains(Array(values.prefix(orders[0].count))))
  }

  @Test func aBatchIsAFunctionOfTheStep() throws {
    let set = Batches.PointSet(
      values: (0..<50).map { Double($0) }, dimension: 1, batchSize: 7)
    var forward = BatchReader<Double>(.points(set), stream: RandomStream(key: 1))
    let batches = (1...30).map { Self.batch(&forward, step: $0) }
    for step in [30, 1, 17, 16, 8] {
      var fresh = BatchReader<Double>(.points(set), stream: RandomStream(key: 1))
      #expect(Self.batch(&fresh, step: step) == batches[step - 1])
      #expect(Self.batch(&forward, step: step) == batches[step - 1])
    }
  }

  /// Every point is in the first batch of an epoch equally often. Chi-square with 9 degrees of
  /// freedom (a little less: without replacement): above 35 with probability below 10⁻⁴.
  @Test func shufflesAreUniform() {
    let set = Batches.PointSet(
      values: (0..<10).map { Double($0) }, dimension: 1, batchSize: 1)
    var reader = BatchReader<Double>(.points(set), stream: RandomStream(key: 3))
    var counts = [Double](repeating: 0, count: 10)
    for epoch in 0..<5000 { counts[Int(Self.batch(&reader, step: epoch * 10 + 1)[0])] += 1 }
    let chiSquare = counts.reduce(0) { $0 + ($1 - 500) * ($1 - 500) / 500 }
    #expect(chiSquare < 35)
  }

  @Test func allPointsKeepTheirOrder() {
    let values = (0..<6).map { Double($0) }
    let set = Batches.PointSet(values: values, dimension: 1, batchSize: nil)
    var reader = BatchReader<Double>(.points(set), stream: RandomStream(key: 3))
    for step in 1...3 { #expect(Self.batch(&reader, step: step) == values) }
    #expect(Batches.points(set).largestBatch == 6)
  }

  @Test func aLawGivesItsRowsAtTheStep() throws {
    let law = Law.mixture(
      try GaussianMixture(components: [.init(mean: [2], standardDeviation: 3)]))
    var reader = BatchReader<Double>(.law(law, size: 5), stream: RandomStream(key: 8))
    for step in [1, 9] {
      #expect(
        Self.batch(&reader, step: step)
          == law.sample(count: 5, stream: RandomStream(key: 8), step: UInt64(step)))
    }
    #expect(Batches.law(law, size: 5).steps(epochs: 3) == nil)
  }
}

@Suite struct ExponentialMovingAverageTests {
  /// The average over the parameters of a training, once more from its definition.
  @Test(arguments: [(false, false), (true, false), (false, true)])
  func averageIsThatOfTheDefinition(isWarmedUp: Bool, isDebiased: Bool) throws {
    var configuration = try #require(
      TrainingProcessTests.configurations().first { $0.precision == .float64 })
    let decay = 0.8
    configuration.average = ExponentialMovingAverage(
      decay: decay, isWarmedUp: isWarmedUp, isDebiased: isDebiased)
    let process = try TrainingProcessTests.begin(configuration)
    func flat(_ tensors: [NamedTensor]?) -> [Double] {
      (tensors ?? []).flatMap(\.values.doubles)
    }
    let initial = flat(process.parameters())
    #expect(flat(process.averagedParameters()) == initial)
    var average = isDebiased ? initial.map { _ in 0 } : initial
    var weight = 0.0
    for step in 1...12 {
      try process.advance()
      let d = isWarmedUp ? min(decay, Double(1 + step) / Double(10 + step)) : decay
      average = zip(average, flat(process.parameters())).map { d * $0 + (1 - d) * $1 }
      weight = d * weight + (1 - d)
      let expected = isDebiased ? average.map { $0 / weight } : average
      for (one, two) in zip(flat(process.averagedParameters()), expected) {
        #expect(abs(one - two) < 1e-13)
      }
    }
    configuration.average = nil
    #expect(try TrainingProcessTests.begin(configuration).averagedParameters() == nil)
  }
}
