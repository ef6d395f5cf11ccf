/// Plots as a script for gnuplot: what to draw and the numbers in it, so that gnuplot reads no file and writes none.
///
/// Text of a spec stands in single quotes, in which gnuplot reads nothing but the quote itself, and enhanced text is off.
/// Numbers have a point, whatever the locale; those of axes and data have all their digits, since what they differ by may
/// be small.
package struct GnuplotScript {
  package internal(set) var text = ""
  var blockCount = 0
  let format: FigureFormat
  let size: FigureSize
  /// The colour scale of the plot that is written.
  var scale: Plot.ColorScale?

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
    case .svg:
      "set terminal svg \(pixels) fixed name 'plot' font 'sans-serif,16' noenhanced rounded\n"
    case .png:
      // Twice as many pixels, for screens that have them.
      "set terminal pngcairo size \(2 * size.width),\(2 * size.height) font 'sans,15' fontscale 1.4 "
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
    if !plot.isTiled {
      text += "set grid linetype 1 linewidth 1 linecolor rgb '\(Palette.grid.light)'\n"
    }
    text += "set tics nomirror scale 0.5\n"
    text += "set style fill solid noborder\n"
    if plot.hasEqualUnits { text += "set size ratio -1\n" }
    addHead(plot)
    add(plot.x, "x", offset: "0,0.6", extent: FigureExtent.x(of: plot.layers))
    add(plot.y, "y", offset: "0.8,0", extent: FigureExtent.y(of: plot.layers))
    add(plot.counts)
    scale = plot.colorScale
    if let scale { add(scale) }
    var parts: [String] = []
    for layer in plot.layers { parts += self.parts(layer) }
    if parts.isEmpty {
      // Nothing to draw is drawn as such; gnuplot wants to know where.
      for (axis, name) in [(plot.x, "x"), (plot.y, "y")] where axis.range == nil {
        text += "set \(name)range [\(axis.isLogarithmic ? 1 : 0):10]\n"
      }
      parts = ["NaN notitle"]
    }
    if let range = plot.x.range, plot.y.range == nil {
      // Of what lies wholly beside the range, gnuplot would make no picture.
      let extent = FigureExtent.x(of: plot.layers)
      if extent.high < range.lowerBound || extent.low > range.upperBound {
        text += "set yrange [\(plot.y.isLogarithmic ? 1 : 0):10]\n"
      }
    }
    text += "plot " + parts.joined(separator: ", \\\n  ") + "\n"
  }

  /// Writes the title and below it the key, in lines over the whole width: gnuplot's own would cover what is drawn, or
  /// take a third of the width.
  private mutating func addHead(_ plot: Plot) {
    let head = FigureHead(plot, size)
    let height = Double(size.height)
    func place(_ x: Double, _ y: Double) -> String {
      "at screen \(Self.number(x / Double(size.width))),\(Self.number(1 - y / height))"
    }
    text += "set key off\n"
    text += "set tmargin at screen \(Self.number(1 - head.height / height))\n"
    text += "set bmargin at screen \(Self.number(FigureHead.foot / height))\n"
    text += "set rmargin 2.5\n"
    let ink = Palette.text.light
    let middle = Double(size.width) / 2
    for line in head.title {
      text +=
        "set label \(Self.quoted(line.text)) \(place(middle, line.y)) center textcolor rgb '\(ink)'\n"
    }
    if let note = head.note {
      text +=
        "set label \(Self.quoted(note.text)) \(place(middle, note.y)) center textcolor rgb '\(Palette.axis.light)'\n"
    }
    for entry in head.entries {
      text +=
        "set label '\(entry.symbol)' \(place(entry.x, entry.y)) left textcolor rgb '\(Self.color(entry.ink, opacity: 1))'\n"
      text +=
        "set label \(Self.quoted(entry.label)) \(place(entry.x + FigureHead.symbolWidth, entry.y)) left textcolor rgb '\(ink)'\n"
    }
  }

  private mutating func add(
    _ axis: Plot.Axis, _ name: String, offset: String, extent: FigureExtent
  ) {
    let ink = Palette.text.light
    let room =
      name == "x"
      ? Double(size.width) - FigureHead.sides : Double(size.height) - FigureHead.foot
    let label = FigureHead.shortened(axis.label, width: room)
    text += "set \(name)label \(Self.quoted(label)) offset \(offset) textcolor rgb '\(ink)'\n"
    var range = axis.range
    if axis.isLogarithmic {
      text += "set logscale \(name)\nset format \(name) '%g'\n"
    } else if range == nil, extent.isNarrow {
      // Gnuplot would look for its own ends where there is no number between.
      range = extent.range()
    }
    if !axis.isLogarithmic, let digits = range.flatMap(Self.digits) {
      text += "set format \(name) '%.\(digits)g'\n"
    }
    if let range {
      text +=
        "set \(name)range [\(Self.exact(range.lowerBound)):\(Self.exact(range.upperBound))]\n"
    }
    if axis.names.isEmpty {
      text += "set \(name)tics textcolor rgb '\(ink)'\n"
    } else {
      let names = axis.names.map { "\(Self.quoted($0.text)) \(Self.exact($0.place))" }
      // Names that have no room beside each other lean.
      let length = axis.names.reduce(0) { $0 + $1.text.count + 2 }
      let lean = name == "x" && length * 8 > size.width - 120 ? " rotate by 30 right" : ""
      text += "set \(name)tics (\(names.joined(separator: ", ")))\(lean) textcolor rgb '\(ink)'\n"
    }
  }

  private mutating func add(_ scale: Plot.ColorScale) {
    let colors = Palette.scale.enumerated().map { "\($0.offset) '\($0.element)'" }
    text += "set palette maxcolors 64 defined (\(colors.joined(separator: ", ")))\n"
    if scale.isLogarithmic { text += "set logscale cb\nset format cb '%g'\n" }
    text +=
      "set cbrange [\(Self.exact(scale.range.lowerBound)):\(Self.exact(scale.range.upperBound))]\n"
    let ink = Palette.text.light
    text += "set cblabel \(Self.quoted(scale.label)) offset -0.6,0 textcolor rgb '\(ink)'\n"
    text += "set cbtics textcolor rgb '\(ink)' scale 0.5\n"
    text += "set colorbox noborder\n"
    let place = 1 - FigureHead.width(of: scale) / Double(size.width)
    text += "set rmargin at screen \(Self.number(place))\n"
  }

  /// Writes above the lower axis how many values there are at some places.
  private mutating func add(_ counts: [Plot.Count]) {
    for count in counts {
      let height = Self.number(0.03 + 0.06 * Double(count.row))
      text +=
        "set label '\(count.text)' at first \(Self.exact(count.x)), graph \(height) center "
        + "textcolor rgb '\(Self.color(count.ink, opacity: 1))'\n"
    }
  }

  // MARK: - Pieces

  /// A length as gnuplot reads it, with seven significant digits.
  static func number(_ value: Double) -> String { TextTable.short(value, digits: 7) }

  /// A number as gnuplot reads it back, to the bit.
  static func exact(_ value: Double) -> String {
    let text = "\(value)"
    // Large numbers must not look like integers, of which gnuplot has only some.
    return text.hasSuffix(".0") && abs(value) < 1e9 ? String(text.dropLast(2)) : text
  }

  /// How many digits tell the numbers along an axis apart; nil where gnuplot's six do.
  private static func digits(_ range: ClosedRange<Double>) -> Int? {
    var scale = max(abs(range.lowerBound), abs(range.upperBound))
    let part = (range.upperBound - range.lowerBound) / 10
    guard scale.isFinite, part > 0 else { return nil }
    var digits = 1
    while scale > part, digits < 17 {
      scale /= 10
      digits += 1
    }
    return digits > 6 ? digits : nil
  }

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
  static func color(_ ink: Plot.Ink, opacity: Double) -> String {
    let color = Palette.color(ink).light
    guard opacity < 1 else { return color }
    let alpha = String(255 - Int((255 * max(0, opacity)).rounded()), radix: 16)
    return "#" + (alpha.count == 1 ? "0" : "") + alpha + color.dropFirst()
  }
}
