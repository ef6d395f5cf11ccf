import CKernels
import Scorewalk
import Testing

/// The documented order of every sum, against loops that spell it out.
@Suite struct KernelsOrderTests {
  @Test(arguments: KernelSelection.allCases.filter(\.isAvailable))
  func float64(_ selection: KernelSelection) {
    checkOrder(Double.self, selection)
  }

  @Test(arguments: KernelSelection.allCases.filter(\.isAvailable))
  func float32(_ selection: KernelSelection) {
    checkOrder(Float.self, selection)
  }

  func checkOrder<S: Real>(_: S.Type, _ selection: KernelSelection) {
    for (inputs, outputs, rows) in [
      (3, 5, 300), (7, 2, 129), (1, 9, 128), (9, 1, 17), (13, 20, 24), (40, 33, 5), (6, 12, 1),
      (37, 52, 8), (50, 16, 3), (20, 19, 48),
    ] {
      for isTiled in [false, true] {
        for isPacked in [false, true] {
          checkOrder(S.self, selection, inputs, outputs, rows, isTiled: isTiled, isPacked: isPacked)
        }
      }
    }
  }

  func checkOrder<S: Real>(
    _: S.Type, _ selection: KernelSelection, _ inputs: Int, _ outputs: Int, _ rows: Int,
    isTiled: Bool, isPacked: Bool
  ) {
    let table = S.kernels(selection)
    var numbers = TestNumbers(seed: UInt64(rows))
    let padded = Matrix<S>.stride(rows: rows)
    let kernel: [S] = numbers.numbers(inputs * outputs)
    let bias: [S] = numbers.numbers(outputs)
    let x = TestBatch<S>(numbers.matrix(inputs, rows), isTiled: isTiled)
    let g = TestBatch<S>(numbers.matrix(outputs, rows), isTiled: isTiled)
    var y = TestBatch<S>(Matrix(features: outputs, rows: rows), isTiled: isTiled)
    var dx = TestBatch<S>(Matrix(features: inputs, rows: rows), isTiled: isTiled)
    var (forward, backward) = (kernel, kernel)
    if isPacked {
      forward = [S](repeating: .nan, count: sw_packed_size(outputs, inputs))
      backward = [S](repeating: .nan, count: sw_packed_size(inputs, outputs))
      table.densePack(inputs, outputs, kernel, 0, 0, (outputs + 5) / 6, &forward)
      table.densePack(inputs, outputs, kernel, 1, 0, (inputs + 5) / 6, &backward)
    }
    // In two calls, as threads would; packed weights are cut between panels.
    let cut = isPacked ? (outputs / 2 + 5) / 6 * 6 : outputs / 2
    for (first, last) in [(0, min(cut, outputs)), (min(cut, outputs), outputs)] where first < last {
      table.denseForward(
        inputs, outputs, first, last, padded, kernel, isPacked ? forward : nil, bias, x.values,
        x.feature,
        x.tile, &y.values, y.feature, y.tile)
    }
    table.denseInputGradient(
      inputs, outputs, 0, inputs, padded, kernel, isPacked ? backward : nil, g.values, g.feature,
      g.tile,
      nil, &dx.values, dx.feature, dx.tile)
    var scaled = dx
    table.denseInputGradient(
      inputs, outputs, 0, inputs, padded, kernel, isPacked ? backward : nil, g.values, g.feature,
      g.tile,
      x.values, &scaled.values, dx.feature, dx.tile)
    for row in 0..<rows {
      for output in 0..<outputs {
        var sum = bias[output]
        for input in 0..<inputs {
          sum.addProduct(kernel[input * outputs + output], x.matrix[input, row])
        }
        #expect(y[output, row] == sum)
      }
      for input in 0..<inputs {
        var sum: S = 0
        for output in 0..<outputs {
          sum.addProduct(kernel[input * outputs + output], g.matrix[output, row])
        }
        #expect(dx[input, row] == sum)
        #expect(scaled[input, row] == sum * x.matrix[input, row])
      }
    }
    let start: [S] = numbers.numbers(inputs * outputs)
    for outputsInLanes in [true, false] {
      var dw = start
      var db = bias
      var scratch = [S](
        repeating: .nan,
        count: sw_weight_gradient_scratch(outputsInLanes ? outputs : inputs))
      table.denseWeightGradient(
        inputs, outputs, outputsInLanes ? 1 : 0, rows, x.values, x.feature, x.tile, g.values,
        g.feature, g.tile, 1, &scratch, &dw, outputs, &db)
      #expect(dw == weightGradient(start, x.matrix, g.matrix, rows))
      #expect(db == biasGradient(bias, g.matrix, rows))
      // Not added to what is there, whatever that is.
      dw = [S](repeating: .nan, count: dw.count)
      db = [S](repeating: .nan, count: db.count)
      table.denseWeightGradient(
        inputs, outputs, outputsInLanes ? 1 : 0, rows, x.values, x.feature, x.tile, g.values,
        g.feature, g.tile, 0, &scratch, &dw, outputs, &db)
      let zeros = [S](repeating: 0, count: dw.count)
      #expect(dw == weightGradient(zeros, x.matrix, g.matrix, rows))
      #expect(db == biasGradient([S](repeating: 0, count: outputs), g.matrix, rows))
    }
  }

