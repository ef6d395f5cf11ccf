/// Passes over all parameters of a training, dealt to threads in whole blocks where there are many.
///
/// No bit depends on the threads: a pass is element by element, or sums blocks and adds those in order.
final class ParameterPasses: @unchecked Sendable {
  /// How many parameters a block has, of a norm or an update; a norm's sums are made of these, and what an update passes
  /// more than once stays in the second cache.
  static let blockSize = 8192
  /// Fewer stay in one core's cache, which is worth more than a second core.
  private static let leastForThreads = 262_144

  private let count: Int
  private let pool: WorkerPool
  /// The parameters of each part.
  let parts: [Range<Int>]
  /// The blocks of an update; each part has whole ones.
  let updateBlocks: [Range<Int>]
  /// One for each block: of its squares; or of a part's first, 1 where something is not finite.
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
    updateBlocks = stride(from: 0, to: count, by: Self.blockSize).map {
      $0..<min($0 + Self.blockSize, count)
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
        sums[start / Self.blockSize] = kernels.sumOfSquares(
          min(Self.blockSize, count - start), gradient + start)
      }
    }
    var total = 0.0
    for block in 0..<(count + Self.blockSize - 1) / Self.blockSize { total += sums[block] }
    return total.squareRoot()
  }

  /// Runs `body` for every block of an update, which returns whether all that it wrote is finite.
  ///
  /// - Returns: whether all of it is.
  @inline(__always)
  func update(_ body: (_ block: Int, _ range: Range<Int>) -> Bool) -> Bool {
    run { part in
      let range = parts[part]
      var isFinite = true
      for start in stride(from: range.lowerBound, to: range.upperBound, by: Self.blockSize) {
        let block = start / Self.blockSize
        isFinite = body(block, updateBlocks[block]) && isFinite
      }
      sums[range.lowerBound / Self.blockSize] = isFinite ? 0 : 1
    }
    return parts.allSatisfy { sums[$0.lowerBound / Self.blockSize] == 0 }
  }
}
