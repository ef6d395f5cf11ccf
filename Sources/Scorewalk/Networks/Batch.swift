internal import CKernels

/// Where the elements of a batch lie: (feature f, row r) at
/// `pointer[f * feature + r / 16 * tile + r % 16]`.
///
/// A ``Matrix`` is feature-major throughout. What only a network sees lies in tiles of 16 rows, each
/// `[features, 16]`, so that a tile passes through all layers within the first cache; a batch of at
/// most 8 rows is one tile of 8.
struct Batch<S: Real> {
  let pointer: UnsafeMutablePointer<S>
  let feature: Int
  let tile: Int

  /// The rows of a tile.
  static var tileRows: Int { Int(SW_TILE_ROWS) }

  private init(pointer: UnsafeMutablePointer<S>, feature: Int, tile: Int) {
    self.pointer = pointer
    self.feature = feature
    self.tile = tile
  }

  init(_ matrix: Matrix<S>) {
    pointer = matrix.pointer
    feature = matrix.stride
    tile = Self.tileRows
  }

  /// A network's own memory.
  init(_ pointer: UnsafeMutablePointer<S>, features: Int, rows: Int) {
    self.pointer = pointer
    feature = rows <= 8 ? 8 : Self.tileRows
    tile = features * feature
  }

  /// How many elements a network's own memory of some rows has.
  static func count(features: Int, rows: Int) -> Int {
    features * (rows <= 8 ? 8 : (rows + tileRows - 1) / tileRows * tileRows)
  }

  /// The elements from a row on that begins a tile.
  @inline(__always)
  func from(_ row: Int) -> UnsafeMutablePointer<S> { pointer + row / Self.tileRows * tile }

  /// The rows from one on that begins a tile.
  @inline(__always)
  func starting(at row: Int) -> Batch {
    Batch(pointer: from(row), feature: feature, tile: tile)
  }

  /// Where some features of some tiles lie in a network's own memory: all features of them, or some of one tile.
  @inline(__always)
  func stretch(rows: Range<Int>, features: Range<Int>, of all: Int) -> (offset: Int, count: Int) {
    let offset = rows.lowerBound / Self.tileRows * tile + features.lowerBound * feature
    let tiles = (rows.count + feature - 1) / feature
    return (offset, features.count == all ? tiles * tile : features.count * feature)
  }

  @inline(__always)
  func gatherRow(into vector: UnsafeMutablePointer<S>, count: Int) {
    for index in 0..<count { vector[index] = pointer[index * feature] }
  }

  @inline(__always)
  func scatterRow(from vector: UnsafeMutablePointer<S>, count: Int) {
    for index in 0..<count { pointer[index * feature] = vector[index] }
  }
}
