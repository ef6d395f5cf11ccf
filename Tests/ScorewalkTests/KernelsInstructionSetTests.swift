import CKernels
import Scorewalk
import Testing

/// Every entry of a table gives the same bytes as the plain table's.
@Suite(.enabled(if: !KernelSelection.vectors.isEmpty, "plain C alone: nothing to compare"))
struct KernelsInstructionSetTests {
  static let sizes = [1, 2, 3, 7, 8, 9, 31, 32, 33, 127, 128, 129, 320]
  static let shapes = [
    (1, 10), (10, 10), (10, 1), (3, 5), (17, 33), (33, 2), (24, 40), (1, 1), (50, 52),
  ]

  @Test(arguments: KernelSelection.vectors)
  func elementaryFunctionsInFloat64(_ selection: KernelSelection) throws {
    let plain = try #require(sw_kernels_f64_for(Int32(SW_ISA_PLAIN))).pointee
    let vectors = try #require(sw_kernels_f64_for(selection.number)).pointee
    func functions(_ table: sw_kernels_f64) -> [(
      @convention(c) (Double) -> Double,
      @convention(c) (Int, UnsafePointer<Double>?, UnsafeMutablePointer<Double>?) -> Void
    )] {
      [
        (table.exp, table.exp_array), (table.expm1, table.expm1_array),
        (table.log, table.log_array), (table.log1p, table.log1p_array),
        (table.sin, table.sin_array), (table.cos, table.cos_array),
        (table.tanh, table.tanh_array), (table.softplus, table.softplus_array),
        (table.sigmoid, table.sigmoid_array), (table.erf, table.erf_array),
        (table.erfc, table.erfc_array), (table.erfinv, table.erfinv_array),
        (table.normal_cdf, table.normal_cdf_array),
        (table.normal_quantile, table.normal_quantile_array),
      ]
    }
    let arguments = Self.arguments(Double.self)
    for (index, (slow, fast)) in zip(functions(plain), functions(vectors)).enumerated() {
      for size in Self.sizes {
        var results = [[Double]](repeating: Array(repeating: 0, count: size), count: 4)
        let x = Array(arguments.shuffled(by: UInt64(index * 1000 + size)).prefix(size))
        slow.1(size, x, &results[0])
        fast.1(size, x, &results[1])
        results[2] = x.map { slow.0($0) }
        results[3] = x.map { fast.0($0) }
        for other in 1...3 {
          #expect(sameBits(results[0], results[other]), "function \(index), size \(size)")
        }
      }
    }
  }

  @Test(arguments: KernelSelection.vectors)
  func elementaryFunctionsInFloat32(_ selection: KernelSelection) throws {
    let plain = try #require(sw_kernels_f32_for(Int32(SW_ISA_PLAIN))).pointee
    let vectors = try #require(sw_kernels_f32_for(selection.number)).pointee
    func functions(_ table: sw_kernels_f32) -> [(
      @convention(c) (Float) -> Float,
      @convention(c) (Int, UnsafePointer<Float>?, UnsafeMutablePointer<Float>?) -> Void
    )] {
      [
        (table.exp, table.exp_array), (table.expm1, table.expm1_array),
        (table.log, table.log_array), (table.log1p, table.log1p_array),
        (table.sin, table.sin_array), (table.cos, table.cos_array),
        (table.tanh, table.tanh_array), (table.softplus, table.softplus_array),
        (table.sigmoid, table.sigmoid_array), (table.erf, table.erf_array),
        (table.erfc, table.erfc_array), (table.erfinv, table.erfinv_array),
        (table.normal_cdf, table.normal_cdf_array),
        (table.normal_quantile, table.normal_quantile_array),
      ]
    }
    let arguments = Self.arguments(Float.self)
    for (index, (slow, fast)) in zip(functions(plain), functions(vectors)).enumerated() {
      for size in Self.sizes {
        var results = [[Float]](repeating: Array(repeating: 0, count: size), count: 4)
        let x = Array(arguments.shuffled(by: UInt64(index * 1000 + size)).prefix(size))
        slow.1(size, x, &results[0])
        fast.1(size, x, &results[1])
        results[2] = x.map { slow.0($0) }
        results[3] = x.map { fast.0($0) }
        for other in 1...3 {
          #expect(sameBits(results[0], results[other]), "function \(index), size \(size)")
        }
      }
    }
  }

