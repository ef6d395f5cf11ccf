/// What a figure shows: axes and layers of marks. It knows nothing of who draws it.
package struct Plot: Sendable, Equatable {
  package var title: String
  /// Which frame of an animation it is: `step 500`.
  package var frame: String?
  package var x: Axis
  package var y: Axis
  /// In the order in which they are drawn: what comes later lies above.
  package var layers: [Layer] = []
  /// What the colours of cells, of coloured lines and points mean; nil where there are none.
  package var colorScale: ColorScale?
  /// Whether a unit is as long on both axes, as in the plane of the data.
  package var hasEqualUnits = false
  /// The values that the figure is to show and that no layer has one by one, such as those in the bars of a histogram.
  package var tally = Tally()
  /// How many of the values that belong at some places are there, where that is not all: `9/10`.
  package var counts: [Count] = []

  /// Whether it is made of tiles, which a grid would cut.
  var isTiled: Bool {
    layers.contains { layer in
      if case .cells = layer.mark { true } else { false }
    }
  }

  /// What stands above it.
  package var heading: String { frame.map { title.isEmpty ? $0 : title + ": " + $0 } ?? title }

  package init(title: String, x: Axis, y: Axis, layers: [Layer] = []) {
    self.title = title
    self.x = x
    self.y = y
    self.layers = layers
  }

  package struct Axis: Sendable, Equatable {
    package var label: String
    /// What it shows; as much as there is, where nil.
    package var range: ClosedRange<Double>?
    package var isLogarithmic = false
    /// Marks under names in place of numbers.
    package var names: [Name] = []

    package struct Name: Sendable, Equatable {
      package var text: String
      package var place: Double
    }

    package init(
      _ label: String, range: ClosedRange<Double>? = nil, isLogarithmic: Bool = false,
      names: [Name] = []
    ) {
      self.label = label
      self.range = range
      self.isLogarithmic = isLogarithmic
      self.names = names
    }
  }

  package struct ColorScale: Sendable, Equatable {
    package var label: String
    package var range: ClosedRange<Double>
    package var isLogarithmic = false
  }

  package struct Point: Sendable, Equatable {
    package var x: Double
    package var y: Double

    package init(_ x: Double, _ y: Double) {
      self.x = x
      self.y = y
    }

    /// Whether it is a place; what is as good as infinite is none.
    var isFinite: Bool { abs(x) < FigureExtent.limit && abs(y) < FigureExtent.limit }
  }

  /// Marks of one sort and one colour.
  package struct Layer: Sendable, Equatable {
    /// What the key calls it; nil where it is not there.
    package var label: String?
    package var ink: Ink
    package var mark: Mark
    /// From 0, invisible, to 1.
    package var opacity = 1.0
    /// Whether its points are the values that the figure is to show, so that those that cannot be seen are counted.
    package var isData = false

    package init(
      _ label: String?, _ ink: Ink, _ mark: Mark, opacity: Double = 1, isData: Bool = false
    ) {
      self.label = label
      self.ink = ink
      self.mark = mark
      self.opacity = opacity
      self.isData = isData
    }
  }

  /// The colour of a layer, by its part in the figure: what it is on paper and on a dark screen, the palette says.
  package enum Ink: Sendable, Equatable {
    /// What is known exactly.
    case truth
    /// The first, second, … of what is compared, from 0.
    case series(Int)
    /// One of several of a kind, such as chains or snapshots: from 0, the first, to 1, the last.
    case shade(Double)
    /// What stands behind.
    case quiet
  }

  package enum Mark: Sendable, Equatable {
    /// Lines, each of which is broken where a point is not finite.
    case lines([[Point]], width: Double = 2, isDashed: Bool = false)
    case points([Point], size: Double = 5)
    /// Bars that stand side by side, one more edge than heights.
    case bars(edges: [Double], heights: [Double])
    /// What lies between two lines.
    case band([Interval])
    /// A value with an interval around it.
    case intervals([Interval])
    case arrows([Arrow])
    /// Rectangles in the colour of a value.
    case cells([Cell])
    /// The values of cells in words, in black or white.
    case cellTexts([Cell])
    /// A line of points in the colour of a value.
    case coloredPoints([Point], values: [Double], isJoined: Bool, size: Double = 4)
  }

  package struct Interval: Sendable, Equatable {
    package var x: Double
    package var middle: Double
    package var low: Double
    package var high: Double

    var isFinite: Bool {
      [x, middle, low, high].allSatisfy { abs($0) < FigureExtent.limit }
    }
  }

  package struct Arrow: Sendable, Equatable {
    package var from: Point
    package var to: Point
  }

  package struct Cell: Sendable, Equatable {
    package var x: ClosedRange<Double>
    package var y: ClosedRange<Double>
    package var value: Double
    /// What stands below the value: how many of the values of which it is the mean are there.
    package var note: String?

    package init(
      x: ClosedRange<Double>, y: ClosedRange<Double>, value: Double, note: String? = nil
    ) {
      self.x = x
      self.y = y
      self.value = value
      self.note = note
    }
  }

  /// Values counted: those that can be seen, and all.
  package struct Tally: Sendable, Equatable {
    package var shown = 0
    package var total = 0

    package mutating func add(shown: Int, of total: Int) {
      self.shown += shown
      self.total += total
    }

    /// `12 of 50 values not shown`; nil where all are.
    package var note: String? {
      shown < total ? "\(total - shown) of \(total) values not shown" : nil
    }
  }

  /// How many values there are at a place along the lower axis.
  package struct Count: Sendable, Equatable {
    package var x: Double
    package var tally: Tally
    package var ink: Ink
    /// Counts at the same place stand in rows, from 0.
    package var row: Int

    /// `9/10`.
    package var text: String { "\(tally.shown)/\(tally.total)" }
  }
}

/// What a figure is made of: one plot, or the frames of an animation.
package enum Drawing: Sendable, Equatable {
  case still(Plot)
  case frames([Plot])

  package var plots: [Plot] {
    switch self {
    case .still(let plot): [plot]
    case .frames(let plots): plots
    }
  }
}
