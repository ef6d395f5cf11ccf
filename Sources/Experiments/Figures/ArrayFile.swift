import Scorewalk

/// A file of numbers in NumPy's format as this program writes it, read by pieces: a figure needs few of them at a time.
struct ArrayFile {
  let path: String
  let shape: [Int]
  private let precision: Precision
  /// Where the numbers begin.
  private let start: Int

  init(_ path: String) throws(Failure) {
    self.path = path
    func damaged(_ reason: String) -> Failure {
      Failure(
        .inputOutput, "the array '\(path)' is damaged", path: path, reason: reason,
        remedy: "check the run with `scorewalk verify`")
    }
    let header: NPYHeader
    // What this program writes has a header of a line.
    let bytes = try FileSystem.read(path, atMost: 4096)
    do throws(NPYHeader.Problem) {
      header = try NPYHeader(bytes)
    } catch {
      throw damaged("it \(error.reason)")
    }
    guard header.type.kind == .float, header.type.size >= 4, !header.type.isBigEndian,
      !header.isFortranOrder
    else { throw damaged("its header says neither <f4 nor <f8 in C order") }
    shape = header.shape
    precision = header.type.size == 4 ? .float32 : .float64
    start = header.length
    guard FileSystem.size(path) == start + header.count * header.type.size else {
      throw damaged("its size is not that of shape \(header.shape)")
    }
  }

  private var size: Int { precision == .float32 ? 4 : 8 }

  /// Numbers that stand one after the other.
  func values(_ first: Int, count: Int) throws(Failure) -> [Double] {
    let bytes = try FileSystem.read(path, from: start + first * size, atMost: count * size)
    guard let values = TensorValues(littleEndianBytes: bytes, precision: precision),
      values.count == count
    else {
      throw Failure(.inputOutput, "the array '\(path)' ended early", path: path)
    }
    return values.doubles
  }

  /// So many bytes are read at a time.
  private static let pieceSize = 4 << 20

  /// Groups of numbers, `[chosen, width]`: those at the given indices, ascending, counted in groups from a number on.
  func groups(_ indices: [Int], of width: Int, from first: Int = 0) throws(Failure) -> [Double] {
    let longest = max(1, Self.pieceSize / (width * size))
    var result: [Double] = []
    result.reserveCapacity(indices.count * width)
    var position = 0
    while position < indices.count {
      let low = indices[position]
      var end = position + 1
      while end < indices.count, indices[end] < low + longest { end += 1 }
      // Where there is much between them, one by one.
      if (indices[end - 1] - low) / 64 > end - position { end = position + 1 }
      let piece = try values(
        first + low * width, count: (indices[end - 1] - low + 1) * width)
      for index in indices[position..<end] {
        result += piece[((index - low) * width)..<((index - low + 1) * width)]
      }
      position = end
    }
    return result
  }

  /// No more indices than a limit, at about equal distances, the first and the last of so many among them.
  static func indices(of count: Int, atMost limit: Int) -> [Int] {
    guard count > limit else { return Array(0..<max(count, 0)) }
    return (0..<limit).map { limit == 1 ? count - 1 : $0 * (count - 1) / (limit - 1) }
  }
}

/// A file of samples, `[chains, draws, dimension]`.
struct SampleFile {
  let file: ArrayFile
  let chains: Int
  let draws: Int
  let dimension: Int

  init(_ path: String) throws(Failure) {
    file = try ArrayFile(path)
    guard file.shape.count == 3 else {
      throw Failure(
        .inputOutput, "the array '\(path)' is damaged", path: path,
        reason: "its shape is not [chains, draws, dimension]")
    }
    (chains, draws, dimension) = (file.shape[0], file.shape[1], file.shape[2])
    guard chains > 0, draws > 0, dimension > 0 else {
      throw Failure(.failed, "there is nothing in the array '\(path)'", path: path)
    }
  }

  /// How many points there are.
  var count: Int { chains * draws }

  /// So many points are read at a time: a mebibyte of numbers.
  var pieceLength: Int { max(1, (1 << 17) / dimension) }

  /// Hands over all points in order, in pieces of about a mebibyte: `[count, dimension]` row-major.
  func forEachPiece(_ body: ([Double]) -> Void) throws(Failure) {
    for first in stride(from: 0, to: count, by: pieceLength) {
      body(
        try file.values(first * dimension, count: min(pieceLength, count - first) * dimension))
    }
  }

  /// The points of a chain at some of its draws, `[chosen, dimension]`.
  func points(chain: Int, draws: [Int]) throws(Failure) -> [Double] {
    try file.groups(draws, of: dimension, from: chain * self.draws * dimension)
  }

  /// Points from everywhere in the file, no more than the limit: `[count, dimension]`.
  func thinned(atMost limit: Int) throws(Failure) -> [Double] {
    try file.groups(ArrayFile.indices(of: count, atMost: limit), of: dimension)
  }
}
