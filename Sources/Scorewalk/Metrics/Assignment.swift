/// The assignment of n rows to n columns at the least sum of costs, exact.
///
/// Each row is added by a shortest path through those before it, under potentials that keep all costs nonnegative.
///
/// Source: Jonker and Volgenant, "A shortest augmenting path algorithm for dense and sparse linear assignment problems"
/// (1987), doi:10.1007/BF02278710, in the form of Crouse, "On implementing 2D rectangular assignment algorithms" (2016),
/// doi:10.1109/TAES.2016.140952.
package struct Assignment: Sendable {
  /// The column of each row.
  package let columns: [Int]

  /// - Parameters:
  ///   - costs: `[count, count]`, row after row, finite.
  /// - Complexity: O(n³) at worst; memory for the costs alone but for O(n).
  package init(costs: [Double], count: Int) {
    precondition(costs.count == count * count, "\(costs.count) costs for \(count) rows")
    var search = Search(count: count)
    costs.withUnsafeBufferPointer { costs in
      for row in 0..<count { search.add(row, costs) }
    }
    columns = search.columnOfRow
  }

  private struct Search {
    let count: Int
    var columnOfRow: [Int]
    private var rowOfColumn: [Int]
    private var rowPotentials: [Double]
    private var columnPotentials: [Double]
    /// The length of the shortest path to each column, and the row before it.
    private var lengths: [Double]
    private var rowBefore: [Int]
    private var remaining: [Int]
    /// Columns to which the shortest path is known, in their order.
    private var reached: [Int] = []

    init(count: Int) {
      self.count = count
      columnOfRow = [Int](repeating: -1, count: count)
      (rowOfColumn, rowBefore, remaining) = (columnOfRow, columnOfRow, columnOfRow)
      rowPotentials = [Double](repeating: 0, count: count)
      (columnPotentials, lengths) = (rowPotentials, rowPotentials)
    }

    mutating func add(_ newRow: Int, _ costs: UnsafeBufferPointer<Double>) {
      for column in 0..<count {
        lengths[column] = .infinity
        remaining[column] = column
      }
      reached.removeAll(keepingCapacity: true)
      var open = count
      var (row, length) = (newRow, 0.0)
      var end = -1
      while end < 0 {
        var (least, place) = (Double.infinity, 0)
        let offset = length - rowPotentials[row]
        for index in 0..<open {
          let column = remaining[index]
          let new = offset + costs[row * count + column] - columnPotentials[column]
          if new < lengths[column] {
            lengths[column] = new
            rowBefore[column] = row
          }
          // Of equal ones a free column ends the search.
          if lengths[column] < least || (lengths[column] == least && rowOfColumn[column] < 0) {
            (least, place) = (lengths[column], index)
          }
        }
        precondition(least < .infinity, "a cost is not finite")
        length = least
        let column = remaining[place]
        open -= 1
        remaining[place] = remaining[open]
        reached.append(column)
        if rowOfColumn[column] < 0 { end = column } else { row = rowOfColumn[column] }
      }
      rowPotentials[newRow] += length
      for column in reached where column != end {
        rowPotentials[rowOfColumn[column]] += length - lengths[column]
        columnPotentials[column] -= length - lengths[column]
      }
      // Along the path every row takes the column that the one behind it had.
      var column = end
      while true {
        let row = rowBefore[column]
        rowOfColumn[column] = row
        (columnOfRow[row], column) = (column, columnOfRow[row])
        if row == newRow { return }
      }
    }
  }
}

extension SampleSet {
  /// The Wasserstein-2 distance between two sets of equally many points in any dimension, exact:
  /// √(min over permutations π of the mean of |xᵢ − y_π(i)|²).
  ///
  /// - Returns: NaN where a sample is not finite.
  /// - Complexity: O(n³ + n² · dimension) and n² numbers of memory; on the line O(n log n).
  ///   ``representatives(atMost:)`` makes large sets small enough.
  public func wasserstein2(to other: SampleSet) -> Double {
    precondition(
      count == other.count && dimension == other.dimension,
      "\(count) points in \(dimension) dimensions beside \(other.count) in \(other.dimension)")
    guard isFinite && other.isFinite else { return .nan }
    if dimension == 1 {
      return EmpiricalDistribution(values).wasserstein2(
        against: EmpiricalDistribution(other.values))
    }
    var costs: [Double] = []
    costs.reserveCapacity(count * count)
    forEachRowOfSquares(to: other) { costs += $0 }
    guard costs.allSatisfy(\.isFinite) else { return .infinity }
    let columns = Assignment(costs: costs, count: count).columns
    var sum = CompensatedSum()
    for (row, column) in columns.enumerated() { sum.add(costs[row * count + column]) }
    return (sum.value / Double(count)).squareRoot()
  }
}
