import Scorewalk

/// The files of figures: `figures/` in the directory of a run, or of a sweep.
package struct FigureFiles: Sendable {
  /// Why a figure was not drawn.
  package struct Problem: Error, Sendable {
    package let text: String
    package let remedy: String?
    /// Whether there is no program that draws, or it hangs or was stopped: then it is no use to try other figures.
    package let isHopeless: Bool
  }

  /// Where `figures/` lies.
  package let directory: String
  package var gnuplot = Gnuplot()

  package init(directory: String) { self.directory = directory }

  package init(run: RunDirectory) { self.init(directory: run.path) }

  /// The files of a figure that was drawn, relative to the directory.
  package struct Found: Sendable, Equatable {
    /// Of a still, or nil.
    package var picture: String?
    /// Of an animation, in their order.
    package var frames: [String] = []
    package var movie: String?
  }

  /// Looks for the files of a figure.
  package func found(_ name: String) -> Found {
    func file(_ path: String) -> String? {
      FileSystem.isFile(directory + "/" + path) ? path : nil
    }
    let frames = FileSystem.names(in: directory + "/figures/" + name).filter(Self.isFrame)
    return Found(
      picture: file("figures/\(name).svg"),
      frames: frames.sorted().map { "figures/\(name)/" + $0 }, movie: file("figures/\(name).gif"))
  }

  /// What came of drawing a figure.
  package struct Drawn: Sendable, Equatable {
    /// The files, relative to the directory.
    package var files: [String]
    /// How many values cannot be seen in it; nil where all can.
    package var note: String?
  }

  /// Draws a figure and writes its files: `figures/NAME.svg`; of an animation `figures/NAME/0001.svg` and so on, and
  /// `figures/NAME.gif`.
  ///
  /// - Parameter formats: in place of what the spec says.
  package func draw(
    _ figure: FigureNode, of data: FigureData, formats: [FigureFormat.Choice]? = nil
  ) throws(Problem) -> Drawn {
    do {
      let drawing = try figure.definition.drawing(figure, of: data).finished(for: figure)
      let files: [String]
      switch drawing {
      case .still(let plot):
        files = try (formats ?? figure.formats).map { choice in
          let file = "figures/\(figure.name).\(choice.rawValue)"
          try write(try picture(plot, figure, choice.format), file)
          return file
        }
      case .frames(let plots): files = try animate(plots, figure)
      }
      return Drawn(files: files, note: drawing.shown.note)
    } catch let problem as Gnuplot.Problem {
      throw Problem(
        text: problem.text, remedy: problem.remedy, isHopeless: problem.kind != .failed)
    } catch let failure as Failure {
      let reason = failure.reason.isEmpty ? "" : ": " + failure.reason
      throw Problem(
        text: "not drawn: " + failure.what + reason, remedy: failure.remedy,
        isHopeless: false)
    } catch {
      throw Problem(text: "not drawn: \(error)", remedy: nil, isHopeless: false)
    }
  }

  /// One picture as a file.
  private func picture(
    _ plot: Plot, _ figure: FigureNode, _ format: FigureFormat
  ) throws -> [UInt8] {
    let size = FigureSize(of: plot, figure)
    let bytes = try gnuplot.draw(GnuplotScript([plot], format: format, size: size))
    guard format == .svg else { return bytes }
    return try documents(bytes, [plot], figure, size)[0]
  }

  private func animate(_ plots: [Plot], _ figure: FigureNode) throws -> [String] {
    guard let first = plots.first else { throw Failure(.failed, "there is no frame") }
    let size = FigureSize(of: first, figure)
    let frames = try documents(
      try gnuplot.draw(GnuplotScript(plots, format: .svg, size: size)), plots, figure, size)
    let movie = try gnuplot.draw(GnuplotScript(plots, format: .gif, size: size))
    let place = "figures/" + figure.name
    try write(movie, place + ".gif")
    // One by one: at every moment there are frames, whole ones, whoever else draws them too.
    let names = frames.indices.map { ResultsDirectory.digits($0 + 1) + ".svg" }
    for (name, frame) in zip(names, frames) { try write(frame, place + "/" + name) }
    // Of an earlier drawing that had more. What else is there is the user's.
    for name in FileSystem.names(in: directory + "/" + place)
    where Self.isFrame(name) && !names.contains(name) {
      FileSystem.remove(directory + "/" + place + "/" + name)
    }
    return names.map { place + "/" + $0 } + [place + ".gif"]
  }

  /// Writes a file, under a name of its own until it is whole: two processes may draw the same figure.
  private func write(_ bytes: [UInt8], _ file: String) throws(Failure) {
    let path = directory + "/" + file
    try FileSystem.makeDirectory(String(path[..<(path.lastIndex(of: "/") ?? path.endIndex)]))
    let own = FileSystem.ownPath(path)
    do throws(Failure) {
      try FileSystem.write(bytes, to: own)
      try FileSystem.replace(own, to: path)
    } catch {
      FileSystem.remove(own)
      throw error
    }
  }

  /// `0012.svg`.
  private static func isFrame(_ name: String) -> Bool {
    let digits = name.dropLast(4)
    return name.hasSuffix(".svg") && digits.count >= 4
      && digits.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
  }

  /// Gnuplot's documents, one a plot, as they stand in files.
  private func documents(
    _ bytes: [UInt8], _ plots: [Plot], _ figure: FigureNode, _ size: FigureSize
  ) throws -> [[UInt8]] {
    let roots: [SVGElement]
    do throws(SVGReader.Problem) {
      roots = try SVGReader.documents(bytes)
    } catch {
      throw Failure(.failed, "gnuplot's SVG is not as it was expected")
    }
    guard roots.count == plots.count else {
      throw Failure(.failed, "gnuplot drew \(roots.count) pictures in place of \(plots.count)")
    }
    return try zip(roots, plots).enumerated().map { index, pair in
      // The same figure of another run, or another frame, may stand in the same page.
      let owner = RunDirectory(path: directory).displayName
      let identity = "\(owner)/\(figure.name)/\(index)"
      let picture = SVGPicture(
        title: pair.1.heading, description: figure.description ?? "", size: size,
        prefix: "f" + Digest.hex(Array(identity.utf8)).prefix(10))
      guard let text = picture.text(of: pair.0) else {
        throw Failure(.failed, "gnuplot drew nothing")
      }
      return Array(text.utf8)
    }
  }
}

