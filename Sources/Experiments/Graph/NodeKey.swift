import Scorewalk

/// The keys of a graph's nodes. Same key: same bits.
///
/// A key is the SHA-256 over the node's section and kind, the versions of every kind in it, its stream and seed where it
/// draws random numbers, its precision where that matters, the typed values that differ from their defaults (sorted by
/// path, length-prefixed, floats as IEEE bits), the digest of the file that it reads, and the keys of the nodes it refers
/// to. What cannot change a number is in no key: names, paths, descriptions, tags.
package struct NodeKeys: Sendable {
  private let keys: [String: String]
  private let series: [String: Series]

  /// The key of a node, 64 hexadecimal digits.
  package subscript(name: String) -> String? { keys[name] }

  /// The series of a node that longer and shorter ones of its kind can go on from; nil for every other node.
  package func series(of name: String) -> Series? { series[name] }

  /// - Complexity: linear in the values of the graph.
  package init(_ graph: ExperimentGraph) {
    var keys: [String: String] = [:]
    var series: [String: Series] = [:]
    for node in graph.nodes {
      keys[node.name] = Self.key("scorewalk node 1", of: node, in: graph, known: keys)
      guard let length = node.length(in: graph) else { continue }
      let key = Self.key(
        "scorewalk series 1", of: node, in: graph, known: keys, without: length.fields)
      series[node.name] = Series(key: key, steps: length.steps, kept: length.kept)
    }
    self.keys = keys
    self.series = series
  }

  /// - Parameter fields: the names of fields at the top of the node that do not count.
  private static func key(
    _ head: String, of node: ExperimentNode, in graph: ExperimentGraph, known: [String: String],
    without fields: Set<String> = []
  ) -> String {
    var encoder = KeyEncoder()
    encoder.append(head)
    encoder.append(node.section.rawValue)
    encoder.append(node.kind)
    if node.definition.isRandom {
      encoder.append("stream", node.stream)
      encoder.append("seed", node.seed)
    }
    if node.definition.dependsOnPrecision { encoder.append("precision", node.precision.rawValue) }
    if node.section == .models { encoder.append(UInt64(graph.dimension(ofModel: node.name) ?? 0)) }
    let leaves = ResolvedValue.map(node.values).leaves().filter { leaf in
      !leaf.isDefault && !fields.contains(String(leaf.path.prefix { $0 != "." }))
    }
    for leaf in leaves.sorted(by: { $0.path < $1.path }) {
      encoder.append(leaf.path)
      switch leaf.value {
      case .number(let number): encoder.append("number", number.bitPattern)
      case .count(let count): encoder.append("count", UInt64(bitPattern: Int64(count)))
      case .flag(let flag): encoder.append("flag", flag ? 1 : 0)
      case .text(let text): encoder.append("text", text)
      case .reference(let reference):
        encoder.append("reference", known[reference.node] ?? "")
        encoder.append(reference.stepText)
        encoder.append(reference.parameters.rawValue)
        if let level = reference.noiseLevel { encoder.append("noise level", level.bitPattern) }
      case .list, .map: preconditionFailure("\(leaf.path) is no leaf")
      }
    }
    return Digest.hex(encoder.bytes)
  }
}

extension ExperimentNode {
  /// The random stream of the node.
  package var randomStream: RandomStream { RandomStream(seed: seed, name: stream) }
}

extension RandomStream {
  /// The stream that is keyed by a seed and a name alone.
  package init(seed: UInt64, name: String) {
    var encoder = KeyEncoder()
    encoder.append("scorewalk stream 1")
    encoder.append(seed)
    encoder.append(name)
    self.init(key: Digest.word(encoder.bytes))
  }
}

/// Bytes in which nothing can be mistaken for something else: texts with their length in front, numbers in eight bytes.
private struct KeyEncoder {
  private(set) var bytes: [UInt8] = []

  mutating func append(_ number: UInt64) {
    withUnsafeBytes(of: number.littleEndian) { bytes.append(contentsOf: $0) }
  }

  mutating func append(_ text: String) {
    append(UInt64(text.utf8.count))
    bytes.append(contentsOf: text.utf8)
  }

  mutating func append(_ type: String, _ number: UInt64) {
    append(type)
    append(number)
  }

  mutating func append(_ type: String, _ text: String) {
    append(type)
    append(text)
  }
}
