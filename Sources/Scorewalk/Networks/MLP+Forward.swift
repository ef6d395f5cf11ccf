internal import CKernels

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
    run(parameters, inputs, outputs, rows, workspace, isRecorded: true)
  }

  /// Computes the outputs of a batch and records nothing: the bits of
  /// ``forward(parameters:inputs:outputs:rows:workspace:)`` in less memory.
  @_specialize(where S == Float)
  @_specialize(where S == Double)
  public func evaluate<S: Real>(
    parameters: UnsafePointer<S>, inputs: Matrix<S>, outputs: Matrix<S>, rows: Int,
    workspace: MLPWorkspace<S>
  ) {
    run(parameters, inputs, outputs, rows, workspace, isRecorded: false)
  }

  /// Records what ``vjp(parameters:inputs:cotangents:rows:parameterGradient:isAccumulated:inputGradient:workspace:)``
  /// needs for a gradient by the inputs alone, as
  /// ``forward(parameters:inputs:outputs:rows:workspace:)`` would: of the last hidden layer no values, and no outputs.
  @_specialize(where S == Float)
  @_specialize(where S == Double)
  public func recordSlopes<S: Real>(
    parameters: UnsafePointer<S>, inputs: Matrix<S>, rows: Int, workspace: MLPWorkspace<S>
  ) {
    run(parameters, inputs, nil, rows, workspace, isRecorded: true)
  }

  @inline(__always)
  private func run<S: Real>(
    _ parameters: UnsafePointer<S>, _ inputs: Matrix<S>, _ outputs: Matrix<S>?, _ rows: Int,
    _ workspace: MLPWorkspace<S>, isRecorded: Bool
  ) {
    check(workspace, rows)
    check(inputs, inputCount, rows, "inputs")
    if let outputs { check(outputs, outputCount, rows, "outputs") }
    workspace.record =
      !isRecorded ? .none : outputs == nil ? .slopes(rows: rows) : .forward(rows: rows)
    let x = Batch(inputs)
    let y = outputs.map { Batch($0) }
    if rows == 1 {
      forwardRow(parameters, x, y, workspace, isRecorded: isRecorded)
    } else if isShallow, !isRecorded, let y {
      evaluateShallow(parameters, x, y, rows, workspace)
    } else if rows <= 8 {
      forwardFeatures(parameters, x, y, rows, workspace, isRecorded: isRecorded)
    } else {
      let weights = workspace.weightsForward(parameters, rows: rows)
      let parts = workspace.parts(rows: rows)
      workspace.pool.run(parts: parts) { part in
        forwardRows(
          parameters, weights, x, y, slice(rows, part, parts, workspace), rows, workspace,
          scratch: isRecorded ? nil : workspace.scratch + part * workspace.scratchStride)
      }
    }
  }

  /// A hidden layer's activation, in place, of which nothing is computed that nobody asks for.
  ///
  /// - Parameters:
  ///   - first: where the first derivatives go; nil where they are not recorded.
  ///   - lacksOutputs: whether the outputs are not asked for, so that of the last hidden layer only derivatives are.
  @inline(__always)
  private func activate<S: Real>(
    _ index: Int, _ count: Int, _ z: UnsafeMutablePointer<S>, _ first: UnsafeMutablePointer<S>?,
    lacksOutputs: Bool, _ kernels: Kernels<S>
  ) {
    guard let first else {
      kernels.value(activation.kernelIndex, count, z, z)
      return
    }
    if lacksOutputs && index == layers.count - 2 {
      kernels.slope(activation.kernelIndex, count, z, first)
    } else {
      kernels.activate(activation.kernelIndex, count, z, z, first, nil)
    }
  }

  /// Some tiles, all layers; values that nobody records go to the scratch, two layers in turn.
  @inline(__always)
  private func forwardRows<S: Real>(
    _ parameters: UnsafePointer<S>, _ weights: PackedWeights<S>?, _ inputs: Batch<S>,
    _ outputs: Batch<S>?, _ slice: Range<Int>, _ rows: Int, _ workspace: MLPWorkspace<S>,
    scratch: UnsafeMutablePointer<S>?
  ) {
    forEachGroup(slice, workspace) { group in
      let size = (widths.max() ?? 1) * ((group.count + 15) / 16 * 16)
      var (x, at) = (inputs, group.lowerBound)
      for (index, layer) in layers.enumerated() {
        let place = index == layers.count - 1 ? group.lowerBound : scratch == nil ? at : 0
        let hidden: LayerMemory<S>? =
          if index == layers.count - 1 {
            nil
          } else if let scratch {
            LayerMemory(
              Batch(scratch + index % 2 * size, features: layer.outputs, rows: rows), first: nil)
          } else {
            workspace.memory(of: index, rows: rows, isRecorded: true)
          }
        forwardLayer(
          index, parameters, weights, x.from(at), x, hidden, outputs, place..<(place + group.count),
          0..<layer.outputs, workspace)
        if let hidden { (x, at) = (hidden.value, place) }
      }
    }
  }

  /// At most 8 rows: threads take features of a layer.
  @inline(__always)
  private func forwardFeatures<S: Real>(
    _ parameters: UnsafePointer<S>, _ inputs: Batch<S>, _ outputs: Batch<S>?, _ rows: Int,
    _ workspace: MLPWorkspace<S>, isRecorded: Bool
  ) {
    var x = inputs
    for (index, layer) in layers.enumerated() {
      let hidden =
        index == layers.count - 1
        ? nil : workspace.memory(of: index, rows: rows, isRecorded: isRecorded)
      let parts = workspace.parts(layer: layer, rows: rows)
      workspace.pool.run(parts: parts) { part in
        forwardLayer(
          index, parameters, workspace.panels, x.pointer, x, hidden, outputs, 0..<8,
          panels(layer.outputs, part, parts), workspace)
      }
      if let hidden { x = hidden.value }
    }
  }

  /// Some features of one layer, for some tiles: into a hidden layer's memory, or the outputs of the last.
  @inline(__always)
  private func forwardLayer<S: Real>(
    _ index: Int, _ parameters: UnsafePointer<S>, _ weights: PackedWeights<S>?,
    _ x: UnsafeMutablePointer<S>, _ inputs: Batch<S>, _ hidden: LayerMemory<S>?,
    _ outputs: Batch<S>?, _ rows: Range<Int>, _ features: Range<Int>, _ workspace: MLPWorkspace<S>
  ) {
    let layer = layers[index]
    let kernels = workspace.kernels
    guard let y = hidden?.value ?? outputs else { return }
    kernels.denseForward(
      layer.inputs, layer.outputs, features.lowerBound, features.upperBound, rows.count,
      parameters + layer.kernelOffset, weights?.forward(index),
      parameters + layer.biasOffset, x, inputs.feature, inputs.tile, y.from(rows.lowerBound),
      y.feature, y.tile)
    guard let hidden else { return }
    let (offset, count) = y.stretch(rows: rows, features: features, of: layer.outputs)
    activate(
      index, count, y.pointer + offset, hidden.first.map { $0 + offset },
      lacksOutputs: outputs == nil,
      kernels)
    if outputs == nil, index == layers.count - 2 { return }
    // Of a residual network both lie alike.
    if addsInput(index) {
      add(x + features.lowerBound * inputs.feature, to: y.pointer + offset, count)
    }
  }

  @inline(__always)
  private func forwardRow<S: Real>(
    _ parameters: UnsafePointer<S>, _ inputs: Batch<S>, _ outputs: Batch<S>?,
    _ workspace: MLPWorkspace<S>, isRecorded: Bool
  ) {
    let kernels = workspace.kernels
    let weights = workspace.fixedWeights.flatMap { $0.isForOneRow ? $0 : nil }
    inputs.gatherRow(into: workspace.entry, count: inputCount)
    var x = workspace.entry
    for (index, layer) in layers.enumerated() {
      let isLast = index == layers.count - 1
      if isLast && outputs == nil { return }
      let y = isLast ? workspace.exit : workspace.hidden[index].value
      let bias = parameters + layer.biasOffset
      if let weights {
        let atOnce = PackedWeights<S>.outputsAtOnce
        for start in stride(from: 0, to: layer.outputs, by: atOnce) {
          kernels.vectorForward(
            layer.inputs, min(atOnce, layer.outputs - start),
            weights.forward(index) + layer.inputs * start, bias + start, x, y + start)
        }
      } else {
        kernels.vectorForward(
          layer.inputs, layer.outputs, parameters + layer.kernelOffset, bias, x, y)
      }
      if isLast { break }
      activate(
        index, layer.outputs, y, isRecorded ? workspace.hidden[index].first : nil,
        lacksOutputs: outputs == nil, kernels)
      if outputs == nil, index == layers.count - 2 { return }
      if addsInput(index) { add(x, to: y, layer.outputs) }
      x = y
    }
    outputs?.scatterRow(from: workspace.exit, count: outputCount)
  }
}

