/// The transition matrix of a Markov chain on grid points, row by row, each row only as far as it
/// reaches.
struct TransitionRows: Sendable {
  /// The first column of each row, `[rows]`.
  private(set) var first: [Int] = []
  /// Where each row begins in `values`, and where the last one ends, `[rows + 1]`.
  private(set) var start: [Int] = [0]
  private(set) var values: [Double] = []

  /// The number of grid points.
  var count: Int { first.count }

  /// Entries below this part of a row's largest are left out: far below what would show in a rare
  /// crossing of a barrier.
  private static let smallest = 1e-25

  /// Appends a row, made to sum to 1.
  private mutating func append(from column: Int, _ row: UnsafeBufferPointer<Double>) {
    var total = 0.0
    for value in row { total += value }
    first.append(column)
    for value in row { values.append(value / total) }
    start.append(values.count)
  }

  /// One step of x' = c(x) + noise · z.
  ///
  /// - Parameter centers: c at the grid points.
  init(centers: [Double], grid: LineGrid, noise: Double) {
    var row: [Double] = []
    for center in centers {
      let columns = grid.indices(within: Self.reach * noise, of: center)
      row.removeAll(keepingCapacity: true)
      for column in columns {
        let u = (grid.positions[column] - center) / noise
        let value = Double.exp(-0.5 * u * u)
        row.append(grid.isEquispaced ? value : value * grid.widths[column])
      }
      row.withUnsafeBufferPointer { append(from: columns.lowerBound, $0) }
    }
  }

  /// How far a row reaches, in deviations of the noise.
  static let reach = 10.0

  private init() {}

  /// μ P: the law after a step, in probabilities of grid points.
  func advanced(_ law: [Double]) -> [Double] {
    var next = [Double](repeating: 0, count: count)
    next.withUnsafeMutableBufferPointer { next in
      values.withUnsafeBufferPointer { values in
        for row in 0..<law.count where law[row] != 0 {
          let length = start[row + 1] - start[row]
          Self.add(
            law[row], values.baseAddress.map { $0 + start[row] },
            to: next.baseAddress.map { $0 + first[row] }, count: length)
        }
      }
    }
    return next
  }

  /// P², without what is too small to matter.
  ///
  /// - Complexity: O(entries · width).
  func squared() -> TransitionRows {
    var square = TransitionRows()
    square.first.reserveCapacity(count)
    var sum = [Double](repeating: 0, count: count)
    values.withUnsafeBufferPointer { values in
      sum.withUnsafeMutableBufferPointer { sum in
        for row in 0..<count {
          var low = count
          var high = 0
          for index in start[row]..<start[row + 1] {
            let column = first[row] + index - start[row]
            let length = start[column + 1] - start[column]
            low = min(low, first[column])
            high = max(high, first[column] + length)
            Self.add(
              values[index], values.baseAddress.map { $0 + start[column] },
              to: sum.baseAddress.map { $0 + first[column] }, count: length)
          }
          var largest = 0.0
          for column in low..<high { largest = max(largest, sum[column]) }
          var (left, right) = (low, high)
          while left + 1 < right, sum[left] < Self.smallest * largest { left += 1 }
          while right - 1 > left, sum[right - 1] < Self.smallest * largest { right -= 1 }
          square.append(from: left, UnsafeBufferPointer(rebasing: sum[left..<right]))
          for column in low..<high { sum[column] = 0 }
        }
      }
    }
    return square
  }

  /// The same chain on every second grid point; right where its kernel is smooth at their distance.
  func thinned() -> TransitionRows {
    var thin = TransitionRows()
    var entries: [Double] = []
    for row in stride(from: 0, to: count, by: 2) {
      let skipped = first[row] & 1
      entries.removeAll(keepingCapacity: true)
      for index in stride(from: start[row] + skipped, to: start[row + 1], by: 2) {
        entries.append(values[index])
      }
      entries.withUnsafeBufferPointer { thin.append(from: (first[row] + skipped) / 2, $0) }
    }
    return thin
  }

  /// How far rows within a range reach to the left and to the right.
  func reach(in range: Range<Int>) -> (left: Int, right: Int) {
    var left = 1
    var right = 1
    for row in range {
      left = max(left, row - max(first[row], range.lowerBound))
      let last = first[row] + start[row + 1] - start[row] - 1
      right = max(right, min(last, range.upperBound - 1) - row)
    }
    return (left, right)
  }

  /// The chain that never leaves a range of grid points.
  func restricted(to range: Range<Int>) -> BandedChain {
    let (left, right) = reach(in: range)
    let width = left + right + 1
    var probabilities = [Double](repeating: 0, count: range.count * width)
    for row in range {
      let base = (row - range.lowerBound) * width - row + left
      var total = 0.0
      for index in start[row]..<start[row + 1] {
        let column = first[row] + index - start[row]
        guard range.contains(column) else { continue }
        probabilities[base + column] = values[index]
        total += values[index]
      }
      for index in 0..<width { probabilities[base + row - left + index] /= total }
    }
    return BandedChain(count: range.count, left: left, right: right, probabilities: probabilities)
  }

  /// y ← y + a x.
  @inline(__always)
  private static func add(
    _ factor: Double, _ x: UnsafePointer<Double>?, to y: UnsafeMutablePointer<Double>?, count: Int
  ) {
    guard let x, let y else { return }
    for index in 0..<count { y[index] += factor * x[index] }
  }
}
