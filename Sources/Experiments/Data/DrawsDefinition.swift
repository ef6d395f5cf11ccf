import Scorewalk
import YAML

/// `draws`: rows drawn once from a law.
package struct DrawsDefinition: DataDefinition {
  /// How many rows there are.
  package enum Size: Sendable, Equatable {
    /// So many in all, components and atoms at random.
    case count(Int)
    /// So many of each component or atom.
    case counts([Int])
  }

  package let from: Reference
  package let size: Size
  /// Whether the numbers of rows could be read.
  package let isSizeSound: Bool
  package let random: RandomDefinition?
  /// Where the numbers of rows are written.
  package let countsRange: SourceRange?

  package static let kind = Kind<any DataDefinition>(
    "draws",
    "Rows drawn once from a law; the same rows whenever the seed and the stream are the same."
  ) { reader in
    let from = reader.reference("from", to: [.law], "The law.")
    let size = reader.sound { readSize(reader) }
    let random = RandomDefinition.read(reader)
    return DrawsDefinition(
      from: from, size: size ?? .count(1), isSizeSound: size != nil, random: random,
      countsRange: reader.range(of: "counts"))
  }

  private static let largestCount = 1_000_000_000

  private static func readSize(_ reader: FieldReader) -> Size {
    let count = reader.optionalCount(
      "count", "How many rows, components and atoms at random.", atLeast: 1, atMost: largestCount,
      smoke: 1000)
    let counts = reader.optionalCounts(
      "counts",
      "How many rows of each component or atom, in their order, in place of count; those of the first come first.",
      in: CountRange(0, largestCount), atMostItems: 100_000, smoke: 500)
    let help = "write count (components at random) or counts (so many of each)"
    if !reader.isWritten("count"), !reader.isWritten("counts"), !reader.session.isListing {
      reader.isMissing("count", help: help)
    }
    if reader.isWritten("count"), reader.isWritten("counts") {
      reader.session.error(
        "'\(reader.path)' has both 'count' and 'counts'", at: reader.range(of: "counts"),
        help: help)
    }
    guard let counts else { return .count(count ?? 1) }
    let total = counts.reduce(0, +)
    if total < 1 || total > largestCount {
      reader.session.error(
        "'\(reader.fullPath("counts"))' makes \(total) rows", at: reader.range(of: "counts"),
        help: "write at least 1 and at most \(largestCount) in all")
    }
    return .counts(counts)
  }

  package var isLaw: Bool { false }

  /// How many rows there are; nil where that could not be read.
  package func rows(in graph: ExperimentGraph) -> Int? {
    guard isSizeSound else { return nil }
    return switch size {
    case .count(let count): count
    case .counts(let counts): counts.reduce(0, +)
    }
  }

  /// Whether the node's seed and stream matter.
  package var isRandom: Bool { random == nil }

  package func law(in graph: ExperimentGraph) -> Law? { nil }
  package func dimension(in graph: ExperimentGraph) -> Int? { graph.dimension(ofData: from) }

  package func check(_ node: ExperimentNode, in graph: ExperimentGraph, session: ReadingSession) {
    guard let law = graph.law(from), isSizeSound else { return }
    let place = "data.\(node.name)"
    if case .counts(let counts) = size, counts.count != law.componentCount {
      session.error(
        "'\(place).counts' has \(counts.count) numbers; '\(from.node)' has \(law.componentCount) \(law.hasDensity ? "components" : "atoms")",
        at: countsRange, help: "write one number for each, 0 where there is to be none")
    }
    guard let random else { return }
    let components = law.componentCount
    guard let mixture = law.mixture else {
      session.error(
        "'\(place).random' draws normal numbers; '\(from.node)' is categorical", at: random.range,
        help: "remove 'random'")
      return
    }
    if !mixture.hasIndependentCoordinates {
      session.error(
        "'\(place).random' draws every coordinate by itself; '\(from.node)' has a full covariance",
        at: random.range, help: "remove 'random', or write the component with std or variances")
    }
    if case .count = size, components > 1 {
      session.error(
        "'\(place).random' chooses no component at random; '\(from.node)' has \(components)",
        at: random.range, help: "write counts, one for each component, in place of count")
    } else if random.isPathSound, random.key(ofComponent: components - 1) == nil {
      let first = random.path.last?.index ?? 0
      let enough = random.path.dropLast() + [.init(count: first + components, index: first)]
      let written = enough.map { "[\($0.count), \($0.index)]" }.joined(separator: ", ")
      session.error(
        "'\(place).random.split' has no key for component \(components - 1) of '\(from.node)': each takes the key after that of the one before",
        at: random.pathRange,
        help: "split into at least \(first + components): [\(written)]")
    }
  }

  /// The rows, `[rows, dimension]`; nil where they do not fit the law, which is reported elsewhere.
  package func values(of law: Law, stream: RandomStream) -> [Double]? {
    if case .counts(let counts) = size, counts.count != law.componentCount { return nil }
    switch (random, law.mixture, size) {
    case (let random?, let mixture?, .count(let count)):
      guard mixture.components.count == 1, mixture.hasIndependentCoordinates else { return nil }
      return mixture.sample(counts: [count], keys: [random.key]).map { Double($0) }
    case (let random?, let mixture?, .counts(let counts)):
      let keys = counts.indices.compactMap { random.key(ofComponent: $0) }
      guard keys.count == counts.count, mixture.hasIndependentCoordinates else { return nil }
      return mixture.sample(counts: counts, keys: keys).map { Double($0) }
    case (_, _, .count(let count)): return law.sample(count: count, stream: stream)
    case (_, _, .counts(let counts)): return law.sample(counts: counts, stream: stream)
    }
  }

  package func run(_ node: ExperimentNode, _ context: NodeContext) throws {
    guard let law = context.graph.law(from), let values = values(of: law, stream: context.stream)
    else { return }
    try context.writeSamples(
      values, chains: 1, draws: values.count / law.dimension, dimension: law.dimension,
      precision: node.precision)
  }
}
