import Scorewalk

/// The files of figures: `figures/` in the directory of a run, or of a sweep.
package struct FigureFiles: Sendable {
  /// Why a figure was not drawn.
  package struct Problem: Error, Sendable {
    package let text: String
    package let remedy: String?
    /// Whether there is no program that draws, or it hangs: then it is no use to try other figures.
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
    let frames = FileSystem.names(in: directory + "/figures/" + name).filter {
      $0.hasSuffix(".svg") && Int($0.dropLast(4)) != nil
    }
    return Found(
      picture: file("figures/\(name).svg"),
      frames: frames.sorted().map { "figures/\(name)/" + $0 }, movie: file("figures/\(name).gif"))
  }

  /// Draws a figure and writes its files: `figures/NAME.svg`; of an animation `figures/NAME/0001.svg` and so on, and
  /// `figures/NAME.gif`.
  ///
  /// - Parameter formats: in place of what the spec says.
  /// - Returns: the files, relative to the directory.
  package func draw(
    _ figure: FigureNode, of data: FigureData, formats: [FigureFormat.Choice]? = nil
  ) throws(Problem) -> [String] {
    do {
      var drawing = try figure.definition.drawing(figure, of: data)
      drawing.name(figure)
      try FileSystem.makeDirectory(directory + "/figures")
      switch drawing {
      case .still(let plot):
        return try (formats ?? figure.formats).map { choice in
          let file = "figures/\(figure.name).\(choice.rawValue)"
          try FileSystem.write(try picture(plot, figure, choice.format), to: directory + "/" + file)
          return file
        }
      case .frames(let plots): return try animate(plots, figure)
      }
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
    // Frames of an earlier drawing go as a whole.
    let place = directory + "/figures/" + figure.name
    let new = directory + "/figures/.new-" + figure.name
    FileSystem.remove(new)
    try FileSystem.makeDirectory(new)
    var files: [String] = []
    for (index, frame) in frames.enumerated() {
      let name = ResultsDirectory.digits(index + 1) + ".svg"
      try FileSystem.write(frame, to: new + "/" + name)
      files.append("figures/\(figure.name)/\(name)")
    }
    FileSystem.remove(place)
    try FileSystem.rename(new, to: place)
    try FileSystem.write(movie, to: place + ".gif")
    return files + ["figures/\(figure.name).gif"]
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
    return zip(roots, plots).enumerated().map { index, pair in
      // The same figure of another run, or another frame, may stand in the same page.
      let owner = RunDirectory(path: directory).displayName
      let identity = "\(owner)/\(figure.name)/\(index)"
      let picture = SVGPicture(
        title: pair.1.heading, description: figure.description ?? "", size: size,
        prefix: "f" + Digest.hex(Array(identity.utf8)).prefix(10))
      return Array(picture.text(of: pair.0).utf8)
    }
  }
}

extension FigureSize {
  /// As large as the spec says; of a plane as high as its axes want, which have one unit.
  fileprivate init(of plot: Plot, _ figure: FigureNode) {
    self.init(width: figure.width, height: figure.height ?? Self.usual.height)
    guard figure.height == nil, plot.hasEqualUnits, let x = plot.x.range, let y = plot.y.range
    else { return }
    let ratio = (y.upperBound - y.lowerBound) / (x.upperBound - x.lowerBound)
    let sides = FigureHead.sides + (plot.colorScale.map { FigureHead.width(of: $0) - 25 } ?? 0)
    let wanted =
      max(0, Double(width) - sides) * ratio
      + FigureHead(plot, width: width).height + FigureHead.foot
    height = Int(min(max(wanted, 0.4 * Double(width)), 1.1 * Double(width)).rounded())
  }
}

extension Drawing {
  /// Gives the plots the names that the spec has for them.
  fileprivate mutating func name(_ figure: FigureNode) {
    func named(_ plot: Plot) -> Plot {
      var plot = plot
      if let title = figure.title { plot.title = title }
      return plot
    }
    switch self {
    case .still(let plot): self = .still(named(plot))
    case .frames(let plots): self = .frames(plots.map(named))
    }
  }
}
