internal import CKernels

/// A network's kernels in the order in which the dense kernels read them: panels of six outputs for
/// `forward`, of six inputs for gradients by the input; or, for one row alone, some outputs at a time, so that
/// weights which stay in the second cache only are read in a row.
///
/// Worth its making for a batch of some tens of rows, or where many batches meet the same
/// parameters; then it may be shared by all threads. It changes no bit.
final class PackedWeights<Scalar: Real>: @unchecked Sendable {
  private let network: MLP
  private let kernels: Kernels<Scalar>
  private let memory: UnsafeMutablePointer<Scalar>
  private let forwardOffsets: [Int]
  private let backwardOffsets: [Int]
  /// Whether they are for one row.
  let isForOneRow: Bool

  /// How many outputs are read together for one row: as many as fill eight of the widest vectors.
  static var outputsAtOnce: Int { 128 }

  /// Makes room.
  init(
    network: MLP, kernels: Kernels<Scalar>, isDifferentiated: Bool = true, isForOneRow: Bool = false
  ) {
    self.network = network
    self.kernels = kernels
    self.isForOneRow = isForOneRow
    var count = 0
    func take(_ size: Int) -> Int {
      defer { count += (size + 15) / 16 * 16 }
      return count
    }
    forwardOffsets = network.layers.map { take(sw_packed_size($0.outputs, $0.inputs)) }
    backwardOffsets =
      isDifferentiated && !isForOneRow
      ? network.layers.map { take(sw_packed_size($0.inputs, $0.outputs)) } : []
    memory = allocateAligned(count: count)
  }

  /// Packs parameters that stay as they are.
  ///
  /// - Parameters:
  ///   - isDifferentiated: whether gradients by the input will be asked for.
  ///   - rows: how many rows there will be at most at a time.
  convenience init(
    _ network: MLP, parameters: [Scalar], kernels: Kernels<Scalar>, isDifferentiated: Bool,
    rows: Int
  ) {
    self.init(
      network: network, kernels: kernels, isDifferentiated: isDifferentiated,
      isForOneRow: rows == 1)
    parameters.withUnsafeBufferPointer { buffer in
      guard let base = buffer.baseAddress else { return }
      if isForOneRow { return packForOneRow(base) }
      packForward(base, pool: .serial)
      if isDifferentiated { packBackward(base, pool: .serial) }
    }
  }

  deinit { deallocateAligned(memory) }

  /// What `forward` reads of a layer.
  func forward(_ layer: Int) -> UnsafePointer<Scalar> {
    UnsafePointer(memory + forwardOffsets[layer])
  }

  /// What gradients by the input read of a layer.
  func backward(_ layer: Int) -> UnsafePointer<Scalar> {
    UnsafePointer(memory + backwardOffsets[layer])
  }

  private func packForOneRow(_ parameters: UnsafePointer<Scalar>) {
    for (index, layer) in network.layers.enumerated() {
      var target = memory + forwardOffsets[index]
      for start in stride(from: 0, to: layer.outputs, by: Self.outputsAtOnce) {
        let count = min(Self.outputsAtOnce, layer.outputs - start)
        for input in 0..<layer.inputs {
          let source = parameters + layer.kernelOffset + input * layer.outputs + start
          target.update(from: source, count: count)
          target += count
        }
      }
    }
  }

  func packForward(_ parameters: UnsafePointer<Scalar>, pool: WorkerPool) {
    pack(parameters, byInputs: false, pool)
  }

  func packBackward(_ parameters: UnsafePointer<Scalar>, pool: WorkerPool) {
    pack(parameters, byInputs: true, pool)
  }

  private func pack(_ parameters: UnsafePointer<Scalar>, byInputs: Bool, _ pool: WorkerPool) {
    let parts = pool.threads
    pool.run(parts: parts) { part in
      for (index, layer) in network.layers.enumerated() {
        let features = byInputs ? layer.inputs : layer.outputs
        let panels = (features + Int(SW_PANEL) - 1) / Int(SW_PANEL)
        let target = memory + (byInputs ? backwardOffsets : forwardOffsets)[index]
        kernels.densePack(
          layer.inputs, layer.outputs, parameters + layer.kernelOffset, byInputs ? 1 : 0,
          panels * part / parts, panels * (part + 1) / parts, target)
      }
    }
  }
}
