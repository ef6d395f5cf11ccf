import Scorewalk

/// A group beside the baseline.
package struct Contrast: Sendable {
  package enum Verdict: Sendable, Equatable {
    /// Both sides are the same results, computed once.
    case sameResults
    /// A side has no such metric.
    case noValues
    /// Neither is farther off than true samples would be.
    case atTheFloor
    case better
    case worse
    /// Of what neither small nor large values are better.
    case higher
    case lower
    /// The interval lies within the effect that matters.
    case within
    /// Results were lost: what is left is chosen by what was lost.
    case lost
    /// The values of different seeds are the same, so that there is nothing to measure a difference by.
    case constant
    case undecided
  }

  /// The effect that matters, of what can be taken a part of: 15 %, as a ratio or of the baseline's mean.
  package static let effect = 0.15
  static let level = 0.05

  /// The test; nil where there are too few values, or none that vary.
  package let test: MeanDifference?
  /// Of how many seeds on either side the pairs are, where some have no partner.
  package let seedsOfPairs: Int?
  package let isLogarithmic: Bool
  /// The ratio to the baseline, or the difference from it; nil where a side has no value.
  package let estimate: Double?
  package let interval: ClosedRange<Double>?
  /// Holm's p value over all rows.
  package private(set) var adjusted: Double?
  package private(set) var verdict = Verdict.noValues

  private let goal: MetricName.Goal
  /// What is left where results were lost: `9/10 results`.
  private let losses: String?
  /// What is the case whatever the test says.
  private let settled: Verdict?
  /// The effect in units of the scale; 0 where there is none.
  private let effectSize: Double
  /// The difference, on the scale.
  private let difference: Double?
  /// Of a value of either side, or of a pair's difference, on the scale, where it is known.
  private let deviation: Double?
  /// The smaller number of values of either side.
  private let count: Int
  /// How many tests there are.
  private var rows = 1

  init(_ metric: Comparison.Metric, _ series: MetricSeries, baseline: MetricSeries) {
    isLogarithmic = metric.isLogarithmic
    goal = metric.name.goal
    losses = Self.losses(series) ?? Self.losses(baseline).map { $0 + " of the baseline" }
    let scale = MetricScale(isLogarithmic: metric.isLogarithmic)
    let (one, two) = (baseline.values.map(scale.value), series.values.map(scale.value))
    count = min(one.count, two.count)
    var isSame = false
    var found: MeanDifference?
    var seedsOfPairs: Int?
    switch series.pairing(with: baseline) {
    case .same: isSame = !two.isEmpty
    case .pairs(let pairs, of: let seeds):
      found = MeanDifference.paired(
        pairs.map { scale.value($0.0) }, pairs.map { scale.value($0.1) })
      if pairs.count < seeds { seedsOfPairs = seeds }
    case .none: found = MeanDifference.welch(one, two)
    }
    self.seedsOfPairs = seedsOfPairs
    let varies = found.map { Self.varies($0, one + two, scale) } ?? true
    test = varies ? found : nil
    let means = one.isEmpty || two.isEmpty ? nil : (MeanEstimate(one), MeanEstimate(two))
    let difference = isSame ? 0 : found?.difference ?? means.map { $0.1.mean - $0.0.mean }
    self.difference = difference
    estimate = difference.flatMap(scale.back)
    interval = isSame ? nil : test?.interval().flatMap(scale.back)
    effectSize =
      metric.isLogarithmic
      ? Double.log(1 + Self.effect)
      : metric.name.isRatio ? Self.effect * abs(means?.0.mean ?? 0) : 0
    if case .paired = test?.method {
      deviation = test.map { $0.standardError * ($0.degreesOfFreedom + 1).squareRoot() }
    } else {
      // One value has no deviation: then the other side's stands for both.
      let squares = [means?.0.deviation, means?.1.deviation].compactMap(\.self)
        .filter(\.isFinite).map { $0 * $0 }
      deviation =
        squares.isEmpty ? nil : (squares.reduce(0, +) / Double(squares.count)).squareRoot()
    }
    if isSame {
      settled = .sameResults
    } else if Self.isAtTheFloor(
      metric, means.map { ($0.0.mean, $0.1.mean) }, scale, baseline, series)
    {
      settled = .atTheFloor
    } else {
      settled = varies ? nil : .constant
    }
  }

  private static func losses(_ series: MetricSeries) -> String? {
    series.losses.isEmpty ? nil : "\(series.values.count)/\(series.count) results"
  }

  /// Whether there is more than rounding to measure a difference by: some units in the last place of the largest value. A
  /// logarithm is as inexact as 1 where it is smaller.
  private static func varies(
    _ test: MeanDifference, _ values: [Double], _ scale: MetricScale
  ) -> Bool {
    let largest = values.reduce(scale.isLogarithmic ? 1 : 0) { max($0, abs($1)) }
    return test.standardError * Double(values.count).squareRoot() > 8 * largest.ulp
  }

  private static func isAtTheFloor(
    _ metric: Comparison.Metric, _ means: (Double, Double)?, _ scale: MetricScale,
    _ one: MetricSeries, _ two: MetricSeries
  ) -> Bool {
    guard metric.name.goal == .small, let means, let first = one.floor, let second = two.floor,
      let low = scale.back(means.0), let high = scale.back(means.1)
    else { return false }
    return low <= first && high <= second
  }

  /// Draws the conclusion.
  ///
  /// - Parameters:
  ///   - adjusted: the p value by Holm; nil where there is no test.
  ///   - rows: how many tests there are.
  mutating func conclude(adjusted: Double?, rows: Int) {
    self.adjusted = adjusted
    self.rows = rows
    if losses != nil {
      verdict = .lost
    } else if let settled {
      verdict = settled
    } else if let difference {
      if let adjusted, adjusted < Self.level {
        switch goal {
        case .small: verdict = difference < 0 ? .better : .worse
        case .large: verdict = difference < 0 ? .worse : .better
        case .none: verdict = difference < 0 ? .lower : .higher
        }
      } else {
        verdict = isWithin ? .within : .undecided
      }
    }
  }

  /// Whether the interval holds no effect that matters.
  private var isWithin: Bool {
    guard effectSize > 0, let range = test?.interval() else { return false }
    return range.lowerBound >= -effectSize && range.upperBound <= effectSize
  }

  /// With how many seeds a side the effect would be found with a probability of 80 %, at a level that leaves room for all
  /// rows; nil where that is no more than there are, where the deviation is not known, or where there is nothing to take a
  /// part of.
  ///
  /// - Complexity: some integrals over Student's t; it is asked for where it is shown.
  package var seedsNeeded: Int? {
    guard verdict == .undecided, let deviation, deviation > 0, effectSize > 0 else { return nil }
    let (effect, level) = (effectSize / deviation, Self.level / Double(max(rows, 1)))
    let isPaired = if case .paired = test?.method { true } else { false }
    let seeds =
      isPaired
      ? TestPower.pairs(effect: effect, level: level)
      : TestPower.values(effect: effect, level: level)
    return seeds.flatMap { $0 > count ? $0 : nil }
  }

  /// The verdict in words.
  package var text: String { text(seeds: seedsNeeded) }

  func text(seeds: Int?) -> String {
    let percent = Int((Self.effect * 100).rounded())
    switch verdict {
    case .sameResults: return "the same results"
    case .noValues: return "no values"
    case .atTheFloor: return "both at the floor"
    case .better: return "better"
    case .worse: return "worse"
    case .higher: return "higher"
    case .lower: return "lower"
    case .within: return "within \(percent) %"
    case .lost: return "undecided: only \(losses ?? "some")"
    case .constant: return "undecided: the values do not vary"
    case .undecided:
      if let seeds { return "undecided, about \(seeds) seeds for a \(percent) % effect" }
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
