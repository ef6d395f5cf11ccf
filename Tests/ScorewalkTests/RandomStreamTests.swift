import Scorewalk
import Testing

/// Philox, the fields of its counter, and the laws of what is made of it.
@Suite struct RandomStreamTests {
  /// The three lines "philox4x32 10" of Random123's tests/kat_vectors.
  @Test func knownAnswers() {
    let zeros = philox(counter: [0, 0, 0, 0], key: [0, 0])
    #expect(zeros == [0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8])
    let ones = philox(
      counter: [UInt32](repeating: .max, count: 4), key: [.max, .max])
    #expect(ones == [0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd])
    let pi = philox(
      counter: [0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344],
      key: [0xa409_3822, 0x299f_31d0])
    #expect(pi == [0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1])
    // Through the stream, for a counter that it can form: purpose 3, step bits 0x707344.
    let stream = RandomStream(key: 0x299f_31d0_a409_3822)
    let block = stream.block(
      .dataNoise, step: 0x70_7344_1319_8a2e, row: 0x85a3_08d3, column: 0x243f_6a88)
    #expect([block[0], block[1], block[2], block[3]] == pi)
  }

  /// Philox 4x32-10 written down a second time, from the paper.
  func philox(counter: [UInt32], key: [UInt32]) -> [UInt32] {
    var c = counter
    var (k0, k1) = (key[0], key[1])
    for _ in 0..<10 {
      let a = c[0].multipliedFullWidth(by: 0xd251_1f53)
      let b = c[2].multipliedFullWidth(by: 0xcd9e_8d57)
      c = [b.high ^ c[1] ^ k0, b.low, a.high ^ c[3] ^ k1, a.low]
      k0 &+= 0x9e37_79b9
      k1 &+= 0xbb67_ae85
    }
    return c
  }

  @Test func counterFields() {
    let stream = RandomStream(key: 0x0123_4567_89ab_cdef)
    let step: UInt64 = 0xab_cdef_1234_5678
    let block = stream.block(.chainNoise, step: step, row: 77, column: 5)
    let expected = philox(
      counter: [5, 77, 0x1234_5678, 9 << 24 | 0xab_cdef], key: [0x89ab_cdef, 0x0123_4567])
    #expect([block[0], block[1], block[2], block[3]] == expected)
    // Uniforms: two float64 rows or four float32 rows a block.
    let wide = Matrix<Double>(features: 1, rows: 4)
    stream.uniforms(.chainNoise, step: step, rows: 154..<158, columns: 5..<6, into: wide)
    let first = (UInt64(expected[1]) << 32 | UInt64(expected[0])) >> 11
    let second = (UInt64(expected[3]) << 32 | UInt64(expected[2])) >> 11
    #expect(wide[0, 0] == Double(first) * 0x1p-53)
    #expect(wide[0, 1] == Double(second) * 0x1p-53)
    let narrow = Matrix<Float>(features: 1, rows: 4)
    stream.uniforms(.chainNoise, step: step, rows: 308..<312, columns: 5..<6, into: narrow)
    #expect(elements(narrow) == expected.map { Float($0 >> 8) * 0x1p-24 })
  }

  @Test func normalsDoNotDependOnTheWindow() {
    checkWindows(Double.self)
    checkWindows(Float.self)
  }

  func checkWindows<S: Real>(_: S.Type) {
    let stream = RandomStream(key: 42)
    for fill in [RandomStream.normals, RandomStream.uniforms]
      as [(RandomStream) -> (RandomPurpose, UInt64, Range<Int>, Range<Int>, Matrix<S>) -> Void]
    {
      let whole = Matrix<S>(features: 4, rows: 300)
      fill(stream)(.chainNoise, 7, 0..<300, 0..<4, whole)
      for rows in [5..<9, 0..<1, 3..<4, 1..<300, 126..<131, 64..<64 + 129, 299..<300] {
        let part = Matrix<S>(features: 2, rows: rows.count)
        fill(stream)(.chainNoise, 7, rows, 1..<3, part)
        for column in 1..<3 {
          let expected = rows.map { whole[column, $0] }
          #expect(sameBits((0..<rows.count).map { part[column - 1, $0] }, expected), "\(rows)")
        }
      }
    }
  }

  @Test func oneRowHasTheNumbersOfMany() {
    checkOneRow(Double.self)
    checkOneRow(Float.self)
  }

