import CKernels
import Scorewalk
import Testing

/// Accuracy and special values of the elementary functions.
@Suite struct KernelsElementaryTests {
  /// Bounds in ulp of float64, as stated in Sources/CKernels/README.md.
  static let bounds: [String: Double] = [
    "exp": 1, "expm1": 1, "log": 1, "log1p": 1, "sin": 1, "cos": 1, "tanh": 2, "softplus": 2,
    "sigmoid": 2, "erf": 1.6, "erfc": 2, "erfinv": 2, "normalCDF": 2, "normalQuantile": 2,
  ]

  static func function<S: Real>(_ name: String) -> ((S) -> S)? {
    let functions: [String: (S) -> S] = [
      "exp": S.exp, "expm1": S.expm1, "log": S.log, "log1p": S.log1p, "sin": S.sin, "cos": S.cos,
      "tanh": S.tanh, "softplus": S.softplus, "sigmoid": S.sigmoid, "erf": S.erf, "erfc": S.erfc,
      "erfinv": S.erfinv, "normalCDF": S.normalCDF, "normalQuantile": S.normalQuantile,
    ]
    return functions[name]
  }

  @Test(arguments: bounds.keys.sorted()) func float64IsWithinItsBound(_ name: String) throws {
    let points = try #require(elementaryFixture()["float64"]?[name])
    let function: (Double) -> Double = try #require(Self.function(name))
    let bound = try #require(Self.bounds[name])
    #expect(points.count >= 100)
    var worst = (error: 0.0, at: 0.0)
    for point in points {
      let argument = Double(bitPattern: point.argument)
      let result = function(argument)
      let distance = Self.order(result) - Self.order(Double(bitPattern: point.value))
      let error = abs(Double(distance) - point.offset)
      if !(error <= worst.error) { worst = (error, argument) }
    }
    #expect(worst.error <= bound, "\(name)(\(worst.at)) is off by \(worst.error) ulp")
  }

  /// Bounds in ulp of float32: where not said, results are rounded from float64, correctly but for
  /// near ties.
  static let singleBounds: [String: Double] = ["tanh": 2, "softplus": 2, "sigmoid": 2]

  @Test(arguments: bounds.keys.sorted()) func float32IsWithinItsBound(_ name: String) throws {
    let points = try #require(elementaryFixture()["float32"]?[name])
    let function: (Float) -> Float = try #require(Self.function(name))
    #expect(points.count >= 100)
    var worst = (error: 0.0, at: Float(0))
    for point in points {
      let argument = Float(bitPattern: UInt32(point.argument))
      let result = function(argument)
      let distance =
        Self.order(result) - Self.order(Float(bitPattern: UInt32(point.value)))
      let error = abs(Double(distance) - point.offset)
      if !(error <= worst.error) { worst = (error, argument) }
    }
    let bound = Self.singleBounds[name] ?? 0.51
    #expect(worst.error <= bound, "\(name)(\(worst.at)) is off by \(worst.error) ulp")
  }

