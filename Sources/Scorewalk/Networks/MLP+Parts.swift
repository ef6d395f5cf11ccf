/// A batch whose first rows pass the network while the others are still made, on another thread.
///
/// Rows pass in tiles of 16, which share nothing: the bits are those of ``MLP/forward(parameters:inputs:outputs:rows:workspace:)``
/// and ``MLP/vjp(parameters:inputs:cotangents:rows:parameterGradient:isAccumulated:inputGradient:workspace:)`` on all rows.
extension MLP {
  /// How many of the first rows may go ahead: whole tiles.
  ///
  /// - Parameters:
  ///   - count: how many rows are there.
  ///   - rows: how many there will be.
  /// - Returns: 0 where the batch does not go by tiles on one thread, with the weights as they are: large networks deal their
  ///   rows to all threads.
  func rowsAhead<S: Real>(_ count: Int, of rows: Int, workspace: MLPWorkspace<S>) -> Int {
    guard rows > 8, workspace.parts(rows: rows) == 1, !workspace.packsWeights(rows: rows) else {
      return 0
    }
    return count / 16 * 16
  }

  /// Passes some rows forward: from a multiple of 16 to one, or to the last row.
  func forward<S: Real>(
    _ part: Range<Int>, parameters: UnsafePointer<S>, inputs: Matrix<S>, outputs: Matrix<S>,
    rows: Int, workspace: MLPWorkspace<S>
  ) {
    check(workspace, rows)
    forwardRows(
      parameters, nil, Batch(inputs), Batch(outputs), tiles(part, of: rows), rows, workspace,
      scratch: nil)
  }

  /// Passes cotangents of some rows back to the first hidden layer, after the same rows went forward.
  func backward<S: Real>(
    _ part: Range<Int>, parameters: UnsafePointer<S>, cotangents: Matrix<S>, rows: Int,
    workspace: MLPWorkspace<S>
  ) {
    check(workspace, rows)
    backwardRows(
      parameters, nil, Batch(cotangents), nil, tiles(part, of: rows), rows, workspace)
  }

  /// The gradient by the parameters, overwritten, when all rows went forward and back.
  func parameterGradient<S: Real>(
    inputs: Matrix<S>, cotangents: Matrix<S>, rows: Int, into gradient: UnsafeMutablePointer<S>,
    workspace: MLPWorkspace<S>
  ) {
    check(workspace, rows)
    addGradients(into: gradient, false, workspace, rows) {
      weightTerms($0, Batch(inputs), Batch(cotangents), rows, workspace)
    }
  }

  private func tiles(_ part: Range<Int>, of rows: Int) -> Range<Int> {
    precondition(
      part.lowerBound.isMultiple(of: 16) && part.upperBound <= rows
        && (part.upperBound == rows || part.upperBound.isMultiple(of: 16)),
      "rows \(part) of \(rows) are no whole tiles")
    return part.lowerBound..<(part.upperBound + 7) / 8 * 8
  }
}
