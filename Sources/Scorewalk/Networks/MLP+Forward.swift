extension MLP {
  /// Computes the outputs of a batch and records what ``vjp(parameters:inputs:cotangents:rows:parameterGradient:inputGradient:workspace:)`` needs.
  ///
  /// Every dot product is one chain of fused multiply-adds from the bias over ascending inputs, so
  /// a row's bits depend on nothing but that row.
  ///
  /// - Parameters:
  ///   - parameters: `[parameterCount]`.
  ///   - inputs: `[inputCount, rows]`.
  ///   - outputs: `[outputCount, rows]`, overwritten; rows up to the next multiple of 8 are scratch.
  ///   - rows: at most the workspace's maximum.
  /// - Complexity: O(rows × parameterCount); allocates nothing.
  @_specialize(where S == Float)
  @_specialize(where S == Double)
  public func forward<S: Real>(
    parameters: UnsafePointer<S>, inputs: Matrix<S>, outputs: Matrix<S>, rows: Int,
    workspace: MLPWorkspace<S>
  ) {
    check(workspace, rows)
    check(inputs, inputCount, rows, "inputs")
    check(outputs, outputCount, rows, "outputs")
    workspace.record = .forward(rows: rows)
    let x = Batch(inputs)
    let y = Batch(outputs)
    if rows == 1 {
      forwardRow(parameters, x, y, workspace)
      return
    }
    let parts = workspace.parts(rows: rows)
    if parts == 1 {
      forwardRows(parameters, x, y, 0..<Matrix<S>.stride(rows: rows), rows, workspace)
    } else {
      workspace.pool.run(parts: parts) { part in
        forwardRows(parameters, x, y, slice(rows, part, parts), rows, workspace)
      }
    }
  }

  @inline(__always)
  private func forwardRows<S: Real>(
    _ parameters: UnsafePointer<S>, _ inputs: Batch<S>, _ outputs: Batch<S>, _ slice: Range<Int>,
    _ rows: Int, _ workspace: MLPWorkspace<S>
  ) {
    let kernels = workspace.kernels
    let stride = Matrix<S>.stride(rows: rows)
    var x = inputs
    for (index, layer) in layers.enumerated() {
      let isLast = index == layers.count - 1
      let y = isLast ? outputs : Batch(workspace.hidden[index].value, stride)
      kernels.table.denseForward(
        layer.inputs, layer.outputs, slice.count, parameters + layer.kernelOffset,
        parameters + layer.biasOffset, x.pointer + slice.lowerBound, x.stride,
        y.pointer + slice.lowerBound, y.stride)
      if isLast { break }
      let hidden = workspace.hidden[index]
      forEachRun(layer.outputs, stride, slice) { offset, count in
        kernels.table.activate(
          activation.kernelIndex, count, hidden.value + offset, hidden.value + offset,
          hidden.first + offset, nil)
      }
      x = y
    }
  }

  @inline(__always)
  private func forwardRow<S: Real>(
    _ parameters: UnsafePointer<S>, _ inputs: Batch<S>, _ outputs: Batch<S>,
    _ workspace: MLPWorkspace<S>
  ) {
    let kernels = workspace.kernels
    inputs.gatherRow(into: workspace.entry, count: inputCount)
    var x = workspace.entry
    for (index, layer) in layers.enumerated() {
      let isLast = index == layers.count - 1
      let y = isLast ? workspace.exit : workspace.hidden[index].value
      kernels.table.vectorForward(
        layer.inputs, layer.outputs, parameters + layer.kernelOffset,
        parameters + layer.biasOffset, x, y)
      if isLast { break }
      kernels.table.activate(
        activation.kernelIndex, layer.outputs, y, y, workspace.hidden[index].first, nil)
      x = y
    }
    outputs.scatterRow(from: workspace.exit, count: outputCount)
  }
}

/// A feature-major array and its stride.
struct Batch<S: Real> {
  let pointer: UnsafeMutablePointer<S>
  let stride: Int

  init(_ pointer: UnsafeMutablePointer<S>, _ stride: Int) {
    self.pointer = pointer
    self.stride = stride
  }

  init(_ matrix: Matrix<S>) { self.init(matrix.pointer, matrix.stride) }

  @inline(__always)
  func gatherRow(into vector: UnsafeMutablePointer<S>, count: Int) {
    for feature in 0..<count { vector[feature] = pointer[feature * stride] }
  }

  @inline(__always)
  func scatterRow(from vector: UnsafeMutablePointer<S>, count: Int) {
    for feature in 0..<count { pointer[feature * stride] = vector[feature] }
  }
}

extension MLP {
  /// The rows of one part, from a multiple of 8 to a multiple of 8.
  func slice(_ rows: Int, _ part: Int, _ parts: Int) -> Range<Int> {
    let groups = (rows + 7) / 8
    return groups * part / parts * 8..<groups * (part + 1) / parts * 8
  }

  /// Calls `body(offset, count)` for the contiguous stretches of a slice of rows.
  @inline(__always)
  func forEachRun(
    _ features: Int, _ stride: Int, _ slice: Range<Int>, _ body: (Int, Int) -> Void
  ) {
    if slice.count == stride {
      body(0, features * stride)
    } else {
      for feature in 0..<features { body(feature * stride + slice.lowerBound, slice.count) }
    }
  }

  func check<S>(_ workspace: MLPWorkspace<S>, _ rows: Int) {
    precondition(workspace.network == self, "the workspace is for \(workspace.network)")
    precondition(
      rows >= 1 && rows <= workspace.maximumRows,
      "\(rows) rows in a workspace for \(workspace.maximumRows)")
  }

  func check<S>(_ matrix: Matrix<S>, _ features: Int, _ rows: Int, _ name: StaticString) {
    precondition(
      matrix.features == features && matrix.rows >= rows,
      "\(name): \(matrix.features) features, \(matrix.rows) rows; \(features), \(rows) needed")
  }
}
