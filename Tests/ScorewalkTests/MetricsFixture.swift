import Foundation
import Scorewalk

/// Reference values of `Tests/Fixtures/make_metrics.py` (SciPy 1.17, checked against arviz-stats).
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
    let ks, wasserstein: Double
  }
  struct TwoSample: Decodable {
    let a, b: [Double]
    let ks, wasserstein: Double
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
  struct Full: Decodable {
    let weights: [Double]
    let means: [[Double]]
    let covariances: [[[Double]]]
    let x: [[Double]]
    let log_density: [Double]
  }

  let laws: [String: LineLaw]
  let distances: [Distance]
  let two_sample: [TwoSample]
  let moments: [SampleMoments]
  let chains: [Chains]
  let full: Full

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
