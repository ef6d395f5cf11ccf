/// A run's graph as SVG: a box for each node, a curve from each node to those that refer to it.
///
/// It is drawn twice, from left to right for wide windows and from top to bottom for narrow ones; the style sheet shows one.
struct GraphDrawing {
  /// What is known of a node's box.
  struct Box {
    let name: String
    let section: String
    let kind: String
    /// `done`, `failed`, …
    let status: String
    let isWorrying: Bool
  }

  private let boxes: [Box]
  private let layout: GraphLayout
  private let boxWidth: Double

  init(_ plan: Plan, _ box: (Plan.Node) -> Box) {
    let places = Dictionary(
      plan.nodes.enumerated().map { ($1.name, $0) }, uniquingKeysWith: { first, _ in first })
    boxes = plan.nodes.map(box)
    let widest = boxes.map { box in
      max(Self.width(box.name, Self.nameSize), Self.width(box.kind, Self.kindSize))
    }.max()
    let range = Size.boxWidths
    boxWidth = min(range.upperBound, max(range.lowerBound, 2 * Size.padding + (widest ?? 0)))
    layout = GraphLayout(
      references: plan.nodes.enumerated().map { index, node in
        node.references.compactMap { places[$0] }.filter { $0 < index }
      })
  }

  var html: HTML {
    guard !boxes.isEmpty else { return "" }
    return """
      <figure class="graph"><div class="wide">\(drawing(isWide: true))</div>\
      <div class="narrow">\(drawing(isWide: false))</div></figure>
      """
  }

  // MARK: - Wide: columns are layers

  private struct Size {
    /// A box is as wide as its name needs, between these.
    static let boxWidths = 148.0...240.0
    static let padding = 10.0
    static let boxHeight = 40.0
    /// Between two columns, for the curves.
    static let gap = 50.0
    static let row = 52.0
    static let margin = 6.0
  }

  private func drawing(isWide: Bool) -> HTML { isWide ? columns : list }

  private var columns: HTML {
    let column = boxWidth + Size.gap
    let room = boxWidth - 2 * Size.padding
    let width = 2 * Size.margin + Double(layout.layerCount - 1) * column + boxWidth
    let height = 2 * Size.margin + (layout.width - 1) * Size.row + Size.boxHeight
    func corner(_ place: GraphLayout.Place) -> (x: Double, y: Double) {
      (Size.margin + Double(place.layer) * column, Size.margin + place.position * Size.row)
    }
    let curves = layout.routes.map { route -> HTML in
      let corners = route.map { corner(layout.places[$0]) }
      let middle = Size.boxHeight / 2
      let half = Size.gap / 2
      var path = ""
      for (index, (one, other)) in zip(corners, corners.dropFirst()).enumerated() {
        let (x, y) = (one.x + boxWidth, one.y + middle)
        if index == 0 { path += "M\(Self.number(x)) \(Self.number(y))" }
        path += Self.curve(x, y, x + half, other.x - half, other.x, other.y + middle)
        // Straight over the layer that it passes.
        if index + 2 < corners.count { path += "H\(Self.number(other.x + boxWidth))" }
      }
      return "<path d=\"\(path)\"/>"
    }
    let shapes = layout.places.compactMap { place -> HTML? in
      guard let node = place.node else { return nil }
      let (x, y) = corner(place)
      return """
        \(open(node))<rect x="\(x)" y="\(y)" width="\(boxWidth)" height="\(Size.boxHeight)" rx="6"/>\
        <text x="\(x + Size.padding)" y="\(y + 17)" class="name">\(Self.shortened(boxes[node].name, Self.nameSize, room: room))</text>\
        <text x="\(x + Size.padding)" y="\(y + 32)">\(Self.shortened(boxes[node].kind, Self.kindSize, room: room))</text></a>
        """
    }
    return frame(width, height, curves, shapes)
  }

  // MARK: - Narrow: a line for each node, set in by its layer

