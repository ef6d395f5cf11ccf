import Scorewalk
import Testing

/// Bits of a network's operations do not depend on threads, instruction sets or the batch's cut.
@Suite struct NetworksDeterminismTests {
  @Test(arguments: Activation.allCases) func threadsInFloat64(_ activation: Activation) {
    checkThreads(Double.self, activation)
  }

  @Test(arguments: Activation.allCases) func threadsInFloat32(_ activation: Activation) {
    checkThreads(Float.self, activation)
  }

  func checkThreads<S: Real>(_: S.Type, _ activation: Activation) {
    let network = MLP(widths: [3, 64, 48, 2], activation: activation)
    let rows = 260  // times 3,474 parameters: dealt to threads
    let reference = NetworkBatch<S>(network, rows).results(.plain, WorkerPool(threads: 1))
    for selection in KernelSelection.allCases where selection.isAvailable {
      for threads in 1...3 {
        let pool = WorkerPool(threads: threads)
        let results = NetworkBatch<S>(network, rows).results(selection, pool)
        for (name, values) in results {
          let expected = reference.first { $0.0 == name }?.1 ?? []
          #expect(sameBits(values, expected), "\(name), \(selection), \(threads) threads")
        }
      }
    }
  }

  /// Few rows of layers that fill vectors in every way, whole and in part; no hidden layer at all.
  @Test(arguments: [[3, 40, 50, 2], [20, 33, 1], [2, 48, 16, 31, 3], [3, 2]], [1, 2, 5, 8])
  func fewRows(widths: [Int], rows: Int) {
    for activation in Activation.allCases {
      let batch = NetworkBatch<Float>(MLP(widths: widths, activation: activation), rows)
      let reference = batch.results(.plain, .serial)
      for selection in KernelSelection.allCases where selection.isAvailable {
        for ((name, values), expected) in zip(batch.results(selection, .serial), reference) {
          #expect(sameBits(values, expected.1), "\(name), \(selection), \(rows) rows of \(widths)")
        }
      }
    }
  }

  /// Narrow networks, of which threads take whole chunks of rows, in memory for more rows.
  @Test(arguments: [17, 20, 44, 100, 128, 129, 200, 256, 300, 500])
  func narrowNetworks(rows: Int) {
    let batch = NetworkBatch<Double>(MLP(widths: [2, 24, 24, 2], activation: .softplus), rows)
    let reference = batch.results(.selected, .serial)
    for threads in [2, 3, 64] {
      let results = batch.results(.selected, WorkerPool(threads: threads), maximumRows: 500)
      for ((name, values), expected) in zip(results, reference) {
        #expect(sameBits(values, expected.1), "\(name), \(rows) rows, \(threads) threads")
      }
    }
  }

  /// Residual networks: wide and narrow, of which threads take rows, chunks or features.
  @Test(arguments: [
    ([2, 24, 24, 24, 2], 300), ([3, 64, 64, 64, 2], 260), ([2, 810, 810, 810, 2], 8),
    ([2, 24, 24, 2], 1),
  ])
  func residualNetworks(widths: [Int], rows: Int) {
    let network = MLP(widths: widths, activation: .silu, isResidual: true)
    let reference = NetworkBatch<Float>(network, rows).results(.plain, .serial)
    for selection in KernelSelection.allCases where selection.isAvailable {
      for threads in 1...3 {
        let results = NetworkBatch<Float>(network, rows).results(
          selection, WorkerPool(threads: threads), maximumRows: rows + 30)
        for ((name, values), expected) in zip(results, reference) {
          #expect(sameBits(values, expected.1), "\(name), \(selection), \(threads) threads")
        }
      }
    }
  }

  /// Rows of a residual network are each for itself.
  @Test func residualRowsAtOnceOrSplit() {
    let network = MLP(widths: [2, 10, 10, 10, 3], activation: .softplus, isResidual: true)
    let batch = NetworkBatch<Double>(network, 37)
    let whole = batch.results(.selected, .serial)
    for size in [1, 2, 8, 16] {
      for index in [0, 2, 3, 4, 6] {
        var values: [[Double]] = []
        for first in stride(from: 0, to: 37, by: size) {
          let part = batch.cut(first..<min(first + size, 37))
          values += part.byRow(part.results(.selected, .serial)[index].1)
        }
        #expect(values == batch.byRow(whole[index].1), "\(whole[index].0), \(size) at a time")
      }
    }
  }

