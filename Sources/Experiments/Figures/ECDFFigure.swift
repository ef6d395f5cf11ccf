import Scorewalk
import YAML

/// `ecdf`: empirical distribution functions of samples, beside the true one.
struct ECDFFigure: FigureDefinition {
  let of: FigureSeries
  let against: Reference?
  let line: FigureLine
  let ends: (from: Double?, to: Double?)

  static let kind = Kind<any FigureDefinition>(
    "ecdf", "Empirical distribution functions of samples or data, beside that of a law."
  ) { reader in
    ECDFFigure(
      of: FigureSeries.read(
        reader, to: [.samples, .dataset], "Samples or data; all chains and draws are pooled."),
      against: reader.optionalReference(
        "against", to: [.law], "The law whose distribution function is drawn too."),
      line: FigureLine.read(reader),
      ends: reader.ends("The part of the line that is shown"))
  }

  func check(_ figure: FigureNode, in graph: ExperimentGraph, session: ReadingSession) {
    for reference in of.references + [against].compactMap(\.self) {
      guard let dimension = graph.dimension(reference) else { continue }
      line.check(reference, dimension: dimension, session: session)
    }
  }

  /// The resolution: finer than any screen.
  private static let parts = 2000

  func drawing(_ figure: FigureNode, of data: FigureData) throws -> Drawing {
    let all = try of.all.map { (try data.samples($0.reference), $0.label, $0.ink) }
    var extent = FigureExtent()
    for (file, _, _) in all {
      try file.forEachPiece { extent.add(line.places($0, dimension: file.dimension)) }
    }
    let law = against.flatMap { data.graph.law($0) }.map(line.law)
    if let law { extent.add(FigureExtent(of: law)) }
    let range = extent.range(ends)
    let shown = range.widened(by: 0.03)
    var plot = Plot(
      title: "Distribution functions: \(of.names)", x: Plot.Axis(line.label, range: shown),
      y: Plot.Axis("fraction below", range: 0...1))
    for (file, label, ink) in all {
      var counts = LineCounts(range, Self.parts)
      var below = 0
      try file.forEachPiece {
        let places = line.places($0, dimension: file.dimension)
        counts.add(places)
        below += places.count { $0 < range.lowerBound }
      }
      plot.tally.add(shown: counts.total, of: file.count)
      let steps = Self.steps(counts, below: below, total: file.count, shown: shown)
      plot.layers.append(Plot.Layer(label, ink, .lines([steps])))
    }
    if let against, let law {
      let places = DensityOnGrid.places(from: shown.lowerBound, to: shown.upperBound, points: 801)
      let points = places.map { Plot.Point($0, law.probability(of: -.infinity...$0)) }
      plot.layers.append(Plot.Layer(against.node, .truth, .lines([points], isDashed: true)))
    }
    return .still(plot)
  }

  /// The line of sums, a point at each part in which there is a number.
  private static func steps(
    _ counts: LineCounts, below: Int, total: Int, shown: ClosedRange<Double>
  ) -> [Plot.Point] {
    let width = (counts.range.upperBound - counts.range.lowerBound) / Double(counts.counts.count)
    var sum = below
    func height() -> Double { Double(sum) / Double(max(total, 1)) }
    var points = [Plot.Point(shown.lowerBound, height())]
    for (index, count) in counts.counts.enumerated() where count > 0 {
      let start = counts.range.lowerBound + Double(index) * width
      points.append(Plot.Point(start, height()))
      sum += count
      points.append(Plot.Point(start + width, height()))
    }
    points.append(Plot.Point(shown.upperBound, height()))
    return points
  }
}
