internal import CKernels

/// The memory of a network's operations, and the record that one leaves for the next.
///
/// `forward` and `jvp` record every hidden layer's values and derivatives; `vjp` and `jvpGradient`
/// use the latest record. All memory is allocated here, once. A workspace belongs to one caller at
/// a time.
public final class MLPWorkspace<Scalar: Real>: @unchecked Sendable {
  /// What one hidden layer keeps, `[outputs, stride]` each.
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
  }

  /// What the latest `forward` or `jvp` left behind.
  enum Record: Equatable {
    case none
    case forward(rows: Int)
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
  /// For each thread, what a weight gradient needs.
  let scratch: UnsafeMutablePointer<Scalar>
  let scratchStride: Int
  var record = Record.none
  private let memory: UnsafeMutablePointer<Scalar>

  init(network: MLP, maximumRows: Int, kernels: Kernels<Scalar>, pool: WorkerPool) {
    precondition(maximumRows >= 1, "a workspace for \(maximumRows) rows")
    self.network = network
    self.maximumRows = maximumRows
    self.kernels = kernels
    self.pool = pool
    let stride = Matrix<Scalar>.stride(rows: maximumRows)
    let widest = (network.widths.max() ?? 1) * stride
    scratchStride =
      network.layers.map { sw_weight_gradient_scratch($0.inputs, $0.outputs) }.max() ?? 0
    let hiddenCount = network.layers.dropLast().map(\.outputs).reduce(0, +) * stride * 7
    let total = hiddenCount + 2 * widest + scratchStride * pool.threads
    memory = allocateAligned(count: total)
    var next = memory
    func take(_ count: Int) -> UnsafeMutablePointer<Scalar> {
      defer { next += count }
      return next
    }
    hidden = network.layers.dropLast().map { layer in
      let count = layer.outputs * stride
      return Hidden(
        value: take(count), first: take(count), second: take(count), tangentBefore: take(count),
        tangent: take(count), cotangent: take(count), tangentCotangent: take(count))
    }
    entry = take(widest)
    exit = take(widest)
    scratch = take(scratchStride * pool.threads)
  }

  deinit { UnsafeMutableRawPointer(memory).deallocate() }

  /// How many parts a batch is cut into: 1 unless the work is worth a thread's waking.
  func parts(rows: Int) -> Int {
    guard pool.threads > 1, rows >= 16, rows * network.parameterCount >= 200_000 else { return 1 }
    return min(pool.threads, rows / 8)
  }
}