  /// Few rows of wide layers: threads take features. Wide inputs of the last layer, and weights beyond the second
  /// cache: groups of tiles.
  @Test(arguments: [5, 8, 40]) func wideLayers(rows: Int) {
    let network = MLP(widths: [2, 810, 806, 2], activation: .tanh)
    let reference = NetworkBatch<Float>(network, rows).results(.selected, .serial)
    for threads in 2...3 {
      let results = NetworkBatch<Float>(network, rows).results(
        .selected, WorkerPool(threads: threads))
      for ((name, values), expected) in zip(results, reference) {
        #expect(sameBits(values, expected.1), "\(name), \(rows) rows, \(threads) threads")
      }
    }
  }

  /// A network that has kernels of its own gives the bits of one row at a time, which has none.
  @Test(arguments: [1, 2], [8, 50, 128, 300])
  func shallowNetworks(features: Int, rows: Int) {
    let network = MLP(widths: [features, 64, features], activation: .relu)
    let batch = NetworkBatch<Float>(network, rows)
    let whole = batch.results(.selected, WorkerPool(threads: 2))
    let alone = (0..<rows).map { batch.cut($0..<($0 + 1)).results(.selected, .serial) }
    for (index, (name, values)) in whole.enumerated() where !name.hasSuffix("parameters") {
      let rowsAlone = alone.enumerated().map { row, results in results[index].1 }
      #expect(rowsAlone == batch.byRow(values), "\(name)")
    }
  }

  @Test func rowsAtOnceOrSplitInFloat64() { checkSplits(Double.self) }
  @Test func rowsAtOnceOrSplitInFloat32() { checkSplits(Float.self) }

  func checkSplits<S: Real>(_: S.Type) {
    for activation in Activation.allCases {
      let network = MLP(widths: [2, 10, 7, 3], activation: activation)
      let rows = 37
      let batch = NetworkBatch<S>(network, rows)
      let whole = batch.results(.selected, .serial)
      for size in [1, 2, 5, 8, 16] {
        var (outputs, gradients) = ([[S]](), [[S]]())
        for first in stride(from: 0, to: rows, by: size) {
          let part = batch.cut(first..<min(first + size, rows))
          let results = part.results(.selected, .serial)
          outputs.append(contentsOf: part.byRow(results[0].1))
          gradients.append(contentsOf: part.byRow(results[2].1))
        }
        #expect(outputs == batch.byRow(whole[0].1), "outputs, \(size) rows at a time")
        #expect(gradients == batch.byRow(whole[2].1), "input gradients, \(size) rows at a time")
      }
    }
  }

  @Test func chunksAddUp() {
    let network = MLP(widths: [2, 10, 3], activation: .softplus)
    let batch = NetworkBatch<Double>(network, 300)
    let whole = batch.results(.selected, .serial)[1].1
    var gradient = [Double](repeating: 0, count: network.parameterCount)
    for rows in [0..<128, 128..<256, 256..<300] {
      batch.cut(rows).addGradient(to: &gradient)
    }
    #expect(sameBits(gradient, whole))
  }

  @Test func workspaceMayBeLargerThanTheBatch() {
    let network = MLP(widths: [2, 10, 3], activation: .silu)
    let batch = NetworkBatch<Float>(network, 11)
    let small = batch.results(.selected, .serial)
    let large = batch.results(.selected, .serial, maximumRows: 500)
    for (a, b) in zip(small, large) { #expect(sameBits(a.1, b.1), "\(a.0)") }
  }

  @Test func poolRunsEveryPartOnce() {
    for threads in 1...4 {
      let pool = WorkerPool(threads: threads)
      for parts in [0, 1, 2, 3, 7, 50] {
        let counts = UnsafeMutablePointer<Int>.allocate(capacity: 50)
        counts.initialize(repeating: 0, count: 50)
        defer { counts.deallocate() }
        for _ in 0..<20 { pool.run(parts: parts) { counts[$0] += 1 } }
        #expect((0..<50).allSatisfy { counts[$0] == ($0 < parts ? 20 : 0) })
      }
    }
  }
}

/// A batch with everything the four operations take.
struct NetworkBatch<S: Real> {
  let network: MLP
  let rows: Int
  let parameters: [S]
  let inputs: Matrix<S>
  let tangents: Matrix<S>
  let cotangents: Matrix<S>
  let tangentCotangents: Matrix<S>

  init(_ network: MLP, _ rows: Int) {
    self.network = network
    self.rows = rows
    var numbers = TestNumbers(seed: 11)
    parameters = numbers.numbers(network.parameterCount, scale: 0.5)
    inputs = numbers.matrix(network.inputCount, rows, scale: 3)
    tangents = numbers.matrix(network.inputCount, rows)
    cotangents = numbers.matrix(network.outputCount, rows)
    tangentCotangents = numbers.matrix(network.outputCount, rows)
  }