  /// A network with one hidden layer in one kernel, against the dense kernels one after the other.
  @Test(arguments: KernelSelection.allCases.filter(\.isAvailable), [1, 2])
  func shallowNetworksAreTheDenseKernels(_ selection: KernelSelection, features: Int) {
    checkShallow(Double.self, selection, features)
    checkShallow(Float.self, selection, features)
  }

  func checkShallow<S: Real>(_: S.Type, _ selection: KernelSelection, _ features: Int) {
    let (table, hidden) = (S.kernels(selection), 40)
    for rows in [3, 8, 50, 128] {
      var numbers = TestNumbers(seed: UInt64(rows + features))
      let stride = Matrix<S>.stride(rows: rows)
      let (kernel0, bias0): ([S], [S]) = (
        numbers.numbers(features * hidden), numbers.numbers(hidden)
      )
      let (kernel1, bias1): ([S], [S]) = (
        numbers.numbers(features * hidden), numbers.numbers(features)
      )
      let x: Matrix<S> = numbers.matrix(features, rows)
      let v: Matrix<S> = numbers.matrix(features, rows)
      let delta: Matrix<S> = numbers.matrix(features, rows)
      let tau: Matrix<S> = numbers.matrix(features, rows)
      func made(_ features: Int) -> Matrix<S> { Matrix(features: features, rows: rows) }
      let (z, dz, a, first, da) = (
        made(hidden), made(hidden), made(hidden), made(hidden), made(hidden)
      )
      let (y, dy) = (made(features), made(features))
      func forward(
        _ kernel: [S], _ bias: [S]?, _ x: Matrix<S>, _ y: Matrix<S>
      ) {
        table.denseForward(
          x.features, y.features, 0, y.features, stride, kernel, nil, bias, x.pointer, stride, 16,
          y.pointer, stride, 16)
      }
      forward(kernel0, bias0, x, z)
      forward(kernel0, nil, v, dz)
      table.activate(1, hidden * stride, z.pointer, a.pointer, first.pointer, nil)
      table.multiply(hidden * stride, first.pointer, dz.pointer, da.pointer)
      forward(kernel1, bias1, a, y)
      forward(kernel1, nil, da, dy)
      let (shallowY, shallowDY) = (made(features), made(features))
      table.shallowForward(
        features, hidden, stride, kernel0, bias0, kernel1, bias1, x.pointer, stride,
        shallowY.pointer, stride)
      #expect(elements(shallowY) == elements(y))
      table.shallowJVP(
        features, hidden, stride, kernel0, bias0, kernel1, bias1, x.pointer, stride, v.pointer,
        stride, shallowY.pointer, stride, shallowDY.pointer, stride)
      #expect(elements(shallowY) == elements(y))
      #expect(elements(shallowDY) == elements(dy))
      for hasDelta in [true, false] {
        let count = 2 * features * hidden + hidden + features
        let start: [S] = numbers.numbers(count)
        var expected = start
        var gradient = start
        let (back, backTangent) = (made(hidden), made(hidden))
        func backward(_ g: Matrix<S>, _ target: Matrix<S>) {
          table.denseInputGradient(
            hidden, features, 0, hidden, stride, kernel1, nil, g.pointer, stride, 16,
            first.pointer, target.pointer, stride, 16)
        }
        backward(tau, backTangent)
        if hasDelta { backward(delta, back) }
        var scratch = [S](repeating: 0, count: sw_weight_gradient_scratch(hidden))
        func add(
          _ x: Matrix<S>, _ g: Matrix<S>, _ weights: UnsafeMutablePointer<S>,
          _ bias: UnsafeMutablePointer<S>?
        ) {
          table.denseWeightGradient(
            x.features, g.features, g.features >= x.features ? 1 : 0, rows, x.pointer, stride, 16,
            g.pointer, stride, 16, 1, &scratch, weights, g.features, bias)
        }
        let (biasAt, kernelAt, lastAt) = (
          features * hidden, features * hidden + hidden, 2 * features * hidden + hidden
        )
        expected.withUnsafeMutableBufferPointer { buffer in
          guard let base = buffer.baseAddress else { return }
          if hasDelta {
            add(x, back, base, base + biasAt)
            add(a, delta, base + kernelAt, base + lastAt)
          }
          add(v, backTangent, base, nil)
          add(da, tau, base + kernelAt, nil)
        }
        gradient.withUnsafeMutableBufferPointer { buffer in
          guard let base = buffer.baseAddress else { return }
          table.shallowGradient(
            features, hidden, rows, kernel0, bias0, kernel1, x.pointer, stride, v.pointer, stride,
            hasDelta ? UnsafePointer(delta.pointer) : nil, stride, tau.pointer, stride, base,
            base + biasAt, base + kernelAt, base + lastAt)
        }
        #expect(gradient == expected, "\(S.self), \(rows) rows, delta \(hasDelta)")
      }
    }
  }

