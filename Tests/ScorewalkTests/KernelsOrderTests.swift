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
    let table = S.kernels(selection).table
    for (inputs, outputs, rows) in [(3, 5, 300), (7, 2, 129), (1, 9, 128), (9, 1, 17)] {
      var numbers = TestNumbers(seed: UInt64(rows))
      let stride = Matrix<S>.stride(rows: rows)
      let kernel: [S] = numbers.numbers(inputs * outputs)
      let bias: [S] = numbers.numbers(outputs)
      let x: Matrix<S> = numbers.matrix(inputs, rows)
      let g: Matrix<S> = numbers.matrix(outputs, rows)
      let y = Matrix<S>(features: outputs, rows: rows)
      table.denseForward(
        inputs, outputs, stride, kernel, bias, x.pointer, stride, y.pointer, stride)
      let dx = Matrix<S>(features: inputs, rows: rows)
      table.denseInputGradient(
        inputs, outputs, stride, kernel, g.pointer, stride, dx.pointer, stride)
      for row in 0..<rows {
        for output in 0..<outputs {
          var sum = bias[output]
          for input in 0..<inputs {
            sum.addProduct(kernel[input * outputs + output], x[input, row])
          }
          #expect(y[output, row] == sum)
        }
        for input in 0..<inputs {
          var sum: S = 0
          for output in 0..<outputs {
            sum.addProduct(kernel[input * outputs + output], g[output, row])
          }
          #expect(dx[input, row] == sum)
        }
      }
      let start: [S] = numbers.numbers(inputs * outputs)
      var dw = start
      var scratch = [S](repeating: .nan, count: sw_weight_gradient_scratch(inputs, outputs))
      table.denseWeightGradient(
        inputs, outputs, rows, x.pointer, stride, g.pointer, stride, &scratch, &dw)
      #expect(dw == weightGradient(start, x, g, rows))
      var db = bias
      table.denseBiasGradient(outputs, rows, g.pointer, stride, &db)
      #expect(db == biasGradient(bias, g, rows))
    }
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
    let table = Double.kernels(.selected).table
    let count = 37
    let g: [Double] = numbers.numbers(count)
    let z: [Double] = numbers.numbers(count)
    let x: [Double] = numbers.numbers(count)
    var walked = x
    table.langevin(count, 0.1, 0.4, g, z, &walked)
    var m: [Double] = numbers.numbers(count)
    var v: [Double] = numbers.numbers(count).map { $0 * $0 }
    let (m0, v0) = (m, v)
    var update = [Double](repeating: 0, count: count)
    table.adam(
      count, g, 0.9, 1 - 0.9, 0.999, 1 - 0.999, 0.19, 0.001999, 1e-8, 1e-6, &m, &v, &update)
    for k in 0..<count {
      #expect(walked[k] == x[k].addingProduct(0.1, g[k]).addingProduct(0.4, z[k]))
      #expect(m[k] == (1 - 0.9) * g[k] + 0.9 * m0[k])
      #expect(v[k] == (1 - 0.999) * (g[k] * g[k]) + 0.999 * v0[k])
      #expect(
        update[k] == (m[k] / 0.19) / ((v[k] / 0.001999 + 1e-6).squareRoot() + 1e-8))
    }
  }

  @Test func activationsAreTheirFormulas() {
    let z = [-30.0, -2, -0.5, -0.0, 0, 0.5, 2, 30]
    let count = z.count
    for activation in Activation.allCases.indices {
      var out = [Double](repeating: 0, count: 3 * count)
      out.withUnsafeMutableBufferPointer { buffer in
        guard let base = buffer.baseAddress else { return }
        Double.kernels(.selected).table.activate(
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
    Double.kernels(.selected).table.activate(1, 3, [0, -0.0, .nan], &out, &first, nil)
    #expect(out[0] == 0 && out[1] == 0 && out[2].isNaN)
    #expect(first[0] == 0 && first[1] == 0)
  }
}
