import Scorewalk
import Testing

@Suite struct ImplicitScoreMatchingTests {
  /// tr(∂s/∂x) + ½|s|² at one point, from directional derivatives of the reference.
  static func referenceLoss(
    _ network: Network, _ parameters: [Double], at point: [Double]
  ) -> Double {
    let reference = ReferenceNetwork(network)
    let trace = point.indices.reduce(0.0) { sum, axis in
      let direction = point.indices.map { $0 == axis ? 1.0 : 0.0 }
      return sum + reference.evaluate(parameters, at: point, along: direction).derivatives[axis]
    }
    return reference.output(parameters, at: point).reduce(trace) { $0 + 0.5 * $1 * $1 }
  }

  /// Points of order one.
  static func points(_ rows: Int, dimension: Int) -> [[Double]] {
    let stream = RandomStream(key: 17)
    return (0..<rows).map { row in
      (0..<dimension).map { stream.normal(.dataNoise, step: 1, row: row, column: $0) }
    }
  }

  private func check(
    _ objective: ImplicitScoreMatching, _ network: Network, data: [[Double]], key: UInt64,
    largestBatch: Int? = nil
  ) throws {
    let parameters = try network.testParameters(key: key)
    let harness = try EvaluatorHarness(
      objective, network: network, data: data, stream: RandomStream(key: 0),
      largestBatch: largestBatch)
    let (loss, gradient) = try harness.evaluate(parameters, step: 3)
    let expected = { (parameters: [Double]) -> Double in
      let sum = data.reduce(0) { $0 + Self.referenceLoss(network, parameters, at: $1) }
      return objective.reduction == .mean ? sum / Double(data.count) : sum
    }
    #expect(abs(loss - expected(parameters)) <= 1e-12 * Double(data.count) * max(1, abs(loss)))
    let slopes = centralDifferences(of: expected, at: parameters)
    let scale = slopes.map(abs).max() ?? 0
    for index in slopes.indices {
      #expect(
        abs(gradient[index] - slopes[index]) <= 1e-6 * scale,
        "\(network) parameter \(index): \(gradient[index]) \(slopes[index])")
    }
  }

  @Test(arguments: [1, 2, 3], [Activation.softplus, .silu, .tanh])
  func lossAndGradientAreThoseOfTheFormula(dimension: Int, activation: Activation) throws {
    for hidden in [[4, 3], [5], []] {
      let network = Network(
        dimension: dimension, hidden: hidden, activation: activation, output: .score)
      try check(
        ImplicitScoreMatching(), network, data: Self.points(5, dimension: dimension), key: 8,
        largestBatch: 9)
    }
  }

  /// Whole blocks and a part of one, in a batch that may be larger still.
  @Test(arguments: LossReduction.allCases, [1, 127, 128, 129, 300])
  func blocksAddUp(reduction: LossReduction, rows: Int) throws {
    let network = Network(dimension: 2, hidden: [3], activation: .silu, output: .score)
    try check(
      ImplicitScoreMatching(reduction: reduction), network,
      data: Self.points(rows, dimension: 2), key: 4, largestBatch: 400)
  }

  /// A ReLU network in one dimension, s(x) = Σ v relu(w x + b) + c, has a closed form
  /// (METHODS 1.2). Each unit is active on a half-line, so that sums over sorted points give it: the
  /// size of the notebook, 15,000 points and 1,024 units, in no time.
  @Test func reluHasItsClosedForm() throws {
    let (rows, units) = (15_000, 1024)
    let network = Network(dimension: 1, hidden: [units], activation: .relu, output: .score)
    let stream = RandomStream(key: 23)
    let parameters = (0..<network.mlp.parameterCount).map {
      0.1 * stream.normal(.evaluation, step: 0, row: $0, column: 0)
    }
    let points = (0..<rows).map { 5 * stream.normal(.dataNoise, step: 1, row: $0, column: 0) }
    let (loss, gradient) = try EvaluatorHarness(
      ImplicitScoreMatching(), network: network, data: points.map { [$0] }, stream: stream,
      pool: WorkerPool(threads: 2)
    ).evaluate(parameters, step: 1)

    let sorted = points.sorted()
    /// The points at which a unit is active.
    let active = (0..<units).map { unit -> Range<Int> in
      let (w, b) = (parameters[unit], parameters[units + unit])
      // w x + b rises with w, so that a bisection finds where it crosses 0.
      var (low, high) = (0, rows)
      while low < high {
        let middle = (low + high) / 2
        if (w * sorted[middle] + b > 0) == (w > 0) { high = middle } else { low = middle + 1 }
      }
      return w > 0 ? low..<rows : 0..<low
    }
    // s is a sum of lines that begin and end where units do.
    var (slopes, offsets) = (
      [Double](repeating: 0, count: rows + 1), [Double](repeating: 0, count: rows + 1)
    )
    for unit in 0..<units {
      let (w, b, v) = (parameters[unit], parameters[units + unit], parameters[2 * units + unit])
      slopes[active[unit].lowerBound] += v * w
      slopes[active[unit].upperBound] -= v * w
      offsets[active[unit].lowerBound] += v * b
      offsets[active[unit].upperBound] -= v * b
    }
    var (slope, offset) = (0.0, parameters[3 * units])
    var (sums, moments) = ([0.0], [0.0])
    var expected = 0.0
    for (row, x) in sorted.enumerated() {
      slope += slopes[row]
      offset += offsets[row]
      let s = slope * x + offset
      expected += (slope + 0.5 * s * s) / Double(rows)
      sums.append(sums[row] + s)
      moments.append(moments[row] + s * x)
    }
    #expect(abs(loss - expected) < 1e-10 * max(1, abs(expected)))
    var closed = [Double](repeating: 0, count: network.mlp.parameterCount)
    for unit in 0..<units {
      let (w, b, v) = (parameters[unit], parameters[units + unit], parameters[2 * units + unit])
      let range = active[unit]
      let count = Double(range.count)
      let sum = sums[range.upperBound] - sums[range.lowerBound]
      let moment = moments[range.upperBound] - moments[range.lowerBound]
      closed[unit] = v * (count + moment) / Double(rows)
      closed[units + unit] = v * sum / Double(rows)
      closed[2 * units + unit] = (w * count + w * moment + b * sum) / Double(rows)
    }
    closed[3 * units] = sums[rows] / Double(rows)
    let scale = closed.map(abs).max() ?? 0
    #expect(scale > 0.1)
    for index in closed.indices {
      #expect(abs(gradient[index] - closed[index]) < 1e-10 * scale, "parameter \(index)")
    }
  }

  /// METHODS' oracle 26: at the score of N(0, σ²) the loss is −d/(2σ²) in expectation, and the
  /// gradient is 0.
  @Test func theFloorIsMinusHalfTheFisherInformation() throws {
    let (dimension, deviation, rows) = (2, 1.5, 100_000)
    let network = Network(
      dimension: dimension, hidden: [], activation: .softplus, output: .score)
    let data = Self.points(rows, dimension: dimension).map { $0.map { deviation * $0 } }
    let square = deviation * deviation
    let (loss, gradient) = try EvaluatorHarness(
      ImplicitScoreMatching(), network: network, data: data, stream: RandomStream(key: 0)
    ).evaluate([-1 / square, 0, 0, -1 / square, 0, 0], step: 1)
    // The loss of a row is (χ²/2 − d)/σ² with variance d/(2σ⁴); an entry of the gradient has a
    // variance of at most 2. Six standard errors: each fails by chance less than once in 10⁸.
    let error = (Double(dimension) / 2).squareRoot() / square / Double(rows).squareRoot()
    #expect(abs(loss + Double(dimension) / (2 * square)) < 6 * error)
    for slope in gradient { #expect(abs(slope) < 6 * (2 / Double(rows)).squareRoot()) }
  }

  @Test func threadsChangeNoBitInFloat32() throws { try checkThreads(Float.self) }
  @Test func threadsChangeNoBitInFloat64() throws { try checkThreads(Double.self) }

  /// Blocks that are dealt to threads, and a single block whose network is.
  private func checkThreads<S: Real>(_: S.Type) throws {
    let network = Network(dimension: 2, hidden: [64, 48], activation: .softplus, output: .score)
    let parameters = try network.testParameters(key: 3).map { S($0) }
    let objectives: [any Objective] = [
      ImplicitScoreMatching(), SlicedScoreMatching(distribution: .gaussian),
      SlicedScoreMatching(projections: 2, reducesVariance: false),
    ]
    for rows in [100, 1500] {
      let batch = Matrix<S>(features: 2, rows: rows)
      for (row, point) in Self.points(rows, dimension: 2).enumerated() {
        batch[0, row] = S(point[0])
        batch[1, row] = S(point[1])
      }
      for objective in objectives {
        let results = try (1...3).map { threads -> (loss: Double, gradient: [S]) in
          let evaluator: any ObjectiveEvaluator<S> = objective.makeEvaluator(
            network: network, batchSize: rows, stream: RandomStream(key: 1),
            pool: WorkerPool(threads: threads))
          var gradient = [S](repeating: .nan, count: parameters.count)
          let loss = try parameters.withUnsafeBufferPointer { parameters in
            try gradient.withUnsafeMutableBufferPointer { gradient in
              try evaluator.evaluate(
                parameters: #require(parameters.baseAddress), batch: batch, rows: rows, step: 5,
                gradient: gradient.baseAddress)
            }
          }
          return (loss, gradient)
        }
        for other in results.dropFirst() {
          #expect(other.loss == results[0].loss)
          #expect(other.gradient == results[0].gradient, "\(objective), \(rows) rows")
        }
        #expect(results[0].gradient.allSatisfy { $0.isFinite })
      }
    }
  }

  @Test func aScoreIsNeeded() throws {
    for output in NetworkOutput.allCases where output != .score {
      let network = Network(dimension: 2, hidden: [2], activation: .tanh, output: output)
      for objective: any Objective in [ImplicitScoreMatching(), SlicedScoreMatching()] {
        let error = try #require(throws: RunError.self) { try objective.validate(for: network) }
        #expect(error.code == .invalidConfiguration)
        #expect(error.hint?.contains("score") == true)
      }
    }
  }
}
