internal import CKernels

extension MLP {
  /// The vector-Jacobian product: the gradient of Σ cotangents · outputs by parameters and inputs.
  ///
  /// Uses the record of the latest `forward` with the same parameters, inputs and rows; without a parameter gradient
  /// that of `recordSlopes` as well.
  ///
  /// Weight gradients are chains of fused multiply-adds over ascending rows in chunks of 128,
  /// bias gradients plain additions, input gradients chains over ascending outputs.
  ///
  /// - Parameters:
  ///   - cotangents: `[outputCount, rows]`; read only.
  ///   - parameterGradient: `[parameterCount]`; the chunks are added to it, in order.
  ///   - isAccumulated: whether `parameterGradient` holds what is added to; otherwise it counts as zeros.
  ///   - inputGradient: `[inputCount, rows]`, overwritten; rows up to the next multiple of 8 are
  ///     scratch.
  /// - Complexity: O(rows × parameterCount); allocates nothing.
  @_specialize(where S == Float)
  @_specialize(where S == Double)
  public func vjp<S: Real>(
    parameters: UnsafePointer<S>, inputs: Matrix<S>, cotangents: Matrix<S>, rows: Int,
    parameterGradient: UnsafeMutablePointer<S>?, isAccumulated: Bool = true,
    inputGradient: Matrix<S>?, workspace: MLPWorkspace<S>
  ) {
    check(workspace, rows)
    check(inputs, inputCount, rows, "inputs")
    check(cotangents, outputCount, rows, "cotangents")
    if let inputGradient { check(inputGradient, inputCount, rows, "inputGradient") }
    precondition(
      workspace.record == .forward(rows: rows)
        || workspace.record == .slopes(rows: rows) && parameterGradient == nil,
      "vjp of \(rows) rows after \(workspace.record)")
    let x = Batch(inputs)
    let g = Batch(cotangents)
    let dx = inputGradient.map { Batch($0) }
    if rows == 1 {
      if !isAccumulated { parameterGradient?.update(repeating: 0, count: parameterCount) }
      vjpRow(parameters, x, g, parameterGradient, dx, workspace)
      return
    }
    let parts = workspace.parts(rows: rows)
    func terms(_ index: Int) -> WeightTerms<S> {
      WeightTerms(
        values: index == 0
          ? x
          : Batch(workspace.hidden[index - 1].value, features: layers[index].inputs, rows: rows),
        cotangents: index == layers.count - 1
          ? g
          : Batch(workspace.hidden[index].cotangent, features: layers[index].outputs, rows: rows),
        tangents: nil, tangentCotangents: nil)
    }
    if rows <= 8 {
      backwardFeatures(parameters, g, dx, rows, workspace)
    } else if layers.count > 1 || dx != nil {
      let weights = workspace.weightsBackward(parameters, rows: rows)
      if let parameterGradient, let chunks = workspace.chunkGradients(rows: rows), parts > 1,
        !isAccumulated
      {
        workspace.pool.run(parts: parts) { part in
          let slice = slice(rows, part, parts, workspace)
          backwardRows(parameters, weights, g, dx, slice, rows, workspace)
          findChunkGradients(chunks, slice, part, rows, workspace, terms)
        }
        addChunks(chunks, rows, to: parameterGradient)
        return
      }
      workspace.pool.run(parts: parts) { part in
        backwardRows(
          parameters, weights, g, dx, slice(rows, part, parts, workspace), rows, workspace)
      }
    }
    guard let parameterGradient else { return }
    addGradients(into: parameterGradient, isAccumulated, workspace, rows, terms)
  }

  /// The weight and bias gradients of every chunk that begins in some rows, each for itself.
  @inline(__always)
  private func findChunkGradients<S: Real>(
    _ chunks: UnsafeMutablePointer<S>, _ slice: Range<Int>, _ part: Int, _ rows: Int,
    _ workspace: MLPWorkspace<S>, _ terms: (Int) -> WeightTerms<S>
  ) {
    let size = Int(SW_CHUNK_ROWS)
    precondition(slice.lowerBound.isMultiple(of: size), "a part from row \(slice.lowerBound) on")
    for start in stride(from: slice.lowerBound, to: min(slice.upperBound, rows), by: size) {
      let gradient = chunks + start / size * parameterCount
      for (index, layer) in layers.enumerated() {
        let layerTerms = terms(index)
        guard let g = layerTerms.cotangents else { continue }
        addGradient(
          layer, layerTerms.values.starting(at: start), g.starting(at: start), false,
          gradient + layer.kernelOffset, gradient + layer.biasOffset, min(size, rows - start), 0, 1,
          workspace.scratch + part * workspace.scratchStride, workspace)
      }
    }
  }