  private init(cutting other: NetworkBatch, _ rows: Range<Int>) {
    network = other.network
    self.rows = rows.count
    parameters = other.parameters
    func cut(_ matrix: Matrix<S>) -> Matrix<S> {
      let result = Matrix<S>(features: matrix.features, rows: rows.count)
      for feature in 0..<matrix.features {
        for row in rows { result[feature, row - rows.lowerBound] = matrix[feature, row] }
      }
      return result
    }
    inputs = cut(other.inputs)
    tangents = cut(other.tangents)
    cotangents = cut(other.cotangents)
    tangentCotangents = cut(other.tangentCotangents)
  }

  func cut(_ rows: Range<Int>) -> NetworkBatch { NetworkBatch(cutting: self, rows) }

  /// Splits the elements of a matrix of this batch by rows.
  func byRow(_ values: [S]) -> [[S]] {
    (0..<rows).map { row in stride(from: row, to: values.count, by: rows).map { values[$0] } }
  }

  func addGradient(to gradient: inout [S]) {
    let workspace = network.makeWorkspace(S.self, maximumRows: rows)
    let y = Matrix<S>(features: network.outputCount, rows: rows)
    network.forward(
      parameters: parameters, inputs: inputs, outputs: y, rows: rows, workspace: workspace)
    network.vjp(
      parameters: parameters, inputs: inputs, cotangents: cotangents, rows: rows,
      parameterGradient: &gradient, inputGradient: nil, workspace: workspace)
  }

  /// What all four operations compute.
  func results(
    _ kernels: KernelSelection, _ pool: WorkerPool, maximumRows: Int? = nil
  ) -> [(String, [S])] {
    let workspace = network.makeWorkspace(
      S.self, maximumRows: maximumRows ?? rows, kernels: kernels, pool: pool)
    let y = Matrix<S>(features: network.outputCount, rows: rows)
    let dy = Matrix<S>(features: network.outputCount, rows: rows)
    let dx = Matrix<S>(features: network.inputCount, rows: rows)
    var result: [(String, [S])] = []
    network.forward(
      parameters: parameters, inputs: inputs, outputs: y, rows: rows, workspace: workspace)
    result.append(("forward", elements(y)))
    let evaluated = Matrix<S>(features: network.outputCount, rows: rows)
    network.evaluate(
      parameters: parameters, inputs: inputs, outputs: evaluated, rows: rows, workspace: workspace)
    #expect(sameBits(elements(evaluated), elements(y)), "evaluate, \(rows) rows")
    network.forward(
      parameters: parameters, inputs: inputs, outputs: y, rows: rows, workspace: workspace)
    var gradient = [S](repeating: 0, count: network.parameterCount)
    network.vjp(
      parameters: parameters, inputs: inputs, cotangents: cotangents, rows: rows,
      parameterGradient: &gradient, inputGradient: dx, workspace: workspace)
    result.append(("vjp parameters", gradient))
    var overwritten = [S](repeating: .nan, count: network.parameterCount)
    network.vjp(
      parameters: parameters, inputs: inputs, cotangents: cotangents, rows: rows,
      parameterGradient: &overwritten, isAccumulated: false, inputGradient: nil,
      workspace: workspace)
    #expect(sameBits(overwritten, gradient), "\(rows) rows, \(pool.threads) threads")
    result.append(("vjp inputs", elements(dx)))
    let alone = Matrix<S>(features: network.inputCount, rows: rows)
    network.recordSlopes(parameters: parameters, inputs: inputs, rows: rows, workspace: workspace)
    network.vjp(
      parameters: parameters, inputs: inputs, cotangents: cotangents, rows: rows,
      parameterGradient: nil, inputGradient: alone, workspace: workspace)
    #expect(sameBits(elements(alone), elements(dx)), "slopes alone, \(rows) rows")
    network.jvp(
      parameters: parameters, inputs: inputs, tangents: tangents, outputs: y, outputTangents: dy,
      rows: rows, workspace: workspace)
    result.append(("jvp outputs", elements(y)))
    result.append(("jvp tangents", elements(dy)))
    gradient = [S](repeating: 0, count: network.parameterCount)
    network.jvpGradient(
      parameters: parameters, inputs: inputs, tangents: tangents, outputCotangents: cotangents,
      tangentCotangents: tangentCotangents, rows: rows, parameterGradient: &gradient,
      inputGradient: dx, workspace: workspace)
    result.append(("jvp gradient parameters", gradient))
    result.append(("jvp gradient inputs", elements(dx)))
    return result
  }
}