  /// Numbers of every magnitude and all special ones.
  static func arguments<S: Real>(_: S.Type) -> [S] {
    var numbers = TestNumbers(seed: 5)
    var result: [S] = [
      0, -0.0, .infinity, -.infinity, .nan, .leastNonzeroMagnitude, -.leastNonzeroMagnitude,
      .leastNormalMagnitude, .greatestFiniteMagnitude, -.greatestFiniteMagnitude, 1, -1,
    ]
    for exponent in -40...20 {
      for _ in 0..<4 {
        let number: S = numbers.number()
        result.append(number * S(sign: .plus, exponent: S.Exponent(exponent), significand: 1))
      }
    }
    for _ in 0..<200 {
      let number: S = numbers.number()
      result.append(number * 20)
      result.append(number * 3)
    }
    return result
  }

  @Test(arguments: KernelSelection.vectors)
  func entriesInFloat64(_ selection: KernelSelection) { checkEntries(Double.self, selection) }

  @Test(arguments: KernelSelection.vectors)
  func entriesInFloat32(_ selection: KernelSelection) { checkEntries(Float.self, selection) }

  func checkEntries<S: Real>(_: S.Type, _ selection: KernelSelection) {
    let tables = [S.kernels(.plain), S.kernels(selection)]
    for size in Self.sizes {
      checkDense(tables, rows: size)
      checkElementwise(tables, count: size)
      checkRandom(tables, count: size)
      checkMixtures(tables, rows: size)
    }
    for (inputs, outputs) in Self.shapes { checkVectors(tables, inputs, outputs) }
  }

  /// Runs one entry of both tables on zeroed outputs and compares what they wrote.
  func compare<S: Real>(
    _ tables: [Kernels<S>], _ name: String, outputs count: Int, fill: [S]? = nil,
    _ run: (Kernels<S>, UnsafeMutablePointer<S>) -> Void
  ) {
    let results = tables.map { table in
      var output = fill ?? [S](repeating: 0, count: count)
      run(table, &output)
      return output
    }
    #expect(sameBits(results[0], results[1]), "\(name)")
  }

  func checkDense<S: Real>(_ tables: [Kernels<S>], rows: Int) {
    let stride = Matrix<S>.stride(rows: rows)
    for (inputs, outputs) in Self.shapes {
      var numbers = TestNumbers(seed: UInt64(rows * 100 + inputs))
      let kernel: [S] = numbers.numbers(inputs * outputs)
      let bias: [S] = numbers.numbers(outputs)
      let x: Matrix<S> = numbers.matrix(inputs, rows)
      let g: Matrix<S> = numbers.matrix(outputs, rows)
      let start: [S] = numbers.numbers(inputs * outputs)
      let name = "\(inputs) -> \(outputs), \(rows) rows"
      compare(tables, "forward \(name)", outputs: outputs * stride) {
        $0.denseForward(
          inputs, outputs, 0, outputs, stride, kernel, nil, bias, x.pointer, stride, 16, $1, stride,
          16)
      }
      compare(tables, "tangent \(name)", outputs: outputs * stride) {
        $0.denseForward(
          inputs, outputs, 0, outputs, stride, kernel, nil, nil, x.pointer, stride, 16, $1, stride,
          16
        )
      }
      compare(tables, "input gradient \(name)", outputs: inputs * stride) {
        $0.denseInputGradient(
          inputs, outputs, 0, inputs, stride, kernel, nil, g.pointer, stride, 16, nil, $1, stride,
          16)
      }
      compare(tables, "input gradient times x \(name)", outputs: inputs * stride) {
        $0.denseInputGradient(
          inputs, outputs, 0, inputs, stride, kernel, nil, g.pointer, stride, 16, x.pointer, $1,
          stride, 16)
      }
      compare(tables, "packed \(name)", outputs: sw_packed_size(outputs, inputs)) {
        $0.densePack(inputs, outputs, kernel, 0, 0, (outputs + 5) / 6, $1)
      }
      var scratch = [S](repeating: .nan, count: sw_weight_gradient_scratch(outputs))
      compare(tables, "weight gradient \(name)", outputs: inputs * outputs, fill: start) {
        $0.denseWeightGradient(
          inputs, outputs, 1, rows, x.pointer, stride, 16, g.pointer, stride, 16, 1, &scratch, $1,
          outputs, nil)
      }
      compare(tables, "weight gradient across \(name)", outputs: inputs * outputs, fill: start) {
        var scratch = [S](repeating: .nan, count: sw_weight_gradient_scratch(inputs))
        $0.denseWeightGradient(
          inputs, outputs, 0, rows, x.pointer, stride, 16, g.pointer, stride, 16, 0, &scratch, $1,
          outputs, nil)
      }
      compare(tables, "bias gradient \(name)", outputs: outputs) {
        var weights = start
        $0.denseWeightGradient(
          inputs, outputs, 1, rows, x.pointer, stride, 16, g.pointer, stride, 16, 1, &scratch,
          &weights, outputs, $1)
      }
    }
  }

