extension SampleSet {
  /// At most so many of the points, for metrics that look at all pairs: one from each of equal stretches of the rows.
  ///
  /// Where in its stretch a row is taken wanders (by the golden ratio, Weyl's sequence), so that chains whose
  /// length divides the stretch do not all give the same draw.
  ///
  /// - Returns: itself where there are no more; else `limit` rows, in order, as one chain.
  public func representatives(atMost limit: Int) -> SampleSet {
    precondition(limit > 0, "at most \(limit) representatives")
    guard count > limit else { return self }
    var chosen: [Double] = []
    chosen.reserveCapacity(limit * dimension)
    for stretch in 0..<limit {
      let start = stretch * count / limit
      let length = (stretch + 1) * count / limit - start
      let place = Double(stretch) * 0.618_033_988_749_894_9
      let row = start + Int((place - place.rounded(.down)) * Double(length))
      chosen += values[row * dimension..<(row + 1) * dimension]
    }
    return SampleSet(rows: chosen, dimension: dimension)
  }

  /// Calls a function with |x_i - y_j|² for all j, `[other.count]`, for each i in turn.
  func forEachRowOfSquares(to other: SampleSet, _ body: (ArraySlice<Double>) -> Void) {
    let columns = other.columns
    var squares = [Double](repeating: 0, count: other.count)
    for row in 0..<count {
      fill(&squares, row: row, columns: columns, count: other.count)
      body(squares[...])
    }
  }

  /// Calls a function with |x_i - x_j|² for all j < i, `[i]`, for each i ≥ 1 in turn.
  func forEachRowOfSquares(_ body: (ArraySlice<Double>) -> Void) {
    let columns = columns
    var squares = [Double](repeating: 0, count: count)
    for row in 1..<max(count, 1) {
      fill(&squares, row: row, columns: columns, count: row)
      body(squares[..<row])
    }
  }

  /// Coordinate after coordinate, so that points lie in the lanes of vectors.
  private var columns: [Double] { (0..<dimension).flatMap { coordinate($0) } }

  private func fill(_ squares: inout [Double], row: Int, columns: [Double], count: Int) {
    let stride = columns.count / dimension
    squares.withUnsafeMutableBufferPointer { squares in
      columns.withUnsafeBufferPointer { columns in
        for coordinate in 0..<dimension {
          let x = values[row * dimension + coordinate]
          let first = coordinate * stride
          if coordinate == 0 {
            for index in 0..<count {
              let difference = columns[first + index] - x
              squares[index] = difference * difference
            }
          } else {
            for index in 0..<count {
              let difference = columns[first + index] - x
              squares[index] += difference * difference
            }
          }
        }
      }
    }
  }
}
