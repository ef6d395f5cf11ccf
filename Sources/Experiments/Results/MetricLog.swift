/// The metrics of a node as they were logged: `metrics/<node>.jsonl`, a line for each value, the final ones among them.
package enum MetricLog {
  /// One value.
  package struct Entry: Sendable, Equatable {
    package var step: Int
    package var name: String
    package var value: Double
  }

  /// Hands over the values of a file in their order.
  ///
  /// - Throws: ``Failure`` `.inputOutput` where a line is none that a run writes, with its number.
  /// - Complexity: linear in the bytes; holds a piece of the file at a time.
  package static func read(
    _ path: String, _ body: (Entry) throws(Failure) -> Void
  ) throws(Failure) {
    var rest: [UInt8] = []
    var number = 0
    func take(_ line: ArraySlice<UInt8>) throws(Failure) {
      number += 1
      guard let entry = entry(Array(line)) else {
        throw Failure(
          .inputOutput, "'\(path)' is damaged", path: path, reason: "line \(number) is no metric",
          remedy: "`scorewalk verify` names what has changed")
      }
      try body(entry)
    }
    try FileSystem.readPieces(path) { (piece) throws(Failure) in
      rest.append(contentsOf: piece)
      var start = 0
      while let end = rest[start...].firstIndex(of: UInt8(ascii: "\n")) {
        try take(rest[start..<end])
        start = end + 1
      }
      rest.removeFirst(start)
    }
    if !rest.isEmpty { try take(rest[...]) }
  }

  /// Reads a line; nil where it is none that a run writes.
  private static func entry(_ line: [UInt8]) -> Entry? {
    var (step, name, value) = (Int?.none, String?.none, Double?.none)
    do throws(JSONSkimmer.Problem) {
      try JSONSkimmer.members(of: line) { (member, field) throws(JSONSkimmer.Problem) in
        switch member {
        case "step": step = Int(exactly: try field.number())
        case "name": name = try field.text()
        case "value": value = try field.number()
        default: try field.skip()
        }
      }
    } catch {
      return nil
    }
    guard let step, let name, let value else { return nil }
    return Entry(step: step, name: name, value: value)
  }
}