  /// Isotropic components on a line and in the plane, diagonal ones in space; one of weight zero.
  func checkMixtures<S: Real>(_ tables: [Kernels<S>], rows: Int) {
    for (dimension, components) in [(1, 1), (1, 2), (2, 2), (3, 5)] {
      let stride = Matrix<S>.stride(rows: rows)
      var numbers = TestNumbers(seed: UInt64(rows * 100 + dimension))
      let x: Matrix<S> = numbers.matrix(dimension, rows, scale: 4)
      var offsets: [S] = numbers.numbers(components)
      if components > 2 { offsets[1] = -.infinity }
      let means: [S] = numbers.numbers(components * dimension, scale: 3)
      let halves: [S] = numbers.numbers(components * dimension).map { $0 * $0 + 0.1 }
      var scratch = [S](repeating: .nan, count: (dimension + components) * Int(SW_MIXTURE_ROWS))
      offsets.withUnsafeBufferPointer { offsets in
        means.withUnsafeBufferPointer { means in
          halves.withUnsafeBufferPointer { halves in
            guard let offsets = offsets.baseAddress, let means = means.baseAddress,
              let halves = halves.baseAddress
            else { return }
            let mixture = MixtureConstants(
              dimension: dimension, components: components, offsets: offsets, means: means,
              halves: halves, componentStep: dimension > 2 ? dimension : 1,
              featureStep: dimension > 2 ? 1 : 0)
            let name = "\(components) components in \(dimension) dimensions, \(rows) rows"
            compare(tables, "score of \(name)", outputs: (dimension + 1) * stride) {
              $0.mixtureScore(
                mixture, rows, x.pointer, stride, $1, stride, $1 + dimension * stride, &scratch)
            }
            compare(
              tables, "steps on \(name)", outputs: dimension * stride,
              fill: Array(UnsafeBufferPointer(start: x.pointer, count: dimension * stride))
            ) {
              $0.mixtureLangevin(
                mixture, 0.1, 0.4, 99, .max - 1, 7, 12, rows, 3, $1, stride, &scratch)
            }
          }
        }
      }
    }
  }

  func checkVectors<S: Real>(_ tables: [Kernels<S>], _ inputs: Int, _ outputs: Int) {
    var numbers = TestNumbers(seed: UInt64(inputs * 100 + outputs))
    let kernel: [S] = numbers.numbers(inputs * outputs)
    let bias: [S] = numbers.numbers(outputs)
    let x: [S] = numbers.numbers(inputs)
    let g: [S] = numbers.numbers(outputs)
    compare(tables, "vector forward", outputs: outputs) {
      $0.vectorForward(inputs, outputs, kernel, bias, x, $1)
    }
    compare(tables, "vector input gradient", outputs: inputs) {
      $0.vectorInputGradient(inputs, outputs, kernel, g, $1)
    }
    compare(tables, "vector weight gradient", outputs: inputs * outputs) {
      $0.vectorWeightGradient(inputs, outputs, x, g, $1)
    }
  }

