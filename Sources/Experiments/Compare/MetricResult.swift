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

  /// One for each result, in the order of the runs.
  package let values: [Double]
  /// The seeds of the values.
  package let seeds: [String]
  /// How many results there are, with those that were lost.
  package let count: Int
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

  init(_ metric: Comparison.Metric, _ series: MetricSeries, baseline: MetricSeries?) {
    (values, seeds, count, losses) = (
      series.values, series.seeds, series.count, series.losses
    )
    isLogarithmic = metric.isLogarithmic
    truth = series.truth
    func scaled(_ values: [Double]) -> [Double] {
      metric.isLogarithmic ? values.map(Double.log) : values
    }
    func back(_ value: Double) -> Double { metric.isLogarithmic ? Double.exp(value) : value }
    let estimate = series.values.isEmpty ? nil : MeanEstimate(scaled(series.values))
    mean = estimate.map { $0.count == 1 ? series.values[0] : back($0.mean) }
    interval = estimate?.interval().map { back($0.lowerBound)...back($0.upperBound) }
    let floors = series.floors
    if floors.isEmpty {
      floor = nil
    } else if metric.isLogarithmic, floors.allSatisfy({ $0 > 0 }) {
      floor = Double.exp(MeanEstimate(floors.map(Double.log)).mean)
    } else {
      floor = MeanEstimate(floors).mean
    }
    contrast = baseline.map { Contrast(metric, series, baseline: $0) }
  }
}

