/// What computes losses and their gradient for one block of rows, in memory of its own.
///
/// One thread at a time uses a worker.
protocol RowBlockWorker<Scalar>: AnyObject, Sendable {
  associatedtype Scalar: Real
  /// Computes the losses of some rows, and what they add to the gradient.
  ///
  /// - Parameters:
  ///   - parameters: θ, `[parameterCount]`.
  ///   - batch: all of the data, `[dimension, rows]`.
  ///   - rows: the rows of the block, at most ``RowBlocks/rowsPerBlock`` of them.
  ///   - step: the number of the training step.
  ///   - weight: what the losses of the rows are multiplied by in the gradient.
  ///   - losses: `[rows.count]`; overwritten, without the weight.
  ///   - gradient: `[parameterCount]`; added to. Nil where only the losses are wanted.
  func evaluate(
    parameters: UnsafePointer<Scalar>, batch: Matrix<Scalar>, rows: Range<Int>, step: Int,
    weight: Scalar, losses: UnsafeMutablePointer<Double>, gradient: UnsafeMutablePointer<Scalar>?)
}

/// The rows of a batch in blocks of 128 that are dealt to threads: what a batch needs in memory does
/// not grow with its rows, and no bit depends on the threads.
///
/// Every block's gradient starts from zeros, and they are added in ascending order of blocks, the
/// losses in double precision in ascending order of rows. Blocks come in waves, of which all
/// gradients are kept until they are added.
final class RowBlocks<Worker: RowBlockWorker> {
  typealias Scalar = Worker.Scalar

  private let maximumRows: Int
  private let parameterCount: Int
  private let pool: WorkerPool
  /// One for each thread that can have work.
  private let workers: [Worker]
  private let blocksPerWave: Int
  /// `[blocksPerWave, parameterCount]`.
  private let gradients: UnsafeMutablePointer<Scalar>
  /// `[maximumRows]`.
  private let losses: UnsafeMutablePointer<Double>

  /// How many rows a block has: as many as a chunk of a weight gradient.
  static var rowsPerBlock: Int { 128 }

  /// - Parameters:
  ///   - maximumRows: the largest batch.
  ///   - parameterCount: the length of a gradient.
  ///   - makeWorker: makes a worker for blocks of some rows at most; its own work may use the pool
  ///     that it is given.
  init(
    maximumRows: Int, parameterCount: Int, pool: WorkerPool,
    makeWorker: (_ rows: Int, _ pool: WorkerPool) -> Worker
  ) {
    precondition(maximumRows >= 1, "blocks of \(maximumRows) rows")
    self.maximumRows = maximumRows
    self.parameterCount = parameterCount
    self.pool = pool
    let blocks = (maximumRows + Self.rowsPerBlock - 1) / Self.rowsPerBlock
    let threads = min(pool.threads, blocks)
    // A single block may use the threads within its network instead.
    workers = (0..<threads).map { _ in
      makeWorker(min(maximumRows, Self.rowsPerBlock), blocks == 1 ? pool : .serial)
    }
    // Enough blocks that threads seldom wait for each other, and fewer where gradients are large.
    let perThread = max(1, min(4, 4_194_304 / max(1, parameterCount)))
    blocksPerWave = min(blocks, threads * perThread)
    gradients = allocateAligned(count: blocksPerWave * parameterCount)
    losses = .allocate(capacity: maximumRows)
    losses.initialize(repeating: 0, count: maximumRows)
  }

  deinit {
    deallocateAligned(gradients)
    losses.deallocate()
  }

  /// The loss of a batch, and its gradient where that is wanted.
  ///
  /// - Parameters:
  ///   - rows: how many rows of the batch count, from 1 to the largest batch.
  ///   - gradient: `[parameterCount]`; overwritten.
  /// - Complexity: allocates nothing.
  func evaluate(
    parameters: UnsafePointer<Scalar>, batch: Matrix<Scalar>, rows: Int, step: Int,
    reduction: LossReduction, gradient: UnsafeMutablePointer<Scalar>?
  ) -> Double {
    precondition(
      rows >= 1 && rows <= maximumRows, "\(rows) rows in blocks for \(maximumRows)")
    let size = Self.rowsPerBlock
    let blocks = (rows + size - 1) / size
    let weight: Scalar = reduction == .mean ? 1 / Scalar(rows) : 1
    // A thread is woken for work that is worth it, as within a network.
    let threads = rows * parameterCount >= 200_000 ? workers.count : 1
    gradient?.update(repeating: 0, count: parameterCount)
    var first = 0
    while first < blocks {
      let count = min(blocksPerWave, blocks - first)
      let parts = min(threads, count)
      pool.run(parts: parts) { part in
        for place in stride(from: part, to: count, by: parts) {
          let start = (first + place) * size
          let target = gradient == nil ? nil : gradients + place * parameterCount
          target?.update(repeating: 0, count: parameterCount)
          workers[part].evaluate(
            parameters: parameters, batch: batch, rows: start..<min(start + size, rows),
            step: step, weight: weight, losses: losses + start, gradient: target)
        }
      }
      if let gradient {
        for place in 0..<count {
          add(gradients + place * parameterCount, to: gradient, count: parameterCount)
        }
      }
      first += count
    }
    var sum = 0.0
    for row in 0..<rows { sum += losses[row] }
    return reduction == .mean ? sum / Double(rows) : sum
  }
}

/// Adds one array to another.
@_specialize(where Scalar == Float)
@_specialize(where Scalar == Double)
private func add<Scalar: Real>(
  _ terms: UnsafePointer<Scalar>, to sums: UnsafeMutablePointer<Scalar>, count: Int
) {
  for index in 0..<count { sums[index] += terms[index] }
}
