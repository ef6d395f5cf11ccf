import Scorewalk
import Testing

/// Keys and numbers of JAX 0.10.2 on a CPU, `jax_threefry_partitionable` off and on: `Tests/Fixtures/make_jax.py`.
@Suite struct JAXRandomTests {
  private func key(_ seed: UInt64, _ mode: JAXRandom.Mode) -> JAXRandom {
    JAXRandom(seed: seed, mode: mode)
  }

  private func split(_ key: JAXRandom, into count: Int) -> [[UInt32]] {
    (0..<count).map {
      let words = key.split(into: count, taking: $0).words
      return [words[0], words[1]]
    }
  }

  /// Known answers of Random123, `kat_vectors`: threefry2x32 with 20 rounds.
  @Test func threefryIsRandom123s() {
    let ones = SIMD2<UInt32>(repeating: .max)
    #expect(JAXRandom.threefry(.zero, .zero) == SIMD2(0x6b20_0159, 0x99ba_4efe))
    #expect(JAXRandom.threefry(ones, ones) == SIMD2(0x1cb9_96fc, 0xbb00_2be7))
    #expect(
      JAXRandom.threefry(SIMD2(0x1319_8a2e, 0x0370_7344), SIMD2(0x243f_6a88, 0x85a3_08d3))
        == SIMD2(0xc492_3a9c, 0x483d_f7a0))
  }

  @Test func keysOfSeeds() {
    #expect(JAXRandom(seed: 45).words == SIMD2(0, 45))
    #expect(JAXRandom(seed: (1 << 40) + 5).words == SIMD2(256, 5))
  }

  @Test func splitsOfTheOriginalMode() {
    let root = key(45, .original)
    #expect(
      split(root, into: 3) == [
        [2_162_371_334, 2_909_196_607], [1_352_169_241, 1_445_480_038],
        [899_087_629, 3_966_665_433],
      ])
    #expect(
      split(root, into: 2) == [[330_907_772, 1_401_737_065], [290_529_504, 3_048_971_815]])
    let path = [JAXRandom.Split(count: 3, index: 2), JAXRandom.Split(count: 5, index: 3)]
    #expect(root.descending(path).words == SIMD2(314_058_490, 236_519_440))
    #expect(root.descending([]) == root)
  }

  @Test func splitsOfThePartitionableMode() {
    let root = key(45, .partitionable)
    #expect(
      split(root, into: 3) == [
        [3_596_577_726, 3_041_325_263], [4_024_899_259, 3_134_358_798],
        [330_907_772, 290_529_504],
      ])
    #expect(split(root, into: 2) == Array(split(root, into: 3).prefix(2)))
    let path = [JAXRandom.Split(count: 3, index: 2), JAXRandom.Split(count: 5, index: 3)]
    #expect(root.descending(path).words == SIMD2(2_276_956_632, 330_974_826))
  }

  @Test func bits() {
    #expect(
      key(0, .original).bits(count: 4) == [
        4_146_024_105, 967_050_713, 2_718_843_009, 1_272_950_319,
      ])
    // An odd count.
    #expect(
      key(45, .original).bits(count: 5) == [
        2_162_371_334, 2_909_196_607, 3_027_691_935, 1_445_480_038, 899_087_629,
      ])
    #expect(
      key(0, .partitionable).bits(count: 4) == [
        4_070_199_207, 4_202_968_722, 1_427_181_096, 2_012_915_765,
      ])
    #expect(
      key(45, .partitionable).bits(count: 5) == [
        1_662_622_577, 1_429_574_581, 48_783_516, 3_603_656_032, 1_671_975_071,
      ])
    for mode in JAXRandom.Mode.allCases { #expect(key(0, mode).bits(count: 0).isEmpty) }
  }

  /// In the partitionable mode a number does not depend on how many there are; in the original it does.
  @Test func numbersInAWindow() {
    let (new, old) = (key(3, .partitionable), key(3, .original))
    #expect(Array(new.bits(count: 100).prefix(7)) == new.bits(count: 7))
    #expect(Array(old.bits(count: 100).prefix(7)) != old.bits(count: 7))
  }

  @Test func uniformNumbersAreExact() {
    #expect(
      key(0, .original).uniforms(count: 4) == [
        0.96532142162323, 0.2251589298248291, 0.6330299377441406, 0.2963818311691284,
      ])
    #expect(
      key(0, .partitionable).uniforms(count: 4) == [
        0.9476670026779175, 0.9785798788070679, 0.33229148387908936, 0.46866846084594727,
      ])
    // Bounds whose difference is no power of two: XLA rounds product and sum together.
    let bound = Float.erf(2 / (2 as Float).squareRoot())
    #expect(
      Array(key(0, .original).uniforms(count: 10_001, from: -bound, to: bound).prefix(3)) == [
        -0.851760745048523, -0.8124852776527405, 0.24923130869865417,
      ])
  }

  private func isNear(_ values: [Float], _ expected: [Double], within error: Double = 1e-6) -> Bool
  {
    values.count == expected.count
      && zip(values, expected).allSatisfy { abs(Double($0) - $1) <= error }
  }

  @Test func normalNumbers() {
    #expect(
      isNear(
        key(0, .original).normals(count: 4),
        [1.8160862922668457, -0.7548851370811462, 0.3398890793323517, -0.5348353385925293]))
    #expect(
      isNear(
        key(0, .partitionable).normals(count: 4),
        [1.622642159461975, 2.0252647399902344, -0.4335944354534149, -0.07861734926700592]))
    let first = key(45, .original).split(into: 3, taking: 0)
    let many = first.normals(count: 10_000)
    #expect(
      isNear(Array(many.prefix(4)), [-0.95519406, -0.25177407, 0.73650396, 0.97396475]))
    #expect(
      isNear(
        Array(key(45, .partitionable).split(into: 3, taking: 0).normals(count: 10_000).prefix(4)),
        [0.07853926718235016, -0.25036969780921936, 0.0015616739401593804, -0.2940733730792999]))
    #expect(
      isNear(
        first.normals(count: 4),
        [-0.12222418189048767, -0.5564684271812439, 0.820654571056366, 1.0181807279586792]))
    // One number in a hundred differs in its last place.
    #expect(abs(many.reduce(0.0) { $0 + Double($1) } - 84.9544950155032) < 5e-6)
  }

  @Test func truncatedNormalNumbers() {
    #expect(
      isNear(
        key(0, .original).truncatedNormals(count: 4, from: -2, to: 2),
        [1.5905910730361938, -0.7138360142707825, 0.32385754585266113, -0.5082287192344666]))
    #expect(
      isNear(
        key(0, .partitionable).truncatedNormals(count: 4, from: -2, to: 2),
        [1.4559592008590698, 1.714748740196228, -0.4126753509044647, -0.07503343373537064]))
    let many = key(45, .original).split(into: 3, taking: 0).truncatedNormals(
      count: 10_000, from: -2, to: 2)
    #expect(abs(many.reduce(0.0) { $0 + Double($1) } - 69.56573646972538) < 1e-4)
    #expect(many.allSatisfy { $0 > -2 && $0 < 2 })
  }

  /// XLA's polynomial leaves the correctly rounded inverse by no more than 2e-5 relative, on both sides of
  /// the place where its two halves meet (|x| = 0.99662).
  @Test func inverseOfTheErrorFunction() {
    for x: Float in [0, 1e-6, -0.3, 0.9, -0.9966, 0.9967, 0.999999, -(1 as Float).nextDown] {
      let exact = Float.erfinv(x)
      #expect(abs(JAXRandom.inverseErrorFunction(x) - exact) <= 2e-5 * abs(exact), "\(x)")
    }
  }

  @Test func parametersOfStax() {
    // stax.serial(Dense(1024), Relu, Dense(1)) from split(split(PRNGKey(45), 3)[2])[0].
    let path = [JAXRandom.Split(count: 3, index: 2), JAXRandom.Split(count: 2, index: 0)]
    let random = JAXRandom(seed: 45).descending(path)
    let network = MLP(widths: [1, 1024, 1], activation: .relu)
    let parameters = network.staxParameters(random)
    func first(_ offset: Int) -> [Float] { Array(parameters[offset..<(offset + 4)]) }
    #expect(
      isNear(
        first(network.layers[0].kernelOffset), [-0.02474977, -0.03120192, 0.03116459, -0.04374597],
        within: 1e-8))
    #expect(
      isNear(
        first(network.layers[0].biasOffset), [0.00630046, 0.00104185, 0.00114118, 0.00965587],
        within: 1e-8))
    #expect(
      isNear(
        first(network.layers[1].kernelOffset), [0.00578879, 0.02601897, -0.09716911, 0.03219958],
        within: 1e-8))
    #expect(isNear([parameters[network.layers[1].biasOffset]], [-0.01892884], within: 1e-8))
    #expect(parameters.count == network.parameterCount)
  }

  /// stax.serial(Dense(5), Tanh, Dense(3), Tanh, Dense(2)) from PRNGKey(7), in the partitionable mode.
  @Test func parametersOfStaxInBothPrecisions() throws {
    let network = Network(dimension: 2, hidden: [5, 3], activation: .tanh, output: .score)
    let random = JAXRandom(seed: 7, mode: .partitionable)
    let narrow = network.staxParameters(random, precision: .float32)
    let wide = network.staxParameters(random, precision: .float64)
    #expect(narrow.map(\.values.doubles) == wide.map(\.values.doubles))
    #expect(wide.allSatisfy { $0.values.precision == .float64 })
    let expected = [
      [-0.39731594920158386, 0.5089983344078064, 0.4380365312099457],
      [-0.007090066093951464, -0.002848326228559017],
      [0.25132399797439575, -0.33576545119285583, 0.5751242637634277],
      [0.002917628735303879, 0.013556069694459438],
      [-0.2406318634748459, -0.5386380553245544, -0.7340496182441711],
      [0.00857111718505621, 0.0008159725111909211],
    ]
    #expect(wide.count == expected.count)
    for (tensor, numbers) in zip(wide, expected) {
      let first = tensor.values.doubles.prefix(numbers.count).map { Float($0) }
      #expect(isNear(first, numbers, within: 1e-7), "\(tensor.name)")
    }
  }

  /// normal(k1, (3, 2)) * [2, 0.5] + [1, -1] and normal(k2, (2, 2)) * [1, 3] + [10, 20], with k1 and k2 the
  /// keys 1 and 2 of split(PRNGKey(5), 4).
  @Test func rowsOfAMixture() throws {
    let mixture = try GaussianMixture(components: [
      .init(mean: [1, -1], covariance: .diagonal([4, 0.25])),
      .init(mean: [10, 20], covariance: .diagonal([1, 9])),
    ])
    let root = JAXRandom(seed: 5)
    let keys = [1, 2].map { root.split(into: 4, taking: $0) }
    let rows = mixture.sample(counts: [3, 2], keys: keys)
    #expect(
      isNear(
        rows,
        [
          1.901313066482544, -1.0350455045700073, 3.324406862258911, -0.8855410218238831,
          1.1770827770233154, -1.3861808776855469, 9.951008796691895, 24.177440643310547,
          10.208048820495605, 23.2239933013916,
        ], within: 2e-6))
    #expect(mixture.sample(counts: [0, 2], keys: keys) == Array(rows.suffix(4)))
    #expect(mixture.hasIndependentCoordinates)
    let full = try GaussianMixture(components: [
      .init(mean: [0, 0], covariance: .full([[2, 1], [1, 2]]))
    ])
    #expect(!full.hasIndependentCoordinates)
  }
}