  func checkElementwise<S: Real>(_ tables: [Kernels<S>], count: Int) {
    var numbers = TestNumbers(seed: UInt64(count))
    let inputs: [[S]] = (0..<6).map { _ in numbers.numbers(count, scale: 9) }
    for activation in 0..<Int32(Activation.allCases.count) {
      compare(tables, "activation \(activation)", outputs: 3 * count) {
        $0.activate(activation, count, inputs[0], $1, $1 + count, $1 + 2 * count)
      }
      compare(tables, "activation \(activation), first order", outputs: 2 * count) {
        $0.activate(activation, count, inputs[0], $1, $1 + count, nil)
      }
      compare(tables, "value of activation \(activation)", outputs: count) {
        $0.value(activation, count, inputs[0], $1)
      }
      compare(
        tables, "slope of activation \(activation)", outputs: 2 * count, fill: inputs[0] + inputs[1]
      ) {
        $0.slope(activation, count, $1, $1 + count)
        $1.update(repeating: 0, count: count)
      }
    }
    compare(tables, "multiply", outputs: count) {
      $0.multiply(count, inputs[0], inputs[1], $1)
    }
    compare(tables, "multiplyAdd2", outputs: count) {
      $0.multiplyAdd2(count, inputs[0], inputs[1], inputs[2], inputs[3], inputs[4], $1)
    }
    let moments = inputs[0] + inputs[1].map { $0 * $0 } + inputs[1]
    compare(tables, "adam", outputs: 3 * count, fill: moments) {
      #expect(
        $0.adam(
          count, inputs[2], 0.9, 0.1, 0.999, 0.001, 0.3, 0.01, 1e-8, 0, 0.1, -0.01, $1, $1 + count,
          $1 + 2 * count) == 1)
    }
    compare(tables, "addScaled", outputs: count, fill: inputs[1]) {
      #expect($0.addScaled(count, -0.01, inputs[0], $1) == 1)
    }
    compare(tables, "langevinMove", outputs: count, fill: inputs[1]) {
      $0.langevinMove(count, 0.01, 0.14, inputs[0], inputs[2], $1)
    }
    #expect(
      Set(tables.map { $0.sumOfSquares(count, inputs[0]).bitPattern }).count == 1, "\(count)")
  }

  func checkRandom<S: Real>(_ tables: [Kernels<S>], count: Int) {
    for row in [UInt64(0), 1, 5, 62] {
      compare(tables, "normals from row \(row)", outputs: count) {
        $0.normals(0x1234_5678_9abc_def0, 3, 17, 9 << 24, row, count, $1)
      }
      compare(tables, "normals of row \(row)", outputs: 2 * count) {
        $0.normalsRow(0x1234_5678_9abc_def0, 3, count, 17, 9 << 24, row, $1, 2)
      }
      compare(tables, "uniforms from row \(row)", outputs: count) {
        $0.uniforms(0x1234_5678_9abc_def0, 3, 17, 9 << 24, row, count, $1)
      }
    }
  }
}

extension KernelSelection {
  /// What this machine can run beside plain C.
  static let vectors = allCases.filter { $0 != .plain && $0.isAvailable }

  var number: Int32 {
    switch self {
    case .plain: Int32(SW_ISA_PLAIN)
    case .avx2: Int32(SW_ISA_AVX2)
    case .avx512: Int32(SW_ISA_AVX512)
    }
  }
}

extension Array {
  /// A permutation that depends on the seed alone.
  func shuffled(by seed: UInt64) -> [Element] {
    var numbers = TestNumbers(seed: seed)
    return map { (numbers.bits(), $0) }.sorted { $0.0 < $1.0 }.map { $0.1 }
  }
}