  func elements<S: Real>(_ matrix: Matrix<S>) -> [S] {
    (0..<matrix.features).flatMap { feature in (0..<matrix.rows).map { matrix[feature, $0] } }
  }

  /// Chains over the rows of a chunk of 128, chunks added in order.
  func weightGradient<S: Real>(_ start: [S], _ x: Matrix<S>, _ g: Matrix<S>, _ rows: Int) -> [S] {
    var result = start
    for first in Swift.stride(from: 0, to: rows, by: 128) {
      for input in 0..<x.features {
        for output in 0..<g.features {
          var sum: S = 0
          for row in first..<min(first + 128, rows) {
            sum.addProduct(x[input, row], g[output, row])
          }
          result[input * g.features + output] += sum
        }
      }
    }
    return result
  }

  func biasGradient<S: Real>(_ start: [S], _ g: Matrix<S>, _ rows: Int) -> [S] {
    var result = start
    for first in Swift.stride(from: 0, to: rows, by: 128) {
      for output in 0..<g.features {
        var sum: S = 0
        for row in first..<min(first + 128, rows) { sum += g[output, row] }
        result[output] += sum
      }
    }
    return result
  }

  @Test func updatesAreTheirFormulas() {
    var numbers = TestNumbers(seed: 3)
    let table = Double.kernels(.selected)
    let count = 37
    let g: [Double] = numbers.numbers(count)
    var m: [Double] = numbers.numbers(count)
    var v: [Double] = numbers.numbers(count).map { $0 * $0 }
    let (m0, v0) = (m, v)
    let parameters: [Double] = numbers.numbers(count)
    var updated = parameters
    let adam = table.adam(
      count, g, 0.9, 1 - 0.9, 0.999, 1 - 0.999, 0.19, 0.001999, 1e-8, 1e-6, 0.01, -0.1, &m, &v,
      &updated)
    var descended = parameters
    let addScaled = table.addScaled(count, -0.1, g, &descended)
    #expect(adam == 1 && addScaled == 1)
    for k in 0..<count {
      #expect(m[k] == (1 - 0.9) * g[k] + 0.9 * m0[k])
      #expect(v[k] == (1 - 0.999) * (g[k] * g[k]) + 0.999 * v0[k])
      let u = (m[k] / 0.19) / ((v[k] / 0.001999 + 1e-6).squareRoot() + 1e-8)
      #expect(updated[k] == parameters[k] + -0.1 * (u + 0.01 * parameters[k]))
      #expect(descended[k] == parameters[k] + -0.1 * g[k])
    }
    var sums = [Double](repeating: 0, count: 8)
    for k in 0..<count { sums[k % 8] += g[k] * g[k] }
    #expect(table.sumOfSquares(count, g) == sums.reduce(0, +))
  }

