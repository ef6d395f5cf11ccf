import Scorewalk

/// The last losses of a training, as many as its mean loss is taken over.
struct LossTrace {
  private let length: Int
  /// Once it is full, a ring that begins with the oldest, at `start`.
  private var values: [Double] = []
  private var start = 0

  /// - Parameter length: how many losses are remembered, at least 1.
  init(length: Int) {
    precondition(length >= 1, "a trace of \(length) losses")
    self.length = length
  }

  mutating func append(_ loss: Double) {
    if values.count < length {
      values.append(loss)
    } else {
      values[start] = loss
      start = (start + 1) % length
    }
  }

  mutating func append(contentsOf losses: [Double]) {
    for loss in losses { append(loss) }
  }

  /// How many there are.
  var count: Int { values.count }

  /// The newest; NaN where there is none.
  var last: Double {
    values.isEmpty ? .nan : values[(start + values.count - 1) % values.count]
  }

  /// Their mean, summed from the oldest on; NaN where there is none.
  var mean: Double { ordered.reduce(0, +) / Double(count) }

  /// The losses as a state holds them, oldest first.
  var record: TensorRecord {
    TensorRecord(NamedTensor(name: "losses", shape: [count], values: .float64(ordered)))
  }

  private var ordered: [Double] { Array(values[start...] + values[..<start]) }
}
