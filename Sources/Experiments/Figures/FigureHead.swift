/// What stands above a plot: the title, and the key in as many lines as it takes.
struct FigureHead {
  /// A label of the key with what it stands for.
  struct Entry {
    let symbol: String
    let ink: Plot.Ink
    let label: String
    /// Where it begins, in pixels from the left, and its middle from above.
    let x: Double
    let y: Double
  }

  let entries: [Entry]
  /// How much it takes, in pixels.
  let height: Double

  static let titleLine = 17.0
  static let symbolWidth = 25.0
  /// What the numbers and the name of the lower axis take.
  static let foot = 57.0
  /// What the numbers and the name of the axis to the left take, and what is left free to the right.
  static let sides = 95.0
  private static let line = 22.0
  private static let gap = 20.0

  init(_ plot: Plot, width: Int) {
    var lines: [(width: Double, items: [(layer: Plot.Layer, label: String, width: Double)])] = []
    for layer in plot.layers {
      guard let label = layer.label, !label.isEmpty else { continue }
      let size = Self.symbolWidth + Self.width(label)
      if let last = lines.last, last.width + Self.gap + size <= Double(width) - 40 {
        lines[lines.count - 1].items.append((layer, label, size))
        lines[lines.count - 1].width += Self.gap + size
      } else {
        lines.append((size, [(layer, label, size)]))
      }
    }
    let first = plot.heading.isEmpty ? Self.titleLine : Self.titleLine + Self.line + 2
    var entries: [Entry] = []
    for (number, line) in lines.enumerated() {
      var x = max(8, (Double(width) - line.width) / 2)
      for item in line.items {
        entries.append(
          Entry(
            symbol: item.layer.mark.symbol, ink: item.layer.ink, label: item.label, x: x,
            y: first + Double(number) * Self.line))
        x += item.width + Self.gap
      }
    }
    self.entries = entries
    height =
      (entries.last.map { $0.y + Self.line / 2 }
        ?? (plot.heading.isEmpty ? 4 : Self.titleLine + Self.line / 2)) + 8
  }

  /// What the bar of a scale takes, with its numbers and its name.
  static func width(of scale: Plot.ColorScale) -> Double {
    let ends = [scale.range.lowerBound, scale.range.upperBound]
    return 80 + 9.5 * Double(ends.map { TextTable.short($0, digits: 4).count }.max() ?? 0)
  }

  /// About as wide as a text is: who sets it has fonts of their own.
  private static func width(_ text: String) -> Double {
    text.reduce(0) { sum, character in
      sum
        + ("iljtfr.,:;'|! ()[]".contains(character)
          ? 4.9 : character.isUppercase || "mw%".contains(character) ? 11.8 : 8.8)
    }
  }
}

extension Plot.Mark {
  /// What stands for it in the key.
  fileprivate var symbol: String {
    switch self {
    case .lines(_, _, let isDashed): isDashed ? "╍╍" : "━━"
    case .points, .coloredPoints, .intervals: "●"
    case .bars, .band, .cells, .cellTexts: "■"
    case .arrows: "→"
    }
  }
}