extension FigureSize {
  /// As large as the spec says; of a plane as high as its axes want, which have one unit.
  fileprivate init(of plot: Plot, _ figure: FigureNode) {
    self.init(width: figure.width, height: figure.height ?? Self.usual.height)
    guard figure.height == nil else { return }
    let head = FigureHead(plot, width: width).height
    height += Int(max(0, head - FigureHead.usualHeight).rounded())
    guard plot.hasEqualUnits, let x = plot.x.range, let y = plot.y.range else { return }
    let ratio = (y.upperBound - y.lowerBound) / (x.upperBound - x.lowerBound)
    guard ratio.isFinite else { return }
    let sides = FigureHead.sides + (plot.colorScale.map { FigureHead.width(of: $0) - 25 } ?? 0)
    let wanted = max(0, Double(width) - sides) * ratio + head + FigureHead.foot
    height = Int(min(max(wanted, 0.4 * Double(width)), 1.1 * Double(width)).rounded())
  }
}

extension Drawing {
  /// With the names that the spec has for the plots, and colours that can be told apart.
  fileprivate func finished(for figure: FigureNode) -> Drawing {
    func finished(_ plot: Plot) -> Plot {
      var plot = plot.distinguished()
      if let title = figure.title { plot.title = title }
      return plot
    }
    switch self {
    case .still(let plot): return .still(finished(plot))
    case .frames(let plots): return .frames(plots.map(finished))
    }
  }

  /// How many values can be seen, in all plots together.
  fileprivate var shown: Plot.Tally {
    plots.reduce(into: Plot.Tally()) { sum, plot in
      let shown = plot.shown
      sum.add(shown: shown.shown, of: shown.total)
    }
  }
}
