import Scorewalk

/// Plots as a script for gnuplot: what to draw and the numbers in it, so that gnuplot reads no file and writes none.
///
/// Text of a spec stands in single quotes, in which gnuplot reads nothing but the quote itself, and enhanced text is off.
/// Numbers have seven significant digits and a point, whatever the locale.
package struct GnuplotScript {
  package private(set) var text = ""
  private var blockCount = 0
  private let format: FigureFormat
  private let size: FigureSize
  /// The colour scale of the plot that is written.
  private var scale: Plot.ColorScale?

  /// - Parameter plots: several make the frames of an animation, in a GIF, or pictures one after the other.
  package init(_ plots: [Plot], format: FigureFormat, size: FigureSize, delay: Int = 10) {
    self.format = format
    self.size = size
    text = "set encoding utf8\n" + terminal(delay: delay)
    for plot in plots { draw(plot) }
  }

  private func terminal(delay: Int) -> String {
    let pixels = "size \(size.width),\(size.height)"
    return switch format {
    case .svg: "set terminal svg \(pixels) fixed name 'plot' font 'sans-serif,15' noenhanced rounded\n"
    case .png:
      // Twice as many pixels, for screens that have them.
      "set terminal pngcairo size \(2 * size.width),\(2 * size.height) font 'sans,15' fontscale 1.55 "
        + "linewidth 2 pointscale 2 noenhanced rounded background rgb '#ffffff'\n"
    case .pdf:
      "set terminal pdfcairo size \(Self.number(Double(size.width) / 96))in,"
        + "\(Self.number(Double(size.height) / 96))in font 'sans,11' noenhanced rounded\n"
    case .gif:
      "set terminal gif animate delay \(delay) loop 0 \(pixels) font 'sans,11' noenhanced "
        + "background rgb '#ffffff'\n"
    }
  }

  // MARK: - One plot

  private mutating func draw(_ plot: Plot) {
    text += "reset\n"
    text += "set border 3 linecolor rgb '\(Palette.axis.light)'\n"
    text += "set grid linetype 1 linewidth 1 linecolor rgb '\(Palette.grid.light)'\n"
    text += "set tics nomirror scale 0.5\n"
    text += "set style fill solid noborder\n"
    if plot.hasEqualUnits { text += "set size ratio -1\n" }
    addHead(plot)
    add(plot.x, "x", offset: "0,0.6")
    add(plot.y, "y", offset: "0.8,0")
    scale = plot.colorScale
    if let scale { add(scale) }
    var parts: [String] = []
    for layer in plot.layers { parts += self.parts(layer) }
    // Nothing to draw is drawn as such.
    text += "plot " + (parts.isEmpty ? "NaN notitle" : parts.joined(separator: ", \\\n  ")) + "\n"
  }

  /// Writes the title and below it the key, in lines over the whole width: gnuplot's own would cover what is drawn, or
  /// take a third of the width.
  private mutating func addHead(_ plot: Plot) {
    let head = FigureHead(plot, width: size.width)
    let height = Double(size.height)
    func place(_ x: Double, _ y: Double) -> String {
      "at screen \(Self.number(x / Double(size.width))),\(Self.number(1 - y / height))"
    }
    text += "set key off\n"
    text += "set tmargin at screen \(Self.number(1 - head.height / height))\n"
    text += "set bmargin at screen \(Self.number(FigureHead.foot / height))\n"
    text += "set rmargin 2.5\n"
    let ink = Palette.text.light
    if !plot.heading.isEmpty {
      text +=
        "set label \(Self.quoted(plot.heading)) \(place(Double(size.width) / 2, FigureHead.titleLine)) center textcolor rgb '\(ink)'\n"
    }
    for entry in head.entries {
      text +=
        "set label '\(entry.symbol)' \(place(entry.x, entry.y)) left textcolor rgb '\(Self.color(entry.ink, opacity: 1))'\n"
      text +=
        "set label \(Self.quoted(entry.label)) \(place(entry.x + FigureHead.symbolWidth, entry.y)) left textcolor rgb '\(ink)'\n"
    }
  }

  private mutating func add(_ axis: Plot.Axis, _ name: String, offset: String) {
    let ink = Palette.text.light
    text +=
      "set \(name)label \(Self.quoted(axis.label)) offset \(offset) textcolor rgb '\(ink)'\n"
    if axis.isLogarithmic { text += "set logscale \(name)\n" }
    if let range = axis.range {
      text += "set \(name)range [\(Self.number(range.lowerBound)):\(Self.number(range.upperBound))]\n"
    }
    if axis.names.isEmpty {
      text += "set \(name)tics textcolor rgb '\(ink)'\n"
    } else {
      let names = axis.names.map { "\(Self.quoted($0.text)) \(Self.number($0.place))" }
      text += "set \(name)tics (\(names.joined(separator: ", "))) textcolor rgb '\(ink)'\n"
    }
  }

  private mutating func add(_ scale: Plot.ColorScale) {
    let colors = Palette.scale.enumerated().map { "\($0.offset) '\($0.element)'" }
    text += "set palette maxcolors 64 defined (\(colors.joined(separator: ", ")))\n"
    if scale.isLogarithmic { text += "set logscale cb\n" }
    text += "set cbrange [\(Self.number(scale.range.lowerBound)):\(Self.number(scale.range.upperBound))]\n"
    let ink = Palette.text.light
    text += "set cblabel \(Self.quoted(scale.label)) offset -0.6,0 textcolor rgb '\(ink)'\n"
    text += "set cbtics textcolor rgb '\(ink)' scale 0.5\n"
    text += "set colorbox noborder\n"
    text += "unset rmargin\n"
  }

  // MARK: - Layers

  /// The elements of `plot` that draw a layer; their numbers are written in front of it.
  private mutating func parts(_ layer: Plot.Layer) -> [String] {
    let color = "rgb '\(Self.color(layer.ink, opacity: layer.opacity))'"
    switch layer.mark {
    case .lines(let lines, let width, let isDashed):
      let dash = isDashed ? " dashtype (12,8)" : ""
      let block = block(lines.flatMap { Self.rows(of: $0) + [nil, nil] })
      return block.map {
        ["\($0) using 1:2 with lines linewidth \(Self.number(width))\(dash) linecolor \(color) notitle"]
      } ?? []
    case .points(let points, let size):
      return block(points.filter(\.isFinite).map { [$0.x, $0.y] }).map {
        [
          "\($0) using 1:2 with points pointtype 7 pointsize \(Self.number(size / 10)) linecolor \(color) notitle"
        ]
      } ?? []
    case .bars(let edges, let heights): return bars(edges, heights, layer)
    case .band(let intervals):
      return block(Self.rows(intervals)).map {
        ["\($0) using 1:3:4 with filledcurves fillcolor \(color) notitle"]
      } ?? []
    case .intervals(let intervals):
      return block(Self.rows(intervals)).map {
        ["\($0) using 1:2:3:4 with yerrorbars pointtype 7 pointsize 0.6 linewidth 1.5 linecolor \(color) notitle"]
      } ?? []
    case .arrows(let arrows):
      let rows = arrows.filter { $0.from.isFinite && $0.to.isFinite }
        .map { [$0.from.x, $0.from.y, $0.to.x - $0.from.x, $0.to.y - $0.from.y] }
      return block(rows).map {
        ["\($0) using 1:2:3:4 with vectors head nofilled size screen 0.01,25 linewidth 1.5 linecolor \(color) notitle"]
      } ?? []
    case .cells(let cells):
      let rows = cells.filter(\.value.isFinite).map { cell in
        [
          (cell.x.lowerBound + cell.x.upperBound) / 2, (cell.y.lowerBound + cell.y.upperBound) / 2,
          cell.x.lowerBound, cell.x.upperBound, cell.y.lowerBound, cell.y.upperBound, cell.value,
        ]
      }
      return block(rows).map {
        ["\($0) using 1:2:3:4:5:6:7 with boxxyerror fillstyle solid fillcolor palette notitle"]
      } ?? []
    case .cellTexts(let cells):
      return [texts(cells)].compactMap(\.self)
    case .coloredPoints(let points, let values, let isJoined, let size):
      let rows = zip(points, values).filter { $0.0.isFinite && $0.1.isFinite }
        .map { [$0.0.x, $0.0.y, $0.1] }
      return block(rows).map { block in
        (isJoined ? ["\(block) using 1:2:3 with lines linewidth 1 linecolor palette notitle"] : [])
          + [
            "\(block) using 1:2:3 with points pointtype 7 pointsize \(Self.number(size / 10)) linecolor palette notitle"
          ]
      } ?? []
    }
  }

  /// Bars as a filled outline, and the outline itself: bars of their own would be told apart by lines between them.
  private mutating func bars(
    _ edges: [Double], _ heights: [Double], _ layer: Plot.Layer
  ) -> [String] {
    guard edges.count == heights.count + 1, let first = edges.first, let last = edges.last else {
      return []
    }
    var rows: [[Double]?] = [[first, 0]]
    for (index, height) in heights.enumerated() {
      rows += [[edges[index], height], [edges[index + 1], height]]
    }
    rows.append([last, 0])
    let fill = Self.color(layer.ink, opacity: 0.35 * layer.opacity)
    let line = Self.color(layer.ink, opacity: layer.opacity)
    return block(rows).map {
      [
        "\($0) using 1:2 with filledcurves closed fillcolor rgb '\(fill)' notitle",
        "\($0) using 1:2 with lines linewidth 1.5 linecolor rgb '\(line)' notitle",
      ]
    } ?? []
  }

  /// Values in the middle of their cells: white on what is darker than the middle of the scale.
  private mutating func texts(_ cells: [Plot.Cell]) -> String? {
    let finite = cells.filter(\.value.isFinite)
    guard let scale = scale, !finite.isEmpty else { return nil }
    func height(_ value: Double) -> Double { scale.isLogarithmic ? Double.log(value) : value }
    let (low, high) = (height(scale.range.lowerBound), height(scale.range.upperBound))
    blockCount += 1
    let name = "$data\(blockCount)"
    text += "\(name) << END\n"
    for cell in finite {
      let x = (cell.x.lowerBound + cell.x.upperBound) / 2
      let y = (cell.y.lowerBound + cell.y.upperBound) / 2
      let isDark = height(cell.value) < (low + high) / 2
      text +=
        "\(Self.number(x)) \(Self.number(y)) \(TextTable.short(cell.value, digits: 3)) \(isDark ? 0xffffff : 0)\n"
    }
    text += "END\n"
    return "\(name) using 1:2:(stringcolumn(3)):4 with labels textcolor rgb variable notitle"
  }

  private static func rows(of line: [Plot.Point]) -> [[Double]?] {
    line.map { $0.isFinite ? [$0.x, $0.y] : nil }
  }

  private static func rows(_ intervals: [Plot.Interval]) -> [[Double]?] {
    intervals.map {
      let row = [$0.x, $0.middle, $0.low, $0.high]
      return row.allSatisfy(\.isFinite) ? row : nil
    }
  }

  /// Writes numbers down under a name; nil where there are none. A row that is nil breaks a line.
  private mutating func block(_ rows: [[Double]?]) -> String? {
    guard rows.contains(where: { $0 != nil }) else { return nil }
    blockCount += 1
    let name = "$data\(blockCount)"
    text += "\(name) << END\n"
    var isBroken = true
    for row in rows {
      // A second blank line in a row would begin another data set.
      if row == nil, isBroken { continue }
      isBroken = row == nil
      text += (row.map { $0.map(Self.number).joined(separator: " ") } ?? "") + "\n"
    }
    text += "END\n"
    return name
  }

  // MARK: - Pieces

  /// A number as gnuplot reads it, with seven significant digits.
  static func number(_ value: Double) -> String { TextTable.short(value, digits: 7) }

  /// A text in single quotes. What no line of text can hold becomes a space.
  static func quoted(_ text: String) -> String {
    var result = "'"
    for scalar in text.unicodeScalars {
      switch scalar.properties.generalCategory {
      case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse,
        .unassigned:
        result += " "
      default: result += scalar == "'" ? "''" : String(scalar)
      }
    }
    return result + "'"
  }

  /// `#rrggbb`, or `#aarrggbb` with 0 for what covers everything below it.
  private static func color(_ ink: Plot.Ink, opacity: Double) -> String {
    let color = Palette.color(ink).light
    guard opacity < 1 else { return color }
    let alpha = String(255 - Int((255 * max(0, opacity)).rounded()), radix: 16)
    return "#" + (alpha.count == 1 ? "0" : "") + alpha + color.dropFirst()
  }
}
