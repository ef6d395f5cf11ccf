import Scorewalk

extension GnuplotScript {
  /// The elements of `plot` that draw a layer; their numbers are written in front of it.
  mutating func parts(_ layer: Plot.Layer) -> [String] {
    let color = "rgb '\(Self.color(layer.ink, opacity: layer.opacity))'"
    switch layer.mark {
    case .lines(let lines, let width, let isDashed):
      let dash = isDashed ? " dashtype (12,8)" : ""
      let whole = block(lines.flatMap { Self.rows(of: $0) + [nil, nil] })
      let alone = block(lines.flatMap(\.alone).map { [$0.x, $0.y] })
      return [
        whole.map {
          "\($0) using 1:2 with lines linewidth \(Self.number(width))\(dash) linecolor \(color) notitle"
        },
        alone.map {
          "\($0) using 1:2 with points pointtype 7 pointsize \(pointSize(2 * width + 1)) linecolor \(color) notitle"
        },
      ].compactMap(\.self)
    case .points(let points, let size):
      return block(points.filter(\.isFinite).map { [$0.x, $0.y] }).map {
        [
          "\($0) using 1:2 with points pointtype 7 pointsize \(pointSize(size)) linecolor \(color) notitle"
        ]
      } ?? []
    case .bars(let edges, let heights): return bars(edges, heights, layer)
    case .band(let intervals):
      return block(Self.rows(intervals)).map {
        ["\($0) using 1:3:4 with filledcurves fillcolor \(color) notitle"]
      } ?? []
    case .intervals(let intervals):
      let finite = intervals.filter(\.isFinite)
      // Gnuplot's own have a white spot behind each point, which shows in the dark.
      let bars = block(finite.flatMap { [[$0.x, $0.low], [$0.x, $0.high], nil] })
      let points = block(finite.map { [$0.x, $0.middle] })
      return [
        bars.map { "\($0) using 1:2 with lines linewidth 1.5 linecolor \(color) notitle" },
        points.map {
          "\($0) using 1:2 with points pointtype 7 pointsize \(pointSize(6)) linecolor \(color) notitle"
        },
      ].compactMap(\.self)
    case .arrows(let arrows):
      let rows = arrows.filter { $0.from.isFinite && $0.to.isFinite }
        .map { [$0.from.x, $0.from.y, $0.to.x - $0.from.x, $0.to.y - $0.from.y] }
      return block(rows).map {
        [
          "\($0) using 1:2:3:4 with vectors head nofilled size screen 0.01,25 linewidth 1.5 linecolor \(color) notitle"
        ]
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
            "\(block) using 1:2:3 with points pointtype 7 pointsize \(pointSize(size)) linecolor palette notitle"
          ]
      } ?? []
    }
  }

  /// A size in pixels as gnuplot counts; in a GIF the same number means less.
  private func pointSize(_ size: Double) -> String {
    Self.number(size / 10 * (format == .gif ? 1.8 : 1))
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
    let shown = cells.filter { $0.value.isFinite || $0.note != nil }
    guard let scale = scale, !shown.isEmpty else { return nil }
    func height(_ value: Double) -> Double { scale.isLogarithmic ? Double.log(value) : value }
    let (low, high) = (height(scale.range.lowerBound), height(scale.range.upperBound))
    blockCount += 1
    let name = "$data\(blockCount)"
    text += "\(name) << END\n"
    for cell in shown {
      let x = Self.exact((cell.x.lowerBound + cell.x.upperBound) / 2)
      let y = (cell.y.lowerBound + cell.y.upperBound) / 2
      let isDark = height(cell.value) < (low + high) / 2
      let hasBoth = cell.value.isFinite && cell.note != nil
      // Where there is no value there is no colour, but that of the page.
      let color = cell.value.isFinite ? isDark ? 0xffffff : 0 : 0x1a1a1a
      if cell.value.isFinite {
        text +=
          "\(x) \(Self.exact(hasBoth ? y + 0.15 : y)) \(TextTable.short(cell.value, digits: 3)) \(color)\n"
      }
      if let note = cell.note {
        text += "\(x) \(Self.exact(hasBoth ? y - 0.2 : y)) \(note) \(color)\n"
      }
    }
    text += "END\n"
    return "\(name) using 1:2:(stringcolumn(3)):4 with labels textcolor rgb variable notitle"
  }

  private static func rows(of line: [Plot.Point]) -> [[Double]?] {
    line.map { $0.isFinite ? [$0.x, $0.y] : nil }
  }

  private static func rows(_ intervals: [Plot.Interval]) -> [[Double]?] {
    intervals.map { $0.isFinite ? [$0.x, $0.middle, $0.low, $0.high] : nil }
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
      text += (row.map { $0.map(Self.exact).joined(separator: " ") } ?? "") + "\n"
    }
    text += "END\n"
    return name
  }
}
