import Scorewalk

/// A few draws of a file of samples `[chains, draws, dimension]`, at even distances, the first and the last among them: no
/// more than 64 points, whatever the size of the file.
package struct FewDraws: Sendable {
  /// The shape of the whole.
  package let shape: [Int]
  /// Which chains and which draws of each, ascending.
  package let chains: [Int]
  package let draws: [Int]
  /// `[chosen chains, chosen draws, dimension]`.
  package let points: NPYFile

  /// Chooses from a whole file.
  ///
  /// - Throws: ``Failure`` `.inputOutput` where the file is no such array, or is cut short.
  /// - Complexity: reads the chosen points alone.
  package static func chosen(from path: String) throws(Failure) -> FewDraws {
    let header = try header(path)
    let draws = even(header.shape[1], atMost: 16)
    let chains = even(header.shape[0], atMost: 64 / max(1, draws.count))
    return try read(path, header, chains: chains, draws: draws)
  }

  /// The same chains and draws of another file; nil where its shape or precision is another.
  package func counterpart(in path: String) throws(Failure) -> FewDraws? {
    let header = try Self.header(path)
    guard header.shape == shape, header.type.size == (points.values.precision == .float32 ? 4 : 8)
    else { return nil }
    return try Self.read(path, header, chains: chains, draws: draws)
  }

  /// The first number that is not the same, and the largest distance between two; nil where all bits agree.
  package func difference(from other: FewDraws) -> (first: FileComparison, largest: Double)? {
    let (one, two) = (points.values.doubles, other.points.values.doubles)
    let differing = one.indices.filter { one[$0].bitPattern != two[$0].bitPattern }
    guard let index = differing.first else { return nil }
    let dimension = shape[2]
    let point = index / dimension
    let place = [chains[point / draws.count], draws[point % draws.count], index % dimension]
    func text(_ value: Double) -> String {
      points.values.precision == .float32 ? String(Float(value)) : String(value)
    }
    let largest = differing.map { (one[$0] - two[$0]).magnitude }.max { $0 < $1 || $0.isNaN } ?? 0
    return (
      FileComparison(
        place: "element [" + place.map(String.init).joined(separator: ", ") + "]",
        one: text(one[index]), other: text(two[index])),
      largest
    )
  }

  package init(shape: [Int], chains: [Int], draws: [Int], points: NPYFile) {
    self.shape = shape
    self.chains = chains
    self.draws = draws
    self.points = points
  }

  // MARK: - Reading

  private static func header(_ path: String) throws(Failure) -> NPYHeader {
    let bytes = try FileSystem.read(path, atMost: 1 << 14)
    let header: NPYHeader
    do throws(NPYHeader.Problem) {
      header = try NPYHeader(bytes)
    } catch {
      throw Failure(.inputOutput, "'\(path)' \(error.reason)", path: path)
    }
    guard header.shape.count == 3, header.type.kind == .float, header.type.size >= 4 else {
      throw Failure(
        .inputOutput, "'\(path)' is no file of samples", path: path,
        reason: "its shape is \(NPYHeader.text(header.shape))")
    }
    return header
  }

  private static func read(
    _ path: String, _ header: NPYHeader, chains: [Int], draws: [Int]
  ) throws(Failure) -> FewDraws {
    let (count, dimension, size) = (header.shape[1], header.shape[2], header.type.size)
    var bytes: [UInt8] = []
    for chain in chains {
      for draw in draws {
        let offset = header.length + (chain * count + draw) * dimension * size
        bytes += try FileSystem.read(path, from: offset, atMost: dimension * size)
      }
    }
    let shape = [chains.count, draws.count, dimension]
    guard
      let values = TensorValues(
        littleEndianBytes: bytes[...], precision: size == 4 ? .float32 : .float64),
      values.count == shape.reduce(1, *)
    else {
      throw Failure(.inputOutput, "'\(path)' is cut short", path: path)
    }
    return FewDraws(
      shape: header.shape, chains: chains, draws: draws,
      points: NPYFile(shape: shape, values: values))
  }

  /// No more than so many of `0..<count`, at even distances, with both ends.
  private static func even(_ count: Int, atMost limit: Int) -> [Int] {
    let chosen = min(count, limit)
    guard chosen > 1 else { return Array(0..<chosen) }
    return (0..<chosen).map { $0 * (count - 1) / (chosen - 1) }
  }
}
