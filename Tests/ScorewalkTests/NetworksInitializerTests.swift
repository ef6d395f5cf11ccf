import Scorewalk
import Testing

/// Initial parameters and their overview.
@Suite struct NetworksInitializerTests {
  let network = MLP(widths: [300, 400, 2], activation: .softplus)
  let stream = RandomStream(key: 46)

  /// Each statistical statement fails for true draws with probability below 1e-6; the key is fixed.
  @Test func flaxIsLecunNormal() {
    let parameters: [Double] = network.initialParameters(.flax, stream: stream)
    for (tensor, fanIn) in zip(network.tensors, [300.0, 300, 400, 400]) {
      let values = parameters[tensor.offset..<tensor.offset + tensor.count]
      if tensor.shape.count == 1 {
        #expect(values.allSatisfy { $0 == 0 })
        continue
      }
      // w sqrt(fanIn) has variance 1; times the truncated law's deviation it lies in (-2, 2).
      let n = Double(tensor.count)
      let scaled = values.map { $0 * fanIn.squareRoot() }
      let mean = scaled.reduce(0, +) / n
      let variance = scaled.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / n
      #expect(abs(mean) < 4.9 / n.squareRoot())
      #expect(abs(variance - 1) < 4.9 * (2 / n).squareRoot())
      let normal = scaled.map { $0 * 0.87962566103423978 }.sorted()
      #expect(normal.allSatisfy { abs($0) < 2 + 1e-12 })
      let low = Double.normalCDF(-2)
      let distance = normal.enumerated().map { k, z in
        abs((Double.normalCDF(z) - low) / (1 - 2 * low) - (Double(k) + 0.5) / n)
      }.max()
      #expect((distance ?? 1) * n.squareRoot() < 2.7)
      if tensor.count > 10_000 { #expect((normal.last ?? 0) > 1.99) }
    }
  }

  @Test func pytorchIsUniform() {
    let parameters: [Double] = network.initialParameters(.pytorch, stream: stream)
    for (tensor, fanIn) in zip(network.tensors, [300.0, 300, 400, 400]) {
      let values = parameters[tensor.offset..<tensor.offset + tensor.count]
      let n = Double(tensor.count)
      let unit = values.map { ($0 * fanIn.squareRoot() + 1) / 2 }.sorted()
      #expect(unit.allSatisfy { $0 >= -1e-15 && $0 <= 1 + 1e-15 })
      let distance = unit.enumerated().map { k, u in abs(u - (Double(k) + 0.5) / n) }.max()
      #expect((distance ?? 1) * n.squareRoot() < 2.7)
    }
  }

  /// Kernels of variance 2/(in + out), truncated; biases from N(0, 10⁻⁴). Each statement fails for true draws
  /// with probability below 1e-6; the key is fixed.
  @Test func staxIsGlorotNormal() {
    let network = MLP(widths: [300, 400, 300], activation: .softplus)
    let parameters: [Double] = network.initialParameters(.stax, stream: stream)
    for tensor in network.tensors {
      let values = parameters[tensor.offset..<tensor.offset + tensor.count]
      let isBias = tensor.shape.count == 1
      let scale = isBias ? 1e-2 : (2.0 / 700).squareRoot()
      let n = Double(tensor.count)
      let scaled = values.map { $0 / scale }
      let variance = scaled.reduce(0) { $0 + $1 * $1 } / n
      #expect(abs(scaled.reduce(0, +) / n) < 4.9 / n.squareRoot())
      #expect(abs(variance - 1) < 4.9 * (2 / n).squareRoot())
      guard !isBias else { continue }
      let largest = scaled.map { abs($0) }.max() ?? 0
      #expect(abs(largest * 0.87962566103423978 - 2) < 0.01)
    }
  }

  @Test(arguments: Initializer.allCases)
  func float32StartsFromTheSameNumbers(_ initializer: Initializer) {
    let wide: [Double] = network.initialParameters(initializer, stream: stream)
    let narrow: [Float] = network.initialParameters(initializer, stream: stream)
    #expect(narrow == wide.map { Float($0) })
    let other: [Float] = network.initialParameters(initializer, stream: RandomStream(key: 47))
    #expect(other != narrow)
  }

  @Test func tensorsAreLaidOutInOrder() {
    let small = MLP(widths: [2, 3, 1], activation: .relu)
    #expect(small.parameterCount == 13)
    #expect(
      small.tensors.map(\.name) == [
        "dense-0.kernel", "dense-0.bias", "dense-1.kernel", "dense-1.bias",
      ])
    #expect(small.tensors.map(\.shape) == [[2, 3], [3], [3, 1], [1]])
    #expect(small.tensors.map(\.offset) == [0, 6, 9, 12])
    #expect(small.tensors.map(\.count) == [6, 3, 3, 1])
  }

  @Test func overviewHasMeanAndPopulationDeviation() {
    let small = MLP(widths: [2, 2], activation: .relu)
    let rows = small.overview(parameters: [1, 2, 3, 6, 5, 5] as [Float])
    #expect(rows.map(\.name) == ["dense-0.kernel", "dense-0.bias"])
    #expect(rows.map(\.count) == [4, 2])
    #expect(rows.map(\.mean) == [3, 5])
    #expect(rows.map(\.standardDeviation) == [Double(3.5).squareRoot(), 0])
  }
}
