import Scorewalk
import YAML

/// `lines`: metrics over one axis of a sweep, with intervals over its seeds.
struct LinesFigure: FigureDefinition {
  let of: [FigureMetric]
  let x: FigureAxis?
  let by: FigureAxis?
  let scale: FigureScale
  let xScale: FigureScale

  static let kind = Kind<any FigureDefinition>(
    "lines",
    "Final metrics over one axis of a sweep: means with 95 % t intervals over its seeds; of the axes that are not named, the mean within each seed."
  ) { reader in
    LinesFigure(
      of: reader.metrics("of", "The metric, such as quality.ks, or a list of them."),
      x: reader.axis("x", "The axis of the sweep from left to right."),
      by: reader.axis(
        "by", "An axis of the sweep, each value of which has a line of its own.", isRequired: false),
      scale: reader.choice("scale", "The axis of the metric.", default: FigureScale.linear),
      xScale: reader.choice(
        "x_scale", "The axis from left to right, where its values are numbers.",
        default: FigureScale.linear))
  }

  var sweepAxes: [FigureAxis]? { [x, by].compactMap(\.self) }

  func check(_ figure: FigureNode, in graph: ExperimentGraph, session: ReadingSession) {
    for metric in of { metric.check(in: graph, "figures.\(figure.name).of", session: session) }
  }

  func drawing(_ figure: FigureNode, of data: FigureData) throws -> Drawing {
    let xName = x?.name ?? ""
    var plot = Plot(
      title: of.map(\.text).joined(separator: ", "), x: Plot.Axis(xName),
      y: Plot.Axis(of.count == 1 ? of[0].text : "value", isLogarithmic: scale == .log))
    var index = 0
    var hasFloors = false
    for metric in of {
      let table = try SweepTable(metric, of: data)
      let floor = MetricName(metric.name).floorAtEffectiveSize
      let floors = try? SweepTable(
        FigureMetric(text: "\(metric.node).\(floor)", range: nil), of: data)
      let places = try table.places(xName)
      let areNumbers = places.allSatisfy { $0.number != nil }
      if areNumbers {
        plot.x.isLogarithmic = xScale == .log
      } else {
        plot.x.names = places.enumerated().map {
          .init(text: $0.element.text, place: Double($0.offset))
        }
      }
      if areNumbers, let range = Self.padded(places.compactMap(\.number), xScale) {
        plot.x.range = range
      }
      let groups = try by.map { axis throws(Failure) in try table.places(axis.name) }
      let count = (groups?.count ?? 1) * of.count
      for group in groups.map({ $0.map(Optional.some) }) ?? [nil] {
        var intervals: [Plot.Interval] = []
        var line: [Plot.Point] = []
        for (number, place) in places.enumerated() {
          let x = areNumbers ? place.number ?? 0 : Double(number)
          if plot.x.isLogarithmic, x <= 0 {
            throw Failure(
              .failed, "a logarithmic axis cannot show '\(xName)'",
              reason: "it is \(place.text) at some points", remedy: "write `x_scale: linear`")
          }
          let rest = by.flatMap { axis in group.map { (axis.name, $0) } }
          let conditions = [(xName, place)] + (rest.map { [$0] } ?? [])
          let values = try table.group(where: conditions, scale: scale)
          plot.tally.add(shown: values.tally.shown, of: values.tally.total)
          if values.note != nil {
            plot.counts.append(
              Plot.Count(
                x: x, tally: values.tally, ink: .series(index),
                row: plot.counts.count { $0.x == x }))
          }
          if let floors, let own = try? floors.group(where: conditions, scale: scale),
            let mean = interval(own)?.middle
          {
            line.append(Plot.Point(x, mean))
          }
          guard let (middle, ends) = interval(values) else { continue }
          // Beside each other, so that each interval is seen.
          let shift = 0.012 * (Double(index) - Double(count - 1) / 2)
          let place = plot.x.range.map { Self.moved(x, by: shift, of: $0, xScale) } ?? x
          intervals.append(
            Plot.Interval(
              x: place, middle: middle, low: ends.lowerBound, high: ends.upperBound))
        }
        let label = [
          of.count > 1 ? metric.text : nil, group.map { "\(by?.name ?? "") \($0.text)" },
        ].compactMap(\.self).joined(separator: ", ")
        plot.layers.append(
          Plot.Layer(
            label.isEmpty ? nil : label, .series(index),
            .lines([intervals.map { Plot.Point($0.x, $0.middle) }])))
        plot.layers.append(Plot.Layer(nil, .series(index), .intervals(intervals)))
        if line.count > 1 {
          hasFloors = true
          plot.layers.append(
            Plot.Layer(nil, .series(index), .lines([line], width: 1, isDashed: true)))
        }
        index += 1
      }
    }
    if hasFloors { plot.y.label += ", dashed: floor at ess" }
    return .still(plot)
  }

  /// What an axis shows of these places: a little more at both ends, so that nothing lies on the edge; nil for one place.
  private static func padded(_ places: [Double], _ scale: FigureScale) -> ClosedRange<Double>? {
    guard let first = places.min(), let last = places.max(), first < last,
      scale == .linear || first > 0
    else { return nil }
    let range = first...last
    return moved(first, by: -0.05, of: range, scale)...moved(last, by: 0.05, of: range, scale)
  }

  /// A place moved by a part of what an axis shows.
  private static func moved(
    _ place: Double, by part: Double, of range: ClosedRange<Double>, _ scale: FigureScale
  ) -> Double {
    guard scale == .log else { return place + part * (range.upperBound - range.lowerBound) }
    return place * Double.exp(part * Double.log(range.upperBound / range.lowerBound))
  }

  /// The mean over seeds with its 95 % t interval; on a logarithmic axis the geometric mean, with the interval of the logarithms.
  /// One seed alone says nothing of its uncertainty, nor do seeds that are averages of different points.
  private func interval(
    _ group: SweepTable.Group
  ) -> (middle: Double, ends: ClosedRange<Double>)? {
    guard !group.seeds.isEmpty else { return nil }
    let estimate = MeanEstimate(group.seeds)
    let alone = estimate.mean...estimate.mean
    let ends = group.isUneven ? alone : estimate.interval() ?? alone
    guard scale == .log else { return (estimate.mean, ends) }
    return (Double.exp(estimate.mean), Double.exp(ends.lowerBound)...Double.exp(ends.upperBound))
  }
}

extension FieldReader {
  /// One metric or a list of them.
  fileprivate func metrics(_ name: String, _ summary: String) -> [FigureMetric] {
    guard
      let node = field(
        name, type: "node.metric, or a list of such",
        form: .either([.text, .list(.text, atLeast: 1)]), summary, default: nil, isRequired: true)
    else { return [] }
    let items: [Node]
    if case .sequence(let nodes) = node.content { items = nodes } else { items = [node] }
    if items.isEmpty { session.error("'\(fullPath(name))' is empty", at: node.place) }
    let metrics = items.compactMap { item in
      scalar(from: item, name: fullPath(name), expected: "node.metric").map {
        FigureMetric(text: $0.text, range: item.place)
      }
    }
    record(name, .list(metrics.map { .text($0.text) }), isDefault: false)
    return metrics
  }
}
