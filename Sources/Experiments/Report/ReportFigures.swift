/// The figures of a run, as SVG that stands in the page itself: pictures, and animations as frames with a slider.
struct ReportFigures {
  private struct Figure {
    let name: String
    /// The text of one picture, or of the frames of an animation.
    let frames: [String]

    /// What stands below it; its title stands in the picture itself.
    var caption: HTML {
      let note: HTML? = ReportFigures.content(of: "desc", in: frames[0]).map {
        ": \(HTML(markup: $0))"
      }
      return "\(name)\(note)"
    }
  }

  private let figures: [Figure]
  private let leftOut: [String]

  /// No more than so many bytes of one figure go into a page.
  private static let largestSize = 8 << 20

  var isEmpty: Bool { figures.isEmpty && leftOut.isEmpty }

  init(_ run: RunDirectory, _ plan: Plan) {
    self.init(in: run.path("figures"), order: (plan.figures ?? []).map(\.name))
  }

  /// - Parameters:
  ///   - directory: where the files lie.
  ///   - order: the names of figures; others come behind them.
  init(in directory: String, order: [String] = []) {
    var figures: [Figure] = []
    var leftOut: [String] = []
    func place(_ file: String) -> Int {
      let name = file.split(separator: ".").first.map(String.init)
      return order.firstIndex { $0 == name } ?? order.count
    }
    let files = FileSystem.names(in: directory).map { (place: place($0), name: $0) }
    for name in files.sorted(by: { ($0.place, $0.name) < ($1.place, $1.name) }).map(\.name) {
      let path = directory + "/" + name
      let files =
        FileSystem.isDirectory(path)
        ? FileSystem.names(in: path).filter { $0.hasSuffix(".svg") }.map { path + "/" + $0 }
        : name.hasSuffix(".svg") ? [path] : []
      guard !files.isEmpty else { continue }
      let title = name.hasSuffix(".svg") ? String(name.dropLast(4)) : name
      let size = files.reduce(0) { $0 + (FileSystem.size($1) ?? 0) }
      let frames = size > Self.largestSize ? [] : files.compactMap(Self.markup)
      if frames.count == files.count {
        figures.append(Figure(name: title, frames: frames))
      } else {
        leftOut.append(name)
      }
    }
    self.figures = figures
    self.leftOut = leftOut
  }

  /// The element of an SVG file, without what stands before it; nil where it is not one element that draws: a page shows
  /// no scripts and nothing that leads elsewhere.
  private static func markup(_ path: String) -> String? {
    guard let bytes = try? FileSystem.read(path) else { return nil }
    let text = String(decoding: bytes, as: UTF8.self)
    guard let start = text.firstRange(of: "<svg") else { return nil }
    let element = text[start.lowerBound...]
    let lower = element.lowercased()
    let foreign = ["<script", "<foreignobject", "javascript:", "<iframe", "<!entity"]
    guard !foreign.contains(where: lower.contains), isOneElement(lower) else { return nil }
    return String(element)
  }

  /// The text of the first element of a name, as it is written, with nothing in it that is markup.
  private static func content(of name: String, in text: String) -> String? {
    guard let start = text.firstRange(of: "<\(name)"),
      let open = text[start.upperBound...].firstIndex(of: ">"),
      let end = text[open...].firstRange(of: "</\(name)>")
    else { return nil }
    let content = text[text.index(after: open)..<end.lowerBound]
    return content.contains("<") || content.isEmpty ? nil : String(content)
  }

  /// Whether a text is one `svg` element, with nothing after its end that would stand in the page itself.
  private static func isOneElement(_ text: String) -> Bool {
    var marks = text.ranges(of: "<svg").map { (place: $0.lowerBound, step: 1, end: $0.upperBound) }
    marks += text.ranges(of: "</svg>").map { (place: $0.lowerBound, step: -1, end: $0.upperBound) }
    marks.sort { $0.place < $1.place }
    var depth = 0
    for (index, mark) in marks.enumerated() {
      depth += mark.step
      if depth <= 0 {
        return depth == 0 && index == marks.count - 1
          && text[mark.end...].allSatisfy(\.isWhitespace)
      }
    }
    return false
  }

  var html: HTML {
    let shown = figures.map { figure -> HTML in
      guard figure.frames.count > 1 else {
        return """
          <figure>\(HTML(markup: figure.frames[0]))<figcaption>\(figure.caption)</figcaption></figure>

          """
      }
      let frames = figure.frames.enumerated().map { index, frame -> HTML in
        """
        <div class="frame" data-label="\(index + 1) of \(figure.frames.count)"\(index == 0 ? "" : " hidden" as HTML)>\
        \(HTML(markup: frame))</div>
        """
      }
      return """
        <figure>\(frames)<div class="player" hidden><button type="button">Play</button>\
        <input type="range" min="0" max="\(figure.frames.count - 1)" value="0" step="1" aria-label="Frame of \(figure.name)">\
        <output></output></div><figcaption>\(figure.caption)</figcaption></figure>

        """
    }
    let rest: HTML? =
      leftOut.isEmpty
      ? nil
      : "<p class=\"soft\">Not shown here, but in <span class=\"mono\">figures/</span>: \(leftOut.joined(separator: ", ")).</p>"
    return "<div class=\"figures\">\(shown)</div>\(rest)"
  }
}
