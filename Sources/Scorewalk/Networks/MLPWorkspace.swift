internal import CKernels

/// The memory of a network's operations, and the record that one leaves for the next.
///
/// `forward` and `jvp` record every hidden layer's values and derivatives; `vjp` and `jvpGradient`
/// use the latest record. All memory is allocated here, once. A workspace belongs to one caller at
/// a time.
public final class MLPWorkspace<Scalar: Real>: @unchecked Sendable {
  /// What one hidden layer keeps; see ``Batch``.
  struct Hidden {
    /// aₗ = f(zₗ).
    let value: UnsafeMutablePointer<Scalar>
    /// f′(zₗ).
    let first: UnsafeMutablePointer<Scalar>
    /// f″(zₗ).
    let second: UnsafeMutablePointer<Scalar>
    /// żₗ, the tangent before the activation.
    let tangentBefore: UnsafeMutablePointer<Scalar>
    /// ȧₗ, the tangent after it.
    let tangent: UnsafeMutablePointer<Scalar>
    /// The cotangent of zₗ.
    let cotangent: UnsafeMutablePointer<Scalar>
    /// The cotangent of żₗ.
    let tangentCotangent: UnsafeMutablePointer<Scalar>
    /// Of a residual network the cotangents of aₗ and ȧₗ, which the layer before gets as well.
    let outer: UnsafeMutablePointer<Scalar>
    let outerTangent: UnsafeMutablePointer<Scalar>
  }

  /// What the latest `forward` or `jvp` left behind.
  enum Record: Equatable {
    case none
    case forward(rows: Int)
    /// A `forward` of which nothing but what gradients by the input need is there.
    case slopes(rows: Int)
    case jvp(rows: Int)
  }

  /// The network this workspace is for.
  public let network: MLP
  /// The largest batch.
  public let maximumRows: Int
  /// The threads that large work is dealt to.
  public let pool: WorkerPool
  let kernels: Kernels<Scalar>
  let hidden: [Hidden]
  /// Two arrays of the widest layer: what goes in and comes out of a one-row operation.
  let entry: UnsafeMutablePointer<Scalar>
  let exit: UnsafeMutablePointer<Scalar>
  /// For each thread, what a weight gradient needs, or two arrays of a group of tiles for values that
  /// nobody records.
  let scratch: UnsafeMutablePointer<Scalar>
  let scratchStride: Int
  /// Of each chunk of rows its share of a parameter gradient; nil where threads never take whole chunks.
  private let chunkMemory: UnsafeMutablePointer<Scalar>?
  /// The packed weights of parameters that never change; nil where they may.
  let fixedWeights: PackedWeights<Scalar>?
  /// Room to pack parameters that change; nil where it is never worth it.
  private let ownWeights: PackedWeights<Scalar>?
  var record = Record.none
  private let memory: UnsafeMutablePointer<Scalar>

  init(
    network: MLP, maximumRows: Int, kernels: Kernels<Scalar>, pool: WorkerPool,
    fixedWeights: PackedWeights<Scalar>? = nil
  ) {
    precondition(maximumRows >= 1, "a workspace for \(maximumRows) rows")
    precondition(
      maximumRows == 1 || fixedWeights?.isForOneRow != true,
      "weights for one row, \(maximumRows) rows")
    self.network = network
    self.maximumRows = maximumRows
    self.kernels = kernels
    self.pool = pool
    self.fixedWeights = fixedWeights
    ownWeights =
      fixedWeights == nil && Self.isPackingWorthIt(network, rows: maximumRows)
      ? PackedWeights(network: network, kernels: kernels) : nil
    let widest = network.widths.max() ?? 1
    let group = min(Self.tilesPerGroup(network) * 16, (maximumRows + 15) / 16 * 16)
    scratchStride = max(sw_weight_gradient_scratch(widest), 2 * widest * group)
    let hiddenCounts = network.layers.dropLast().map {
      Batch<Scalar>.count(features: $0.outputs, rows: maximumRows)
    }
    let chunkCount =
      fixedWeights == nil && pool.threads > 1 && Self.takesChunks(network, rows: maximumRows)
      ? (maximumRows + Int(SW_CHUNK_ROWS) - 1) / Int(SW_CHUNK_ROWS) * network.parameterCount : 0
    let total =
      hiddenCounts.reduce(0, +) * (network.isResidual ? 9 : 7) + 2 * widest + scratchStride
      * pool.threads + chunkCount
    memory = allocateAligned(count: total + 32 + 16 * pool.threads)
    var next = memory
    func take(_ count: Int) -> UnsafeMutablePointer<Scalar> {
      defer { next += (count + 7) / 8 * 8 }
      return next
    }
    hidden = hiddenCounts.map { count in
      let outer = network.isResidual ? count : 0
      return Hidden(
        value: take(count), first: take(count), second: take(count), tangentBefore: take(count),
        tangent: take(count), cotangent: take(count), tangentCotangent: take(count),
        outer: take(outer), outerTangent: take(outer))
    }
    entry = take(widest)
    exit = take(widest)
    scratch = take(scratchStride * pool.threads)
    chunkMemory = chunkCount > 0 ? take(chunkCount) : nil
  }

