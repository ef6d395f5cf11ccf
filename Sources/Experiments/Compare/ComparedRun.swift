import Scorewalk

/// A run as `compare` sees it: the heads of its record and its spec, not its results.
///
/// A class, since each metric goes through all runs.
package final class ComparedRun: Sendable {
  package let directory: RunDirectory
  package let status: RunStatus
  package let head: RunHead
  /// Which of ``ComparedRuns/specs`` is the run's, seeds aside.
  package let spec: Int
  /// The values of the run's seeds, and which of ``ComparedRuns/seedCount`` they are.
  package let seeds: [ResolvedLeaves.Leaf]
  let seed: Int
  /// The seeds as people read them: `seed=2`; of sections that have others than most, these: `seed.sampling=2`.
  let seedLabel: String
  /// The keys of the nodes, in their order, as numbers that only the same keys have; and those of what each measures.
  let keys: [Int]
  let sources: [Int]

  fileprivate init(
    _ reading: ComparedRuns.Reading, spec: Int, seed: Int, seedLabel: String, keys: [Int],
    sources: [Int]
  ) {
    (directory, status, head) = (reading.directory, reading.status, reading.head)
    (seeds, self.spec, self.seed, self.seedLabel) = (reading.seeds, spec, seed, seedLabel)
    (self.keys, self.sources) = (keys, sources)
  }

  fileprivate static func label(of seeds: [ResolvedLeaves.Leaf]) -> String {
    let leaves = ResolvedLeaves.collapsed(seeds)
    var counts: [String: Int] = [:]
    for leaf in leaves { counts[leaf.text, default: 0] += 1 }
    let most = counts.values.max() ?? 0
    let special = leaves.filter { most == 1 || counts[$0.text] != most }
    return (special.isEmpty ? leaves : special).map { $0.path + "=" + $0.text }
      .joined(separator: " ")
  }
}

