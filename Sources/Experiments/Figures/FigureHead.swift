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

  /// The lines of the title, with their middles from above.
  let title: [(text: String, y: Double)]
  let entries: [Entry]
  /// How many values cannot be seen, where that is not none.
  let note: (text: String, y: Double)?
  /// How much it takes, in pixels.
  let height: Double

  static let titleLine = 17.0
  static let symbolWidth = 25.0
  /// What the numbers and the name of the lower axis take.
  static let foot = 57.0
  /// What the numbers and the name of the axis to the left take, and what is left free to the right.
  static let sides = 95.0
  /// The height of a head with a title and a key of one line each.
  static let usualHeight = 60.0
  private static let line = 22.0
  private static let gap = 20.0
  /// A key of more is longer than it is read.
  private static let longestKey = 8

  /// - Parameter limit: at most so high; a key that has no room is left out.
  init(_ plot: Plot, width: Int, atMost limit: Double = .infinity) {
    let whole = FigureHead(plot, width: width, key: Self.key(of: plot))
    self = whole.height <= limit ? whole : FigureHead(plot, width: width, key: [])
  }

  /// The head of a picture, which leaves room for what is below it.
  init(_ plot: Plot, _ size: FigureSize) {
    self.init(plot, width: size.width, atMost: 0.6 * Double(size.height) - Self.foot)
  }

  private init(_ plot: Plot, width: Int, key: [(layer: Plot.Layer, label: String)]) {
    var y = Self.titleLine
    title = Self.wrapped(plot.heading, width: Double(width) - 16).map { text in
      defer { y += Self.line }
      return (text, y)
    }
    if !title.isEmpty { y += 2 }
    var lines: [(width: Double, items: [(layer: Plot.Layer, label: String, width: Double)])] = []
    let room = Double(width) - 40
    for (layer, text) in key {
      let label = Self.shortened(text, width: room - Self.symbolWidth)
      let size = Self.symbolWidth + Self.width(label)
      if let last = lines.last, last.width + Self.gap + size <= room {
        lines[lines.count - 1].items.append((layer, label, size))
        lines[lines.count - 1].width += Self.gap + size
      } else {
        lines.append((size, [(layer, label, size)]))
      }
    }
    var entries: [Entry] = []
    for line in lines {
      var x = max(8, (Double(width) - line.width) / 2)
      for item in line.items {
        entries.append(
          Entry(
            symbol: item.layer.mark.symbol, ink: item.layer.ink, label: item.label, x: x, y: y))
        x += item.width + Self.gap
      }
      y += Self.line
    }
    self.entries = entries
    note = plot.shown.note.map { (Self.shortened($0, width: Double(width) - 16), y) }
    if note != nil { y += Self.line }
    let last = note?.y ?? entries.last?.y ?? title.last?.y
    height = (last.map { $0 + Self.line / 2 } ?? 4) + 8
  }

  /// What the key names: of many shades the first and the last, which say what lies between, and of too many others only
  /// the truth.
  private static func key(of plot: Plot) -> [(layer: Plot.Layer, label: String)] {
    let all = plot.layers.compactMap { layer in
      layer.label.flatMap { $0.isEmpty ? nil : (layer: layer, label: $0) }
    }
    guard all.count > longestKey else { return all }
    let shades = all.indices.filter { all[$0].layer.ink.isShade }
    let kept = all.indices.filter {
      !all[$0].layer.ink.isShade || $0 == shades.first || $0 == shades.last
    }
    return (kept.count <= longestKey ? kept : all.indices.filter { all[$0].layer.ink == .truth })
      .map { all[$0] }
  }

  // MARK: - Texts

  /// A text in two lines at most.
  private static func wrapped(_ text: String, width: Double) -> [String] {
    guard !text.isEmpty else { return [] }
    guard Self.width(text) > width else { return [text] }
    var first = ""
    var rest = text.split(separator: " ")
    while let word = rest.first, Self.width("\(first) \(word)") <= width {
      first += first.isEmpty ? String(word) : " \(word)"
      rest.removeFirst()
    }
    // A word that fills more than a line cannot be broken.
    if first.isEmpty { return [shortened(text, width: width)] }
    return [first, shortened(rest.joined(separator: " "), width: width)].filter { !$0.isEmpty }
  }

  /// A text that is no wider than said: what is left out is an ellipsis at its end.
  static func shortened(_ text: String, width: Double) -> String {
    guard Self.width(text) > width else { return text }
    var result = ""
    var size = Self.width("…")
    for character in text {
      size += Self.width(String(character))
      guard size <= width else { break }
      result.append(character)
    }
    return result + "…"
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

extension Plot.Ink {
  fileprivate var isShade: Bool {
    if case .shade = self { true } else { false }
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
