import Scorewalk
import YAML

/// `histogram`: how samples are distributed, beside the true density.
struct HistogramFigure: FigureDefinition {
  let of: FigureSeries
  let against: Reference?
  let line: FigureLine
  let bins: Int?
  let ends: (from: Double?, to: Double?)

  static let kind = Kind<any FigureDefinition>(
    "histogram",
    "Histograms of samples or data, normalised to densities, beside the density of a law."
  ) { reader in
    HistogramFigure(
      of: FigureSeries.read(
        reader, to: [.samples, .dataset], "Samples or data; all chains and draws are pooled."),
      against: reader.optionalReference(
        "against", to: [.law], "The law whose density is drawn too."),
      line: FigureLine.read(reader),
      bins: reader.optionalCount(
        "bins", "How many bars; 2 n^(1/3) from 20 to 100 unless said.", atLeast: 1, atMost: 1000),
      ends: reader.ends("The part of the line that is shown, in units of the data"))
  }

  func check(_ figure: FigureNode, in graph: ExperimentGraph, session: ReadingSession) {
    for reference in of.references + [against].compactMap(\.self) {
      guard let dimension = graph.dimension(reference) else { continue }
      line.check(reference, dimension: dimension, session: session)
    }
  }

  func drawing(_ figure: FigureNode, of data: FigureData) throws -> Drawing {
    let all = try of.all.map { (try data.samples($0.reference), $0.label, $0.ink) }
    var extent = FigureExtent()
    for (file, _, _) in all {
      try file.forEachPiece { extent.add(line.places($0, dimension: file.dimension)) }
    }
    let law = against.flatMap { data.graph.law($0) }.map(line.law)
    // A mode that no sample has found is what the figure is there to show.
    if let law { extent.add(FigureExtent(of: law)) }
    let range = extent.range(ends)
    let count = bins ?? Self.usualCount(all.map(\.0.count).max() ?? 0)
    let width = (range.upperBound - range.lowerBound) / Double(count)
    let edges = (0...count).map { range.lowerBound + Double($0) * width }
    var plot = Plot(
      title: "Histogram of \(of.names)",
      x: Plot.Axis(line.label, range: range.widened(by: 0.03)), y: Plot.Axis("density"))
    for (file, label, ink) in all {
      var bars = LineCounts(range, count)
      try file.forEachPiece { bars.add(line.places($0, dimension: file.dimension)) }
      plot.tally.add(shown: bars.total, of: file.count)
      let heights = bars.counts.map { Double($0) / (Double(max(file.count, 1)) * width) }
      plot.layers.append(Plot.Layer(label, ink, .bars(edges: edges, heights: heights)))
    }
    if let law, let against {
      plot.layers.append(Self.truth(law, edges: edges, label: against.node))
    }
    return .still(plot)
  }

  private static func usualCount(_ samples: Int) -> Int {
    min(100, max(20, Int((2 * Double.exp(Double.log(Double(max(samples, 1))) / 3)).rounded())))
  }

  /// The density as a line; of atoms what the bars would be.
  private static func truth(_ law: Law, edges: [Double], label: String) -> Plot.Layer {
    let range = (edges[0]...edges[edges.count - 1]).widened(by: 0.03)
    switch law {
    case .mixture(let mixture):
      let places = DensityOnGrid.places(from: range.lowerBound, to: range.upperBound, points: 401)
      return Plot.Layer(
        label, .truth,
        .lines([places.map { Plot.Point($0, mixture.density($0)) }], isDashed: true))
    case .categorical(let atoms):
      let bars = LineCounts(edges[0]...edges[edges.count - 1], edges.count - 1)
      var masses = [Double](repeating: 0, count: edges.count - 1)
      for (atom, weight) in zip(atoms.values, atoms.weights) {
        if let index = bars.index(of: atom[0]) { masses[index] += weight }
      }
      let line = masses.indices.flatMap { index in
        let height = masses[index] / (edges[index + 1] - edges[index])
        return [Plot.Point(edges[index], height), Plot.Point(edges[index + 1], height)]
      }
      return Plot.Layer(label, .truth, .lines([line], isDashed: true))
    }
  }
}
