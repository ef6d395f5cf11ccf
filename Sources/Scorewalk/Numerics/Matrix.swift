/// A batch of rows, stored feature by feature so that rows lie in the lanes of vectors.
///
/// Element (feature f, row r) is at `f * stride + r`; `stride` is `rows` rounded up to a multiple
/// of 8. Rows past the last are scratch of the kernels: they start as zeros, and nothing reads them.
/// A reference to memory it owns, 64-byte aligned: whoever shares one across threads
/// keeps to disjoint rows.
public final class Matrix<Scalar: Real>: @unchecked Sendable {
  /// The number of features, at least 1.
  public let features: Int
  /// The number of rows, at least 1.
  public let rows: Int
  /// The distance from one feature to the next, in elements.
  public let stride: Int
  /// The first element; `features * stride` of them.
  public let pointer: UnsafeMutablePointer<Scalar>

  /// A matrix of zeros.
  public init(features: Int, rows: Int) {
    precondition(features >= 1 && rows >= 1, "a matrix of \(features) features, \(rows) rows")
    self.features = features
    self.rows = rows
    stride = Self.stride(rows: rows)
    pointer = allocateAligned(count: features * stride)
  }

  deinit { UnsafeMutableRawPointer(pointer).deallocate() }

  /// `rows` rounded up to a multiple of 8.
  public static func stride(rows: Int) -> Int { (rows + 7) / 8 * 8 }

  /// The element of one feature and one row.
  public subscript(feature: Int, row: Int) -> Scalar {
    get {
      check(feature, row)
      return pointer[feature * stride + row]
    }
    set {
      check(feature, row)
      pointer[feature * stride + row] = newValue
    }
  }

  private func check(_ feature: Int, _ row: Int) {
    precondition(
      feature >= 0 && feature < features && row >= 0 && row < rows,
      "element (\(feature), \(row)) of a matrix of \(features) features, \(rows) rows")
  }
}

/// `count` zeros, 64-byte aligned; freed by `UnsafeMutableRawPointer.deallocate`.
func allocateAligned<Scalar: Real>(count: Int) -> UnsafeMutablePointer<Scalar> {
  let memory = UnsafeMutableRawPointer.allocate(
    byteCount: max(count, 1) * MemoryLayout<Scalar>.stride, alignment: 64)
  let pointer = memory.bindMemory(to: Scalar.self, capacity: max(count, 1))
  pointer.initialize(repeating: 0, count: max(count, 1))
  return pointer
}
