extension MLP {
  /// The vector-Jacobian product: the gradient of Σ cotangents · outputs by parameters and inputs.
  ///
  /// Uses the record of the latest `forward` or `jvp` with the same parameters, inputs and rows.
  ///
  /// Weight gradients are chains of fused multiply-adds over ascending rows in chunks of 128,
  /// bias gradients plain additions, input gradients chains over ascending outputs.
  ///
  /// - Parameters:
  ///   - cotangents: `[outputCount, rows]`; read only.
  ///   - parameterGradient: `[parameterCount]`; the chunks are added to it, in order.
  ///   - inputGradient: `[inputCount, rows]`, overwritten; rows up to the next multiple of 8 are
  ///     scratch.
  /// - Complexity: O(rows × parameterCount); allocates nothing.
  @_specialize(where S == Float)
  @_specialize(where S == Double)
  public func vjp<S: Real>(
    parameters: UnsafePointer<S>, inputs: Matrix<S>, cotangents: Matrix<S>, rows: Int,
    parameterGradient: UnsafeMutablePointer<S>?, inputGradient: Matrix<S>?,
    workspace: MLPWorkspace<S>
  ) {
    check(workspace, rows)
    check(inputs, inputCount, rows, "inputs")
    check(cotangents, outputCount, rows, "cotangents")
    if let inputGradient { check(inputGradient, inputCount, rows, "inputGradient") }
    precondition(
      workspace.record == .forward(rows: rows) || workspace.record == .jvp(rows: rows),
      "vjp of \(rows) rows after \(workspace.record)")
    let x = Batch(inputs)
    let g = Batch(cotangents)
    let dx = inputGradient.map { Batch($0) }
    if rows == 1 {
      vjpRow(parameters, x, g, parameterGradient, dx, workspace)
      return
    }
    let parts = workspace.parts(rows: rows)
    if parts == 1 {
      backwardRows(parameters, g, dx, 0..<Matrix<S>.stride(rows: rows), rows, workspace)
    } else {
      workspace.pool.run(parts: parts) { part in
        backwardRows(parameters, g, dx, slice(rows, part, parts), rows, workspace)
      }
    }
    guard let parameterGradient else { return }
    addGradients(into: parameterGradient, workspace, rows, parts) { index in
      let stride = Matrix<S>.stride(rows: rows)
      return WeightTerms(
        values: index == 0 ? x : Batch(workspace.hidden[index - 1].value, stride),
        cotangents: index == layers.count - 1
          ? g : Batch(workspace.hidden[index].cotangent, stride),
        tangents: nil, tangentCotangents: nil)
    }
  }

  /// Cotangents of every hidden layer and of the inputs, last layer first.
  @inline(__always)
  private func backwardRows<S: Real>(
    _ parameters: UnsafePointer<S>, _ cotangents: Batch<S>, _ inputGradient: Batch<S>?,
    _ slice: Range<Int>, _ rows: Int, _ workspace: MLPWorkspace<S>
  ) {
    let kernels = workspace.kernels
    let stride = Matrix<S>.stride(rows: rows)
    var g = cotangents
    for index in layers.indices.reversed() {
      let layer = layers[index]
      let hidden = index > 0 ? workspace.hidden[index - 1] : nil
      guard let target = hidden.map({ Batch($0.cotangent, stride) }) ?? inputGradient else { break }
      kernels.table.denseInputGradient(
        layer.inputs, layer.outputs, slice.count, parameters + layer.kernelOffset,
        g.pointer + slice.lowerBound, g.stride, target.pointer + slice.lowerBound, target.stride)
      if let hidden {
        forEachRun(layer.inputs, stride, slice) { offset, count in
          kernels.table.multiply(
            count, hidden.cotangent + offset, hidden.first + offset, hidden.cotangent + offset)
        }
      }
      g = target
    }
  }

