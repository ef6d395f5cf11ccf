import Scorewalk

/// What the runs of a group say of one metric.
package struct MetricResult: Sendable {
  /// A result that has no value.
  package struct Loss: Sendable, Equatable {
    package let run: String
    package let seed: String
    /// `failed: …`, `is nan`, `run interrupted`.
    package let reason: String
  }

  /// One for each replicate, in the order of the runs.
  package let values: [Double]
  /// The seeds of the values.
  package let seeds: [String]
  /// How many replicates there are, with those that were lost; 0 where the runs have no such metric.
  package let count: Int
  /// Of how many pooled points each value is the mean.
  package let points: Int
  package let losses: [Loss]
  /// Whether mean and interval are on the scale of the logarithm: a geometric mean.
  package let isLogarithmic: Bool
  package let mean: Double?
  /// The 95 % t interval; nil for fewer than two values.
  package let interval: ClosedRange<Double>?
  package let truth: Double?
  /// The mean of the floors at the effective sizes.
  package let floor: Double?
  /// Beside the baseline; nil for the baseline itself, and where there is none.
  package internal(set) var contrast: Contrast?

  /// - Parameters:
  ///   - series: settled on the metric's scale, as is the baseline.
  ///   - baseline: nil for the baseline itself, and for what must not be compared with it.
  init(_ metric: Comparison.Metric, _ series: MetricSeries, baseline: MetricSeries?) {
    (values, seeds, count, losses) = (
      series.values, series.seeds, series.count, series.losses
    )
    let found = series.values
    points = series.points
    isLogarithmic = metric.isLogarithmic
    (truth, floor) = (series.truth, series.floor)
    let scale = MetricScale(isLogarithmic: metric.isLogarithmic)
    let estimate = found.isEmpty ? nil : MeanEstimate(found.map(scale.value))
    mean = estimate.flatMap { $0.count == 1 ? found[0] : scale.back($0.mean) }
    interval = estimate?.interval().flatMap(scale.back)
    contrast = baseline.map { Contrast(metric, series, baseline: $0) }
  }
}

/// The scale on which values of a metric are compared: that of the logarithm, or their own.
struct MetricScale: Sendable {
  let isLogarithmic: Bool

  func value(_ value: Double) -> Double { isLogarithmic ? Double.log(value) : value }

  /// Back from the scale; nil where that is beyond all numbers.
  func back(_ value: Double) -> Double? {
    let result = isLogarithmic ? Double.exp(value) : value
    return result.isFinite ? result : nil
  }

  func back(_ range: ClosedRange<Double>) -> ClosedRange<Double>? {
    guard let low = back(range.lowerBound), let high = back(range.upperBound), low <= high else {
      return nil
    }
    return low...high
  }
}
