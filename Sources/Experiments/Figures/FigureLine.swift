import Scorewalk
import YAML

/// The line on which a figure shows points: one of their coordinates, or a projection.
struct FigureLine: Sendable {
  let coordinate: Int?
  let along: SamplesEvaluation.Line?
  let ranges: (coordinate: SourceRange?, along: SourceRange?)

  static func read(_ reader: FieldReader) -> FigureLine {
    let coordinate = reader.optionalCount(
      "coordinate",
      "Which coordinate of the points is shown, from 0; needed in more than one dimension."
    )
    let along = reader.line("along")
    if reader.isWritten("coordinate"), reader.isWritten("along"), !reader.session.isListing {
      reader.session.error(
        "'\(reader.path)' has both 'coordinate' and 'along'", at: reader.range(of: "coordinate"),
        help: "leave one of them out")
    }
    return FigureLine(
      coordinate: coordinate, along: along,
      ranges: (
        reader.isWritten("coordinate") ? reader.range(of: "coordinate") : nil,
        reader.isWritten("along") ? reader.range(of: "along") : nil
      ))
  }

  /// Reports what does not fit points of so many coordinates.
  func check(_ reference: Reference, dimension: Int, session: ReadingSession) {
    if let along {
      if along.direction.count != dimension {
        session.error(
          "a direction of \(along.direction.count) coordinates where '\(reference.node)' has \(dimension)",
          at: along.directionRange)
      }
      if let origin = along.origin, origin.count != dimension {
        session.error(
          "an origin of \(origin.count) coordinates where '\(reference.node)' has \(dimension)",
          at: along.originRange)
      }
    } else if ranges.along != nil {
      return
    } else if let coordinate {
      if coordinate >= dimension {
        session.error(
          "'coordinate' is \(coordinate); '\(reference.node)' has \(dimension), counted from 0",
          at: ranges.coordinate)
      }
    } else if dimension > 1, ranges.coordinate == nil {
      session.error(
        "'\(reference.node)' has \(dimension) coordinates where one is shown", at: reference.range,
        help: "add `coordinate: 0`, or project the points: `along: {direction: […]}`")
    }
  }

  /// What the axis is called.
  var label: String {
    if let along {
      return "along (" + along.direction.map { TextTable.short($0) }.joined(separator: ", ") + ")"
    }
    return coordinate.map { "coordinate \($0)" } ?? "x"
  }

  /// Points on the line.
  ///
  /// - Parameter points: `[count, dimension]` row-major.
  func places(_ points: [Double], dimension: Int) -> [Double] {
    if let along {
      let set = SampleSet(
        values: points, chains: 1, draws: points.count / dimension, dimension: dimension)
      return set.projected(onto: along.direction, from: origin(along)).values
    }
    if dimension == 1 { return points }
    return stride(from: coordinate ?? 0, to: points.count, by: dimension).map { points[$0] }
  }

  /// The law of such points on the line.
  func law(_ law: Law) -> Law {
    if let along { return law.projected(onto: along.direction, from: origin(along)) }
    return law.dimension == 1 ? law : law.marginal(coordinate ?? 0)
  }

  private func origin(_ line: SamplesEvaluation.Line) -> [Double] {
    line.origin ?? [Double](repeating: 0, count: line.direction.count)
  }
}
