import Scorewalk

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// NumPy's `.npy` format as this program writes it: version 1.0, little-endian float32 or float64, C order. Files of
/// others are read by ``NPYTable``.
package struct NPYFile: Sendable {
  package var shape: [Int]
  package var values: TensorValues

  package init(shape: [Int], values: TensorValues) {
    precondition(shape.reduce(1, *) == values.count, "\(values.count) numbers for shape \(shape)")
    self.shape = shape
    self.values = values
  }

  /// The header of a file; its length is a multiple of 64.
  package static func header(shape: [Int], precision: Precision) -> [UInt8] {
    let extents = NPYHeader.text(shape)
    let type = precision == .float32 ? "<f4" : "<f8"
    var text = "{'descr': '\(type)', 'fortran_order': False, 'shape': \(extents), }"
    let length = (10 + text.utf8.count + 1 + 63) / 64 * 64
    text += String(repeating: " ", count: length - 10 - text.utf8.count - 1) + "\n"
    let count = UInt16(text.utf8.count)
    return [0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(count & 255), UInt8(count >> 8)]
      + Array(text.utf8)
  }

  package func write(to path: String) throws(Failure) {
    var file = try OutputFile(creating: path)
    try file.append(Self.header(shape: shape, precision: values.precision))
    try file.append(values)
    try file.close(syncing: true)
  }

  /// Reads a file that this program wrote.
  package static func read(_ path: String) throws(Failure) -> NPYFile {
    let bytes = try FileSystem.read(path)
    func damaged(_ reason: String) -> Failure {
      Failure(
        .inputOutput, "the array '\(path)' is damaged", path: path, reason: reason,
        remedy: "check the run with `scorewalk verify`; run it again to compute the array anew")
    }
    let header: NPYHeader
    do throws(NPYHeader.Problem) {
      header = try NPYHeader(bytes)
    } catch {
      throw damaged("it \(error.reason)")
    }
    let precision: Precision = header.type.size == 4 ? .float32 : .float64
    guard header.type.kind == .float, header.type.size >= 4, !header.type.isBigEndian,
      !header.isFortranOrder
    else { throw damaged("its header says neither <f4 nor <f8 in C order") }
    let content = bytes.count - header.length
    guard
      let values = TensorValues(
        littleEndianBytes: bytes[header.length...], precision: precision),
      values.count == header.count
    else { throw damaged("\(content) bytes for shape \(header.shape)") }
    return NPYFile(shape: header.shape, values: values)
  }

  /// Draws at equal distances: `first`, `first` + `every`, …
  package struct Choice: Sendable {
    package var first: Int
    package var every: Int
    package var count: Int

    package init(first: Int, every: Int, count: Int) {
      (self.first, self.every, self.count) = (first, every, count)
    }
  }

  /// Appends some draws of a file `[chains, draws, dimension]` one after the other, `[chosen, chains, dimension]`: the
  /// way back from ``transposeDraws(from:to:chains:draws:dimension:precision:blockSize:)``.
  ///
  /// - Parameter pointBytes: the size of one point.
  package static func appendDraws(
    _ chosen: Choice, of source: String, chains: Int, draws: Int, pointBytes: Int,
    to file: inout OutputFile, blockSize: Int = 64 << 20
  ) throws(Failure) {
    let descriptor = open(source, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw FileSystem.failure("cannot read", source) }
    defer { close(descriptor) }
    let header = (FileSystem.size(source) ?? 0) - chains * draws * pointBytes
    guard header > 0, header.isMultiple(of: 64) else {
      throw Failure(
        .inputOutput, "the array '\(source)' is damaged", path: source,
        reason: "its size is not that of \(draws) draws of \(chains) chains")
    }
    // A block of the file is so many draws of every chain.
    let length = max(1, min(draws, blockSize / (chains * pointBytes)))
    let largest = min(chosen.count, (length - 1) / chosen.every + 1)
    let column = UnsafeMutableRawBufferPointer.allocate(
      byteCount: length * pointBytes, alignment: 16)
    let rows = UnsafeMutableRawBufferPointer.allocate(
      byteCount: max(largest, 1) * chains * pointBytes, alignment: 16)
    defer {
      column.deallocate()
      rows.deallocate()
    }
    for start in stride(from: 0, to: chosen.count, by: max(largest, 1)) {
      let count = min(largest, chosen.count - start)
      let first = chosen.first + start * chosen.every
      let bytes = ((count - 1) * chosen.every + 1) * pointBytes
      for chain in 0..<chains {
        let offset = header + (chain * draws + first) * pointBytes
        guard pread(descriptor, column.baseAddress, bytes, off_t(offset)) == bytes else {
          throw FileSystem.failure("cannot read", source)
        }
        for index in 0..<count {
          let from = index * chosen.every * pointBytes
          UnsafeMutableRawBufferPointer(
            rebasing: rows[((index * chains + chain) * pointBytes)...]
          ).copyMemory(
            from: UnsafeRawBufferPointer(rebasing: column[from..<(from + pointBytes)]))
        }
      }
      try file.append(
        raw: UnsafeRawBufferPointer(rebasing: rows[..<(count * chains * pointBytes)]))
    }
  }

  /// Makes `[chains, draws, dimension]` out of draws that were written one after the other,
  /// `[draws, chains, dimension]`, in blocks of at most `blockSize` bytes.
  package static func transposeDraws(
    from source: String, to path: String, chains: Int, draws: Int, dimension: Int,
    precision: Precision, blockSize: Int = 64 << 20
  ) throws(Failure) {
    let point = dimension * (precision == .float32 ? 4 : 8)
    let descriptor = open(source, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw FileSystem.failure("cannot read", source) }
    defer { close(descriptor) }
    var file = try OutputFile(creating: path)
    try file.append(header(shape: [chains, draws, dimension], precision: precision))
    let block = max(1, min(chains, blockSize / max(point * draws, 1)))
    // So many draws are read before their points are put in place: a chain's points then fill whole lines of the cache.
    let group = max(1, min(draws, 256 / point))
    let rows = UnsafeMutableRawBufferPointer.allocate(
      byteCount: group * block * point, alignment: 64)
    let columns = UnsafeMutableRawBufferPointer.allocate(
      byteCount: block * point * draws, alignment: 64)
    defer {
      rows.deallocate()
      columns.deallocate()
    }
    for first in stride(from: 0, to: chains, by: block) {
      let count = min(block, chains - first)
      for start in stride(from: 0, to: draws, by: group) {
        let height = min(group, draws - start)
        for draw in 0..<height {
          let offset = ((start + draw) * chains + first) * point
          let row = rows.baseAddress.map { $0 + draw * count * point }
          guard pread(descriptor, row, count * point, off_t(offset)) == count * point else {
            throw FileSystem.failure("cannot read", source)
          }
        }
        let place = UnsafeMutableRawBufferPointer(rebasing: columns[(start * point)...])
        switch point {
        case 4: transpose(rows, height, count, to: place, pitch: draws, as: UInt32.self)
        case 8: transpose(rows, height, count, to: place, pitch: draws, as: UInt64.self)
        default:
          for chain in 0..<count {
            for draw in 0..<height {
              let from = (draw * count + chain) * point
              UnsafeMutableRawBufferPointer(rebasing: place[((chain * draws + draw) * point)...])
                .copyMemory(from: UnsafeRawBufferPointer(rebasing: rows[from..<(from + point)]))
            }
          }
        }
      }
      try file.append(raw: UnsafeRawBufferPointer(rebasing: columns[..<(count * draws * point)]))
    }
    try file.close(syncing: true)
  }

  /// Element (row, column) of `[height, width]` becomes element (column, row) of `[width, pitch]`.
  private static func transpose<Element: BitwiseCopyable>(
    _ rows: UnsafeMutableRawBufferPointer, _ height: Int, _ width: Int,
    to columns: UnsafeMutableRawBufferPointer, pitch: Int, as _: Element.Type
  ) {
    let source = rows.bindMemory(to: Element.self)
    let target = columns.bindMemory(to: Element.self)
    guard let from = source.baseAddress, let to = target.baseAddress else { return }
    precondition(source.count >= height * width && target.count >= (width - 1) * pitch + height)
    for column in 0..<width {
      let line = to + column * pitch
      for row in 0..<height { line[row] = from[row * width + column] }
    }
  }
}