  /// What is not finite is found wherever an update leaves it: in each of the sums of vectors, and in what fills none.
  @Test(arguments: KernelSelection.allCases.filter(\.isAvailable))
  func updatesSayWhatIsNotFinite(_ selection: KernelSelection) {
    checkFinite(Double.self, selection)
    checkFinite(Float.self, selection)
  }

  func checkFinite<S: Real>(_: S.Type, _ selection: KernelSelection) {
    let table = S.kernels(selection)
    var numbers = TestNumbers(seed: 9)
    let count = 83
    let (g, parameters): ([S], [S]) = (numbers.numbers(count), numbers.numbers(count))
    let squares = g.map { $0 * $0 }
    func adam(_ g: [S], _ m: [S], _ v: [S], _ theta: [S]) -> Int32 {
      var (m, v, theta) = (m, v, theta)
      return table.adam(
        count, g, 0.9, 0.1, 0.999, 0.001, 0.19, 0.001999, 1e-8, 1e-6, 0.01, -0.1, &m, &v, &theta)
    }
    #expect(table.allFinite(count, g) == 1 && adam(g, g, squares, parameters) == 1)
    for place in 0..<count {
      for bad in [S.nan, .infinity, -.infinity] {
        func spoilt(_ values: [S], _ bad: S) -> [S] {
          values.enumerated().map { $0 == place ? bad : $1 }
        }
        var target = parameters
        #expect(table.allFinite(count, spoilt(g, bad)) == 0)
        #expect(table.addScaled(count, -0.1, spoilt(g, bad), &target) == 0)
        target = spoilt(parameters, bad)
        #expect(table.addScaled(count, -0.1, g, &target) == 0)
        #expect(adam(spoilt(g, bad), g, squares, parameters) == 0)
        #expect(adam(g, spoilt(g, bad), squares, parameters) == 0)
        #expect(adam(g, g, spoilt(squares, bad.magnitude), parameters) == 0)
        #expect(adam(g, g, squares, spoilt(parameters, bad)) == 0)
      }
    }
  }

  /// Drift and noise are added up before they meet x: both of a quarter of a unit in the last place of x and a little
  /// more, which together move it by one, and alone would not.
  @Test(arguments: KernelSelection.allCases.filter(\.isAvailable))
  func stepsOfChainsAreTheirFormula(_ selection: KernelSelection) {
    checkStep(Double.self, selection)
    checkStep(Float.self, selection)
  }

  func checkStep<S: Real>(_: S.Type, _ selection: KernelSelection) {
    let table = S.kernels(selection)
    var numbers = TestNumbers(seed: 6)
    for count in [1, 3, 8, 67] {
      let (s, z): ([S], [S]) = (numbers.numbers(count), numbers.numbers(count))
      let start: [S] = numbers.numbers(count)
      var x = start
      table.langevinMove(count, 0.01, 0.14, s, z, &x)
      for k in 0..<count {
        let noise: S = 0.14 * z[k]
        #expect(x[k] == start[k] + noise.addingProduct(0.01, s[k]))
      }
      let part = S(1000).ulp * S(0.26)
      for sign: S in [-1, 1] {
        var far = [S](repeating: 1000, count: count)
        table.langevinMove(
          count, part, 2 * part, [S](repeating: sign, count: count),
          [S](repeating: sign / 2, count: count), &far)
        #expect(far.allSatisfy { $0 == 1000 + sign * S(1000).ulp })
      }
    }
  }