/// A group beside the baseline.
package struct Contrast: Sendable {
  package enum Verdict: Sendable, Equatable {
    /// Both sides are the same results, computed once.
    case sameResults
    /// A side has no value.
    case noValues
    case better
    case worse
    /// Of what neither small nor large values are better.
    case higher
    case lower
    /// The interval lies within the effect that matters.
    case within
    /// Nothing can be concluded: because results were lost, or for so many seeds in all (nil where that is not known).
    case undecided(lost: Bool, seeds: Int?)
  }

  /// The effect that matters: 15 %, as a ratio or of the baseline's mean.
  package static let effect = 0.15
  static let level = 0.05

  /// The test; nil where there are too few values.
  package let test: MeanDifference?
  package let isLogarithmic: Bool
  /// The ratio to the baseline, or the difference from it; nil where a side has no value.
  package let estimate: Double?
  package let interval: ClosedRange<Double>?
  /// Holm's p value over all rows.
  package private(set) var adjusted: Double?
  package private(set) var verdict: Verdict

  private let goal: MetricName.Goal
  /// What is left where results were lost: `9/10 results`.
  private let losses: String?
  private let isSame: Bool
  /// The effect in units of the scale; 0 where there is none.
  private let effectSize: Double
  /// Of a value of either side, where it is known.
  private let deviation: Double?
  private let count: Int

  init(_ metric: Comparison.Metric, _ series: MetricSeries, baseline: MetricSeries) {
    isLogarithmic = metric.isLogarithmic
    goal = metric.name.goal
    losses = Self.losses(series) ?? Self.losses(baseline).map { $0 + " of the baseline" }
    func scaled(_ values: [Double]) -> [Double] {
      metric.isLogarithmic ? values.map(Double.log) : values
    }
    func back(_ value: Double) -> Double { metric.isLogarithmic ? Double.exp(value) : value }
    let (one, two) = (scaled(baseline.values), scaled(series.values))
    count = min(one.count, two.count)
    var isSame = false
    var test: MeanDifference?
    switch series.pairing(with: baseline) {
    case .same: isSame = !two.isEmpty
    case .pairs(let pairs):
      test = MeanDifference.paired(scaled(pairs.map(\.0)), scaled(pairs.map(\.1)))
    case .none: test = MeanDifference.welch(one, two)
    }
    self.isSame = isSame
    self.test = test
    let means = one.isEmpty || two.isEmpty ? nil : (MeanEstimate(one), MeanEstimate(two))
    let difference = isSame ? 0 : test?.difference ?? means.map { $0.1.mean - $0.0.mean }
    estimate = difference.map(back)
    interval =
      isSame
      ? nil : test.map { back($0.interval().lowerBound)...back($0.interval().upperBound) }
    effectSize =
      metric.isLogarithmic
      ? Double.log(1 + Self.effect) : Self.effect * abs(means?.0.mean ?? 0)
    switch test?.method {
    case .paired:
      deviation = test.map { $0.standardError * ($0.degreesOfFreedom + 1).squareRoot() }
    case .welch, nil:
      // One value has no deviation: then the other side's stands for both.
      let squares = [means?.0.deviation, means?.1.deviation].compactMap(\.self)
        .filter(\.isFinite).map { $0 * $0 }
      deviation =
        squares.isEmpty ? nil : (squares.reduce(0, +) / Double(squares.count)).squareRoot()
    }
    verdict = .noValues
  }

  /// Draws the conclusion.
  ///
  /// - Parameters:
  ///   - adjusted: the p value by Holm; nil where there is no test.
  ///   - rows: how many tests there are.
  mutating func conclude(adjusted: Double?, rows: Int) {
    self.adjusted = adjusted
    guard let estimate else { return }
    if losses != nil {
      verdict = .undecided(lost: true, seeds: nil)
    } else if isSame {
      verdict = .sameResults
    } else if let adjusted, adjusted < Self.level {
      let isLower = estimate < (isLogarithmic ? 1 : 0)
      switch goal {
      case .small: verdict = isLower ? .better : .worse
      case .large: verdict = isLower ? .worse : .better
      case .none: verdict = isLower ? .lower : .higher
      }
    } else if isWithin {
      verdict = .within
    } else {
      verdict = .undecided(lost: false, seeds: seedsNeeded(rows: rows))
    }
  }

  private static func losses(_ series: MetricSeries) -> String? {
    series.losses.isEmpty ? nil : "\(series.values.count)/\(series.count) results"
  }

  /// Whether the interval holds no effect that matters.
  private var isWithin: Bool {
    guard let interval, effectSize > 0 else { return false }
    let (low, high) =
      isLogarithmic
      ? (Double.log(interval.lowerBound), Double.log(interval.upperBound))
      : (interval.lowerBound, interval.upperBound)
    return low >= -effectSize && high <= effectSize
  }

  /// With how many seeds a side the effect would be found with a probability of 80 %, at a level that leaves room for all
  /// rows; nil where the deviation is not known or there is nothing to take a part of.
  private func seedsNeeded(rows: Int) -> Int? {
    guard let deviation, deviation > 0, effectSize > 0 else { return nil }
    let (effect, level) = (effectSize / deviation, Self.level / Double(max(rows, 1)))
    if case .paired = test?.method {
      return TestPower.pairs(effect: effect, level: level)
    }
    return TestPower.values(effect: effect, level: level)
  }

  /// The verdict in words.
  package var text: String {
    let percent = Int((Self.effect * 100).rounded())
    switch verdict {
    case .sameResults: return "the same results"
    case .noValues: return "no values"
    case .better: return "better"
    case .worse: return "worse"
    case .higher: return "higher"
    case .lower: return "lower"
    case .within: return "within \(percent) %"
    case .undecided(lost: true, seeds: _): return "undecided: only \(losses ?? "some")"
    case .undecided(lost: false, seeds: let seeds?) where seeds > count:
      return "undecided, about \(seeds) seeds for a \(percent) % effect"
    case .undecided(lost: false, seeds: .some):
      return "undecided, a \(percent) % effect would likely have shown"
    case .undecided(lost: false, seeds: nil):
      return count == 1 ? "undecided: one seed" : "undecided"
    }
  }
}

extension Comparison {
  /// Holm's correction over all rows, and the verdicts.
  static func conclude(_ groups: inout [Group]) {
    let probabilities = groups.flatMap { group in
      group.results.compactMap { $0.contrast?.test?.probability }
    }
    // In the order in which the tests are met again.
    var adjusted = Holm.adjusted(probabilities)[...]
    for group in groups.indices {
      for result in groups[group].results.indices {
        guard let contrast = groups[group].results[result].contrast else { continue }
        groups[group].results[result].contrast?.conclude(
          adjusted: contrast.test == nil ? nil : adjusted.popFirst(), rows: probabilities.count)
      }
    }
  }
}
