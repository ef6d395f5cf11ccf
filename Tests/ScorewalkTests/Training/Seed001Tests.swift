import Scorewalk
import Testing

/// The first twelve updates of seed 001 (ericmjl/score-models, notebook 02 at commit 29b0cdb): METHODS 1.4,
/// measured with JAX 0.10.2 and jaxopt 0.8.5, `jax_threefry_partitionable` off.
@Suite struct Seed001Tests {
  static let key = JAXRandom(seed: 45)
  static let network = Network(dimension: 1, hidden: [1024], activation: .relu, output: .score)

  /// The losses after each update.
  static let losses = [
    -0.01297640, -0.01475726, -0.01563371, -0.01599800, -0.01630294, -0.01673051, -0.01755705,
    -0.01911552, -0.02063170, -0.02193402, -0.02306414, -0.02414251,
  ]
  /// The step size that the next update begins with.
  static let stepSizes = [
    0.03125, 0.03125, 0.0625, 0.0625, 0.03125, 0.0625, 0.125, 0.25, 0.125, 0.03125, 0.0625, 0.0625,
  ]
  static let halvings = [6, 1, 0, 1, 2, 0, 0, 0, 2, 3, 0, 1]

  /// 10,000 and 5,000 rows from keys 0 and 1 of three.
  static func data() throws -> [Float] {
    let mixture = try GaussianMixture(components: [
      .init(weight: 2, mean: [-5], standardDeviation: 3),
      .init(weight: 1, mean: [6], standardDeviation: 1),
    ])
    return mixture.sample(
      counts: [10_000, 5_000], keys: [0, 1].map { key.split(into: 3, taking: $0) })
  }

  @Test func dataHaveTheNotebooksMoments() throws {
    let data = try Self.data().map { Double($0) }
    #expect(data.count == 15_000)
    let mean = data.reduce(0, +) / 15_000
    let variance = data.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 15_000
    #expect(abs(mean - -1.314883201901118) < 1e-6)
    #expect(abs(variance - 33.120497317045704) < 1e-5)
  }

  /// In float64 with float32's ε, and in float32 as the notebook had it: the same step sizes, and the same
  /// losses to 1e-6.
  @Test(arguments: Precision.allCases)
  func theFirstTwelveUpdates(precision: Precision) throws {
    let data = try Self.data().map { Double($0) }
    let configuration = TrainingConfiguration(
      network: Self.network, objective: ImplicitScoreMatching(),
      optimizer: GradientDescent(stepSize: .backtracking(.init(epsilon: 1.1920929e-7))),
      batches: .points(.init(values: data, dimension: 1, batchSize: nil)),
      stream: RandomStream(key: 0), precision: precision)
    let initial = Self.network.staxParameters(
      Self.key.descending([.init(count: 3, index: 2), .init(count: 2, index: 0)]),
      precision: precision)
    #expect(abs(try Self.loss(initial, data) - 0.0012318008) < 1e-6)
    let process = try TrainingProcess(configuration, initial: initial)
    for update in 0..<12 {
      let record = try process.advance()
      #expect(record.stepSize == Self.stepSizes[update] / 2, "update \(update)")
      #expect(record.halvings == Self.halvings[update], "update \(update)")
      let loss = try Self.loss(process.parameters(), data)
      #expect(abs(loss - Self.losses[update]) < 1e-6, "update \(update): \(loss)")
    }
  }

  /// mean s' + ½ mean s² in double precision, written out.
  static func loss(_ parameters: [NamedTensor], _ data: [Double]) throws -> Double {
    let values = parameters.map(\.values.doubles)
    let (w, b, v, c) = (values[0], values[1], values[2], values[3][0])
    // Sorted by their kinks, the units that are on at x are a prefix (w < 0) or a suffix (w > 0).
    let units = w.indices.filter { w[$0] != 0 }.sorted { -b[$0] / w[$0] < -b[$1] / w[$1] }
    let points = data.sorted()
    var (slope, offset) = (0.0, c)
    for unit in units where w[unit] < 0 {
      slope += v[unit] * w[unit]
      offset += v[unit] * b[unit]
    }
    var next = 0
    var total = 0.0
    for x in points {
      while next < units.count, -b[units[next]] / w[units[next]] < x {
        let unit = units[next]
        let sign: Double = w[unit] > 0 ? 1 : -1
        slope += sign * v[unit] * w[unit]
        offset += sign * v[unit] * b[unit]
        next += 1
      }
      let score = slope * x + offset
      total += slope + 0.5 * score * score
    }
    return total / Double(points.count)
  }
}
