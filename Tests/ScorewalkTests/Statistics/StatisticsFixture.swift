import Foundation

/// Reference values of `Tests/Fixtures/make_statistics.py` (SciPy 1.17, mpmath 1.3 where SciPy overflows).
struct StatisticsFixture: Decodable {
  struct Student: Decodable {
    struct Quantile: Decodable { let q, t: Double }
    struct Point: Decodable { let t, tail, density: Double }
    let df: Double
    let quantiles: [Quantile]
    let points: [Point]
  }
  struct Noncentral: Decodable { let df, delta, t, tail: Double }
  struct Seeds: Decodable {
    let effect, paired_power_at_10, two_sample_power_at_10: Double
    let paired, two_sample: Int
  }
  struct Test: Decodable {
    struct Welch: Decodable { let t, df, p, low, high: Double }
    struct Paired: Decodable {
      let b: [Double]
      let t, df, p, low, high, r: Double
    }
    struct Mean: Decodable { let mean, deviation, low, high: Double }
    let a, b: [Double]
    let welch: Welch
    let paired: Paired?
    let mean: Mean
  }
  struct Correction: Decodable { let p, adjusted: [Double] }
  struct Kolmogorov: Decodable { let lambda, tail: Double }

  let student: [Student]
  let noncentral: [Noncentral]
  let seeds: [Seeds]
  let tests: [Test]
  let holm: [Correction]
  let kolmogorov: [Kolmogorov]

  static func read() throws -> StatisticsFixture {
    let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent()
    let data = try Data(contentsOf: folder.appendingPathComponent("Fixtures/statistics.json"))
    return try JSONDecoder().decode(StatisticsFixture.self, from: data)
  }
}

/// Whether a number is that of the table, relative to it.
func agrees(_ value: Double, _ reference: Double, _ tolerance: Double = 1e-10) -> Bool {
  abs(value - reference) <= tolerance * abs(reference)
}