  /// Alone, values and slopes are what they are together.
  @Test func valuesAndSlopesAlone() {
    checkAlone(Double.self)
    checkAlone(Float.self)
  }

  func checkAlone<S: Real>(_: S.Type) {
    for selection in KernelSelection.allCases where selection.isAvailable {
      let table = S.kernels(selection)
      for activation in 0..<Int32(Activation.allCases.count) {
        for count in [1, 7, 40, 1037] {
          var numbers = TestNumbers(seed: UInt64(count))
          let drawn: [S] = numbers.numbers(count, scale: 9)
          let z = [.infinity, 0, -0.0, -.infinity] + drawn
          var (value, first) = (z, z)
          table.activate(activation, z.count, z, &value, &first, nil)
          var (alone, slope, scratch, inPlace) = (z, z, z, z)
          table.value(activation, z.count, z, &alone)
          table.slope(activation, z.count, &scratch, &slope)
          #expect(sameBits(alone, value) && sameBits(slope, first), "\(activation), \(count)")
          inPlace.withUnsafeMutableBufferPointer {
            if let base = $0.baseAddress { table.value(activation, $0.count, base, base) }
          }
          #expect(sameBits(inPlace, value), "\(activation), \(count)")
        }
      }
    }
  }

  @Test func activationsAreTheirFormulas() {
    let z = [-30.0, -2, -0.5, -0.0, 0, 0.5, 2, 30]
    let count = z.count
    for activation in Activation.allCases.indices {
      var out = [Double](repeating: 0, count: 3 * count)
      out.withUnsafeMutableBufferPointer { buffer in
        guard let base = buffer.baseAddress else { return }
        Double.kernels(.selected).activate(
          Int32(activation), count, z, base, base + count, base + 2 * count)
      }
      for (k, x) in z.enumerated() {
        let s = Double.sigmoid(x)
        let t = Double.tanh(x)
        let expected: (Double, Double, Double) =
          switch Activation.allCases[activation] {
          case .softplus: (Double.softplus(x), s, s * (1 - s))
          case .relu: (max(x, 0), x > 0 ? 1 : 0, 0)
          case .silu: (x * s, s + x * s * (1 - s), s * (1 - s) * (2 + x * (1 - 2 * s)))
          case .tanh: (t, 1 - t * t, -2 * t * (1 - t * t))
          }
        let label = "\(Activation.allCases[activation]) at \(x)"
        #expect(abs(out[k] - expected.0) <= 1e-15 * abs(expected.0), "\(label)")
        #expect(abs(out[count + k] - expected.1) <= 1e-15, "\(label)")
        #expect(abs(out[2 * count + k] - expected.2) <= 1e-15, "\(label)")
      }
    }
  }

  @Test func reluHasDerivativeZeroAtZeroAndKeepsNaN() {
    var out = [Double](repeating: 9, count: 3)
    var first = [Double](repeating: 9, count: 3)
    Double.kernels(.selected).activate(1, 3, [0, -0.0, .nan], &out, &first, nil)
    #expect(out[0] == 0 && out[1] == 0 && out[2].isNaN)
    #expect(first[0] == 0 && first[1] == 0)
  }
}

/// A batch as the dense kernels take it, feature-major or in tiles of 16 rows.
private struct TestBatch<S: Real> {
  let matrix: Matrix<S>
  var values: [S]
  let feature: Int
  let tile: Int

  init(_ matrix: Matrix<S>, isTiled: Bool) {
    self.matrix = matrix
    let width = matrix.rows <= 8 ? 8 : 16
    feature = isTiled ? width : matrix.stride
    tile = isTiled ? matrix.features * width : 16
    values = [S](repeating: 0, count: matrix.features * (matrix.stride + 16))
    for feature in 0..<matrix.features {
      for row in 0..<matrix.rows { values[index(feature, row)] = matrix[feature, row] }
    }
  }

  subscript(feature: Int, row: Int) -> S { values[index(feature, row)] }

  private func index(_ feature: Int, _ row: Int) -> Int {
    feature * self.feature + row / 16 * tile + row % 16
  }
}
