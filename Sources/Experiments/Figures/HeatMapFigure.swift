import Scorewalk
import YAML

/// `heat-map`: a metric over two axes of a sweep.
struct HeatMapFigure: FigureDefinition {
  let of: FigureMetric
  let x: FigureAxis?
  let y: FigureAxis?
  let scale: FigureScale

  static let kind = Kind<any FigureDefinition>(
    "heat-map", "A final metric over two axes of a sweep: means over its seeds and its other axes."
  ) { reader in
    HeatMapFigure(
      of: reader.metric("of", "The metric, such as quality.ks."),
      x: reader.axis("x", "The axis of the sweep from left to right."),
      y: reader.axis("y", "The axis of the sweep from below to above."),
      scale: reader.choice("scale", "How colours stand for values.", default: FigureScale.linear))
  }

  var sweepAxes: [FigureAxis]? { [x, y].compactMap(\.self) }

  func check(_ figure: FigureNode, in graph: ExperimentGraph, session: ReadingSession) {
    of.check(in: graph, "figures.\(figure.name).of", session: session)
  }

  func drawing(_ figure: FigureNode, of data: FigureData) throws -> Drawing {
    let table = try SweepTable(of, of: data)
    var tally = Plot.Tally()
    let (xName, yName) = (x?.name ?? "", y?.name ?? "")
    let (columns, rows) = (try table.places(xName), try table.places(yName))
    var cells: [Plot.Cell] = []
    for (column, xPlace) in columns.enumerated() {
      for (row, yPlace) in rows.enumerated() {
        let values = try table.group(where: [(xName, xPlace), (yName, yPlace)], scale: scale)
        tally.add(shown: values.tally.shown, of: values.tally.total)
        // Nothing was to be here.
        guard values.tally.total > 0 else { continue }
        let (left, low) = (Double(column) - 0.5, Double(row) - 0.5)
        // Colours by logarithms stand for geometric means.
        let mean = values.mean ?? .nan
        cells.append(
          Plot.Cell(
            x: left...(left + 1), y: low...(low + 1),
            value: scale == .log ? Double.exp(mean) : mean, note: values.note))
      }
    }
    func axis(_ name: String, _ places: [SweepTable.Place]) -> Plot.Axis {
      // So many names fit beside each other.
      let every = (places.count + 23) / 24
      return Plot.Axis(
        name, range: -0.5...(Double(places.count) - 0.5),
        names: places.enumerated().filter { $0.offset.isMultiple(of: every) }
          .map { .init(text: $0.element.text, place: Double($0.offset)) })
    }
    var plot = Plot(title: of.text, x: axis(xName, columns), y: axis(yName, rows))
    plot.tally = tally
    var range = FigureExtent.range(of: cells.map(\.value))
    // One value alone lies amid others by factors.
    if scale == .log, let value = cells.map(\.value).first(where: \.isFinite),
      range.lowerBound <= 0
    {
      range = (value / 2)...(value * 2)
    }
    plot.colorScale = Plot.ColorScale(
      label: of.text, range: range, isLogarithmic: scale == .log)
    plot.layers = [Plot.Layer(nil, .series(0), .cells(cells))]
    // Numbers that can be read.
    if columns.count <= 10, rows.count <= 12 {
      plot.layers.append(Plot.Layer(nil, .truth, .cellTexts(cells)))
    }
    return .still(plot)
  }
}