  @inline(__always)
  private func vjpRow<S: Real>(
    _ parameters: UnsafePointer<S>, _ inputs: Batch<S>, _ cotangents: Batch<S>,
    _ parameterGradient: UnsafeMutablePointer<S>?, _ inputGradient: Batch<S>?,
    _ workspace: MLPWorkspace<S>
  ) {
    let kernels = workspace.kernels
    cotangents.gatherRow(into: workspace.exit, count: outputCount)
    if parameterGradient != nil { inputs.gatherRow(into: workspace.entry, count: inputCount) }
    var g = workspace.exit
    for index in layers.indices.reversed() {
      let layer = layers[index]
      let hidden = index > 0 ? workspace.hidden[index - 1] : nil
      if let parameterGradient {
        kernels.table.vectorWeightGradient(
          layer.inputs, layer.outputs, hidden?.value ?? workspace.entry, g,
          parameterGradient + layer.kernelOffset)
        let bias = parameterGradient + layer.biasOffset
        for output in 0..<layer.outputs { bias[output] += 0 + g[output] }
      }
      if let hidden {
        kernels.table.vectorInputGradient(
          layer.inputs, layer.outputs, parameters + layer.kernelOffset, g, hidden.cotangent)
        kernels.table.multiply(layer.inputs, hidden.cotangent, hidden.first, hidden.cotangent)
        g = hidden.cotangent
      } else if let inputGradient {
        kernels.table.vectorInputGradient(
          layer.inputs, layer.outputs, parameters + layer.kernelOffset, g, workspace.entry)
        inputGradient.scatterRow(from: workspace.entry, count: inputCount)
      }
    }
  }
}

/// What a layer's weight gradient is the sum of: values × cotangents, and for the gradient of a
/// jvp also tangents × their cotangents.
struct WeightTerms<S: Real> {
  let values: Batch<S>
  let cotangents: Batch<S>?
  let tangents: Batch<S>?
  let tangentCotangents: Batch<S>?
}

extension MLP {
  /// Adds weight and bias gradients of every layer. Threads take slices of a layer's inputs, so
  /// that each parameter's sum is one thread's, in one order.
  @inline(__always)
  func addGradients<S: Real>(
    into gradient: UnsafeMutablePointer<S>, _ workspace: MLPWorkspace<S>, _ rows: Int,
    _ parts: Int, _ terms: (Int) -> WeightTerms<S>
  ) {
    if parts == 1 {
      addGradientSlices(gradient, workspace, rows, 0, 1, terms)
    } else {
      workspace.pool.run(parts: parts) { part in
        addGradientSlices(gradient, workspace, rows, part, parts, terms)
      }
    }
  }

  @inline(__always)
  private func addGradientSlices<S: Real>(
    _ gradient: UnsafeMutablePointer<S>, _ workspace: MLPWorkspace<S>, _ rows: Int, _ part: Int,
    _ parts: Int, _ terms: (Int) -> WeightTerms<S>
  ) {
    let kernels = workspace.kernels
    let scratch = workspace.scratch + part * workspace.scratchStride
    for (index, layer) in layers.enumerated() {
      let layerTerms = terms(index)
      let begin = layer.inputs * part / parts
      let count = layer.inputs * (part + 1) / parts - begin
      let weights = gradient + layer.kernelOffset + begin * layer.outputs
      if let g = layerTerms.cotangents {
        if count > 0 {
          kernels.table.denseWeightGradient(
            count, layer.outputs, rows,
            layerTerms.values.pointer + begin * layerTerms.values.stride,
            layerTerms.values.stride, g.pointer, g.stride, scratch, weights)
        }
        if part == index % parts {
          kernels.table.denseBiasGradient(
            layer.outputs, rows, g.pointer, g.stride, gradient + layer.biasOffset)
        }
      }
      if let x = layerTerms.tangents, let g = layerTerms.tangentCotangents, count > 0 {
        kernels.table.denseWeightGradient(
          count, layer.outputs, rows, x.pointer + begin * x.stride, x.stride, g.pointer, g.stride,
          scratch, weights)
      }
    }
  }
}