/// Where a hidden layer's values and, if they are recorded, first derivatives go.
struct LayerMemory<S: Real> {
  let value: Batch<S>
  let first: UnsafeMutablePointer<S>?

  init(_ value: Batch<S>, first: UnsafeMutablePointer<S>?) {
    self.value = value
    self.first = first
  }
}

extension MLP {
  /// The rows of one part: whole tiles or chunks, the last up to a multiple of 8.
  func slice<S>(
    _ rows: Int, _ part: Int, _ parts: Int, _ workspace: MLPWorkspace<S>
  ) -> Range<Int> {
    let size = workspace.sliceRows(rows)
    let count = (rows + size - 1) / size
    let end = (rows + 7) / 8 * 8
    return min(count * part / parts * size, end)..<min(count * (part + 1) / parts * size, end)
  }

  /// The features of one part: whole panels.
  func panels(_ features: Int, _ part: Int, _ parts: Int) -> Range<Int> {
    let size = Int(SW_PANEL)
    let count = (features + size - 1) / size
    return min(
      count * part / parts * size, features)..<min(
        count * (part + 1) / parts * size, features)
  }

  /// Calls `body` for groups of tiles, which pass all layers together.
  @inline(__always)
  func forEachGroup<S>(
    _ slice: Range<Int>, _ workspace: MLPWorkspace<S>, _ body: (Range<Int>) -> Void
  ) {
    let size = 16 * MLPWorkspace<S>.tilesPerGroup(self)
    var start = slice.lowerBound
    while start < slice.upperBound {
      let end = min(start + size, slice.upperBound)
      body(start..<end)
      start = end
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

/// Adds one array to another, element by element.
@inline(__always)
func add<S: Real>(_ addend: UnsafePointer<S>, to sum: UnsafeMutablePointer<S>, _ count: Int) {
  for index in 0..<count { sum[index] += addend[index] }
}
