/// A figure's SVG as a page takes it over: written anew out of the elements and attributes that draw, so that nothing else of
/// a file can get into the page, whatever it is that browsers make of it.
///
/// Style sheets and `class` would hold for the whole page and are left out; declarations in `style` become attributes. An
/// element that is not listed, a reference to anything but an element of the same figure, and a text that is no XML are
/// reasons to leave the figure out.
package struct SVGAdmission: Sendable {
  /// Why a figure is not taken.
  package struct Refusal: Error {}

  /// The figure as one `svg` element.
  package let text: String
  /// What its `desc` says.
  package let description: String?

  /// - Parameter prefix: in front of every id, so that they differ from those of the page and of other figures.
  package init(_ bytes: [UInt8], prefix: String) throws(Refusal) {
    let roots: [SVGElement]
    do throws(SVGReader.Problem) {
      roots = try SVGReader.documents(bytes)
    } catch {
      throw Refusal()
    }
    guard roots.count == 1, roots[0].name == "svg" else { throw Refusal() }
    var writer = Writer(prefix: prefix)
    guard var root = try writer.admitted(roots[0], isRoot: true) else { throw Refusal() }
    // A symbol made of symbols made of symbols would be drawn without end.
    guard writer.used.isDisjoint(with: writer.users) else { throw Refusal() }
    description = root.children.first { $0.name == "desc" }?.text
    if roots[0]["class"] == SVGPicture.className {
      root["class"] = SVGPicture.className
      var style = SVGElement(name: "style")
      style.text = SVGPicture.style(of: root)
      let place = root.children.firstIndex { !["title", "desc"].contains($0.name) }
      root.children.insert(style, at: place ?? root.children.endIndex)
    }
    var text = ""
    root.write(to: &text)
    self.text = text
  }

  private struct Writer {
    let prefix: String
    /// The ids that `use` draws, and those of what holds a `use`.
    var used: Set<String> = []
    var users: Set<String> = []

    /// The element with what may stand in it; nil where it is left out.
    mutating func admitted(_ element: SVGElement, isRoot: Bool) throws(Refusal) -> SVGElement? {
      // Of programs that draw: neither is a shape or a text.
      if ["style", "metadata"].contains(element.name) { return nil }
      guard SVGAdmission.elements.contains(element.name), isRoot == (element.name == "svg") else {
        throw Refusal()
      }
      var result = SVGElement(name: element.name)
      for (name, value) in element.attributes {
        if name == "style" {
          for (name, value) in SVGAdmission.declarations(value) {
            result[name] = try self.value(value, of: name)
          }
        } else if name == "xlink:href" || name == "href" {
          guard value.hasPrefix("#"), value.count > 1 else { throw Refusal() }
          let target = String(value.dropFirst())
          if element.name == "use" { used.insert(target) }
          result["href"] = "#" + prefix + target
        } else if SVGAdmission.attributes.contains(name) {
          result[name] = try self.value(value, of: name)
        }
      }
      result.text = element.text
      guard !["title", "desc"].contains(element.name) else { return result }
      let before = used.count
      var holdsUse = element.name == "use"
      for child in element.children {
        guard let child = try admitted(child, isRoot: false) else { continue }
        result.children.append(child)
        holdsUse = holdsUse || SVGAdmission.holdsUse(child)
      }
      if holdsUse || used.count > before, let id = element["id"] { users.insert(id) }
      return result
    }

    private func value(_ value: String, of name: String) throws(Refusal) -> String {
      switch name {
      case "id": return prefix + value
      case "aria-labelledby", "aria-describedby":
        return value.split(separator: " ").map { prefix + $0 }.joined(separator: " ")
      default: break
      }
      // Escapes in CSS can spell anything.
      guard !value.contains("\\") else { throw Refusal() }
      guard value.lowercased().contains("url") else { return value }
      let inner = value.trimmed
      guard inner.hasPrefix("url("), inner.hasSuffix(")") else { throw Refusal() }
      let target = inner.dropFirst(4).dropLast().filter { $0 != "\"" && $0 != "'" }
      guard target.hasPrefix("#"), !target.contains(where: { "() ".contains($0) }) else {
        throw Refusal()
      }
      return "url(#\(prefix)\(target.dropFirst()))"
    }
  }

  private static func holdsUse(_ element: SVGElement) -> Bool {
    element.name == "use" || element.children.contains(where: holdsUse)
  }

  /// The declarations of a `style` attribute that say what an attribute could.
  private static func declarations(_ text: String) -> [(String, String)] {
    text.split(separator: ";").compactMap { part in
      let pair = part.split(separator: ":", maxSplits: 1)
      guard pair.count == 2 else { return nil }
      let name = String(pair[0]).trimmed
      return presentation.contains(name) ? (name, String(pair[1]).trimmed) : nil
    }
  }

  private static let elements: Set<String> = [
    "svg", "g", "defs", "symbol", "use", "clipPath", "linearGradient", "radialGradient", "stop",
    "path", "polygon", "polyline", "line", "rect", "circle", "ellipse", "text", "tspan", "title",
    "desc",
  ]

  /// Attributes that CSS has as well.
  private static let presentation: Set<String> = [
    "clip-path", "clip-rule", "color", "display", "dominant-baseline", "fill", "fill-opacity",
    "fill-rule", "font-family", "font-size", "font-style", "font-weight", "letter-spacing",
    "opacity", "paint-order", "shape-rendering", "stop-color", "stop-opacity", "stroke",
    "stroke-dasharray", "stroke-dashoffset", "stroke-linecap", "stroke-linejoin",
    "stroke-miterlimit", "stroke-opacity", "stroke-width", "text-anchor", "text-rendering",
    "vector-effect", "visibility",
  ]

  private static let attributes: Set<String> = presentation.union([
    "aria-describedby", "aria-label", "aria-labelledby", "clipPathUnits", "cx", "cy", "d", "dx",
    "dy", "fx", "fy", "gradientTransform", "gradientUnits", "height", "id", "offset", "points",
    "preserveAspectRatio", "r", "role", "rotate", "rx", "ry", "spreadMethod", "textLength",
    "transform", "viewBox", "width", "x", "x1", "x2", "y", "y1", "y2",
  ])
}
