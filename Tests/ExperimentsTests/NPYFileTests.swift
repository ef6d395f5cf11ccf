import Experiments
import Scorewalk
import Testing

@Suite("NumPy files")
struct NPYFileTests {
  /// The bytes of `numpy.save`: magic, version, length, a dictionary padded to 64.
  @Test(arguments: [
    ([3], Precision.float64, "{'descr': '<f8', 'fortran_order': False, 'shape': (3,), }"),
    ([2, 5, 1], .float32, "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 5, 1), }"),
    ([0], .float32, "{'descr': '<f4', 'fortran_order': False, 'shape': (0,), }"),
    ([], .float64, "{'descr': '<f8', 'fortran_order': False, 'shape': (), }"),
  ])
  func header(shape: [Int], precision: Precision, text: String) {
    let bytes = NPYFile.header(shape: shape, precision: precision)
    let padding = String(repeating: " ", count: 117 - text.utf8.count)
    #expect(bytes.count == 128)
    #expect(Array(bytes.prefix(10)) == [0x93, 0x4E, 0x55, 0x4D, 0x50, 0x59, 1, 0, 118, 0])
    #expect(String(decoding: bytes.dropFirst(10), as: UTF8.self) == text + padding + "\n")
  }

  @Test func longHeader() {
    let shape = [Int](repeating: 1_000_000, count: 12)
    let bytes = NPYFile.header(shape: shape, precision: .float64)
    #expect(bytes.count.isMultiple(of: 64))
    #expect(Int(bytes[8]) + Int(bytes[9]) << 8 == bytes.count - 10)
  }

  @Test func roundTrip() throws {
    let directory = try TemporaryDirectory()
    let path = directory.path + "/a.npy"
    for values: TensorValues in [
      .float32([1, -0.0, .nan, .infinity, 5e-45, 0]),
      .float64([1, -0.0, .nan, .infinity, 5e-324, 0]),
    ] {
      let file = NPYFile(shape: [2, 3], values: values)
      try file.write(to: path)
      let read = try NPYFile.read(path)
      #expect(read.shape == [2, 3])
      #expect(read.values.littleEndianBytes == values.littleEndianBytes)
      #expect(read.values.precision == values.precision)
    }
  }

  @Test func damagedFiles() throws {
    let directory = try TemporaryDirectory()
    let path = directory.path + "/a.npy"
    let whole = NPYFile.header(shape: [2], precision: .float64) + [UInt8](repeating: 0, count: 16)
    try FileSystem.write(whole, to: path)
    _ = try NPYFile.read(path)
    var wrong = whole
    wrong[0] = 0
    var untyped = whole
    untyped[22] = UInt8(ascii: "i")
    let cases = [
      [], Array(whole.prefix(5)), Array(whole.prefix(60)), Array(whole.dropLast()),
      Array(whole.dropLast(8)), whole + [0], wrong, untyped,
    ]
    for bytes in cases {
      try FileSystem.write(bytes, to: path)
      #expect(throws: Failure.self) { _ = try NPYFile.read(path) }
    }
    // A header that claims more than a machine word can count.
    let text = "{'descr': '<f8', 'fortran_order': False, 'shape': (4294967296, 4294967296, 4), }\n"
    try FileSystem.write(
      [0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(text.utf8.count), 0] + Array(text.utf8), to: path)
    #expect(throws: Failure.self) { _ = try NPYFile.read(path) }
  }

  /// Draws that lie one after the other, brought into the order of chains; in one block and in several.
  @Test(arguments: [
    (chains: 1, draws: 1, dimension: 1), (chains: 3, draws: 5, dimension: 2),
    (chains: 7, draws: 1, dimension: 3), (chains: 11, draws: 50, dimension: 4),
  ])
  func transposition(chains: Int, draws: Int, dimension: Int) throws {
    let directory = try TemporaryDirectory()
    let (source, target) = (directory.path + "/draws", directory.path + "/a.npy")
    let count = chains * draws * dimension
    // The number at [draw, chain, coordinate] is its own index.
    let values = (0..<count).map { Float($0) }
    try values.withUnsafeBytes { bytes in try FileSystem.write(Array(bytes), to: source) }
    try NPYFile.transposeDraws(
      from: source, to: target, chains: chains, draws: draws, dimension: dimension,
      precision: .float32, blockSize: 3 * 50 * 4 * 4)
    let file = try NPYFile.read(target)
    #expect(file.shape == [chains, draws, dimension])
    guard case .float32(let found) = file.values else {
      Issue.record("not float32")
      return
    }
    var wrong = 0
    for chain in 0..<chains {
      for draw in 0..<draws {
        for coordinate in 0..<dimension {
          let expected = values[(draw * chains + chain) * dimension + coordinate]
          if found[(chain * draws + draw) * dimension + coordinate] != expected { wrong += 1 }
        }
      }
    }
    #expect(wrong == 0)
  }

  @Test func transpositionOfTooLittle() throws {
    let directory = try TemporaryDirectory()
    try FileSystem.write([UInt8](repeating: 0, count: 12), to: directory.path + "/draws")
    #expect(throws: Failure.self) {
      try NPYFile.transposeDraws(
        from: directory.path + "/draws", to: directory.path + "/a.npy", chains: 2, draws: 2,
        dimension: 1, precision: .float32)
    }
  }

  /// The way back from a transposition, in blocks of any size.
  @Test(arguments: [8, 100, 1 << 20])
  func drawsAreTakenOutAgain(blockSize: Int) throws {
    let directory = try TemporaryDirectory()
    let (chains, draws, dimension) = (5, 17, 2)
    let values = (0..<(chains * draws * dimension)).map { Double($0) }
    let path = directory.path + "/samples.npy"
    try NPYFile(shape: [chains, draws, dimension], values: .float64(values)).write(to: path)
    for (first, every, count) in [(0, 1, 1), (16, 1, 1), (0, 16, 2), (3, 4, 4), (0, 1, 17)] {
      let chosen = NPYFile.Choice(first: first, every: every, count: count)
      let target = directory.path + "/draws"
      var file = try OutputFile(creating: target)
      try NPYFile.appendDraws(
        chosen, of: path, chains: chains, draws: draws, pointBytes: 8 * dimension, to: &file,
        blockSize: blockSize)
      try file.close(syncing: false)
      let expected = (0..<count).flatMap { index -> [Double] in
        let draw = first + index * every
        return (0..<chains).flatMap { chain -> [Double] in
          (0..<dimension).map { values[(chain * draws + draw) * dimension + $0] }
        }
      }
      let found = TensorValues(
        littleEndianBytes: try FileSystem.read(target), precision: .float64)
      #expect(found == .float64(expected))
    }
    var file = try OutputFile(creating: directory.path + "/wrong")
    #expect(throws: Failure.self) {
      try NPYFile.appendDraws(
        .init(first: 0, every: 1, count: 1), of: path, chains: chains, draws: draws + 1,
        pointBytes: 8 * dimension, to: &file)
    }
  }
}
