internal import CKernels

extension Oracle {
  /// Published known answers of the generators, and moments of what is made of them.
  static var random: [Oracle] {
    [
      // Random123's `kat_vectors`: philox 4x32-10, all ones; and the digits of π.
      .exact(.random, "Philox 4x32-10 of all ones, first word", 0x408f_276d, within: 0) {
        philox([.max, .max, .max, .max], [.max, .max])
      },
      .exact(.random, "Philox 4x32-10 of π's digits, first word", 0xd16c_fe09, within: 0) {
        philox([0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344], [0xa409_3822, 0x299f_31d0])
      },
      // JAX itself: `split(PRNGKey(45), 3)[0]` with `jax_threefry_partitionable` off and on, its normal numbers.
      .exact(.random, "JAX's split of key 45, original", 2_162_371_334, within: 0) {
        Double(JAXRandom(seed: 45).split(into: 3, taking: 0).words[0])
      },
      .exact(.random, "JAX's split of key 45, partitionable", 3_596_577_726, within: 0) {
        Double(JAXRandom(seed: 45, mode: .partitionable).split(into: 3, taking: 0).words[0])
      },
      .exact(.random, "JAX's first normal number of that key", -0.955_194_06, within: 1e-6) {
        Double(JAXRandom(seed: 45).split(into: 3, taking: 0).normals(count: 10_000)[0])
      },
      Oracle(.random, "mean fourth power of a million normal numbers: 3") { _ in
        let count = 1_000_000
        let numbers = Matrix<Double>(features: 1, rows: count)
        RandomStream(key: 4).normals(
          .evaluation, step: 0, rows: 0..<count, columns: 0..<1, into: numbers)
        var sum = 0.0
        for row in 0..<count {
          let square = numbers.pointer[row] * numbers.pointer[row]
          sum += square * square
        }
        // The fourth power of a normal number has variance 96.
        return Outcome(
          value: sum / Double(count), expected: 3,
          tolerance: 5 * (96 / Double(count)).squareRoot())
      },
    ]
  }

  @Sendable
  private static func philox(_ counter: [UInt32], _ key: [UInt32]) -> Double {
    var block: [UInt32] = [0, 0, 0, 0]
    sw_philox_4x32_10(counter, key, &block)
    return Double(block[0])
  }
}
