import Scorewalk
import YAML

/// `loss`: a metric of trainings over their steps, with what is left of it when the noise of batches is averaged away.
struct LossFigure: FigureDefinition {
  let of: FigureSeries
  let metric: String
  let smoothing: Double
  let scale: FigureScale

  static let kind = Kind<any FigureDefinition>(
    "loss", "A metric of trainings over their steps, as it was and smoothed."
  ) { reader in
    LossFigure(
      of: FigureSeries.read(
        reader, to: [.training, .evaluation],
        "Trainings, or evaluations of every snapshot."),
      metric: reader.optionalText("metric", "Which of their metrics; `loss` unless said.")
        ?? "loss",
      smoothing: reader.number(
        "smoothing", "The part of all steps over which the bold line averages; 0 for none.",
        in: NumberRange(lower: 0, upper: 1), default: 0.05),
      scale: reader.choice("scale", "The axis of the metric.", default: FigureScale.linear))
  }

  var showsUnfinished: Bool { true }

  func check(_ figure: FigureNode, in graph: ExperimentGraph, session: ReadingSession) {
    for reference in of.references where !reference.isPlain {
      session.error(
        "a figure of kind loss shows all steps of '\(reference.node)'", at: reference.range,
        help: "write its name alone")
    }
  }

  func drawing(_ figure: FigureNode, of data: FigureData) throws -> Drawing {
    var plot = Plot(
      title: "\(metric) of \(of.names)", x: Plot.Axis("step"),
      y: Plot.Axis(metric, isLogarithmic: scale == .log))
    for (reference, label, ink) in of.all {
      let curve = try data.metric(metric, of: reference)
      let points = try visible(curve.points, of: reference)
      if points.count <= 40 { plot.layers.append(Plot.Layer(nil, ink, .points(points, size: 5))) }
      let window = Int((smoothing * Double(points.count)).rounded())
      guard window > 1 else {
        plot.layers.append(Plot.Layer(label, ink, .lines([points], width: 1.5), isData: true))
        continue
      }
      plot.layers.append(
        Plot.Layer(nil, ink, .lines([points], width: 1), opacity: 0.3, isData: true))
      // What an axis cannot show counts in the averages all the same: those of what is left would lie too high.
      let smooth = zip(points, Self.smoothed(curve.points, window)).map {
        Plot.Point($0.x, $0.isFinite && canShow($1) ? $1.y : .nan)
      }
      plot.layers.append(Plot.Layer(label, ink, .lines([smooth], width: 2.5)))
    }
    plot.x.range = FigureExtent.x(of: plot.layers).range()
    return .still(plot)
  }

  /// Numbers that are none are no matter of the axis.
  private func canShow(_ point: Plot.Point) -> Bool { scale == .linear || !(point.y <= 0) }

  /// Points with a gap where the axis cannot show one.
  private func visible(
    _ points: [Plot.Point], of reference: Reference
  ) throws(Failure) -> [Plot.Point] {
    let hidden = points.count { !canShow($0) }
    if 2 * hidden > points.count {
      throw Failure(
        .failed, "a logarithmic axis cannot show '\(metric)' of '\(reference.node)'",
        reason: "\(hidden) of \(points.count) values are not above 0",
        remedy: "write `scale: linear`")
    }
    return points.map { canShow($0) ? $0 : Plot.Point($0.x, .nan) }
  }

  /// Means over windows around each point, of which only a part is there at the ends. Numbers that are not finite do not
  /// count, and have no mean of what is beside them.
  static func smoothed(_ points: [Plot.Point], _ window: Int) -> [Plot.Point] {
    points.indices.map { index in
      let point = points[index]
      guard point.isFinite else { return Plot.Point(point.x, .nan) }
      // Added up anew each time: differences of sums would lose a small loss behind a large one.
      var sum = 0.0
      var count = 0
      for other in points[max(0, index - window / 2)..<min(points.count, index + window / 2 + 1)]
      where other.isFinite {
        sum += other.y
        count += 1
      }
      return Plot.Point(point.x, sum / Double(count))
    }
  }
}

/// How numbers lie along an axis.
enum FigureScale: String, Sendable, CaseIterable {
  case linear
  case log
}
