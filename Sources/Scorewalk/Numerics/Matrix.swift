#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#endif

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

  deinit { deallocateAligned(pointer) }

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

/// `count` zeros, 64-byte aligned; freed by ``deallocateAligned(_:)``.
///
/// What is never touched takes no memory, as most of a workspace that nobody records in.
func allocateAligned<Scalar: Real>(count: Int) -> UnsafeMutablePointer<Scalar> {
  let count = max(count, 1)
  let (alignment, size) = (64, count * MemoryLayout<Scalar>.stride)
  guard let base = calloc(1, size + alignment) else {
    fatalError("no memory for \(size) bytes")
  }
  // Where the memory begins stands before it; calloc aligns to 16 bytes, so that there is room.
  let offset = alignment - Int(bitPattern: base) % alignment
  let memory = base + offset
  memory.storeBytes(
    of: base, toByteOffset: -MemoryLayout.size(ofValue: base), as: UnsafeMutableRawPointer.self)
  return memory.bindMemory(to: Scalar.self, capacity: count)
}

/// Gives back what ``allocateAligned(count:)`` made.
func deallocateAligned<Scalar: Real>(_ pointer: UnsafeMutablePointer<Scalar>) {
  let size = MemoryLayout<UnsafeMutableRawPointer>.size
  free(
    UnsafeMutableRawPointer(pointer).load(fromByteOffset: -size, as: UnsafeMutableRawPointer.self))
}