  /// Activations and their derivatives beside float64, on every 9,973rd number of the format: values
  /// within 2 ulp, those of SiLU 3, of the larger of the value and the smallest normal number. SiLU is
  /// z times a sigmoid, which may be subnormal.
  @Test func float32ActivationsAreWithinTheirBounds() {
    var arguments: [Float] = []
    for bits in stride(from: UInt32(0), to: UInt32.max - 9973, by: 9973) {
      let x = Float(bitPattern: bits)
      if x.isFinite { arguments.append(x) }
    }
    let count = arguments.count
    let exact = arguments.map { Double($0) }
    for (index, activation) in Activation.allCases.enumerated() {
      var single = [Float](repeating: 0, count: 3 * count)
      var double = [Double](repeating: 0, count: 3 * count)
      single.withUnsafeMutableBufferPointer { buffer in
        guard let base = buffer.baseAddress else { return }
        Float.kernels(.selected).activate(
          Int32(index), count, arguments, base, base + count, base + 2 * count)
      }
      double.withUnsafeMutableBufferPointer { buffer in
        guard let base = buffer.baseAddress else { return }
        Double.kernels(.selected).activate(
          Int32(index), count, exact, base, base + count, base + 2 * count)
      }
      var worst = (error: 0.0, at: Float(0))
      var slopes = (first: 0.0, second: 0.0)
      for k in 0..<count {
        let value = double[k]
        let size = max(abs(Float(value)), Float.leastNormalMagnitude)
        let difference = abs(Double(single[k]) - value)
        let slack = activation == .silu ? abs(exact[k]) * 0x1p-149 : 0
        // A NaN is not passed over.
        let error = difference <= slack ? 0 : (difference - slack) / Double(size.ulp)
        if !(error <= worst.error) { worst = (error, arguments[k]) }
        let first = abs(Double(single[count + k]) - double[count + k])
        let second = abs(Double(single[2 * count + k]) - double[2 * count + k])
        if !(first <= slopes.first) { slopes.first = first }
        if !(second <= slopes.second) { slopes.second = second }
      }
      // Both are of order 1.
      #expect(slopes.first <= 0x1p-22 && slopes.second <= 0x1p-20, "\(activation): \(slopes)")
      #expect(
        worst.error <= (activation == .silu ? 3 : 2),
        "\(activation)(\(worst.at)) is off by \(worst.error) ulp")
    }
  }

  /// The number's place in the order of its format: neighbours differ by 1.
  static func order(_ x: Double) -> Int {
    let bits = Int(truncatingIfNeeded: x.bitPattern)
    return bits < 0 ? Int.min &- bits : bits
  }

  static func order(_ x: Float) -> Int {
    let bits = Int32(bitPattern: x.bitPattern)
    return bits < 0 ? Int(Int32.min) - Int(bits) : Int(bits)
  }

  @Test func specialValuesInFloat64() { checkSpecialValues(Double.self) }
  @Test func specialValuesInFloat32() { checkSpecialValues(Float.self) }

  func checkSpecialValues<S: Real>(_: S.Type) {
    let inf = S.infinity
    let tiny = S.leastNonzeroMagnitude
    // Odd functions keep the sign of zero and return the smallest numbers about unchanged.
    for function in [S.expm1, S.log1p, S.sin, S.tanh, S.erf, S.erfinv] as [(S) -> S] {
      #expect(sameBits([function(0), function(-0.0)], [0, -0.0]))
      #expect(function(tiny) == tiny && function(-tiny) == -tiny)
    }
    let table: [(String, S, S)] = [
      ("exp", S.exp(-inf), 0), ("exp", S.exp(inf), inf), ("exp", S.exp(0), 1),
      ("exp", S.exp(-0.0), 1), ("exp", S.exp(tiny), 1), ("exp", S.exp(800), inf),
      ("exp", S.exp(-800), 0), ("expm1", S.expm1(-inf), -1), ("expm1", S.expm1(inf), inf),
      ("expm1", S.expm1(-200), -1), ("log", S.log(0), -inf), ("log", S.log(-0.0), -inf),
      ("log", S.log(inf), inf), ("log", S.log(1), 0), ("log1p", S.log1p(-1), -inf),
      ("log1p", S.log1p(inf), inf), ("cos", S.cos(0), 1), ("cos", S.cos(-tiny), 1),
      ("tanh", S.tanh(inf), 1), ("tanh", S.tanh(-inf), -1), ("tanh", S.tanh(30), 1),
      ("softplus", S.softplus(-inf), 0), ("softplus", S.softplus(inf), inf),
      ("softplus", S.softplus(1000), 1000), ("sigmoid", S.sigmoid(-inf), 0),
      ("sigmoid", S.sigmoid(inf), 1), ("sigmoid", S.sigmoid(0), 0.5), ("erf", S.erf(inf), 1),
      ("erf", S.erf(-inf), -1), ("erfc", S.erfc(inf), 0), ("erfc", S.erfc(-inf), 2),
      ("erfc", S.erfc(0), 1), ("erfinv", S.erfinv(1), inf), ("erfinv", S.erfinv(-1), -inf),
      ("normalCDF", S.normalCDF(-inf), 0), ("normalCDF", S.normalCDF(inf), 1),
      ("normalCDF", S.normalCDF(0), 0.5), ("normalQuantile", S.normalQuantile(0), -inf),
      ("normalQuantile", S.normalQuantile(1), inf),
      ("normalQuantile", S.normalQuantile(0.5), 0),
    ]
    for (name, result, expected) in table {
      #expect(result == expected, "\(name): \(result), not \(expected)")
    }
    let undefined: [(String, S)] = [
      ("log", S.log(-1)), ("log", S.log(-tiny)), ("log", S.log(-inf)), ("log1p", S.log1p(-1.5)),
      ("log1p", S.log1p(-inf)), ("sin", S.sin(inf)), ("cos", S.cos(-inf)),
      ("erfinv", S.erfinv(1.5)), ("normalQuantile", S.normalQuantile(-tiny)),
      ("normalQuantile", S.normalQuantile(1.5)),
    ]
    for (name, result) in undefined { #expect(result.isNaN, "\(name): \(result)") }
    for name in Self.bounds.keys.sorted() {
      let function: ((S) -> S)? = Self.function(name)
      #expect(function?(.nan).isNaN == true, "\(name)(nan)")
    }
  }

  @Test func subnormalResultsAreRoundedOnce() {
    #expect(Double.exp(-745) == 0x1p-1074)
    #expect(Double.exp(-746) == 0)
    #expect(Double.softplus(-745) == 0x1p-1074)
    #expect(Float.exp(-103) == 0x1p-149)
    #expect(Double.exp(709.782712893384) < .infinity)
    #expect(Double.exp(709.782712893385) == .infinity)
    #expect(Double.normalQuantile(0x1p-1074) > -38.5)
    #expect(Double.normalQuantile(0x1p-1074) < -38.4)
  }

  @Test func powersAreRepeatedSquares() {
    #expect(Double.pow(3, 0) == 1)
    #expect(Double.pow(3, 5) == 243)
    #expect(Double.pow(2, -3) == 0.125)
    #expect(Float.pow(-1.5, 3) == -3.375)
    #expect(Double.pow(2, 1023) == 0x1p1023)
    #expect(Double.pow(2, Int.min) == 0)
  }
}
