import YAML

/// Points the same distance apart, the same along every coordinate.
package struct EvaluationGrid: Sendable {
  /// The first of them.
  package let from: Double
  /// The last.
  package let to: Double
  /// How many, both ends included.
  package let points: Int
  package let range: SourceRange?
}

extension FieldReader {
  /// The fields of a grid, which this map is.
  ///
  /// - Parameters:
  ///   - isOnTheLine: whether there is but one coordinate.
  ///   - least, most: how many points there may be.
  ///   - smoke: how many a smoke run has at most.
  package func grid(
    isOnTheLine: Bool = false, atLeast least: Int = 2, atMost most: Int = 1_000_000, smoke: Int
  ) -> EvaluationGrid {
    let suffix = isOnTheLine ? "" : ", of every coordinate"
    let ends = sound {
      (
        number("from", "The lower end\(suffix).", unit: "of the data"),
        number("to", "The upper end\(suffix).", unit: "of the data")
      )
    }
    if let ends, ends.0 >= ends.1, !session.isListing {
      session.error(
        "'\(fullPath("from"))' must lie below '\(fullPath("to"))'", at: range(of: "from"))
    }
    let points = count(
      "points",
      isOnTheLine
        ? "How many points, both ends included."
        : "How many points along each coordinate, both ends included.", atLeast: least,
      atMost: most, smoke: smoke)
    return EvaluationGrid(from: ends?.0 ?? 0, to: ends?.1 ?? 1, points: points, range: place)
  }
}
