import Scorewalk

/// What a ``ChainPrediction`` says of samples that are looked at on a line: the law of the kept states there.
///
/// A point x of the evaluation's line is the point `base` ± x of the prediction's.
package struct PredictedLine: Sendable {
  private let pooled: ChainLaw
  private let base: Double
  private let isReversed: Bool
  /// The truth on the prediction's line.
  private let truth: Law

  /// - Parameters:
  ///   - prediction: what the chains give.
  ///   - along: the evaluation's line; nil where samples have one dimension and are taken as they are.
  ///   - law: the truth, in all its dimensions.
  /// - Returns: nil where the two lines are not parallel, so that nothing follows.
  package init?(_ prediction: ChainPrediction, along: SamplesEvaluation.Line?, law: Law) {
    pooled = prediction.pooled
    let unit = prediction.frame?.direction ?? [1]
    guard let along else {
      guard prediction.frame == nil, law.dimension == 1 else { return nil }
      (base, isReversed, truth) = (0, false, law)
      return
    }
    var (product, square) = (0.0, 0.0)
    for (one, other) in zip(along.direction, unit) {
      product += one * other
      square += one * one
    }
    let cosine = product / square.squareRoot()
    guard abs(abs(cosine) - 1) < 1e-12 else { return nil }
    isReversed = cosine < 0
    base = prediction.frame?.project(along.start) ?? along.start[0]
    truth = prediction.frame?.project(law) ?? law
  }

  /// The probabilities between cuts on the evaluation's line, `[cuts + 1]`, in its order.
  package func masses(cutAt cuts: [Double]) -> [Double] {
    guard isReversed else { return pooled.masses(cutAt: cuts.map { base + $0 }) }
    return pooled.masses(cutAt: cuts.reversed().map { base - $0 }).reversed()
  }

  /// The probability of an interval of the evaluation's line; an end may be infinite.
  package func probability(of interval: ClosedRange<Double>) -> Double {
    let ends = [interval.lowerBound, interval.upperBound].filter(\.isFinite)
    let masses = masses(cutAt: ends)
    return masses[interval.lowerBound.isFinite ? 1 : 0]
  }

  /// Distances to the truth, the same on both lines; nil where the truth has atoms.
  package var distances: LangevinTransition.Distances? {
    truth.mixture.map { pooled.distances(to: $0) }
  }
}
