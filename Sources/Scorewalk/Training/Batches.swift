/// Where the batches of a training come from: a pure function of the step, so that nothing of it
/// needs to be saved.
public enum Batches: Sendable {
  /// Fresh draws from a law at every step: batch t is the law's rows 0 ..< size at step t of the
  /// training's stream.
  case law(Law, size: Int)
  /// A fixed set of points, in a new order every epoch.
  case points(PointSet)

  /// A fixed set of points and how batches are cut from it.
  ///
  /// Epoch e (from 0) takes the points in the order of a Fisher–Yates shuffle with numbers from
  /// elements (0, i) of the stream's `shuffle` at step e; its batches are cut from that order one
  /// after the other. A batch of all points keeps their order and is never shuffled.
  public struct PointSet: Sendable, Hashable {
    /// The points, `[count, dimension]` row-major.
    public var values: [Double]
    /// How many coordinates a point has.
    public var dimension: Int
    /// How many points a batch has; nil means all.
    public var batchSize: Int?
    /// What happens to a last batch that is not full.
    public var lastBatch: LastBatch

    /// Makes a set.
    public init(
      values: [Double], dimension: Int, batchSize: Int?, lastBatch: LastBatch = .keep
    ) {
      self.values = values
      self.dimension = dimension
      self.batchSize = batchSize
      self.lastBatch = lastBatch
    }

    /// How many points there are.
    public var count: Int { values.count / dimension }
    /// How many batches an epoch has.
    public var batchesPerEpoch: Int {
      guard let batchSize else { return 1 }
      return lastBatch == .keep ? (count + batchSize - 1) / batchSize : count / batchSize
    }
  }

  /// What happens to the last batch of an epoch where it is not full.
  public enum LastBatch: String, Sendable, Hashable, CaseIterable {
    /// It is used as it is.
    case keep
    /// It is left out; which points that are changes from epoch to epoch.
    case drop
  }

  /// How many coordinates a point has.
  public var dimension: Int {
    switch self {
    case .law(let law, _): law.dimension
    case .points(let set): set.dimension
    }
  }

  /// How many rows the largest batch has.
  public var largestBatch: Int {
    switch self {
    case .law(_, let size): size
    case .points(let set): min(set.batchSize ?? set.count, set.count)
    }
  }

  /// How many steps so many epochs are; nil for a law, which has no epochs.
  public func steps(epochs: Int) -> Int? {
    switch self {
    case .law: nil
    case .points(let set): epochs * set.batchesPerEpoch
    }
  }

  /// Finds empty batches and sets.
  ///
  /// - Throws: ``RunError`` `.invalidConfiguration`.
  public func validate() throws(RunError) {
    switch self {
    case .law(_, let size):
      guard size >= 1 else { throw .invalid("batch_size must be at least 1, is \(size)") }
    case .points(let set):
      guard set.dimension >= 1, !set.values.isEmpty, set.values.count.isMultiple(of: set.dimension)
      else {
        throw .invalid(
          "\(set.values.count) numbers do not make points of \(set.dimension) coordinates")
      }
      guard (set.batchSize ?? 1) >= 1 else {
        throw .invalid("batch_size must be at least 1, is \(set.batchSize ?? 1)")
      }
      guard set.batchesPerEpoch >= 1 else {
        throw .invalid(
          "batch_size \(set.batchSize ?? 1) is more than the \(set.count) points, and last_batch "
            + "is drop: no batch is left",
          hint: "set last_batch to keep, or batch_size to all")
      }
      guard set.values.allSatisfy(\.isFinite) else { throw .invalid("a point is not finite") }
    }
  }
}

/// Writes the batches of a training, in memory that it owns.
package struct BatchReader<Scalar: Real> {
  private let batches: Batches
  private let stream: RandomStream
  /// The points in `Scalar`, row-major; empty for a law.
  private let points: [Scalar]
  /// The order of the epoch in `epoch`.
  private var order: [Int]
  private var epoch: Int?
  /// What drawing from the law needs.
  private let scratch: DrawScratch?
  /// The batch, `[dimension, largestBatch]`.
  package let batch: Matrix<Scalar>

  package init(_ batches: Batches, stream: RandomStream) {
    self.batches = batches
    self.stream = stream
    batch = Matrix(features: batches.dimension, rows: batches.largestBatch)
    switch batches {
    case .law(let law, _):
      points = []
      order = []
      scratch = DrawScratch(law)
    case .points(let set):
      scratch = nil
      points = set.values.map { Scalar($0) }
      order = Array(0..<set.count)
    }
  }

  /// Makes ``batch`` the batch of a step, from 1, and returns how many rows it has.
  package mutating func read(step: Int) -> Int {
    switch batches {
    case .law(let law, let size):
      if let scratch {
        law.sample(
          rows: 0..<size, step: UInt64(step), stream: stream, into: batch, scratch: scratch)
      }
      return size
    case .points(let set):
      let (epoch, index) = (step - 1).quotientAndRemainder(dividingBy: set.batchesPerEpoch)
      if set.batchSize != nil && self.epoch != epoch { shuffle(epoch: epoch) }
      let size = set.batchSize ?? set.count
      let rows = min(size, set.count - index * size)
      for coordinate in 0..<set.dimension {
        let target = batch.pointer + coordinate * batch.stride
        for row in 0..<rows {
          target[row] = points[order[index * size + row] * set.dimension + coordinate]
        }
      }
      return rows
    }
  }

  private mutating func shuffle(epoch: Int) {
    for i in order.indices { order[i] = i }
    for i in order.indices.dropLast() {
      let offset = stream.index(
        below: order.count - i, .shuffle, step: UInt64(epoch), row: 0, column: i)
      order.swapAt(i, i + offset)
    }
    self.epoch = epoch
  }
}
