/// A picture of gnuplot's made fit for every place: alone, in an `<img>`, or inside a page beside others, on paper and
/// on a dark screen.
///
/// Of gnuplot's document only shapes and texts are taken over: what else may stand in an SVG file cannot get in. Empty
/// groups and attributes that say nothing are left out, which makes it a third as long.
struct SVGPicture {
  /// What the picture shows, for who hears it.
  let title: String
  let description: String
  let size: FigureSize
  /// In front of every id, so that several pictures can stand in one page.
  let prefix: String

  static let className = "scorewalk-figure"

  /// The whole file: one `svg` element; nil where nothing is drawn in gnuplot's document.
  func text(of root: SVGElement) -> String? {
    let children = root.children.flatMap { simplified($0, Self.usual) }
    guard !children.isEmpty else { return nil }
    var picture = SVGElement(name: "svg")
    picture.attributes = [
      ("xmlns", "http://www.w3.org/2000/svg"), ("class", Self.className), ("role", "img"),
      ("aria-labelledby", "\(prefix)-title"), ("width", String(size.width)),
      ("height", String(size.height)), ("viewBox", "0 0 \(size.width) \(size.height)"),
      ("font-family", "sans-serif"), ("font-size", "16"),
      ("style", "max-width:100%;height:auto"),
    ]
    var title = SVGElement(name: "title", attributes: [("id", "\(prefix)-title")])
    title.text = self.title
    var body = SVGElement(name: "g")
    body.attributes = Self.usual
    body.children = children
    var style = SVGElement(name: "style")
    style.text = Self.style(of: body)
    picture.children = [title]
    if !description.isEmpty {
      var note = SVGElement(name: "desc")
      note.text = description
      picture.children.append(note)
    }
    picture.children += [style, body]
    var result = ""
    picture.write(to: &result)
    return result
  }

  // MARK: - Colours

  /// Colours stand in attributes, which every program understands; a dark screen has others by these rules, which only say
  /// something to what stands in such a picture.
  static func style(of body: SVGElement) -> String {
    var used: Set<String> = []
    collect(body, &used)
    var rules = ""
    for color in Palette.all {
      for attribute in ["fill", "stroke"] where used.contains(attribute + color.light) {
        rules += ".\(className) [\(attribute)='\(color.light)']{\(attribute):\(color.dark)}"
      }
    }
    return ":root.\(className){color-scheme:light dark}"
      + "@media screen and (prefers-color-scheme:dark){\(rules)}"
  }

  private static func collect(_ element: SVGElement, _ used: inout Set<String>) {
    for (name, value) in element.attributes where name == "fill" || name == "stroke" {
      used.insert(name + value)
    }
    for child in element.children { collect(child, &used) }
  }

  // MARK: - Gnuplot's elements

  /// What holds for everything that says nothing else.
  private static let usual = [
    ("fill", "none"), ("stroke", Palette.text.light), ("stroke-width", "1"),
    ("stroke-linecap", "round"), ("stroke-linejoin", "round"),
  ]

  private static let inherited: Set<String> = [
    "fill", "stroke", "stroke-width", "stroke-linecap", "stroke-linejoin", "color",
    "stroke-dasharray", "fill-opacity", "font-family", "font-size", "text-anchor",
  ]
  private static let shapes: Set<String> = ["path", "polygon", "polyline", "rect", "circle"]
  private static let kept: Set<String> = inherited.union([
    "d", "points", "x", "y", "width", "height", "cx", "cy", "r", "transform", "opacity",
    "stroke-opacity", "shape-rendering",
  ])

  /// The element without what it needs not, in terms of what it inherits.
  private func simplified(
    _ element: SVGElement, _ context: [(String, String)]
  ) -> [SVGElement] {
    switch element.name {
    case "g": return group(element, context)
    case "use": return point(element, context).map { [$0] } ?? []
    case "text":
      guard !element.text.isEmpty else { return [] }
      var text = clean(element, context)
      text.text = element.text.trimmed
      return [text]
    case _ where Self.shapes.contains(element.name):
      var shape = clean(element, context)
      if element.name == "path" {
        guard let data = SVGCompaction.path(element["d"] ?? "") else { return [] }
        shape["d"] = data
      } else if value("fill", element, context) == "none" {
        // The canvas.
        return []
      }
      if let points = element["points"] { shape["points"] = SVGCompaction.points(points) }
      return [shape]
    default: return []
    }
  }

