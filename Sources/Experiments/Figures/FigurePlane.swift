import Scorewalk
import YAML

/// The plane in which a figure shows points: two of their coordinates, as far as is said.
struct FigurePlane: Sendable {
  let coordinates: [Int]
  let against: Reference?
  let ends: (from: Double?, to: Double?)
  let range: SourceRange?

  static func read(_ reader: FieldReader) -> FigurePlane {
    let coordinates =
      reader.optionalCounts(
        "coordinates",
        "Which two coordinates of the points are shown, from 0; the first two unless said.",
        in: CountRange(0), atMostItems: 2) ?? [0, 1]
    if !reader.session.isListing, coordinates.count != 2 || Set(coordinates).count != 2 {
      reader.session.error(
        "'\(reader.fullPath("coordinates"))' must be two different coordinates",
        at: reader.range(of: "coordinates"), help: "write [0, 1]")
    }
    return FigurePlane(
      coordinates: coordinates,
      against: reader.optionalReference(
        "against", to: [.law], "The law of the plane whose density is drawn as contours."),
      ends: reader.ends("The part of the plane that is shown, on both axes"),
      range: reader.range(of: "coordinates"))
  }

  func check(_ references: [Reference], in graph: ExperimentGraph, session: ReadingSession) {
    for reference in references {
      guard let dimension = graph.dimension(reference) else { continue }
      if dimension == 1 {
        session.error(
          "'\(reference.node)' has 1 coordinate where two are shown", at: reference.range,
          help: "choose `kind: histogram` or `kind: trace`")
      } else if let last = coordinates.max(), last >= dimension {
        session.error(
          "'coordinates' has \(last); '\(reference.node)' has \(dimension), counted from 0",
          at: range)
      }
    }
    if let against, let dimension = graph.dimension(against), dimension != 2 {
      session.error(
        "contours are for laws of the plane; '\(against.node)' has \(dimension) coordinates",
        at: against.range)
    }
  }

  /// Points in the plane.
  ///
  /// - Parameter points: `[count, dimension]` row-major.
  func places(_ points: [Double], dimension: Int) -> [Plot.Point] {
    stride(from: 0, to: points.count, by: dimension).map {
      Plot.Point(points[$0 + coordinates[0]], points[$0 + coordinates[1]])
    }
  }

  /// A plot of layers, with the law's contours and room around everything.
  func plot(_ title: String, _ layers: [Plot.Layer], of graph: ExperimentGraph) -> Plot {
    let x = FigureExtent.x(of: layers).range(ends).widened(by: ends.from == nil ? 0.05 : 0)
    let y = FigureExtent.y(of: layers).range(ends).widened(by: ends.from == nil ? 0.05 : 0)
    var plot = Plot(
      title: title, x: Plot.Axis("coordinate \(coordinates[0])", range: x),
      y: Plot.Axis("coordinate \(coordinates[1])", range: y), layers: layers)
    plot.hasEqualUnits = true
    if let against, let law = graph.law(against) { plot.add(law, against.node, x: x, y: y) }
    return plot
  }
}
