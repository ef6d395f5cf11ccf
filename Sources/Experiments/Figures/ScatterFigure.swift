import Scorewalk
import YAML

/// `scatter`: points of the plane over the contours of the true density.
struct ScatterFigure: FigureDefinition {
  let of: FigureSeries
  let plane: FigurePlane
  let points: Int

  static let kind = Kind<any FigureDefinition>(
    "scatter",
    "Points of samples or data in the plane, over lines around 50, 90 and 99 % of the mass of a law."
  ) { reader in
    ScatterFigure(
      of: FigureSeries.read(
        reader, to: [.samples, .dataset], "Samples or data; all chains and draws are pooled."),
      plane: FigurePlane.read(reader),
      points: reader.count(
        "points", "How many points are shown of each; of more, some at equal distances.",
        atLeast: 1, atMost: 50_000, default: 2000))
  }

  func check(_ figure: FigureNode, in graph: ExperimentGraph, session: ReadingSession) {
    plane.check(of.references, in: graph, session: session)
  }

  func drawing(_ figure: FigureNode, of data: FigureData) throws -> Drawing {
    let layers = try of.all.map { reference, label, ink in
      let file = try data.samples(reference)
      let places = plane.places(try file.thinned(atMost: points), dimension: file.dimension)
      return Plot.Layer(
        label, ink, .points(places, size: 4), opacity: places.count > 500 ? 0.5 : 0.75,
        isData: true)
    }
    return .still(plane.plot(of.names, layers, of: data.graph))
  }
}
