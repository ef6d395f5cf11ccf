extension Plot {
  /// How many of the values that the figure is to show can be seen: those that are numbers and lie on both axes. Here and
  /// nowhere else it is counted, for the picture and for the note beside it.
  package var shown: Tally {
    var all = tally
    for layer in layers where layer.isData {
      let places = layer.mark.places
      all.add(shown: places.count(where: canShow), of: places.count)
    }
    return all
  }

  private func canShow(_ place: Point) -> Bool {
    place.isFinite && x.canShow(place.x) && y.canShow(place.y)
  }

  /// The plot with series in as many shades of one colour, first to last, where there are more than the palette has colours.
  func distinguished() -> Plot {
    var last = 0
    for layer in layers {
      if case .series(let index) = layer.ink { last = max(last, index) }
    }
    guard last >= Palette.series.count else { return self }
    func shade(_ ink: Ink) -> Ink {
      guard case .series(let index) = ink else { return ink }
      return .shade(Double(index) / Double(last))
    }
    var plot = self
    for index in layers.indices { plot.layers[index].ink = shade(layers[index].ink) }
    for index in counts.indices { plot.counts[index].ink = shade(counts[index].ink) }
    return plot
  }
}

extension Plot.Axis {
  fileprivate func canShow(_ value: Double) -> Bool {
    (!isLogarithmic || value > 0) && range.map { $0.contains(value) } ?? true
  }
}

extension Plot.Mark {
  /// Where its values lie, one place each; those of bars and cells are counted where they are put together.
  fileprivate var places: [Plot.Point] {
    switch self {
    case .lines(let lines, _, _): lines.flatMap(\.self)
    case .points(let points, _): points
    case .coloredPoints(let points, let values, _, _):
      zip(points, values).map { $1.isFinite ? $0 : Plot.Point(.nan, .nan) }
    case .intervals(let intervals), .band(let intervals):
      intervals.map { Plot.Point($0.x, $0.isFinite ? $0.middle : .nan) }
    case .arrows(let arrows): arrows.map { $0.to.isFinite ? $0.from : $0.to }
    case .bars, .cells, .cellTexts: []
    }
  }
}

extension [Plot.Point] {
  /// The points of a line that have no neighbour on it: nothing would be seen of them.
  var alone: [Plot.Point] {
    indices.filter { index in
      self[index].isFinite && !(index > 0 && self[index - 1].isFinite)
        && !(index + 1 < count && self[index + 1].isFinite)
    }.map { self[$0] }
  }
}
