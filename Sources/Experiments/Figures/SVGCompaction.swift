/// What makes pictures short without changing what is seen: tenths of a pixel, and what repeats said once.
enum SVGCompaction {
  /// The data of a path of straight lines, or nil where it goes nowhere; other paths as they are.
  static func path(_ data: String) -> String? {
    var lines: [(points: [String], isClosed: Bool)] = []
    for token in data.split(whereSeparator: \.isWhitespace) {
      if token == "Z" || token == "z" {
        guard !lines.isEmpty else { return data }
        lines[lines.count - 1].isClosed = true
        continue
      }
      guard let point = point(token.dropFirst()) else { return data }
      switch token.first {
      case "M": lines.append(([point], false))
      case "L":
        guard !lines.isEmpty else { return data }
        if lines[lines.count - 1].points.last != point {
          lines[lines.count - 1].points.append(point)
        }
      default: return data
      }
    }
    let texts = lines.compactMap { line in
      line.points.count < 2
        ? nil : "M" + line.points.joined(separator: " ") + (line.isClosed ? "Z" : "")
    }
    return texts.isEmpty ? nil : texts.joined()
  }

  /// The corners of a polygon.
  static func points(_ text: String) -> String {
    let points = text.split(whereSeparator: \.isWhitespace).map { point($0) ?? String($0) }
    return points.joined(separator: " ")
  }

  private static func point(_ text: Substring) -> String? {
    let parts = text.split(separator: ",", omittingEmptySubsequences: false)
    guard parts.count == 2, let x = number(parts[0]), let y = number(parts[1]) else { return nil }
    return x + "," + y
  }

  /// A length to a tenth of a pixel.
  static func number(_ text: Substring) -> String? {
    guard let value = Double(text), abs(value) < 1e9 else { return nil }
    let tenths = Int((value * 10).rounded())
    let (whole, rest) = (abs(tenths) / 10, abs(tenths) % 10)
    return (tenths < 0 ? "-" : "") + String(whole) + (rest == 0 ? "" : "." + String(rest))
  }

  /// Circles of one colour that stand one after the other, in a group that says the colour.
  static func grouped(_ elements: [SVGElement]) -> [SVGElement] {
    var result: [SVGElement] = []
    for element in elements {
      guard element.name == "circle" else {
        result.append(element)
        continue
      }
      let isOwn = ["cx", "cy", "r"]
      var circle = element
      circle.attributes = element.attributes.filter { isOwn.contains($0.name) }
      let shared = element.attributes.filter { !isOwn.contains($0.name) }
      if let last = result.last, last.name == "g", last.children.first?.name == "circle",
        last.attributes.map(\.name) == shared.map(\.name),
        last.attributes.map(\.value) == shared.map(\.value)
      {
        result[result.count - 1].children.append(circle)
      } else {
        result.append(SVGElement(name: "g", attributes: shared, children: [circle]))
      }
    }
    return result
  }
}