  /// The chunks' gradients in order: the sums that one pass over all rows makes.
  @inline(__always)
  private func addChunks<S: Real>(
    _ chunks: UnsafePointer<S>, _ rows: Int, to gradient: UnsafeMutablePointer<S>
  ) {
    gradient.update(from: chunks, count: parameterCount)
    for chunk in 1..<(rows + Int(SW_CHUNK_ROWS) - 1) / Int(SW_CHUNK_ROWS) {
      let addend = chunks + chunk * parameterCount
      for index in 0..<parameterCount { gradient[index] += addend[index] }
    }
  }

  /// Cotangents of every hidden layer and of the inputs, last layer first: some tiles.
  @inline(__always)
  private func backwardRows<S: Real>(
    _ parameters: UnsafePointer<S>, _ weights: PackedWeights<S>?, _ cotangents: Batch<S>,
    _ inputGradient: Batch<S>?, _ slice: Range<Int>, _ rows: Int, _ workspace: MLPWorkspace<S>
  ) {
    forEachGroup(slice, workspace) { group in
      var g = cotangents
      for index in layers.indices.reversed() {
        guard let target = self.cotangents(of: index, inputGradient, rows, workspace) else { break }
        backwardLayer(
          index, parameters, weights, g, target, group, 0..<layers[index].inputs, workspace)
        g = target
      }
    }
  }

  /// The same for at most 8 rows: threads take features of a layer.
  @inline(__always)
  private func backwardFeatures<S: Real>(
    _ parameters: UnsafePointer<S>, _ cotangents: Batch<S>, _ inputGradient: Batch<S>?,
    _ rows: Int, _ workspace: MLPWorkspace<S>
  ) {
    var g = cotangents
    for index in layers.indices.reversed() {
      guard let target = self.cotangents(of: index, inputGradient, rows, workspace) else { break }
      let parts = workspace.parts(layer: layers[index], rows: rows)
      workspace.pool.run(parts: parts) { part in
        backwardLayer(
          index, parameters, workspace.panels, g, target, 0..<8,
          panels(layers[index].inputs, part, parts), workspace)
      }
      g = target
    }
  }

  /// Where the cotangents of a layer's inputs go; nil where nobody asks for them.
  @inline(__always)
  private func cotangents<S: Real>(
    of index: Int, _ inputGradient: Batch<S>?, _ rows: Int, _ workspace: MLPWorkspace<S>
  ) -> Batch<S>? {
    guard index > 0 else { return inputGradient }
    return Batch(
      workspace.hidden[index - 1].cotangent, features: layers[index].inputs, rows: rows)
  }

  /// Cotangents of some inputs of one layer, for some tiles.
  @inline(__always)
  private func backwardLayer<S: Real>(
    _ index: Int, _ parameters: UnsafePointer<S>, _ weights: PackedWeights<S>?, _ g: Batch<S>,
    _ target: Batch<S>, _ rows: Range<Int>, _ features: Range<Int>, _ workspace: MLPWorkspace<S>
  ) {
    let layer = layers[index]
    let kernels = workspace.kernels
    let at = rows.lowerBound
    // Of a hidden layer, times f′: its derivatives lie as its cotangents do.
    let factor =
      index > 0 && !isResidual ? workspace.hidden[index - 1].first + at / 16 * target.tile : nil
    kernels.denseInputGradient(
      layer.inputs, layer.outputs, features.lowerBound, features.upperBound, rows.count,
      parameters + layer.kernelOffset, weights?.backward(index),
      g.from(at), g.feature, g.tile, factor, target.from(at), target.feature, target.tile)
    guard isResidual, index > 0 else { return }
    let (offset, count) = target.stretch(rows: rows, features: features, of: layer.inputs)
    passResidual(index, workspace, offset, count)
    let hidden = workspace.hidden[index - 1]
    kernels.multiply(
      count, hidden.cotangent + offset, hidden.first + offset, hidden.cotangent + offset)
  }

