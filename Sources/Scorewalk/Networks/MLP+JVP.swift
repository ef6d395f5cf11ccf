extension MLP {
  /// The Jacobian-vector product: outputs, and their derivatives along a tangent of the inputs.
  ///
  /// żₗ = Wₗᵀ ȧₗ₋₁,  ȧₗ = f′(zₗ) żₗ.  Records what `vjp` and `jvpGradient` need.
  ///
  /// - Parameters:
  ///   - inputs, tangents: `[inputCount, rows]`.
  ///   - outputs, outputTangents: `[outputCount, rows]`, overwritten; rows up to the next multiple
  ///     of 8 are scratch.
  /// - Complexity: O(rows × parameterCount); allocates nothing.
  @_specialize(where S == Float)
  @_specialize(where S == Double)
  public func jvp<S: Real>(
    parameters: UnsafePointer<S>, inputs: Matrix<S>, tangents: Matrix<S>, outputs: Matrix<S>,
    outputTangents: Matrix<S>, rows: Int, workspace: MLPWorkspace<S>
  ) {
    check(workspace, rows)
    check(inputs, inputCount, rows, "inputs")
    check(tangents, inputCount, rows, "tangents")
    check(outputs, outputCount, rows, "outputs")
    check(outputTangents, outputCount, rows, "outputTangents")
    workspace.record = .jvp(rows: rows)
    let parts = workspace.parts(rows: rows)
    workspace.pool.run(parts: parts) { part in
      jvpRows(
        parameters, (Batch(inputs), Batch(tangents)), (Batch(outputs), Batch(outputTangents)),
        slice(rows, part, parts), rows, workspace)
    }
  }

  @inline(__always)
  private func jvpRows<S: Real>(
    _ parameters: UnsafePointer<S>, _ inputs: (Batch<S>, Batch<S>),
    _ outputs: (Batch<S>, Batch<S>), _ slice: Range<Int>, _ rows: Int,
    _ workspace: MLPWorkspace<S>
  ) {
    let kernels = workspace.kernels
    let stride = Matrix<S>.stride(rows: rows)
    let at = slice.lowerBound
    var (x, dx) = inputs
    for (index, layer) in layers.enumerated() {
      let isLast = index == layers.count - 1
      let (y, dy) =
        isLast
        ? outputs
        : (
          Batch(workspace.hidden[index].value, stride),
          Batch(workspace.hidden[index].tangentBefore, stride)
        )
      kernels.table.denseForward(
        layer.inputs, layer.outputs, slice.count, parameters + layer.kernelOffset,
        parameters + layer.biasOffset, x.pointer + at, x.stride, y.pointer + at, y.stride)
      kernels.table.denseForward(
        layer.inputs, layer.outputs, slice.count, parameters + layer.kernelOffset, nil,
        dx.pointer + at, dx.stride, dy.pointer + at, dy.stride)
      if isLast { break }
      let hidden = workspace.hidden[index]
      forEachRun(layer.outputs, stride, slice) { offset, count in
        kernels.table.activate(
          activation.kernelIndex, count, hidden.value + offset, hidden.value + offset,
          hidden.first + offset, hidden.second + offset)
        kernels.table.multiply(
          count, hidden.first + offset, hidden.tangentBefore + offset, hidden.tangent + offset)
      }
      x = y
      dx = Batch(hidden.tangent, stride)
    }
  }

  /// The gradient of a Jacobian-vector product, by parameters and inputs:
  /// of Σ outputCotangents · outputs + Σ tangentCotangents · outputTangents.
  ///
  /// With δₗ the cotangent of zₗ and τₗ that of żₗ: τₗ₋₁ = f′ (Wₗ τₗ),
  /// δₗ₋₁ = f′ (Wₗ δₗ) + f″ żₗ₋₁ (Wₗ τₗ), and the gradient of Wₗ is aₗ₋₁ δₗᵀ + ȧₗ₋₁ τₗᵀ:
  /// first all chunks of the one product, then all chunks of the other.
  ///
  /// Uses the record of the latest `jvp` with the same parameters, inputs, tangents and rows.
  ///
  /// - Parameters:
  ///   - outputCotangents: `[outputCount, rows]`; nil for zeros.
  ///   - tangentCotangents: `[outputCount, rows]`.
  ///   - parameterGradient: `[parameterCount]`; added to.
  ///   - inputGradient: `[inputCount, rows]`, overwritten; rows up to the next multiple of 8 are
  ///     scratch.
  /// - Complexity: O(rows × parameterCount); allocates nothing.
  @_specialize(where S == Float)
  @_specialize(where S == Double)
  public func jvpGradient<S: Real>(
    parameters: UnsafePointer<S>, inputs: Matrix<S>, tangents: Matrix<S>,
    outputCotangents: Matrix<S>?, tangentCotangents: Matrix<S>, rows: Int,
    parameterGradient: UnsafeMutablePointer<S>?, inputGradient: Matrix<S>?,
    workspace: MLPWorkspace<S>
  ) {
    check(workspace, rows)
    check(inputs, inputCount, rows, "inputs")
    check(tangents, inputCount, rows, "tangents")
    check(tangentCotangents, outputCount, rows, "tangentCotangents")
    if let outputCotangents { check(outputCotangents, outputCount, rows, "outputCotangents") }
    if let inputGradient { check(inputGradient, inputCount, rows, "inputGradient") }
    precondition(
      workspace.record == .jvp(rows: rows), "jvpGradient of \(rows) rows after \(workspace.record)")
    let stride = Matrix<S>.stride(rows: rows)
    let parts = workspace.parts(rows: rows)
    let delta = outputCotangents.map { Batch($0) }
    let tau = Batch(tangentCotangents)
    let target = inputGradient.map { Batch($0) }
    workspace.pool.run(parts: parts) { part in
      backwardTangentRows(
        parameters, delta, tau, target, slice(rows, part, parts), rows, workspace)
    }
    guard let parameterGradient else { return }
    addGradients(into: parameterGradient, workspace, rows, parts) { index in
      let before = index > 0 ? workspace.hidden[index - 1] : nil
      let after = index < layers.count - 1 ? workspace.hidden[index] : nil
      return WeightTerms(
        values: before.map { Batch($0.value, stride) } ?? Batch(inputs),
        cotangents: after.map { Batch($0.cotangent, stride) } ?? delta,
        tangents: before.map { Batch($0.tangent, stride) } ?? Batch(tangents),
        tangentCotangents: after.map { Batch($0.tangentCotangent, stride) } ?? tau)
    }
  }

  @inline(__always)
  private func backwardTangentRows<S: Real>(
    _ parameters: UnsafePointer<S>, _ outputCotangents: Batch<S>?, _ tangentCotangents: Batch<S>,
    _ inputGradient: Batch<S>?, _ slice: Range<Int>, _ rows: Int, _ workspace: MLPWorkspace<S>
  ) {
    let kernels = workspace.kernels
    let stride = Matrix<S>.stride(rows: rows)
    let at = slice.lowerBound
    var delta = outputCotangents
    var tau = tangentCotangents
    for index in layers.indices.reversed() {
      let layer = layers[index]
      let weights = parameters + layer.kernelOffset
      guard index > 0 else {
        guard let inputGradient else { break }
        if let delta {
          kernels.table.denseInputGradient(
            layer.inputs, layer.outputs, slice.count, weights, delta.pointer + at, delta.stride,
            inputGradient.pointer + at, inputGradient.stride)
        } else {
          for feature in 0..<layer.inputs {
            (inputGradient.pointer + feature * inputGradient.stride + at)
              .update(repeating: 0, count: slice.count)
          }
        }
        break
      }
      let hidden = workspace.hidden[index - 1]
      kernels.table.denseInputGradient(
        layer.inputs, layer.outputs, slice.count, weights, tau.pointer + at, tau.stride,
        hidden.tangentCotangent + at, stride)
      if let delta {
        kernels.table.denseInputGradient(
          layer.inputs, layer.outputs, slice.count, weights, delta.pointer + at, delta.stride,
          hidden.cotangent + at, stride)
      } else {
        for feature in 0..<layer.inputs {
          (hidden.cotangent + feature * stride + at).update(repeating: 0, count: slice.count)
        }
      }
      forEachRun(layer.inputs, stride, slice) { offset, count in
        kernels.table.multiplyAdd2(
          count, hidden.cotangent + offset, hidden.first + offset,
          hidden.tangentCotangent + offset, hidden.tangentBefore + offset, hidden.second + offset,
          hidden.cotangent + offset)
        kernels.table.multiply(
          count, hidden.tangentCotangent + offset, hidden.first + offset,
          hidden.tangentCotangent + offset)
      }
      delta = Batch(hidden.cotangent, stride)
      tau = Batch(hidden.tangentCotangent, stride)
    }
  }
}
