import Scorewalk
import YAML

/// `samples`: samples beside a law or beside other samples.
package struct SamplesEvaluation: EvaluationDefinition {
  package enum Metric: String, Sendable, CaseIterable {
    case ks
    case wasserstein
    case ecdf
    case moments
    case modeWeights = "mode-weights"
    case ess
    case rhat
    case modeCoverage = "mode-coverage"
    case energy
    case mmd
    case slicedWasserstein = "sliced-wasserstein"
    case wasserstein2 = "wasserstein-2"
    case classifier = "c2st"
    case negativeLogLikelihood = "negative-log-likelihood"

    /// Whether it is measured on the line alone.
    var isForTheLine: Bool { [.ks, .wasserstein, .ecdf].contains(self) }
    /// Whether it compares with something.
    var needsComparison: Bool {
      [.ks, .wasserstein, .energy, .mmd, .slicedWasserstein, .wasserstein2, .classifier]
        .contains(self)
    }
    /// Whether what it compares with must be a law.
    var needsLaw: Bool {
      [.modeWeights, .modeCoverage, .negativeLogLikelihood].contains(self)
    }
  }

  /// The line that points are projected on.
  package struct Line: Sendable {
    package let direction: [Double]
    /// The point that goes to 0; zeros where nil.
    package let origin: [Double]?
    package let directionRange: SourceRange?
    package let originRange: SourceRange?
  }

  /// A part of the line, ends included; they may be infinite.
  package struct Interval: Sendable {
    package let name: String
    package let range: ClosedRange<Double>
  }

  package let of: Reference
  package let against: Reference?
  package let metrics: [Metric]
  package let along: Line?
  package let intervals: [Interval]
  package let burnIn: Int
  /// ℓ of `mmd`; the median distance of the truth where nil.
  package let bandwidth: Double?
  package let projections: Int
  package let floors: Bool
  let ranges: Ranges

  /// Where to point at.
  struct Ranges: Sendable {
    let metrics: SourceRange?
    let burnIn: SourceRange?
    let intervals: SourceRange?
    /// nil where they are left out.
    let bandwidth: SourceRange?
    let projections: SourceRange?
    /// Whether `along` is there, right or wrong.
    let isProjected: Bool
  }

  package static let kind = Kind<any EvaluationDefinition>(
    "samples", version: 3,
    "Samples beside a law or data; every distance beside its floor, the distance of true samples, at n and at the effective n."
  ) { reader in
    let of = reader.reference(
      "of", to: [.samples, .dataset], "The samples; all chains and draws are pooled.")
    let against = reader.optionalReference(
      "against", to: [.law, .dataset, .samples], "The truth: a law, data, or other samples.")
    let metrics = reader.choices(
      "metrics", "What is measured.", of: Metric.self,
      default: [.ks, .wasserstein, .moments, .modeWeights, .ess])
    let along = reader.line("along")
    let intervals = reader.namedMaps(
      "intervals", of: "interval",
      "Parts of the line; the fraction of the samples in each is measured, beside the truth."
    ) { $0.interval() }
    let burnIn = reader.count(
      "burn_in", "How many kept draws at the start of each chain are left out.", smoke: 0,
      default: 0)
    let bandwidth = reader.optionalNumber(
      "bandwidth",
      "ℓ in the kernel exp(−d²/2ℓ²) of `mmd`; the median distance of true samples unless said.",
      unit: "of the data", in: .deviation)
    let projections = reader.count(
      "projections", "How many directions `sliced-wasserstein` takes.", atLeast: 1, atMost: 10_000,
      default: SlicedWasserstein.usualCount)
    let floors = reader.flag(
      "floors",
      "Whether each distance is also measured on 20 true samples, at n and at the effective n.",
      default: true)
    // Keys have what can change a number; what is not used is told where metrics are checked.
    if !metrics.contains(.mmd) { reader.addsNothing("bandwidth") }
    if !metrics.contains(.slicedWasserstein) { reader.addsNothing("projections") }
    func written(_ name: String) -> SourceRange? {
      reader.isWritten(name) ? reader.range(of: name) : nil
    }
    return SamplesEvaluation(
      of: of, against: against, metrics: metrics, along: along,
      intervals: intervals.compactMap { interval in
        interval.value.map { Interval(name: interval.name, range: $0) }
      }, burnIn: burnIn, bandwidth: bandwidth, projections: projections, floors: floors,
      ranges: Ranges(
        metrics: reader.range(of: "metrics"), burnIn: reader.range(of: "burn_in"),
        intervals: written("intervals"), bandwidth: written("bandwidth"),
        projections: written("projections"), isProjected: reader.isWritten("along")))
  }

  package var isRandom: Bool { floors }
}

extension FieldReader {
  /// `along`: the line that points are projected on; nil also where it is wrong.
  func line(_ name: String) -> SamplesEvaluation.Line? {
    optionalMap(
      name,
      "Projects all points: ⟨x − origin, u⟩, u = direction / |direction|; then all is on a line."
    ) { (reader: FieldReader) -> SamplesEvaluation.Line? in
      let line = reader.sound {
        SamplesEvaluation.Line(
          direction: reader.numbers("direction", "Its direction, of any length but 0."),
          origin: reader.optionalNumbers(
            "origin", "The point that goes to 0; zeros unless said.", unit: "of the data"),
          directionRange: reader.range(of: "direction"), originRange: reader.range(of: "origin"))
      }
      guard let line, !session.isListing else { return nil }
      guard line.direction.contains(where: { $0 != 0 }) else {
        session.error("'\(reader.fullPath("direction"))' is zero", at: line.directionRange)
        return nil
      }
      return line
    } ?? nil
  }

  /// `{from, to}`, one of which may be left out; nil where it is wrong.
  fileprivate func interval() -> ClosedRange<Double>? {
    let ends = sound {
      (
        optionalNumber("from", "The lower end; −∞ unless said.", unit: "of the data"),
        optionalNumber("to", "The upper end; ∞ unless said.", unit: "of the data")
      )
    }
    guard let ends, !session.isListing else { return nil }
    guard ends.0 != nil || ends.1 != nil else {
      session.error("'\(path)' has no end", at: headRange, help: "write from, to, or both")
      return nil
    }
    let (from, to) = (ends.0 ?? -.infinity, ends.1 ?? .infinity)
    guard from <= to else {
      session.error(
        "'\(fullPath("from"))' must not lie above '\(fullPath("to"))'", at: range(of: "from"))
      return nil
    }
    return from...to
  }
}
