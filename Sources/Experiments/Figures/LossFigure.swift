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
      let points = curve.points.map { scale == .log && $0.y <= 0 ? Plot.Point($0.x, .nan) : $0 }
      if points.count <= 40 { plot.layers.append(Plot.Layer(nil, ink, .points(points, size: 5))) }
      let window = Int((smoothing * Double(points.count)).rounded())
      guard window > 1 else {
        plot.layers.append(Plot.Layer(label, ink, .lines([points], width: 1.5)))
        continue
      }
      plot.layers.append(Plot.Layer(nil, ink, .lines([points], width: 1), opacity: 0.3))
      plot.layers.append(
        Plot.Layer(label, ink, .lines([Self.smoothed(points, window)], width: 2.5)))
    }
    plot.x.range = FigureExtent.x(of: plot.layers).range()
    return .still(plot)
  }

  /// Means over windows around each point, of which only a part is there at the ends; numbers that are not finite do not
  /// count.
  static func smoothed(_ points: [Plot.Point], _ window: Int) -> [Plot.Point] {
    var sums = [0.0]
    var counts = [0]
    for point in points {
      sums.append((sums.last ?? 0) + (point.y.isFinite ? point.y : 0))
      counts.append((counts.last ?? 0) + (point.y.isFinite ? 1 : 0))
    }
    return points.indices.map { index in
      let low = max(0, index - window / 2)
      let high = min(points.count, index + window / 2 + 1)
      let count = counts[high] - counts[low]
      return Plot.Point(
        points[index].x, count > 0 ? (sums[high] - sums[low]) / Double(count) : .nan)
    }
  }
}

/// How numbers lie along an axis.
enum FigureScale: String, Sendable, CaseIterable {
  case linear
  case log
}
