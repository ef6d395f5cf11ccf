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
    /// The machine; nil in lines of earlier versions.
    package var host: String?
    /// How many nodes ran at a time.
    package var jobs: Int?

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

  /// By sort, in the order of the amounts of work, of equal ones the latest last.
  private var bySort: [String: [Entry]] = [:]

  /// How much of the file is read: the latest lines.
  private static let largestByteCount = 1 << 20
  /// How many of the nodes that are most alike make an estimate.
  private static let neighbours = 9
  /// What a node may cost whatever its work is: writing and syncing its files.
  private static let fixedSeconds = 0.005

  package init(_ entries: [Entry] = []) { add(entries) }

  /// What a store's directory has; nothing where there is no such file, or where lines cannot be read.
  package init(store: Store) {
    guard let bytes = try? FileSystem.read(Self.path(of: store)) else { return }
    let decoder = JSONDecoder()
    let all = bytes.suffix(Self.largestByteCount).split(separator: UInt8(ascii: "\n")).compactMap {
      try? decoder.decode(Entry.self, from: Data($0))
    }
    // Of each sort those that say most: another machine has another speed, and nodes that ran beside others took longer.
    let best = Dictionary(all.map { ($0.sort, Self.rank($0)) }, uniquingKeysWith: min)
    add(all.filter { Self.rank($0) == best[$0.sort] })
  }

  private static func rank(_ entry: Entry) -> Int {
    (entry.host == Provenance.host ? 0 : 2) + (entry.jobs == 1 ? 0 : 1)
  }

  /// Takes what was seen as well.
  package mutating func add(_ entries: [Entry]) {
    for entry in entries { bySort[entry.sort, default: []].append(entry) }
    for sort in Set(entries.map(\.sort)) {
      let ordered = bySort[sort, default: []].enumerated().sorted {
        ($0.element.amount, $0.offset) < ($1.element.amount, $1.offset)
      }
      bySort[sort] = ordered.map(\.element)
    }
  }

  private static func path(of store: Store) -> String { store.path + "/costs.jsonl" }

  /// Writes down how long a node took. Where that cannot be written, estimates merely know less.
  ///
  /// - Parameter jobs: how many nodes ran at a time.
  package static func append(_ work: NodeWork, seconds: Double, jobs: Int, to store: Store) {
    let line = JSONText.map([
      ("sort", .text(work.sort)), ("amount", .number(work.amount)), ("seconds", .number(seconds)),
      ("host", .text(Provenance.host)), ("jobs", .integer(jobs)),
    ])
    FileSystem.append(Array((line.compactText + "\n").utf8), to: path(of: store))
  }

  /// From the nodes of the same sort whose work is most alike; nil where there are none.
  ///
  /// Time grows with the work, and does not shrink with it below what a node costs in any case.
  ///
  /// - Complexity: logarithmic in the nodes of the sort.
  package func estimate(_ work: NodeWork) -> Range? {
    guard let entries = bySort[work.sort], !entries.isEmpty else { return nil }
    let nearest = Self.nearest(to: work.amount, in: entries)
    var range: Range?
    for entry in nearest {
      let ratio = Self.ratio(work.amount, entry)
      let seconds = entry.seconds
      // The fewer, and the less alike, the wider.
      let slack = nearest.count < 3 ? 1.5 : 1.1
      let fixed = min(seconds, Self.fixedSeconds)
      let low = (ratio < 1 ? seconds * ratio : fixed + (seconds - fixed) * ratio) / slack
      let high = seconds * (ratio < 1 ? 0.5 * (1 + ratio) : ratio) * slack
      range = Range(low: min(range?.low ?? low, low), high: max(range?.high ?? high, high))
    }
    return range
  }

  private static func ratio(_ amount: Double, _ entry: Entry) -> Double {
    max(amount, 1) / max(entry.amount, 1)
  }

  private static func nearest(to amount: Double, in entries: [Entry]) -> ArraySlice<Entry> {
    var (low, high) = (0, entries.count)
    while low < high {
      let middle = (low + high) / 2
      if entries[middle].amount <= amount { low = middle + 1 } else { high = middle }
    }
    var found = low..<low
    while found.count < min(neighbours, entries.count) {
      let below = found.lowerBound > 0 ? ratio(amount, entries[found.lowerBound - 1]) : .infinity
      let above =
        found.upperBound < entries.count ? 1 / ratio(amount, entries[found.upperBound]) : .infinity
      // A few that are alike say more than many that are not.
      if found.count >= 3, min(below, above) > 4 { break }
      found =
        below <= above
        ? (found.lowerBound - 1)..<found.upperBound : found.lowerBound..<(found.upperBound + 1)
    }
    return entries[found]
  }
}
