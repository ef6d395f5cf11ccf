/// The figures of a run, as SVG that stands in the page itself: pictures, and animations as frames with a slider.
struct ReportFigures {
  private struct Figure {
    let name: String
    /// What it shows, by the plan.
    let kind: String?
    /// One picture, or the frames of an animation.
    let frames: [SVGAdmission]

    /// What stands below it; its title stands in the picture itself.
    var caption: HTML {
      let note: HTML? = frames[0].description.map { ": \($0)" }
      return "<strong>\(name)</strong>\(kind.map { ", \($0)" as HTML })\(note)"
    }
  }

  private let figures: [Figure]
  private let leftOut: [String]

  /// No more than so many bytes of one figure go into a page.
  private static let largestSize = 8 << 20

  var isEmpty: Bool { figures.isEmpty && leftOut.isEmpty }

  init(_ run: RunDirectory, _ plan: Plan) {
    self.init(in: run.path("figures"), plan.figures ?? [])
  }

  /// - Parameters:
  ///   - directory: where the files lie.
  ///   - planned: the figures of the plan, in their order; others come behind them.
  init(in directory: String, _ planned: [Plan.Figure]) {
    let order = planned.map(\.name)
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
      let place = figures.count + leftOut.count + 1
      let frames =
        size > Self.largestSize
        ? []
        : files.enumerated().compactMap { Self.frame($1, prefix: "figure-\(place)-\($0 + 1)-") }
      if frames.count == files.count {
        let kind = planned.first { $0.name == title }.map(Self.words)
        figures.append(Figure(name: title, kind: kind, frames: frames))
      } else {
        leftOut.append(name)
      }
    }
    self.figures = figures
    self.leftOut = leftOut
  }

  /// `a histogram of walk, jump`.
  private static func words(_ figure: Plan.Figure) -> String {
    let kind = figure.kind.replacing("-", with: " ")
    let what =
      switch figure.kind {
      case "ecdf": "distribution functions"
      case "lines": "lines"
      default: (kind.first.map { "aeiou".contains($0) } ?? false ? "an " : "a ") + kind
      }
    let of = figure.references.joined(separator: ", ")
    return of.isEmpty ? what : "\(what) of \(of)"
  }

  private static func frame(_ path: String, prefix: String) -> SVGAdmission? {
    guard let bytes = try? FileSystem.read(path) else { return nil }
    return try? SVGAdmission(bytes, prefix: prefix)
  }

  var html: HTML {
    let shown = figures.map { figure -> HTML in
      guard figure.frames.count > 1 else {
        return """
          <figure>\(HTML(markup: figure.frames[0].text))<figcaption>\(figure.caption)</figcaption></figure>

          """
      }
      let frames = figure.frames.enumerated().map { index, frame -> HTML in
        """
        <div class="frame" data-label="\(index + 1) of \(figure.frames.count)"\(index == 0 ? "" : " hidden" as HTML)>\
        \(HTML(markup: frame.text))</div>
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