  deinit { deallocateAligned(memory) }

  /// Where a hidden layer's values go and, if they are recorded, its derivatives.
  @inline(__always)
  func memory(of layer: Int, rows: Int, isRecorded: Bool) -> LayerMemory<Scalar> {
    LayerMemory(
      Batch(hidden[layer].value, features: network.layers[layer].outputs, rows: rows),
      first: isRecorded ? hidden[layer].first : nil)
  }

  /// How many tiles pass a layer together: as many as stay in the first cache where the network is narrow, two
  /// (which the kernels may take side by side) where all weights stay in the second, else as many as make reading the
  /// weights again cheap.
  static func tilesPerGroup(_ network: MLP) -> Int {
    guard network.parameterCount * MemoryLayout<Scalar>.size <= 1 << 19 else { return 8 }
    let tile = 16 * (network.widths.max() ?? 1) * MemoryLayout<Scalar>.size
    return max(2, min(16, (1 << 13) / tile))
  }

  /// Packing is a pass over all weights, a batch's work as many as it has rows.
  private static func isPackingWorthIt(_ network: MLP, rows: Int) -> Bool {
    rows >= 32 && network.parameterCount >= 2048
  }

  /// The packed weights of parameters that never change, where they are for several rows.
  var panels: PackedWeights<Scalar>? {
    fixedWeights.flatMap { $0.isForOneRow ? nil : $0 }
  }

  /// The packed weights for `forward` or `jvp` of some rows; nil where the plain ones serve.
  func weightsForward(_ parameters: UnsafePointer<Scalar>, rows: Int) -> PackedWeights<Scalar>? {
    if fixedWeights != nil { return panels }
    guard let ownWeights, Self.isPackingWorthIt(network, rows: rows) else { return nil }
    ownWeights.packForward(parameters, pool: parts(rows: rows) > 1 ? pool : .serial)
    return ownWeights
  }

  /// The packed weights for `vjp` or `jvpGradient` of some rows; nil where the plain ones serve.
  func weightsBackward(_ parameters: UnsafePointer<Scalar>, rows: Int) -> PackedWeights<Scalar>? {
    if fixedWeights != nil { return panels }
    guard let ownWeights, Self.isPackingWorthIt(network, rows: rows) else { return nil }
    ownWeights.packBackward(parameters, pool: parts(rows: rows) > 1 ? pool : .serial)
    return ownWeights
  }

  /// How many parts the rows of a batch are cut into: 1 unless the work is worth a thread's waking.
  func parts(rows: Int) -> Int {
    guard pool.threads > 1, rows > 16, rows * network.costOfRow >= 50_000 else { return 1 }
    let size = sliceRows(rows)
    return min(pool.threads, (rows + size - 1) / size)
  }

  /// Parts begin at a multiple of so many rows: a tile, or the chunks of a weight gradient where those are dealt out
  /// too, so that a core sums what it computed.
  func sliceRows(_ rows: Int) -> Int {
    Self.takesChunks(network, rows: rows) ? Int(SW_CHUNK_ROWS) : 16
  }

  /// Where the parts of a batch of some rows leave each chunk's parameter gradient; nil where they take no whole chunks.
  func chunkGradients(rows: Int) -> UnsafeMutablePointer<Scalar>? {
    Self.takesChunks(network, rows: rows) ? chunkMemory : nil
  }

  /// A narrow network has too few parameters to deal those out.
  private static func takesChunks(_ network: MLP, rows: Int) -> Bool {
    rows >= 2 * Int(SW_CHUNK_ROWS) && network.parameterCount <= 2048
  }

  /// Below it, weights that stay in one core's cache are worth more than a second core.
  static var leastForFeatures: Int { 4_000_000 }

  /// How many parts the sums of the weight gradients are cut into.
  func gradientParts(rows: Int) -> Int {
    let least = rows <= 8 ? Self.leastForFeatures : 50_000
    return rows * network.parameterCount >= least ? pool.threads : 1
  }

  /// How many parts the features of one layer are cut into where a batch is too small for parts of
  /// its own.
  func parts(layer: MLP.Layer, rows: Int) -> Int {
    guard pool.threads > 1, layer.inputs * layer.outputs * rows >= Self.leastForFeatures else {
      return 1
    }
    return min(pool.threads, max(1, min(layer.inputs, layer.outputs) / 12))
  }
}
