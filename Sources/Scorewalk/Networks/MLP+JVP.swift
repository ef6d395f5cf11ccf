internal import CKernels

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
    if isShallow {
      // Its gradient computes anew what would be recorded.
      jvpShallow(
        parameters, (Batch(inputs), Batch(tangents)), (Batch(outputs), Batch(outputTangents)), rows,
        workspace)
    } else {
      recordJVP(parameters, inputs, tangents, (outputs, outputTangents), rows, workspace)
    }
  }

  /// Records the hidden layers, and computes outputs and their tangents where they are asked for.
  @inline(__always)
  private func recordJVP<S: Real>(
    _ parameters: UnsafePointer<S>, _ inputs: Matrix<S>, _ tangents: Matrix<S>,
    _ outputs: (Matrix<S>, Matrix<S>)?, _ rows: Int, _ workspace: MLPWorkspace<S>
  ) {
    let outputs = outputs.map { (Batch($0), Batch($1)) }
    let weights = workspace.weightsForward(parameters, rows: rows)
    let parts = workspace.parts(rows: rows)
    workspace.pool.run(parts: parts) { part in
      jvpRows(
        parameters, weights, (Batch(inputs), Batch(tangents)), outputs,
        slice(rows, part, parts, workspace),
        rows,
        workspace)
    }
  }

  @inline(__always)
  private func jvpRows<S: Real>(
    _ parameters: UnsafePointer<S>, _ weights: PackedWeights<S>?, _ inputs: (Batch<S>, Batch<S>),
    _ outputs: (Batch<S>, Batch<S>)?, _ slice: Range<Int>, _ rows: Int,
    _ workspace: MLPWorkspace<S>
  ) {
    let kernels = workspace.kernels
    forEachGroup(slice, workspace) { group in
      let at = group.lowerBound
      var (x, dx) = inputs
      for (index, layer) in layers.enumerated() {
        let isLast = index == layers.count - 1
        let (kernel, packed) = (parameters + layer.kernelOffset, weights?.forward(index))
        let hidden = isLast ? nil : workspace.hidden[index]
        guard
          let (y, dy) = hidden.map({
            (
              Batch($0.value, features: layer.outputs, rows: rows),
              Batch($0.tangentBefore, features: layer.outputs, rows: rows)
            )
          }) ?? outputs
        else { break }
        kernels.denseForward(
          layer.inputs, layer.outputs, 0, layer.outputs, group.count, kernel, packed,
          parameters + layer.biasOffset, x.from(at), x.feature, x.tile, y.from(at), y.feature,
          y.tile)
        kernels.denseForward(
          layer.inputs, layer.outputs, 0, layer.outputs, group.count, kernel, packed, nil,
          dx.from(at), dx.feature, dx.tile, dy.from(at), dy.feature, dy.tile)
        guard let hidden else { break }
        let (offset, count) = y.stretch(
          rows: group, features: 0..<layer.outputs, of: layer.outputs)
        kernels.activate(
          activation.kernelIndex, count, hidden.value + offset, hidden.value + offset,
          hidden.first + offset, hidden.second + offset)
        kernels.multiply(
          count, hidden.first + offset, hidden.tangentBefore + offset, hidden.tangent + offset)
        if addsInput(index) {
          let before = workspace.hidden[index - 1]
          add(before.value + offset, to: hidden.value + offset, count)
          add(before.tangent + offset, to: hidden.tangent + offset, count)
        }
        x = y
        dx = Batch(hidden.tangent, features: layer.outputs, rows: rows)
      }
    }
  }

  /// The gradient of a Jacobian-vector product, by parameters and inputs:
  /// of Σ outputCotangents · outputs + Σ tangentCotangents · outputTangents.
  ///
  /// With δₗ the cotangent of zₗ and τₗ that of żₗ: τₗ₋₁ = f′ (Wₗ τₗ),
  /// δₗ₋₁ = f′ (Wₗ δₗ) + f″ żₗ₋₁ (Wₗ τₗ), and the gradient of Wₗ is aₗ₋₁ δₗᵀ + ȧₗ₋₁ τₗᵀ:
  /// first all chunks of the one product, then all chunks of the other. In a residual network the
  /// cotangents of aₗ and ȧₗ are added to Wₗ δₗ and Wₗ τₗ.
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
    let hasShallowGradient = isShallow && inputGradient == nil && rows <= Int(SW_CHUNK_ROWS)
    if hasShallowGradient {
      guard let parameterGradient else { return }
      addShallowGradient(
        parameters, (Batch(inputs), Batch(tangents)),
        (outputCotangents.map { Batch($0) }, Batch(tangentCotangents)), rows, parameterGradient,
        workspace)
      return
    }
    if isShallow {
      recordJVP(parameters, inputs, tangents, nil, rows, workspace)
    }
    let parts = workspace.parts(rows: rows)
    let delta = outputCotangents.map { Batch($0) }
    let tau = Batch(tangentCotangents)
    let target = inputGradient.map { Batch($0) }
    if layers.count > 1 || target != nil {
      let weights = workspace.weightsBackward(parameters, rows: rows)
      workspace.pool.run(parts: parts) { part in
        backwardTangentRows(
          parameters, weights, delta, tau, target, slice(rows, part, parts, workspace), rows,
          workspace)
      }
    }
    guard let parameterGradient else { return }
    addGradients(into: parameterGradient, true, workspace, rows) { index in
      let before = index > 0 ? workspace.hidden[index - 1] : nil
      let after = index < layers.count - 1 ? workspace.hidden[index] : nil
      let (width, nextWidth) = (layers[index].inputs, layers[index].outputs)
      return WeightTerms(
        values: before.map { Batch($0.value, features: width, rows: rows) } ?? Batch(inputs),
        cotangents: after.map { Batch($0.cotangent, features: nextWidth, rows: rows) } ?? delta,
        tangents: before.map { Batch($0.tangent, features: width, rows: rows) }
          ?? Batch(tangents),
        tangentCotangents: after.map {
          Batch($0.tangentCotangent, features: nextWidth, rows: rows)
        } ?? tau)
    }
  }

  @inline(__always)
  private func backwardTangentRows<S: Real>(
    _ parameters: UnsafePointer<S>, _ weights: PackedWeights<S>?, _ outputCotangents: Batch<S>?,
    _ tangentCotangents: Batch<S>, _ inputGradient: Batch<S>?, _ slice: Range<Int>, _ rows: Int,
    _ workspace: MLPWorkspace<S>
  ) {
    let kernels = workspace.kernels
    forEachGroup(slice, workspace) { group in
      let at = group.lowerBound
      var delta = outputCotangents
      var tau = tangentCotangents
      for index in layers.indices.reversed() {
        let layer = layers[index]
        let (kernel, packed) = (parameters + layer.kernelOffset, weights?.backward(index))
        func propagate(_ g: Batch<S>, to target: Batch<S>) {
          kernels.denseInputGradient(
            layer.inputs, layer.outputs, 0, layer.inputs, group.count, kernel, packed,
            g.from(at), g.feature, g.tile, nil, target.from(at), target.feature, target.tile)
        }
        guard index > 0 else {
          guard let inputGradient else { break }
          if let delta {
            propagate(delta, to: inputGradient)
          } else {
            for feature in 0..<layer.inputs {
              (inputGradient.from(at) + feature * inputGradient.feature)
                .update(repeating: 0, count: group.count)
            }
          }
          break
        }
        let hidden = workspace.hidden[index - 1]
        let nextTau = Batch(hidden.tangentCotangent, features: layer.inputs, rows: rows)
        let nextDelta = Batch(hidden.cotangent, features: layer.inputs, rows: rows)
        let (offset, count) = nextTau.stretch(
          rows: group, features: 0..<layer.inputs, of: layer.inputs)
        propagate(tau, to: nextTau)
        if let delta {
          propagate(delta, to: nextDelta)
        } else {
          (hidden.cotangent + offset).update(repeating: 0, count: count)
        }
        if addsInput(index) {
          add(workspace.hidden[index].outer + offset, to: hidden.cotangent + offset, count)
          add(
            workspace.hidden[index].outerTangent + offset, to: hidden.tangentCotangent + offset,
            count)
        }
        if addsInput(index - 1) {
          (hidden.outer + offset).update(from: hidden.cotangent + offset, count: count)
          (hidden.outerTangent + offset).update(
            from: hidden.tangentCotangent + offset, count: count)
        }
        kernels.multiplyAdd2(
          count, hidden.cotangent + offset, hidden.first + offset,
          hidden.tangentCotangent + offset, hidden.tangentBefore + offset, hidden.second + offset,
          hidden.cotangent + offset)
        kernels.multiply(
          count, hidden.tangentCotangent + offset, hidden.first + offset,
          hidden.tangentCotangent + offset)
        delta = nextDelta
        tau = nextTau
      }
    }
  }
}