  private func group(_ element: SVGElement, _ context: [(String, String)]) -> [SVGElement] {
    var inner = context
    for (name, value) in element.attributes where Self.inherited.contains(name) {
      let color = Self.color(value, in: context)
      if let index = inner.firstIndex(where: { $0.0 == name }) {
        inner[index].1 = color
      } else {
        inner.append((name, color))
      }
    }
    let children = SVGCompaction.grouped(element.children.flatMap { simplified($0, inner) })
    guard !children.isEmpty else { return [] }
    var group = clean(element, context)
    group.children = children
    // A group that says nothing is as good as what stands in it; a lone child can say it itself.
    if group.attributes.isEmpty { return children }
    if children.count == 1, children[0].name == "text" {
      var text = children[0]
      text.attributes = group.attributes + text.attributes
      return [text]
    }
    return [group]
  }

  /// A point of gnuplot's is a use of a symbol; here it is a circle.
  private func point(_ element: SVGElement, _ context: [(String, String)]) -> SVGElement? {
    let numbers = (element["transform"] ?? "").split { "(), ".contains($0) }
    guard numbers.count == 5, let radius = Double(numbers[4]) else { return nil }
    var circle = SVGElement(name: "circle")
    circle.attributes = [
      ("cx", SVGCompaction.number(numbers[1]) ?? "0"),
      ("cy", SVGCompaction.number(numbers[2]) ?? "0"),
      ("r", TextTable.short(radius, digits: 3)),
      ("fill", Self.color(element["color"] ?? "currentColor", in: context)), ("stroke", "none"),
    ]
    if let opacity = element["opacity"] { circle["fill-opacity"] = opacity }
    return circle
  }

  private func clean(_ element: SVGElement, _ context: [(String, String)]) -> SVGElement {
    var result = SVGElement(name: element.name)
    for (name, value) in element.attributes where Self.kept.contains(name) && name != "color" {
      let color = Self.color(value.trimmed, in: context)
      if name == "font-family" || (name == "font-size" && Double(color) == 16) { continue }
      if Self.inherited.contains(name), context.contains(where: { $0.0 == name && $0.1 == color }) {
        continue
      }
      result.attributes.append((name, color))
    }
    return result
  }

  private func value(
    _ name: String, _ element: SVGElement, _ context: [(String, String)]
  ) -> String? {
    element[name].map { Self.color($0, in: context) } ?? context.first { $0.0 == name }?.1
  }

  /// `rgb(  0, 114, 178)` as `#0072b2`; a number without needless zeros; anything else as it is.
  private static func color(_ value: String, in context: [(String, String)]) -> String {
    switch value {
    case "black": return Palette.text.light
    case "white": return "#ffffff"
    case "currentColor":
      return context.first { $0.0 == "color" }?.1 ?? Palette.text.light
    default: break
    }
    if value.hasPrefix("rgb(") {
      let parts = value.dropFirst(4).dropLast().split(separator: ",").compactMap {
        Int(String($0).trimmed)
      }
      guard parts.count == 3 else { return value }
      return "#"
        + parts.map { ($0 < 16 ? "0" : "") + String(min(max($0, 0), 255), radix: 16) }.joined()
    }
    if value.contains("."), value.count < 10, let number = Double(value) {
      return TextTable.short(number, digits: 4)
    }
    return value
  }
}

extension String {
  /// The text without spaces at its ends.
  var trimmed: String {
    guard let first, let last, first.isWhitespace || last.isWhitespace else { return self }
    var rest = self[...]
    while rest.first?.isWhitespace == true { rest.removeFirst() }
    while rest.last?.isWhitespace == true { rest.removeLast() }
    return String(rest)
  }
}
