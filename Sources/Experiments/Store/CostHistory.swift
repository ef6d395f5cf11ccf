#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// How long nodes took on this machine: `.store/costs.jsonl`, a line for each node that was computed.
///
/// It only serves estimates, and may be deleted.
package struct CostHistory: Sendable {
  /// How long a node took, or how long as much work as was looked at.
  package struct Entry: Codable, Sendable {
    package var sort: String
    package var amount: Double
    package var seconds: Double

    package init(sort: String, amount: Double, seconds: Double) {
      self.sort = sort
      self.amount = amount
      self.seconds = seconds
    }
  }

  /// From how many seconds to how many.
  package struct Range: Sendable, Equatable {
    package var low: Double
    package var high: Double

    package init(low: Double, high: Double) {
      self.low = low
      self.high = high
    }

    package static func + (left: Range, right: Range) -> Range {
      Range(low: left.low + right.low, high: left.high + right.high)
    }

    package static func * (range: Range, factor: Double) -> Range {
      Range(low: range.low * factor, high: range.high * factor)
    }
  }

  private var bySort: [String: [Entry]] = [:]

  /// How much of the file is read: the latest lines.
  private static let largestByteCount = 4 << 20
  /// How many of the nodes that are most alike make an estimate.
  private static let neighbours = 9

  /// What a node may cost whatever its work is: writing and syncing its files.
  private static let fixedSeconds = 0.005

  package init(_ entries: [Entry] = []) {
    for entry in entries { bySort[entry.sort, default: []].append(entry) }
  }

  /// What a store's directory has; nothing where there is no such file, or where lines cannot be read.
  package init(store: Store) {
    self.init()
    guard let bytes = try? FileSystem.read(Self.path(of: store)) else { return }
    let decoder = JSONDecoder()
    for line in bytes.suffix(Self.largestByteCount).split(separator: UInt8(ascii: "\n")) {
      if let entry = try? decoder.decode(Entry.self, from: Data(line)) {
        bySort[entry.sort, default: []].append(entry)
      }
    }
  }

  private static func path(of store: Store) -> String { store.path + "/costs.jsonl" }

  /// Writes down how long a node took. Where that cannot be written, estimates merely know less.
  package static func append(_ work: NodeWork, seconds: Double, to store: Store) {
    let line = JSONText.map([
      ("sort", .text(work.sort)), ("amount", .number(work.amount)), ("seconds", .number(seconds)),
    ])
    FileSystem.append(Array((line.compactText + "\n").utf8), to: path(of: store))
  }

  package mutating func add(_ entries: [Entry]) {
    for entry in entries { bySort[entry.sort, default: []].append(entry) }
  }

  /// Whether something of this sort was ever seen.
  package func knows(_ work: NodeWork) -> Bool { bySort[work.sort] != nil }

  /// From the nodes of the same sort whose work is most alike; nil where there are none.
  ///
  /// Time grows with the work, and does not shrink with it below what a node costs in any case.
  package func estimate(_ work: NodeWork) -> Range? {
    guard let entries = bySort[work.sort], !entries.isEmpty else { return nil }
    let ratios = entries.map { max(work.amount, 1) / max($0.amount, 1) }
    let nearest = entries.indices.sorted {
      (Self.distance(ratios[$0]), -$0) < (Self.distance(ratios[$1]), -$1)
    }.prefix(Self.neighbours)
    var range: Range?
    for index in nearest {
      let (ratio, seconds) = (ratios[index], entries[index].seconds)
      // The fewer, and the less alike, the wider.
      let slack = nearest.count < 3 ? 1.5 : 1.1
      let fixed = min(seconds, Self.fixedSeconds)
      let low = (ratio < 1 ? seconds * ratio : fixed + (seconds - fixed) * ratio) / slack
      let high = seconds * (ratio < 1 ? max(ratio, 0.5 * (1 + ratio)) : ratio) * slack
      range = Range(low: min(range?.low ?? low, low), high: max(range?.high ?? high, high))
    }
    return range
  }

  private static func distance(_ ratio: Double) -> Double { ratio < 1 ? 1 / ratio : ratio }
}
