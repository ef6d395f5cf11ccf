import Foundation
import Scorewalk

/// Reference values of `Tests/Fixtures/make_metrics.py` (SciPy 1.17, ArviZ 0.23, arviz-stats 0.8, POT 0.9.7).
struct MetricsFixture: Decodable {
  struct LineLaw: Decodable {
    let weights, means, deviations: [Double]
    let fisher, entropy, noise_level: Double
    let y, posterior_medians: [Double]
    let minimum_absolute_error: Double
    let x, cdf: [Double]

    var mixture: GaussianMixture {
      get throws {
        try GaussianMixture(
          components: weights.indices.map {
            .init(weight: weights[$0], mean: [means[$0]], standardDeviation: deviations[$0])
          })
      }
    }
  }
  struct Distance: Decodable {
    let law: String
    let samples: [Double]
    let ks, wasserstein, energy, wasserstein2: Double
  }
  struct TwoSample: Decodable {
    let a, b: [Double]
    let ks, wasserstein, energy, wasserstein2: Double
  }
  struct SampleMoments: Decodable {
    let samples: [Double]
    let mean, variance, skewness, excess_kurtosis: Double
  }
  struct Chains: Decodable {
    let chains, draws: Int
    let values: [Double]
    let identity, mean, mcse: Double
  }
  struct Ranks: Decodable {
    let chains, draws: Int
    let values: [Double]
    let rhat, bulk, tail, mcse_sd: Double

    var samples: SampleSet {
      SampleSet(values: values, chains: chains, draws: draws, dimension: 1)
    }
  }
  struct Clouds: Decodable {
    let dimension: Int
    let a, b: [Double]
    let energy, bandwidth, mmd, mmd_at_one, sliced: Double
    let directions: [[Double]]

    var first: SampleSet { SampleSet(rows: a, dimension: dimension) }
    var second: SampleSet { SampleSet(rows: b, dimension: dimension) }
  }
  struct LawDiscrepancy: Decodable {
    let points: [Double]
    let bandwidth, mmd: Double
  }
  struct Gaussians: Decodable {
    let wasserstein2: Double
  }
  struct Full: Decodable {
    let weights: [Double]
    let means: [[Double]]
    let covariances: [[[Double]]]
    let x: [[Double]]
    let log_density: [Double]

    var mixture: GaussianMixture {
      get throws {
        try GaussianMixture(
          components: weights.indices.map {
            .init(weight: weights[$0], mean: means[$0], covariance: .full(covariances[$0]))
          })
      }
    }
  }

  let laws: [String: LineLaw]
  let distances: [Distance]
  let two_sample: [TwoSample]
  let moments: [SampleMoments]
  let chains: [Chains]
  let full: Full
  let ranks: [Ranks]
  let clouds: [Clouds]
  let mmd_to_full: LawDiscrepancy
  let gaussians: Gaussians

  static func read() throws -> MetricsFixture {
    let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent()
    let data = try Data(contentsOf: folder.appendingPathComponent("Fixtures/metrics.json"))
    return try JSONDecoder().decode(MetricsFixture.self, from: data)
  }
}

/// The laws of the three notebooks.
enum Seeds {
  /// ½ N(-1, ½²) + ½ N(1, ½²).
  static func seed000() throws -> GaussianMixture {
    try GaussianMixture(components: [
      .init(mean: [-1], standardDeviation: 0.5), .init(mean: [1], standardDeviation: 0.5),
    ])
  }
  /// ⅔ N(-5, 3²) + ⅓ N(6, 1).
  static func seed001() throws -> GaussianMixture {
    try GaussianMixture(components: [
      .init(weight: 2, mean: [-5], standardDeviation: 3),
      .init(weight: 1, mean: [6], standardDeviation: 1),
    ])
  }
  /// ⅓ N((-10, 1), I) + ⅔ N((10, 0), I), to be smoothed with σ = 3.
  static func seed002() throws -> GaussianMixture {
    try GaussianMixture(components: [
      .init(weight: 1, mean: [-10, 1], standardDeviation: 1),
      .init(weight: 2, mean: [10, 0], standardDeviation: 1),
    ])
  }
}

/// Whether two numbers agree within an absolute tolerance.
func close(_ a: Double, _ b: Double, _ tolerance: Double) -> Bool { abs(a - b) <= tolerance }
