internal import CKernels

/// One stream of a counter-based generator: every number is a function of the key and of what it
/// is for. Nothing is mutable, so nothing depends on order, threads or on how much is drawn.
///
/// Philox 4x32-10 (Salmon, Moraes, Dror and Shaw 2011, doi:10.1145/2063384.2063405).
///
/// | word | field |
/// |---|---|
/// | key 0, key 1 | low and high half of ``key`` |
/// | c0 | column (coordinate) |
/// | c1 | row group: the row itself for raw blocks and indices, row / 4 in float32, row / 2 in float64 |
/// | c2 | low 32 bits of the step |
/// | c3 | purpose in the top 8 bits, then bits 32..<56 of the step |
///
/// In float32 element (row, column) is lane `row & 3` of its block, in float64 lane `row & 1`.
/// So a window of rows holds the same numbers whatever else is drawn. Float32 and float64 numbers
/// of one element are different draws.
public struct RandomStream: Sendable, Hashable {
  /// The key: all of the stream's identity.
  public var key: UInt64

  /// The stream of a key.
  public init(key: UInt64) { self.key = key }

  /// The raw 128 bits at counter (c0 = column, c1 = row).
  public func block(
    _ purpose: RandomPurpose, step: UInt64, row: UInt32, column: UInt32
  ) -> SIMD4<UInt32> {
    let counter = [column, row, Self.lowStep(step), Self.tag(purpose, step)]
    let words = [UInt32(truncatingIfNeeded: key), UInt32(truncatingIfNeeded: key >> 32)]
    var result: [UInt32] = [0, 0, 0, 0]
    sw_philox_4x32_10(counter, words, &result)
    return SIMD4(result)
  }

  /// Fills a matrix with independent standard normal numbers (Box and Muller 1958).
  ///
  /// Element (row, column) goes to feature `column - columns.lowerBound`, row
  /// `row - rows.lowerBound`. All are finite: |z| < 6.8 in float32, < 8.6 in float64.
  ///
  /// - Parameters:
  ///   - step: less than 2⁵⁶.
  ///   - rows, columns: each below 2³².
  ///   - matrix: at least `columns.count` features of `rows.count` rows.
  /// - Complexity: O(rows × columns); allocates nothing.
  @_specialize(where S == Float)
  @_specialize(where S == Double)
  public func normals<S: Real>(
    _ purpose: RandomPurpose, step: UInt64, rows: Range<Int>, columns: Range<Int>,
    into matrix: Matrix<S>
  ) {
    let kernels = S.kernels(.selected)
    guard rows.count == 1, columns.count > 1 else {
      return forEachColumn(purpose, step, rows, columns, matrix) { column, c2, c3, target in
        kernels.normals(key, column, c2, c3, UInt64(rows.lowerBound), rows.count, target)
      }
    }
    // Of one chain, columns go into the lanes: a vector for each of them would hold one number.
    check(step, rows, columns, matrix)
    kernels.normalsRow(
      key, UInt32(columns.lowerBound), columns.count, Self.lowStep(step), Self.tag(purpose, step),
      UInt64(rows.lowerBound), matrix.pointer, matrix.stride)
  }

  /// Fills a matrix with independent uniform numbers in [0, 1), multiples of 2⁻²⁴ in float32 and
  /// of 2⁻⁵³ in float64; laid out as ``normals(_:step:rows:columns:into:)``.
  @_specialize(where S == Float)
  @_specialize(where S == Double)
  public func uniforms<S: Real>(
    _ purpose: RandomPurpose, step: UInt64, rows: Range<Int>, columns: Range<Int>,
    into matrix: Matrix<S>
  ) {
    let kernels = S.kernels(.selected)
    forEachColumn(purpose, step, rows, columns, matrix) { column, c2, c3, target in
      kernels.uniforms(key, column, c2, c3, UInt64(rows.lowerBound), rows.count, target)
    }
  }