  func checkOneRow<S: Real>(_: S.Type) {
    let stream = RandomStream(key: 0x1234_5678_9abc_def0)
    let whole = Matrix<S>(features: 20, rows: 10)
    stream.normals(.negativesNoise, step: 1 << 40, rows: 0..<10, columns: 5..<25, into: whole)
    for row in 0..<10 {
      for columns in [5..<25, 5..<13, 6..<15, 9..<11, 7..<8] {
        let one = Matrix<S>(features: columns.count, rows: 1)
        stream.normals(
          .negativesNoise, step: 1 << 40, rows: row..<row + 1, columns: columns, into: one)
        let expected = columns.map { whole[$0 - 5, row] }
        #expect(
          sameBits(columns.indices.map { one[$0 - columns.lowerBound, 0] }, expected),
          "row \(row), \(columns)")
      }
    }
  }

  @Test func singleElementsAreThoseOfTheMatrix() {
    let stream = RandomStream(key: 1 << 63)
    let normals = Matrix<Double>(features: 3, rows: 9)
    let uniforms = Matrix<Double>(features: 3, rows: 9)
    stream.normals(.evaluation, step: 3, rows: 10..<19, columns: 2..<5, into: normals)
    stream.uniforms(.evaluation, step: 3, rows: 10..<19, columns: 2..<5, into: uniforms)
    for row in 10..<19 {
      for column in 2..<5 {
        #expect(
          stream.normal(.evaluation, step: 3, row: row, column: column)
            == normals[column - 2, row - 10])
        #expect(
          stream.uniform(.evaluation, step: 3, row: row, column: column)
            == uniforms[column - 2, row - 10])
      }
    }
  }

  @Test func everyFieldChangesTheNumbers() {
    let base = RandomStream(key: 5).normal(.chainNoise, step: 1, row: 2, column: 3)
    let others = [
      RandomStream(key: 6).normal(.chainNoise, step: 1, row: 2, column: 3),
      RandomStream(key: 5 | 1 << 40).normal(.chainNoise, step: 1, row: 2, column: 3),
      RandomStream(key: 5).normal(.batch, step: 1, row: 2, column: 3),
      RandomStream(key: 5).normal(.chainNoise, step: 1 | 1 << 40, row: 2, column: 3),
      RandomStream(key: 5).normal(.chainNoise, step: 2, row: 2, column: 3),
      RandomStream(key: 5).normal(.chainNoise, step: 1, row: 3, column: 3),
      RandomStream(key: 5).normal(.chainNoise, step: 1, row: 2, column: 4),
    ]
    #expect(Set(others + [base]).count == others.count + 1)
  }

  /// Each statement fails for a true generator with probability below 1e-6 over keys; the key is
  /// fixed, so the outcome is too.
  @Test func lawOfNormalsInFloat64() { checkLaw(Double.self) }
  @Test func lawOfNormalsInFloat32() { checkLaw(Float.self) }

  func checkLaw<S: Real>(_: S.Type) {
    let rows = 50_000
    let matrix = Matrix<S>(features: 4, rows: rows)
    RandomStream(key: 2026).normals(
      .initialState, step: 0, rows: 0..<rows, columns: 0..<4, into: matrix)
    let values = elements(matrix).map { Double($0) }
    let n = Double(values.count)
    for (power, expected, variance) in [(1, 0.0, 1.0), (2, 1, 2), (3, 0, 15), (4, 3, 96)] {
      let moment = values.reduce(0) { $0 + Double.pow($1, power) } / n
      #expect(abs(moment - expected) < 4.9 * (variance / n).squareRoot(), "moment \(power)")
    }
    #expect(kolmogorov(values, Double.normalCDF) < 2.7)
    // Neighbours in a block, in a column and in a row are uncorrelated.
    for (lag, pairs) in [
      (1, zip(values, values.dropFirst())), (2, zip(values, values.dropFirst(2))),
      (rows, zip(values, values.dropFirst(rows))),
    ] {
      let covariance = pairs.reduce(0) { $0 + $1.0 * $1.1 } / n
      #expect(abs(covariance) < 4.9 / n.squareRoot(), "lag \(lag)")
      let squares = pairs.reduce(0) { $0 + ($1.0 * $1.0 - 1) * ($1.1 * $1.1 - 1) } / n
      #expect(abs(squares) < 4.9 * 2 / n.squareRoot(), "squares at lag \(lag)")
    }
  }

  /// √n sup |F_n − F|: above 2.7 with probability 2 e^(−2 · 2.7²) < 1e-6.
  func kolmogorov(_ values: [Double], _ cdf: (Double) -> Double) -> Double {
    let n = Double(values.count)
    var worst = 0.0
    for (k, value) in values.sorted().enumerated() {
      let p = cdf(value)
      worst = max(worst, abs(p - Double(k) / n), abs(p - Double(k + 1) / n))
    }
    return worst * n.squareRoot()
  }

  @Test func lawOfUniforms() {
    let stream = RandomStream(key: 99)
    let wide = Matrix<Double>(features: 1, rows: 100_000)
    let narrow = Matrix<Float>(features: 1, rows: 100_000)
    stream.uniforms(.evaluation, step: 1, rows: 0..<100_000, columns: 0..<1, into: wide)
    stream.uniforms(.evaluation, step: 1, rows: 0..<100_000, columns: 0..<1, into: narrow)
    for values in [elements(wide), elements(narrow).map { Double($0) }] {
      #expect(values.allSatisfy { $0 >= 0 && $0 < 1 })
      #expect(kolmogorov(values) { $0 } < 2.7)
    }
  }

  @Test func extremeIntegersGiveFiniteNormals() {
    let extremes: [UInt64] = [
      0, 1, .max, .max - 1, 1 << 63, (1 << 63) - 1, 1 << 62, 0xffff_ffff, 0x8000_0000,
      0x7fff_ffff, 0x4000_0000, 0x3fff_ffff, 0xffff_ff00, 0xffff_ff7f, 0xfff, 0x1000,
    ]
    for a in extremes {
      for b in extremes {
        var wide = (0.0, 0.0)
        Double.kernels(.selected).normalPair(a, b, &wide.0, &wide.1)
        #expect(wide.0.isFinite && wide.1.isFinite)
        #expect((wide.0 * wide.0 + wide.1 * wide.1).squareRoot() < 8.6)
        var narrow = (Float(0), Float(0))
        Float.kernels(.selected).normalPair(a, b, &narrow.0, &narrow.1)
        #expect(narrow.0.isFinite && narrow.1.isFinite)
        #expect((narrow.0 * narrow.0 + narrow.1 * narrow.1).squareRoot() < 6.8)
      }
    }
    var pair = (0.0, 0.0)
    Double.kernels(.selected).normalPair(0, 0, &pair.0, &pair.1)
    #expect((pair.0 * pair.0 + pair.1 * pair.1).squareRoot() > 8.5)
  }

  /// Pairs against the formula, by quadrants of the angle.
  @Test func pairsFollowBoxAndMuller() {
    var numbers = TestNumbers(seed: 8)
    for _ in 0..<2000 {
      let (a, b) = (numbers.bits(), numbers.bits())
      var wide = (0.0, 0.0)
      Double.kernels(.selected).normalPair(a, b, &wide.0, &wide.1)
      let radius = (-2 * Double.log((Double(a >> 12) + 0.5) * 0x1p-52)).squareRoot()
      // The first two bits turn by quarters about the angle of the rest, in (-1/8, 1/8) turns.
      let quadrant = Double(b >> 62)
      let rest = (Double((b >> 12) & ((1 << 50) - 1)) + 0.5) * 0x1p-50 - 0.5
      let angle = (quadrant + rest) * Double.pi / 2
      #expect(abs(wide.0 - radius * Double.cos(angle)) < 1e-14)
      #expect(abs(wide.1 - radius * Double.sin(angle)) < 1e-14)
      var narrow = (Float(0), Float(0))
      Float.kernels(.selected).normalPair(a & 0xffff_ffff, b >> 32, &narrow.0, &narrow.1)
      let shortRadius =
        (-2 * Double.log((Double(a & 0xffff_ffff) + 0.5) * 0x1p-32)).squareRoot()
      #expect(abs(Double(narrow.0) - shortRadius * Double.cos(angle)) < 3e-6)
      #expect(abs(Double(narrow.1) - shortRadius * Double.sin(angle)) < 3e-6)
    }
  }

  /// χ² with 6 degrees of freedom exceeds 38.3 with probability 1e-6.
  @Test func indicesAreUniform() {
    let stream = RandomStream(key: 7)
    var counts = [Double](repeating: 0, count: 7)
    for row in 0..<70_000 {
      counts[stream.index(below: 7, .batch, step: 4, row: row, column: 0)] += 1
    }
    #expect(counts.reduce(0) { $0 + ($1 - 10_000) * ($1 - 10_000) / 10_000 } < 38.3)
    #expect(stream.index(below: 1, .batch, step: 4, row: 0, column: 0) == 0)
    let huge = stream.index(below: .max, .batch, step: 4, row: 0, column: 0)
    #expect(huge >= 0 && huge > 1 << 40)
  }
}
