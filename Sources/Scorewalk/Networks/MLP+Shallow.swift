internal import CKernels

/// One hidden layer of ReLU between one or two features: kernels that compute the whole network, with the
/// same bits, and store nothing of the hidden layer.
extension MLP {
  /// Whether the kernels for such networks serve this one.
  var isShallow: Bool {
    layers.count == 2 && activation == .relu && inputCount == outputCount && inputCount <= 2
      && layers[0].outputs.isMultiple(of: 8)
  }

  /// ``evaluate(parameters:inputs:outputs:rows:workspace:)``.
  @inline(__always)
  func evaluateShallow<S: Real>(
    _ parameters: UnsafePointer<S>, _ inputs: Batch<S>, _ outputs: Batch<S>, _ rows: Int,
    _ workspace: MLPWorkspace<S>
  ) {
    forEachShallowSlice(rows, workspace) { slice in
      workspace.kernels.shallowForward(
        inputCount, layers[0].outputs, slice.count, parameters + layers[0].kernelOffset,
        parameters + layers[0].biasOffset, parameters + layers[1].kernelOffset,
        parameters + layers[1].biasOffset, inputs.from(slice.lowerBound), inputs.feature,
        outputs.from(slice.lowerBound), outputs.feature)
    }
  }

  /// ``jvp(parameters:inputs:tangents:outputs:outputTangents:rows:workspace:)`` without a record.
  @inline(__always)
  func jvpShallow<S: Real>(
    _ parameters: UnsafePointer<S>, _ inputs: (Batch<S>, Batch<S>),
    _ outputs: (Batch<S>, Batch<S>), _ rows: Int, _ workspace: MLPWorkspace<S>
  ) {
    forEachShallowSlice(rows, workspace) { slice in
      let at = slice.lowerBound
      workspace.kernels.shallowJVP(
        inputCount, layers[0].outputs, slice.count, parameters + layers[0].kernelOffset,
        parameters + layers[0].biasOffset, parameters + layers[1].kernelOffset,
        parameters + layers[1].biasOffset, inputs.0.from(at), inputs.0.feature, inputs.1.from(at),
        inputs.1.feature, outputs.0.from(at), outputs.0.feature, outputs.1.from(at),
        outputs.1.feature)
    }
  }

  /// The parameters' part of `jvpGradient` for at most one chunk of rows.
  @inline(__always)
  func addShallowGradient<S: Real>(
    _ parameters: UnsafePointer<S>, _ inputs: (Batch<S>, Batch<S>),
    _ cotangents: (Batch<S>?, Batch<S>), _ rows: Int, _ gradient: UnsafeMutablePointer<S>,
    _ workspace: MLPWorkspace<S>
  ) {
    let (delta, tau) = cotangents
    workspace.kernels.shallowGradient(
      inputCount, layers[0].outputs, rows, parameters + layers[0].kernelOffset,
      parameters + layers[0].biasOffset, parameters + layers[1].kernelOffset, inputs.0.pointer,
      inputs.0.feature, inputs.1.pointer, inputs.1.feature, delta.map { UnsafePointer($0.pointer) },
      delta?.feature ?? 0, tau.pointer, tau.feature, gradient + layers[0].kernelOffset,
      gradient + layers[0].biasOffset, gradient + layers[1].kernelOffset,
      gradient + layers[1].biasOffset)
  }

  @inline(__always)
  private func forEachShallowSlice<S: Real>(
    _ rows: Int, _ workspace: MLPWorkspace<S>, _ body: (Range<Int>) -> Void
  ) {
    let parts = workspace.parts(rows: rows)
    workspace.pool.run(parts: parts) { part in body(slice(rows, part, parts, workspace)) }
  }
}
