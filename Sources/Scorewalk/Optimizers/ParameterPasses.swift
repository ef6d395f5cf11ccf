/// Passes over all parameters of a training, dealt to threads in whole blocks where there are many.
///
/// No bit depends on the threads: a pass is element by element, or sums blocks and adds those in order.
final class ParameterPasses: @unchecked Sendable {
  /// How many parameters a block has; a norm's sums are made of these.
  static let blockSize = 8192
  /// Fewer stay in one core's cache, which is worth more than a second core.
  private static let leastForThreads = 262_144

  private let count: Int
  private let pool: WorkerPool
  /// The parameters of each part.
  let parts: [Range<Int>]
  /// One for each block: of its squares, or 1 where something is not finite.
  private let sums: UnsafeMutablePointer<Double>

  init(count: Int, pool: WorkerPool) {
    self.count = count
    self.pool = pool
    let size = Self.blockSize
    let blocks = (count + size - 1) / size
    let threads = count >= Self.leastForThreads ? min(pool.threads, blocks) : 1
    parts = (0..<threads).map { part in
      min(blocks * part / threads * size, count)..<min(blocks * (part + 1) / threads * size, count)
    }
    sums = .allocate(capacity: max(blocks, 1))
    sums.initialize(repeating: 0, count: max(blocks, 1))
  }

  deinit { sums.deallocate() }

  /// Runs `body` for every part.
  @inline(__always)
  func run(_ body: (_ part: Int) -> Void) {
    pool.run(parts: parts.count, body)
  }

  /// ‖g‖; see ``gradientNorm(_:count:)``.
  @_specialize(where Scalar == Float)
  @_specialize(where Scalar == Double)
  func norm<Scalar: Real>(_ gradient: UnsafePointer<Scalar>) -> Double {
    let kernels = Scalar.kernels(.selected)
    run { part in
      for start in stride(
        from: parts[part].lowerBound, to: parts[part].upperBound, by: Self.blockSize)
      {
        sums[start / Self.blockSize] = kernels.table.sumOfSquares(
          min(Self.blockSize, count - start), gradient + start)
      }
    }
    var total = 0.0
    for block in 0..<(count + Self.blockSize - 1) / Self.blockSize { total += sums[block] }
    return total.squareRoot()
  }

  /// Whether all of an array is finite.
  @_specialize(where Scalar == Float)
  @_specialize(where Scalar == Double)
  func areFinite<Scalar: Real>(_ values: UnsafePointer<Scalar>) -> Bool {
    let kernels = Scalar.kernels(.selected)
    run { part in
      let range = parts[part]
      sums[range.lowerBound / Self.blockSize] =
        kernels.table.allFinite(range.count, values + range.lowerBound) == 1 ? 0 : 1
    }
    return parts.allSatisfy { sums[$0.lowerBound / Self.blockSize] == 0 }
  }
}