  private var list: HTML {
    let (height, indent, margin) = (30.0, 14.0, 5.0)
    let order = layout.places.filter { $0.node != nil }.sorted {
      ($0.layer, $0.position) < ($1.layer, $1.position)
    }.compactMap(\.node)
    var lines = [Int](repeating: 0, count: order.count)
    for (line, node) in order.enumerated() { lines[node] = line }
    func place(_ node: Int) -> (x: Double, y: Double) {
      (
        margin + 5 + Double(layout.places[node].layer) * indent,
        margin + (Double(lines[node]) + 0.5) * height
      )
    }
    let curves = layout.routes.compactMap { route -> HTML? in
      guard let first = route.first, let last = route.last else { return nil }
      let (one, other) = (place(first), place(last))
      let path =
        "M\(Self.number(one.x)) \(Self.number(one.y + 5))V\(Self.number(other.y - 8))"
        + "Q\(Self.number(one.x)) \(Self.number(other.y)) \(Self.number(min(one.x + 8, other.x - 5))) "
        + "\(Self.number(other.y))H\(Self.number(other.x - 5))"
      return "<path d=\"\(path)\"/>"
    }
    let shapes = order.map { node -> HTML in
      let (x, y) = place(node)
      let name = boxes[node].name
      return """
        \(open(node))<rect class="target" x="\(x - 8)" y="\(y - 14)" width="\(340 - x)" height="28"/>\
        <rect x="\(x - 5)" y="\(y - 5)" width="10" height="10" rx="3"/>\
        <text x="\(x + 12)" y="\(y + 4)"><tspan class="name">\(Self.shortened(name, Self.nameSize, room: 200))</tspan> \
        <tspan>\(Self.shortened(boxes[node].kind, Self.kindSize, room: 118))</tspan></text></a>
        """
    }
    return frame(350, 2 * margin + Double(order.count) * height, curves, shapes)
  }

  // MARK: - Pieces

  private func frame(_ width: Double, _ height: Double, _ curves: [HTML], _ shapes: [HTML]) -> HTML
  {
    """
    <svg viewBox="0 0 \(width) \(height)" width="\(width)" height="\(height)" role="group" \
    aria-label="The graph of \(boxes.count) nodes, with a link to each; the list of nodes below has the same as text">\
    <g class="edges">\(curves)</g><g class="boxes">\(shapes)</g></svg>
    """
  }

  private func open(_ node: Int) -> HTML {
    let box = boxes[node]
    let mark = box.status == "done" ? box.isWorrying ? " worrying" : "" : " undone"
    let worry = box.isWorrying ? ", with a warning" : ""
    // The title is shown under the pointer; the label is what is read out.
    let label = "\(box.section).\(box.name), \(box.kind): \(box.status)\(worry)"
    return """
      <a href="#node-\(box.name)" class="\(box.section)\(mark)" aria-label="\(label)"><title>\(label)</title>
      """
  }

  private static func curve(
    _ x: Double, _ y: Double, _ firstX: Double, _ secondX: Double, _ endX: Double, _ endY: Double
  ) -> String {
    "C" + [firstX, y, secondX, endY, endX, endY].map(number).joined(separator: " ")
  }

  private static func number(_ value: Double) -> String {
    TextTable.short((value * 100).rounded() / 100, digits: 7)
  }

  /// About how wide a text is in a font of so many pixels, at most: whoever opens the page has fonts of their own.
  private static func width(_ text: some StringProtocol, _ size: Double) -> Double {
    text.reduce(0) { sum, character in
      sum + size
        * ("iljtfr.,:;'|! ()[]".contains(character)
          ? 0.42 : character.isUppercase || "mw@%".contains(character) ? 0.95 : 0.66)
    }
  }

  /// A text that fits into so many pixels; what is left out is an ellipsis at its end.
  private static func shortened(_ text: String, _ size: Double, room: Double) -> String {
    guard width(text, size) > room else { return text }
    var result = Substring(text)
    while !result.isEmpty, width(result, size) + width("m", size) > room { result.removeLast() }
    return result + "…"
  }

  private static let (nameSize, kindSize) = (13.0, 12.0)
}