  /// One standard normal number, the same that a float64 matrix has at this row and column.
  public func normal(_ purpose: RandomPurpose, step: UInt64, row: Int, column: Int) -> Double {
    Self.check(step, row..<row + 1, column..<column + 1)
    var value = 0.0
    Double.kernels(.selected).normals(
      key, UInt32(column), Self.lowStep(step), Self.tag(purpose, step), UInt64(row), 1, &value)
    return value
  }

  /// One uniform number in [0, 1), the same that a float64 matrix has at this row and column.
  public func uniform(_ purpose: RandomPurpose, step: UInt64, row: Int, column: Int) -> Double {
    Self.check(step, row..<row + 1, column..<column + 1)
    var value = 0.0
    Double.kernels(.selected).uniforms(
      key, UInt32(column), Self.lowStep(step), Self.tag(purpose, step), UInt64(row), 1, &value)
    return value
  }

  /// An index in `0..<n`: ⌊n w / 2⁶⁴⌋ for 64 random bits w, each probability within 2⁻⁶⁴ of 1/n.
  public func index(
    below n: Int, _ purpose: RandomPurpose, step: UInt64, row: Int, column: Int
  ) -> Int {
    precondition(n >= 1, "an index below \(n)")
    Self.check(step, row..<row + 1, column..<column + 1)
    let words = block(purpose, step: step, row: UInt32(row), column: UInt32(column))
    let bits = UInt64(words[1]) << 32 | UInt64(words[0])
    return Int(bits.multipliedFullWidth(by: UInt64(n)).high)
  }

  /// Calls `body` with the other words of each column's counter, and where the column goes.
  @inline(__always)
  private func forEachColumn<S: Real>(
    _ purpose: RandomPurpose, _ step: UInt64, _ rows: Range<Int>, _ columns: Range<Int>,
    _ matrix: Matrix<S>,
    _ body: (_ column: UInt32, _ c2: UInt32, _ c3: UInt32, UnsafeMutablePointer<S>) -> Void
  ) {
    check(step, rows, columns, matrix)
    for column in columns {
      body(
        UInt32(column), Self.lowStep(step), Self.tag(purpose, step),
        matrix.pointer + (column - columns.lowerBound) * matrix.stride)
    }
  }

  /// The words of the counter that are the same for all elements, at the first of some steps; the
  /// words of the steps after it follow as one number with `c2` below.
  func counter(
    _ purpose: RandomPurpose, steps: ClosedRange<Int>, rows: Range<Int>, columns: Range<Int>
  ) -> (c2: UInt32, c3: UInt32) {
    let first = UInt64(steps.lowerBound)
    Self.check(first, rows, columns)
    Self.check(UInt64(steps.upperBound), rows, columns)
    return (Self.lowStep(first), Self.tag(purpose, first))
  }

  private func check<S: Real>(
    _ step: UInt64, _ rows: Range<Int>, _ columns: Range<Int>, _ matrix: Matrix<S>
  ) {
    Self.check(step, rows, columns)
    precondition(
      columns.count <= matrix.features && rows.count <= matrix.rows,
      "\(columns.count) columns of \(rows.count) rows into a matrix of "
        + "\(matrix.features) features, \(matrix.rows) rows")
  }

  private static func check(_ step: UInt64, _ rows: Range<Int>, _ columns: Range<Int>) {
    precondition(
      step < 1 << 56 && rows.lowerBound >= 0 && rows.upperBound <= 1 << 32
        && columns.lowerBound >= 0 && columns.upperBound <= 1 << 32,
      "the counter holds no step \(step), rows \(rows), columns \(columns)")
  }

  private static func lowStep(_ step: UInt64) -> UInt32 { UInt32(truncatingIfNeeded: step) }

  private static func tag(_ purpose: RandomPurpose, _ step: UInt64) -> UInt32 {
    purpose.rawValue << 24 | UInt32(truncatingIfNeeded: step >> 32) & 0xff_ffff
  }
}
