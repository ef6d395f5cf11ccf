import Scorewalk
import YAML

/// A figure of a spec: what is drawn when its inputs are done. It changes no number and is in no key.
package struct FigureNode: Sendable {
  package let name: String
  package let kind: String
  package let definition: any FigureDefinition
  /// Every value as resolved, in reading order.
  package let values: ResolvedMap
  package let references: [ReferenceField]
  /// What stands above it; nil where the figure's own words do.
  package let title: String?
  package let description: String?
  package let formats: [FigureFormat.Choice]
  /// In pixels.
  package let width: Int
  /// Nil where the plot says it.
  package let height: Int?
  /// Where the figure's name is written.
  package let range: SourceRange?

  /// Whether it shows all points of a sweep, and not one run.
  package var isOfSweep: Bool { definition.sweepAxes != nil }
}

extension FigureNode {
  /// Reports axes that the sweep does not have.
  func checkAxes(among names: [String], _ session: ReadingSession) {
    for axis in definition.sweepAxes ?? [] where !names.contains(axis.name) {
      session.error(
        "'\(axis.field)' names no axis of the sweep: '\(axis.name)'", at: axis.range,
        help: session.suggestion(for: axis.name, among: names)
          ?? "the sweep has no axes, only seeds")
    }
  }

  /// Says that a figure of sweeps will not be drawn of a spec without one.
  func warnWithoutSweep(_ diagnostics: inout Diagnostics) {
    guard isOfSweep else { return }
    diagnostics.append(
      Diagnostic(
        .warning, "'figures.\(name)' shows a sweep, and the spec has none", at: range,
        help: "add `sweep:`, or sweep on the command line with -m"))
  }
}

/// One kind of figure.
package protocol FigureDefinition: Sendable {
  /// Reports what only the whole graph can show.
  func check(_ figure: FigureNode, in graph: ExperimentGraph, session: ReadingSession)
  /// The axes of a sweep that it names, with where they are written; nil for a figure of one run.
  var sweepAxes: [FigureAxis]? { get }
  /// Whether it shows nodes as far as they have come: also those that have failed.
  var showsUnfinished: Bool { get }
  /// What is drawn of a run, or of a sweep.
  func drawing(_ figure: FigureNode, of data: FigureData) throws -> Drawing
}

extension FigureDefinition {
  package var sweepAxes: [FigureAxis]? { nil }
  package var showsUnfinished: Bool { false }
}

/// An axis of a sweep that a figure names.
package struct FigureAxis: Sendable, Equatable {
  package let name: String
  package let field: String
  package let range: SourceRange?
}

/// The kinds of `figures`.
package enum FigureKinds {
  package static let all: [Kind<any FigureDefinition>] = [
    HistogramFigure.kind,
    ECDFFigure.kind,
    CurvesFigure.density,
    CurvesFigure.score,
    DenoiserFigure.kind,
    LossFigure.kind,
    ScatterFigure.kind,
    VectorFieldFigure.kind,
    TrajectoryFigure.kind,
    TraceFigure.kind,
    AutocorrelationFigure.kind,
    HeatMapFigure.kind,
    LinesFigure.kind,
    AnimationFigure.kind,
  ]
}