/// Runs that were read to be compared.
package struct ComparedRuns: Sendable {
  package private(set) var runs: [ComparedRun] = []
  /// The different specs among them, seeds aside.
  package private(set) var specs: [ResolvedLeaves] = []
  /// How many different seeds there are.
  package private(set) var seedCount = 0
  /// The runs that cannot be read: they do not hide the others.
  package private(set) var failures: [Failure] = []

  /// What is read of one run.
  fileprivate struct Reading: Sendable {
    let directory: RunDirectory
    let status: RunStatus
    let head: RunHead
    let spec: [UInt8]
    let withoutSeeds: [UInt8]
    let seeds: [ResolvedLeaves.Leaf]

    init(
      _ directory: RunDirectory, _ memory: inout RunHead.SummaryMemory
    ) throws(Failure) {
      self.directory = directory
      head = try directory.head(summaries: &memory)
      status = directory.status(head)
      let file = directory.path("resolved.json")
      spec = try FileSystem.read(file)
      guard let (rest, seeds) = ResolvedLeaves.bytesWithoutSeeds(spec) else {
        throw ResolvedLeaves.damaged(file)
      }
      (withoutSeeds, self.seeds) = (rest, seeds)
    }
  }

  /// - Complexity: linear in the bytes of the records and the resolved specs, which are read by all threads; of the specs,
  ///   those that differ in nothing but the seeds are taken apart once.
  package init(_ directories: [RunDirectory]) {
    var known: [[UInt8]: Int] = [:]
    var numbers: [[ResolvedLeaves.Leaf]: Int] = [:]
    var seedNumbers: [[ResolvedLeaves.Leaf]: Int] = [:]
    var labels: [String] = []
    // What the evaluations of each spec measure.
    var sources: [ResultSources] = []
    var keys = KeyNumbers()
    var last: (bytes: [UInt8], spec: Int)?
    Self.read(directories) { result in
      switch result {
      case .failure(let failure): failures.append(failure)
      case .success(let reading):
        let spec: Int
        // Neighbours are mostly of one spec; then nothing needs to be hashed.
        if let last, last.bytes == reading.withoutSeeds {
          spec = last.spec
        } else if let number = known[reading.withoutSeeds] {
          spec = number
        } else {
          guard let leaves = ResolvedLeaves(reading.spec) else {
            failures.append(ResolvedLeaves.damaged(reading.directory.path("resolved.json")))
            return
          }
          spec = numbers[leaves.values] ?? specs.count
          if spec == specs.count {
            let isAlike = specs.last.map { Self.haveSameTexts($0, leaves) } ?? false
            sources.append(isAlike ? sources[spec - 1] : ResultSources(leaves))
            specs.append(leaves)
          }
          numbers[leaves.values] = spec
          known[reading.withoutSeeds] = spec
        }
        last = (reading.withoutSeeds, spec)
        let seed = seedNumbers[reading.seeds] ?? labels.count
        if seed == labels.count {
          seedNumbers[reading.seeds] = seed
          labels.append(ComparedRun.label(of: reading.seeds))
        }
        let own = reading.head.summaries.map { keys.number(of: $0.key) }
        runs.append(
          ComparedRun(
            reading, spec: spec, seed: seed, seedLabel: labels[seed], keys: own,
            sources: sources[spec].numbers(reading.head.summaries, keys: own, &keys)))
      }
    }
    seedCount = labels.count
  }

  /// Reads runs by all threads, and hands them over in their order, some hundreds at a time.
  private static func read(
    _ directories: [RunDirectory], _ take: (Result<Reading, Failure>) -> Void
  ) {
    let block = 512
    let pool = directories.count > 16 ? WorkerPool() : .serial
    var memories = [RunHead.SummaryMemory](repeating: .init(), count: pool.threads)
    for start in stride(from: 0, to: directories.count, by: block) {
      let part = directories[start..<min(start + block, directories.count)]
      var readings = [Result<Reading, Failure>?](repeating: nil, count: part.count)
      readings.withUnsafeMutableBufferPointer { readings in
        memories.withUnsafeMutableBufferPointer { memories in
          // Every part writes to places of its own.
          let (places, memories) = (readings, memories)
          let share = (part.count + pool.threads - 1) / pool.threads
          pool.run(parts: pool.threads) { thread in
            for index in thread * share..<max(thread * share, min((thread + 1) * share, part.count))
            {
              do throws(Failure) {
                places[index] = .success(try Reading(part[start + index], &memories[thread]))
              } catch {
                places[index] = .failure(error)
              }
            }
          }
        }
      }
      for case let reading? in readings { take(reading) }
    }
  }

  /// Whether specs differ in numbers alone, which refer to nothing.
  private static func haveSameTexts(_ one: ResolvedLeaves, _ other: ResolvedLeaves) -> Bool {
    func isText(_ text: String) -> Bool { text.utf8.contains(UInt8(ascii: "\"")) }
    return one.values.count == other.values.count
      && zip(one.values, other.values).allSatisfy { left, right in
        left.path == right.path
          && (left.text == right.text || (!isText(left.text) && !isText(right.text)))
      }
  }

  // MARK: - What differs

  /// The keys whose values differ, in the order of the specs; and how many do not.
  var differences: (differing: [String], agreeing: Int) {
    guard let first = specs.first else { return ([], 0) }
    var order: [String] = first.values.map(\.path)
    var texts: [String: String] = [:]
    for leaf in first.values { texts[leaf.path] = leaf.text }
    var differing: Set<String> = []
    for spec in specs.dropFirst() {
      var isAlike = spec.values.count == first.values.count
      if isAlike {
        for (one, other) in zip(first.values, spec.values) {
          guard one.path == other.path else {
            isAlike = false
            break
          }
          if one.text != other.text { differing.insert(one.path) }
        }
      }
      if isAlike { continue }
      var paths: Set<String> = []
      for leaf in spec.values {
        paths.insert(leaf.path)
        if texts[leaf.path] == nil {
          order.append(leaf.path)
          texts[leaf.path] = leaf.text
          differing.insert(leaf.path)
        } else if texts[leaf.path] != leaf.text {
          differing.insert(leaf.path)
        }
      }
      for leaf in first.values where !paths.contains(leaf.path) { differing.insert(leaf.path) }
    }
    return (order.filter(differing.contains), order.count - differing.count)
  }
}