  /// Makes of Wₗ δₗ, where the cotangent of zₗ₋₁ will be, the cotangent of aₗ₋₁, and keeps it for the layer
  /// before.
  @inline(__always)
  private func passResidual<S: Real>(
    _ index: Int, _ workspace: MLPWorkspace<S>, _ offset: Int, _ count: Int
  ) {
    let hidden = workspace.hidden[index - 1]
    let g = hidden.cotangent + offset
    if addsInput(index) { add(workspace.hidden[index].outer + offset, to: g, count) }
    if addsInput(index - 1) { (hidden.outer + offset).update(from: g, count: count) }
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
        kernels.vectorWeightGradient(
          layer.inputs, layer.outputs, hidden?.value ?? workspace.entry, g,
          parameterGradient + layer.kernelOffset)
        let bias = parameterGradient + layer.biasOffset
        for output in 0..<layer.outputs { bias[output] += 0 + g[output] }
      }
      if let hidden {
        kernels.vectorInputGradient(
          layer.inputs, layer.outputs, parameters + layer.kernelOffset, g, hidden.cotangent)
        if isResidual { passResidual(index, workspace, 0, layer.inputs) }
        kernels.multiply(layer.inputs, hidden.cotangent, hidden.first, hidden.cotangent)
        g = hidden.cotangent
      } else if let inputGradient {
        kernels.vectorInputGradient(
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
  /// Adds weight and bias gradients of every layer. Threads take slices of a layer's wider side, so
  /// that each parameter's sum is one thread's, in one order.
  @inline(__always)
  func addGradients<S: Real>(
    into gradient: UnsafeMutablePointer<S>, _ isAccumulated: Bool, _ workspace: MLPWorkspace<S>,
    _ rows: Int, _ terms: (Int) -> WeightTerms<S>
  ) {
    let parts = workspace.gradientParts(rows: rows)
    workspace.pool.run(parts: parts) { part in
      let scratch = workspace.scratch + part * workspace.scratchStride
      for (index, layer) in layers.enumerated() {
        let layerTerms = terms(index)
        let weights = gradient + layer.kernelOffset
        if let g = layerTerms.cotangents {
          addGradient(
            layer, layerTerms.values, g, isAccumulated, weights, gradient + layer.biasOffset, rows,
            part, parts, scratch, workspace)
        }
        if let x = layerTerms.tangents, let g = layerTerms.tangentCotangents {
          addGradient(layer, x, g, true, weights, nil, rows, part, parts, scratch, workspace)
        }
      }
    }
  }

  @inline(__always)
  private func addGradient<S: Real>(
    _ layer: Layer, _ x: Batch<S>, _ g: Batch<S>, _ isAccumulated: Bool,
    _ weights: UnsafeMutablePointer<S>, _ bias: UnsafeMutablePointer<S>?, _ rows: Int, _ part: Int,
    _ parts: Int,
    _ scratch: UnsafeMutablePointer<S>, _ workspace: MLPWorkspace<S>
  ) {
    let isAdded: Int32 = isAccumulated ? 1 : 0
    let outputsInLanes = layer.outputs >= layer.inputs
    let features = outputsInLanes ? layer.outputs : layer.inputs
    let blocks = (features + 15) / 16
    let first = min(blocks * part / parts * 16, features)
    let count = min(blocks * (part + 1) / parts * 16, features) - first
    guard count > 0 else { return }
    if outputsInLanes {
      workspace.kernels.denseWeightGradient(
        layer.inputs, count, 1, rows, x.pointer, x.feature, x.tile, g.pointer + first * g.feature,
        g.feature, g.tile, isAdded, scratch, weights + first, layer.outputs,
        bias.map { $0 + first })
    } else {
      // The bias belongs to the part that has the last slice, which is the smallest.
      workspace.kernels.denseWeightGradient(
        count, layer.outputs, 0, rows, x.pointer + first * x.feature, x.feature, x.tile, g.pointer,
        g.feature, g.tile, isAdded, scratch, weights + first * layer.outputs, layer.outputs,
        first + count == features ? bias : nil)
    }
  }
}
